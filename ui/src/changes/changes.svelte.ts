import { commands, type ChangeRow, type ChangeWhat, type CommandError, type GroupRow, type Selection } from "../bindings";
import { asCommandError } from "../accounts/commandError";
import type { Toasts } from "../components/toasts.svelte";
import { hearChanges } from "../lib/announced";

/** What is over within this time is told in a toast alone: a strip that comes and goes is only noise. */
const QUICK_MS = 800;

/** Words for a change that did what was asked. */
type Says = (row: ChangeRow) => string;

/** What of a change still goes on. */
export const isOpen = (row: ChangeRow) => row.state === "working" || row.state === "waiting";
/** What of it was refused, or got no answer. */
export const refused = (row: ChangeRow) => row.failed + row.unsure;

const isClean = (row: ChangeRow) => row.state === "ended" && refused(row) === 0 && row.left === 0;

/** Changes of many pins: they are carried out by the engine while the page is used for something else. */
export class Changes {
  list = $state.raw<ChangeRow[]>([]);
  /** The change whose refusals are shown. */
  looking = $state.raw<ChangeRow | null>(null);
  /** Why the last click on a change was refused. */
  problem = $state.raw<CommandError | null>(null);

  #young = $state.raw<number[]>([]);
  shown = $derived(this.list.filter((row) => !isClean(row) && !(isOpen(row) && this.#young.includes(row.id))));

  #toasts: Toasts;
  #says = new Map<number, Says>();
  #reading = 0;

  constructor(toasts: Toasts) {
    this.#toasts = toasts;
  }

  listen = async (): Promise<() => void> => {
    const stops = await Promise.all([
      hearChanges("change", () => void this.read()),
      // What holds an account holds its changes.
      hearChanges("account", () => void (this.list.length > 0 && this.read())),
    ]);
    void this.read();
    return () => {
      for (const stop of stops) stop();
    };
  };

  /** Gives the engine something to do; answers why it was refused, or null. */
  start = async (selection: Selection, what: ChangeWhat, says: Says): Promise<CommandError | null> => {
    try {
      const row = await commands.changesStart(selection, what);
      this.#says.set(row.id, says);
      this.#young = [...this.#young, row.id];
      setTimeout(() => this.#show(row.id), QUICK_MS);
      await this.read();
      return null;
    } catch (error) {
      return asCommandError(error);
    }
  };

  move = (group: GroupRow, selection: Selection, way: "in" | "out", says: Says): Promise<CommandError | null> =>
    this.start(selection, { kind: way === "in" ? "add_to_group" : "remove_from_group", group: group.serviceId }, says);

  read = async () => {
    const reading = ++this.#reading;
    try {
      const list = await commands.changesList();
      if (reading !== this.#reading) return;
      const before = this.list;
      this.list = list;
      for (const row of list) this.#tell(row, before.find((other) => other.id === row.id) ?? null);
      if (this.looking) this.looking = list.find((row) => row.id === this.looking?.id) ?? null;
    } catch {
      // What was shown stays.
    }
  };

  cancel = (row: ChangeRow) => this.#do(() => commands.changesCancel(row.id));
  retry = (row: ChangeRow) => this.#do(() => commands.changesRetry(row.id));
  close = (row: ChangeRow) => this.#do(() => commands.changesClose(row.id));

  /** It takes its time: now it has a strip, and those who listen hear of it. */
  #show(id: number) {
    this.#young = this.#young.filter((young) => young !== id);
    const row = this.list.find((row) => row.id === id);
    if (row && isOpen(row)) this.#toasts.announce(`${row.title}: ${row.sentence}`);
  }

  #tell(row: ChangeRow, before: ChangeRow | null) {
    if (isClean(row)) {
      // Told once, also where two readings see it.
      if (before !== null && isClean(before)) return;
      this.#toasts.show(this.#says.get(row.id)?.(row) ?? `${row.title}: done`);
      this.#says.delete(row.id);
      void commands.changesClose(row.id).catch(() => null);
    } else if (!isOpen(row) && before !== null && isOpen(before)) {
      this.#toasts.announce(`${row.title}: ${row.sentence}`);
    }
  }

  async #do(work: () => Promise<unknown>) {
    this.problem = null;
    try {
      await work();
    } catch (error) {
      this.problem = asCommandError(error);
    }
    await this.read();
  }
}
