import Ban from "@lucide/svelte/icons/ban";
import CircleAlert from "@lucide/svelte/icons/circle-alert";
import CircleCheck from "@lucide/svelte/icons/circle-check";
import CircleDashed from "@lucide/svelte/icons/circle-dashed";
import CircleEqual from "@lucide/svelte/icons/circle-equal";
import CircleX from "@lucide/svelte/icons/circle-x";
import Clock from "@lucide/svelte/icons/clock";
import FolderX from "@lucide/svelte/icons/folder-x";
import Hourglass from "@lucide/svelte/icons/hourglass";
import LoaderCircle from "@lucide/svelte/icons/loader-circle";
import Lock from "@lucide/svelte/icons/lock";
import Pause from "@lucide/svelte/icons/pause";
import Pencil from "@lucide/svelte/icons/pencil";
import TriangleAlert from "@lucide/svelte/icons/triangle-alert";
import type { LedgerRow, LedgerState, WatchRow, WatchState } from "../bindings";
import type { IconType } from "../lib/icon";

export type Tone = "ok" | "warn" | "danger" | "accent" | "quiet";
type Look = { icon: IconType; tone: Tone; spins?: boolean };

export const FOLDERS: Record<WatchState, Look> = {
  looking: { icon: LoaderCircle, tone: "accent", spins: true },
  working: { icon: LoaderCircle, tone: "accent", spins: true },
  up_to_date: { icon: CircleCheck, tone: "ok" },
  paused: { icon: Pause, tone: "quiet" },
  braked: { icon: TriangleAlert, tone: "warn" },
  missing: { icon: FolderX, tone: "danger" },
  replaced: { icon: FolderX, tone: "danger" },
  stopped: { icon: CircleAlert, tone: "danger" },
};

/** The folder waits for a person. */
export function needsYou(row: WatchRow): boolean {
  return row.counts.held > 0 || ["braked", "missing", "replaced", "stopped"].includes(row.state);
}

export const ENTRIES: Record<LedgerState, Look & { word: string }> = {
  settling: { word: "Settling", icon: Hourglass, tone: "warn" },
  queued: { word: "Waiting", icon: Clock, tone: "quiet" },
  uploading: { word: "Uploading", icon: LoaderCircle, tone: "accent", spins: true },
  pinned: { word: "Pinned", icon: CircleCheck, tone: "ok" },
  renamed: { word: "Renamed", icon: Pencil, tone: "quiet" },
  ignored: { word: "Left out", icon: Ban, tone: "quiet" },
  held: { word: "Held", icon: Lock, tone: "warn" },
  too_large: { word: "Left out", icon: Ban, tone: "quiet" },
  unreadable: { word: "Failed", icon: CircleX, tone: "danger" },
  failed: { word: "Failed", icon: CircleX, tone: "danger" },
  changed: { word: "Changed", icon: Hourglass, tone: "warn" },
  gone: { word: "Gone", icon: CircleDashed, tone: "quiet" },
};

/** Only what was verified is shown as verified. */
export function lookOf(row: LedgerRow): Look & { word: string } {
  const look = ENTRIES[row.state];
  if (row.state !== "pinned") return look;
  if (row.check === "other_layout") return { ...look, icon: CircleEqual };
  return row.check === "verified" ? look : { ...look, icon: CircleDashed, tone: "quiet" };
}
