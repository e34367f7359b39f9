import { commands, type UploadRow, type UploadsFilter } from "../bindings";

/** Rows asked for at a time. */
export const WINDOW = 100;
/** How many rows of the other lists are looked through for a row that just left this one. */
const LOOK_BACK = 200;
/** Windows kept; the ones shown longest ago are forgotten first. */
const KEPT = 12;

type Ghost = { index: number; row: UploadRow };

/**
 * One list of uploads, of which only the windows on screen are here.
 *
 * While the pointer is over the list, a row that leaves it stays where it is, in its new state, so that nothing moves
 * under the pointer; `release` lets it go.
 */
export class RowWindows {
  readonly filter: UploadsFilter;
  /** Rows to show, the held ones included. */
  total = $derived.by(() => this.#total + this.#ghosts.length);
  /** Why the rows could not be read; null when they could. */
  problem = $state.raw<unknown>(null);
  /** false until the first answer */
  read = $state(false);

  #total = $state(0);
  #ghosts = $state.raw<Ghost[]>([]);
  #windows = $state.raw<ReadonlyMap<number, UploadRow[]>>(new Map());
  #asked = new Set<number>();
  /** Windows on screen, latest last. */
  #shown: number[] = [];
  #age = 0;
  #held = false;

  constructor(filter: UploadsFilter) {
    this.filter = filter;
  }

  /** The row at a place in the list; undefined while it is fetched. Pure: see `show`. */
  at(index: number): UploadRow | undefined {
    let before = 0;
    for (const ghost of this.#ghosts) {
      if (ghost.index === index) return ghost.row;
      if (ghost.index < index) before += 1;
    }
    const real = index - before;
    return this.#windows.get(Math.floor(real / WINDOW))?.[real % WINDOW];
  }

  /** The window on screen is these rows: fetch what is missing. */
  show(from: number, to: number) {
    for (let window = Math.floor(Math.max(0, from) / WINDOW); window <= Math.floor(Math.max(0, to) / WINDOW); window += 1) {
      this.#shown = [...this.#shown.filter((other) => other !== window), window].slice(-KEPT);
      if (!this.#windows.has(window) && !this.#asked.has(window)) void this.#fetch(window);
    }
  }

  /** Something changed: read again what is on screen, and forget the rest. */
  async refresh() {
    this.#age += 1;
    const wanted = this.#shown.length > 0 ? this.#shown.slice(-2) : [0];
    const before = this.#held ? this.#rowsOf(wanted) : [];
    this.#asked.clear();
    const answers = await Promise.all(wanted.map((window) => this.#fetch(window, true)));
    if (before.length > 0 && answers.every((answer) => answer)) await this.#keepGhosts(before);
  }

  /** The pointer came over the list. */
  hold() {
    this.#held = true;
  }

  /** The pointer left the list. */
  release() {
    this.#held = false;
    this.#ghosts = [];
  }

  async #fetch(window: number, replaceAll = false): Promise<boolean> {
    const age = this.#age;
    this.#asked.add(window);
    try {
      const page = await commands.uploadsRows(this.filter, window * WINDOW, WINDOW);
      if (age !== this.#age) return false;
      const kept = [...this.#windows].filter(([key]) => (replaceAll ? this.#asked.has(key) : this.#shown.includes(key)));
      this.#windows = new Map([...kept, [window, page.rows]]);
      this.#total = page.total;
      this.problem = null;
      this.read = true;
      return true;
    } catch (error) {
      if (age === this.#age) {
        this.#asked.delete(window);
        this.problem = error;
      }
      return false;
    }
  }

  #rowsOf(windows: number[]): { index: number; row: UploadRow }[] {
    const rows: Ghost[] = [];
    for (const window of windows)
      for (let index = window * WINDOW; index < (window + 1) * WINDOW; index += 1) {
        const row = this.at(index);
        if (row) rows.push({ index, row });
      }
    return rows;
  }

  /** Rows that were shown and are in another list by now stay in their places, as they are there. */
  async #keepGhosts(before: Ghost[]) {
    const age = this.#age;
    const here = new Set([...this.#windows.values()].flat().map((row) => row.id));
    const gone = before.filter(({ row }) => !here.has(row.id));
    if (gone.length === 0) return;
    const others = (["now", "needs_you", "finished"] as const).filter((filter) => filter !== this.filter);
    const pages = await Promise.all(others.map((filter) => commands.uploadsRows(filter, 0, LOOK_BACK).catch(() => null)));
    if (age !== this.#age || !this.#held) return;
    const elsewhere = new Map(pages.flatMap((page) => page?.rows ?? []).map((row) => [row.id, row]));
    this.#ghosts = gone.flatMap(({ index, row }) => {
      const now = elsewhere.get(row.id);
      return now ? [{ index, row: now }] : [];
    });
  }
}
