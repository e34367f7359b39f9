import { commands, type UploadId, type UploadsChosen } from "../bindings";
import { portions } from "./portions";
import type { RowWindows } from "./rowWindows.svelte";

/** What can be asked of the selected uploads, each with of how many. */
export type Offers = Omit<UploadsChosen, "ids">;

const NONE: ReadonlySet<UploadId> = new Set();
/** More than so many take several messages, or a long one: at changes of the list they are looked at only now and then. */
const FEW = 1_000;
const RESTS_MS = 4_000;

function sum(parts: UploadsChosen[]): Offers {
  const of = (what: keyof Offers) => parts.reduce((all, part) => all + part[what], 0);
  return {
    pause: of("pause"),
    resume: of("resume"),
    cancel: of("cancel"),
    sent: of("sent"),
    retry: of("retry"),
    clear: of("clear"),
    first: of("first"),
    last: of("last"),
  };
}

/** What is selected in a list of uploads: uploads, not places, because the list moves while work goes on. */
export class UploadSelection {
  ids = $state.raw(NONE);
  /** null until the engine has told. */
  offers = $state.raw<Offers | null>(null);
  /** It is asked whether they are to be cancelled. */
  cancelling = $state(false);

  size = $derived(this.ids.size);

  #list: () => RowWindows;
  /** Where a range begins. */
  #anchor: { id: UploadId | null; place: number } = { id: null, place: 0 };
  /** Counts up with what is selected, and with each look at it: only the latest answer counts. */
  #turn = 0;
  #looks = 0;
  #looking: Promise<void> = Promise.resolve();
  #underWay = false;
  /** The list changed since the last look began. */
  #stale = false;
  #resting: ReturnType<typeof setTimeout> | undefined;

  constructor(list: () => RowWindows) {
    this.#list = list;
  }

  has(id: UploadId): boolean {
    return this.ids.has(id);
  }

  /** A click on a place, or a key there. */
  point(place: number, how: "one" | "toggle" | "extend") {
    if (how === "extend") return this.#extend(place);
    const id = this.#list().at(place)?.id;
    this.#anchor = { id: id ?? null, place };
    const next = new Set(how === "one" ? [] : this.ids);
    if (id !== undefined && !next.delete(id)) next.add(id);
    return this.#put(next);
  }

  /**
   * The keyboard moves from one place to another. A single selected upload goes along from wherever it is, so that what a
   * key acts on is in sight; several stay.
   */
  move(from: number, to: number, extend: boolean) {
    if (extend) {
      if (this.size === 0) this.#anchor = { id: this.#list().at(from)?.id ?? null, place: from };
      return this.#extend(to);
    }
    if (this.size === 1) return this.point(to, "one");
    this.#anchor = { id: this.#list().at(to)?.id ?? null, place: to };
  }

  all() {
    return this.#span(0, this.#list().total - 1);
  }

  none() {
    this.#put(NONE);
  }

  /** The list changed. Whoever reads it anew waits for none of this. */
  changed() {
    if (this.size === 0) return;
    this.#stale = true;
    if (!this.#underWay && this.#resting === undefined) void this.#look();
  }

  /** What can be asked of it as it is now: looked at anew where the list changed since. null where another is selected meanwhile. */
  async now(): Promise<Offers | null> {
    const turn = this.#turn;
    await this.#looking;
    await (this.#stale ? this.#look() : this.#looking);
    return turn === this.#turn ? this.offers : null;
  }

  /** Asks what of it is still in the list, and what can be asked of that. */
  #look(): Promise<void> {
    clearTimeout(this.#resting);
    this.#resting = undefined;
    this.#stale = false;
    const look = (this.#looks += 1);
    if (this.size === 0) {
      this.#underWay = false;
      return Promise.resolve();
    }
    this.#underWay = true;
    return (this.#looking = this.#read(look).then(() => this.#looked(look)));
  }

  #looked(look: number) {
    if (look !== this.#looks) return;
    this.#underWay = false;
    if (this.size <= FEW) {
      if (this.#stale) void this.#look();
      return;
    }
    this.#resting = setTimeout(() => {
      this.#resting = undefined;
      if (this.#stale) void this.#look();
    }, RESTS_MS);
  }

  async #read(look: number) {
    const { ids } = this;
    const { filter, text } = this.#list();
    const all = [...ids];
    const parts: UploadsChosen[] = [];
    try {
      for (const some of portions(all)) {
        parts.push(await commands.uploadsChosen(filter, text, some));
        if (look !== this.#looks) return;
      }
    } catch {
      // What was known stays; the list itself says why it cannot be read.
      return;
    }
    const here = new Set(parts.flatMap((part) => part.ids));
    if (here.size < ids.size) this.ids = new Set(all.filter((id) => here.has(id)));
    this.offers = here.size > 0 ? sum(parts) : null;
  }

  #extend(place: number) {
    const { id } = this.#anchor;
    const from = (id === null ? null : this.#list().placeOf(id, this.#anchor.place)) ?? this.#anchor.place;
    return this.#span(Math.min(from, place), Math.max(from, place));
  }

  #span(from: number, to: number) {
    const turn = (this.#turn += 1);
    this.#looking = this.#list()
      .idsIn(from, to)
      .then((ids) => (turn === this.#turn ? this.#put(new Set(ids), turn) : undefined))
      .catch(() => undefined);
    return this.#looking;
  }

  #put(ids: ReadonlySet<UploadId>, turn = this.#turn + 1) {
    this.#turn = turn;
    this.ids = ids;
    if (ids.size === 0) this.offers = null;
    return this.#look();
  }
}
