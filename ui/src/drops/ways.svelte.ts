import { commands, type CommandError, type Drop, type DropCids, type DropWays, type UploadOptions } from "../bindings";
import { asCommandError } from "../accounts/commandError";

/** How far the computing is, is looked at this often. */
const LOOK_MS = 250;

/** A drop at an account that takes no uploads: which way it goes, and how far it has come. */
export class Ways {
  /** What the engine knows of the ways; null until it answered. */
  told = $state.raw<DropWays | null>(null);
  /** Uploaded through another account first, or asked for by its CID alone. */
  way = $state<"through" | "cid">("through");
  /** The account that takes the upload. */
  through = $state("");
  /** The CIDs, once they were computed. */
  cids = $state.raw<DropCids | null>(null);
  computing = $state(false);
  /** Bytes that were read for them. */
  read = $state(0);
  asking = $state(false);
  /** Why the last step did not work. */
  problem = $state.raw<CommandError | null>(null);

  /** As it was looked at last. */
  drop = $state.raw() as Drop;
  readonly account = $derived(this.told?.through.find((account) => account.id === this.through) ?? null);
  /** Why this way cannot be gone; null when it can. */
  readonly closed = $derived(this.told?.noCid ?? (this.way === "through" ? (this.told?.noThrough ?? null) : null));

  #stopped = false;

  constructor(drop: Drop) {
    this.drop = drop;
  }

  open = async () => {
    try {
      this.told = await commands.jobsWays();
      this.through = this.told.through[0]?.id ?? "";
      if (this.told.noThrough !== null) this.way = "cid";
    } catch (error) {
      this.problem = asCommandError(error);
    }
  };

  /** Queues the upload; answers how many uploads it became, or null where that did not work. */
  upload = (options: UploadOptions): Promise<number | null> =>
    this.#ask(() => commands.jobsUploadThrough(this.through, this.drop.id, options));

  compute = async (options: UploadOptions) => {
    if (this.computing) return;
    this.problem = null;
    this.computing = true;
    this.read = 0;
    this.#stopped = false;
    const looking = setInterval(() => void this.#look(), LOOK_MS);
    try {
      const cids = await commands.jobsCompute(this.drop.id, options);
      if (!this.#stopped) this.cids = cids;
    } catch (error) {
      if (!this.#stopped) this.problem = asCommandError(error);
    } finally {
      clearInterval(looking);
      this.computing = false;
    }
  };

  /** Stops computing, or forgets what was computed. */
  stop = () => {
    this.#stopped = true;
    this.cids = null;
    void commands.jobsForgetDrop(this.drop.id).catch(() => null);
  };

  /** Asks for the computed CIDs; answers how many, or null where it failed. */
  ask = (): Promise<number | null> => this.#ask(() => commands.jobsImportDrop(this.drop.id));

  async #ask(work: () => Promise<number>): Promise<number | null> {
    this.problem = null;
    this.asking = true;
    try {
      return await work();
    } catch (error) {
      this.problem = asCommandError(error);
      return null;
    } finally {
      this.asking = false;
    }
  }

  async #look() {
    const read = await commands.jobsComputedBytes(this.drop.id).catch(() => null);
    if (read !== null && this.computing) this.read = Math.min(read, this.drop.bytes);
  }
}
