import type { Scalar } from "../bindings";

/** What a value is written as. A date is text in one form, since JSON has no dates. */
export type Kind = "text" | "number" | "date" | "truth";

/** A line of an editor; without a kind it is text. */
export type Pair = [key: string, value: string, kind?: Kind];

/** A key-value as the engine tells it. */
export type Held = [key: string, value: Scalar];

/** Lines that are edited: what the service had when the first was touched, the lines of that, and the lines as they are. */
export type KeyValuesDraft = { of: readonly Held[]; lines: readonly Pair[]; pairs: Pair[] };

/** What services take per pin. */
export const MOST_PAIRS = 10;

export const KINDS: Record<Kind, string> = { text: "Text", number: "Number", date: "Date", truth: "True/false" };

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;
const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const DATE_FORM = "A date is written as 2026-05-31, or as 2026-05-31T12:00:00Z.";

const isNumber = (text: string) => NUMBER.test(text.trim()) && Number.isFinite(Number(text));
/** JavaScript has no whole numbers beyond this, and would send another one. */
const isTooLong = (text: string) => Number.isInteger(Number(text)) && !Number.isSafeInteger(Number(text));
const isTruth = (text: string) => ["true", "false"].includes(text.trim().toLowerCase());

/** A date that there is; a 31st of April is none. */
function isDate(text: string): boolean {
  const day = text.trim().slice(0, 10);
  const whole = new Date(`${day}T00:00:00Z`);
  const known = !Number.isNaN(whole.getTime()) && whole.toISOString().startsWith(day);
  return known && (DAY.test(text.trim()) || (MOMENT.test(text.trim()) && !Number.isNaN(Date.parse(text.trim()))));
}

/** What a value reads as, whatever it is kept as. */
export function readsAs(text: string): Kind {
  if (isNumber(text)) return "number";
  return isTruth(text) ? "truth" : isDate(text) ? "date" : "text";
}

/** Lines of an editor. Where kinds are kept, text that is a whole moment is shown as the date that it is. */
export function pairsOf(held: readonly Held[], kinds: boolean): Pair[] {
  return held.map(([key, value]): Pair => {
    if (typeof value === "number") return [key, String(value), "number"];
    if (typeof value === "boolean") return [key, String(value), "truth"];
    return kinds && MOMENT.test(value) ? [key, value, "date"] : [key, value];
  });
}

/** What is wrong with each pair, as a sentence; null where nothing is. A wholly empty pair is no mistake: it is left out. */
export function mistakes(pairs: readonly Pair[]): (string | null)[] {
  const seen = new Set<string>();
  return pairs.map(([key, value, kind]) => {
    const name = key.trim();
    if (name === "") return value.trim() === "" ? null : "This value has no key.";
    if (seen.has(name)) return `“${name}” is there twice.`;
    seen.add(name);
    if (kind === "number" && !isNumber(value)) return "A number is written as 5 or -0.25.";
    if (kind === "number" && isTooLong(value)) return "This number has too many digits to stay exact. Keep it as text.";
    if (kind === "truth" && !isTruth(value)) return "This is either true or false.";
    return kind === "date" && !isDate(value) ? DATE_FORM : null;
  });
}

/** Pairs with a key, keys trimmed, each value of its kind. */
export function filled(pairs: readonly Pair[]): Held[] {
  return pairs.map(([key, value, kind]): Held => [key.trim(), valued(value, kind)]).filter(([key]) => key !== "");
}

/** A day begins in UTC, and is written as JavaScript writes dates; a moment stays as it was written. */
function valued(text: string, kind: Kind = "text"): Scalar {
  if (kind === "number" && isNumber(text)) return Number(text);
  if (kind === "truth" && isTruth(text)) return text.trim().toLowerCase() === "true";
  if (kind === "date" && isDate(text)) return DAY.test(text.trim()) ? `${text.trim()}T00:00:00.000Z` : text.trim();
  return text;
}

/** What has to be set and removed to come from one to the other. */
export function difference(before: readonly Held[], after: readonly Pair[]): { set: Held[]; remove: string[] } {
  const had = new Map(before);
  const wanted = new Map(filled(after));
  return {
    set: [...wanted].filter(([key, value]) => had.get(key) !== value),
    remove: [...had.keys()].filter((key) => !wanted.has(key)),
  };
}
