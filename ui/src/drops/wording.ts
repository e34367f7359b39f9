import type { Drop } from "../bindings";
import { count } from "../lib/figures";

/** "1 item", "3 items", "8,369 files" */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}

/** What is left out of a drop unasked: ". Left out: 2 system files, 1 by patterns". Empty where all goes. */
export function leftOutOf(drop: Drop, junk: boolean): string {
  const parts = [
    !junk && drop.junkCount > 0 ? counted(drop.junkCount, "system file") : "",
    drop.ignoredCount > 0 ? `${count(drop.ignoredCount)} by patterns` : "",
  ].filter(Boolean);
  return parts.length > 0 ? `. Left out: ${parts.join(", ")}` : "";
}
