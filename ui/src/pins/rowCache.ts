import { commands, type PinRow, type SetId } from "../bindings";

/** Rows asked for at a time; a message of them stays well below the limit. */
export const WINDOW = 50;
/** Windows kept; the ones used longest ago go first. */
const KEPT = 48;
/** Windows asked for at the same time. While someone drags the scroll bar the ones passed by are never asked for. */
const AT_ONCE = 2;

/** The rows of one result set, as far as they were needed. */
export class RowCache {
  readonly set: SetId;
  /** A row that stays here however far away is scrolled: the one the details are about. */
  kept = 0;
  #windows = new Map<number, PinRow[]>();
  #asked = new Set<number>();
  #wanted: number[] = [];
  #arrived: () => void;
  #failed: (error: unknown) => void;

  constructor(set: SetId, arrived: () => void, failed: (error: unknown) => void) {
    this.set = set;
    this.#arrived = arrived;
    this.#failed = failed;
  }

  at(index: number): PinRow | undefined {
    return this.#windows.get(Math.floor(index / WINDOW))?.[index % WINDOW];
  }

  /** Reads what is missing between these rows; what was wanted before and is not here yet is given up. */
  want(from: number, to: number) {
    this.#wanted = [];
    for (let window = Math.floor(from / WINDOW); window <= Math.floor(to / WINDOW); window += 1) {
      const rows = this.#windows.get(window);
      if (rows) {
        this.#windows.delete(window);
        this.#windows.set(window, rows);
      } else if (!this.#asked.has(window)) this.#wanted.push(window);
    }
    this.#pump();
  }

  /** Reads the windows of these rows, and the one of the row kept, and waits for them. */
  async fill(from: number, to: number) {
    const windows = new Set([Math.floor(this.kept / WINDOW)]);
    for (let window = Math.floor(from / WINDOW); window <= Math.floor(to / WINDOW); window += 1) windows.add(window);
    await Promise.all([...windows].filter((window) => !this.#windows.has(window)).map((window) => this.#read(window)));
  }

  /** Takes rows that came with the set; `from` is the first of a window. */
  seed(from: number, rows: PinRow[]) {
    for (let at = 0; at < rows.length; at += WINDOW) this.#windows.set((from + at) / WINDOW, rows.slice(at, at + WINDOW));
  }

  /** Where a pin is among the rows that are here; null when it is not. */
  indexOf(id: number): number | null {
    for (const [window, rows] of this.#windows) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return window * WINDOW + at;
    }
    return null;
  }

  #pump() {
    while (this.#wanted.length > 0 && this.#asked.size < AT_ONCE) {
      void this.#read(this.#wanted.shift()!).then(this.#arrived, this.#failed);
    }
  }

  async #read(window: number) {
    this.#asked.add(window);
    try {
      const rows = await commands.pinsRows(this.set, window * WINDOW, WINDOW);
      this.#windows.set(window, rows);
      for (const old of this.#windows.keys()) {
        if (this.#windows.size <= KEPT) break;
        if (old !== Math.floor(this.kept / WINDOW)) this.#windows.delete(old);
      }
    } finally {
      this.#asked.delete(window);
      queueMicrotask(() => this.#pump());
    }
  }
}
