import { commands, type UploadId, type UploadRow, type UploadsFilter } from "../bindings";
import { AT_ONCE } from "./portions";

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
  /** Rows of the list itself. */
  count = $derived.by(() => this.#total);
  /** Why the rows could not be read; null when they could. */
  problem = $state.raw<unknown>(null);
  /** false until the first answer */
  read = $state(false);

  /** What is looked for, among all that ever finished; empty: the list itself. */
  text = $state("");

  #total = $state(0);
  #ghosts = $state.raw<Ghost[]>([]);
  #windows = $state.raw<ReadonlyMap<number, UploadRow[]>>(new Map());
  #asked = new Set<number>();
  /** Windows on screen, latest last. */
  #shown: number[] = [];
  #visible: [number, number] = [0, 0];
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

  /** Where an upload is, as far as its row is here; looked for there first. */
  placeOf(id: UploadId, near: number): number | null {
    if (this.at(near)?.id === id) return near;
    for (const { index, row } of this.#ghosts) if (row.id === id) return index;
    for (const [window, rows] of this.#windows) {
      const step = rows.findIndex((row) => row.id === id);
      if (step >= 0) return this.#shownAt(window * WINDOW + step);
    }
    return null;
  }

  /** The uploads from one place to another, in the list's order. What only stays under the pointer is none of it any more. */
  async idsIn(from: number, to: number): Promise<UploadId[]> {
    const held = (before: number) => this.#ghosts.filter(({ index }) => index < before).length;
    const [first, end] = [from - held(from), to + 1 - held(to + 1)];
    const ids: UploadId[] = [];
    for (let place = first; place < end; place += 1) {
      const row = this.#windows.get(Math.floor(place / WINDOW))?.[place % WINDOW];
      if (!row) return this.#askIds(first, end);
      ids.push(row.id);
    }
    return ids;
  }

  /** The window on screen is these rows: fetch what is missing. */
  show(from: number, to: number) {
    this.#visible = [from, to];
    for (let window = Math.floor(Math.max(0, from) / WINDOW); window <= Math.floor(Math.max(0, to) / WINDOW); window += 1) {
      this.#shown = [...this.#shown.filter((other) => other !== window), window].slice(-KEPT);
      if (!this.#windows.has(window) && !this.#asked.has(window)) void this.#fetch(window);
    }
  }

  /** Something changed: read again what is on screen, and forget the rest. */
  async refresh() {
    const age = (this.#age += 1);
    const wanted = this.#shown.length > 0 ? this.#shown.slice(-2) : [0];
    this.#asked = new Set(wanted);
    try {
      const pages = await Promise.all(wanted.map(async (window) => [window, await this.#read(window)] as const));
      const here = new Set(pages.flatMap(([, page]) => page.rows.map((row) => row.id)));
      const ghosts = this.#held ? await this.#leftFrom(wanted, here) : [];
      if (age !== this.#age) return;
      // Windows asked for since are as new as these.
      const since = [...this.#windows].filter(([key]) => this.#asked.has(key));
      this.#windows = new Map([...since, ...pages.map(([window, page]) => [window, page.rows] as const)]);
      this.#ghosts = this.#held ? ghosts : [];
      this.#total = pages[0]?.[1].total ?? 0;
      this.#answered(null);
      this.show(...this.#visible);
    } catch (error) {
      if (age === this.#age) this.#answered(error);
    }
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

  /** Forgets everything; the next reading brings what is there. */
  clear() {
    this.#age += 1;
    this.#asked.clear();
    this.#windows = new Map();
    this.#ghosts = [];
    this.#total = 0;
    this.read = false;
  }

  /** Looks for this from now on; false when it is what is looked for already. */
  look(text: string): boolean {
    const wanted = text.trim();
    if (wanted === this.text) return false;
    this.text = wanted;
    this.clear();
    this.#shown = [];
    return true;
  }

  async #askIds(first: number, end: number): Promise<UploadId[]> {
    const ids: UploadId[] = [];
    for (let from = first; from < end; from += AT_ONCE)
      ids.push(...(await commands.uploadsIds(this.filter, this.text, from, Math.min(AT_ONCE, end - from))));
    return ids;
  }

  /** The held rows before it push it on. */
  #shownAt(place: number): number {
    return this.#ghosts.reduce((at, { index }) => (index <= at ? at + 1 : at), place);
  }

  #read(window: number) {
    if (this.text !== "") return commands.uploadsHistory(this.text, window * WINDOW, WINDOW);
    return commands.uploadsRows(this.filter, window * WINDOW, WINDOW);
  }

  async #fetch(window: number) {
    const age = this.#age;
    this.#asked.add(window);
    try {
      const page = await this.#read(window);
      if (age !== this.#age) return;
      const kept = [...this.#windows].filter(([key]) => this.#shown.includes(key));
      this.#windows = new Map([...kept, [window, page.rows]]);
      this.#total = page.total;
      this.#answered(null);
    } catch (error) {
      if (age !== this.#age) return;
      this.#asked.delete(window);
      this.#answered(error);
    }
  }

  #answered(problem: unknown) {
    this.problem = problem;
    this.read = this.read || problem === null;
  }

  /** Rows that were shown in these windows and are in another list by now, in their places, as they are there. */
  async #leftFrom(windows: number[], here: ReadonlySet<number>): Promise<Ghost[]> {
    const gone = this.#rowsOf(windows).filter(({ row }) => !here.has(row.id));
    if (gone.length === 0) return [];
    const others = (["now", "needs_you", "finished"] as const).filter((filter) => filter !== this.filter);
    const pages = await Promise.all(others.map((filter) => commands.uploadsRows(filter, 0, LOOK_BACK).catch(() => null)));
    const elsewhere = new Map(pages.flatMap((page) => page?.rows ?? []).map((row) => [row.id, row]));
    return gone.flatMap(({ index, row }) => {
      const now = elsewhere.get(row.id);
      return now ? [{ index, row: now }] : [];
    });
  }

  #rowsOf(windows: number[]): Ghost[] {
    const rows: Ghost[] = [];
    for (const window of windows)
      for (let index = window * WINDOW; index < (window + 1) * WINDOW; index += 1) {
        const row = this.at(index);
        if (row) rows.push({ index, row });
      }
    return rows;
  }
}
