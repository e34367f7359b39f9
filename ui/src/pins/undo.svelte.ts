import { commands, type CommandError, type PinDetails, type PinEdit, type PinId } from "../bindings";
import { asCommandError } from "../accounts/commandError";
import type { Toasts } from "../components/toasts.svelte";
import type { Held } from "../lib/keyValues";
import { visibleText } from "../lib/visibleText";

/** How it was before an edit, and what is said once it is so again. */
type Before = { id: PinId; back: PinEdit; says: string };

/** The last edit of a name or of key-values, which can be taken back once. */
export class Undo {
  /** Why it could not be taken back. */
  problem = $state.raw<CommandError | null>(null);

  #last: Before | null = null;
  #toasts: Toasts;

  constructor(toasts: Toasts) {
    this.#toasts = toasts;
  }

  /** An edit was made: remembers how it was. */
  made = (before: PinDetails, edit: PinEdit) => {
    const { id, name: named } = before.row;
    const name = visibleText(named ?? "No name");
    const had = new Map(before.keyvalues);
    const back: PinEdit = {
      name: (edit.name ?? null) === null ? null : (named ?? ""),
      set: [...edit.set.map(([key]) => key), ...edit.remove].flatMap((key): Held[] => {
        const value = had.get(key);
        return value === undefined ? [] : [[key, value]];
      }),
      remove: edit.set.flatMap(([key]) => (had.has(key) ? [] : [key])),
    };
    this.#last = { id, back, says: (edit.name ?? null) === null ? `The key-values of ${name} are as before` : `The name is ${name} again` };
    this.#toasts.show("Saved", { label: "Undo", run: () => void this.takeBack() });
  };

  /** Puts back what was; answers the pin as it is then, or null where there was nothing to take back. */
  takeBack = async (): Promise<PinDetails | null> => {
    const last = this.#last;
    if (!last) return null;
    this.#last = null;
    this.problem = null;
    try {
      const pin = await commands.pinsEdit(last.id, last.back);
      this.#toasts.show(last.says);
      return pin;
    } catch (error) {
      this.#last = last;
      this.problem = asCommandError(error);
      return null;
    }
  };
}
