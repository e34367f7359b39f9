import CircleCheck from "@lucide/svelte/icons/circle-check";
import CircleDashed from "@lucide/svelte/icons/circle-dashed";
import CircleDotDashed from "@lucide/svelte/icons/circle-dot-dashed";
import CircleEqual from "@lucide/svelte/icons/circle-equal";
import LoaderCircle from "@lucide/svelte/icons/loader-circle";
import OctagonX from "@lucide/svelte/icons/octagon-x";
import type { CheckState } from "../bindings";
import type { IconType } from "./icon";

/** How each state of the check looks. Only a proved difference is red. */
export const CHECKS: Record<CheckState, { icon: IconType; word: string; tone: "ok" | "danger" | "accent" | "neutral" }> = {
  verified: { icon: CircleCheck, word: "Verified", tone: "ok" },
  other_layout: { icon: CircleEqual, word: "Other layout", tone: "ok" },
  unproven: { icon: CircleDotDashed, word: "Unproven", tone: "neutral" },
  not_checked: { icon: CircleDashed, word: "Not checked", tone: "neutral" },
  checking: { icon: LoaderCircle, word: "Checking", tone: "accent" },
  different: { icon: OctagonX, word: "Different", tone: "danger" },
};
