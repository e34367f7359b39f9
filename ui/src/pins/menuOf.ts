import ArrowLeftRight from "@lucide/svelte/icons/arrow-left-right";
import Copy from "@lucide/svelte/icons/copy";
import CopyPlus from "@lucide/svelte/icons/copy-plus";
import FileDown from "@lucide/svelte/icons/file-down";
import Globe from "@lucide/svelte/icons/globe";
import Hourglass from "@lucide/svelte/icons/hourglass";
import Layers from "@lucide/svelte/icons/layers-2";
import Link from "@lucide/svelte/icons/link";
import Link2 from "@lucide/svelte/icons/link-2";
import Pencil from "@lucide/svelte/icons/pencil";
import PinOff from "@lucide/svelte/icons/pin-off";
import SquareArrowOutUpRight from "@lucide/svelte/icons/square-arrow-out-up-right";
import Table from "@lucide/svelte/icons/table-2";
import Tag from "@lucide/svelte/icons/tag";
import type { MenuItem } from "../components/menu";
import { count } from "../lib/figures";
import { MAC, shownKeys } from "../lib/keys";
import { visibleText } from "../lib/visibleText";
import type { PinRow, Selection } from "../bindings";
import type { PinActions } from "./actions.svelte";
import type { Pins } from "./pins.svelte";

type Wishes = {
  pins: Pins;
  actions: PinActions;
  publicLinks: boolean;
  rename: () => void;
  editMany: () => void;
  /** The account's pins can be given an end. */
  expiry: boolean;
  keyvalues: () => void;
  /** What other content for the pin's address is called at this account. */
  swap: string | null;
  /** Another account can be asked for the same. */
  copyable: boolean;
  /** null where the account has none. `within`: the list is narrowed to this one. */
  group: { add: () => void; within: { name: string; leave: () => void } | null } | null;
};

/** A public file that has a name: its link can tell a download what to be called. */
function namedDownload(pin: PinRow | null): boolean {
  return pin !== null && pin.name !== null && !pin.folder && pin.network === "public";
}

/** What is selected, or everything that the list is narrowed to, as a file. */
export function exportsOf(actions: PinActions, which: () => Selection | null): MenuItem[] {
  return [
    { label: "Export as CSV…", icon: FileDown, onselect: () => void actions.export(which(), "csv") },
    { label: "Export as JSON…", icon: FileDown, onselect: () => void actions.export(which(), "json") },
  ];
}

/** What can be done with the pin under the pointer, or with those selected. */
export function menuOf({ pins, actions, publicLinks, rename, keyvalues, editMany, expiry, swap, copyable, group }: Wishes): MenuItem[] {
  const many = pins.count > 1;
  const items: MenuItem[] = [
    { label: many ? "Copy CIDs" : "Copy CID", icon: Copy, key: shownKeys("Ctrl C"), onselect: () => void actions.copy("cid") },
    publicLinks
      ? {
          label: many ? "Copy links" : "Copy link",
          note: !many && pins.current?.network === "private" ? "Works for 10 minutes" : undefined,
          icon: Link,
          key: shownKeys("Ctrl Shift C"),
          onselect: () => void actions.copy("link"),
        }
      : { label: many ? "Copy links" : "Copy link", note: "On this computer only", icon: Link, disabled: true, onselect: () => undefined },
    ...(publicLinks && (many || namedDownload(pins.current))
      ? [
          {
            label: many ? "Copy links with names" : "Copy link with its name",
            note: "A download is called as the pin is",
            icon: Link2,
            onselect: () => void actions.copy("named_link"),
          },
        ]
      : []),
    { label: many ? "Copy ipfs:// addresses" : "Copy ipfs:// address", icon: Globe, onselect: () => void actions.copy("uri") },
    {
      label: many ? "Copy names and CIDs" : "Copy name and CID",
      note: many ? "A line for each, for a table" : undefined,
      icon: Table,
      onselect: () => void actions.copy("name_and_cid"),
    },
    "line",
  ];
  if (many)
    items.push(
      { label: "Edit names and key-values…", icon: Pencil, key: shownKeys("Ctrl E"), onselect: editMany },
      ...(expiry ? [{ label: "Set when they expire…", icon: Hourglass, onselect: pins.askEnd }] : []),
      ...exportsOf(actions, () => pins.targets()?.selection ?? null),
    );
  if (!many)
    items.push(
      { label: "Open in the browser", icon: SquareArrowOutUpRight, key: shownKeys("Ctrl Enter"), onselect: () => void actions.open() },
      { label: "Edit the name", icon: Pencil, key: "F2", onselect: rename },
      { label: "Edit key-values", icon: Tag, key: shownKeys("Ctrl E"), onselect: keyvalues },
    );
  if (!many && swap) items.push({ label: swap, icon: ArrowLeftRight, onselect: pins.askSwap });
  if (copyable) items.push({ label: "Pin at another account…", icon: CopyPlus, onselect: pins.askCopy });
  items.push("line");
  if (group) {
    items.push({ label: "Add to a group…", icon: Layers, key: shownKeys("Ctrl M"), onselect: group.add });
    if (group.within) items.push({ label: `Take out of ${visibleText(group.within.name)}`, onselect: group.within.leave });
    items.push("line");
  }
  items.push({
    label: many ? `Unpin ${count(pins.count)}` : "Unpin",
    icon: PinOff,
    key: shownKeys(MAC ? "Ctrl Backspace" : "Delete"),
    danger: true,
    onselect: pins.askUnpin,
  });
  return items;
}
