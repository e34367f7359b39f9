import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { UploadRow, UploadsHead } from "../bindings";
import { View } from "../lib/view.svelte";
import { visibleText } from "../lib/visibleText";
import { anUpload, commandError, deferred, fakeEngine } from "./fakeEngine";
import FakeWindow from "./FakeWindow.svelte";
import { NOTHING, Uploads } from "./uploads.svelte";
import UploadsView from "./UploadsView.svelte";

function open(
  rows: UploadRow[],
  head: Partial<UploadsHead> = {},
  answers: Record<string, (args: Record<string, unknown>) => unknown> = {},
) {
  const all = { ...NOTHING, now: rows.length, bytesDone: 62, bytesTotal: 100, ...head };
  const engine = fakeEngine({ uploads_head: () => all, uploads_rows: () => ({ total: rows.length, rows }), ...answers });
  const uploads = new Uploads({ uploads: all });
  const view = new View();
  render(FakeWindow, { props: { component: UploadsView as never, uploads, view } });
  return { engine, uploads, view, user: userEvent.setup() };
}
/** Floating parts have no place in jsdom, and count as hidden there. */
const items = () => screen.findAllByRole("menuitem", { hidden: true });
const item = async (says: string) => (await items()).find((one) => one.textContent?.trim() === says)!;
const long = "Nothing says yet whether it arrived. Soon Pinata is asked. ".repeat(4).trim();

test("with no uploads it says what to do", async () => {
  open([], { bytesTotal: 0 });
  expect(await screen.findByText("Nothing is being uploaded")).toBeInTheDocument();
});

test("a queue that has nothing to do leads to what needs you, and else to what is finished", async () => {
  const { uploads, user } = open([], { bytesTotal: 0, needsYou: 1, finished: 3 });
  await user.click(await screen.findByRole("button", { name: "Show the 1 that needs you" }));
  expect(uploads.tab).toBe("needs_you");
  uploads.tab = "now";
  uploads.head = { ...uploads.head, needsYou: 0 };
  await user.click(await screen.findByRole("button", { name: "Show finished" }));
  expect(uploads.tab).toBe("finished");
});

test("a queue that rests and holds nothing can be continued", async () => {
  const { engine, user } = open([], { bytesTotal: 0, paused: true, restingUntil: Date.now() + 3_600_000 });
  await user.click(await screen.findByRole("button", { name: "Continue all" }));
  expect(engine.of("uploads_resume_all")).toHaveLength(1);
});

test("the button of what has a key of its own says the key", async () => {
  open([]);
  expect(await screen.findByRole("button", { name: "Pin JSON" })).toHaveAttribute("title", "Pin JSON (Ctrl Shift J)");
});

test("a reason is shown whole", async () => {
  open([anUpload({ state: "waiting", reason: "unexpected", sentence: long })]);
  expect(await screen.findByText(long)).toBeInTheDocument();
});

test("the whole queue has a bar with a name, a value and words", async () => {
  open([anUpload()]);
  expect(await screen.findByRole("progressbar", { name: "All uploads" })).toHaveAttribute("aria-valuenow", "62");
  expect(screen.getByText("62%")).toBeInTheDocument();
});

test("a row that is sending shows its bytes, and a row that waits shows none", async () => {
  const { uploads } = open([
    anUpload({ id: 1, name: "a.tif", state: "sending", done: 30, bytes: 60, sentence: "Sending." }),
    anUpload({
      id: 2,
      name: "b.tif",
      state: "waiting",
      reason: "offline",
      sentence: "Not sent yet. The connection broke. Next try at 14:09.",
    }),
  ]);
  await screen.findByText("a.tif");
  expect(screen.getByRole("progressbar", { name: "Progress of a.tif" })).toHaveAttribute("aria-valuenow", "50");
  expect(screen.queryByRole("progressbar", { name: "Progress of b.tif" })).toBeNull();
  uploads.merge({
    rows: [{ id: 1, done: 45, total: 60, rate: 5, secondsLeft: 3 }],
    bytesDone: 1,
    bytesTotal: 2,
    rate: 5,
    secondsLeft: 3,
  });
  await waitFor(() => expect(screen.getByRole("progressbar", { name: "Progress of a.tif" })).toHaveAttribute("aria-valuenow", "75"));
  expect(screen.getByText("45 of 60 B")).toBeInTheDocument();
});

test("the row of a held account shows what holds it, and nothing that turns", async () => {
  const held = "Pinata cannot be reached. Uploads wait and go on by themselves.";
  open([anUpload({ state: "sending", reason: "offline", bytes: 60, sentence: held })], { waiting: 1 });
  const icon = (await screen.findByText(held)).previousElementSibling;
  expect(icon).toHaveClass("warn");
  expect(icon).not.toHaveClass("spin");
  expect(screen.getAllByRole("progressbar")).toHaveLength(1);
});

test("all are cancelled after a yes that says how many, and nothing before it", async () => {
  const { engine, uploads, user } = open([anUpload({ id: 1 }), anUpload({ id: 2 })], { now: 1204, needsYou: 3 });
  const more = async (name: string) => {
    await user.click(await screen.findByRole("button", { name: "More for all uploads" }));
    await user.click(await item(name));
  };
  await more("Cancel all…");
  const question = within(await screen.findByRole("alertdialog", { name: "Cancel 1,204 uploads?" }));
  expect(question.getByRole("button", { name: "Keep going" })).toHaveFocus();
  expect(question.getByText(/What is pinned already stays pinned/)).toBeVisible();
  await user.click(question.getByRole("button", { name: "Keep going" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(engine.of("uploads_cancel_all")).toEqual([]);
  await more("Cancel all…");
  engine.answers.uploads_head = () => ({ ...NOTHING, finished: 1204 });
  await user.click(await screen.findByRole("button", { name: "Cancel 1,204 uploads" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(engine.of("uploads_cancel_all")).toHaveLength(1);
  await waitFor(() => expect(uploads.head.now).toBe(0));
  await user.click(screen.getByRole("button", { name: "More for all uploads" }));
  expect(await item("Cancel all…")).toHaveAttribute("aria-disabled", "true");
});

test("what is finished is cleared from the same menu, which stays where it is", async () => {
  const { engine, user } = open([], { bytesTotal: 0, finished: 3 });
  await user.click(await screen.findByRole("button", { name: "More for all uploads" }));
  await user.click(await item("Clear finished"));
  await waitFor(() => expect(engine.of("uploads_clear_finished")).toHaveLength(1));
  engine.answers.uploads_head = () => NOTHING;
  expect(screen.getByRole("button", { name: "More for all uploads" })).toBeVisible();
});

test("nothing is offered to be paused where all that is left needs somebody", async () => {
  open([anUpload({ state: "needs_you", reason: "different" })], { now: 1, needsYou: 1 });
  await screen.findByText("harbour-dawn.tif");
  expect(screen.queryByRole("button", { name: "Pause all" })).toBeNull();
});

test("rows that only say something stand under no heads of figures", async () => {
  const { uploads } = open([anUpload({ state: "waiting", reason: "offline", sentence: "Not sent yet." })], { waiting: 1 });
  await screen.findByText("Not sent yet.");
  expect(screen.queryByRole("columnheader", { name: "Speed" })).toBeNull();
  uploads.head = { ...uploads.head, waiting: 0 };
  expect(await screen.findByRole("columnheader", { name: "Speed" })).toBeInTheDocument();
});

test("while the size of one is unknown nobody says how far all is", async () => {
  open([anUpload()], { sized: false });
  await screen.findByText("harbour-dawn.tif");
  const all = screen.getByRole("progressbar", { name: "All uploads" });
  expect(all).not.toHaveAttribute("aria-valuenow");
  expect(screen.queryByText(/%/)).toBeNull();
});

test("a row is busy while its action is under way", async () => {
  const answer = deferred<null>();
  const { engine, user } = open([anUpload({ canPause: true })], {}, { uploads_pause: () => answer.promise });
  await user.click(await screen.findByRole("button", { name: "Pause" }));
  expect(screen.getByRole("row", { name: /harbour-dawn/ })).toHaveAttribute("aria-busy", "true");
  answer.resolve(null);
  await waitFor(() => expect(screen.getByRole("row", { name: /harbour-dawn/ })).toHaveAttribute("aria-busy", "false"));
  expect(engine.of("uploads_pause")).toEqual([{ ids: [1] }]);
});

test("a held secret is sent only when that is said", async () => {
  const { engine, user } = open(
    [anUpload({ name: ".env", state: "needs_you", reason: "secret", sentence: "Looks like a secret.", canRetry: true })],
    {},
    { uploads_suspects: () => ({ files: [{ id: 7, path: ".env" }], count: 1, last: 7 }) },
  );
  const row = await screen.findByRole("row", { name: /\.env/ });
  expect(within(row).queryByRole("button", { name: "Retry" })).toBeNull();
  await user.click(within(row).getByRole("button", { name: "Upload anyway" }));
  await waitFor(() => expect(engine.of("uploads_allow")).toEqual([{ id: 1, yes: [7], last: 7 }]));
});

test("an action that fails says why on the screen", async () => {
  const { user } = open(
    [anUpload()],
    {},
    {
      uploads_cancel: () => {
        throw commandError("gone", "This upload is no longer in the queue.");
      },
    },
  );
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("This upload is no longer in the queue.");
});

test("the keyboard moves through the rows and acts on the one with the cursor", async () => {
  const { engine, user } = open([
    anUpload({ id: 1, name: "a" }),
    anUpload({ id: 2, name: "b", canPause: true }),
    anUpload({ id: 3, name: "c" }),
  ]);
  await screen.findByText("b");
  const grid = screen.getByRole("treegrid", { name: "Uploads" });
  grid.focus();
  await user.keyboard("{ArrowDown}");
  expect(grid.getAttribute("aria-activedescendant")).toBe(screen.getByRole("row", { name: /^b/ }).id);
  await user.keyboard(" ");
  expect(engine.of("uploads_pause")).toEqual([{ ids: [2] }]);
  await user.keyboard("{End}{Delete}");
  expect(engine.of("uploads_cancel")).toEqual([{ ids: [3] }]);
});

test("what was left out of a folder unfolds, with the reason of each", async () => {
  const folder = anUpload({
    name: "Prints",
    kind: "folder",
    files: 10,
    problems: 2,
    state: "sending",
    sentence: "8 of 10 files, 2 left out",
  });
  const problems = [{ path: "Prints/link", sentence: "It is a link out of the folder." }];
  const { user } = open([folder], {}, { uploads_problems: () => problems });
  await user.click(await screen.findByRole("button", { name: "Show what was left out" }));
  expect(await screen.findByText("It is a link out of the folder.")).toBeInTheDocument();
  expect(screen.getByRole("row", { name: /Prints/, expanded: true })).toBeInTheDocument();
});

test("what is left out and not told one by one is counted by the row, not by the answer", async () => {
  const told = Array.from({ length: 500 }, (_, number) => ({ path: `Prints/${number}.psd`, sentence: `It is number ${number}.` }));
  const folder = anUpload({ name: "Prints", kind: "folder", files: 12_000, problems: 10_000, state: "sending" });
  const { user } = open([folder], {}, { uploads_problems: () => told });
  await user.click(await screen.findByRole("button", { name: "Show what was left out" }));
  const list = within(await screen.findByRole("list", { name: "Left out" }));
  const lines = list.getAllByRole("listitem");
  expect(lines.at(-2)).toHaveTextContent("It is number 199.");
  expect(lines.at(-1)).toHaveTextContent("and 9,800 more");
});

test("an answer that is shorter than the list says how many it does not tell", async () => {
  const told = [{ path: "Prints/a.psd", sentence: "It is told." }];
  const folder = anUpload({ name: "Prints", kind: "folder", files: 10, problems: 3, state: "sending" });
  const { user } = open([folder], {}, { uploads_problems: () => told });
  await user.click(await screen.findByRole("button", { name: "Show what was left out" }));
  const list = within(await screen.findByRole("list", { name: "Left out" }));
  expect(list.getAllByRole("listitem").at(-1)).toHaveTextContent("and 2 more");
});

test("tabs are reached by arrows and bring their own list", async () => {
  const { engine, user } = open([anUpload()], { needsYou: 2 });
  screen.getByRole("tab", { name: /Now/ }).focus();
  await user.keyboard("{ArrowRight}");
  expect(screen.getByRole("tab", { name: /Needs you/ })).toHaveFocus();
  await waitFor(() => expect(engine.of("uploads_rows").at(-1)).toMatchObject({ filter: "needs_you" }));
});

test("what was cleared is searched where nothing finished is left in the list, and that is said", async () => {
  const done = anUpload({ id: 5, name: "dusk.tif", state: "pinned", canCancel: false, canClear: true });
  const { engine, user } = open([], { bytesTotal: 0 }, { uploads_history: () => ({ total: 1, rows: [done] }) });
  await user.click(screen.getByRole("tab", { name: /Finished/ }));
  expect(await screen.findByText(/What you cleared is found by its name or CID/)).toBeVisible();
  await user.type(screen.getByRole("searchbox", { name: "Search finished uploads" }), "dusk");
  expect(await screen.findByText("dusk.tif")).toBeVisible();
  expect(engine.of("uploads_history").at(-1)).toMatchObject({ text: "dusk" });
});

test("a hostile name is shown as what it is and turns nothing around it", async () => {
  const name = "\u202egnp.exe\n<b>x</b>";
  open([anUpload({ name, sentence: "Waiting." })]);
  expect(await screen.findByText(visibleText(name))).toBeInTheDocument();
  expect(document.body.textContent).not.toContain("\u202e");
});

/** A finished upload, and its pin far down in the list. */
function finished() {
  const done = anUpload({
    id: 5,
    name: "dusk.tif",
    state: "pinned",
    check: "verified",
    cid: "bafydusk",
    pin: 33,
    canClear: true,
    canCancel: false,
  });
  return { done, answers: { uploads_copy: () => 1 } };
}

test("a finished row copies its CID, by button and by key", async () => {
  const { done, answers } = finished();
  const { engine, user } = open([done], { now: 0, finished: 1 }, answers);
  await user.click(await screen.findByRole("button", { name: "Copy CID" }));
  const copied = { id: 5, what: "cid" };
  await waitFor(() => expect(engine.of("uploads_copy")).toEqual([copied]));
  screen.getByRole("treegrid").focus();
  await user.keyboard("{Control>}c{/Control}");
  await waitFor(() => expect(engine.of("uploads_copy")).toEqual([copied, copied]));
});

test("a finished row offers a link only where others can open it", async () => {
  const { done, answers } = finished();
  open([done], { now: 0, finished: 1 }, answers);
  expect(await screen.findByRole("button", { name: "Show the pin" })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Copy link" })).toBeNull();
});

test("Enter on a finished row shows its pin in the list", async () => {
  const { done, answers } = finished();
  const { engine, user, view } = open([done], { now: 0, finished: 1 }, answers);
  await screen.findByText("dusk.tif");
  screen.getByRole("treegrid").focus();
  await user.keyboard("{Enter}");
  expect(view.screen).toBe("pins");
  expect(engine.of("pins_open").at(-1)).toMatchObject({ query: { text: "" }, look: { pin: 33 } });
});

test("a row whose content differs offers to compare, and shows both CIDs and what it means", async () => {
  const row = anUpload({ id: 7, name: "token.json", state: "needs_you", reason: "different", check: "different", canRetry: true });
  const comparison = { ours: "bafyours", theirs: "bafytheirs", sentence: "Pinata holds other bytes." };
  const { engine, user } = open([row], { needsYou: 1 }, { uploads_compare: () => comparison });
  await user.click(await screen.findByRole("button", { name: "Compare" }));
  const sheet = await screen.findByRole("dialog", { name: "Compare token.json" });
  expect(await within(sheet).findByText("Pinata holds other bytes.")).toBeVisible();
  expect(within(sheet).getByText("bafyours")).toBeVisible();
  expect(within(sheet).getByText("bafytheirs")).toBeVisible();
  expect(engine.of("uploads_compare")).toEqual([{ id: 7 }]);
  await user.click(within(sheet).getByRole("button", { name: "Send again" }));
  await waitFor(() => expect(engine.of("uploads_retry")).toEqual([{ ids: [7] }]));
});

test("a comparison before which the service wants a pause is told calmly", async () => {
  const row = anUpload({ id: 7, name: "token.json", state: "needs_you", reason: "different", check: "different" });
  const { user } = open(
    [row],
    { needsYou: 1 },
    {
      uploads_compare: () => {
        throw commandError("rate_limited", "Pinata asked to wait between requests.");
      },
    },
  );
  await user.click(await screen.findByRole("button", { name: "Compare" }));
  const sheet = within(await screen.findByRole("dialog", { name: "Compare token.json" }));
  expect((await sheet.findByText(/wants a pause/)).closest("[role]")).toHaveAttribute("role", "status");
  expect(sheet.queryByRole("alert")).toBeNull();
});
