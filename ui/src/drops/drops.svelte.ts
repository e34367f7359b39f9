import {
  commands,
  events,
  type AccountRow,
  type CommandError,
  type Dragging,
  type Drop,
  type DropId,
  type GroupRow,
  type UploadOptions,
} from "../bindings";
import { asCommandError } from "../accounts/commandError";
import type { Held } from "../lib/keyValues";
import { visibleText } from "../lib/visibleText";
import { counted, leftOutOf } from "./wording";

/** What happens to a drop that nobody was asked about. Files that look like secrets wait for an answer. */
export const DEFAULTS: UploadOptions = {
  name: null,
  keyvalues: [],
  cidVersion: 1,
  wrap: false,
  together: null,
  secrets: "hold",
  allowed: [],
  junk: false,
  group: null,
  network: "public",
  expires: null,
};

/** Where the pointer is while something is dragged over the window. */
type Hover = { count: number; overOptions: boolean; reading: boolean; group: GroupRow | null };
/** What the sheet is open for. */
export type OpenSheet = { kind: "new"; drop: Drop } | { kind: "amend"; drop: DropId; uploads: number; what: string };
/** A drop that is being counted, and how many files and folders were seen. */
type Counting = { drop: DropId; seen: number };

type Surroundings = {
  /** The account that an upload would go to; null in the first run. */
  account: () => AccountRow | null;
  /** Says that uploads began; `options` opens the sheet that names them. */
  began: (text: string, options: () => void) => void;
  announce: (text: string) => void;
  /** A drop became so many uploads. */
  queued?: (drop: DropId, uploads: number) => void;
  /** On the screen of watched folders: takes a folder that was dropped to be watched. */
  watch?: () => ((drop: DropId) => Promise<void>) | null;
  /** The group whose row is at this place of the window. */
  groupAt?: (x: number, y: number) => GroupRow | null;
};

/** What is dragged over the window, dropped on it or picked, until it is in the queue. */
export class Drops {
  hover = $state.raw<Hover | null>(null);
  sheet = $state.raw<OpenSheet | null>(null);
  /** Drops made before there was an account to send them to. */
  kept = $state.raw<Drop[]>([]);
  /** Why a drop or a pick could not be taken. */
  problem = $state.raw<CommandError | null>(null);
  /** A dialog of the system is open. */
  picking = $state(false);
  /** What was dropped, picked or handed over is being counted, and that takes a while. */
  counting = $state.raw<Counting | null>(null);

  #around: Surroundings;
  #waiting: Drop[] = [];
  /** Of those kept, the ones that are asked about in any case. */
  #keptToAsk = new Set<DropId>();
  /** Drops that were let fall on a group. */
  #fellOn = new Map<DropId, GroupRow>();
  #optionsBox: () => DOMRect | null = () => null;
  #onOptions = false;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  listen = async (): Promise<() => void> => {
    const stop = await events.dragging.listen(({ payload }) => void this.follow(payload));
    // What this start of the program brought along came before the page.
    void this.#fetchHanded();
    return stop;
  };

  /** A folder that is dropped now would be watched; the other target uploads it. */
  get watches(): boolean {
    return (this.#around.watch?.() ?? null) !== null;
  }

  /** The overlay tells where its Options target is; the returned function takes that back. */
  place = (box: () => DOMRect | null): (() => void) => {
    this.#optionsBox = box;
    return () => {
      if (this.#optionsBox === box) this.#optionsBox = () => null;
    };
  };

  async follow(event: Dragging) {
    switch (event.kind) {
      case "enter":
        this.#onOptions = false;
        this.hover = { count: event.count, overOptions: false, reading: false, group: null };
        return;
      case "over":
        this.#over(event.x, event.y);
        return;
      case "leave":
        this.hover = null;
        return;
      case "reading":
        this.#over(event.x, event.y);
        this.#onOptions = this.hover?.overOptions ?? false;
        this.hover = { count: this.hover?.count ?? 0, overOptions: this.#onOptions, reading: true, group: this.hover?.group ?? null };
        return;
      case "counting":
        this.counting = { drop: event.drop, seen: event.seen };
        return;
      case "counted":
        if (this.counting?.drop === event.drop) this.counting = null;
        return;
      case "handed":
        await this.#fetchHanded();
        return;
      case "dropped": {
        const options = this.#onOptions || this.#hits(event.x, event.y);
        const group = this.#groupAt(event.x, event.y);
        if (group) this.#fellOn.set(event.drop.id, group);
        this.hover = null;
        this.#onOptions = false;
        const watch = this.#around.watch?.() ?? null;
        if (watch && !options && isOneFolder(event.drop)) await watch(event.drop.id);
        else await this.take(event.drop, options || watch !== null);
      }
    }
  }

  pickFiles = () => this.#pick(commands.uploadsPickFiles);
  pickFolder = () => this.#pick(commands.uploadsPickFolder);

  /** A drop has arrived. It is asked about only when it must be, or when the person wants to say more. */
  async take(drop: Drop, options: boolean) {
    if (this.#around.account() === null) {
      this.kept = [...this.kept, drop];
      if (options) this.#keptToAsk.add(drop.id);
      this.#around.announce(`${counted(drop.itemCount, "item")} kept. Choose where they go.`);
      return;
    }
    const noUploads = this.#around.account()?.noUploads ?? null;
    if (options || noUploads !== null || drop.asks || nothingSendable(drop)) this.#open(drop);
    else await this.enqueue(drop, this.defaults(drop));
  }

  /** What happens to this drop unless the person says otherwise. */
  defaults(drop: Drop): UploadOptions {
    const group = this.#fellOn.get(drop.id);
    return group ? { ...DEFAULTS, group: { id: group.serviceId, name: group.name }, network: group.network } : DEFAULTS;
  }

  /** An account was chosen: what was dropped before goes to it. */
  async release() {
    const kept = this.kept;
    this.kept = [];
    for (const drop of kept) await this.take(drop, this.#keptToAsk.delete(drop.id));
  }

  /** Puts a drop in the queue. Fails softly: the sheet stays open, or opens, with the reason. */
  async enqueue(drop: Drop, options: UploadOptions): Promise<boolean> {
    this.problem = null;
    try {
      const uploads = await commands.uploadsEnqueue(drop.id, options);
      this.#fellOn.delete(drop.id);
      this.#began(drop, uploads, options);
      return true;
    } catch (error) {
      this.problem = asCommandError(error);
      if (this.sheet === null) this.sheet = { kind: "new", drop };
      return false;
    }
  }

  async amend(drop: DropId, name: string | null, keyvalues: Held[]): Promise<boolean> {
    this.problem = null;
    try {
      await commands.uploadsAmend(drop, name, keyvalues);
      this.#around.announce("Saved");
      return true;
    } catch (error) {
      this.problem = asCommandError(error);
      return false;
    }
  }

  /** Nothing comes of what is being counted. */
  stopCounting = () => {
    const counting = this.counting;
    this.counting = null;
    if (counting) void commands.uploadsStopCounting(counting.drop).catch(() => null);
  };

  /** The person decided against it: nothing is sent, and what was read is forgotten. */
  discard(drop: Drop) {
    this.#fellOn.delete(drop.id);
    void commands.uploadsDiscard(drop.id).catch(() => null);
  }

  /** Closes the sheet; the next drop that needs an answer has its turn. */
  closeSheet = () => {
    const next = this.#waiting.shift();
    this.problem = null;
    this.sheet = next ? { kind: "new", drop: next } : null;
  };

  #open(drop: Drop) {
    this.problem = null;
    if (this.sheet === null) this.sheet = { kind: "new", drop };
    else this.#waiting.push(drop);
  }

  #began(drop: Drop, uploads: number, options: UploadOptions) {
    const account = this.#around.account();
    const what = options.together ?? (drop.itemCount === 1 ? drop.items[0]?.name : undefined) ?? counted(drop.itemCount, "item");
    const text = `Queued ${counted(uploads, "item")} for ${visibleText(options.group?.name ?? account?.label ?? "the queue")}${leftOutOf(drop, options.junk)}`;
    this.#around.began(text, () => {
      if (this.sheet === null) this.sheet = { kind: "amend", drop: drop.id, uploads, what };
    });
    this.#around.queued?.(drop.id, uploads);
  }

  #over(x: number, y: number) {
    const overOptions = this.#hits(x, y);
    const group = this.#groupAt(x, y);
    if (this.hover && (this.hover.overOptions !== overOptions || this.hover.group?.id !== group?.id))
      this.hover = { ...this.hover, overOptions, group };
  }

  #groupAt(x: number, y: number): GroupRow | null {
    return this.watches ? null : (this.#around.groupAt?.(x, y) ?? null);
  }

  #hits(x: number, y: number): boolean {
    const box = this.#optionsBox();
    return box !== null && x >= box.left && x < box.right && y >= box.top && y < box.bottom;
  }

  /** Files that came with a start of the program, from a file manager perhaps: asked about before anything is sent. */
  async #fetchHanded() {
    try {
      for (let drop = await commands.uploadsHanded(); drop !== null; drop = await commands.uploadsHanded()) await this.take(drop, true);
    } catch (error) {
      this.problem = asCommandError(error);
    }
  }

  async #pick(ask: () => Promise<Drop | null>) {
    if (this.picking) return;
    this.picking = true;
    this.problem = null;
    try {
      const drop = await ask();
      if (drop) await this.take(drop, true);
    } catch (error) {
      this.problem = asCommandError(error);
    } finally {
      this.picking = false;
    }
  }
}

/** Just one folder. */
function isOneFolder(drop: Drop): boolean {
  return drop.itemCount === 1 && drop.items[0]?.kind === "folder";
}

/** Every item has a reason why it cannot be sent. */
export function nothingSendable(drop: Drop): boolean {
  return drop.items.length === drop.itemCount && drop.items.every((item) => item.problem !== null);
}
