import type {
  CheckState,
  Facet,
  FileKind,
  GroupRow,
  InGroup,
  KeyValueCondition,
  KeyValueOperator,
  PinFilters,
  PinQuery,
} from "../bindings";
import { CHECKS } from "../lib/checks";
import { bytes, day } from "../lib/figures";
import { visibleText } from "../lib/visibleText";

/** Every pin. */
export const NO_FILTERS: PinFilters = {
  kinds: [],
  mime: null,
  sizeMin: null,
  sizeMax: null,
  pinnedFrom: null,
  pinnedUntil: null,
  unpinnedFrom: null,
  unpinnedUntil: null,
  keyvalues: [],
  group: null,
  network: null,
  checks: [],
  duplicates: false,
};

/** One group and nothing else. */
export const onlyGroup = (serviceId: string): PinFilters => ({ ...NO_FILTERS, group: { group: serviceId } });

/** Nothing is searched for, and the list is narrowed to just this. */
export function isOnly(query: PinQuery, filters: PinFilters): boolean {
  return query.text.trim() === "" && sameFilters(query.filters, filters);
}

export function sameFilters(one: PinFilters, two: PinFilters): boolean {
  return (
    one === two || (Object.keys(NO_FILTERS) as (keyof PinFilters)[]).every((key) => JSON.stringify(one[key]) === JSON.stringify(two[key]))
  );
}

export const KINDS: Record<FileKind, string> = {
  folder: "Folders",
  image: "Images",
  film: "Films",
  music: "Sound",
  text: "Texts",
  data: "Data",
  code: "Code",
  archive: "Archives",
  car: "CAR files",
  file: "Others",
};

/** The states that a list can be narrowed to; "checking" passes by itself. */
export const CHOOSABLE_CHECKS: CheckState[] = ["verified", "other_layout", "unproven", "not_checked", "different"];

export const OPERATORS: Record<KeyValueOperator, string> = {
  is: "is",
  is_not: "is not",
  contains: "contains",
  contains_not: "does not contain",
  greater: "is more than",
  at_least: "is at least",
  less: "is less than",
  at_most: "is at most",
  between: "is between",
  not_between: "is not between",
  matches: "matches the pattern",
  present: "is there",
  absent: "is not there",
};

/** How many values an operator asks for. */
export function valuesOf(operator: KeyValueOperator): 0 | 1 | 2 {
  if (operator === "present" || operator === "absent") return 0;
  return operator === "between" || operator === "not_between" ? 2 : 1;
}

export const FACETS: Record<Facet, string> = {
  kinds: "Type",
  mime: "Media type",
  size: "Size",
  pinned: "Pinned",
  unpinned: "Unpinned",
  key_value: "Key-value",
  group: "Group",
  network: "Network",
  checks: "Check",
  duplicates: "Duplicates",
};

/** The conditions on what was unpinned: those that the service's memory can tell. */
export const FACETS_OF_UNPINNED: Facet[] = ["kinds", "mime", "size", "pinned", "unpinned", "key_value", "group"];
/** And those on what is kept. */
export const FACETS_OF_PINNED: Facet[] = ["kinds", "mime", "size", "pinned", "key_value", "group", "network", "checks", "duplicates"];

/** One condition: what it is about, and what it says. `at`: which of the key-values. */
export type Chip = { facet: Facet; at: number; field: string; words: string };

/** The conditions that are set, in the order of the menu. */
export function chipsOf(filters: PinFilters, groups: GroupRow[]): Chip[] {
  const chips: Chip[] = [];
  const add = (facet: Facet, words: string, field = FACETS[facet], at = 0) => chips.push({ facet, at, field, words });
  if (filters.kinds.length > 0) add("kinds", filters.kinds.map((kind) => KINDS[kind].replace(/^[A-Z](?=[a-z])/, lower)).join(" or "));
  if (filters.mime !== null) add("mime", visibleText(filters.mime));
  if (filters.sizeMin !== null || filters.sizeMax !== null) add("size", range(filters.sizeMin, filters.sizeMax, bytes, SIZES));
  for (const facet of ["pinned", "unpinned"] as const) {
    const { from, last } = datesOf(filters, facet);
    if (from !== null || last !== null) add(facet, range(from, last, day, DATES));
  }
  filters.keyvalues.forEach((condition, at) => add("key_value", conditionWords(condition), visibleText(condition.key), at));
  if (filters.group !== null) add("group", groupWords(filters.group, groups));
  if (filters.network !== null) add("network", filters.network);
  if (filters.checks.length > 0) add("checks", filters.checks.map((check) => lower(CHECKS[check].word)).join(" or "));
  if (filters.duplicates) add("duplicates", "kept more than once", "");
  return chips;
}

/** A range of days, the last one included. */
export function datesOf(filters: PinFilters, facet: "pinned" | "unpinned"): { from: number | null; last: number | null } {
  const [from, until] = facet === "pinned" ? [filters.pinnedFrom, filters.pinnedUntil] : [filters.unpinnedFrom, filters.unpinnedUntil];
  return { from, last: until === null ? null : until - 1 };
}

/** The same with these days; `last` is one of them. */
export function withDates(filters: PinFilters, facet: "pinned" | "unpinned", from: number | null, last: number | null): PinFilters {
  const until = last === null ? null : days(last, 1);
  return facet === "pinned"
    ? { ...filters, pinnedFrom: from, pinnedUntil: until }
    : { ...filters, unpinnedFrom: from, unpinnedUntil: until };
}

const SIZES = { from: "at least", to: "at most" };
const DATES = { from: "since", to: "until" };

function range(from: number | null, to: number | null, words: (value: number) => string, { from: since, to: until }: typeof SIZES): string {
  if (from !== null && to !== null) return words(from) === words(to) ? words(from) : `${words(from)} to ${words(to)}`;
  return from !== null ? `${since} ${words(from)}` : to !== null ? `${until} ${words(to)}` : "";
}

function conditionWords({ operator, value, to, anyCase }: KeyValueCondition): string {
  const values = [visibleText(value), visibleText(to)].slice(0, valuesOf(operator));
  const words = [OPERATORS[operator], values.join(" and ")].join(" ").trim();
  return anyCase ? `${words}, upper and lower case alike` : words;
}

function groupWords(group: InGroup, groups: GroupRow[]): string {
  if (group === "none") return "none";
  return visibleText(groups.find((row) => row.serviceId === group.group)?.name ?? "one that is not there any more");
}

function lower(word: string): string {
  return word[0]!.toLowerCase() + word.slice(1);
}

/** The same without one condition. */
export function without(filters: PinFilters, facet: Facet, at: number): PinFilters {
  switch (facet) {
    case "kinds":
      return { ...filters, kinds: [] };
    case "mime":
      return { ...filters, mime: null };
    case "size":
      return { ...filters, sizeMin: null, sizeMax: null };
    case "pinned":
    case "unpinned":
      return withDates(filters, facet, null, null);
    case "key_value":
      return { ...filters, keyvalues: filters.keyvalues.filter((_, other) => other !== at) };
    case "group":
      return { ...filters, group: null };
    case "network":
      return { ...filters, network: null };
    case "checks":
      return { ...filters, checks: [] };
    case "duplicates":
      return { ...filters, duplicates: false };
  }
}

/** "size at least 1 GB" inside a sentence. */
export function chipWords({ field, words }: Chip): string {
  return [field, words].filter(Boolean).join(" ");
}

function conditionOf(chip: Chip): string {
  if (chip.facet === "duplicates") return "duplicates";
  return chip.facet === "key_value" ? chipWords(chip) : lower(chipWords(chip));
}

/** Which conditions were asked for, in one sentence. */
export function noMatch(text: string, chips: Chip[]): string {
  const conditions = chips.map(conditionOf).join(", ");
  if (text.trim() === "") return `No pins with ${conditions}`;
  return `Nothing matches “${visibleText(text)}”${conditions === "" ? "" : ` with ${conditions}`}`;
}

const UNITS: Record<string, number> = {
  "": 1,
  b: 1,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

/** "1.5 GB", "200 kB", "512": bytes; null for nothing, undefined for what is no size. */
export function readSize(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const [, amount, unit] = /^(\d+(?:[.,]\d+)?)\s*([a-z]*)$/i.exec(text.trim()) ?? [];
  const factor = UNITS[unit?.toLowerCase() ?? "-"];
  return factor === undefined ? undefined : Math.min(Math.round(Number(amount!.replace(",", ".")) * factor), Number.MAX_SAFE_INTEGER);
}

/** "2025-04-18": the day's first moment here; null for nothing, undefined for what is no day. */
export function readDay(text: string): number | null | undefined {
  if (text.trim() === "") return null;
  const [, year, month, date] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text.trim()) ?? [];
  if (!year) return undefined;
  const day = new Date(Number(year), Number(month) - 1, Number(date));
  return day.getMonth() === Number(month) - 1 && day.getDate() === Number(date) ? day.getTime() : undefined;
}

/** The first moment of the day so many days from this one. */
export function days(from: number, by: number): number {
  const day = new Date(from);
  return new Date(day.getFullYear(), day.getMonth(), day.getDate() + by).getTime();
}

/** As it is typed: "2025-04-18". */
export function typedDay(at: number): string {
  const day = new Date(at);
  return `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
}
