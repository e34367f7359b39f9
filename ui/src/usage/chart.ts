import type { Millis, UsageStep } from "../bindings";

/** Round values for the lines across: from 0 to just above the largest, at most five. */
export function ticks(most: number): number[] {
  if (most <= 0) return [0, 1];
  const rough = most / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  // Neither bytes nor pins have halves.
  const step = Math.max(1, ([1, 2, 2.5, 5, 10].find((times) => times * power >= rough) ?? 10) * power);
  return Array.from({ length: Math.ceil(most / step) + 1 }, (_, n) => n * step);
}

const MINUTE = 60_000;
const format = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat("en-GB", { ...options, timeZone: "UTC" });
const SHORT = { day: format({ day: "numeric", month: "short" }), month: format({ month: "short" }), year: format({ year: "numeric" }) };
const LONG = {
  day: format({ day: "numeric", month: "long", year: "numeric" }),
  month: format({ month: "long", year: "numeric" }),
  year: SHORT.year,
};

/** The name of a step, in the days that the engine counted in: those of a clock that is `east` minutes ahead the whole year. */
export function stepName(at: Millis, step: UsageStep, east: number, long = false): string {
  return (long ? LONG : SHORT)[step].format(at + east * MINUTE);
}

export type Place = { x: number; y: number };

/** Where the points stand in a box of this size. */
export function places(values: number[], width: number, height: number, top: number): Place[] {
  const across = width / Math.max(1, values.length - 1);
  return values.map((value, index) => ({ x: index * across, y: height - (value / top) * height }));
}

/** The line through the points. */
export function line(places: Place[]): string {
  return places.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** Which points have a name below: as many as fit, always the last. */
export function named(points: number, room: number, each: number): Set<number> {
  const every = Math.max(1, Math.ceil((points * each) / Math.max(each, room)));
  const chosen = new Set<number>();
  for (let index = points - 1; index >= 0; index -= every) chosen.add(index);
  return chosen;
}
