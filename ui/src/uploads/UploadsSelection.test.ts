import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { UploadRow } from "../bindings";
import { keys } from "../lib/keys";
import { anUpload, settled } from "./fakeEngine";
import { fakeQueue } from "./fakeQueue";
import FakeWindow from "./FakeWindow.svelte";
import { Uploads } from "./uploads.svelte";
import UploadsView from "./UploadsView.svelte";

const moves = { canPause: true, canGoFirst: true, canGoLast: true };
const QUEUE = ["a", "b", "c", "d"].map((name, at) => anUpload({ id: at + 1, name, ...moves }));

async function open(now: UploadRow[] = QUEUE, finished: UploadRow[] = []) {
  const queue = fakeQueue(now, finished);
  const uploads = new Uploads({ uploads: queue.head() });
  render(FakeWindow, { props: { component: UploadsView as never, uploads } });
  const user = userEvent.setup();
  await screen.findByText(now[0]!.name);
  const row = (name: string) => screen.getByRole("row", { name: new RegExp(`^${name}`) });
  const click = async (name: string, held?: "Control" | "Shift") => {
    if (held) await user.keyboard(`{${held}>}`);
    await user.click(within(row(name)).getByText(name));
    if (held) await user.keyboard(`{/${held}}`);
  };
  const selected = () => screen.queryAllByRole("row", { selected: true }).map((one) => one.textContent.trim()[0]);
  const bar = () => screen.findByRole("toolbar", { name: "Selected uploads" });
  return { ...queue, uploads, user, click, selected, bar, grid: screen.getByRole("treegrid", { name: "Uploads" }) };
}

const found = (says: string) => keys.list().find((binding) => binding.says === says)!;

test("uploads are selected by clicks, and the bar says how many and what can be done with them", async () => {
  const { click, selected, bar, grid } = await open();
  expect(grid).toHaveAttribute("aria-multiselectable", "true");
  await click("a");
  expect(selected()).toEqual(["a"]);
  expect(screen.queryByRole("toolbar", { name: "Selected uploads" })).toBeNull();
  await click("c", "Shift");
  expect(selected()).toEqual(["a", "b", "c"]);
  expect(within(await bar()).getByText("3 selected")).toBeVisible();
  await click("b", "Control");
  expect(selected()).toEqual(["a", "c"]);
  const offered = within(await bar()).getAllByRole("button");
  expect(offered.map((button) => button.getAttribute("aria-label") ?? button.textContent.trim())).toEqual([
    "Select all 4",
    "Pause",
    "Put first",
    "Put last",
    "Cancel",
    "Select none",
  ]);
});

test("the box of a row selects it beside the others, and the one above the list all", async () => {
  const { user, selected } = await open();
  const box = (name: string) => screen.getByRole("row", { name: new RegExp(`^${name}`) }).querySelector("[data-tick]")!;
  await user.click(box("b"));
  await user.click(box("d"));
  expect(selected()).toEqual(["b", "d"]);
  const all = screen.getByRole("checkbox", { name: "Select all" });
  expect(all).toBePartiallyChecked();
  await user.click(all);
  await waitFor(() => expect(selected()).toHaveLength(4));
  expect(all).toBeChecked();
  await user.click(all);
  expect(selected()).toEqual([]);
});

test("what is pressed in the bar is asked for all of them at once, and the keyboard is in the list again", async () => {
  const { engine, lists, click, bar, user, grid } = await open();
  await click("b");
  await click("d", "Control");
  lists.now = QUEUE.map((row) => ([2, 4].includes(row.id) ? { ...row, state: "paused", canPause: false, canResume: true } : row));
  await user.click(within(await bar()).getByRole("button", { name: "Pause" }));
  await waitFor(() => expect(engine.of("uploads_pause")).toEqual([{ ids: [2, 4] }]));
  expect(grid).toHaveFocus();
  await user.click(await within(await bar()).findByRole("button", { name: "Continue" }));
  await waitFor(() => expect(engine.of("uploads_resume")).toEqual([{ ids: [2, 4] }]));
  await user.click(within(await bar()).getByRole("button", { name: "Put last" }));
  await waitFor(() => expect(engine.of("uploads_put_last")).toEqual([{ ids: [2, 4] }]));
});

test("the keyboard selects, pauses, moves and takes back several, and asks before it takes back", async () => {
  const { engine, user, grid, selected } = await open([
    ...QUEUE.slice(0, 3),
    anUpload({ id: 9, name: "e", state: "sending", bytes: null, ...moves }),
  ]);
  grid.focus();
  await user.keyboard("{ArrowDown}{Shift>}{ArrowDown}{/Shift}");
  expect(selected()).toEqual(["b", "c"]);
  await user.keyboard("{End}{Control>} {/Control}");
  expect(selected()).toEqual(["b", "c", "e"]);
  await user.keyboard(" ");
  await waitFor(() => expect(engine.of("uploads_pause")).toEqual([{ ids: [2, 3, 9] }]));
  await user.keyboard("{Alt>}{Home}{/Alt}");
  await waitFor(() => expect(engine.of("uploads_put_first")).toEqual([{ ids: [2, 3, 9] }]));
  await user.keyboard("{Delete}");
  const question = within(await screen.findByRole("alertdialog", { name: "Cancel 3 uploads?" }));
  expect(question.getByText(/^1 of them was being sent and may have arrived/)).toBeVisible();
  await user.click(question.getByRole("button", { name: "Keep going" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(engine.of("uploads_cancel")).toEqual([]);
  await user.keyboard("{Delete}");
  await user.click(await screen.findByRole("button", { name: "Cancel 3 uploads" }));
  await waitFor(() => expect(engine.of("uploads_cancel")).toEqual([{ ids: [2, 3, 9] }]));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
});

test("all are selected by one key, and none by another that works in the bar, too", async () => {
  const { user, grid, selected, bar } = await open();
  const heard = (event: KeyboardEvent) => keys.handle(event);
  window.addEventListener("keydown", heard);
  grid.focus();
  await user.keyboard("{Control>}a{/Control}");
  await waitFor(() => expect(selected()).toHaveLength(4));
  within(await bar())
    .getByRole("button", { name: "Pause" })
    .focus();
  await user.keyboard("{Escape}");
  expect(selected()).toEqual([]);
  expect(grid).toHaveFocus();
  window.removeEventListener("keydown", heard);
});

test("one selected upload is asked for as before, without a question", async () => {
  const { engine, user, click } = await open();
  await click("c");
  await user.keyboard("{Alt>}{End}{/Alt}");
  await waitFor(() => expect(engine.of("uploads_put_last")).toEqual([{ ids: [3] }]));
  await user.keyboard("{Delete}");
  await waitFor(() => expect(engine.of("uploads_cancel")).toEqual([{ ids: [3] }]));
  expect(screen.queryByRole("alertdialog")).toBeNull();
});

test("the cursor stays on its upload while the list moves", async () => {
  const { lists, uploads, user, grid, engine } = await open();
  grid.focus();
  await user.keyboard("{ArrowDown}{ArrowDown}");
  lists.now = QUEUE.slice(1);
  await uploads.refresh();
  await user.keyboard(" ");
  await waitFor(() => expect(engine.of("uploads_pause")).toEqual([{ ids: [3] }]));
});

test("what only stays under the pointer is not counted with what can be selected", async () => {
  const { lists, uploads, user, grid, bar } = await open();
  await user.hover(grid);
  lists.finished = [{ ...QUEUE[3]!, state: "pinned", canCancel: false }];
  lists.now = QUEUE.slice(0, 3);
  await uploads.refresh();
  expect(screen.getByText("d")).toBeInTheDocument();
  grid.focus();
  await user.keyboard("{Control>}a{/Control}");
  expect(within(await bar()).getByText("3 selected")).toBeVisible();
  expect(screen.queryByRole("button", { name: /^Select all/ })).toBeNull();
  expect(screen.getByRole("checkbox", { name: "Select all" })).toBeChecked();
});

test("what has ended is cleared without a question, and only that is offered for it", async () => {
  const ended = [5, 6].map((id) => anUpload({ id, name: `z${id}`, state: "cancelled", canCancel: false, canClear: true }));
  const { engine, uploads, user, click, bar } = await open(QUEUE, ended);
  uploads.choose("finished");
  await screen.findByText("z5");
  await click("z5");
  await click("z6", "Shift");
  expect(within(await bar()).queryByRole("button", { name: "Cancel" })).toBeNull();
  await user.keyboard("{Delete}");
  await waitFor(() => expect(engine.of("uploads_clear")).toEqual([{ ids: [5, 6] }]));
});

test("what can be done with a selection is found by typing", async () => {
  const { engine, click } = await open();
  await click("a");
  await click("b", "Shift");
  const last = found("Put uploads last");
  expect(last.group).toBe("Selection");
  last.run(new KeyboardEvent("keydown"));
  await waitFor(() => expect(engine.of("uploads_put_last")).toEqual([{ ids: [1, 2] }]));
});

test("where nothing is selected, typing offers nothing for a selection, and would do nothing", async () => {
  const { engine } = await open();
  const before = engine.calls.length;
  for (const says of ["Cancel or clear uploads", "Pause or continue uploads", "Put uploads first", "Put uploads last"]) {
    expect(found(says).offered?.()).toBe(false);
    found(says).run(new KeyboardEvent("keydown"));
  }
  await settled();
  expect(engine.calls.slice(before)).toEqual([]);
});

test("one that was selected is found by typing, too, and asked about before it is cancelled", async () => {
  const { engine, user, click } = await open();
  await click("c");
  expect(found("Cancel or clear uploads").offered?.()).toBe(true);
  found("Cancel or clear uploads").run(new KeyboardEvent("keydown"));
  await screen.findByRole("alertdialog", { name: "Cancel “c”?" });
  expect(engine.of("uploads_cancel")).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Cancel the upload" }));
  await waitFor(() => expect(engine.of("uploads_cancel")).toEqual([{ ids: [3] }]));
});

test("one that is selected and not under the cursor is asked about before it is cancelled", async () => {
  const { engine, lists, uploads, user, grid, selected } = await open();
  grid.focus();
  await user.keyboard("{ArrowDown}{Shift>}{ArrowDown}{/Shift}");
  expect(selected()).toEqual(["b", "c"]);
  lists.now = QUEUE.filter(({ id }) => id !== 3);
  await uploads.refresh();
  await waitFor(() => expect(selected()).toEqual(["b"]));
  expect(grid.getAttribute("aria-activedescendant")).toBe(screen.getByRole("row", { name: /^d/ }).id);
  await user.keyboard("{Delete}");
  await user.click(within(await screen.findByRole("alertdialog", { name: "Cancel “b”?" })).getByRole("button", { name: "Keep going" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(engine.of("uploads_cancel")).toEqual([]);
  await user.keyboard("{ArrowUp}");
  expect(selected()).toEqual(["b"]);
  await user.keyboard("{ArrowDown}{Delete}");
  await waitFor(() => expect(engine.of("uploads_cancel")).toEqual([{ ids: [4] }]));
});

test.each(["Control", "Shift"])("with %s and Space, rows that do not touch are selected by keys", async (held) => {
  const { user, grid, selected, bar } = await open();
  const toggle = `{${held}>} {/${held}}`;
  grid.focus();
  await user.keyboard(toggle);
  expect(selected()).toEqual(["a"]);
  await user.keyboard("{Control>}{ArrowDown}{ArrowDown}{/Control}");
  expect(selected()).toEqual(["a"]);
  expect(grid.getAttribute("aria-activedescendant")).toBe(screen.getByRole("row", { name: /^c/ }).id);
  await user.keyboard(toggle);
  expect(selected()).toEqual(["a", "c"]);
  expect(within(await bar()).getByText("2 selected")).toBeVisible();
  await user.keyboard(`{Control>}{End}{/Control}${toggle}{Control>}{Home}{/Control}${toggle}`);
  expect(selected()).toEqual(["c", "d"]);
});

test("of what may have arrived, whoever cancels it is not told that it did not", async () => {
  const unknown = anUpload({ id: 7, name: "u", state: "needs_you", reason: "unconfirmed" });
  const { lists, uploads, user, click } = await open([...QUEUE, unknown]);
  await click("a");
  await click("u", "Control");
  await user.keyboard("{Delete}");
  const question = () => within(screen.getByRole("alertdialog"));
  await screen.findByRole("alertdialog", { name: "Cancel 2 uploads?" });
  expect(question().getByText("None of them is being sent now.")).toBeVisible();
  lists.needs_you = [unknown];
  await uploads.refresh();
  expect(
    await question().findByText(/^None of them is being sent now\. Where the service did not say whether one arrived, it may have/),
  ).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  await click("a", "Control");
  await user.keyboard("{Delete}");
  await screen.findByRole("alertdialog", { name: "Cancel “u”?" });
  expect(question().getByText(/^It is not being sent now\. The service did not say whether it arrived: it may have/)).toBeVisible();
});
