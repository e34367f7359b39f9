import { expect, test } from "vitest";
import { RowHeights } from "./rowHeights";

test("rows of the usual height stand one below the other", () => {
  const heights = new RowHeights(52);
  expect(heights.topOf(10_000)).toBe(520_000);
  expect(heights.at(520, 10_000)).toBe(10);
  expect(heights.at(519, 10_000)).toBe(9);
  expect(heights.at(1e9, 10)).toBe(9);
});

test("a taller row pushes those below it", () => {
  const heights = new RowHeights(52);
  expect(heights.measured(2, 100)).toBe(48);
  expect(heights.topOf(2)).toBe(104);
  expect(heights.topOf(3)).toBe(204);
  expect(heights.at(203, 5)).toBe(2);
  expect(heights.at(204, 5)).toBe(3);
});

test("a row that shrinks back is usual again, and rows that are gone push nothing", () => {
  const heights = new RowHeights(52);
  heights.measured(1, 80);
  heights.measured(4, 80);
  expect(heights.measured(1, 52)).toBe(-28);
  heights.cut(3);
  expect(heights.topOf(6)).toBe(312);
});

test("tops agree with adding the heights up", () => {
  const heights = new RowHeights(10);
  const real = Array.from({ length: 200 }, (_, index) => (index % 7 === 0 ? 10 + (index % 5) * 3 : 10));
  real.forEach((height, index) => heights.measured(index, height));
  let top = 0;
  real.forEach((height, index) => {
    expect(heights.topOf(index)).toBe(top);
    expect(heights.at(top, real.length)).toBe(index);
    top += height;
  });
});
