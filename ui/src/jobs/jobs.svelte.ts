import {
  commands,
  type CommandError,
  type JobList,
  type JobOptions,
  type JobRow,
  type JobsHead,
  type JobsQuery,
  type Pasted,
} from "../bindings";
import { asCommandError } from "../accounts/commandError";
import { hearChanges } from "../lib/announced";
import { filled, type Pair } from "../lib/keyValues";
import { Paged } from "../lib/paged.svelte";

/** Changes that come in a burst are answered by one reading. */
const GATHER_MS = 120;
/** A text is looked at when nobody has typed for so long. */
const PAUSE_MS = 150;
/** More than this is a list, and belongs into a file. In bytes of the message that carries it, whatever the letters are. */
const MOST_TEXT = 200 * 1024;
const NOTHING: JobsHead = { open: 0, failed: 0, all: 0 };

/** Import from IPFS: what is being typed, and the jobs as the engine tells them. */
export class Jobs {
  head = $state.raw<JobsHead>(NOTHING);
  query = $state.raw<JobsQuery>({ filter: "all", text: "", oldestFirst: false });
  asOf = $state<number | null>(null);
  refreshing = $state(false);
  /** Its screen is shown. */
  shown = $state(false);
  /** Why the service's list could not be read, in words. */
  unread = $state<string | null>(null);
  readonly list: Paged<JobRow>;
  /** Jobs with an action under way. */
  acting = $state.raw<ReadonlySet<number>>(new Set());
  /** The job whose addresses are asked for. */
  addressing = $state.raw<JobRow | null>(null);

  text = $state("");
  /** A list from a file, to be imported together with the text. */
  file = $state.raw<JobList | null>(null);
  /** What the text holds; null while it is empty. */
  pasted = $state.raw<Pasted | null>(null);
  name = $state("");
  node = $state("");
  /** What is wrong with the address; null where nothing is. */
  nodeProblem = $state<string | null>(null);
  pairs = $state.raw<Pair[]>([]);
  /** The service's id of the group that all go into. */
  group = $state<string | null>(null);
  importing = $state(false);
  picking = $state(false);
  /** Why the last action failed. */
  problem = $state.raw<CommandError | null>(null);

  readonly tooLong = $derived(this.text.length > MOST_TEXT || messageBytes(this.text) > MOST_TEXT);
  readonly ready = $derived((this.pasted?.ready ?? 0) + (this.file?.pasted.ready ?? 0));

  #gathering = false;
  #looking: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor() {
    this.list = new Paged((from, n) => this.#read(from, n));
  }

  listen = (): Promise<() => void> =>
    hearChanges("job", () => {
      if (this.#gathering) return;
      this.#gathering = true;
      setTimeout(() => {
        this.#gathering = false;
        void this.count();
        if (this.shown) void this.list.refresh();
      }, GATHER_MS);
    });

  /** Another account has other jobs. */
  reset = () => {
    this.asOf = null;
    this.unread = null;
    this.problem = null;
    this.group = null;
    this.#look();
    void this.count();
    if (this.shown) void this.open();
  };

  count = async () => {
    try {
      this.head = await commands.jobsHead();
    } catch (error) {
      this.problem = asCommandError(error);
    }
  };

  /** The screen is shown: what is here at once, then what the service says. */
  open = async () => {
    this.shown = true;
    await this.list.restart();
    await this.refresh();
  };

  close = () => {
    this.shown = false;
  };

  refresh = async () => {
    try {
      await commands.jobsRefresh();
    } catch {
      // Why is told with the rows.
    }
    await this.list.refresh();
  };

  filter = (change: Partial<JobsQuery>) => {
    this.query = { ...this.query, ...change };
    return this.list.restart();
  };

  type = (text: string) => {
    this.text = text;
    clearTimeout(this.#looking);
    this.#looking = setTimeout(this.#look, PAUSE_MS);
  };

  typeNode = async (text: string) => {
    this.node = text;
    if (text.trim() === "") {
      this.nodeProblem = null;
      return;
    }
    const problem = await commands.jobsCheckNode(text).catch(() => null);
    if (text === this.node) this.nodeProblem = problem;
  };

  pickList = async () => {
    if (this.picking) return;
    this.picking = true;
    this.problem = null;
    try {
      const list = await commands.jobsPickList();
      if (list) {
        this.dropList();
        this.file = list;
      }
    } catch (error) {
      this.problem = asCommandError(error);
    } finally {
      this.picking = false;
    }
  };

  dropList = () => {
    if (this.file) void commands.jobsDiscardList(this.file.id).catch(() => null);
    this.file = null;
  };

  /** Asks for everything; answers how many, or null where it failed. */
  run = async (): Promise<number | null> => {
    if (this.importing || this.ready === 0 || this.tooLong) return null;
    this.importing = true;
    this.problem = null;
    const options: JobOptions = {
      name: this.name.trim() || null,
      keyvalues: filled(this.pairs),
      group: this.group,
      hostNodes: this.node.trim() ? [this.node.trim()] : [],
    };
    try {
      const asked = await commands.jobsImport(this.text, this.file?.id ?? null, options);
      this.text = "";
      this.file = null;
      this.pasted = null;
      this.name = "";
      this.pairs = [];
      this.group = null;
      await this.typeNode("");
      return asked;
    } catch (error) {
      this.problem = asCommandError(error);
      return null;
    } finally {
      this.importing = false;
    }
  };

  cancel = (id: number) => this.#act(id, () => commands.jobsCancel(id));
  retry = (id: number, hostNodes: string[] | null = null) => this.#act(id, () => commands.jobsRetry(id, hostNodes));
  retryFailed = () => this.#act(0, () => commands.jobsRetryFailed());
  uploadCopy = (id: number) => this.#act(id, () => commands.jobsUploadCopy(id));
  clear = (id: number) => this.#act(id, () => commands.jobsClear(id));
  clearEnded = () => this.#act(0, () => commands.jobsClearEnded());
  copy = (id: number) => this.#act(id, () => commands.jobsCopy(id));

  async #act(id: number, work: () => Promise<unknown>): Promise<boolean> {
    this.problem = null;
    this.acting = new Set([...this.acting, id]);
    try {
      await work();
      await this.list.refresh();
      return true;
    } catch (error) {
      this.problem = asCommandError(error);
      return false;
    } finally {
      this.acting = new Set([...this.acting].filter((other) => other !== id));
    }
  }

  #look = async () => {
    const asked = (this.#asked += 1);
    if (this.text.trim() === "" || this.tooLong) {
      this.pasted = null;
      return;
    }
    try {
      const pasted = await commands.jobsLookAt(this.text);
      if (asked === this.#asked) this.pasted = pasted;
    } catch (error) {
      if (asked === this.#asked) this.problem = asCommandError(error);
    }
  };

  async #read(from: number, n: number) {
    const page = await commands.jobsRows(this.query, from, n);
    this.head = page.head;
    this.asOf = page.asOf;
    this.refreshing = page.refreshing;
    this.unread = page.problem;
    return page;
  }
}

/** Bytes of a text in a message to the engine, which is JSON. */
function messageBytes(text: string): number {
  return new TextEncoder().encode(JSON.stringify(text)).length;
}
