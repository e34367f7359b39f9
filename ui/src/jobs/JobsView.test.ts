import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeEach, expect, test } from "vitest";
import App from "../App.svelte";
import type { JobRow, Pasted } from "../bindings";
import { aGroup, aStart } from "../pins/fakePins";
import { commandError } from "../uploads/fakeEngine";
import { aJob, engineJobs, pasted } from "./fakeJobs";

beforeEach(() => void Object.assign(window, { innerWidth: 1280 }));

async function open(rows: JobRow[], said?: Pasted) {
  const engine = engineJobs(rows, said);
  render(App, { props: { start: aStart() } });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: /^Import from IPFS/ }));
  await screen.findByRole("heading", { level: 1, name: "Import from IPFS" });
  return { engine, user };
}

const box = () => screen.getByRole("textbox", { name: /^CIDs, gateway links/ });

test("the paste box has the focus, and without jobs the screen says what it is for", async () => {
  await open([]);
  expect(box()).toHaveFocus();
  expect(await screen.findByText(/Paste a CID or a gateway link above/)).toBeVisible();
  expect(screen.getByRole("button", { name: "Pin" })).toBeDisabled();
});

test("what is pasted is said line by line, and only what is ready is asked for", async () => {
  const text = "bafyone\nQmTzQ1";
  const said = pasted({
    ready: 2,
    pinned: 1,
    wrong: 1,
    lines: [{ kind: "wrong", sentence: "Line 2 is 2 characters short of a CID.", start: 8, end: 14 }],
  });
  const { engine, user } = await open([], said);
  await user.click(box());
  await user.paste(text);
  expect(await screen.findByText("Line 2 is 2 characters short of a CID.")).toBeVisible();
  expect(screen.getByText("2 can be pinned")).toBeVisible();
  expect(screen.getByText("1 is pinned already")).toBeVisible();
  expect(box()).toHaveAccessibleDescription(/Line 2 is 2 characters short/);
  await user.type(screen.getByRole("textbox", { name: "Name" }), "Edition 4");
  await user.type(screen.getByRole("textbox", { name: /^Address/ }), "/ip4/203.0.113.40");
  await user.click(screen.getByRole("button", { name: "Pin 2" }));
  await waitFor(() =>
    expect(engine.of("jobs_import")).toEqual([
      { text, list: null, options: { name: "Edition 4", keyvalues: [], group: null, hostNodes: ["/ip4/203.0.113.40"] } },
    ]),
  );
  await waitFor(() => expect(box()).toHaveValue(""));
});

test("a text that a message cannot carry is not sent, whatever its letters are, and what to do is said", async () => {
  const { engine } = await open([], pasted({ ready: 1 }));
  const paste = async (text: string) => {
    await fireEvent.input(box(), { target: { value: text } });
    await waitFor(() => expect(box()).toHaveValue(text));
  };
  for (const letter of ["漢", "\u0001", '"']) {
    await paste(letter.repeat(150_000));
    expect(await screen.findByText(/^This is more text than goes in at once\. Save it as a file/)).toBeVisible();
    expect(screen.getByRole("button", { name: "Pin" })).toBeDisabled();
  }
  expect(engine.of("jobs_look_at")).toEqual([]);
  const most = "漢".repeat(68_000);
  await paste(most);
  await waitFor(() => expect(engine.of("jobs_look_at")).toEqual([{ text: most }]));
  expect(new TextEncoder().encode(JSON.stringify({ text: most })).length).toBeLessThan(256 * 1024);
});

test("what is asked for goes into a public group of the account, where one is chosen", async () => {
  const engine = engineJobs([], pasted({ ready: 1 }));
  const list = [aGroup(1, { name: "Prints" }), aGroup(2, { name: "Contracts", network: "private" })];
  engine.answers.groups_list = () => ({ offered: true, problem: null, groups: list });
  render(App, { props: { start: aStart() } });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: /^Import from IPFS/ }));
  const group = await screen.findByRole("combobox", { name: "Group" });
  expect(within(group).queryByText("Contracts")).toBeNull();
  await user.click(box());
  await user.paste("bafyone");
  await user.selectOptions(group, "Prints");
  await user.click(await screen.findByRole("button", { name: "Pin 1" }));
  await waitFor(() => expect(engine.of("jobs_import")).toMatchObject([{ options: { group: "g1" } }]));
  await waitFor(() => expect(group).toHaveDisplayValue("No group"));
});

test("an address that is none is said beside it, and nothing is asked for", async () => {
  const { engine, user } = await open([]);
  await user.click(box());
  await user.paste("bafyone");
  await user.type(screen.getByRole("textbox", { name: /^Address/ }), "203.0.113.40");
  expect(await screen.findByText("An address is a multiaddress.")).toBeVisible();
  expect(await screen.findByRole("button", { name: "Pin 1" })).toBeDisabled();
  expect(engine.of("jobs_import")).toEqual([]);
});

test("an import that fails keeps the text and says why", async () => {
  const { engine, user } = await open([]);
  engine.answers.jobs_import = () => {
    throw commandError("offline", "Pinata cannot be reached. Check the connection.");
  };
  await user.click(box());
  await user.paste("bafyone");
  await screen.findByRole("button", { name: "Pin 1" });
  await user.keyboard("{Control>}{Enter}{/Control}");
  expect(await screen.findByText(/Pinata cannot be reached/)).toBeVisible();
  expect(box()).toHaveValue("bafyone");
});

test("a list from a file is shown with what it holds and goes with the text", async () => {
  const { engine, user } = await open([]);
  engine.answers.jobs_pick_list = () => ({ id: "l1", name: "cids.txt", pasted: pasted({ ready: 1204, wrong: 3 }) });
  await user.click(screen.getByRole("button", { name: "From a file…" }));
  const list = within(await screen.findByRole("group", { name: "List from a file" }));
  expect(list.getByText("cids.txt")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Pin 1,204" }));
  await waitFor(() => expect(engine.of("jobs_import")[0]).toMatchObject({ text: "", list: "l1" }));
});

test("a job says how it stands and offers its one next step", async () => {
  const jobs = [
    aJob(1, {
      name: "poster.png",
      state: "expired",
      ended: true,
      sentence: "No one on IPFS offered these blocks for a day.",
      beside: "You have a copy at Pictures/poster.png",
      step: "upload_copy",
      stepWords: "Upload the copy",
    }),
    aJob(2, { state: "retrieving", sentence: "Found. Pinata is fetching it.", beside: "", step: null, stepWords: "" }),
  ];
  const { engine, user } = await open(jobs);
  const row = within(await screen.findByRole("row", { name: /poster\.png/ }));
  expect(row.getByText("No one on IPFS offered these blocks for a day.")).toBeVisible();
  expect(row.getByText("You have a copy at Pictures/poster.png")).toBeVisible();
  expect(within(screen.getByRole("row", { name: /open-archive-2/ })).getByText("Nothing to do")).toBeVisible();
  expect(screen.getByRole("button", { name: "Import from IPFS 2" })).toBeVisible();
  await user.click(row.getByRole("button", { name: "Upload the copy" }));
  await waitFor(() => expect(engine.of("jobs_upload_copy")).toEqual([{ id: 1 }]));
});

test("another address is checked line by line before it is asked for again", async () => {
  const { engine, user } = await open([
    aJob(1, { state: "bad_host_node", hostNodes: ["/ip4/1"], step: "change_address", stepWords: "Change address" }),
  ]);
  await user.click(await screen.findByRole("button", { name: "Change address" }));
  const sheet = within(await screen.findByRole("dialog", { name: "Who has it" }));
  await user.type(sheet.getByRole("textbox"), "\nhouse");
  expect(await sheet.findByText("Line 2: An address is a multiaddress.")).toBeVisible();
  expect(sheet.getByRole("button", { name: "Ask again" })).toBeDisabled();
  await user.clear(sheet.getByRole("textbox"));
  await user.type(sheet.getByRole("textbox"), "/ip4/2");
  await waitFor(() => expect(sheet.getByRole("button", { name: "Ask again" })).toBeEnabled());
  await user.click(sheet.getByRole("button", { name: "Ask again" }));
  await waitFor(() => expect(engine.of("jobs_retry")).toEqual([{ id: 1, hostNodes: ["/ip4/2"] }]));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("the keyboard moves through the jobs, takes the next step, cancels and clears", async () => {
  const done = aJob(2, { state: "cancelled", ended: true, canCancel: false, canClear: true, step: "retry", stepWords: "Ask again" });
  const { engine, user } = await open([aJob(1), done]);
  const grid = await screen.findByRole("grid", { name: "Import jobs" });
  expect(grid).toHaveAttribute("aria-rowcount", "3");
  grid.focus();
  await user.keyboard("{Delete}");
  await waitFor(() => expect(engine.of("jobs_cancel")).toEqual([{ id: 1 }]));
  await user.keyboard("{ArrowDown}{Enter}");
  await waitFor(() => expect(engine.of("jobs_retry")).toEqual([{ id: 2, hostNodes: null }]));
  await user.keyboard("{Delete}");
  await waitFor(() => expect(engine.of("jobs_clear")).toEqual([{ id: 2 }]));
});

test("the list is filtered by state and by CID, and turned round", async () => {
  const { engine, user } = await open([aJob(1), aJob(2, { state: "expired", ended: true })]);
  await user.selectOptions(await screen.findByRole("combobox", { name: "State" }), "Not found in a day");
  await waitFor(() => expect(screen.queryByRole("row", { name: /open-archive-1/ })).toBeNull());
  await user.click(screen.getByRole("button", { name: "Newest first" }));
  await user.type(screen.getByRole("searchbox", { name: "Search jobs" }), "zzz");
  expect(await screen.findByText("No job like this")).toBeVisible();
  expect(engine.of("jobs_rows").at(-1)?.query).toEqual({ filter: "expired", text: "zzz", oldestFirst: true });
});

test("a list that could not be read is said, and what was known stays", async () => {
  const { engine, user } = await open([aJob(1)]);
  await screen.findByRole("row", { name: /open-archive-1/ });
  engine.held.problem = "Pinata cannot be reached. Check the connection.";
  await user.click(screen.getByRole("button", { name: /^Refresh/ }));
  expect(await screen.findByText(/Pinata cannot be reached.*known before/)).toBeVisible();
  expect(screen.getByRole("row", { name: /open-archive-1/ })).toBeVisible();
});

test("a pause that the service wants is no alarm", async () => {
  const hold = { code: "rate_limited", sentence: "Pinata asked to wait between requests.", until: null } as const;
  const [account] = aStart().accounts;
  if (!account) throw new Error("an account");
  const engine = engineJobs([aJob(1)]);
  engine.held.problem = hold.sentence;
  render(App, { props: { start: aStart({ accounts: [{ ...account, hold }] }) } });
  await userEvent.setup().click(await screen.findByRole("button", { name: /^Import from IPFS/ }));
  const told = await screen.findByText(/asked to wait.*known before/);
  expect(told.closest('[role="status"]')).not.toBeNull();
  expect(told.closest('[role="alert"]')).toBeNull();
});

test("hostile names change nothing but themselves, and axe finds nothing", async () => {
  const name = "\u202Egnp.exe<img src=x onerror=alert(1)>";
  await open([aJob(1, { name, sentence: "Pinata calls its state “\u202Ex”." })]);
  await screen.findByRole("row", { name: /Searching/ });
  expect(document.querySelector("img")).toBeNull();
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id, nodes }) => [id, nodes.map((node) => node.html)])).toEqual([]);
});
