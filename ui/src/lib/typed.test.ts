import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Typed } from "./typed";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("letters typed together are one word, and the row that still fits may stay", () => {
  const typed = new Typed();
  expect(typed.add("H")).toEqual({ begins: "h", here: false });
  expect(typed.add("a")).toEqual({ begins: "ha", here: true });
});

test("the same letter again asks for the next name with it", () => {
  const typed = new Typed();
  typed.add("h");
  expect(typed.add("h")).toEqual({ begins: "h", here: false });
});

test("after a while a new word begins", () => {
  const typed = new Typed();
  typed.add("h");
  vi.advanceTimersByTime(1000);
  expect(typed.open).toBe(false);
  expect(typed.add("a")).toEqual({ begins: "a", here: false });
});
