import ArrowDownToLine from "@lucide/svelte/icons/arrow-down-to-line";
import ArrowUpToLine from "@lucide/svelte/icons/arrow-up-to-line";
import Copy from "@lucide/svelte/icons/copy";
import FileSearch from "@lucide/svelte/icons/file-search";
import Link from "@lucide/svelte/icons/link";
import ListX from "@lucide/svelte/icons/list-x";
import Pause from "@lucide/svelte/icons/pause";
import Pin from "@lucide/svelte/icons/pin";
import Play from "@lucide/svelte/icons/play";
import ReceiptText from "@lucide/svelte/icons/receipt-text";
import RotateCcw from "@lucide/svelte/icons/rotate-ccw";
import X from "@lucide/svelte/icons/x";
import type { UploadRow } from "../bindings";
import type { MenuItem } from "../components/menu";
import { count } from "../lib/figures";
import type { IconType } from "../lib/icon";
import { differs, isHeld, isPinned, offersOf, type Around } from "./pinned";
import type { Offers } from "./selection.svelte";
import { ACTIONS, askSelected, shownKey } from "./several";
import type { Uploads } from "./uploads.svelte";

/** What can be done with one upload: a button of its row, an item of its menu, and what its key does. */
export type Act = {
  label: string;
  icon: IconType;
  key?: string;
  /** A word in the row, an icon there, an icon that shows only where somebody is, or in the menu alone. */
  as: "word" | "icon" | "order" | "menu";
  /** The engine is asked for it, and not twice at a time. */
  asks: boolean;
  danger?: boolean;
  run: () => void;
};

/** What the row offers as it is now. */
export function actsOf(row: UploadRow, around: Around & { publicLinks: boolean }): Act[] {
  const { uploads, publicLinks } = around;
  const { copy, show } = offersOf(around);
  const ids = [row.id];
  const acts: Act[] = [];
  const add = (offered: boolean, act: Act) => offered && acts.push(act);
  acts.push(...decision(row, around));
  // Its turn has not come: only then is there an order to move in.
  const waits = row.state === "queued" || row.state === "scanning" || row.state === "paused" || row.state === "waiting";
  const queued = (label: string, icon: IconType, key: string, ask: (ids: number[]) => unknown, as: Act["as"] = "icon"): Act => {
    return { label, icon, key, as, asks: true, run: () => void ask(ids) };
  };
  add(waits && row.canGoFirst, queued("Put first", ArrowUpToLine, "Alt Home", uploads.putFirst, "order"));
  add(waits && row.canGoLast, queued("Put last", ArrowDownToLine, "Alt End", uploads.putLast, "order"));
  add(row.canPause, queued("Pause", Pause, "Space", uploads.pause));
  add(row.canResume, queued("Continue", Play, "Space", uploads.resume));
  add(row.canCancel, { ...queued("Cancel", X, "Delete", uploads.cancel), danger: true });
  add(row.problems > 0, {
    label: uploads.unfolded.has(row.id) ? "Hide what was left out" : "Show what was left out",
    icon: FileSearch,
    key: "Enter",
    as: "menu",
    asks: false,
    run: () => void uploads.unfold(row),
  });
  const plain = (label: string, icon: IconType, run: () => unknown, key?: string): Act => {
    return { label, icon, ...(key ? { key } : {}), as: "icon", asks: false, run: () => void run() };
  };
  const pinned = isPinned(row);
  add(
    pinned && publicLinks,
    plain("Copy link", Link, () => copy(row, "link"), "Ctrl Shift C"),
  );
  add(
    pinned,
    plain("Copy CID", Copy, () => copy(row, "cid"), "Ctrl C"),
  );
  add(
    pinned,
    plain("Show the pin", Pin, () => show(row), "Enter"),
  );
  add(
    row.canClear,
    plain("Receipt", ReceiptText, () => (uploads.receipt = row)),
  );
  add(row.canClear, queued("Clear", ListX, "Delete", uploads.clear));
  return eachKeyOnce(acts);
}

/** A key does the first that it stands for, and is shown only there. */
function eachKeyOnce<T extends { key?: string }>(acts: readonly T[]): T[] {
  const taken = new Set<string>();
  return acts.map((act) => {
    if (act.key === undefined || !taken.has(act.key)) {
      if (act.key !== undefined) taken.add(act.key);
      return act;
    }
    const rest = { ...act };
    delete rest.key;
    return rest;
  });
}

/** What a row that waits for a person asks of it. What looks like a secret is never sent by a key. */
function decision(row: UploadRow, { uploads }: Around): Act[] {
  const word = (label: string, run: () => unknown, more: Partial<Act> = {}): Act[] => {
    return [{ label, icon: RotateCcw, as: "word", asks: true, run: () => void run(), ...more }];
  };
  if (isHeld(row) && row.kind === "folder")
    return word("Choose files…", () => (uploads.suspecting = row), { key: "Enter", icon: FileSearch });
  if (isHeld(row)) return word("Upload anyway", () => uploads.allowFile(row.id), { icon: ArrowUpToLine });
  if (differs(row)) return word("Compare", () => (uploads.comparing = row), { key: "Enter", icon: FileSearch, asks: false });
  if (!row.canRetry) return [];
  return word(row.state === "waiting" ? "Try now" : "Retry", () => uploads.retry([row.id]), { key: "Enter" });
}

/** The menu of one upload. `choose` is told which of its acts was chosen. */
export function menuOf(acts: Act[], busy: boolean, choose: (label: string) => void): MenuItem[] {
  return acts.map(({ label, icon, key, asks, danger = false }) => ({
    label,
    icon,
    ...(key ? { key: shownKey(key) } : {}),
    danger,
    disabled: asks && busy,
    onselect: () => choose(label),
  }));
}

/** The menu of several: each says of how many. */
export function menuOfSeveral(uploads: Uploads, offers: Offers): MenuItem[] {
  const { selection } = uploads;
  return eachKeyOnce(ACTIONS.filter(({ asked }) => offers[asked] > 0)).map(({ asked, label, icon, key }) => ({
    label:
      offers[asked] < selection.size ? `${label} ${count(offers[asked])} of ${count(selection.size)}` : `${label} ${count(selection.size)}`,
    icon,
    ...(key ? { key: shownKey(key) } : {}),
    danger: asked === "cancel",
    onselect: () => void askSelected(uploads, [asked]),
  }));
}
