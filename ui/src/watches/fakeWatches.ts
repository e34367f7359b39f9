import type { LedgerCounts, LedgerQuery, LedgerRow, WatchPreview, WatchRow, WatchRules } from "../bindings";
import { fakeEngine } from "../uploads/fakeEngine";

export function counts(with_: Partial<LedgerCounts> = {}): LedgerCounts {
  return { all: 0, pinned: 0, kept: 0, settling: 0, waiting: 0, failed: 0, leftOut: 0, held: 0, gone: 0, braked: 0, ...with_ };
}

export function aFolder(id: number, with_: Partial<WatchRow> = {}): WatchRow {
  return {
    id,
    name: `Prints ${id}`,
    path: `~/Pictures/Prints ${id}`,
    account: "p1",
    accountLabel: "Northlight Studio",
    state: "up_to_date",
    sentence: "Up to date.",
    counts: counts({ all: 1287, pinned: 1204, kept: 1220, leftOut: 61, failed: 2, gone: 16 }),
    rules: ["quiet for 3 s", "keeps every version"],
    folderCid: null,
    lastActivity: 1_700_000_000_000,
    lastSeen: 1_700_000_000_000,
    lastError: null,
    lastErrorAt: null,
    pausedUntil: null,
    pausedSince: null,
    polling: null,
    brake: null,
    auditedAt: null,
    audit: null,
    differences: 0,
    ...with_,
  };
}

export function anEntry(id: number, with_: Partial<LedgerRow> = {}): LedgerRow {
  return {
    id,
    path: `2025/harbour-${id}.tif`,
    state: "pinned",
    sentence: "Verified.",
    size: 84_200_000,
    at: 1_700_000_000_000,
    cid: "bafyharbour",
    check: "verified",
    pin: id + 1000,
    upload: null,
    version: 1,
    retryAt: null,
    unpinAt: null,
    canAllow: false,
    canRetry: false,
    canKeep: false,
    ...with_,
  };
}

export const rules: WatchRules = {
  unit: "files",
  name: "{name}",
  keyvalues: [],
  cidVersion: 1,
  ignore: "",
  usual: true,
  hidden: false,
  largest: null,
  otherDisks: false,
  onChange: { kind: "keep_all" },
  onDelete: { kind: "keep" },
  settle: 3,
  rescan: 60,
  audit: true,
  group: null,
  network: "public",
};

export const preview: WatchPreview = {
  refusal: null,
  files: 1204,
  bytes: 84_200_000_000,
  examples: ["2025/harbour-dawn.tif", "2025/harbour-dusk.tif"],
  skipped: [
    { reason: "system files", count: 38, examples: [".DS_Store"] },
    { reason: "*.tmp", count: 3, examples: ["scan.tmp"] },
  ],
  secrets: 2,
  secretExamples: [".env", "deploy/id_ed25519"],
  reach: "everyone",
  warning: "Everyone with a CID can read what it names, for good: what is public on IPFS cannot be taken back.",
};

/** An engine that watches these folders, each with these files. */
export function engineWatches(folders: WatchRow[], entries: LedgerRow[] = []) {
  const held = { folders, entries };
  const groups: Record<string, string[]> = {
    pinned: ["pinned", "renamed"],
    failed: ["failed", "unreadable"],
    held: ["held"],
    gone: ["gone"],
    braked: ["gone"],
  };
  const engine = fakeEngine({
    watches_head: () => ({
      folders: held.folders.length,
      watching: held.folders.filter(({ state }) => ["looking", "working", "up_to_date"].includes(state)).length,
      needsYou: held.folders.filter(({ state }) => ["braked", "missing", "replaced", "stopped"].includes(state)).length,
      underWay: 0,
    }),
    watches_list: () => held.folders,
    watches_rules: () => rules,
    watches_default_rules: () => rules,
    watches_recent: () => [{ at: 1_700_000_000_000, kind: "pinned", sentence: "2 files pinned." }],
    watches_ledger: ({ id, query, from, n }) => {
      const { group, text, reason } = query as LedgerQuery;
      const found = held.entries.filter(
        (entry) =>
          (group === "all" || (groups[group] ?? []).includes(entry.state)) &&
          entry.path.includes(text) &&
          (!reason || entry.sentence === reason),
      );
      return {
        total: found.length,
        counts: held.folders.find((row) => row.id === id)!.counts,
        reasons: [
          ["Verified.", 3],
          ["Rule: *.tmp.", 2],
        ],
        asOf: 1_700_000_000_000,
        rows: found.slice(from as number, (from as number) + (n as number)),
      };
    },
    watches_audit_report: () => ({
      at: 1_700_000_000_000,
      sentence: "1,204 pins were compared.",
      differences: [
        { id: 4, kind: "not_at_service", path: "2024/low-tide.tif", sentence: "Pinata does not list its pin. It is sent again." },
        {
          id: 5,
          kind: "other_bytes",
          path: "2024/ferry.tif",
          sentence: "Its bytes changed although its time did not. What is there is pinned.",
        },
      ],
    }),
    watches_audit: () => ({ at: 1_700_000_000_000, sentence: "", differences: [] }),
    watches_journal: () => ({ total: 0, rows: [] }),
    watches_pick_folder: () => ({ id: "w1", name: "Prints", path: "~/Pictures/Prints", refusal: null }),
    watches_preview: () => preview,
    watches_add: () => 9,
    watches_locate: () => true,
  });
  return { ...engine, held };
}
