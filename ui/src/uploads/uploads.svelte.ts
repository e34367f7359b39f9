import {
  commands,
  events,
  type AppStart,
  type CommandError,
  type CopyWhat,
  type Progress,
  type RestFor,
  type UploadId,
  type UploadProblem,
  type UploadRow,
  type UploadsFilter,
  type UploadsHead,
} from "../bindings";
import { asCommandError } from "../accounts/commandError";
import { hearChanges } from "../lib/announced";
import { portions } from "./portions";
import { RowWindows } from "./rowWindows.svelte";
import { UploadSelection } from "./selection.svelte";
import { needYou } from "./wording";

type Announce = (text: string) => void;
/** The figures of a queue with nothing in it. */
export const NOTHING: UploadsHead = {
  now: 0,
  needsYou: 0,
  waiting: 0,
  finished: 0,
  bytesDone: 0,
  bytesTotal: 0,
  sized: true,
  paused: false,
  restingUntil: null,
};
/** Changes that come in a burst are answered by one reading. */
const GATHER_MS = 120;
/** The one polite region says at most this often how far it is. */
const SAY_EVERY_MS = 5000;
/** Progress is kept for this many rows; the ones that moved longest ago are forgotten first. */
const FOLLOWED = 400;

/** How far one upload is, on its own, so that ten events a second redraw one row and not the list. */
export class LiveProgress {
  done = $state(0);
  total = $state(0);
  rate = $state<number | null>(null);
  secondsLeft = $state<number | null>(null);
}

/** The queue of uploads as the engine tells it. */
export class Uploads {
  head = $state.raw<UploadsHead>(NOTHING);
  tab = $state<UploadsFilter>("now");
  dockOpen = $state(false);
  rate = $state<number | null>(null);
  secondsLeft = $state<number | null>(null);
  /** Why the last action failed; cleared by the next one. */
  problem = $state.raw<CommandError | null>(null);
  /** Rows whose folder problems are unfolded. */
  unfolded = $state.raw<ReadonlyMap<UploadId, UploadProblem[] | "reading" | CommandError>>(new Map());
  /** The row whose CIDs are being compared. */
  comparing = $state.raw<UploadRow | null>(null);
  /** The row whose files that look like secrets are being answered for. */
  suspecting = $state.raw<UploadRow | null>(null);
  /** The row whose receipt is shown. */
  receipt = $state.raw<UploadRow | null>(null);
  /** Rows with an action under way. */
  acting = $state.raw<ReadonlySet<UploadId>>(new Set());

  readonly lists: Record<UploadsFilter, RowWindows> = {
    now: new RowWindows("now"),
    needs_you: new RowWindows("needs_you"),
    finished: new RowWindows("finished"),
  };

  /** What is selected in the list that is shown. */
  readonly selection = new UploadSelection(() => this.lists[this.tab]);

  /** Uploads that go on without a word of the person. */
  moving = $derived(this.head.now - this.head.needsYou);

  /** Not one of them moves: all are paused, or wait. */
  still = $derived(this.head.paused || this.head.waiting === this.moving);

  /** 0 to 1; null when nothing is under way or its size is not known yet. */
  share = $derived(
    this.moving > 0 && this.head.sized && this.head.bytesTotal > 0 ? Math.min(1, this.head.bytesDone / this.head.bytesTotal) : null,
  );

  /** Whole percent of it; 100 only when nothing is under way any more. */
  percent = $derived(this.share === null ? null : Math.min(99, Math.round(this.share * 100)));

  #live = new Map<UploadId, LiveProgress>();
  #gathering = false;
  #reading: Promise<void> | null = null;
  #again = false;
  #announce: Announce;
  #saidAt = 0;

  constructor(start?: Pick<AppStart, "uploads">, announce: Announce = () => undefined) {
    this.#announce = announce;
    if (start) this.head = start.uploads;
  }

  listen = async (): Promise<() => void> => {
    const stops = await Promise.all([
      hearChanges("upload", () => this.changed()),
      // What holds an account stands in its rows.
      hearChanges("account", () => this.changed()),
      events.progress.listen(({ payload }) => this.merge(payload)),
    ]);
    return () => stops.forEach((stop) => stop());
  };

  /** Something changed: what is on screen is read again, and the rest forgotten. */
  changed() {
    if (this.#gathering) return;
    this.#gathering = true;
    setTimeout(() => {
      this.#gathering = false;
      void this.refresh();
    }, GATHER_MS);
  }

  /** Reads the head and what is on screen. A reading under way is followed by one more, never by two. */
  refresh = (): Promise<void> => {
    if (this.#reading) {
      this.#again = true;
      return this.#reading;
    }
    this.#reading = this.#read().finally(() => {
      this.#reading = null;
      if (!this.#again) return;
      this.#again = false;
      void this.refresh();
    });
    return this.#reading;
  };

  /** Another account: nothing kept belongs to it. */
  reload = async () => {
    this.selection.none();
    for (const list of Object.values(this.lists)) list.clear();
    this.#live.clear();
    this.unfolded = new Map();
    await this.refresh();
  };

  /** Progress of a row, kept up to date by events. */
  liveOf(id: UploadId): LiveProgress {
    let live = this.#live.get(id);
    if (!live) {
      live = new LiveProgress();
      this.#live.set(id, live);
    }
    return live;
  }

  merge(progress: Progress) {
    for (const row of progress.rows) {
      const live = this.liveOf(row.id);
      live.done = row.done;
      live.total = row.total;
      live.rate = row.rate;
      if (moved(live.secondsLeft, row.secondsLeft)) live.secondsLeft = row.secondsLeft;
      this.#live.delete(row.id);
      this.#live.set(row.id, live);
    }
    for (const id of this.#live.keys()) {
      if (this.#live.size <= FOLLOWED) break;
      this.#live.delete(id);
    }
    this.head = { ...this.head, bytesDone: progress.bytesDone, bytesTotal: progress.bytesTotal };
    this.rate = progress.rate;
    if (moved(this.secondsLeft, progress.secondsLeft)) this.secondsLeft = progress.secondsLeft;
    this.#say();
  }

  /** Shows another of the three lists; what was kept of it may be old. */
  choose = (tab: UploadsFilter) => {
    this.lists[this.tab].release();
    this.selection.none();
    this.tab = tab;
    void this.lists[tab].refresh();
  };

  /** Looks for a name or a CID among all that ever finished; empty shows the list again. */
  find = (text: string) => {
    if (!this.lists.finished.look(text)) return;
    this.selection.none();
    void this.lists.finished.refresh();
  };

  toggleDock = () => {
    this.dockOpen = !this.dockOpen;
  };

  pause = (ids: UploadId[]) => this.#each(ids, commands.uploadsPause);
  resume = (ids: UploadId[]) => this.#each(ids, commands.uploadsResume);
  cancel = (ids: UploadId[]) => this.#each(ids, commands.uploadsCancel);
  retry = (ids: UploadId[]) => this.#each(ids, commands.uploadsRetry);
  clear = (ids: UploadId[]) => this.#each(ids, commands.uploadsClear);
  putFirst = (ids: UploadId[]) => this.#each(ids, commands.uploadsPutFirst, "backwards");
  putLast = (ids: UploadId[]) => this.#each(ids, commands.uploadsPutLast);
  /** A yes to these files that look like secrets, and a no to the others up to `last`. Answers why it failed, for whoever asked. */
  allow = async (id: UploadId, yes: number[], last: number): Promise<CommandError | null> => {
    await this.#act([id], () => commands.uploadsAllow(id, yes, last));
    const failed = this.problem;
    this.problem = null;
    return failed;
  };
  /** A yes to an upload that is one file. */
  allowFile = (id: UploadId) =>
    this.#act([id], async () => {
      const { files, last } = await commands.uploadsSuspects(id);
      return commands.uploadsAllow(
        id,
        files.map((file) => file.id),
        last,
      );
    });
  rest = (rest: RestFor) => this.#act([], () => commands.uploadsRest(rest));
  pauseAll = () => this.#act([], commands.uploadsPauseAll);
  resumeAll = () => this.#act([], commands.uploadsResumeAll);
  cancelAll = () => this.#act([], commands.uploadsCancelAll);
  retryAll = () => this.#act([], commands.uploadsRetryAll);
  clearFinished = () => this.#act([], commands.uploadsClearFinished);

  /** Copies the CID, or a link, of a finished upload; answers how many lines were copied. */
  copy = async (row: UploadRow, what: CopyWhat): Promise<number> => {
    this.problem = null;
    try {
      return await commands.uploadsCopy(row.id, what);
    } catch (error) {
      this.problem = asCommandError(error);
      return 0;
    }
  };

  /** Unfolds or folds what was left out of a folder. */
  unfold = async (row: UploadRow) => {
    const next = new Map(this.unfolded);
    if (next.delete(row.id)) {
      this.unfolded = next;
      return;
    }
    this.unfolded = next.set(row.id, "reading");
    const found = await commands.uploadsProblems(row.id).catch(asCommandError);
    if (this.unfolded.has(row.id)) this.unfolded = new Map(this.unfolded).set(row.id, found);
  };

  /** Of many, so many at once as go in a message: to the front backwards, so that they keep their order. */
  #each(ids: UploadId[], ask: (some: UploadId[]) => Promise<null>, way: "forwards" | "backwards" = "forwards"): Promise<void> {
    const parts = portions(ids);
    return this.#act(ids, async () => {
      for (const some of way === "backwards" ? parts.reverse() : parts) await ask(some);
      return null;
    });
  }

  async #act(ids: UploadId[], work: () => Promise<null>) {
    this.problem = null;
    this.acting = new Set([...this.acting, ...ids]);
    try {
      await work();
      await this.refresh();
    } catch (error) {
      this.problem = asCommandError(error);
    } finally {
      const ended = new Set(ids);
      this.acting = new Set([...this.acting].filter((other) => !ended.has(other)));
    }
  }

  async #read() {
    this.selection.changed();
    const [head] = await Promise.all([commands.uploadsHead().catch(() => null), this.lists[this.tab].refresh()]);
    if (!head) return;
    this.head = head;
    if (head.now > 0) return;
    this.rate = null;
    this.secondsLeft = null;
  }

  #say() {
    const now = performance.now();
    if (this.still || this.share === null || now - this.#saidAt < SAY_EVERY_MS) return;
    this.#saidAt = now;
    const needs = this.head.needsYou > 0 ? `, ${needYou(this.head.needsYou)}` : "";
    this.#announce(`Uploading, ${this.percent} percent${needs}`);
  }
}

/** Time left changes on screen only when it moved by a tenth. */
function moved(before: number | null, now: number | null): boolean {
  if (before === null || now === null) return before !== now;
  return Math.abs(now - before) > before / 10 || now === 0;
}
