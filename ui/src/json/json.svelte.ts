import { asCommandError } from "../accounts/commandError";
import {
  commands,
  type CommandError,
  type GroupChoice,
  type JsonDraft,
  type JsonLook,
  type JsonTidy,
  type UploadNetwork,
} from "../bindings";
import { clock } from "../lib/clock.svelte";
import { filled, type Pair } from "../lib/keyValues";
import { endOf, type EndChoice } from "../pins/ends";

/** Longer texts are shown but not edited here: no text field of a page stays quick with them. In UTF-16 units. */
export const EDITABLE = 200_000;
/** What is sent at once, in UTF-16 units: below 256 KiB whatever the letters are. */
const PIECE = 40_000;
/** A text is looked at when the typing rests. */
const RESTS_MS = 250;

/** The editor of JSON. What was typed stays until it is pinned or cleared, also while the sheet is closed. */
export class JsonEditor {
  open = $state(false);
  /** What the text field shows: all of the text, or its beginning. */
  text = $state("");
  /** The text is too long to be edited here. */
  held = $state(false);
  name = $state("");
  keyvalues = $state<Pair[]>([]);
  group = $state.raw<GroupChoice | null>(null);
  network = $state<UploadNetwork>("public");
  /** When the service unpins it by itself. */
  end = $state<EndChoice>("never");
  /** The date, as typed. */
  endDate = $state("");
  /** What the engine says of the text; null while it does not know it. */
  look = $state.raw<JsonLook | null>(null);
  /** The account's key may pin JSON and no files: a text was seen that its service writes again. */
  rewrites = $state(false);
  problem = $state.raw<CommandError | null>(null);
  /** A dialog of the system is open, or the text is on its way. */
  busy = $state(false);

  #draft: string | null = null;
  /** Counts the versions of the text: what is said of an older one must not be shown of a newer. */
  #version = 0;
  /** A long text that the engine does not have yet. */
  #whole: string | null = null;
  #dirty = false;
  #resting: ReturnType<typeof setTimeout> | undefined;
  #sending: Promise<void> = Promise.resolve();

  show = () => {
    this.open = true;
    this.problem = null;
    this.rewrites = false;
    // Another account, or another key, may make something else of the same text.
    if (this.text === "") return;
    this.#dirty ||= this.#draft === null;
    void this.#run(this.#dirty ? this.#flush : this.#ask);
  };

  close = () => (this.open = false);

  /** The text is another one now. */
  take = (text: string) => {
    this.held = text.length > EDITABLE;
    this.#whole = this.held ? text : null;
    this.text = this.held ? beginning(text) : text;
    this.#changed();
    this.#dirty = true;
    clearTimeout(this.#resting);
    this.#resting = setTimeout(() => void this.#run(this.#flush), RESTS_MS);
  };

  /** Begins again, with nothing. */
  clear = () => {
    clearTimeout(this.#resting);
    this.#changed();
    this.#dirty = false;
    this.#whole = null;
    this.held = false;
    this.text = "";
    if (this.#draft !== null) void commands.jsonClose(this.#draft).catch(() => null);
    this.#draft = null;
    this.name = "";
    this.keyvalues = [];
    this.#anyAccount();
  };

  pick = () =>
    this.#work(async () => {
      const draft = await commands.jsonPick();
      if (!draft) return;
      this.name = draft.name ?? "";
      await this.#show(draft);
    });

  tidy = (how: JsonTidy) =>
    this.#work(async () => {
      await this.#run(this.#flush);
      if (this.#draft === null) return;
      await this.#show(await commands.jsonTidy(this.#draft, how));
    });

  /** Puts it into the queue; answers whether that was done. */
  pin = async (): Promise<boolean> => {
    let done = false;
    await this.#work(async () => {
      await this.#run(this.#flush);
      if (this.#draft === null || !this.look?.cid) return;
      // The day may have ended since it was shown as one to come; the field then says so.
      const expires = endOf(this.end, this.endDate, clock.look());
      if (expires === undefined) return;
      await commands.jsonPin(this.#draft, {
        name: this.name.trim(),
        keyvalues: filled(this.keyvalues),
        group: this.group,
        network: this.network,
        expires,
      });
      done = true;
    });
    return done;
  };

  /** Another account: what was said of the text does not hold for it. */
  reset = () => {
    this.look = null;
    this.rewrites = false;
    this.#anyAccount();
    if (this.open) this.show();
  };

  /** What only one account has is not chosen any more. */
  #anyAccount() {
    this.group = null;
    this.network = "public";
    this.end = "never";
    this.endDate = "";
  }

  #changed() {
    this.#version += 1;
    this.look = null;
    this.problem = null;
  }

  /** Shows a text that the engine has. */
  async #show(draft: JsonDraft) {
    clearTimeout(this.#resting);
    this.#dirty = false;
    this.#changed();
    this.#draft = draft.id;
    this.#whole = null;
    let text = "";
    let from: number | null = 0;
    // A letter is at least one byte: what has more bytes than this may still be short enough.
    while (from !== null && text.length <= EDITABLE) {
      const piece: { text: string; next: number | null } = await commands.jsonRead(draft.id, from);
      text += piece.text;
      from = piece.next;
    }
    this.held = from !== null || text.length > EDITABLE;
    this.text = this.held ? beginning(text) : text;
    await this.#run(this.#ask);
  }

  /** Gives the engine what was typed, and hears what it says of it. */
  #flush = async () => {
    clearTimeout(this.#resting);
    if (!this.#dirty) return;
    this.#dirty = false;
    const version = this.#version;
    const pieces = inPieces(this.#whole ?? this.text);
    const id = (this.#draft ??= (await commands.jsonStart()).id);
    for (const [at, piece] of pieces.entries()) {
      await commands.jsonWrite(id, at, piece, at === pieces.length - 1);
      if (version !== this.#version) return;
    }
    await this.#ask();
  };

  #ask = async () => {
    const version = this.#version;
    if (this.#draft === null) return;
    const look = await commands.jsonLook(this.#draft);
    if (version !== this.#version) return;
    this.look = look;
    this.rewrites ||= look.rewritten !== null;
  };

  /** One after the other: the pieces of two versions must not mix. */
  #run(work: () => Promise<void>): Promise<void> {
    const before = this.#sending;
    this.#sending = before.then(work).catch((error: unknown) => {
      this.problem = asCommandError(error);
      // The engine may have forgotten it: the next version is sent whole again.
      this.#draft = null;
      this.#dirty = !this.held || this.#whole !== null;
    });
    return this.#sending;
  }

  async #work(work: () => Promise<void>) {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      await work();
    } catch (error) {
      this.problem = asCommandError(error);
    } finally {
      this.busy = false;
    }
  }
}

/** How a long text begins. */
function beginning(text: string): string {
  return text.slice(0, 20_000);
}

/** At least one piece; no letter is cut in two. */
export function inPieces(text: string, most = PIECE): string[] {
  const pieces: string[] = [];
  let from = 0;
  do {
    let to = Math.min(text.length, from + most);
    const last = text.charCodeAt(to - 1);
    if (to < text.length && last >= 0xd800 && last <= 0xdbff) to -= 1;
    pieces.push(text.slice(from, to));
    from = to;
  } while (from < text.length);
  return pieces;
}

/** Where a line and a column, in characters from 1, are in a text. */
export function placeOf(text: string, line: number, column: number): number {
  let start = 0;
  for (let n = 1; n < line; n += 1) start = text.indexOf("\n", start) + 1 || text.length;
  const end = text.indexOf("\n", start);
  const row = text.slice(start, end < 0 ? text.length : end);
  return start + [...row].slice(0, column - 1).join("").length;
}
