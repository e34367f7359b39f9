import type { Bytes, Millis } from "../bindings";

// Words are English, and sentences of the engine hold numbers too: figures and dates are English on every system, or one
// sentence would mix two languages.
const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"] as const;
/** Between a number and its unit: a line does not end there. */
const GLUE = "\u00a0";
const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
// Made once: a format that is made for each figure costs more than all else in a row of a list.
const broken = [0, 1, 2].map((digits) => new Intl.NumberFormat("en-GB", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
const zero = [0, 1, 2].map((digits) => new Intl.NumberFormat("en-GB", { maximumFractionDigits: digits }));

/** "84.2 MB", "1.92 GB", "612 MB", "1.8 kB": decimal, three digits at most. */
export function bytes(size: Bytes): string {
  const unit = unitOf(size);
  return `${inUnit(size, unit)}${GLUE}${UNITS[unit]}`;
}

/** "13.2 of 21.3 GB": the same unit on both sides. */
export function amountOf(done: Bytes, total: Bytes): string {
  const unit = unitOf(total);
  return `${inUnit(Math.min(done, total), unit)} of ${inUnit(total, unit)}${GLUE}${UNITS[unit]}`;
}

/** "11.8 MB/s" */
export function rate(bytesPerSecond: number): string {
  return `${bytes(Math.round(bytesPerSecond))}/s`;
}

function unitOf(size: Bytes): number {
  let unit = 0;
  // 999.5 would round to 1000 in its own unit.
  while (unit < UNITS.length - 1 && size / 1000 ** unit >= (unit === 0 ? 1000 : 999.5)) unit += 1;
  return unit;
}

function inUnit(size: Bytes, unit: number): string {
  const value = size / 1000 ** unit;
  if (unit === 0 || value >= 99.95) return whole.format(value);
  const digits = value >= 9.995 || unit === 1 ? 1 : 2;
  return (value === 0 ? zero : broken)[digits]!.format(value);
}

/** "12,430", never "12k". */
export function count(value: number): string {
  return whole.format(value);
}

/** "23 s", "about 3 min", "about 26 h" */
export function duration(seconds: number): string {
  // What is left is never nothing.
  const about = seconds > 0 ? Math.max(1, Math.round(seconds)) : 0;
  if (about < 60) return `${about}${GLUE}s`;
  if (about < 60 * 60) return `about ${Math.round(about / 60)}${GLUE}min`;
  return `about ${whole.format(Math.round(about / 3600))}${GLUE}h`;
}

const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const dayMonth = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const monthYear = new Intl.DateTimeFormat("en-GB", { month: "short", year: "numeric" });
const full = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeStyle: "medium" });
const utc = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium", timeZone: "UTC" });

/** "14:01" */
export function time(at: Millis): string {
  return clock.format(at);
}

/** Today "14:01", then "Yesterday", "3 May", "Nov 2024". */
export function when(at: Millis, now: Millis): string {
  const days = dayNumber(now) - dayNumber(at);
  if (days === 0) return time(at);
  if (days === 1) return "Yesterday";
  if (new Date(at).getFullYear() === new Date(now).getFullYear()) return dayMonth.format(at);
  return monthYear.format(at);
}

const wholeDay = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" });

/** "1 Oct 2024" */
export function day(at: Millis): string {
  return wholeDay.format(at);
}

/** The same inside a sentence: "today, 14:01", "yesterday, 14:01", "3 May, 14:01". */
export function moment(at: Millis, now: Millis): string {
  const day = when(at, now);
  if (day === time(at)) return `today, ${day}`;
  return `${day === "Yesterday" ? "yesterday" : day}, ${time(at)}`;
}

/** When something goes on: "14:30" today, then "tomorrow, 06:00", "3 May, 06:00". */
export function later(at: Millis, now: Millis): string {
  const days = dayNumber(at) - dayNumber(now);
  if (days === 0) return time(at);
  return `${days === 1 ? "tomorrow" : dayMonth.format(at)}, ${time(at)}`;
}

/** For tooltips: full local time, and UTC. */
export function exactly(at: Millis): string {
  return `${full.format(at)} (${utc.format(at)} UTC)`;
}

function dayNumber(at: Millis): number {
  const date = new Date(at);
  return Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / 86_400_000);
}
