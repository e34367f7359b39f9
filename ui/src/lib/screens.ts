import ArrowDownToLine from "@lucide/svelte/icons/arrow-down-to-line";
import ChartNoAxesColumn from "@lucide/svelte/icons/chart-no-axes-column";
import FolderUp from "@lucide/svelte/icons/folder-up";
import KeyRound from "@lucide/svelte/icons/key-round";
import Pin from "@lucide/svelte/icons/pin";
import SlidersHorizontal from "@lucide/svelte/icons/sliders-horizontal";
import Upload from "@lucide/svelte/icons/upload";
import type { IconType } from "./icon";
import type { Screen } from "./view.svelte";

/** What each screen is called, its sign and its key, in the order of the side bar. */
export const SCREENS: Record<Screen, { label: string; icon: IconType; keys: string }> = {
  pins: { label: "Pins", icon: Pin, keys: "Ctrl 1" },
  uploads: { label: "Uploads", icon: Upload, keys: "Ctrl 2" },
  watches: { label: "Watched folders", icon: FolderUp, keys: "Ctrl 3" },
  jobs: { label: "Import from IPFS", icon: ArrowDownToLine, keys: "Ctrl 4" },
  keys: { label: "API keys", icon: KeyRound, keys: "Ctrl 5" },
  usage: { label: "Usage", icon: ChartNoAxesColumn, keys: "Ctrl 6" },
  settings: { label: "Settings", icon: SlidersHorizontal, keys: "Ctrl ," },
};
export const SCREEN_NAMES = Object.keys(SCREENS) as Screen[];
