import { commands, type CommandError, type Drop, type GroupChoice, type UploadNetwork, type UploadOptions } from "../bindings";
import { asCommandError } from "../accounts/commandError";
import { counted } from "../drops/wording";
import { clock } from "../lib/clock.svelte";
import { filled, mistakes, type Pair } from "../lib/keyValues";
import { endOf, type EndChoice } from "../pins/ends";

/** Patterns are looked at when nobody has typed for so long. */
const PAUSE_MS = 400;

/** What a person decides about one drop in the sheet before it is sent. */
export class Choices {
  /** Files that look like secrets and are sent all the same: numbers of the drop's list. */
  allowed = $state.raw<readonly number[]>([]);
  /** System files go along. */
  junk = $state(false);
  /** Empty: each item's own name. */
  name = $state("");
  keyvalues = $state<Pair[]>([]);
  cidVersion = $state<0 | 1>(1);
  wrap = $state(false);
  asOneFolder = $state(false);
  folderName = $state("");
  group = $state.raw<GroupChoice | null>(null);
  network = $state<UploadNetwork>("public");
  /** When the service unpins it by itself. */
  end = $state<EndChoice>("never");
  /** The date, as typed. */
  endDate = $state("");

  /** Patterns of what is left out of folders, as typed. */
  patterns = $state("");
  /** The drop is being looked at without what the patterns leave out. */
  looking = $state(false);
  /** Why that did not work. */
  patternsProblem = $state.raw<CommandError | null>(null);
  /** As it was looked at last. */
  drop = $state.raw() as Drop;
  /** Folders that are rarely meant to be published, as they were found at first. */
  readonly workshop: string[];

  #pause: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  /** `where`: the group and network that the drop was let fall on. */
  constructor(drop: Drop, where?: Pick<UploadOptions, "group" | "network">) {
    this.drop = drop;
    this.group = where?.group ?? null;
    this.network = where?.network ?? "public";
    this.folderName = drop.itemCount > 1 ? "Upload" : "";
    this.workshop = drop.workshop;
    this.patterns = drop.patterns;
    if (drop.workshop.length > 0) this.leaveOut(drop.workshop.map((name) => `${name}/`).join("\n"), 0);
  }

  /** There is a folder, of which something may be left out. */
  hasFolder = $derived.by(() => this.drop.items.some((item) => item.kind === "folder"));

  /** Other patterns: the drop is looked at again when the typing pauses. */
  leaveOut(patterns: string, pause = PAUSE_MS) {
    this.patterns = patterns;
    this.looking = true;
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => void this.#lookAgain(), pause);
  }

  async #lookAgain() {
    const asked = (this.#asked += 1);
    const before = this.drop;
    try {
      const drop = await commands.uploadsLeaveOut(before.id, this.patterns);
      if (asked !== this.#asked) return drop ? void forget(drop) : undefined;
      this.patternsProblem = null;
      if (drop) this.#becomes(drop);
      else this.patterns = before.patterns;
    } catch (error) {
      if (asked === this.#asked) this.patternsProblem = asCommandError(error);
    }
    if (asked === this.#asked) this.looking = false;
  }

  #becomes(drop: Drop) {
    const before = this.drop;
    // Numbers belong to one list; what was said yes to is a file. Where two have one name, nobody said which.
    const only = (name: string | undefined, { secrets }: Drop) => name !== undefined && secrets.indexOf(name) === secrets.lastIndexOf(name);
    const said = new Set(this.allowed.map((number) => before.secrets[number]).filter((name) => only(name, before)));
    this.allowed = drop.secrets.flatMap((name, number) => (said.has(name) && only(name, drop) ? [number] : []));
    this.drop = drop;
    forget(before);
  }

  /** Several items that can be sent: they may be one folder. */
  several = $derived.by(() => this.drop.itemCount > 1);
  /** A folder of its own is only for a single file. */
  canWrap = $derived.by(() => this.drop.itemCount === 1 && this.drop.items[0]?.kind === "file");
  onePin = $derived(!this.several || this.asOneFolder);

  /** Why it cannot be private; null when it can. */
  onlyPublic = $derived.by(() => {
    const folder = this.drop.items.some((item) => item.kind === "folder") || (this.several && this.asOneFolder);
    if (folder) return "a folder can only be public.";
    return this.canWrap && this.wrap ? "a file in a folder of its own can only be public." : null;
  });

  /** One of the files that look like secrets is sent, or left out. */
  allow(secret: number, yes: boolean) {
    const others = this.allowed.filter((other) => other !== secret);
    this.allowed = yes ? [...others, secret] : others;
  }

  /** Files that would be sent by these choices. */
  files = $derived.by(() => {
    const held = this.drop.secretCount - this.allowed.length;
    const tooLarge = this.drop.items.reduce((files, item) => files + (item.problem === null ? 0 : item.files), 0);
    return Math.max(0, this.drop.files - held - tooLarge - (this.junk ? 0 : this.drop.junkCount));
  });

  /** Why it cannot be uploaded like this; null when it can. */
  obstacle = $derived.by(() => {
    if (this.asOneFolder && this.folderName.trim() === "") return "The folder needs a name.";
    if (mistakes(this.keyvalues).some((mistake) => mistake !== null)) return "A key-value needs mending.";
    if (this.looking) return "Counting what is left…";
    if (this.patternsProblem) return "A pattern needs mending.";
    if (endOf(this.end, this.endDate, clock.now) === undefined) return "The date needs mending.";
    if (this.files === 0) return "Nothing is left to upload.";
    return null;
  });

  button = $derived(this.files > 0 ? `Upload ${counted(this.files, "file")}` : "Upload");

  /** Null where the chosen day has ended since it was shown as one to come; the obstacle then says so. */
  options(): UploadOptions | null {
    const expires = endOf(this.end, this.endDate, clock.look());
    if (expires === undefined) return null;
    const name = this.name.trim();
    return {
      name: this.onePin && !this.asOneFolder && name !== "" ? name : null,
      keyvalues: filled(this.keyvalues),
      cidVersion: this.cidVersion,
      wrap: this.canWrap && this.wrap,
      together: this.several && this.asOneFolder ? this.folderName.trim() : null,
      secrets: "leave_out",
      allowed: [...this.allowed],
      junk: this.junk,
      group: this.group,
      network: this.onlyPublic === null ? this.network : "public",
      expires,
    };
  }
}

function forget(drop: Drop) {
  void commands.uploadsDiscard(drop.id).catch(() => null);
}
