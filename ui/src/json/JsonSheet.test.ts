import { fireEvent, render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../App.svelte";
import type { JsonLook } from "../bindings";
import { clock } from "../lib/clock.svelte";
import { aStart, pinata } from "../pins/fakePins";
import { commandError, fakeEngine } from "../uploads/fakeEngine";
import { EDITABLE, inPieces, placeOf } from "./json.svelte";

beforeEach(() => void Object.assign(window, { innerWidth: 1280 }));

const CID = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
const good = (with_: Partial<JsonLook> = {}): JsonLook => ({
  bytes: 7,
  fault: null,
  refusal: null,
  note: null,
  rewritten: null,
  cid: CID,
  ...with_,
});

/** An engine that keeps one text, and says of it what is asked here. */
async function open(
  look: (text: string) => JsonLook = () => good(),
  opened: { name: string; text: string } | null = null,
  account = pinata,
) {
  const held = { text: "", arriving: "", draft: 0 };
  const draft = (text: string, name: string | null = null) => {
    held.text = text;
    return { id: `d${(held.draft += 1)}`, name, bytes: text.length };
  };
  const engine = fakeEngine({
    json_start: () => draft(""),
    json_pick: () => (opened ? draft(opened.text, opened.name) : null),
    json_write: ({ piece, text, last }) => {
      held.arriving = (piece === 0 ? "" : held.arriving) + (text as string);
      if (last) held.text = held.arriving;
      return null;
    },
    json_read: ({ from }) => {
      const text = held.text.slice(from as number, (from as number) + 60_000);
      const next = (from as number) + text.length;
      return { text, next: next < held.text.length ? next : null };
    },
    json_tidy: ({ how }) => draft(how === "lines" ? '{\n  "a": 1\n}' : '{"a":1}'),
    json_look: () => look(held.text),
    json_pin: () => 1,
    uploads_places: () => ({
      groups: [{ id: "g1", name: "Site" }],
      privateGroups: [{ id: "g2", name: "Prints" }],
      private: true,
      problem: null,
    }),
  });
  render(App, { props: { start: aStart({ accounts: [account] }) } });
  const user = userEvent.setup();
  await user.keyboard("{Control>}{Shift>}J{/Shift}{/Control}");
  const sheet = within(await screen.findByRole("dialog", { name: "Pin JSON" }));
  const field = sheet.getByRole<HTMLTextAreaElement>("textbox", { name: "Text" });
  return { engine, held, user, sheet, field };
}

const type = (field: HTMLElement, value: string) => fireEvent.input(field, { target: { value } });

test("what is typed is valid with its CID before anything is sent, and goes to the queue under its name", async () => {
  const { engine, held, user, sheet, field } = await open();
  expect(sheet.getByText(/Up to 10 MB/)).toBeVisible();
  await waitFor(() => expect(field).toHaveFocus());
  expect(sheet.getByRole("button", { name: "Pin JSON" })).toBeDisabled();
  await type(field, '{"a":1}');
  expect(await sheet.findByText(CID)).toBeVisible();
  expect(sheet.getByText("Valid, 7 B")).toBeVisible();
  expect(held.text).toBe('{"a":1}');
  await user.type(sheet.getByRole("textbox", { name: "Name" }), "tokens");
  await user.click(sheet.getByRole("button", { name: "Pin JSON" }));
  const wish = { name: "tokens", keyvalues: [], group: null, network: "public", expires: null };
  await waitFor(() => expect(engine.of("json_pin")).toEqual([{ draft: "d1", wish }]));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(
    await within(await screen.findByRole("region", { name: "Notifications" })).findByText("Queued JSON for Northlight Studio"),
  ).toBeVisible();
});

test("group, network and end are chosen where the account has them, and belong to that text", async () => {
  const { engine, user, sheet, field } = await open();
  await type(field, "[1]");
  await sheet.findByText(CID);
  await user.click(await sheet.findByRole("radio", { name: "Only this account" }));
  await user.selectOptions(sheet.getByRole("combobox", { name: "Group" }), "Prints");
  await user.selectOptions(sheet.getByRole("combobox", { name: "Expires" }), "On a date");
  await user.type(sheet.getByRole("textbox", { name: "Date" }), "2001-02-03");
  expect(sheet.getByRole("alert")).toHaveTextContent("A date that is still to come");
  expect(sheet.getByRole("button", { name: "Pin JSON" })).toBeDisabled();
  await user.selectOptions(sheet.getByRole("combobox", { name: "Expires" }), "In 1 week");
  await user.click(sheet.getByRole("button", { name: "Pin JSON" }));
  const group = { id: "g2", name: "Prints" };
  await waitFor(() => expect(engine.of("json_pin")).toMatchObject([{ wish: { group, network: "private" } }]));
  const { expires } = engine.of("json_pin")[0]?.wish as { expires: number };
  expect(expires - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
  expect(expires - Date.now()).toBeLessThan(7.1 * 86_400_000);
  await user.keyboard("{Control>}{Shift>}J{/Shift}{/Control}");
  const again = within(await screen.findByRole("dialog", { name: "Pin JSON" }));
  expect(again.getByRole("combobox", { name: "Expires" })).toHaveValue("never");
  expect(await again.findByRole("radio", { name: /^(Everyone|This computer)$/ })).toBeChecked();
});

test("a day that ends between typing and clicking is refused where it stands, and the text is not kept for ever", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(2027, 3, 18, 23, 59, 30) });
  try {
    const { engine, user, sheet, field } = await open();
    await type(field, "[1]");
    await sheet.findByText(CID);
    await user.selectOptions(sheet.getByRole("combobox", { name: "Expires" }), "On a date");
    await user.type(sheet.getByRole("textbox", { name: "Date" }), "2027-04-18");
    expect(sheet.getByRole("button", { name: "Pin JSON" })).toBeEnabled();
    vi.setSystemTime(new Date(2027, 3, 19, 0, 0, 1));
    await user.click(sheet.getByRole("button", { name: "Pin JSON" }));
    expect(await sheet.findByRole("alert")).toHaveTextContent("A date that is still to come");
    expect(sheet.getByRole("textbox", { name: "Date" })).toHaveAttribute("aria-invalid", "true");
    expect(sheet.getByRole("button", { name: "Pin JSON" })).toBeDisabled();
    expect(engine.of("json_pin")).toEqual([]);
  } finally {
    vi.useRealTimers();
    clock.look();
  }
});

test("an end that the account may no longer give its pins is not sent, as its field is not there any more", async () => {
  const { engine, user, sheet, field } = await open();
  await type(field, "[1]");
  await sheet.findByText(CID);
  await user.selectOptions(sheet.getByRole("combobox", { name: "Expires" }), "In 1 week");
  engine.answers.accounts_list = () => [{ ...pinata, expiry: false }];
  await engine.emit("changed", { noun: "account", revision: 1, ids: null });
  await waitFor(() => expect(sheet.queryByRole("combobox", { name: "Expires" })).toBeNull());
  await user.click(sheet.getByRole("button", { name: "Pin JSON" }));
  await waitFor(() => expect(engine.of("json_pin")).toMatchObject([{ wish: { expires: null } }]));
});

test.each([
  ["its account says so", { ...pinata, noUploads: "The key may not upload." }, good()],
  [
    "the service writes the text again",
    pinata,
    good({ rewritten: { beginning: "[1]", cut: false, bytes: 3, sentence: "Pinata reads the text and writes it again." } }),
  ],
])("a key that may pin JSON and nothing else is not offered the private network: %s", async (_, account, look) => {
  const { sheet, field } = await open(() => look, null, account);
  await type(field, "[1]");
  await sheet.findByText(CID);
  expect(await sheet.findByText("Everyone: this key may pin JSON and no files, and that is always public.")).toBeVisible();
  expect(sheet.queryByRole("radio", { name: "Only this account" })).toBeNull();
});

test("a click on the word beside a field leads into the field", async () => {
  const { user, sheet } = await open();
  await user.click(sheet.getByText("Name"));
  expect(sheet.getByRole("textbox", { name: "Name" })).toHaveFocus();
});

test("a fault is told with its place, which a button leads to, and nothing can be pinned", async () => {
  const fault = { line: 2, column: 3, sentence: "Line 2, column 3: a value should stand here.", tidies: false };
  const { user, sheet, field } = await open(() => good({ fault, cid: null }));
  await type(field, "{\nä:x}");
  expect(await sheet.findByText(fault.sentence)).toBeVisible();
  expect(field).toHaveAttribute("aria-invalid", "true");
  expect(sheet.getByRole("button", { name: "Pin JSON" })).toBeDisabled();
  await user.click(sheet.getByRole("button", { name: "Go there" }));
  expect(field).toHaveFocus();
  expect([field.selectionStart, field.selectionEnd]).toEqual([4, 5]);
});

test("a service that writes JSON again has its text shown, which is what the CID is of", async () => {
  const rewritten = { beginning: '{"2":[],"b":1}', cut: false, bytes: 14, sentence: "Pinata reads the text and writes it again." };
  const { sheet, field } = await open(() => good({ rewritten }));
  await type(field, '{ "b": 1.0, "2": [] }');
  expect(await sheet.findByRole("region", { name: "What will be pinned" })).toHaveTextContent('{"2":[],"b":1}');
  expect(sheet.getByText("Valid, 14 B")).toBeVisible();
});

test("a refusal, the limit among them, is told where the text is", async () => {
  const refusal = "JSON up to 10 MB can be pinned here, and this is more.";
  const { sheet, field } = await open(() => good({ refusal, cid: null }));
  await type(field, "[]");
  expect(await sheet.findByText(refusal)).toBeVisible();
  expect(sheet.getByRole("button", { name: "Pin JSON" })).toBeDisabled();
});

test("a file is opened with its name, and formatted", async () => {
  const { engine, user, sheet, field } = await open(undefined, { name: "tokens.json", text: '{"a" :1}' });
  await user.click(sheet.getByRole("button", { name: "Open file…" }));
  await waitFor(() => expect(field).toHaveValue('{"a" :1}'));
  expect(sheet.getByRole("textbox", { name: "Name" })).toHaveValue("tokens.json");
  await user.click(sheet.getByRole("button", { name: "Format" }));
  await waitFor(() => expect(field).toHaveValue('{\n  "a": 1\n}'));
  expect(engine.of("json_tidy").at(-1)).toMatchObject({ how: "lines" });
  await user.click(sheet.getByRole("button", { name: "One line" }));
  await waitFor(() => expect(field).toHaveValue('{"a":1}'));
});

test("a text too long to edit here is sent whole in pieces, and its beginning is shown", async () => {
  const long = `"${"x".repeat(EDITABLE)}"`;
  const { engine, held, sheet, field } = await open((text) => good({ bytes: text.length }));
  await type(field, long);
  expect(await sheet.findByText(/too long to edit here \(200 kB\)/)).toBeVisible();
  expect(field).toHaveAttribute("readonly");
  expect(field.value.length).toBeLessThan(long.length);
  expect(held.text).toBe(long);
  for (const { text } of engine.of("json_write")) expect((text as string).length).toBeLessThanOrEqual(40_000);
});

test("what was typed is still there when the sheet is opened again, and a failure stays in it", async () => {
  const { engine, user, sheet, field } = await open();
  await type(field, "[1]");
  await sheet.findByText(CID);
  engine.answers.json_pin = () => {
    throw commandError("disk_full", "The disk that holds Pinfold's data is full.");
  };
  await user.click(sheet.getByRole("button", { name: "Pin JSON" }));
  expect(await sheet.findByRole("alert")).toHaveTextContent("The disk that holds Pinfold's data is full.");
  await user.click(sheet.getByRole("button", { name: "Cancel" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.click(screen.getByRole("button", { name: "Uploads" }));
  await user.click(await screen.findByRole("button", { name: /^Pin JSON/ }));
  expect(await screen.findByRole("textbox", { name: "Text" })).toHaveValue("[1]");
});

test("the sheet passes axe", async () => {
  const { sheet, field } = await open();
  await type(field, "[1]");
  await sheet.findByText(CID);
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
});

test("no letter is cut in two between pieces", () => {
  expect(inPieces("")).toEqual([""]);
  expect(inPieces("ab😀c", 3)).toEqual(["ab", "😀c"]);
  expect(inPieces("abcdef", 3)).toEqual(["abc", "def"]);
});

test("a place is found by line and column in characters", () => {
  expect(placeOf("{\nä:x}", 2, 3)).toBe(4);
  expect(placeOf('["😀"x]', 1, 5)).toBe(5);
  expect(placeOf("[", 1, 2)).toBe(1);
});
