import { count } from "../lib/figures";

/** "1 item", "3 items", "8,369 files" */
export function counted(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? "" : "s"}`;
}
