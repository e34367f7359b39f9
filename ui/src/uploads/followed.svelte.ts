import { commands, type DropId, type SingleUpload } from "../bindings";
import type { Toasts } from "../components/toasts.svelte";
import { hearChanges } from "../lib/announced";
import { visibleText } from "../lib/visibleText";

/** Changes that come in a burst are answered by one reading. */
const GATHER_MS = 200;
/** Drops followed at once; of the older ones the list of uploads tells. */
const MOST = 20;

type Surroundings = {
  show: Toasts["show"];
  /** The person wants the link without asking for it. */
  copiesLink: () => boolean;
};

/** Drops that became one upload each: when it is pinned this is said, with its link at hand. */
export class Followed {
  #drops: readonly DropId[] = [];
  #gathering = false;
  #around: Surroundings;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  listen = (): Promise<() => void> =>
    hearChanges("upload", () => {
      if (this.#gathering || this.#drops.length === 0) return;
      this.#gathering = true;
      setTimeout(() => {
        this.#gathering = false;
        void this.#look();
      }, GATHER_MS);
    });

  follow = (drop: DropId) => {
    this.#drops = [...this.#drops, drop].slice(-MOST);
    void this.#look();
  };

  async #look() {
    for (const drop of this.#drops) {
      const single = await commands.uploadsSingle(drop).catch(() => null);
      const ended = single === null || single.row.state === "pinned" || single.row.state === "cancelled";
      if (!ended || !this.#drops.includes(drop)) continue;
      this.#drops = this.#drops.filter((other) => other !== drop);
      if (single?.row.state === "pinned") await this.#done(single);
    }
  }

  async #done({ row, link }: SingleUpload) {
    const says = `${visibleText(row.name)} is pinned`;
    if (link && this.#around.copiesLink() && (await this.#copy(row.id, "link"))) {
      this.#around.show(`${says}. Its link is copied`);
      return;
    }
    const what = link ? "link" : "cid";
    this.#around.show(says, {
      label: link ? "Copy link" : "Copy CID",
      run: async () => {
        if (await this.#copy(row.id, what)) this.#around.show(link ? "Copied the link" : "Copied the CID");
        else this.#around.show("Nothing was copied: the clipboard could not be reached, or the pin is gone", null, "not_done");
      },
    });
  }

  /** Whether it was copied. */
  #copy(id: number, what: "link" | "cid"): Promise<boolean> {
    return commands.uploadsCopy(id, what).then(
      (lines) => lines > 0,
      () => false,
    );
  }
}
