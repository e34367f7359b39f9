import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { anUpload, commandError, deferred, fakeEngine, settled } from "./fakeEngine";
import { fakeQueue } from "./fakeQueue";
import { WINDOW } from "./rowWindows.svelte";
import { Uploads } from "./uploads.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const many = (count: number) => Array.from({ length: count }, (_, id) => anUpload({ id, name: `file-${id}` }));

test("only the windows on screen are read", async () => {
  const { engine } = fakeQueue(many(10_000));
  const uploads = new Uploads();
  await uploads.refresh();
  const list = uploads.lists.now;
  expect(list.total).toBe(10_000);
  list.show(5_000, 5_010);
  await settled();
  expect(list.at(5_003)?.name).toBe("file-5003");
  expect(list.at(9_000)).toBeUndefined();
  expect(engine.of("uploads_rows")).toHaveLength(2);
});

test("a burst of changes is answered by one reading", async () => {
  const { engine } = fakeQueue(many(3));
  const uploads = new Uploads();
  await uploads.listen();
  for (let revision = 1; revision <= 20; revision += 1) await engine.emit("changed", { noun: "upload", revision, ids: [1] });
  await vi.advanceTimersByTimeAsync(200);
  expect(engine.of("uploads_head")).toHaveLength(1);
});

test("after a change what is on screen is read again and the rest is forgotten", async () => {
  const { lists } = fakeQueue(many(WINDOW * 4));
  const uploads = new Uploads();
  await uploads.refresh();
  const list = uploads.lists.now;
  list.show(0, 5);
  list.show(WINDOW * 2, WINDOW * 2 + 5);
  list.show(WINDOW * 3, WINDOW * 3 + 5);
  await settled();
  lists.now = [...many(WINDOW * 4), anUpload({ id: 9_999, name: "new" })];
  uploads.changed();
  await vi.advanceTimersByTimeAsync(200);
  expect(list.total).toBe(WINDOW * 4 + 1);
  expect(list.at(WINDOW * 3)?.name).toBe(`file-${WINDOW * 3}`);
  expect(list.at(0)).toBeUndefined();
});

test("an older answer never overwrites a newer one", async () => {
  const slow = deferred<unknown>();
  const { engine } = fakeQueue([]);
  const uploads = new Uploads();
  engine.answers.uploads_rows = () => slow.promise;
  const first = uploads.lists.now.refresh();
  engine.answers.uploads_rows = () => ({ total: 1, rows: [anUpload({ name: "new" })] });
  await uploads.lists.now.refresh();
  slow.resolve({ total: 1, rows: [anUpload({ name: "old" })] });
  await first;
  expect(uploads.lists.now.at(0)?.name).toBe("new");
});

test("progress moves one row's figures and the head, and reads no rows", async () => {
  const { engine } = fakeQueue(many(2));
  const uploads = new Uploads();
  await uploads.refresh();
  await uploads.listen();
  const live = uploads.liveOf(1);
  const rows = uploads.lists.now.at(1);
  await engine.emit("progress", {
    rows: [{ id: 1, done: 30, total: 60, rate: 5, secondsLeft: 6 }],
    bytesDone: 62,
    bytesTotal: 100,
    sized: true,
    rate: 5,
    secondsLeft: 8,
  });
  expect(live.done).toBe(30);
  expect(uploads.share).toBe(0.62);
  expect(uploads.lists.now.at(1)).toBe(rows);
  expect(engine.of("uploads_rows")).toHaveLength(1);
});

test("time left changes only when it moved by a tenth", () => {
  fakeEngine({});
  const uploads = new Uploads();
  const progress = (secondsLeft: number) => ({ rows: [], bytesDone: 1, bytesTotal: 2, rate: 1, secondsLeft });
  uploads.merge(progress(100));
  uploads.merge(progress(95));
  expect(uploads.secondsLeft).toBe(100);
  uploads.merge(progress(85));
  expect(uploads.secondsLeft).toBe(85);
});

test("a row that finishes under the pointer stays in its place until the pointer leaves", async () => {
  const rows = many(3);
  const { lists } = fakeQueue(rows);
  const uploads = new Uploads();
  await uploads.refresh();
  uploads.lists.now.hold();
  lists.now = [rows[0]!, rows[2]!];
  lists.finished = [anUpload({ id: 1, name: "file-1", state: "pinned", sentence: "Pinned and verified." })];
  await uploads.refresh();
  const shown = () => Array.from({ length: uploads.lists.now.total }, (_, index) => uploads.lists.now.at(index)?.sentence);
  expect(shown()).toEqual(["Waiting, first in line.", "Pinned and verified.", "Waiting, first in line."]);
  uploads.lists.now.release();
  expect(uploads.lists.now.total).toBe(2);
});

test("an action that fails says why and the row is free again", async () => {
  fakeQueue(many(1));
  const engine = fakeEngine({
    uploads_retry: () => {
      throw commandError("vanished", "harbour.tif is no longer there.");
    },
  });
  const uploads = new Uploads();
  await uploads.retry([1]);
  expect(engine.of("uploads_retry")).toEqual([{ ids: [1] }]);
  expect(uploads.problem?.message).toBe("harbour.tif is no longer there.");
  expect(uploads.acting.size).toBe(0);
});

test("what was left out of a folder is read when it is unfolded", async () => {
  fakeEngine({ uploads_problems: () => [{ path: "a/b", sentence: "a/b is a device." }] });
  const uploads = new Uploads();
  const folder = anUpload({ kind: "folder", problems: 1 });
  const unfolding = uploads.unfold(folder);
  expect(uploads.unfolded.get(1)).toBe("reading");
  await unfolding;
  expect(uploads.unfolded.get(1)).toEqual([{ path: "a/b", sentence: "a/b is a device." }]);
  await uploads.unfold(folder);
  expect(uploads.unfolded.has(1)).toBe(false);
});
