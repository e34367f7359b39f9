export type Pair = [key: string, value: string];

/** What services take per pin. */
export const MOST_PAIRS = 10;

/** What is wrong with each pair, as a sentence; null where nothing is. A wholly empty pair is no mistake: it is left out. */
export function mistakes(pairs: readonly Pair[]): (string | null)[] {
  const seen = new Set<string>();
  return pairs.map(([key, value]) => {
    const name = key.trim();
    if (name === "") return value.trim() === "" ? null : "This value has no key.";
    if (seen.has(name)) return `“${name}” is there twice.`;
    seen.add(name);
    return null;
  });
}

/** Pairs with a key, keys trimmed. */
export function filled(pairs: readonly Pair[]): Pair[] {
  return pairs.map(([key, value]): Pair => [key.trim(), value]).filter(([key]) => key !== "");
}

/** What has to be set and removed to come from one to the other. */
export function difference(before: readonly Pair[], after: readonly Pair[]): { set: Pair[]; remove: string[] } {
  const had = new Map(before);
  const wanted = new Map(filled(after));
  return {
    set: [...wanted].filter(([key, value]) => had.get(key) !== value),
    remove: [...had.keys()].filter((key) => !wanted.has(key)),
  };
}
