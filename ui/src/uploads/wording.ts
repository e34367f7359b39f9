import type { UploadsHead } from "../bindings";
import { counted } from "../drops/wording";
import { amountOf, count, duration, later, rate } from "../lib/figures";

/** "11.8 MB/s, about 12 min"; empty while nothing is known. */
export function rateAndTime(perSecond: number | null, secondsLeft: number | null): string {
  const parts = [perSecond === null ? null : rate(perSecond), secondsLeft === null ? null : duration(secondsLeft)];
  return parts.filter((part) => part !== null).join(", ");
}

/** "13.2 of 21.3 GB"; empty while nothing is under way, or while it is not known how much it will be. */
export function amount(head: UploadsHead): string {
  return head.sized && head.bytesTotal > 0 ? amountOf(head.bytesDone, head.bytesTotal) : "";
}

/** "1 needs you", "2 need you" */
export function needYou(number: number): string {
  return `${count(number)} ${number === 1 ? "needs" : "need"} you`;
}

type Standing = { state: "moving" | "waiting" | "paused" | "finished" | "none"; words: string };

/** The whole queue in a few words: "Uploading 3 items, 62%". What does not move is not said to be uploading. */
export function howItStands(head: UploadsHead, percent: number | null, now: number): Standing {
  const open = head.now - head.needsYou;
  const items = open === 0 ? "no uploads" : `${counted(open, "item")}${percent === null ? "" : `, ${percent}%`}`;
  if (head.paused)
    return { state: "paused", words: `Paused${head.restingUntil === null ? "" : ` until ${later(head.restingUntil, now)}`}, ${items}` };
  if (open > 0 && head.waiting === open) return { state: "waiting", words: `Waiting, ${items}` };
  if (open > 0) return { state: "moving", words: `Uploading ${items}` };
  // What needs somebody is not finished.
  if (head.needsYou > 0 || head.finished === 0) return { state: "none", words: "No uploads under way" };
  return { state: "finished", words: "Uploads finished" };
}
