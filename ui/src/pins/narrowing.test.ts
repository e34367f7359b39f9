import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../App.svelte";
import type { PinQuery, PinRow, ResultSet, SavedSearch, UnpinnedRow } from "../bindings";
import { visibleText } from "../lib/visibleText";
import { NO_FILTERS } from "./filters";
import { aGroup, aPin, aStart, enginePins } from "./fakePins";

beforeEach(() => void Object.assign(window, { innerWidth: 1280 }));

async function open(rows: PinRow[], answers: ReturnType<typeof enginePins>["answers"] = {}) {
  const engine = enginePins(rows);
  Object.assign(engine.answers, answers);
  render(App, { props: { start: aStart() } });
  await screen.findByRole("grid", { name: "Pins" });
  const asked = () => engine.of("pins_open").at(-1)!.query as PinQuery;
  return { engine, asked, user: userEvent.setup() };
}

const button = (name: string | RegExp) => screen.findByRole("button", { name });

/** Floating parts have no place in jsdom, and count as hidden there. */
const hidden = true;

async function choose(user: ReturnType<typeof userEvent.setup>, facet: string) {
  (await button("Filter")).focus();
  await user.keyboard("{Enter}");
  const items = await screen.findAllByRole("menuitem", { hidden });
  await user.click(items.find((item) => item.textContent?.trim() === facet)!);
}

async function addFilter(user: ReturnType<typeof userEvent.setup>, facet: string) {
  await choose(user, facet);
  return within(await screen.findByLabelText(`${facet} filter`));
}

test("a condition stands as a chip, is part of the question, and can be removed", async () => {
  const { asked, user } = await open([aPin(1)]);
  const form = await addFilter(user, "Key-value");
  await user.type(form.getByLabelText("Key"), "edition");
  await user.selectOptions(form.getByLabelText("Its value"), "is between");
  await user.type(form.getByLabelText("From"), "3");
  await user.type(form.getByLabelText("To"), "12{Enter}");
  expect(await button(/^edition/)).toBeVisible();
  expect(asked().filters.keyvalues).toEqual([{ key: "edition", operator: "between", value: "3", to: "12", anyCase: false }]);
  await user.click(await button("Remove the filter edition is between 3 and 12"));
  await waitFor(() => expect(asked().filters).toEqual(NO_FILTERS));
});

test("a media type is asked for exactly, and a key-value in any case where that is ticked", async () => {
  const { asked, user } = await open([aPin(1)]);
  const type = await addFilter(user, "Media type");
  const field = type.getByLabelText("Exactly as the service says it");
  await user.type(field, "{Enter}");
  expect(type.getByText("A media type is written as image/png.")).toBeInTheDocument();
  await user.type(field, " image/png {Enter}");
  await waitFor(() => expect(asked().filters.mime).toBe("image/png"));
  const form = await addFilter(user, "Key-value");
  await user.type(form.getByLabelText("Key"), "paper");
  await user.click(form.getByLabelText("Upper and lower case are alike"));
  await user.type(form.getByLabelText("Value"), "baryta{Enter}");
  await waitFor(() =>
    expect(asked().filters.keyvalues).toEqual([{ key: "paper", operator: "is", value: "baryta", to: "", anyCase: true }]),
  );
  await user.click(await button("Remove the filter paper is baryta, upper and lower case alike"));
  await user.click(await button("Remove the filter Media type image/png"));
  await waitFor(() => expect(asked().filters).toEqual(NO_FILTERS));
});

test("a size that is none is said beside its field, and nothing is asked", async () => {
  const { engine, asked, user } = await open([aPin(1)]);
  const form = await addFilter(user, "Size");
  const before = engine.of("pins_open").length;
  const least = form.getByLabelText("At least");
  await user.type(least, "much{Enter}");
  expect(form.getByText("A size is a number with its unit, as 10 MB.")).toBeInTheDocument();
  expect(engine.of("pins_open")).toHaveLength(before);
  await user.clear(least);
  await user.type(least, "1.5 MB{Enter}");
  await waitFor(() => expect(asked().filters.sizeMin).toBe(1_500_000));
});

test("where nothing is left, the conditions are named and the one to drop is offered", async () => {
  const { engine, asked, user } = await open([aPin(1)]);
  const answer = engine.answers.pins_open!;
  engine.answers.pins_open = (args) => {
    const set = answer(args) as ResultSet;
    const narrowed = (args.query as PinQuery).filters.duplicates;
    return narrowed ? { ...set, total: 0, rows: [], without: [{ facet: "duplicates", at: 0, total: 7 }] } : set;
  };
  await choose(user, "Duplicates");
  expect(await screen.findByText("No pins with duplicates")).toBeVisible();
  await user.click(await button("Drop “kept more than once”: 7 match"));
  expect(await screen.findByRole("grid", { name: "Pins" })).toBeVisible();
  expect(asked().filters.duplicates).toBe(false);
});

test("a search is kept under a name, asked again from the side bar, and brought back after it was removed", async () => {
  let kept: SavedSearch[] = [];
  const { asked, user } = await open([aPin(1), aPin(2)], {
    pins_saved: () => kept,
    pins_save: ({ name, query }) => (kept = [{ id: 1, name: name as string, query: query as PinQuery, total: 1 }]),
    pins_forget: () => (kept = []),
  });
  await user.keyboard("/");
  await user.keyboard("pin-2");
  await user.click(await button("Save this search"));
  await user.type(await screen.findByLabelText("Name of the search"), "Second ones{Enter}");
  const entry = await button(/^Second ones 1$/);
  await user.click(screen.getAllByRole("button", { name: "Clear the search" })[0]!);
  await waitFor(() => expect(asked().text).toBe(""));
  await user.click(entry);
  await waitFor(() => expect(asked().text).toBe("pin-2"));
  expect(entry).toHaveAttribute("aria-current", "page");
  entry.focus();
  await user.keyboard("{Delete}");
  await waitFor(() => expect(entry).not.toBeInTheDocument());
  await user.click(await button("Undo"));
  expect(await button(/^Second ones 1$/)).toBeVisible();
});

const gone = (id: number, with_: Partial<UnpinnedRow> = {}): UnpinnedRow => ({
  serviceId: `s${id}`,
  cid: aPin(id).cid,
  name: `gone-${id}.tif`,
  size: 1000,
  keyvalues: [["paper", "Baryta"]],
  pinnedAt: 1_600_000_000_000,
  unpinnedAt: 1_700_000_000_000,
  folder: false,
  mime: null,
  pinnedNow: false,
  ...with_,
});

test("what was unpinned is read page by page, narrowed by its dates, and asked for again with its name and key-values", async () => {
  const { engine, user } = await open([aPin(1)], {
    pins_unpinned: ({ after }) => (after === null ? { rows: [gone(1)], next: "p2" } : { rows: [gone(2, { pinnedNow: true })], next: null }),
  });
  await user.click(screen.getByRole("radio", { name: "Unpinned" }));
  expect(await screen.findByRole("row", { name: /gone-1\.tif/ })).toBeVisible();
  await user.click(await button("Read more"));
  expect(await screen.findByRole("row", { name: /gone-2\.tif.*Pinned now/ })).toBeVisible();
  expect(screen.queryByRole("button", { name: "Read more" })).toBeNull();
  await user.click(await button("Pin again, gone-1.tif"));
  const options = { name: "gone-1.tif", keyvalues: [["paper", "Baryta"]], group: null, hostNodes: [] };
  expect(engine.of("jobs_import")).toEqual([{ text: aPin(1).cid, list: null, options }]);
  expect(await screen.findByText("Asked for")).toBeVisible();

  const form = await addFilter(user, "Unpinned");
  await user.type(form.getByLabelText("Since"), "2025-04-18{Enter}");
  const last = () => engine.of("pins_unpinned").at(-1)!;
  const since = new Date(2025, 3, 18).getTime();
  await waitFor(() => expect(last()).toMatchObject({ query: { alsoPinned: false, filters: { unpinnedFrom: since } }, after: null }));
  await user.click(screen.getByRole("radio", { name: "Both" }));
  await waitFor(() => expect(last()).toMatchObject({ query: { alsoPinned: true, filters: { unpinnedFrom: since } } }));
});

test("an answer about what was unpinned that was overtaken is dropped", async () => {
  const waiting: ((page: unknown) => void)[] = [];
  const { user } = await open([aPin(1)], { pins_unpinned: () => new Promise((resolve) => waiting.push(resolve)) });
  await user.click(screen.getByRole("radio", { name: "Unpinned" }));
  await waitFor(() => expect(waiting).toHaveLength(1));
  await user.click(screen.getByRole("radio", { name: "Both" }));
  await waitFor(() => expect(waiting).toHaveLength(2));
  waiting[1]!({ rows: [gone(2)], next: null });
  expect(await screen.findByRole("row", { name: /gone-2/ })).toBeVisible();
  waiting[0]!({ rows: [gone(1)], next: null });
  await new Promise((resolve) => setTimeout(resolve));
  expect(screen.queryByRole("row", { name: /gone-1/ })).toBeNull();
});

test("a private pin has no public link; its temporary one goes to the clipboard by Rust", async () => {
  const engine = enginePins([aPin(1, { network: "private" })], null);
  render(App, { props: { start: aStart() } });
  const user = userEvent.setup();
  const pane = within(await screen.findByRole("complementary", { name: "Details" }));
  expect(await pane.findByText("Private: opened by a link that works for 10 minutes")).toBeVisible();
  expect(within(await screen.findByRole("row", { name: /pin-1/ })).getByRole("img", { name: "private" })).toBeVisible();
  expect(pane.queryByRole("button", { name: "Copy the link" })).toBeNull();
  await user.click(pane.getByRole("button", { name: "Copy a link that works for 10 minutes" }));
  await user.click(pane.getByRole("button", { name: "Copy link" }));
  expect(engine.of("pins_copy_temporary")).toEqual([{ id: 1 }, { id: 1 }]);
  expect(engine.of("pins_copy")).toHaveLength(0);
  expect((await screen.findAllByText("Copied a link that works for 10 minutes"))[0]).toBeVisible();
});

test("the details tell the past, every account, and the service's record once it is asked for", async () => {
  const { engine, user } = await open([aPin(1)]);
  const answer = engine.answers.pins_details!;
  engine.answers.pins_details = (args) => ({
    ...(answer(args) as object),
    past: [{ kind: "edited", at: 1_700_000_000_000, sentence: "Renamed to “<b>dusk</b>”." }],
    presence: [
      { account: "p1", label: "Northlight", state: "pinned", pinnedAt: 1_700_000_000_000, asOf: null },
      { account: "p2", label: "Backup", state: "absent", pinnedAt: null, asOf: 1_700_000_000_000 },
      { account: "p3", label: "New one", state: "unknown", pinnedAt: null, asOf: null },
    ],
  });
  engine.answers.pins_record = () => '{\n  "name": "\u202egnp.exe"\n}';
  await user.click(await screen.findByRole("row", { name: /pin-1/ }));
  await engine.emit("changed", { noun: "pin", revision: 1, ids: [1] });
  const pane = within(await screen.findByRole("complementary", { name: "Details" }));
  expect(await pane.findByText("Renamed to “<b>dusk</b>”.")).toBeVisible();
  expect(pane.getByText(/^Not in its list, as of/)).toBeVisible();
  expect(pane.getByText("Not known: its list was never read")).toBeVisible();
  expect(engine.of("pins_record")).toHaveLength(0);
  await user.click(pane.getByRole("button", { name: "Show the record" }));
  const record = await pane.findByLabelText("Record as the service gives it");
  expect(record.textContent).not.toContain("\u202e");
  await user.click(pane.getByRole("button", { name: "Copy the record" }));
  expect(engine.of("pins_copy_record")).toEqual([{ id: 1 }]);
});

test("a group is made with its flag, shows its pins, is renamed, and is removed only after a yes", async () => {
  let groups = [aGroup(1, { name: "Prints", pins: 2 })];
  const { engine, asked, user } = await open([aPin(1)], {
    groups_list: () => ({ offered: true, problem: null, groups }),
    groups_create: ({ name }) => (groups = [...groups, aGroup(2, { name: name as string })]).at(-1),
    groups_edit: ({ name }) => (groups = [aGroup(1, { name: name as string }), groups[1]!])[0],
    groups_delete: () => void (groups = groups.slice(1)),
  });
  await user.click(await button("New group"));
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "Sound");
  await user.click(screen.getByRole("checkbox", { name: "Anyone may see which files are in it, without a key" }));
  await user.click(await button("Make the group"));
  expect(engine.of("groups_create")).toEqual([{ name: "Sound", network: "public", seen: true }]);
  expect(await button(/^Sound/)).toBeVisible();

  const entry = await button(/^Prints/);
  await user.click(entry);
  await waitFor(() => expect(asked().filters.group).toEqual({ group: "g1" }));
  entry.focus();
  await user.keyboard("{F2}");
  const name = await screen.findByRole("textbox", { name: "Name" });
  await user.clear(name);
  await user.type(name, "Large prints{Enter}");
  const renamed = await button(/^Large prints/);
  renamed.focus();
  await user.keyboard("{Delete}");
  expect(await screen.findByText(/no pin is in it|stay pinned/i)).toBeVisible();
  expect(engine.of("groups_delete")).toHaveLength(0);
  await user.click(await button("Remove the group"));
  await waitFor(() => expect(engine.of("groups_delete")).toEqual([{ id: 1 }]));
  await waitFor(() => expect(asked().filters.group).toBeNull());
});

test("rows that are dragged on a group are put into it, and Escape on the way leaves them", async () => {
  const { engine, user } = await open([aPin(1), aPin(2)], {
    groups_list: () => ({ offered: true, problem: null, groups: [aGroup(1, { name: "Prints" })] }),
  });
  const entry = await button(/^Prints/);
  vi.spyOn(entry, "getBoundingClientRect").mockReturnValue(new DOMRect(0, 300, 200, 28));
  const row = await screen.findByRole("row", { name: /pin-2\.tif/ });
  const drag = () =>
    user.pointer([
      { keys: "[MouseLeft>]", target: row, coords: { clientX: 500, clientY: 90 } },
      { target: document.body, coords: { clientX: 100, clientY: 310 } },
    ]);
  await drag();
  expect(await screen.findByText("Add 1 pin to Prints")).toBeVisible();
  await user.keyboard("{Escape}");
  expect(screen.queryByText("Add 1 pin to Prints")).toBeNull();
  await user.pointer("[/MouseLeft]");
  expect(engine.of("changes_start")).toHaveLength(0);
  await drag();
  await user.pointer("[/MouseLeft]");
  await waitFor(() => expect(engine.of("changes_start")).toHaveLength(1));
  expect(engine.of("changes_start")[0]).toMatchObject({
    selection: { ranges: [[1, 1]] },
    what: { kind: "add_to_group", group: "g1" },
  });
  expect(within(await screen.findByRole("region", { name: "Notifications" })).getByText("1 pin is in Prints")).toBeVisible();
});

test("hostile names of groups are shown as what they are, each in a direction of its own", async () => {
  const names = ["\u05d0\u05d1 (1).tif", "x".repeat(300), "six\nlines\nof\none\nname\nhere", "\u202egnp.exe"];
  const groups = names.map((name, at) => aGroup(at + 1, { name }));
  const { user } = await open([aPin(1)], { groups_list: () => ({ offered: true, problem: null, groups }) });
  const form = await addFilter(user, "Group");
  for (const name of names) expect(form.getByText(visibleText(name))).toHaveClass("foreign");
  await user.click(form.getByText(visibleText(names[3]!)));
  expect((await screen.findAllByText(visibleText(names[3]!), { selector: "b" }))[0]).toHaveClass("foreign");
  expect(document.body.textContent).not.toContain("\u202e");
});
