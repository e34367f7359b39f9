import { commands, type CommandError, type PinRow } from "../bindings";
import { asCommandError } from "../accounts/commandError";
import { NO_FILTERS } from "../pins/filters";

/** Pins are searched for when nobody has typed for so long. */
const RESTS_MS = 120;
/** The most pins that are shown; the list itself shows all. */
const MOST_PINS = 5;

/** Everything by typing: pins, screens, groups, saved searches and commands. */
export class Palette {
  open = $state(false);
  text = $state("");
  /** The pins that `of` finds, which may be what was typed before; null while nothing is typed. */
  pins = $state.raw<{ of: string; rows: PinRow[]; total: number } | null>(null);
  /** Why the pins could not be searched. */
  problem = $state.raw<CommandError | null>(null);

  #resting: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  show = () => {
    this.type("");
    this.open = true;
  };

  close = () => {
    this.type("");
    this.open = false;
  };

  type = (text: string) => {
    this.text = text;
    clearTimeout(this.#resting);
    const asked = ++this.#asked;
    if (text.trim() !== "") {
      this.#resting = setTimeout(() => void this.#search(text, asked), RESTS_MS);
      return;
    }
    this.pins = null;
    this.problem = null;
  };

  async #search(text: string, asked: number) {
    try {
      const query = { text, sort: "pinned_at", descending: true, filters: NO_FILTERS } as const;
      const { rows, total } = await commands.pinsFirst(query, MOST_PINS);
      if (asked !== this.#asked) return;
      this.pins = { of: text, rows, total };
      this.problem = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.pins = null;
      this.problem = asCommandError(error);
    }
  }
}

/** Where the words stand in the label: the beginning of the first and its length; null where one of them is missing. */
export function hit(label: string, text: string): [from: number, length: number] | null {
  const lower = label.toLowerCase();
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.every((word) => lower.includes(word))) return null;
  const whole = lower.indexOf(text.trim().toLowerCase());
  if (whole >= 0) return [whole, text.trim().length];
  return [lower.indexOf(words[0]!), words[0]!.length];
}

/** Something that Import from IPFS can read: a CID, or an address with one in it. */
export function looksLikeCid(text: string): boolean {
  return /(^|[/\s])(Qm[1-9A-HJ-NP-Za-km-z]{44}|b[a-z2-7]{50,})/.test(text.trim());
}
