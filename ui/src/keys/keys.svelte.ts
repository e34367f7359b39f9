import { asCommandError } from "../accounts/commandError";
import { commands, type CommandError, type KeyList, type KeyRow, type KeysShown, type MadeKey, type Millis } from "../bindings";
import { hearChanges } from "../lib/announced";

/** Keys that a list begins with, where there are so many. */
const AT_FIRST = 10;

/** Pages read in one go: a filter may leave nothing of each, and a service may have no last one. */
const MOST_PAGES = 50;

/** The API keys of the active account as the service last listed them. */
export class ApiKeys {
  rows = $state.raw<KeyRow[]>([]);
  /** Where the list goes on; null at its end. */
  next = $state<string | null>(null);
  asOf = $state<Millis | null>(null);
  /** The service is being asked. */
  reading = $state(false);
  /** Why the list could not be read. */
  problem = $state.raw<CommandError | null>(null);
  text = $state("");
  shown = $state<KeysShown>("all");

  /** The sheet that makes a key is open. */
  creating = $state(false);
  /** The key that was just made, while its secrets are shown. */
  made = $state.raw<MadeKey | null>(null);
  /** The key that is asked about before it is revoked. */
  revoking = $state.raw<KeyRow | null>(null);

  filtered = $derived(this.text.trim() !== "" || this.shown !== "all");

  /** Counts the readings begun: an older one must not overwrite a newer. */
  #age = 0;
  /** Somebody looked at the list since the account was chosen. */
  #wanted = false;

  listen = (): Promise<() => void> =>
    hearChanges("key", () => {
      if (this.#wanted) void this.refresh();
    });

  /** Another account: nothing here belongs to it, but a new key whose secrets nobody has copied yet stays on the screen. */
  reset = () => {
    const wanted = this.#wanted;
    this.#forget();
    this.text = "";
    this.shown = "all";
    this.creating = false;
    this.revoking = null;
    if (wanted) void this.refresh();
  };

  /** The screen is open. */
  open = () => {
    this.#wanted = true;
    void this.refresh();
    return () => (this.#wanted = false);
  };

  /** Another question: its answer begins at the top. */
  ask = (text: string, shown: KeysShown) => {
    this.text = text;
    this.shown = shown;
    this.rows = [];
    void this.refresh();
  };

  /** Reads again as many keys as are shown. */
  refresh = () => this.#read([], null, this.rows.length);
  more = () => this.#read(this.rows, this.next, this.rows.length + 1);

  /** Revokes a key; answers why it was not. */
  revoke = async (row: KeyRow): Promise<CommandError | null> => {
    try {
      await commands.keysRevoke(row.key, row.inUse);
      return null;
    } catch (error) {
      return asCommandError(error);
    }
  };

  async #read(begun: KeyRow[], after: string | null, least: number) {
    const age = (this.#age += 1);
    const query = { text: this.text, shown: this.shown };
    this.reading = true;
    try {
      let rows = begun;
      let page: KeyList;
      let pages = 0;
      do {
        page = await commands.keysList(query, after);
        if (age !== this.#age) return;
        rows = [...rows, ...page.rows];
        after = page.next;
        pages += 1;
        // Of a page a filter may leave one key: no list begins with so few where more follow.
      } while (after !== null && pages < MOST_PAGES && (rows.length < least || (rows.length < AT_FIRST && page.rows.length > 0)));
      this.rows = rows;
      this.next = page.next;
      this.asOf = page.asOf;
      this.problem = null;
    } catch (error) {
      if (age === this.#age) this.problem = asCommandError(error);
    } finally {
      if (age === this.#age) this.reading = false;
    }
  }

  #forget() {
    this.#age += 1;
    this.rows = [];
    this.next = null;
    this.asOf = null;
    this.reading = false;
    this.problem = null;
  }
}
