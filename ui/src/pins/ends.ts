import type { Millis } from "../bindings";
import { day, time } from "../lib/figures";
import { days, readDay } from "./filters";

export type EndChoice = "never" | "day" | "week" | "month" | "date";

/** When a pin is to end, as a person chooses it. */
export const END_CHOICES: Record<EndChoice, string> = {
  never: "Never",
  day: "In 1 day",
  week: "In 1 week",
  month: "In 1 month",
  date: "On a date",
};

export const isEndChoice = (text: string): text is EndChoice => text in END_CHOICES;

/** The chosen moment, in whole seconds; null for never, undefined while a typed date is none that is still to come. */
export function endOf(choice: EndChoice, typed: string, now: Millis): Millis | null | undefined {
  if (choice === "never") return null;
  const second = Math.floor(now / 1000) * 1000;
  if (choice === "date") {
    const from = readDay(typed);
    // That day included.
    const end = from === null || from === undefined ? undefined : days(from, 1);
    return end !== undefined && end > now ? end : undefined;
  }
  if (choice === "month") return nextMonth(second);
  const at = new Date(second);
  return at.setDate(at.getDate() + (choice === "day" ? 1 : 7));
}

/** The same day of the next month, or its last one. */
function nextMonth(from: Millis): Millis {
  const at = new Date(from);
  const date = at.getDate();
  at.setMonth(at.getMonth() + 1);
  if (at.getDate() !== date) at.setDate(0);
  return at.getTime();
}

/** "29 Nov 2026, 14:30" */
export function endWords(at: Millis): string {
  return `${day(at)}, ${time(at)}`;
}
