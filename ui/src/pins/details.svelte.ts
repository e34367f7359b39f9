import {
  commands,
  type CommandError,
  type Millis,
  type PinDetails,
  type PinEdit,
  type PinId,
  type Selection,
  type SelectionSummary,
} from "../bindings";
import { asCommandError } from "../accounts/commandError";

/** Rows passed by with a held arrow key are not asked about. */
const RESTS_MS = 60;

/** What the details pane shows: one pin, or what several have in common. The last asked for wins. */
export class Details {
  pin = $state.raw<PinDetails | null>(null);
  summary = $state.raw<SelectionSummary | null>(null);
  /** Why the details could not be read. */
  problem = $state.raw<CommandError | null>(null);
  /** Why an edit was not saved; what was typed stays. */
  refused = $state.raw<CommandError | null>(null);
  saving = $state(false);

  /** Is told of each edit that was made, and of how it was before. */
  onmade: (pin: PinDetails, edit: PinEdit) => void = () => undefined;

  /** Asks once more for what was asked for last. */
  again: () => void = () => undefined;

  /** The pin the pane stands for, read or not yet. */
  #shown: PinId | null = null;
  /** What the summary stands for. */
  #summed = "";
  #asked = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Reads a pin; at once when it is the one shown already. */
  read(id: PinId | null) {
    this.again = () => this.read(id);
    clearTimeout(this.#timer);
    const asked = ++this.#asked;
    if (this.#shown !== id) this.refused = this.problem = null;
    this.#shown = id;
    if (this.pin?.row.id !== id) this.pin = null;
    if (id === null) return;
    const ask = () => this.#take(asked, commands.pinsDetails(id), (pin) => (this.pin = pin));
    if (this.pin) void ask();
    else this.#timer = setTimeout(ask, RESTS_MS);
  }

  summarise(selection: Selection) {
    this.again = () => this.summarise(selection);
    clearTimeout(this.#timer);
    this.#shown = null;
    const summed = JSON.stringify(selection);
    if (summed !== this.#summed) this.summary = this.problem = null;
    this.#summed = summed;
    const asked = ++this.#asked;
    this.#timer = setTimeout(() => this.#take(asked, commands.pinsSummary(selection), (summary) => (this.summary = summary)), RESTS_MS);
  }

  edit(id: PinId, edit: PinEdit): Promise<boolean> {
    const before = this.pin?.row.id === id ? this.pin : null;
    return this.#change(id, async () => {
      const pin = await commands.pinsEdit(id, edit);
      if (before) this.onmade(before, edit);
      return pin;
    });
  }

  /** Says when its service unpins it by itself; null for never. */
  expire(id: PinId, at: Millis | null): Promise<boolean> {
    return this.#change(id, () => commands.pinsExpire(id, { at }));
  }

  async #change(id: PinId, change: () => Promise<PinDetails>): Promise<boolean> {
    this.saving = true;
    this.refused = null;
    try {
      const pin = await change();
      if (this.#shown === id) this.pin = pin;
      return true;
    } catch (error) {
      if (this.#shown === id) this.refused = asCommandError(error);
      return false;
    } finally {
      this.saving = false;
    }
  }

  /** The pin was edited elsewhere. */
  put(pin: PinDetails) {
    if (this.#shown === pin.row.id) this.pin = pin;
  }

  async #take<T>(asked: number, answer: Promise<T>, put: (value: T) => void) {
    try {
      const value = await answer;
      if (asked !== this.#asked) return;
      this.problem = null;
      put(value);
    } catch (error) {
      if (asked === this.#asked) this.problem = asCommandError(error);
    }
  }
}
