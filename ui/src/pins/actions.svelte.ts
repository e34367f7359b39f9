import { commands, type CommandError, type CopyWhat, type ExportForm, type Selection } from "../bindings";
import { asCommandError } from "../accounts/commandError";
import type { Toasts } from "../components/toasts.svelte";
import { count } from "../lib/figures";
import type { Pins } from "./pins.svelte";

const WHAT: Record<CopyWhat, [one: string, many: string]> = {
  cid: ["CID", "CIDs"],
  link: ["link", "links"],
  named_link: ["link with its name", "links with their names"],
  uri: ["ipfs:// address", "ipfs:// addresses"],
  name_and_cid: ["name and CID", "names and CIDs"],
};

/** What can be done with the selected pins without asking. */
export class PinActions {
  /** Why the last one failed; cleared by the next. */
  problem = $state.raw<CommandError | null>(null);

  #pins: Pins;
  #toasts: Toasts;

  constructor(pins: Pins, toasts: Toasts) {
    this.#pins = pins;
    this.#toasts = toasts;
  }

  /** Copies of one row, or of what is selected. */
  copy = async (what: CopyWhat, row?: number) => {
    const { set, current } = this.#pins;
    // A private pin has no other.
    if ((what === "link" || what === "named_link") && row === undefined && current?.network === "private") return this.copyTemporary();
    const selection =
      row !== undefined && set ? { set: set.set, ranges: [[row, row]] as [number, number][] } : this.#pins.targets()?.selection;
    if (!selection) return;
    await this.#try(async () => {
      const lines = await commands.pinsCopy(selection, what);
      this.#toasts.show(lines === 1 ? `Copied the ${WHAT[what][0]}` : `Copied ${count(lines)} ${WHAT[what][1]}`);
    });
  };

  /** Writes these to a file that the person chooses. */
  export = async (selection: Selection | null, form: ExportForm) => {
    if (!selection) return;
    await this.#try(async () => {
      const rows = await commands.pinsExport(selection, form);
      if (rows !== null) this.#toasts.show(rows === 1 ? "Exported 1 pin" : `Exported ${count(rows)} pins`);
    });
  };

  open = async () => {
    const pin = this.#pins.current;
    if (pin) await this.#try(() => commands.pinsOpenInBrowser(pin.id));
  };

  /** A link to a private file goes to the clipboard, and is seen by no page. */
  copyTemporary = async () => {
    const pin = this.#pins.current;
    if (!pin) return;
    await this.#try(async () => {
      await commands.pinsCopyTemporary(pin.id);
      this.#toasts.show("Copied a link that works for 10 minutes");
    });
  };

  async #try(work: () => Promise<unknown>) {
    this.problem = null;
    try {
      await work();
    } catch (error) {
      this.problem = asCommandError(error);
    }
  }
}
