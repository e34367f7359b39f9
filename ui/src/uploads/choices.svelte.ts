import type { Drop, GroupChoice, UploadNetwork, UploadOptions } from "../bindings";
import { counted } from "../drops/wording";
import { filled, mistakes } from "../lib/keyValues";

/** What a person decides about one drop in the sheet before it is sent. */
export class Choices {
  /** Files that look like secrets and are sent all the same: numbers of the drop's list. */
  allowed = $state.raw<readonly number[]>([]);
  /** System files go along. */
  junk = $state(false);
  /** Empty: each item's own name. */
  name = $state("");
  keyvalues = $state<[string, string][]>([]);
  cidVersion = $state<0 | 1>(1);
  wrap = $state(false);
  asOneFolder = $state(false);
  folderName = $state("");
  group = $state.raw<GroupChoice | null>(null);
  network = $state<UploadNetwork>("public");

  readonly drop: Drop;

  /** `where`: the group and network that the drop was let fall on. */
  constructor(drop: Drop, where?: Pick<UploadOptions, "group" | "network">) {
    this.drop = drop;
    this.group = where?.group ?? null;
    this.network = where?.network ?? "public";
    this.folderName = drop.itemCount > 1 ? "Upload" : "";
  }

  /** Several items that can be sent: they may be one folder. */
  several = $derived.by(() => this.drop.itemCount > 1);
  /** A folder of its own is only for a single file. */
  canWrap = $derived.by(() => this.drop.itemCount === 1 && this.drop.items[0]?.kind === "file");
  onePin = $derived(!this.several || this.asOneFolder);

  /** Why it cannot be private; null when it can. */
  onlyPublic = $derived.by(() => {
    const folder = this.drop.items.some((item) => item.kind === "folder") || (this.several && this.asOneFolder);
    if (folder) return "Everyone: a folder can only be public.";
    return this.canWrap && this.wrap ? "Everyone: a file in a folder of its own can only be public." : null;
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
    if (this.files === 0) return "Nothing is left to upload.";
    return null;
  });

  button = $derived(this.files > 0 ? `Upload ${counted(this.files, "file")}` : "Upload");

  options(): UploadOptions {
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
    };
  }
}
