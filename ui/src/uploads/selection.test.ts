import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { anUpload, deferred, settled } from "./fakeEngine";
import { fakeQueue } from "./fakeQueue";
import { AT_ONCE } from "./portions";
import { WINDOW } from "./rowWindows.svelte";
import { askSelected } from "./several";
import { Uploads } from "./uploads.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const many = (count: number) => Array.from({ length: count }, (_, id) => anUpload({ id, name: `file-${id}`, canPause: true }));

async function opened(count: number) {
  const queue = fakeQueue(many(count));
  const uploads = new Uploads();
  await uploads.refresh();
  return { ...queue, uploads, selection: uploads.selection, ids: () => [...uploads.selection.ids] };
}

test("a click selects one, with Ctrl one more, and with Shift all up to it", async () => {
  const { selection, ids } = await opened(10);
  await selection.point(3, "one");
  await selection.point(5, "toggle");
  expect(ids()).toEqual([3, 5]);
  await selection.point(7, "extend");
  expect(ids()).toEqual([5, 6, 7]);
  await selection.point(2, "extend");
  expect(ids()).toEqual([2, 3, 4, 5]);
  await selection.point(4, "toggle");
  expect(ids()).toEqual([2, 3, 5]);
  expect(selection.offers).toMatchObject({ pause: 3, cancel: 3, resume: 0, sent: 0 });
});

test("the keyboard takes one selected upload along, and several stay", async () => {
  const { selection, ids } = await opened(10);
  await selection.point(3, "one");
  await selection.move(3, 4, false);
  expect(ids()).toEqual([4]);
  await selection.move(4, 6, true);
  expect(ids()).toEqual([4, 5, 6]);
  await selection.move(6, 7, false);
  expect(ids()).toEqual([4, 5, 6]);
});

test("the only one left of several goes along from wherever it is", async () => {
  const { lists, uploads, selection, ids } = await opened(10);
  await selection.point(3, "one");
  await selection.move(3, 4, true);
  lists.now = lists.now.filter((row) => row.id !== 4);
  await uploads.refresh();
  await selection.now();
  expect(ids()).toEqual([3]);
  await selection.move(4, 8, false);
  // Upload 4 is gone: upload 9 is at place 8 now.
  expect(ids()).toEqual([9]);
});

test("what is selected stays so wherever the list moves it, also the beginning of a range", async () => {
  const { lists, uploads, selection, ids } = await opened(10);
  await selection.point(3, "one");
  lists.now = [...lists.now.slice(5), ...lists.now.slice(0, 5)];
  await uploads.refresh();
  await selection.now();
  expect(ids()).toEqual([3]);
  // Upload 3 is at place 8 now.
  await selection.point(9, "extend");
  expect(ids()).toEqual([3, 4]);
});

test("what leaves the list leaves the selection, and with the last of it nothing is offered", async () => {
  const { lists, uploads, selection, ids } = await opened(4);
  await selection.all();
  lists.now = lists.now.slice(2);
  await uploads.refresh();
  await selection.now();
  expect(ids()).toEqual([2, 3]);
  expect(selection.offers?.pause).toBe(2);
  lists.now = [];
  await uploads.refresh();
  await selection.now();
  expect(ids()).toEqual([]);
  expect(selection.offers).toBeNull();
});

test("a row that only stays under the pointer is not selected with its neighbours", async () => {
  const { lists, uploads, selection, ids } = await opened(5);
  uploads.lists.now.hold();
  const gone = lists.now[1]!;
  lists.now = lists.now.filter((row) => row !== gone);
  lists.finished = [{ ...gone, state: "pinned" }];
  await uploads.refresh();
  expect(uploads.lists.now.at(1)?.state).toBe("pinned");
  await selection.point(0, "one");
  await selection.point(2, "extend");
  expect(ids()).toEqual([0, 2]);
});

test("of a list that is not here the engine tells the numbers, so many at once as a message holds", async () => {
  const { engine, selection } = await opened(AT_ONCE + WINDOW * 3);
  await selection.all();
  expect(selection.size).toBe(AT_ONCE + WINDOW * 3);
  expect(engine.of("uploads_ids").map(({ from, n }) => [from, n])).toEqual([
    [0, AT_ONCE],
    [AT_ONCE, WINDOW * 3],
  ]);
  expect(engine.of("uploads_chosen").map(({ ids }) => (ids as number[]).length)).toEqual([AT_ONCE, WINDOW * 3]);
  expect(selection.offers?.pause).toBe(AT_ONCE + WINDOW * 3);
});

test("many are moved to the front in parts that begin with the last, so that they keep their order", async () => {
  const { engine, uploads, selection } = await opened(AT_ONCE + 1);
  await selection.all();
  await uploads.putFirst([...selection.ids]);
  expect(engine.of("uploads_put_first").map(({ ids }) => (ids as number[])[0])).toEqual([AT_ONCE - 1, 0]);
  await uploads.putLast([...selection.ids]);
  expect(engine.of("uploads_put_last").map(({ ids }) => (ids as number[])[0])).toEqual([0, AT_ONCE - 1]);
});

test("of several, none goes alone: a retry of one answers what that one asks, and of several it does not", async () => {
  const { engine, uploads, selection } = await opened(AT_ONCE + 1);
  await selection.all();
  await uploads.retry([...selection.ids]);
  const sent = engine.of("uploads_retry").map(({ ids }) => ids as number[]);
  expect(sent.map((ids) => ids.length)).toEqual([AT_ONCE - 1, 2]);
  expect(sent.flat()).toEqual([...selection.ids]);
  await uploads.retry([7]);
  expect(engine.of("uploads_retry").at(-1)).toEqual({ ids: [7] });
});

test("neither the rows nor the figures wait until what is selected was looked at", async () => {
  const { engine, lists, uploads, selection } = await opened(5);
  await selection.all();
  const late = deferred<unknown>();
  engine.answers.uploads_chosen = () => late.promise;
  lists.now = lists.now.slice(1);
  void uploads.refresh();
  await settled();
  expect(uploads.head.now).toBe(4);
  expect(uploads.lists.now.total).toBe(4);
  expect(selection.size).toBe(5);
});

test("many that are selected are looked at now and then while the list changes, and before something is asked of them", async () => {
  const { engine, lists, uploads, selection } = await opened(1_200);
  await selection.all();
  const looks = () => engine.of("uploads_chosen").length;
  const before = looks();
  for (let change = 0; change < 20; change += 1) {
    lists.now = lists.now.slice(1);
    await uploads.refresh();
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(looks()).toBe(before);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(looks()).toBe(before + 1);
  expect(selection.size).toBe(1_180);
  lists.now = lists.now.slice(1);
  await uploads.refresh();
  expect(selection.size).toBe(1_180);
  await askSelected(uploads, ["pause"]);
  expect(engine.of("uploads_pause").map(({ ids }) => (ids as number[]).length)).toEqual([1_179]);
});

test("where nothing changes, many that are selected are not looked at again", async () => {
  const { engine, selection } = await opened(1_200);
  await selection.all();
  const before = engine.of("uploads_chosen").length;
  await vi.advanceTimersByTimeAsync(60_000);
  expect(engine.of("uploads_chosen")).toHaveLength(before);
});

test("a look under way is followed by one more where the list changed meanwhile, and answers as it is then", async () => {
  const { engine, lists, uploads, selection, ids } = await opened(5);
  await selection.all();
  const slow = deferred<unknown>();
  const before = engine.answers.uploads_chosen!;
  engine.answers.uploads_chosen = (args) => slow.promise.then(() => before(args));
  await uploads.refresh();
  await uploads.refresh();
  expect(engine.of("uploads_chosen")).toHaveLength(2);
  const now = selection.now();
  lists.now = lists.now.slice(3);
  slow.resolve(null);
  expect((await now)?.pause).toBe(2);
  expect(ids()).toEqual([3, 4]);
  expect(engine.of("uploads_chosen")).toHaveLength(3);
});

test("what was selected when it was asked is meant, and nothing that is selected since", async () => {
  const { engine, uploads, selection } = await opened(5);
  await selection.point(0, "one");
  const slow = deferred<unknown>();
  const before = engine.answers.uploads_chosen!;
  engine.answers.uploads_chosen = (args) => slow.promise.then(() => before(args));
  await uploads.refresh();
  const asked = askSelected(uploads, ["pause"]);
  const another = selection.point(3, "one");
  slow.resolve(null);
  await Promise.all([asked, another]);
  expect(engine.of("uploads_pause")).toEqual([]);
  const all = selection.all();
  await Promise.all([all, askSelected(uploads, ["pause"])]);
  expect(engine.of("uploads_pause")).toEqual([{ ids: [0, 1, 2, 3, 4] }]);
});

test("where all but one left meanwhile, nothing is asked of the one that it cannot be asked of", async () => {
  const { engine, lists, uploads, selection } = await opened(3);
  lists.now = lists.now.map((row) => ({ ...row, canRetry: row.id !== 2 }));
  await selection.all();
  expect(selection.offers?.retry).toBe(2);
  lists.now = lists.now.slice(2);
  await uploads.refresh();
  await askSelected(uploads, ["retry"]);
  expect(engine.of("uploads_retry")).toEqual([]);
});

test("an answer about what was selected before is not one about what is selected now", async () => {
  const { engine, selection } = await opened(3);
  const late = deferred<unknown>();
  const soon = engine.answers.uploads_chosen!;
  engine.answers.uploads_chosen = () => late.promise;
  const before = selection.point(0, "one");
  engine.answers.uploads_chosen = soon;
  await selection.point(2, "one");
  late.resolve({ ids: [], pause: 0, resume: 0, cancel: 0, sent: 0, retry: 0, clear: 0, first: 0, last: 0 });
  await before;
  await settled();
  expect([...selection.ids]).toEqual([2]);
  expect(selection.offers?.pause).toBe(1);
});

test("another list, another search and another account begin with nothing selected", async () => {
  const { uploads, selection } = await opened(3);
  for (const change of [
    () => uploads.choose("finished"),
    () => {
      uploads.choose("now");
      uploads.find("harbour");
    },
    () => void uploads.reload(),
  ]) {
    await selection.all();
    change();
    await settled();
    expect(selection.size).toBe(0);
  }
});
