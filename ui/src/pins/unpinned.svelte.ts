import { commands, type CommandError, type UnpinnedQuery, type UnpinnedRow } from "../bindings";
import { asCommandError } from "../accounts/commandError";
import { NO_FILTERS } from "./filters";

/** What was unpinned once, as far as it was asked for. */
export class Unpinned {
  rows = $state.raw<UnpinnedRow[]>([]);
  /** There is more, or nothing was read yet. */
  more = $state(true);
  reading = $state(false);
  problem = $state.raw<CommandError | null>(null);
  /** CIDs that are asked for again. */
  again = $state.raw<ReadonlySet<string>>(new Set());

  #query: UnpinnedQuery = { text: "", filters: NO_FILTERS, alsoPinned: false };
  #next: string | null = null;
  #asked = 0;

  /** Begins again with another question. */
  restart = (query: UnpinnedQuery) => {
    this.#query = query;
    this.#next = null;
    this.#asked += 1;
    this.rows = [];
    this.more = true;
    this.reading = false;
    return this.read();
  };

  /** The next page. */
  read = async () => {
    if (this.reading || !this.more) return;
    const asked = ++this.#asked;
    this.reading = true;
    this.problem = null;
    try {
      const page = await commands.pinsUnpinned(this.#query, this.#next);
      if (asked !== this.#asked) return;
      this.rows = [...this.rows, ...page.rows];
      this.#next = page.next;
      this.more = page.next !== null;
    } catch (error) {
      if (asked === this.#asked) this.problem = asCommandError(error);
    } finally {
      if (asked === this.#asked) this.reading = false;
    }
  };

  /** Imports its CID again; whether that was taken up. The import is then followed like any other. */
  pinAgain = async (row: UnpinnedRow): Promise<boolean> => {
    this.problem = null;
    try {
      await commands.jobsImport(row.cid, null, { name: row.name, keyvalues: row.keyvalues, group: null, hostNodes: [] });
      this.again = new Set([...this.again, row.cid]);
      return true;
    } catch (error) {
      this.problem = asCommandError(error);
      return false;
    }
  };
}
