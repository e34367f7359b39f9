import {
  commands,
  type CommandError,
  type Look,
  type PinFilters,
  type PinId,
  type PinQuery,
  type PinRow,
  type ResultSet,
  type Selection,
  type SortKey,
} from "../bindings";
import { asCommandError } from "../accounts/commandError";
import { hearChanges } from "../lib/announced";
import { add, has, NONE, plain, size, span, toggle, type Ranges } from "./ranges";
import { NO_FILTERS, sameFilters } from "./filters";
import type { KeyValuesDraft } from "../lib/keyValues";
import { RowCache, WINDOW } from "./rowCache";

/** Changes that come in a burst are answered by one new set. */
const GATHER_MS = 120;
/** The most rows that come with a set. */
const MOST_ROWS = 200;

/** The windows of these rows, as they are asked for together with a set. */
function lookAt(from: number, to: number, pin: PinId | null): Look {
  const first = Math.floor(from / WINDOW) * WINDOW;
  return { from: first, n: Math.min(MOST_ROWS, (Math.floor(to / WINDOW) + 1) * WINDOW - first), pin };
}

/** What the table does when rows came or went above those being read. */
export type Scroller = { topRow: () => number; shift: (rows: number) => void; toTop: () => void; reveal: (index: number) => void };

/** The list of pins: one result set in the engine, the rows of it that are on screen, and what is selected. */
export class Pins {
  query = $state.raw<PinQuery>({ text: "", sort: "pinned_at", descending: true, filters: NO_FILTERS });
  /** What is kept now, what was unpinned once, or both, as the service remembers it. */
  showing = $state<"pinned" | "unpinned" | "both">("pinned");
  /** What the service's memory is narrowed to. */
  pastFilters = $state.raw<PinFilters>(NO_FILTERS);
  /** null until the first answer */
  set = $state.raw<ResultSet | null>(null);
  /** Why the list could not be opened; the old rows stay. */
  problem = $state.raw<CommandError | null>(null);
  selected = $state.raw<Ranges>(NONE);
  /** The row the keyboard is on. */
  cursor = $state(0);
  /** Counts up when rows arrive or a change is announced, for those who show more than rows. */
  arrived = $state(0);
  changes = $state(0);
  /** The pins that a sheet asks about before they are unpinned. */
  unpinning = $state.raw<{ selection: Selection; count: number; name: string | null } | null>(null);
  /** The pin whose address a sheet gives other content. */
  swapping = $state.raw<PinRow | null>(null);
  /** The pins that a sheet asks another account for. */
  copying = $state.raw<{ selection: Selection; count: number } | null>(null);
  /** The pins that a sheet edits together. */
  editing = $state.raw<{ selection: Selection; count: number } | null>(null);
  /** The pins that a sheet gives one end. */
  ending = $state.raw<{ selection: Selection; count: number } | null>(null);

  /** Key-values that were typed into the details and are not saved: they wait until their pin is shown again. */
  readonly drafts = new Map<PinId, KeyValuesDraft>();

  narrowed = $derived(!sameFilters(this.query.filters, NO_FILTERS));
  total = $derived(this.set?.total ?? 0);
  count = $derived(size(this.selected));
  /** Where the rows that an action is for are: the selection, or the row under the cursor. */
  #target = $derived<Ranges>(this.count > 0 ? this.selected : this.total > 0 ? span(this.cursor, this.cursor) : NONE);
  /** The one pin that the details are about; null where there is none or more than one. */
  current = $derived.by((): PinRow | null => {
    if (this.count > 1) return null;
    return this.at(this.count === 1 ? this.selected[0]![0] : this.cursor) ?? null;
  });

  scroller: Scroller | null = null;

  #rows = $state.raw<RowCache | null>(null);
  #range: [number, number] = [0, WINDOW - 1];
  #anchor = 0;
  #asked = 0;
  #gathering = false;
  #stale = false;

  listen = (): Promise<() => void> =>
    hearChanges("pin", (ids) => {
      const shown = this.current?.id;
      if (ids === null || this.count > 1 || (shown !== undefined && ids.includes(shown))) this.changes += 1;
      this.#changed();
    });

  /** One opening under way, and one more for all that changes meanwhile: a list that changes all the time is shown all the same. */
  #changed() {
    this.#stale = true;
    if (this.#gathering) return;
    this.#gathering = true;
    setTimeout(async () => {
      this.#stale = false;
      await this.open();
      this.#gathering = false;
      if (this.#stale) this.#changed();
    }, GATHER_MS);
  }

  /** The row, or undefined while it is read. */
  at(index: number): PinRow | undefined {
    void this.arrived;
    return this.#rows?.at(index);
  }

  isSelected(index: number): boolean {
    return has(this.selected, index);
  }

  /** The rows from..to are on screen. */
  show = (from: number, to: number) => {
    this.#range = [from, to];
    if (!this.#rows) return;
    this.#rows.kept = this.count === 1 ? this.selected[0]![0] : this.cursor;
    this.#rows.want(from, to);
  };

  /**
   * Opens the query anew and takes the selection along; its first rows come with the answer. The rows shown stay until then.
   * `pin`: the one to go to.
   */
  async open(query: PinQuery = this.query, other = query !== this.query, pin: PinId | null = null): Promise<void> {
    const asked = ++this.#asked;
    this.query = query;
    const { set: before, selected } = this;
    const [from, to] = other ? [0, WINDOW - 1] : this.#range;
    const look = lookAt(from, to, pin ?? (other ? null : (this.#rows?.at(this.cursor)?.id ?? null)));
    try {
      const set = await commands.pinsOpen(query, before ? { set: before.set, ranges: plain(selected) } : null, look);
      if (asked !== this.#asked) return;
      const rows = new RowCache(set.set, this.#arrive, this.#fail);
      rows.seed(look.from, set.rows);
      const only = this.count === 1 ? set.selection[0]?.[0] : undefined;
      if (!other || pin !== null)
        rows.kept = Math.max(0, Math.min((pin === null ? only : null) ?? set.place ?? this.cursor, set.total - 1));
      if (set.total > 0 && !(other && pin === null)) await rows.fill(Math.min(from, set.total - 1), Math.min(to, set.total - 1));
      if (asked !== this.#asked) return;
      // What was selected while the answer was on its way is not in it: ask again, with that.
      if (before !== null && this.selected !== selected) return await this.open(query, other, pin);
      this.#replace(set, rows, other);
      if (pin !== null && set.place !== null) this.#goTo(set.place);
    } catch (error) {
      if (asked === this.#asked) this.problem = asCommandError(error);
    }
  }

  /** Shows a pin among all the others. */
  showPin = (pin: PinId) => {
    this.showing = "pinned";
    return this.open({ ...this.query, text: "", filters: NO_FILTERS }, true, pin);
  };

  #goTo(place: number) {
    this.point(place, "one");
    this.scroller?.reveal(place);
  }

  /** Another account: nothing of the old one may stay. */
  reset = () => {
    this.#asked += 1;
    this.set = null;
    this.#rows = null;
    this.selected = NONE;
    this.cursor = 0;
    this.#anchor = 0;
    this.#range = [0, WINDOW - 1];
    this.problem = null;
    this.unpinning = this.editing = this.ending = null;
    this.swapping = null;
    this.showing = "pinned";
    this.pastFilters = NO_FILTERS;
    return this.open({ ...this.query, text: "", filters: NO_FILTERS });
  };

  search = (text: string) => this.open({ ...this.query, text });

  /** Another narrowing; the text and the order stay. */
  narrow = (filters: PinFilters) => this.open({ ...this.query, filters });

  /** Another question altogether, as it was saved. */
  ask = (query: PinQuery) => {
    this.showing = "pinned";
    return this.open(query, true);
  };

  /** Nothing but this narrowing; the order stays. */
  narrowTo = (filters: PinFilters) => this.ask({ ...this.query, text: "", filters });

  /** Takes back both the text and the narrowing. */
  showAll = () => this.open({ ...this.query, text: "", filters: NO_FILTERS });

  sortBy = (sort: SortKey) => {
    const { query } = this;
    const usual = sort === "size" || sort === "pinned_at";
    return this.open({ ...query, sort, descending: query.sort === sort ? !query.descending : usual });
  };

  /** Asks the service for the list now. */
  refresh = async () => {
    try {
      await commands.pinsRefresh();
      await this.open();
    } catch (error) {
      this.problem = asCommandError(error);
    }
  };

  // ---------- selection

  /** A click on a row. */
  point = (index: number, how: "one" | "toggle" | "extend") => {
    if (how === "one") this.selected = span(index, index);
    else if (how === "toggle") this.selected = toggle(this.selected, index);
    else this.selected = span(this.#anchor, index);
    if (how !== "extend") this.#anchor = index;
    this.cursor = index;
  };

  /** The keyboard moves. A single selected row goes along, several stay. */
  move = (to: number, extend: boolean) => {
    if (this.total === 0) return;
    const index = Math.max(0, Math.min(this.total - 1, to));
    if (extend) this.selected = span(this.#anchor, index);
    else {
      if (this.count === 1 && this.isSelected(this.cursor)) this.selected = span(index, index);
      this.#anchor = index;
    }
    this.cursor = index;
    this.scroller?.reveal(index);
  };

  /** Goes to the next row whose name begins so, going round; with `here` the row under the cursor may stay. */
  jump = async (begins: string, here: boolean) => {
    if (!this.set || this.total === 0) return;
    const after = here ? (this.cursor - 1 + this.total) % this.total : this.cursor;
    try {
      const place = await commands.pinsNext(this.set.set, after, begins);
      if (place !== null) this.move(place, false);
    } catch (error) {
      this.#fail(error);
    }
  };

  selectAll = () => {
    if (this.total > 0) this.selected = span(0, this.total - 1);
  };

  selectNone = () => {
    this.selected = NONE;
    this.#anchor = this.cursor;
  };

  /** What an action is for, as the engine takes it; null where there is nothing. */
  targets(): { selection: Selection; count: number } | null {
    if (!this.set || this.#target.length === 0) return null;
    return { selection: { set: this.set.set, ranges: plain(this.#target) }, count: size(this.#target) };
  }

  askSwap = () => {
    this.swapping = this.current;
  };

  /** Asks to which other account the same is to be pinned. */
  askCopy = () => {
    this.copying = this.targets();
  };

  askUnpin = () => {
    const targets = this.targets();
    if (targets) this.unpinning = { ...targets, name: this.current?.name ?? null };
  };

  askEdit = () => {
    this.editing = this.targets();
  };

  askEnd = () => {
    this.ending = this.targets();
  };

  /** Everything that the list is narrowed to. */
  all(): Selection | null {
    return this.set && this.total > 0 ? { set: this.set.set, ranges: [[0, this.total - 1]] } : null;
  }

  #arrive = () => {
    this.arrived += 1;
  };

  /** A set that the engine no longer has is opened anew. */
  #fail = (error: unknown) => {
    const failure = asCommandError(error);
    if (failure.code === "gone") void this.open();
    else this.problem = failure;
  };

  #replace(set: ResultSet, rows: RowCache, other: boolean) {
    const reading = this.scroller?.topRow() ?? 0;
    const read = reading > 0 && !other ? this.#rows?.at(reading)?.id : undefined;
    const under = this.#rows?.at(this.cursor)?.id;
    this.set = set;
    this.#rows = rows;
    this.problem = null;
    this.arrived += 1;
    this.selected = set.selection.reduce<Ranges>((ranges, range) => add(ranges, range), NONE);
    const now = other ? (under === undefined ? null : rows.indexOf(under)) : set.place;
    const only = this.count === 1 ? this.selected[0]![0] : null;
    this.cursor = Math.max(0, Math.min(set.total - 1, only ?? now ?? (other ? 0 : this.cursor)));
    this.#anchor = this.cursor;
    if (other) {
      this.#range = [0, WINDOW - 1];
      this.scroller?.toTop();
    } else if (read !== undefined) {
      const moved = rows.indexOf(read);
      if (moved !== null && moved !== reading) this.scroller?.shift(moved - reading);
    }
    rows.want(...this.#range);
  }
}
