import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../App.svelte";
import type { AppStart, PinDetails, PinRow } from "../bindings";
import { clock } from "../lib/clock.svelte";
import { anAccount } from "../uploads/fakeEngine";
import { Toasts } from "../components/toasts.svelte";
import { Undo } from "./undo.svelte";
import { aPin, aStart, enginePins, refuse } from "./fakePins";

// Wide enough that the details stand beside the list.
beforeEach(() => void Object.assign(window, { innerWidth: 1280 }));

async function open(rows: PinRow[], start: Partial<AppStart> = {}, link?: string | null) {
  const engine = enginePins(rows, link);
  render(App, { props: { start: aStart(start) } });
  const user = userEvent.setup();
  if (rows.length > 0) await screen.findByRole("grid", { name: "Pins" });
  return { engine, user };
}

const row = (name: RegExp | string) => screen.findByRole("row", { name });
const details = () => screen.findByRole("complementary", { name: "Details" });

test("the grid counts all pins, not only those drawn", async () => {
  await open(Array.from({ length: 500 }, (_, index) => aPin(index + 1)));
  expect(screen.getByRole("grid")).toHaveAttribute("aria-rowcount", "501");
  expect(screen.getAllByRole("row").length).toBeLessThan(60);
  expect(await row(/pin-1\.tif.*84\.2\sMB.*Verified/)).toHaveAttribute("aria-rowindex", "2");
});

test("without pins it says what to do", async () => {
  await open([]);
  expect(await screen.findByText("Drop a file or folder anywhere on this window.")).toBeVisible();
  expect(screen.getAllByRole("button", { name: "Upload" })).toHaveLength(2);
});

test("a search that finds nothing says so and can be taken back", async () => {
  const { user } = await open([aPin(1), aPin(2)]);
  await user.keyboard("/");
  await user.keyboard("meadow");
  expect(await screen.findByText("Nothing matches “meadow”")).toBeVisible();
  expect(screen.getByText("0 of 2")).toBeVisible();
  await user.click(screen.getAllByRole("button", { name: "Clear the search" })[0]!);
  expect(await row(/pin-1\.tif/)).toBeVisible();
});

test("F2 edits the name, Enter sends only the name, and the list has the focus again", async () => {
  const { engine, user } = await open([aPin(1), aPin(2)]);
  await user.click(await row(/pin-2\.tif/));
  await user.keyboard("{F2}");
  const field = await screen.findByRole("textbox", { name: "Name" });
  await user.clear(field);
  await user.type(field, "dusk.tif{Enter}");
  expect(engine.of("pins_edit")).toEqual([{ id: 2, edit: { name: "dusk.tif", set: [], remove: [] } }]);
  expect(await within(await details()).findByRole("heading", { name: "dusk.tif" })).toBeVisible();
  expect(screen.getByRole("grid")).toHaveFocus();
});

test("Escape leaves the name as it was", async () => {
  const { engine, user } = await open([aPin(1)]);
  await user.click(await row(/pin-1\.tif/));
  await user.keyboard("{F2}");
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "nonsense{Escape}");
  expect(within(await details()).getByRole("heading", { name: "pin-1.tif" })).toBeVisible();
  expect(engine.of("pins_edit")).toEqual([]);
});

test("whoever types in the details goes on there when the window becomes narrow", async () => {
  const { user } = await open([aPin(1)]);
  await user.click(await row(/pin-1\.tif/));
  await user.keyboard("{F2}");
  const field = await screen.findByRole("textbox", { name: "Name" });
  await user.clear(field);
  await user.type(field, "dusk");
  Object.assign(window, { innerWidth: 800 });
  window.dispatchEvent(new Event("resize"));
  await waitFor(async () => expect(await details()).toHaveClass("overlay"));
  expect(screen.getByRole("textbox", { name: "Name" })).toHaveValue("dusk");
  expect(screen.getByRole("textbox", { name: "Name" })).toHaveFocus();
});

test("an edit that is refused says why and keeps what was typed", async () => {
  const { engine, user } = await open([aPin(1)]);
  refuse(engine, "pins_edit", "missing_scope", "This key may not edit pins. It needs the scope org:files:write.");
  await user.click(await row(/pin-1\.tif/));
  await user.keyboard("{F2}");
  const field = await screen.findByRole("textbox", { name: "Name" });
  await user.clear(field);
  await user.type(field, "dusk.tif{Enter}");
  expect(await screen.findByText(/It needs the scope org:files:write/)).toBeVisible();
  expect(field).toHaveValue("dusk.tif");
});

test("key-values are edited in place: set, add, remove", async () => {
  const keyvalues: [string, string][] = [
    ["camera", "X-T5"],
    ["paper", "Rag"],
  ];
  const { engine, user } = await open([aPin(1, { keyvalues, keyvalueCount: 2 })]);
  await user.click(await row(/pin-1\.tif/));
  const pane = within(await details());
  const paper = await pane.findByRole("textbox", { name: "Value of paper" });
  await user.clear(paper);
  await user.type(paper, "Baryta{Enter}");
  expect(engine.of("pins_edit").at(-1)).toEqual({ id: 1, edit: { name: null, set: [["paper", "Baryta"]], remove: [] } });
  await user.click(pane.getByRole("button", { name: "Remove camera" }));
  await user.click(pane.getByRole("button", { name: "Add" }));
  await user.keyboard("edition{Tab}12{Enter}");
  await waitFor(() =>
    expect(engine.of("pins_edit").at(-1)).toEqual({ id: 1, edit: { name: null, set: [["edition", "12"]], remove: ["camera"] } }),
  );
});

test("ten key-values are the most", async () => {
  const keyvalues = Array.from({ length: 10 }, (_, index): [string, string] => [`key ${index}`, "x"]);
  const { user } = await open([aPin(1, { keyvalues, keyvalueCount: 10 })]);
  await user.click(await row(/pin-1\.tif/));
  const pane = within(await details());
  expect(await pane.findByText("10 of 10")).toBeVisible();
  expect(pane.getByRole("button", { name: "Add" })).toBeDisabled();
});

test("unpinning says what will happen, has the focus on the safe button, and does nothing until it is confirmed", async () => {
  const { engine, user } = await open([aPin(1), aPin(2), aPin(3)]);
  await user.click(await row(/pin-1\.tif/));
  await user.keyboard("{Shift>}{ArrowDown}{/Shift}{Delete}");
  const sheet = await screen.findByRole("alertdialog", { name: "Unpin 2 pins?" });
  expect(within(sheet).getByText(/Pinata stops keeping these 2 files now.*copies elsewhere may remain/)).toBeVisible();
  await waitFor(() => expect(within(sheet).getByRole("button", { name: "Keep them" })).toHaveFocus());
  await user.keyboard("{Enter}");
  await waitFor(() => expect(sheet).not.toBeInTheDocument());
  expect(engine.of("changes_start")).toEqual([]);

  await user.keyboard("{Delete}");
  await user.click(await screen.findByRole("button", { name: "Unpin 2" }));
  await waitFor(() => expect(screen.getByRole("grid")).toHaveAttribute("aria-rowcount", "2"));
  expect(engine.held.rows.map((pin) => pin.id)).toEqual([3]);
  expect(within(await screen.findByRole("region", { name: "Notifications" })).getByText("Unpinned 2")).toBeVisible();
});

test("the Sandbox says on this computer only where a link would stand", async () => {
  const { user } = await open([aPin(1)], { accounts: [anAccount()], active: "a1" }, null);
  await user.click(await row(/pin-1\.tif/));
  const pane = within(await details());
  expect(await pane.findByText("On this computer only")).toBeVisible();
  expect(pane.queryByRole("button", { name: "Copy link" })).not.toBeInTheDocument();
});

test("copying is done in Rust, for all that is selected", async () => {
  const { engine, user } = await open([aPin(1), aPin(2), aPin(3)]);
  await user.click(await row(/pin-1\.tif/));
  await user.keyboard("{Control>}a{/Control}{Control>}c{/Control}");
  expect(engine.of("pins_copy")).toEqual([{ selection: { set: 1, ranges: [[0, 2]] }, what: "cid" }]);
  expect(await screen.findAllByText("Copied 3 CIDs")).not.toHaveLength(0);
});

test("hostile names are shown as text, with every sign visible", async () => {
  await open([aPin(1, { name: "invoice\u202efdp.exe" }), aPin(2, { name: "<img src=x onerror=alert(1)>" }), aPin(3, { name: "a\nb" })]);
  expect(await row(/invoice⟨RLO⟩fdp\.exe/)).toBeVisible();
  expect(await row(/<img src=x onerror=alert\(1\)>/)).toBeVisible();
  expect(await row(/a⟨LF⟩b/)).toBeVisible();
  expect(document.querySelector("img")).toBeNull();
});

test("? lists the keys, Escape closes them", async () => {
  const { user } = await open([aPin(1)]);
  await user.keyboard("?");
  const sheet = await screen.findByRole("dialog", { name: "Keyboard shortcuts" });
  expect(within(sheet).getByText("Edit key-values")).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(sheet).not.toBeInTheDocument());
});

test("a list that cannot be read shows the engine's own sentence and a way to try again", async () => {
  const engine = enginePins([aPin(1)]);
  const answer = engine.answers.pins_open!;
  refuse(engine, "pins_open", "disk_full", "The disk is full; the list could not be opened.");
  render(App, { props: { start: aStart() } });
  expect(await screen.findByText("The disk is full; the list could not be opened.")).toBeVisible();
  engine.answers.pins_open = answer;
  await userEvent.setup().click(screen.getByRole("button", { name: "Try again" }));
  expect(await row(/pin-1\.tif/)).toBeVisible();
});

test("Ctrl+Z takes back the last name, and says so", async () => {
  const { engine, user } = await open([aPin(1), aPin(2)]);
  await user.click(await row(/pin-2\.tif/));
  await screen.findByText("Same CID at Pinata and here.");
  await user.keyboard("{F2}");
  const field = await screen.findByRole("textbox", { name: "Name" });
  await user.clear(field);
  await user.type(field, "dusk.tif{Enter}");
  await within(await details()).findByRole("heading", { name: "dusk.tif" });
  await user.keyboard("{Control>}z{/Control}");
  expect(engine.of("pins_edit").at(-1)).toEqual({ id: 2, edit: { name: "pin-2.tif", set: [], remove: [] } });
  expect(await within(await details()).findByRole("heading", { name: "pin-2.tif" })).toBeVisible();
  expect((await screen.findAllByText("The name is pin-2.tif again")).length).toBeGreaterThan(0);
  await user.keyboard("{Control>}z{/Control}");
  expect(engine.of("pins_edit")).toHaveLength(2);
});

test("taking back key-values sets what was changed, adds what was removed and removes what was added", async () => {
  const keyvalues: [string, string][] = [
    ["camera", "X-T5"],
    ["paper", "Rag"],
  ];
  const { engine } = await open([aPin(1, { keyvalues, keyvalueCount: 2 })]);
  const undo = new Undo(new Toasts());
  const before = engine.answers.pins_details!({ id: 1 }) as never;
  undo.made(before, {
    name: null,
    set: [
      ["paper", "Baryta"],
      ["edition", "12"],
    ],
    remove: ["camera"],
  });
  await undo.takeBack();
  expect(engine.of("pins_edit").at(-1)).toEqual({
    id: 1,
    edit: {
      name: null,
      set: [
        ["paper", "Rag"],
        ["camera", "X-T5"],
      ],
      remove: ["edition"],
    },
  });
});

test("letters typed into the list jump to the next name that begins so, and round", async () => {
  const { user } = await open(["anna.tif", "birch.tif", "barn.tif", "cliff.tif"].map((name, index) => aPin(index + 1, { name })));
  await user.click(await row(/cliff/));
  const selected = () => screen.getByRole("row", { selected: true });
  await user.keyboard("ba");
  expect(selected()).toHaveTextContent("barn.tif");
  await user.keyboard("{Home}{End}");
  expect(selected()).toHaveTextContent("cliff.tif");
});

test("the whole date of a pin stands in its tooltip once it is pointed at", async () => {
  const { user } = await open([aPin(1)]);
  const cell = (await row(/pin-1\.tif/)).querySelector<HTMLElement>("[data-at]")!;
  expect(cell.title).toBe("");
  await user.hover(cell);
  expect(cell.title).toContain("14 November 2023");
});

test("a list that changes all the time is shown all the same, and a change of other pins reads no details again", async () => {
  const { engine } = await open([aPin(1), aPin(2)]);
  await screen.findByText("Same CID at Pinata and here.");
  const before = engine.of("pins_details").length;
  for (let revision = 1; revision <= 30; revision += 1) await engine.emit("changed", { noun: "pin", revision, ids: [2] });
  await waitFor(() => expect(engine.of("pins_open")).toHaveLength(2));
  expect(engine.of("pins_details")).toHaveLength(before);
  await engine.emit("changed", { noun: "setting", revision: 40, ids: null });
  await waitFor(() => expect(engine.of("pins_details")).toHaveLength(before + 1));
});

test("a pin whose end is past by this clock and that is still listed says both", async () => {
  const past = new Date(2020, 0, 1).getTime();
  const { engine, user } = await open([{ ...aPin(1), expiresAt: past }]);
  const answer = engine.answers.pins_details!;
  engine.answers.pins_details = (args) => ({ ...(answer(args) as PinDetails), over: "Over; the list of 14:00 still had it." });
  const listed = await row(/pin-1\.tif/);
  expect(within(listed).getByRole("img", { name: /^Was to expire on/ })).toBeVisible();
  await user.click(listed);
  expect(await within(await details()).findByText("Over; the list of 14:00 still had it.")).toBeVisible();
  expect(within(await details()).queryByText(/until 1 Jan 2020/)).toBeNull();
});

test("a pin is given an end and none again, and its row says that it ends", async () => {
  const { engine, user } = await open([aPin(1), aPin(2)]);
  await user.click(await row(/pin-2\.tif/));
  const pane = within(await details());
  await user.click(await pane.findByRole("button", { name: "Set" }));
  expect(pane.getByRole("combobox", { name: "Expires" })).toHaveFocus();
  expect(pane.getByText(/unpins it by itself/)).toBeVisible();
  await user.selectOptions(pane.getByRole("combobox", { name: "Expires" }), "On a date");
  await user.type(pane.getByRole("textbox", { name: "Date" }), "2999-12-31");
  await user.click(pane.getByRole("button", { name: "Save" }));
  const end = new Date(3000, 0, 1).getTime();
  expect(engine.of("pins_expire")).toEqual([{ id: 2, end: { at: end } }]);
  expect(await pane.findByText("1 Jan 3000, 00:00")).toBeVisible();
  await user.click(pane.getByRole("button", { name: "Change" }));
  expect(pane.getByRole("textbox", { name: "Date" })).toHaveValue("2999-12-31");
  await user.selectOptions(pane.getByRole("combobox", { name: "Expires" }), "Never");
  await user.click(pane.getByRole("button", { name: "Save" }));
  expect(engine.of("pins_expire")[1]).toEqual({ id: 2, end: { at: null } });
  expect(await pane.findByText("Never")).toBeVisible();
});

test("a pin is not given a day as its end that is over by the time of the click", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(2027, 3, 18, 23, 59, 30) });
  try {
    const { engine, user } = await open([aPin(1)]);
    await user.click(await row(/pin-1\.tif/));
    const pane = within(await details());
    await user.click(await pane.findByRole("button", { name: "Set" }));
    await user.selectOptions(pane.getByRole("combobox", { name: "Expires" }), "On a date");
    await user.type(pane.getByRole("textbox", { name: "Date" }), "2027-04-18");
    vi.setSystemTime(new Date(2027, 3, 19, 0, 0, 1));
    await user.click(pane.getByRole("button", { name: "Save" }));
    expect(await pane.findByRole("alert")).toHaveTextContent("A date that is still to come");
    expect(engine.of("pins_expire")).toEqual([]);
  } finally {
    vi.useRealTimers();
    clock.look();
  }
});

test("the row of a pin that ends says when", async () => {
  await open([aPin(1, { expiresAt: new Date(2999, 11, 31, 14, 30).getTime() })]);
  expect(within(await row(/pin-1\.tif/)).getByRole("img", { name: "Expires on 31 Dec 2999, 14:30" })).toBeVisible();
});

test("what is selected is asked for at another account, and private files are said to stay", async () => {
  const other = anAccount({ id: "p2", kind: "psa", label: "Second copy", place: "IPFS Cluster", publicLinks: true });
  const { engine, user } = await open([aPin(1), aPin(2), aPin(3)], { accounts: [...aStart().accounts, anAccount(), other] });
  engine.answers.pins_summary = () => ({
    count: 3,
    bytes: 9,
    verified: 3,
    otherLayout: 0,
    unproven: 0,
    notChecked: 0,
    different: 0,
    private: 1,
  });
  engine.answers.jobs_copy_pins = () => ({
    asked: 2,
    pinned: 0,
    open: 0,
    private: 1,
    cut: 0,
    sentence: "2 CIDs are asked for at Second copy.",
  });
  await user.click(await row(/pin-1\.tif/));
  await user.keyboard("{Control>}a{/Control}{Shift>}{F10}{/Shift}");
  await user.click(await screen.findByRole("menuitem", { name: "Pin at another account…" }));
  const sheet = within(await screen.findByRole("dialog", { name: "Pin 3 pins at another account" }));
  // The Sandbox fetches nothing from IPFS.
  expect(sheet.getAllByRole("radio").map((radio) => radio.closest("label")?.textContent?.trim())).toEqual(["Second copyIPFS Cluster"]);
  expect(await sheet.findByText(/1 of them is private/)).toBeVisible();
  await user.click(sheet.getByRole("button", { name: "Ask Second copy" }));
  expect(engine.of("jobs_copy_pins")).toEqual([{ selection: { set: 1, ranges: [[0, 2]] }, to: "p2" }]);
  expect(
    await within(await screen.findByRole("region", { name: "Notifications" })).findByText("2 CIDs are asked for at Second copy."),
  ).toBeVisible();
});
