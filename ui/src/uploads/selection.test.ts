import { expect, test } from "vitest";
import { anUpload, deferred, settled } from "./fakeEngine";
import { fakeQueue } from "./fakeQueue";
import { AT_ONCE, WINDOW } from "./rowWindows.svelte";
import { Uploads } from "./uploads.svelte";

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

test("what is selected stays so wherever the list moves it, also the beginning of a range", async () => {
  const { lists, uploads, selection, ids } = await opened(10);
  await selection.point(3, "one");
  lists.now = [...lists.now.slice(5), ...lists.now.slice(0, 5)];
  await uploads.refresh();
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
  expect(ids()).toEqual([2, 3]);
  expect(selection.offers?.pause).toBe(2);
  lists.now = [];
  await uploads.refresh();
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
  expect(engine.of("uploads_put_first").map(({ ids }) => (ids as number[])[0])).toEqual([AT_ONCE, 0]);
  await uploads.putLast([...selection.ids]);
  expect(engine.of("uploads_put_last").map(({ ids }) => (ids as number[])[0])).toEqual([0, AT_ONCE]);
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
