import { expect, test } from "vitest";
import { add, has, remove, size, span, toggle, type Ranges } from "./ranges";

test("neighbours and overlaps become one range", () => {
  let ranges: Ranges = [];
  ranges = add(ranges, [5, 7]);
  ranges = add(ranges, [1, 2]);
  ranges = add(ranges, [20, 20]);
  expect(ranges).toEqual([
    [1, 2],
    [5, 7],
    [20, 20],
  ]);
  expect(add(ranges, [3, 4])).toEqual([
    [1, 7],
    [20, 20],
  ]);
  expect(add(ranges, [6, 30])).toEqual([
    [1, 2],
    [5, 30],
  ]);
});

test("taking out the middle leaves both ends", () => {
  expect(remove([[0, 99_999]], [5, 5])).toEqual([
    [0, 4],
    [6, 99_999],
  ]);
  expect(
    remove(
      [
        [0, 4],
        [6, 9],
      ],
      [3, 7],
    ),
  ).toEqual([
    [0, 2],
    [8, 9],
  ]);
  expect(remove([[3, 3]], [0, 9])).toEqual([]);
});

test("the same as a set of numbers, whatever is done to it", () => {
  let ranges: Ranges = [];
  const truth = new Set<number>();
  let seed = 7;
  const next = (below: number) => (seed = (seed * 16_807) % 2_147_483_647) % below;
  for (let step = 0; step < 600; step += 1) {
    const from = next(40);
    const to = from + next(6);
    const kind = next(3);
    if (kind === 0) ranges = add(ranges, [from, to]);
    else if (kind === 1) ranges = remove(ranges, [from, to]);
    else ranges = toggle(ranges, from);
    for (let index = from; index <= (kind === 2 ? from : to); index += 1) {
      if (kind === 0 || (kind === 2 && !truth.has(index))) truth.add(index);
      else truth.delete(index);
    }
    expect(size(ranges)).toBe(truth.size);
    for (let index = 0; index < 48; index += 1) expect(has(ranges, index)).toBe(truth.has(index));
    ranges.forEach(([start, end], at) => {
      expect(start).toBeLessThanOrEqual(end);
      const before = ranges[at - 1];
      if (before) expect(start).toBeGreaterThan(before[1] + 1);
    });
  }
});

test("a span goes both ways", () => {
  expect(span(7, 3)).toEqual([[3, 7]]);
});
