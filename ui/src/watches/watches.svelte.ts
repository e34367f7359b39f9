import {
  commands,
  type BrakeAnswer,
  type CommandError,
  type ExportForm,
  type PauseFor,
  type WatchDraft,
  type WatchesHead,
  type WatchRow,
} from "../bindings";
import { asCommandError } from "../accounts/commandError";
import { hearChanges } from "../lib/announced";

/** Changes that come in a burst are answered by one reading. */
const GATHER_MS = 120;
const NOTHING: WatchesHead = { folders: 0, watching: 0, needsYou: 0, underWay: 0 };

/** What the sheet with the rules is open for. */
export type RulesSheet = { kind: "add"; draft: WatchDraft } | { kind: "edit"; row: WatchRow };

/** The watched folders as the engine tells them. */
export class Watches {
  head = $state.raw<WatchesHead>(NOTHING);
  rows = $state.raw<WatchRow[]>([]);
  /** false until the first answer */
  read = $state(false);
  /** The folder whose ledger is on screen. */
  openId = $state<number | null>(null);
  sheet = $state.raw<RulesSheet | null>(null);
  /** The folder that is asked about before it is watched no more. */
  removing = $state.raw<WatchRow | null>(null);
  /** Folders with an action under way; 0 is all of them. */
  acting = $state.raw<ReadonlySet<number>>(new Set());
  /** The folder that is being compared with disk and service. */
  auditing = $state<number | null>(null);
  /** A dialog of the system is open. */
  picking = $state(false);
  /** Why the list could not be read, or the last action failed. */
  problem = $state.raw<CommandError | null>(null);
  /** Counts up with every change that was announced, for those who show more than the cards. */
  changes = $state(0);

  /** The folder whose ledger is on screen; null where it is the list. */
  open = $derived(this.rows.find((row) => row.id === this.openId) ?? null);
  allPaused = $derived(this.rows.length > 0 && this.rows.every((row) => row.state === "paused"));

  #gathering = false;

  listen = (): Promise<() => void> =>
    hearChanges("watch", () => {
      if (this.#gathering) return;
      this.#gathering = true;
      setTimeout(() => {
        this.#gathering = false;
        this.changes += 1;
        void this.refresh();
      }, GATHER_MS);
    });

  refresh = async () => {
    try {
      const [head, rows] = await Promise.all([commands.watchesHead(), commands.watchesList()]);
      this.head = head;
      this.rows = rows;
      this.read = true;
    } catch (error) {
      this.problem = asCommandError(error);
    }
  };

  /** Asks the person for a folder, then shows what watching it would do. */
  pick = async () => {
    if (this.picking) return;
    this.picking = true;
    this.problem = null;
    try {
      const draft = await commands.watchesPickFolder();
      if (draft) this.sheet = { kind: "add", draft };
    } catch (error) {
      this.problem = asCommandError(error);
    } finally {
      this.picking = false;
    }
  };

  /** A folder was dropped to be watched. */
  take = async (drop: string) => {
    this.problem = null;
    try {
      this.sheet = { kind: "add", draft: await commands.watchesDraftFromDrop(drop) };
    } catch (error) {
      this.problem = asCommandError(error);
    }
  };

  closeSheet = () => {
    if (this.sheet?.kind === "add") void commands.watchesDiscard(this.sheet.draft.id).catch(() => null);
    this.sheet = null;
  };

  isActing(id: number): boolean {
    return this.acting.has(id);
  }

  pause = (id: number, until: PauseFor) => this.#act(id, () => commands.watchesPause(id, until));
  resume = (id: number) => this.#act(id, () => commands.watchesResume(id));
  pauseAll = (until: PauseFor) => this.#act(0, () => commands.watchesPauseAll(until));
  resumeAll = () => this.#act(0, () => commands.watchesPauseAll(null));
  rescan = (id: number) => this.#act(id, () => commands.watchesRescan(id));
  locate = (id: number) => this.#act(id, () => commands.watchesLocate(id));
  accept = (id: number) => this.#act(id, () => commands.watchesAccept(id));
  show = (id: number) => this.#act(id, () => commands.watchesShow(id));
  allow = (id: number, entries: number[]) => this.#act(id, () => commands.watchesAllow(id, entries));
  retry = (id: number, entries: number[]) => this.#act(id, () => commands.watchesRetry(id, entries));
  keep = (id: number, entries: number[]) => this.#act(id, () => commands.watchesKeep(id, entries));
  brake = (id: number, answer: BrakeAnswer, entries: number[] | null) => this.#act(id, () => commands.watchesBrake(id, answer, entries));

  repair = (id: number, difference: number) => this.#act(id, () => commands.watchesRepair(id, difference));
  takeBack = (id: number, entry: number) => this.#act(id, () => commands.watchesTakeBack(id, entry));

  /** Compares ledger, disk and service; the folder itself is free meanwhile. */
  audit = async (id: number) => {
    if (this.auditing !== null) return;
    this.auditing = id;
    this.problem = null;
    try {
      await commands.watchesAudit(id);
      await this.refresh();
    } catch (error) {
      this.problem = asCommandError(error);
    } finally {
      this.auditing = null;
    }
  };

  remove = async (id: number): Promise<boolean> => {
    const done = await this.#act(id, () => commands.watchesRemove(id));
    if (done && this.openId === id) this.openId = null;
    return done;
  };

  /** Writes the ledger to a file; answers how many rows, or null where the person cancelled or it failed. */
  exportLedger = async (id: number, form: ExportForm): Promise<number | null> => {
    let rows: number | null = null;
    await this.#act(id, async () => (rows = await commands.watchesExport(id, form)));
    return rows;
  };

  async #act(id: number, work: () => Promise<unknown>): Promise<boolean> {
    this.problem = null;
    this.acting = new Set([...this.acting, id]);
    try {
      await work();
      await this.refresh();
      return true;
    } catch (error) {
      this.problem = asCommandError(error);
      return false;
    } finally {
      this.acting = new Set([...this.acting].filter((other) => other !== id));
    }
  }
}
