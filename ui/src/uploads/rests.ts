import Pause from "@lucide/svelte/icons/pause";
import type { RestFor } from "../bindings";
import type { MenuItem } from "../components/menu";
import type { Uploads } from "./uploads.svelte";

const RESTS: { rest: RestFor; label: string }[] = [
  { rest: "quarter", label: "Pause for 15 minutes" },
  { rest: "hour", label: "Pause for an hour" },
  { rest: "tomorrow", label: "Pause until tomorrow" },
];

/** For how long the whole queue can be paused. */
export function rests(uploads: Uploads): MenuItem[] {
  const timed = RESTS.map(({ rest, label }) => ({ label, icon: Pause, onselect: () => void uploads.rest(rest) }));
  return [...timed, { label: "Pause until continued", icon: Pause, onselect: () => void uploads.pauseAll() }];
}
