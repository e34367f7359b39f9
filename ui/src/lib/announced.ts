import { events, type Noun } from "../bindings";

/**
 * Tells of every change of one noun: which rows, or null where they are many. A gap in the revisions means that something was
 * missed, and nobody knows of which noun: then it tells as well.
 */
export function hearChanges(noun: Noun, hear: (ids: number[] | null) => void): Promise<() => void> {
  let last: number | null = null;
  return events.changed.listen(({ payload }) => {
    const missed = last !== null && payload.revision > last + 1;
    last = Math.max(last ?? 0, payload.revision);
    if (missed) hear(null);
    else if (payload.noun === noun) hear(payload.ids);
  });
}
