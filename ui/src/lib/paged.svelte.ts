const WINDOW = 100;
/** Windows kept; the ones shown longest ago are forgotten first. */
const KEPT = 12;

type Page<Row> = { total: number; rows: Row[] };

/** A long list of which only the windows on screen are here. */
export class Paged<Row> {
  total = $state(0);
  /** false until the first answer */
  read = $state(false);
  /** Why the rows could not be read; null when they could. */
  problem = $state.raw<unknown>(null);

  #windows = $state.raw<ReadonlyMap<number, Row[]>>(new Map());
  #asked = new Set<number>();
  #shown = [0];
  #age = 0;
  #fetch: (from: number, n: number) => Promise<Page<Row>>;

  constructor(fetch: (from: number, n: number) => Promise<Page<Row>>) {
    this.#fetch = fetch;
  }

  /** The row, or undefined while it is read. */
  at(index: number): Row | undefined {
    return this.#windows.get(Math.floor(index / WINDOW))?.[index % WINDOW];
  }

  /** These rows are on screen: reads what is missing. */
  show = (from: number, to: number) => {
    for (let window = Math.floor(Math.max(0, from) / WINDOW); window <= Math.floor(Math.max(0, to) / WINDOW); window += 1) {
      this.#shown = [...this.#shown.filter((other) => other !== window), window].slice(-KEPT);
      if (!this.#windows.has(window) && !this.#asked.has(window)) void this.#read([window], this.#age);
    }
  };

  /** Reads again what is on screen, and forgets the rest. */
  refresh = (): Promise<void> => {
    const age = (this.#age += 1);
    const wanted = this.#shown.slice(-2);
    this.#asked.clear();
    return this.#read(wanted, age, true);
  };

  /** Another list: nothing kept belongs to it. */
  restart = (): Promise<void> => {
    this.#shown = [0];
    return this.refresh();
  };

  async #read(windows: number[], age: number, anew = false) {
    for (const window of windows) this.#asked.add(window);
    try {
      const pages = await Promise.all(windows.map(async (window) => [window, await this.#fetch(window * WINDOW, WINDOW)] as const));
      if (age !== this.#age) return;
      const kept = anew ? [] : [...this.#windows].filter(([window]) => this.#shown.includes(window));
      this.#windows = new Map([...kept, ...pages.map(([window, page]) => [window, page.rows] as const)]);
      this.total = pages.at(-1)?.[1].total ?? 0;
      this.read = true;
      this.problem = null;
    } catch (error) {
      if (age === this.#age) this.problem = error;
    } finally {
      if (age === this.#age) for (const window of windows) this.#asked.delete(window);
    }
  }
}
