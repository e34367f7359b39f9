import Ban from "@lucide/svelte/icons/ban";
import CircleAlert from "@lucide/svelte/icons/circle-alert";
import CircleHelp from "@lucide/svelte/icons/circle-question-mark";
import CircleX from "@lucide/svelte/icons/circle-x";
import FileX from "@lucide/svelte/icons/file-x";
import HardDrive from "@lucide/svelte/icons/hard-drive";
import History from "@lucide/svelte/icons/history";
import Hourglass from "@lucide/svelte/icons/hourglass";
import KeyRound from "@lucide/svelte/icons/key-round";
import Link2Off from "@lucide/svelte/icons/link-2-off";
import Lock from "@lucide/svelte/icons/lock";
import OctagonX from "@lucide/svelte/icons/octagon-x";
import PinOff from "@lucide/svelte/icons/pin-off";
import TriangleAlert from "@lucide/svelte/icons/triangle-alert";
import WifiOff from "@lucide/svelte/icons/wifi-off";
import type { ErrorCode } from "../bindings";
import type { IconType } from "./icon";

/** What each error looks like. The words are the engine's; a code that is missing here does not compile. */
export const ERROR_ICONS: Record<ErrorCode, { icon: IconType }> = {
  unauthorized: { icon: KeyRound },
  missing_scope: { icon: KeyRound },
  rate_limited: { icon: Hourglass },
  not_found: { icon: CircleHelp },
  not_pinned: { icon: PinOff },
  quota_exceeded: { icon: TriangleAlert },
  too_large: { icon: TriangleAlert },
  rejected: { icon: CircleX },
  offline: { icon: WifiOff },
  untrusted: { icon: TriangleAlert },
  captive_portal: { icon: WifiOff },
  unavailable: { icon: Hourglass },
  unexpected: { icon: CircleAlert },
  unreadable: { icon: Lock },
  vanished: { icon: FileX },
  not_a_file: { icon: FileX },
  empty: { icon: FileX },
  outside_link: { icon: Link2Off },
  changed: { icon: History },
  disk_full: { icon: HardDrive },
  no_keychain: { icon: KeyRound },
  keychain_locked: { icon: Lock },
  key_missing: { icon: KeyRound },
  bad_token: { icon: KeyRound },
  bad_endpoint: { icon: Link2Off },
  bad_input: { icon: CircleAlert },
  gone: { icon: CircleHelp },
  cancelled: { icon: Ban },
  secret: { icon: Lock },
  different: { icon: OctagonX },
  unconfirmed: { icon: CircleHelp },
  damaged_ledger: { icon: OctagonX },
  internal: { icon: CircleAlert },
};
