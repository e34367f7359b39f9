/** Numbers of uploads that go in one message. */
export const AT_ONCE = 10_000;

/** So many at a time as go in a message, and never one alone of several: the engine takes that for a word about this one. */
export function portions<T>(all: readonly T[]): T[][] {
  const parts = Array.from({ length: Math.ceil(all.length / AT_ONCE) }, (_, part) => all.slice(part * AT_ONCE, (part + 1) * AT_ONCE));
  const [before, last] = parts.slice(-2);
  if (last?.length === 1) last.unshift(...before!.splice(-1));
  return parts;
}
