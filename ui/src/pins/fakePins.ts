import type {
  AppStart,
  ChangeRow,
  ChangeWhat,
  CommandError,
  GroupRow,
  Look,
  PinDetails,
  PinQuery,
  PinRow,
  ResultSet,
  Selection,
} from "../bindings";
import type { Held } from "../lib/keyValues";
// All that the window reads once it is there is here already: no test waits for files.
import "../behind";
import { FIRST } from "../settings/settings.svelte";
import { anAccount, commandError, fakeEngine } from "../uploads/fakeEngine";
import { NOTHING } from "../uploads/uploads.svelte";

export function aPin(id: number, with_: Partial<PinRow> = {}): PinRow {
  return {
    id,
    name: `pin-${id}.tif`,
    cid: `bafybei${String(id).padStart(52, "a")}`,
    size: 84_200_000,
    keyvalues: [],
    keyvalueCount: 0,
    pinnedAt: 1_700_000_000_000,
    check: "verified",
    folder: false,
    mime: "image/tiff",
    network: "public",
    groups: [],
    expiresAt: null,
    ...with_,
  };
}

export function aGroup(id: number, with_: Partial<GroupRow> = {}): GroupRow {
  return { id, serviceId: `g${id}`, name: `Group ${id}`, network: "public", public: false, pins: 0, ...with_ };
}

export function aChange(id: number, with_: Partial<ChangeRow> = {}): ChangeRow {
  const sentence = "0 of 9 unpinned";
  return {
    id,
    account: "p1",
    title: "Unpin 9 pins",
    sentence,
    state: "working",
    total: 9,
    done: 0,
    failed: 0,
    unsure: 0,
    left: 9,
    ...with_,
  };
}

export const pinata = anAccount({ id: "p1", kind: "pinata", label: "Northlight Studio", place: "Pinata", publicLinks: true });

export function aStart(with_: Partial<AppStart> = {}): AppStart {
  return {
    version: "0.1.0",
    accounts: [pinata],
    active: "p1",
    settings: { ...FIRST, theme: "light" },
    uploads: NOTHING,
    ...with_,
  };
}

/** An engine with these pins: it searches names, carries selections by id, and forgets all but its last two sets. */
export function enginePins(rows: PinRow[], link: string | null = "https://northlight.example/ipfs/cid") {
  const held = { rows, keyvalues: new Map<number, Held[]>(), changes: [] as ChangeRow[] };
  const sets = new Map<number, PinRow[]>();
  let last = 0;
  const chosen = ({ set, ranges }: Selection) => ranges.flatMap(([from, to]) => (sets.get(set) ?? []).slice(from, to + 1));

  function open({ query, carry, look }: { query: PinQuery; carry: Selection | null; look: Look }): ResultSet {
    const found = held.rows.filter((row) => (row.name ?? "").includes(query.text));
    const place = found.findIndex((row) => row.id === look.pin);
    const carried = new Set(carry ? chosen(carry).map((row) => row.id) : []);
    sets.set(++last, found);
    sets.delete(last - 2);
    return {
      set: last,
      total: found.length,
      of: held.rows.length,
      asOf: 1_700_000_000_000,
      refreshing: false,
      problem: null,
      selection: found.flatMap((row, index): [number, number][] => (carried.has(row.id) ? [[index, index]] : [])),
      rows: found.slice(look.from, look.from + look.n),
      place: place < 0 ? null : place,
      without: [],
    };
  }

  function details(id: number): PinDetails {
    const row = held.rows.find((other) => other.id === id)!;
    return {
      row,
      keyvalues: held.keyvalues.get(id) ?? row.keyvalues,
      files: 1,
      checkSentence: "Same CID at Pinata and here.",
      checkedAt: null,
      localCid: null,
      endSentence: "Pinata then unpins it by itself, without asking.",
      over: null,
      source: null,
      link,
      past: [],
      presence: [{ account: "p1", label: "Northlight Studio", state: "pinned", pinnedAt: row.pinnedAt, asOf: null }],
      openable: true,
    };
  }

  const engine = fakeEngine({
    pins_open: (args) => open(args as never),
    pins_first: ({ query, n }) => {
      const found = held.rows.filter((row) => (row.name ?? "").includes((query as PinQuery).text));
      return { rows: found.slice(0, n as number), total: found.length };
    },
    pins_rows: ({ set, from, n }) => {
      const found = sets.get(set as number);
      if (!found) throw commandError("gone", "This list is gone.");
      return found.slice(from as number, (from as number) + (n as number));
    },
    pins_next: ({ set, after, begins }) => {
      const found = sets.get(set as number)!;
      const round = found.map((_, step) => (step + 1 + (after as number)) % found.length);
      return round.find((index) => found[index]!.name?.toLowerCase().startsWith(begins as string)) ?? null;
    },
    pins_details: ({ id }) => details(id as number),
    pins_summary: ({ selection }) => {
      const count = chosen(selection as Selection).length;
      return {
        count,
        bytes: count * 1000,
        verified: count,
        otherLayout: 0,
        unproven: 0,
        notChecked: 0,
        different: 0,
        private: 0,
        ending: 0,
      };
    },
    pins_edit: ({ id, edit }) => {
      const { name, set, remove } = edit as { name: string | null; set: Held[]; remove: string[] };
      const pairs = new Map(details(id as number).keyvalues);
      for (const key of remove) pairs.delete(key);
      for (const [key, value] of set) pairs.set(key, value);
      held.keyvalues.set(id as number, [...pairs]);
      if (name !== null) held.rows = held.rows.map((row) => (row.id === id ? { ...row, name } : row));
      return details(id as number);
    },
    pins_expire: ({ id, end }) => {
      const { at } = end as { at: number | null };
      held.rows = held.rows.map((row) => (row.id === id ? { ...row, expiresAt: at } : row));
      return details(id as number);
    },
    changes_list: () => held.changes,
    changes_start: ({ selection, what }) => {
      const rows = chosen(selection as Selection);
      const change = aChange(held.changes.length + 1, { total: rows.length, done: rows.length, left: 0, state: "ended" });
      held.changes = [...held.changes, change];
      if ((what as ChangeWhat).kind === "unpin") held.rows = held.rows.filter((row) => !rows.includes(row));
      void engine.emit("changed", { noun: "pin", revision: change.id, ids: null });
      return change;
    },
    changes_close: ({ id }) => void (held.changes = held.changes.filter((row) => row.id !== id)),
    pins_copy: ({ selection }) => chosen(selection as Selection).length,
    uploads_head: () => aStart().uploads,
    uploads_rows: () => ({ total: 0, rows: [] }),
    settings_set: ({ settings }) => settings,
  });
  return { ...engine, held };
}

export function refuse(engine: ReturnType<typeof enginePins>, command: string, code: CommandError["code"], message: string) {
  engine.answers[command] = () => {
    throw commandError(code, message);
  };
}
