import { expect, test } from "vitest";
import { endOf, endWords } from "./ends";

const at = (text: string) => new Date(text).getTime();

test("an end is counted from now in whole seconds, by the calendar", () => {
  const now = at("2026-01-31T14:30:00.700");
  expect(endOf("never", "", now)).toBeNull();
  expect(endOf("day", "", now)).toBe(at("2026-02-01T14:30:00"));
  expect(endOf("week", "", now)).toBe(at("2026-02-07T14:30:00"));
  // There is no 31 February.
  expect(endOf("month", "", now)).toBe(at("2026-02-28T14:30:00"));
});

test("a date counts to its end, and one that is over or no date is none", () => {
  const now = at("2026-01-31T14:30:00");
  expect(endOf("date", "2026-01-31", now)).toBe(at("2026-02-01T00:00:00"));
  expect(endOf("date", "2026-01-30", now)).toBeUndefined();
  expect(endOf("date", "", now)).toBeUndefined();
  expect(endOf("date", "soon", now)).toBeUndefined();
  expect(endWords(at("2026-02-07T14:30:00"))).toBe("7 Feb 2026, 14:30");
});
