import ArrowDownToLine from "@lucide/svelte/icons/arrow-down-to-line";
import ArrowUpToLine from "@lucide/svelte/icons/arrow-up-to-line";
import ListX from "@lucide/svelte/icons/list-x";
import Pause from "@lucide/svelte/icons/pause";
import Play from "@lucide/svelte/icons/play";
import RotateCcw from "@lucide/svelte/icons/rotate-ccw";
import X from "@lucide/svelte/icons/x";
import type { IconType } from "../lib/icon";
import { MAC, shownKeys } from "../lib/keys";
import type { Offers } from "./selection.svelte";
import type { Uploads } from "./uploads.svelte";

export type Asked = Exclude<keyof Offers, "sent">;

type Action = { asked: Asked; label: string; icon: IconType; key?: string };

/** What can be asked of several uploads, in the order that it is offered in. */
export const ACTIONS: readonly Action[] = [
  { asked: "pause", label: "Pause", icon: Pause, key: "Space" },
  { asked: "resume", label: "Continue", icon: Play, key: "Space" },
  { asked: "retry", label: "Retry", icon: RotateCcw, key: "Enter" },
  { asked: "first", label: "Put first", icon: ArrowUpToLine, key: "Alt Home" },
  { asked: "last", label: "Put last", icon: ArrowDownToLine, key: "Alt End" },
  { asked: "clear", label: "Clear", icon: ListX, key: "Delete" },
  { asked: "cancel", label: "Cancel", icon: X, key: "Delete" },
];

/** As the keys of this computer are written: a Mac has no Del, and Backspace does the same. */
export function shownKey(key: string): string {
  return shownKeys(MAC && key === "Delete" ? "Backspace" : key);
}

/** What a key asks: the first of these that can be asked of any. */
export const KEYS: Record<string, readonly Asked[]> = {
  Space: ["pause", "resume"],
  Enter: ["retry"],
  Delete: ["cancel", "clear"],
  Backspace: ["cancel", "clear"],
  "Alt Home": ["first"],
  "Alt End": ["last"],
};

/**
 * Asks the first of these that can be asked of any, of all that are selected; the others stay as they are. What left the
 * list since it was looked at is not meant. Cancelling asks back first.
 */
export async function askSelected(uploads: Uploads, asks: readonly Asked[]) {
  const { selection } = uploads;
  const offers = await selection.now();
  const asked = asks.find((ask) => offers && offers[ask] > 0);
  if (!asked) return;
  const ids = [...selection.ids];
  switch (asked) {
    case "pause":
      await uploads.pause(ids);
      break;
    case "resume":
      await uploads.resume(ids);
      break;
    case "retry":
      await uploads.retry(ids);
      break;
    case "first":
      await uploads.putFirst(ids);
      break;
    case "last":
      await uploads.putLast(ids);
      break;
    case "clear":
      await uploads.clear(ids);
      break;
    case "cancel":
      selection.cancelling = true;
      return;
  }
  // What it did is in sight at once, of many as well.
  await selection.now();
}
