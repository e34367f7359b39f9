import { describe, expect, test } from "vitest";
import { amountOf, bytes, count, duration, exactly, moment, rate, time, when } from "./figures";

describe("sizes", () => {
  test.each([
    [0, "0\u00a0B"],
    [1, "1\u00a0B"],
    [999, "999\u00a0B"],
    [1000, "1.0\u00a0kB"],
    [1840, "1.8\u00a0kB"],
    [14_200, "14.2\u00a0kB"],
    [212_000, "212\u00a0kB"],
    [999_499, "999\u00a0kB"],
    [999_500, "1.00\u00a0MB"],
    [1_100_000, "1.10\u00a0MB"],
    [9_994_000, "9.99\u00a0MB"],
    [9_996_000, "10.0\u00a0MB"],
    [84_200_000, "84.2\u00a0MB"],
    [99_960_000, "100\u00a0MB"],
    [612_000_000, "612\u00a0MB"],
    [1_920_000_000, "1.92\u00a0GB"],
    [2 ** 53 - 1, "9.01\u00a0PB"],
  ])("%d is %s", (size, words) => expect(bytes(size)).toBe(words));

  test("both sides of 'of' have the unit of the whole", () => {
    expect(amountOf(13_200_000_000, 21_300_000_000)).toBe("13.2 of 21.3\u00a0GB");
    expect(amountOf(0, 21_300_000_000)).toBe("0 of 21.3\u00a0GB");
    expect(amountOf(500, 84_200_000)).toBe("0.00 of 84.2\u00a0MB");
  });

  test("more done than there is, is all of it", () => expect(amountOf(11, 10)).toBe("10 of 10\u00a0B"));
  test("a rate is a size a second", () => expect(rate(11_800_000.4)).toBe("11.8\u00a0MB/s"));
});

test("counts are written out", () => {
  expect(count(12_430)).toBe("12,430");
});

describe("durations", () => {
  test.each([
    [-3, "0\u00a0s"],
    [23.4, "23\u00a0s"],
    [59.7, "about 1\u00a0min"],
    [180, "about 3\u00a0min"],
    [26 * 3600, "about 26\u00a0h"],
  ])("%d s is %s", (seconds, words) => expect(duration(seconds)).toBe(words));
});

describe("dates", () => {
  const at = (text: string) => new Date(text).getTime();
  const now = at("2025-05-08T14:02:00");

  test("today is a time", () => expect(when(at("2025-05-08T00:01:00"), now)).toBe("00:01"));
  test("the day before is Yesterday, also less than a day ago", () => expect(when(at("2025-05-07T23:59:00"), now)).toBe("Yesterday"));
  test("this year is a day", () => expect(when(at("2025-05-03T10:00:00"), now)).toBe("3 May"));
  test("another year is a month", () => expect(when(at("2024-11-30T10:00:00"), now)).toBe("Nov 2024"));
  test("in a sentence the day comes first", () => {
    expect(moment(at("2025-05-08T14:01:00"), now)).toBe("today, 14:01");
    expect(moment(at("2025-05-07T14:01:00"), now)).toBe("yesterday, 14:01");
    expect(moment(at("2025-05-03T14:01:00"), now)).toBe("3 May, 14:01");
  });
  test("a tooltip has both clocks", () => {
    expect(exactly(now)).toContain("8 May 2025");
    expect(exactly(now)).toContain("UTC");
  });
  test("a time has two digits on both sides", () => expect(time(at("2025-05-08T09:05:00"))).toBe("09:05"));
});
