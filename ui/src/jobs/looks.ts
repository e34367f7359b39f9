import Ban from "@lucide/svelte/icons/ban";
import CircleAlert from "@lucide/svelte/icons/circle-alert";
import CircleCheck from "@lucide/svelte/icons/circle-check";
import CircleHelp from "@lucide/svelte/icons/circle-question-mark";
import CircleX from "@lucide/svelte/icons/circle-x";
import Clock from "@lucide/svelte/icons/clock";
import Hourglass from "@lucide/svelte/icons/hourglass";
import LoaderCircle from "@lucide/svelte/icons/loader-circle";
import Search from "@lucide/svelte/icons/search";
import Upload from "@lucide/svelte/icons/upload";
import type { JobRow, JobsFilter, JobState } from "../bindings";
import type { IconType } from "../lib/icon";

export type Tone = "accent" | "ok" | "warn" | "danger" | "quiet";
export type Look = { icon: IconType; tone: Tone; spins: boolean; word: string };

const look = (icon: IconType, tone: Tone, word: string, spins = false): Look => ({ icon, tone, spins, word });

/** Icon and colour of each state, and its word for those who listen and for the filter. */
const STATES: Record<JobState, Look> = {
  waiting: look(Clock, "quiet", "Waiting"),
  asking: look(LoaderCircle, "accent", "Asking", true),
  prechecking: look(Clock, "quiet", "In line"),
  searching: look(Search, "accent", "Searching"),
  retrieving: look(LoaderCircle, "accent", "Fetching", true),
  expired: look(CircleAlert, "warn", "Not found"),
  over_free_limit: look(CircleX, "danger", "No room"),
  over_max_size: look(CircleX, "danger", "Too large"),
  invalid_object: look(CircleX, "danger", "Cannot be pinned"),
  bad_host_node: look(CircleAlert, "warn", "Address did not work"),
  failed: look(CircleX, "danger", "Failed"),
  unknown: look(CircleHelp, "quiet", "Unknown state"),
  looking: look(LoaderCircle, "accent", "Looking", true),
  uploading: look(Upload, "accent", "Uploading"),
  pinned: look(CircleCheck, "ok", "Pinned"),
  gone: look(CircleAlert, "warn", "Gone"),
  refused: look(CircleX, "danger", "Not asked for"),
  cancelled: look(Ban, "quiet", "Cancelled"),
};

export function lookOf(row: JobRow): Look {
  const usual = STATES[row.state];
  return row.stuck ? { ...usual, icon: Hourglass, tone: "warn", spins: false } : usual;
}

/** What the list can be filtered by, in words. */
export const FILTERS: { value: JobsFilter; label: string }[] = [
  { value: "all", label: "All" },
  { value: "open", label: "Under way" },
  { value: "failed", label: "Ended without a pin" },
  { value: "pinned", label: "Pinned" },
  { value: "not_asked", label: "Not asked for yet" },
  { value: "prechecking", label: "In line" },
  { value: "searching", label: "Searching" },
  { value: "retrieving", label: "Fetching" },
  { value: "expired", label: "Not found in a day" },
  { value: "over_free_limit", label: "No room" },
  { value: "over_max_size", label: "Too large" },
  { value: "invalid_object", label: "Cannot be pinned" },
  { value: "bad_host_node", label: "Address did not work" },
  { value: "cancelled", label: "Cancelled" },
];

/** "12 min", "26 h", "4 days": how long a job is open. */
export function age(since: number, now: number): string {
  const minutes = Math.max(0, Math.floor((now - since) / 60_000));
  if (minutes < 1) return "now";
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 72) return `${hours} h`;
  return `${Math.floor(hours / 24)} days`;
}
