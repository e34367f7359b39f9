import type { LucideIcon } from "@lucide/svelte";

/** A picture of the one icon set. */
export type IconType = LucideIcon;
