import { expect, test, vi } from "vitest";
import type { AccountRow, GroupRow } from "../bindings";
import { aDrop, anAccount, anItem, commandError, fakeEngine, settled } from "../uploads/fakeEngine";
import { DEFAULTS, Drops } from "./drops.svelte";

function around(account: AccountRow | null = anAccount()) {
  const it = { account, began: vi.fn(), announce: vi.fn() };
  return { it, drops: new Drops({ account: () => it.account, began: it.began, announce: it.announce }) };
}
const three = aDrop({
  itemCount: 3,
  files: 9,
  items: ["a", "b", "c"].map((name) => anItem(name, { files: 3, bytes: 1 })),
});
const secret = aDrop({ secrets: [".env"], secretCount: 1 });
const box = { left: 100, right: 200, top: 100, bottom: 150 } as DOMRect;

test("a plain drop is queued at once with the defaults, said in a toast and announced", async () => {
  const engine = fakeEngine({ uploads_enqueue: () => 3 });
  const { drops, it } = around();
  await drops.listen();
  await engine.emit("dragging", { kind: "enter", count: 3, x: 1, y: 1 });
  expect(drops.hover?.count).toBe(3);
  await engine.emit("dragging", { kind: "dropped", drop: three, x: 1, y: 1 });
  await settled();
  expect(drops.hover).toBeNull();
  expect(engine.of("uploads_enqueue")).toEqual([{ drop: "d1", options: DEFAULTS }]);
  expect(it.began.mock.calls[0]?.[0]).toBe("Queued 3 items for Sandbox");
});

test("the toast's Options open the sheet for just these uploads", async () => {
  fakeEngine({ uploads_enqueue: () => 1 });
  const { drops, it } = around();
  await drops.take(aDrop(), false);
  it.began.mock.calls[0]?.[1]();
  expect(drops.sheet).toEqual({ kind: "amend", drop: "d1", uploads: 1, what: "harbour-dawn.tif" });
});

test("files that look like secrets open the sheet and nothing is queued", async () => {
  const engine = fakeEngine({});
  const { drops } = around();
  await drops.take(secret, false);
  expect(drops.sheet).toEqual({ kind: "new", drop: secret });
  expect(engine.calls).toEqual([]);
});

test("dropping on Options opens the sheet, also when the pointer was there before the items were counted", async () => {
  const engine = fakeEngine({});
  const { drops } = around();
  drops.place(() => box);
  await drops.follow({ kind: "enter", count: 1, x: 0, y: 0 });
  await drops.follow({ kind: "over", x: 150, y: 120 });
  expect(drops.hover?.overOptions).toBe(true);
  await drops.follow({ kind: "reading", x: 150, y: 120 });
  await drops.follow({ kind: "dropped", drop: aDrop(), x: 0, y: 0 });
  expect(drops.sheet?.kind).toBe("new");
  expect(engine.calls).toEqual([]);
});

test("in the first run a drop is kept, and queued after the choice", async () => {
  const engine = fakeEngine({ uploads_enqueue: () => 1 });
  const { drops, it } = around(null);
  await drops.take(aDrop(), false);
  expect(drops.kept).toHaveLength(1);
  expect(engine.calls).toEqual([]);
  it.account = anAccount();
  await drops.release();
  expect(drops.kept).toEqual([]);
  expect(engine.of("uploads_enqueue")).toHaveLength(1);
});

test("a drop with nothing that can be sent shows why", async () => {
  fakeEngine({});
  const { drops } = around();
  await drops.take(aDrop({ files: 0, items: [anItem("tape", { files: 0, bytes: 0, problem: "tape is a device, not a file." })] }), false);
  expect(drops.sheet?.kind).toBe("new");
});

test("a drop that could not be queued is not lost: the sheet opens with the reason", async () => {
  fakeEngine({
    uploads_enqueue: () => {
      throw commandError("disk_full", "The disk is full.");
    },
  });
  const { drops } = around();
  await drops.take(aDrop(), false);
  expect(drops.problem?.message).toBe("The disk is full.");
  expect(drops.sheet?.kind).toBe("new");
});

test("two drops that need an answer are asked about one after the other", async () => {
  fakeEngine({});
  const { drops } = around();
  await drops.take(secret, false);
  await drops.take(aDrop({ id: "d2", secretCount: 2 }), false);
  drops.closeSheet();
  expect(drops.sheet).toMatchObject({ drop: { id: "d2" } });
  drops.closeSheet();
  expect(drops.sheet).toBeNull();
});

test("a dialog that is cancelled opens nothing", async () => {
  fakeEngine({ uploads_pick_files: () => null });
  const { drops } = around();
  await drops.pickFiles();
  expect(drops.sheet).toBeNull();
  expect(drops.picking).toBe(false);
});

test("files that a start of the program brought along are asked about, also those that came before the page", async () => {
  const handed = [aDrop({ id: "early" }), null, aDrop({ id: "late" })];
  const engine = fakeEngine({ uploads_handed: () => handed.shift() ?? null });
  const { drops } = around();
  await drops.listen();
  await settled();
  expect(drops.sheet).toMatchObject({ kind: "new", drop: { id: "early" } });
  await engine.emit("dragging", { kind: "handed" });
  await settled();
  drops.closeSheet();
  expect(drops.sheet).toMatchObject({ kind: "new", drop: { id: "late" } });
  expect(engine.of("uploads_enqueue")).toEqual([]);
});

test("files brought along in the first run are asked about after the choice", async () => {
  const handed = [aDrop()];
  const engine = fakeEngine({ uploads_handed: () => handed.shift() ?? null });
  const { drops, it } = around(null);
  await drops.listen();
  await settled();
  expect(drops.kept).toHaveLength(1);
  it.account = anAccount();
  await drops.release();
  expect(drops.sheet?.kind).toBe("new");
  expect(engine.of("uploads_enqueue")).toEqual([]);
});

test("a drop on a group goes to that group and its network, also when it is asked about first", async () => {
  const group = { id: 4, serviceId: "g-4", name: "Prints", network: "private", public: null, pins: 0 } as GroupRow;
  const engine = fakeEngine({ uploads_enqueue: () => 1 });
  const began = vi.fn();
  const drops = new Drops({ account: () => anAccount(), began, announce: vi.fn(), groupAt: (x) => (x < 50 ? group : null) });
  await drops.follow({ kind: "enter", count: 1, x: 0, y: 0 });
  await drops.follow({ kind: "dropped", drop: aDrop(), x: 10, y: 10 });
  expect(engine.of("uploads_enqueue")).toEqual([
    { drop: "d1", options: { ...DEFAULTS, group: { id: "g-4", name: "Prints" }, network: "private" } },
  ]);
  expect(began.mock.calls[0]?.[0]).toContain("Prints");
  await drops.follow({ kind: "dropped", drop: secret, x: 10, y: 10 });
  expect(drops.sheet?.kind).toBe("new");
  expect(drops.defaults(secret).group?.id).toBe("g-4");
  drops.discard(secret);
  expect(drops.defaults(secret)).toEqual(DEFAULTS);
});

test("counting says how far it is and can be stopped, also of what was picked", async () => {
  const engine = fakeEngine({});
  const { drops } = around();
  await drops.follow({ kind: "counting", drop: "d9", seen: 1_200 });
  await drops.follow({ kind: "counting", drop: "d9", seen: 48_000 });
  expect(drops.counting).toEqual({ drop: "d9", seen: 48_000 });
  drops.stopCounting();
  expect(engine.of("uploads_stop_counting")).toEqual([{ drop: "d9" }]);
  expect(drops.counting).toBeNull();
  await drops.follow({ kind: "counting", drop: "d10", seen: 5 });
  await drops.follow({ kind: "counted", drop: "d10" });
  expect(drops.counting).toBeNull();
});

test("what goes unasked is said where a drop leaves something out by itself", async () => {
  fakeEngine({ uploads_enqueue: () => 1 });
  const { drops, it } = around();
  await drops.take(aDrop({ junkCount: 2, ignoredCount: 1_200 }), false);
  expect(it.began.mock.calls[0]?.[0]).toBe("Queued 1 item for Sandbox. Left out: 2 system files, 1,200 by patterns");
});
