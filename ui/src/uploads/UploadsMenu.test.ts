import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { UploadRow } from "../bindings";
import { anUpload } from "./fakeEngine";
import { fakeQueue } from "./fakeQueue";
import FakeWindow from "./FakeWindow.svelte";
import { Uploads } from "./uploads.svelte";
import UploadsView from "./UploadsView.svelte";

const QUEUE = [
  anUpload({ id: 1, name: "a", canPause: true, canGoFirst: true, canGoLast: true }),
  anUpload({ id: 2, name: "b", state: "sending", canPause: true }),
  anUpload({ id: 3, name: "c", state: "waiting", reason: "unexpected", canRetry: true }),
];

async function open(now: UploadRow[] = QUEUE) {
  const queue = fakeQueue(now);
  const uploads = new Uploads({ uploads: queue.head() });
  render(FakeWindow, { props: { component: UploadsView as never, uploads } });
  await screen.findByText(now[0]!.name);
  const row = (name: string) => screen.getByRole("row", { name: new RegExp(`^${name}`) });
  const rightClick = (name: string) => fireEvent.contextMenu(within(row(name)).getByText(name), { clientX: 80, clientY: 90 });
  const offered = async () => (await screen.findAllByRole("menuitem")).map((item) => item.textContent.replace(/\s+/g, " ").trim());
  const grid = screen.getByRole("treegrid", { name: "Uploads" });
  return { ...queue, uploads, user: userEvent.setup(), row, rightClick, offered, grid };
}

test("a right click on an upload selects it and offers what its buttons and keys do", async () => {
  const { engine, user, row, rightClick, offered } = await open();
  await rightClick("a");
  expect(await offered()).toEqual(["Put first AltHome", "Put last AltEnd", "Pause Space", "Cancel Del"]);
  expect(row("a")).toHaveAttribute("aria-selected", "true");
  await user.click(screen.getByRole("menuitem", { name: /^Pause/ }));
  await waitFor(() => expect(engine.of("uploads_pause")).toEqual([{ ids: [1] }]));
});

test("the menu key opens the menu of the upload under the cursor, and Escape leads back to the list", async () => {
  const { engine, user, grid, offered } = await open();
  grid.focus();
  await user.keyboard("{End}{Shift>}{F10}{/Shift}");
  expect(await offered()).toEqual(["Try now Enter", "Cancel Del"]);
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("menuitem")).toBeNull());
  expect(grid).toHaveFocus();
  await user.keyboard("{ContextMenu}");
  await user.click(await screen.findByRole("menuitem", { name: /^Try now/ }));
  await waitFor(() => expect(engine.of("uploads_retry")).toEqual([{ ids: [3] }]));
});

test("of several that are selected the menu says how many each would do something with, and taking back asks first", async () => {
  const { engine, user, grid, rightClick, offered } = await open();
  grid.focus();
  await user.keyboard("{Control>}a{/Control}");
  await screen.findByRole("toolbar", { name: "Selected uploads" });
  await rightClick("b");
  expect(await offered()).toEqual([
    "Pause 2 of 3 Space",
    "Retry 1 of 3 Enter",
    "Put first 1 of 3 AltHome",
    "Put last 1 of 3 AltEnd",
    "Cancel 3 Del",
  ]);
  await user.click(screen.getByRole("menuitem", { name: /^Cancel/ }));
  expect(await screen.findByRole("alertdialog")).toBeVisible();
  expect(engine.of("uploads_cancel")).toEqual([]);
});

test("a right click beside what is selected is about the upload under the pointer alone", async () => {
  const { row, rightClick, offered, user, grid } = await open();
  grid.focus();
  await user.keyboard("{Shift>}{ArrowDown}{/Shift}");
  await rightClick("c");
  expect(await offered()).toEqual(["Try now Enter", "Cancel Del"]);
  expect([row("a"), row("b"), row("c")].map((one) => one.getAttribute("aria-selected"))).toEqual(["false", "false", "true"]);
});

test("what looks like a secret is uploaded by its own button or item, never by a key", async () => {
  const { engine, user, grid, rightClick, offered } = await open([
    anUpload({ id: 7, name: "s", state: "needs_you", reason: "secret", canRetry: true }),
  ]);
  grid.focus();
  await user.keyboard("{Enter}");
  await rightClick("s");
  expect(await offered()).toEqual(["Upload anyway", "Cancel Del"]);
  expect(engine.of("uploads_suspects")).toEqual([]);
  engine.answers.uploads_suspects = () => ({ files: [{ id: 3, path: "s" }], count: 1, last: 3 });
  await user.click(screen.getByRole("menuitem", { name: "Upload anyway" }));
  await waitFor(() => expect(engine.of("uploads_allow")).toEqual([{ id: 7, yes: [3], last: 3 }]));
});

test("an open menu is of the upload that it was opened for, whatever comes into its place", async () => {
  const { engine, lists, uploads, user, rightClick, offered } = await open();
  await rightClick("a");
  expect(await offered()).toContain("Cancel Del");
  // It ended meanwhile, and the next one stands where it stood.
  lists.now = QUEUE.slice(1);
  await uploads.refresh();
  expect(await offered()).toEqual(["Put first AltHome", "Put last AltEnd", "Pause Space", "Cancel Del"]);
  await user.click(screen.getByRole("menuitem", { name: /^Cancel/ }));
  expect(engine.of("uploads_cancel")).toEqual([]);
});

test("what cannot be done any more is not done", async () => {
  const { engine, lists, uploads, user, rightClick, offered } = await open();
  await rightClick("a");
  expect(await offered()).toContain("Put last AltEnd");
  lists.now = QUEUE.map((row) => (row.id === 1 ? { ...row, state: "sending", canGoFirst: false, canGoLast: false } : row));
  await uploads.refresh();
  await user.click(screen.getByRole("menuitem", { name: /^Put last/ }));
  expect(engine.of("uploads_put_last")).toEqual([]);
});

test("a key stands only beside what it does", async () => {
  const { rightClick, offered } = await open([
    anUpload({ id: 5, name: "r", state: "waiting", reason: "unexpected", kind: "folder", files: 3, problems: 1, canRetry: true }),
  ]);
  await rightClick("r");
  expect(await offered()).toEqual(["Try now Enter", "Cancel Del", "Show what was left out"]);
});

test("the menu key is about the upload under the cursor, also where another one is selected", async () => {
  const { row, user, grid, offered } = await open();
  grid.focus();
  await user.keyboard("{Control>}{ArrowDown}{ArrowDown}{/Control}{Shift>}{F10}{/Shift}");
  expect(await offered()).toEqual(["Try now Enter", "Cancel Del"]);
  expect(row("c")).toHaveAttribute("aria-selected", "true");
});

test("what was left out of a folder is shown from its menu as well", async () => {
  const folder = anUpload({ id: 8, name: "p", kind: "folder", files: 3, problems: 1, state: "sending" });
  const { engine, user, rightClick } = await open([folder]);
  engine.answers.uploads_problems = () => [{ path: "p/link", sentence: "It is a link out of the folder." }];
  await rightClick("p");
  await user.click(await screen.findByRole("menuitem", { name: /^Show what was left out/ }));
  expect(await screen.findByText("It is a link out of the folder.")).toBeInTheDocument();
});
