import { expect, test, vi } from "vitest";
import { fits, textWidth } from "./widths";

/** A canvas whose signs are 10 wide, and whose kerning takes 1 from each pair. */
const measured: string[] = [];
HTMLCanvasElement.prototype.getContext = vi.fn(() => ({
  font: "",
  measureText: (text: string) => {
    measured.push(text);
    return { width: Array.from(text).length * 10 - Math.max(0, Array.from(text).length - 1) };
  },
})) as never;

test("plain texts are added up without asking the canvas for each", () => {
  const width = textWidth("one");
  measured.length = 0;
  expect(width("abc…tif")).toBe(70);
  expect(measured).toEqual([]);
});

test("other signs are measured", () => {
  expect(textWidth("one")("añb")).toBe(28);
});

test("a box of just its text keeps the whole text, however its signs are kerned", () => {
  expect(fits("harbour.tif", 100, "one")).toBe(true);
  expect(fits("harbour.tif", 99, "one")).toBe(false);
});
