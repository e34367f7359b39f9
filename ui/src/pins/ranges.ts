/** Inclusive ranges of row numbers, ascending, never touching each other. */
export type Ranges = readonly (readonly [from: number, to: number])[];

export const NONE: Ranges = [];

export function has(ranges: Ranges, index: number): boolean {
  let low = 0;
  let high = ranges.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [from, to] = ranges[middle]!;
    if (index < from) high = middle - 1;
    else if (index > to) low = middle + 1;
    else return true;
  }
  return false;
}

export function size(ranges: Ranges): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

export function span(a: number, b: number): Ranges {
  return [[Math.min(a, b), Math.max(a, b)]];
}

export function add(ranges: Ranges, [from, to]: readonly [number, number]): Ranges {
  const before = ranges.filter((range) => range[1] < from - 1);
  const after = ranges.filter((range) => range[0] > to + 1);
  const touched = ranges.slice(before.length, ranges.length - after.length);
  const start = Math.min(from, ...touched.map((range) => range[0]));
  const end = Math.max(to, ...touched.map((range) => range[1]));
  return [...before, [start, end], ...after];
}

export function remove(ranges: Ranges, [from, to]: readonly [number, number]): Ranges {
  return ranges.flatMap(([start, end]): [number, number][] => {
    if (end < from || start > to) return [[start, end]];
    const rest: [number, number][] = [];
    if (start < from) rest.push([start, from - 1]);
    if (end > to) rest.push([to + 1, end]);
    return rest;
  });
}

export function toggle(ranges: Ranges, index: number): Ranges {
  return has(ranges, index) ? remove(ranges, [index, index]) : add(ranges, [index, index]);
}

/** As the engine takes them. */
export function plain(ranges: Ranges): [number, number][] {
  return ranges.map(([from, to]) => [from, to]);
}
