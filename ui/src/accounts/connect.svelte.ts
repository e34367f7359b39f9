import { commands, type AccountRow, type Chosen, type CommandError, type Endpoints, type KeyTest, type ServiceTemplate } from "../bindings";
import type { Accounts } from "./accounts.svelte";
import { asCommandError } from "./commandError";

type Step = "token" | "tested" | "not_kept";
/** Which services are being connected: Pinata and what answers like it, or any pinning service. */
export type ConnectKind = "pinata" | "psa";

/** Codes that say that the keychain, not the key, is what stands in the way. */
const KEYCHAIN = new Set(["no_keychain", "keychain_locked", "key_missing"]);

/** One go at connecting an account, or at giving an account another key. */
export class Connect {
  kind = $state<ConnectKind>("pinata");
  /** The token, or the secret of the pair; only until the service has accepted it. Then the page forgets it. */
  token = $state("");
  /** The API key that the secret belongs to. */
  key = $state("");
  /** The older pair of API key and secret, instead of a token. */
  pair = $state(false);
  /** Addresses of a service that is not Pinata's own; all empty means Pinata. */
  endpoints = $state<Endpoints>({ api: "", uploads: "", gateway: "" });
  ownService = $state(false);
  /** The pinning services to choose from, once they were read. */
  services = $state.raw<ServiceTemplate[]>([]);
  service = $state.raw<ServiceTemplate | null>(null);
  address = $state("");
  testing = $state(false);
  starting = $state(false);
  result = $state.raw<KeyTest | null>(null);
  /** The service or this computer refused the key or the address: shown below the field. */
  refused = $state.raw<CommandError | null>(null);
  /** The key is good and could not be kept, or the account not opened. */
  notKept = $state.raw<CommandError | null>(null);

  step = $derived<Step>(this.result === null ? "token" : this.notKept ? "not_kept" : "tested");
  keychainTrouble = $derived(this.notKept !== null && KEYCHAIN.has(this.notKept.code));
  /** The address is what was refused, not the token. */
  badAddress = $derived(this.refused !== null && (this.refused.code === "bad_endpoint" || this.refused.code === "offline"));
  canTest = $derived(!this.testing && this.#credentialFilled() && this.#placeFilled());

  readonly replace: AccountRow | null;
  #accounts: Accounts;

  constructor(accounts: Accounts, replace: AccountRow | null = null, kind: ConnectKind = "pinata") {
    this.#accounts = accounts;
    this.replace = replace;
    this.kind = replace?.kind === "psa" ? "psa" : kind;
  }

  /** Reads which services there are to choose from. */
  readServices = async () => {
    if (this.services.length > 0) return;
    this.services = await commands.accountsServices().catch(() => []);
  };

  /** Another service: its address, and nothing of what was refused before. */
  choose = (service: ServiceTemplate) => {
    this.service = service;
    this.address = service.address;
    this.refused = null;
  };

  /** Sends the token once. */
  test = async () => {
    if (!this.canTest) return;
    this.testing = true;
    this.refused = null;
    try {
      this.result = await commands.accountsTest(this.#chosen(), this.token.trim(), this.pair ? this.key.trim() : null);
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
    this.key = "";
  };

  /** The account that came of it; null when it could not be kept, and then `notKept` says why. */
  start = async (keep: "keychain" | "until_quit" = "keychain"): Promise<AccountRow | null> => {
    if (!this.result || this.starting) return null;
    this.starting = true;
    try {
      const row = this.replace
        ? await this.#accounts.replaceKey(this.replace.id, this.result.handle, keep)
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

  /** A service on this computer may ask for no token. */
  #credentialFilled(): boolean {
    if (this.token.trim() === "") return this.kind === "psa" && isLocal(this.replace?.address ?? this.address);
    return !this.pair || this.key.trim() !== "";
  }

  #placeFilled(): boolean {
    if (this.replace) return true;
    if (this.kind === "psa") return this.service !== null && this.address.trim() !== "";
    const { api, uploads, gateway } = this.endpoints;
    return !this.ownService || [api, uploads, gateway].every((address) => address.trim() !== "");
  }

  #chosen(): Chosen {
    if (this.replace) return { kind: "account", id: this.replace.id };
    if (this.kind === "psa") return { kind: "psa", service: this.service?.name ?? "", address: this.address.trim() };
    if (!this.ownService) return { kind: "pinata", addresses: null };
    const { api, uploads, gateway } = this.endpoints;
    return { kind: "pinata", addresses: { api: api.trim(), uploads: uploads.trim(), gateway: gateway.trim() } };
  }
}

/** On this computer, as far as an address that is still being typed tells; the engine decides. */
function isLocal(address: string): boolean {
  return /^http:\/\/(127\.|localhost[:/]|localhost$|\[::1\])/.test(address.trim());
}
