import type { Drop, UploadOptions } from "../bindings";
import { counted } from "../drops/wording";
import { filled, mistakes } from "../lib/keyValues";

/** What a person decides about one drop in the sheet before it is sent. */
export class Choices {
  secrets = $state<"leave_out" | "send">("leave_out");
  /** Empty: each item's own name. */
  name = $state("");
  keyvalues = $state<[string, string][]>([]);
  cidVersion = $state<0 | 1>(1);
  wrap = $state(false);
  asOneFolder = $state(false);
  folderName = $state("");

  readonly drop: Drop;

  constructor(drop: Drop) {
    this.drop = drop;
    this.folderName = drop.itemCount > 1 ? "Upload" : "";
  }

  /** Several items that can be sent: they may be one folder. */
  several = $derived.by(() => this.drop.itemCount > 1);
  /** A folder of its own is only for a single file. */
  canWrap = $derived.by(() => this.drop.itemCount === 1 && this.drop.items[0]?.kind === "file");
  onePin = $derived(!this.several || this.asOneFolder);

  /** Files that would be sent by these choices. */
  files = $derived.by(() => {
    const held = this.secrets === "leave_out" ? this.drop.secretCount : 0;
    return Math.max(0, this.drop.files - held);
  });

  /** Why it cannot be uploaded like this; null when it can. An empty folder has no file and can still be pinned. */
  obstacle = $derived.by(() => {
    if (this.asOneFolder && this.folderName.trim() === "") return "The folder needs a name.";
    if (mistakes(this.keyvalues).some((mistake) => mistake !== null)) return "A key-value needs mending.";
    if (this.files === 0 && this.drop.secretCount > 0) return "Nothing else is left to upload.";
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
      secrets: this.secrets,
    };
  }
}
