import {
  commands,
  type AccountHealth,
  type AccountId,
  type AccountRow,
  type AppStart,
  type CommandError,
  type KeyHandle,
  type Keep,
} from "../bindings";
import { hearChanges } from "../lib/announced";
import { asCommandError } from "./commandError";

/** The accounts as the engine last told them, and which one the window shows. */
export class Accounts {
  rows = $state.raw<AccountRow[]>([]);
  activeId = $state<AccountId | null>(null);
  /** The account a command is under way for; its buttons show it. */
  busy = $state<AccountId | null>(null);
  /** Why the last command on an account failed; cleared by the next one. */
  problem = $state.raw<CommandError | null>(null);
  /** What the window is asked to show: a form to add an account, or one to replace a key. */
  form = $state.raw<{ replace: AccountRow | null } | null>(null);
  /** What else it is asked to show of one account. */
  sheet = $state.raw<{ kind: "health" | "links" | "rename" | "remove"; row: AccountRow } | null>(null);

  active = $derived(this.rows.find((row) => row.id === this.activeId) ?? null);
  /** No account yet: the window shows the first run. */
  firstRun = $derived(this.active === null);

  /** Counts the changes heard of. */
  #heard = 0;

  constructor(start?: Pick<AppStart, "accounts" | "active">) {
    if (start) this.fill(start);
  }

  fill(start: Pick<AppStart, "accounts" | "active">) {
    this.rows = start.accounts;
    this.activeId = start.active;
  }

  /** Follows the engine until the returned function is called. */
  listen = (): Promise<() => void> =>
    hearChanges("account", () => {
      this.#heard += 1;
      void this.refresh();
    });

  refresh = async () => {
    const asked = this.#heard;
    const rows = await commands.accountsList().catch(() => null);
    // A change announced meanwhile has its own answer under way; the older one must not overwrite it.
    if (rows && asked === this.#heard) this.rows = rows;
  };

  /** Starts the Sandbox and shows it. */
  trySandbox = async (): Promise<AccountRow | null> => {
    return this.#during("", async () => {
      const row = await commands.accountsTrySandbox();
      this.#put(row);
      this.activeId = row.id;
      return row;
    });
  };

  /** Keeps the tested key and shows its account. Fails with the engine's own error. */
  connect = async (handle: KeyHandle, keep: Keep): Promise<AccountRow> => {
    const row = await commands.accountsConnect(handle, keep);
    this.#put(row);
    this.activeId = row.id;
    return row;
  };

  replaceKey = async (id: AccountId, handle: KeyHandle, keep: Keep): Promise<AccountRow> => {
    const row = await commands.accountsReplaceKey(id, handle, keep);
    this.#put(row);
    return row;
  };

  select = async (id: AccountId): Promise<boolean> => {
    if (id === this.activeId) return true;
    const done = await this.#during(id, async () => {
      await commands.accountsSelect(id);
      this.activeId = id;
      return true;
    });
    return done ?? false;
  };

  /** Looks again at an account that is held: after unlocking the keychain, or coming online. */
  retry = async (id: AccountId) => {
    await this.#during(id, async () => {
      this.#put(await commands.accountsRetry(id));
    });
  };

  /** How an account is, as far as it is known here; with `ask`, after asking its service again. */
  health = async (id: AccountId, ask: boolean): Promise<AccountHealth | null> => {
    return this.#during(id, async () => {
      const health = await (ask ? commands.accountsCheck(id) : commands.accountsHealth(id));
      this.#put(health.row);
      return health;
    });
  };

  rename = async (id: AccountId, label: string): Promise<boolean> => {
    const done = await this.#during(id, async () => {
      this.#put(await commands.accountsRename(id, label));
      return true;
    });
    return done ?? false;
  };

  /** Forgets the account and its key on this computer. Its pins stay where they are; `erase` deletes what the Sandbox keeps. */
  remove = async (id: AccountId, erase = false): Promise<boolean> => {
    const done = await this.#during(id, async () => {
      await commands.accountsRemove(id, erase);
      this.rows = this.rows.filter((row) => row.id !== id);
      if (this.activeId !== id) return true;
      const next = this.rows[0];
      if (next) await commands.accountsSelect(next.id);
      this.activeId = next?.id ?? null;
      return true;
    });
    return done ?? false;
  };

  /** Shows the folder that the Sandbox keeps its files in. */
  showSandbox = async () => {
    await this.#during("", () => commands.accountsShowSandbox());
  };

  #put(row: AccountRow) {
    const known = this.rows.some((other) => other.id === row.id);
    this.rows = known ? this.rows.map((other) => (other.id === row.id ? row : other)) : [...this.rows, row];
  }

  async #during<T>(id: AccountId, work: () => Promise<T>): Promise<T | null> {
    this.busy = id;
    this.problem = null;
    try {
      return await work();
    } catch (error) {
      this.problem = asCommandError(error);
      return null;
    } finally {
      this.busy = null;
    }
  }
}
