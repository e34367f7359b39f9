import Eye from "@lucide/svelte/icons/eye-off";
import FileDown from "@lucide/svelte/icons/file-down";
import FolderOpen from "@lucide/svelte/icons/folder-open";
import Pause from "@lucide/svelte/icons/pause";
import Play from "@lucide/svelte/icons/play";
import RotateCw from "@lucide/svelte/icons/rotate-cw";
import SlidersHorizontal from "@lucide/svelte/icons/sliders-horizontal";
import type { ExportForm, PauseFor, WatchRow } from "../bindings";
import type { MenuItem } from "../components/menu";
import type { Toasts } from "../components/toasts.svelte";
import { counted } from "../drops/wording";
import type { Watches } from "./watches.svelte";

const PAUSES: { until: PauseFor; label: string }[] = [
  { until: "hour", label: "Pause for an hour" },
  { until: "tomorrow", label: "Pause until tomorrow" },
  { until: "resumed", label: "Pause until resumed" },
];

export function pauses(pause: (until: PauseFor) => unknown): MenuItem[] {
  return PAUSES.map(({ until, label }) => ({ label, icon: Pause, onselect: () => void pause(until) }));
}

/** What can be done with one folder. */
export function folderMenu(watches: Watches, toasts: Toasts, row: WatchRow): MenuItem[] {
  const save = async (form: ExportForm) => {
    const rows = await watches.exportLedger(row.id, form);
    if (rows !== null) toasts.show(`Saved ${counted(rows, "row")} of the ledger`);
  };
  const there = row.state !== "missing" && row.state !== "replaced";
  return [
    ...(row.state === "paused"
      ? [{ label: "Continue", icon: Play, onselect: () => void watches.resume(row.id) }]
      : pauses((until) => watches.pause(row.id, until))),
    { label: "Look at everything now", icon: RotateCw, onselect: () => void watches.rescan(row.id) },
    "line",
    { label: "Rules…", icon: SlidersHorizontal, onselect: () => (watches.sheet = { kind: "edit", row }) },
    { label: "Show on disk", icon: FolderOpen, disabled: !there, onselect: () => void watches.show(row.id) },
    { label: "Save the ledger as CSV…", icon: FileDown, onselect: () => void save("csv") },
    { label: "Save the ledger as JSON…", icon: FileDown, onselect: () => void save("json") },
    "line",
    { label: "Stop watching…", icon: Eye, danger: true, onselect: () => (watches.removing = row) },
  ];
}
