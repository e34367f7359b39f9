import { commands, type AccountRow, type CommandError, type Endpoints, type KeyTest } from "../bindings";
import type { Accounts } from "./accounts.svelte";
import { asCommandError } from "./commandError";

type Step = "token" | "tested" | "not_kept";

/** Codes that say that the keychain, not the key, is what stands in the way. */
const KEYCHAIN = new Set(["no_keychain", "keychain_locked", "key_missing"]);

/** One go at connecting an account, or at giving an account another key. */
export class Connect {
  /** Only until the service has accepted it; then the page forgets it. */
  token = $state("");
  /** Addresses of a service that is not Pinata's own; all empty means Pinata. */
  endpoints = $state<Endpoints>({ api: "", uploads: "", gateway: "" });
  ownService = $state(false);
  testing = $state(false);
  starting = $state(false);
  result = $state.raw<KeyTest | null>(null);
  /** The service or this computer refused the key: shown below the field. */
  refused = $state.raw<CommandError | null>(null);
  /** The key is good and could not be kept, or the account not opened. */
  notKept = $state.raw<CommandError | null>(null);

  step = $derived<Step>(this.result === null ? "token" : this.notKept ? "not_kept" : "tested");
  keychainTrouble = $derived(this.notKept !== null && KEYCHAIN.has(this.notKept.code));
  canTest = $derived(!this.testing && this.token.trim() !== "" && (!this.ownService || this.#endpointsFilled()));

  #accounts: Accounts;
  #replace: AccountRow | null;

  constructor(accounts: Accounts, replace: AccountRow | null = null) {
    this.#accounts = accounts;
    this.#replace = replace;
  }

  /** Sends the token once. */
  test = async () => {
    if (!this.canTest) return;
    this.testing = true;
    this.refused = null;
    try {
      this.result = await commands.accountsTest(this.token.trim(), this.#sentEndpoints());
      this.token = "";
    } catch (error) {
      this.refused = asCommandError(error);
    } finally {
      this.testing = false;
    }
  };

  /** Back to the empty field, for another key. */
  another = () => {
    this.result = null;
    this.notKept = null;
    this.refused = null;
    this.token = "";
  };

  /** The account that came of it; null when it could not be kept, and then `notKept` says why. */
  start = async (keep: "keychain" | "until_quit" = "keychain"): Promise<AccountRow | null> => {
    if (!this.result || this.starting) return null;
    this.starting = true;
    try {
      const row = this.#replace
        ? await this.#accounts.replaceKey(this.#replace.id, this.result.handle, keep)
        : await this.#accounts.connect(this.result.handle, keep);
      this.notKept = null;
      return row;
    } catch (error) {
      const failure = asCommandError(error);
      if (failure.code === "gone") {
        this.another();
        this.refused = failure;
      } else {
        this.notKept = failure;
      }
      return null;
    } finally {
      this.starting = false;
    }
  };

  #endpointsFilled(): boolean {
    const { api, uploads, gateway } = this.endpoints;
    return [api, uploads, gateway].every((address) => address.trim() !== "");
  }

  #sentEndpoints(): Endpoints | null {
    if (!this.ownService) return null;
    const { api, uploads, gateway } = this.endpoints;
    return { api: api.trim(), uploads: uploads.trim(), gateway: gateway.trim() };
  }
}
