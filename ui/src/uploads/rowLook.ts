import Ban from "@lucide/svelte/icons/ban";
import CircleAlert from "@lucide/svelte/icons/circle-alert";
import CircleCheck from "@lucide/svelte/icons/circle-check";
import CircleDashed from "@lucide/svelte/icons/circle-dashed";
import CircleEqual from "@lucide/svelte/icons/circle-equal";
import CircleHelp from "@lucide/svelte/icons/circle-question-mark";
import Clock from "@lucide/svelte/icons/clock";
import Hourglass from "@lucide/svelte/icons/hourglass";
import LoaderCircle from "@lucide/svelte/icons/loader-circle";
import Pause from "@lucide/svelte/icons/pause";
import Upload from "@lucide/svelte/icons/upload";
import type { CheckState, UploadRow, UploadState } from "../bindings";
import { ERROR_ICONS } from "../lib/errorIcons";
import type { IconType } from "../lib/icon";

export type Tone = "accent" | "ok" | "warn" | "danger" | "quiet";
export type Look = { icon: IconType; tone: Tone; spins: boolean };

const STATES: Record<UploadState, Look> = {
  scanning: { icon: LoaderCircle, tone: "accent", spins: true },
  queued: { icon: Clock, tone: "quiet", spins: false },
  hashing: { icon: LoaderCircle, tone: "accent", spins: true },
  checking: { icon: LoaderCircle, tone: "accent", spins: true },
  sending: { icon: Upload, tone: "accent", spins: false },
  confirming: { icon: CircleHelp, tone: "warn", spins: false },
  pinned: { icon: CircleCheck, tone: "ok", spins: false },
  waiting: { icon: Hourglass, tone: "warn", spins: false },
  paused: { icon: Pause, tone: "quiet", spins: false },
  needs_you: { icon: CircleAlert, tone: "danger", spins: false },
  cancelled: { icon: Ban, tone: "quiet", spins: false },
};

/** What a pinned row shows: green only for what was verified. */
const CHECKS: Partial<Record<CheckState, Look>> = {
  other_layout: { icon: CircleEqual, tone: "ok", spins: false },
  unproven: { icon: CircleDashed, tone: "quiet", spins: false },
  not_checked: { icon: CircleDashed, tone: "quiet", spins: false },
};

/** Icon and colour of a row's second line. */
export function lookOf(row: UploadRow): Look {
  const look = STATES[row.state];
  if (row.state === "pinned") return CHECKS[row.check] ?? look;
  if (!row.reason) return look;
  const { icon } = ERROR_ICONS[row.reason];
  // What holds its account has a reason too, and nothing of it is being done.
  return row.state === "needs_you" ? { ...look, icon } : { icon, tone: "warn", spins: false };
}

/** A row that says something gives up its bar and figures, so that the whole sentence has room. */
export function showsBar(row: UploadRow): boolean {
  const moving = row.state === "hashing" || row.state === "sending" || (row.state === "paused" && row.done > 0);
  return moving && row.reason === null && row.bytes !== null && row.bytes > 0;
}
