import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeEach, expect, test } from "vitest";
import App from "../App.svelte";
import type { LedgerRow, WatchRow } from "../bindings";
import { aStart } from "../pins/fakePins";
import { aDrop, anItem } from "../uploads/fakeEngine";
import { aFolder, anEntry, counts, engineWatches, preview } from "./fakeWatches";

beforeEach(() => void Object.assign(window, { innerWidth: 1280 }));

async function open(folders: WatchRow[], entries: LedgerRow[] = []) {
  const engine = engineWatches(folders, entries);
  render(App, { props: { start: aStart() } });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: /^Watched folders/ }));
  await screen.findByRole("heading", { level: 1, name: "Watched folders" });
  return { engine, user };
}

const card = (name: string) => screen.findByRole("listitem", { name });

/** Opens the menu of a card, by keyboard. */
async function more(user: ReturnType<typeof userEvent.setup>, name: string) {
  within(await card(name))
    .getByRole("button", { name: /^More/ })
    .focus();
  await user.keyboard("{Enter}");
}

const braked = () =>
  aFolder(1, {
    state: "braked",
    path: "~/Documents/Invoices",
    name: "Invoices",
    sentence: "40 of 312 files disappeared at once. Keep their pins or unpin them? Nothing was unpinned.",
    counts: counts({ all: 312, pinned: 272, gone: 40, braked: 40 }),
    brake: {
      at: 1_700_000_000_000,
      count: 40,
      of: 312,
      days: 7,
      sentence: "40 of 312 files disappeared at once. Keep their pins or unpin them? Nothing was unpinned.",
    },
  });
const gone = () =>
  aFolder(2, {
    state: "missing",
    path: "/Volumes/Photos",
    name: "Photos",
    sentence: "/Volumes/Photos is not there. Paused; nothing was unpinned.",
  });

test("without folders it says what watching does", async () => {
  const { engine, user } = await open([]);
  expect(await screen.findByText("What lands in a watched folder is pinned by itself.")).toBeVisible();
  await user.click(screen.getAllByRole("button", { name: "Watch a folder" })[1]!);
  expect(engine.of("watches_pick_folder")).toHaveLength(1);
});

test("a card says how its folder stands, in words and figures", async () => {
  await open([aFolder(1, { lastError: "scans/roll-88.tif cannot be read." })]);
  const one = within(await card("~/Pictures/Prints 1"));
  expect(one.getByText("Up to date.")).toBeVisible();
  expect(one.getByRole("button", { name: "1,204 pinned" })).toBeVisible();
  expect(one.getByRole("button", { name: "2 failed" })).toBeVisible();
  expect(one.getByText("scans/roll-88.tif cannot be read.")).toBeVisible();
  expect(one.getByText("keeps every version")).toBeVisible();
});

test("the sidebar and the status strip say how many are watched and that one needs the person", async () => {
  await open([braked(), aFolder(3), aFolder(4, { state: "paused" })]);
  expect(await screen.findByRole("button", { name: "Watched folders , 1 needs you" })).toBeVisible();
  expect(within(screen.getByRole("contentinfo", { name: "Status" })).getByText(/Watching 1 of 3 folders/)).toBeVisible();
});

test("a folder is paused for an hour, until tomorrow or until it is resumed", async () => {
  const { engine, user } = await open([aFolder(1)]);
  await more(user, "~/Pictures/Prints 1");
  await user.click(await screen.findByText("Pause until tomorrow"));
  await waitFor(() => expect(engine.of("watches_pause")).toEqual([{ id: 1, until: "tomorrow" }]));
});

test("files that disappeared together keep their pins by one click on the card", async () => {
  const { engine, user } = await open([braked()]);
  const one = within(await card("~/Documents/Invoices"));
  expect(one.getAllByText(/Nothing was unpinned/)[0]).toBeVisible();
  await user.click(one.getByRole("button", { name: "Keep pins" }));
  await waitFor(() => expect(engine.of("watches_brake")).toEqual([{ id: 1, answer: "keep", entries: null }]));
});

test("chosen file by file, only what is marked is unpinned, and all others are kept", async () => {
  const files = [1, 2, 3].map((id) => anEntry(id, { state: "gone", path: `invoice-${id}.pdf` }));
  const { engine, user } = await open([braked()], files);
  await user.click(within(await card("~/Documents/Invoices")).getByRole("button", { name: "See the 40 files" }));
  await user.click(await screen.findByRole("radio", { name: /Choose file by file/ }));
  await user.click(await screen.findByRole("checkbox", { name: "Unpin invoice-2.pdf" }));
  await user.click(screen.getByRole("button", { name: "Unpin 1, keep 39" }));
  await waitFor(() =>
    expect(engine.of("watches_brake")).toEqual([
      { id: 1, answer: "unpin", entries: [2] },
      { id: 1, answer: "keep", entries: null },
    ]),
  );
});

test("a folder that is gone says that nothing was unpinned and can be located", async () => {
  const { engine, user } = await open([gone()]);
  await user.click(within(await card("/Volumes/Photos")).getByRole("button", { name: "/Volumes/Photos" }));
  expect(await screen.findByRole("heading", { name: "This folder is not there" })).toBeVisible();
  expect(screen.getByText(/nothing was unpinned/)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Locate…" }));
  await waitFor(() => expect(engine.of("watches_locate")).toEqual([{ id: 2 }]));
});

test("a folder that cannot be heard says how often it is looked at", async () => {
  await open([aFolder(1, { polling: "The system allows 8192 watches and all are in use. Pinfold looks every 30 s instead." })]);
  expect(await screen.findByText(/allows 8192 watches.*looks every 30 s/)).toBeVisible();
});

test("the ledger is filtered by group and reason, and searched", async () => {
  const { engine, user } = await open(
    [aFolder(1)],
    [anEntry(1), anEntry(2, { state: "failed", sentence: "Permission denied.", canRetry: true })],
  );
  await user.click(within(await card("~/Pictures/Prints 1")).getByRole("button", { name: "~/Pictures/Prints 1" }));
  expect(await screen.findByRole("row", { name: /harbour-1\.tif Pinned Verified\..*84\.2\sMB/ })).toBeVisible();
  await user.click(screen.getByRole("tab", { name: /Failed/ }));
  await waitFor(() => expect(screen.queryByRole("row", { name: /harbour-1/ })).toBeNull());
  await user.click(screen.getByRole("button", { name: "Try now" }));
  await waitFor(() => expect(engine.of("watches_retry")).toEqual([{ id: 1, entries: [2] }]));
  await user.selectOptions(screen.getByRole("combobox", { name: "Reason" }), "Rule: *.tmp.");
  await waitFor(() => expect(engine.of("watches_ledger").at(-1)?.query).toMatchObject({ group: "failed", reason: "Rule: *.tmp." }));
  await user.click(screen.getByRole("tab", { name: /All/ }));
  await user.type(screen.getByRole("searchbox", { name: "Search paths" }), "har");
  await waitFor(() => expect(engine.of("watches_ledger").at(-1)?.query).toMatchObject({ group: "all", reason: null, text: "har" }));
});

test("what looks like a secret is sent only after a yes for it", async () => {
  const held = anEntry(5, {
    state: "held",
    path: ".env",
    sentence: "It looks like an environment file.",
    canAllow: true,
    pin: null,
    cid: null,
  });
  const { engine, user } = await open([aFolder(1, { counts: counts({ held: 1 }) })], [held]);
  await user.click(await screen.findByRole("button", { name: "See it" }));
  const entry = await screen.findByRole("row", { name: /\.env Held/ });
  expect(engine.of("watches_allow")).toEqual([]);
  await user.click(within(entry).getByRole("button", { name: "Pin anyway" }));
  await waitFor(() => expect(engine.of("watches_allow")).toEqual([{ id: 1, entries: [5] }]));
});

test("Enter on a pinned file shows its pin in the list, arrows move", async () => {
  const { engine, user } = await open([aFolder(1)], [anEntry(1), anEntry(2)]);
  await user.click(await screen.findByRole("button", { name: "~/Pictures/Prints 1" }));
  await screen.findByRole("row", { name: /harbour-2/ });
  screen.getByRole("grid", { name: "Ledger" }).focus();
  await user.keyboard("{ArrowDown}{Enter}");
  await waitFor(() => expect(engine.of("pins_open").at(-1)?.look).toMatchObject({ pin: 1002 }));
});

test("what a rule unpinned stands in the journal and can be taken back", async () => {
  const unpin = (id: number, state: string) => ({
    id,
    path: `low-tide-${id}.tif`,
    at: 1,
    sentence: "It disappeared.",
    state,
    cid: "bafy",
    name: null,
    keyvalues: [],
  });
  const { engine, user } = await open([aFolder(1)]);
  engine.answers.watches_journal = () => ({ total: 2, rows: [unpin(1, "taken_back"), unpin(2, "done")] });
  await user.click(await screen.findByRole("button", { name: "~/Pictures/Prints 1" }));
  await user.click(screen.getByRole("tab", { name: /Unpinned/ }));
  const entry = await screen.findByRole("row", { name: /low-tide-2\.tif/ });
  expect(screen.getAllByRole("button", { name: "Take back" })).toHaveLength(1);
  await user.click(within(entry).getByRole("button", { name: "Take back" }));
  await waitFor(() => expect(engine.of("watches_take_back")).toEqual([{ id: 1, entry: 2 }]));
  expect((await screen.findAllByText("Pinned again: low-tide-2.tif")).length).toBeGreaterThan(0);
});

test("an audit shows each difference with its repair", async () => {
  const { engine, user } = await open([aFolder(1, { differences: 2, auditedAt: 1_700_000_000_000, audit: "1,204 pins were compared." })]);
  await user.click(await screen.findByRole("button", { name: "~/Pictures/Prints 1" }));
  await user.click(screen.getByRole("tab", { name: /Audit.*2/ }));
  expect(await screen.findByText("Pinata does not list its pin. It is sent again.")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Send again: 2024/low-tide.tif" }));
  await waitFor(() => expect(engine.of("watches_repair")).toEqual([{ id: 1, difference: 4 }]));
  await user.click(screen.getAllByRole("button", { name: "Compare now" })[0]!);
  await waitFor(() => expect(engine.of("watches_audit")).toEqual([{ id: 1 }]));
});

test("the ledger is saved as a file, and it says how many rows", async () => {
  const { engine, user } = await open([aFolder(1)]);
  engine.answers.watches_export = () => 1287;
  await more(user, "~/Pictures/Prints 1");
  await user.click(await screen.findByText("Save the ledger as CSV…"));
  await waitFor(() => expect(engine.of("watches_export")).toEqual([{ id: 1, form: "csv" }]));
  expect((await screen.findAllByText("Saved 1,287 rows of the ledger")).length).toBeGreaterThan(0);
});

test("adding a folder shows first what would be pinned, what is left out and what is held, and what public means", async () => {
  const { engine, user } = await open([]);
  await user.click(screen.getAllByRole("button", { name: "Watch a folder" })[0]!);
  const sheet = within(await screen.findByRole("dialog", { name: "Watch ~/Pictures/Prints" }));
  expect(await sheet.findByText("1,204 files, 84.2 GB")).toBeVisible();
  expect(sheet.getByText("41 files left out")).toBeVisible();
  expect(sheet.getByText("2 files look like secrets and would be held")).toBeVisible();
  expect(sheet.getByText(preview.warning)).toBeVisible();
  expect(engine.of("watches_add")).toEqual([]);
  await user.click(sheet.getByRole("radio", { name: "Replace" }));
  await waitFor(() => expect(engine.of("watches_preview").at(-1)?.rules).toMatchObject({ onChange: { kind: "replace" } }));
  await waitFor(() => expect(sheet.getByRole("button", { name: "Watch and pin 1,204 files" })).toBeEnabled());
  await user.click(sheet.getByRole("button", { name: "Watch and pin 1,204 files" }));
  await waitFor(() =>
    expect(engine.of("watches_add")).toMatchObject([{ draft: "w1", account: "p1", rules: { onChange: { kind: "replace" } } }]),
  );
});

test.each([
  ["everyone", "lucide-globe", true],
  ["account", "lucide-lock", false],
  ["computer", "lucide-monitor", false],
] as const)("what %s can read has its own sign, and is warned of only where that is everyone", async (reach, sign, warns) => {
  const { engine, user } = await open([]);
  engine.answers.watches_preview = () => ({ ...preview, reach, secrets: 0, secretExamples: [], warning: "Who can read it." });
  await user.click(screen.getAllByRole("button", { name: "Watch a folder" })[0]!);
  const note = (await screen.findByText("Who can read it.")).closest(".note")!;
  expect(note.querySelector("svg")).toHaveClass(sign);
  expect(note.classList.contains("warn")).toBe(warns);
});

test("a folder that cannot be watched says why, and offers nothing else", async () => {
  const { engine, user } = await open([]);
  engine.answers.watches_pick_folder = () => ({
    id: "w1",
    name: "",
    path: "/",
    refusal: "The whole disk cannot be watched. Choose a folder in it.",
  });
  await user.click(screen.getAllByRole("button", { name: "Watch a folder" })[0]!);
  const sheet = within(await screen.findByRole("dialog", { name: "Watch /" }));
  expect(sheet.getByText(/The whole disk cannot be watched/)).toBeVisible();
  expect(sheet.queryByRole("button", { name: /Watch and pin|Watch it/ })).toBeNull();
  await user.click(sheet.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(engine.of("watches_discard")).toEqual([{ draft: "w1" }]));
});

test("stopping says that nothing is unpinned, and does nothing until it is confirmed", async () => {
  const { engine, user } = await open([aFolder(1)]);
  await more(user, "~/Pictures/Prints 1");
  await user.click(await screen.findByText("Stop watching…"));
  const sheet = within(await screen.findByRole("alertdialog", { name: "Stop watching ~/Pictures/Prints 1?" }));
  expect(sheet.getByText(/Nothing is unpinned: its 1,220 pins stay/)).toBeVisible();
  expect(engine.of("watches_remove")).toEqual([]);
  await user.click(sheet.getByRole("button", { name: "Stop watching" }));
  await waitFor(() => expect(engine.of("watches_remove")).toEqual([{ id: 1 }]));
});

test("a folder dropped on this screen is offered for watching; on its other target it is uploaded", async () => {
  const { engine } = await open([]);
  const drop = aDrop({ id: "d7", items: [anItem("Prints", { kind: "folder", files: 3, bytes: 3 })] });
  engine.answers.watches_draft_from_drop = () => ({ id: "w2", name: "Prints", path: "~/Prints", refusal: null });
  await engine.emit("dragging", { kind: "enter", count: 1, x: 5, y: 5 });
  expect(await screen.findByRole("heading", { name: "Watch this folder" })).toBeVisible();
  await engine.emit("dragging", { kind: "dropped", drop, x: 5, y: 5 });
  expect(await screen.findByRole("dialog", { name: "Watch ~/Prints" })).toBeVisible();
  expect(engine.of("watches_draft_from_drop")).toEqual([{ drop: "d7" }]);
  expect(engine.of("uploads_enqueue")).toEqual([]);
});

test("hostile names are shown as text, with every sign visible", async () => {
  await open([aFolder(1, { path: "~/a\u202eb\n<b>x</b>", name: "a\u202eb" })], []);
  expect(await card("~/a⟨RLO⟩b⟨LF⟩<b>x</b>")).toBeVisible();
  expect(document.body.textContent).not.toContain("\u202e");
});

test.each(["light", "dark"] as const)("no screen of watched folders has a fault that axe knows (%s)", async (theme) => {
  const { user } = await open([braked(), gone(), aFolder(3, { counts: counts({ held: 2, pinned: 1 }) })], [anEntry(1)]);
  document.documentElement.dataset.theme = theme;
  const faults = async () =>
    (await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } })).violations.map(({ id, nodes }) => [
      id,
      nodes[0]?.html,
    ]);
  await card("~/Documents/Invoices");
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "~/Documents/Invoices" }));
  await screen.findByRole("radio", { name: /Keep the 40 pins/ });
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Show the ledger" }));
  await screen.findByRole("row", { name: /harbour-1/ });
  expect(await faults()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Watched folders" }));
  await user.click((await screen.findAllByRole("button", { name: "Watch a folder" }))[0]!);
  await screen.findByText("1,204 files, 84.2 GB");
  expect(await faults()).toEqual([]);
});
