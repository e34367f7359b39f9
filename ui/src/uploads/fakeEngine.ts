// eslint-disable-next-line no-restricted-imports -- a stand-in for the engine needs the mocks of its wire
import { clearMocks, mockIPC } from "@tauri-apps/api/mocks";
// eslint-disable-next-line no-restricted-imports -- and emits its events
import { emit } from "@tauri-apps/api/event";
import type { AccountRow, CommandError, Drop, DroppedItem, UploadRow } from "../bindings";

type Answer = (args: Record<string, unknown>) => unknown;
export type Call = { command: string; args: Record<string, unknown> };

/** What an engine with nothing in it answers to what every window asks. */
const NOTHING: Record<string, Answer> = {
  watches_head: () => ({ folders: 0, watching: 0, needsYou: 0, underWay: 0 }),
  watches_list: () => [],
  changes_list: () => [],
  jobs_head: () => ({ open: 0, failed: 0, all: 0 }),
  uploads_handed: () => null,
  background_now: () => ({ tray: true, login: { on: false, note: null } }),
  pins_saved: () => [],
  groups_list: () => ({ offered: false, problem: null, groups: [] }),
  uploads_places: () => ({ groups: [], privateGroups: [], private: false, problem: null }),
};

/** A Rust side for tests: answers commands from a table, remembers the calls, and emits events. */
export function fakeEngine(answers: Record<string, Answer>) {
  const calls: Call[] = [];
  clearMocks();
  mockIPC(
    (command, payload) => {
      const args = (payload ?? {}) as Record<string, unknown>;
      calls.push({ command, args });
      const answer = answers[command] ?? NOTHING[command];
      return answer ? answer(args) : null;
    },
    { shouldMockEvents: true },
  );
  return {
    answers,
    calls,
    of: (command: string) => calls.filter((call) => call.command === command).map((call) => call.args),
    emit: (event: "changed" | "progress" | "dragging" | "asked", payload: unknown) => emit(event, payload),
  };
}

/** An answer that a test holds back, to look at what is shown meanwhile. */
export function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Lets everything that is already answered arrive. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export function commandError(code: CommandError["code"], message: string, detail: string | null = null): CommandError {
  return { code, message, detail };
}

export function anAccount(with_: Partial<AccountRow> = {}): AccountRow {
  return {
    id: "a1",
    label: "Sandbox",
    kind: "sandbox",
    place: "On this computer only",
    hold: null,
    untilQuit: false,
    publicLinks: false,
    address: null,
    owner: null,
    pins: null,
    bytes: null,
    noUploads: null,
    textOnly: "Pinata keeps key-values as text with this key: only its older API knows numbers.",
    expiry: true,
    trouble: null,
    answeredAt: Date.now() - 60_000,
    lacks: 0,
    ...with_,
  };
}

export function anUpload(with_: Partial<UploadRow> = {}): UploadRow {
  return {
    id: 1,
    name: "harbour-dawn.tif",
    kind: "file",
    files: 1,
    problems: 0,
    bytes: 84_200_000,
    state: "queued",
    reason: null,
    sentence: "Waiting, first in line.",
    done: 0,
    cid: null,
    check: "not_checked",
    pin: null,
    group: null,
    network: "public",
    canPause: false,
    canResume: false,
    canCancel: true,
    canRetry: false,
    canClear: false,
    canGoFirst: false,
    canGoLast: false,
    finishedAt: null,
    ...with_,
  };
}

export function anItem(name: string, with_: Partial<DroppedItem> = {}): DroppedItem {
  return { name, kind: "file", files: 1, bytes: 1000, problem: null, held: false, secret: null, ...with_ };
}

export function aDrop(with_: Partial<Drop> = {}): Drop {
  return {
    id: "d1",
    items: [anItem("harbour-dawn.tif", { bytes: 84_200_000 })],
    itemCount: 1,
    files: 1,
    bytes: 84_200_000,
    secrets: [],
    secretCount: 0,
    leftOut: [],
    junkCount: 0,
    junk: [],
    ignoredCount: 0,
    ignored: [],
    workshop: [],
    patterns: "",
    asks: (with_.secretCount ?? 0) > 0,
    ...with_,
  };
}
