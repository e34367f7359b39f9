import type { UploadsHead } from "../bindings";
import { amountOf, duration, rate } from "../lib/figures";

/** "11.8 MB/s, about 12 min"; empty while nothing is known. */
export function rateAndTime(perSecond: number | null, secondsLeft: number | null): string {
  const parts = [perSecond === null ? null : rate(perSecond), secondsLeft === null ? null : duration(secondsLeft)];
  return parts.filter((part) => part !== null).join(", ");
}

/** "13.2 of 21.3 GB"; empty while nothing is under way. */
export function amount(head: UploadsHead): string {
  return head.bytesTotal > 0 ? amountOf(head.bytesDone, head.bytesTotal) : "";
}
