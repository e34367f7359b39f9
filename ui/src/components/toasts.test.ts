import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Toasts } from "./toasts.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("a toast goes by itself", () => {
  const toasts = new Toasts();
  toasts.show("Uploading 1 item");
  expect(toasts.list).toHaveLength(1);
  vi.advanceTimersByTime(6000);
  expect(toasts.list).toHaveLength(0);
});

test("a toast under the pointer stays until the pointer leaves", () => {
  const toasts = new Toasts();
  toasts.show("Unpinned 4");
  toasts.hold();
  vi.advanceTimersByTime(60_000);
  expect(toasts.list).toHaveLength(1);
  toasts.release();
  vi.advanceTimersByTime(6000);
  expect(toasts.list).toHaveLength(0);
});

test("at most three stand there, the latest ones", () => {
  const toasts = new Toasts();
  for (const text of ["a", "b", "c", "d"]) toasts.show(text);
  expect(toasts.list.map((toast) => toast.text)).toEqual(["b", "c", "d"]);
});

test("the region speaks at once, then at most every five seconds, and says the latest", () => {
  const toasts = new Toasts();
  toasts.announce("one");
  toasts.announce("two");
  toasts.announce("three");
  expect(toasts.said).toBe("one");
  vi.advanceTimersByTime(5000);
  expect(toasts.said).toBe("three");
  vi.advanceTimersByTime(5000);
  toasts.announce("four");
  expect(toasts.said).toBe("four");
});

test("toasts stand above the bars that float in their place, for as long as one does", () => {
  const toasts = new Toasts();
  const [one, other] = [toasts.stepAside(), toasts.stepAside()];
  one();
  expect(toasts.raised).toBe(1);
  other();
  expect(toasts.raised).toBe(0);
});
