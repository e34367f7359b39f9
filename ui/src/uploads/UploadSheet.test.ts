import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Accounts } from "../accounts/accounts.svelte";
import type { AccountRow, Drop } from "../bindings";
import DropOverlay from "../drops/DropOverlay.svelte";
import { Drops } from "../drops/drops.svelte";
import { clock } from "../lib/clock.svelte";
import { visibleText } from "../lib/visibleText";
import { aDrop, anAccount, anItem, commandError, deferred, fakeEngine } from "./fakeEngine";
import FakeWindow from "./FakeWindow.svelte";

function open(drop: Drop, answers: Record<string, (args: Record<string, unknown>) => unknown> = {}, account: Partial<AccountRow> = {}) {
  const engine = fakeEngine({ uploads_enqueue: () => 1, ...answers });
  const accounts = new Accounts({ accounts: [anAccount(account)], active: "a1" });
  const drops = new Drops({ account: () => accounts.active, began: () => undefined, announce: () => undefined });
  render(FakeWindow, { props: { component: DropOverlay as never, accounts, drops } });
  void drops.take(drop, true);
  return { engine, accounts, drops, user: userEvent.setup(), options: () => engine.of("uploads_enqueue")[0]?.options };
}
const three = aDrop({
  itemCount: 3,
  files: 8412,
  bytes: 32_300_000_000,
  items: ["a", "b", "c"].map((name) => anItem(name, { bytes: 1 })),
  secrets: [".env", "wallet.json", "id_ed25519"],
  secretCount: 3,
  leftOut: [{ sentence: "Links are not followed.", count: 2 }],
});

test("secrets are left out unless told otherwise, and the button counts what is sent", async () => {
  const { user, options } = open(three);
  expect(await screen.findByRole("dialog", { name: "Upload 3 items to Sandbox" })).toBeInTheDocument();
  expect(screen.getByRole("checkbox", { name: "Upload .env" })).not.toBeChecked();
  expect(screen.getByText(/stays on this computer only/)).toBeInTheDocument();
  expect(screen.getByText("Links are not followed.")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Upload 8,409 files" }));
  await waitFor(() => expect(options()).toMatchObject({ secrets: "leave_out", allowed: [], together: null, name: null, cidVersion: 1 }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("a secret is sent only where its own box is ticked", async () => {
  const { user, options } = open(three);
  await user.click(await screen.findByRole("checkbox", { name: "Upload wallet.json" }));
  await user.click(screen.getByRole("button", { name: "Upload 8,410 files" }));
  await waitFor(() => expect(options()).toMatchObject({ secrets: "leave_out", allowed: [1] }));
});

test("an item that looks like a secret says that it is left out, until its box is ticked", async () => {
  const { user } = open(
    aDrop({
      itemCount: 2,
      files: 2,
      bytes: 2000,
      items: [anItem("a.txt"), anItem(".env", { held: true, secret: 0 })],
      secrets: [".env"],
      secretCount: 1,
    }),
  );
  expect(await screen.findByText("1.0 kB, left out")).toBeInTheDocument();
  await user.click(screen.getByRole("checkbox", { name: "Upload .env" }));
  expect(screen.queryByText("1.0 kB, left out")).toBeNull();
  expect(screen.getAllByText("1.0 kB")).toHaveLength(2);
});

test("of two items with the same name each says for itself whether it is left out, also where its box is not told", async () => {
  const held = [0, 1].map((secret) => anItem(".env", { held: true, secret }));
  const items = [...held, anItem("late.pem", { held: true })];
  const { user } = open(aDrop({ itemCount: 3, files: 3, bytes: 3000, items, secrets: [".env", ".env"], secretCount: 3 }));
  expect(await screen.findAllByText("1.0 kB, left out")).toHaveLength(3);
  await user.click(screen.getAllByRole("checkbox", { name: "Upload .env" })[0]!);
  expect(screen.getAllByText("1.0 kB, left out")).toHaveLength(2);
  expect(screen.getAllByText("1.0 kB")).toHaveLength(1);
});

test("a yes to one secret is never taken for a yes to another of the same name when patterns change", async () => {
  const box = anItem("box", { kind: "folder", files: 40, bytes: 9_000 });
  const found = (id: string, secrets: string[]) =>
    aDrop({ id, items: [box], files: 40, bytes: 9_000, secrets, secretCount: secrets.length });
  const { engine, user } = open(found("d1", ["box/.env", "box/.env", "box/a.pem", "box/b.pem"]), {
    uploads_leave_out: () => found("d2", ["box/a.pem", "box/.env", "box/b.pem", "box/b.pem"]),
  });
  for (const name of ["box/a.pem", "box/b.pem"]) await user.click(await screen.findByRole("checkbox", { name: `Upload ${name}` }));
  await user.click(screen.getAllByRole("checkbox", { name: "Upload box/.env" })[0]!);
  await user.type(screen.getByRole("textbox", { name: "Leave out" }), "x");
  await user.click(await screen.findByRole("button", { name: "Upload 37 files" }));
  await waitFor(() => expect(engine.of("uploads_enqueue")).toMatchObject([{ drop: "d2", options: { allowed: [0] } }]));
});

test("system files are named, left out, and sent when that is chosen", async () => {
  const { user, options } = open(aDrop({ files: 40, junkCount: 38, junk: [".DS_Store", "Thumbs.db"] }));
  expect(await screen.findByText(".DS_Store, Thumbs.db")).toBeInTheDocument();
  expect(screen.getByText(/Left out: 38\./)).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Upload 2 files" })).toBeInTheDocument();
  await user.click(screen.getByRole("checkbox", { name: "Upload them too" }));
  // It does not say any more what is not so.
  expect(screen.queryByText(/Left out: 38\./)).toBeNull();
  await user.click(screen.getByRole("button", { name: "Upload 40 files" }));
  await waitFor(() => expect(options()).toMatchObject({ junk: true }));
});

test("several items become one folder with a name", async () => {
  const { user, options } = open(three);
  await user.click(await screen.findByRole("radio", { name: "One folder" }));
  const name = screen.getByRole("textbox", { name: "Folder’s name" });
  await user.clear(name);
  expect(screen.getByText("The folder needs a name.")).toBeInTheDocument();
  expect(screen.getByRole("button", { name: /^Upload 8/ })).toBeDisabled();
  await user.type(name, "Prints");
  await user.click(screen.getByRole("button", { name: /^Upload 8/ }));
  await waitFor(() => expect(options()).toMatchObject({ together: "Prints" }));
});

test("a single file takes a name, key-values, a CID version and a folder of its own", async () => {
  const { user, options } = open(aDrop());
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "dawn");
  await user.click(screen.getByRole("button", { name: "Add" }));
  await user.keyboard("paper");
  await user.type(screen.getByRole("textbox", { name: "Value of paper" }), "Baryta");
  await user.click(screen.getByRole("radio", { name: "0" }));
  await user.click(screen.getByRole("checkbox", { name: "Put it in a folder of its own" }));
  await user.click(screen.getByRole("button", { name: "Upload 1 file" }));
  await waitFor(() => expect(options()).toMatchObject({ name: "dawn", keyvalues: [["paper", "Baryta"]], cidVersion: 0, wrap: true }));
});

test("a day that ends between typing and clicking is refused where it stands, and nothing is uploaded for ever", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(2027, 3, 18, 23, 59, 30) });
  try {
    clock.look();
    const { engine, user } = open(aDrop());
    await user.selectOptions(await screen.findByRole("combobox", { name: "Expires" }), "On a date");
    await user.type(screen.getByRole("textbox", { name: "Date" }), "2027-04-18");
    const upload = screen.getByRole("button", { name: "Upload 1 file" });
    expect(upload).toBeEnabled();
    vi.setSystemTime(new Date(2027, 3, 19, 0, 0, 1));
    await user.click(upload);
    expect(await screen.findByRole("alert")).toHaveTextContent("A date that is still to come");
    expect(screen.getByText("The date needs mending.")).toBeVisible();
    expect(upload).toBeDisabled();
    expect(engine.of("uploads_enqueue")).toEqual([]);
  } finally {
    vi.useRealTimers();
    clock.look();
  }
});

test("an end that the account may no longer give its pins is not sent, as its field is not there any more", async () => {
  const { accounts, user, options } = open(aDrop());
  await user.selectOptions(await screen.findByRole("combobox", { name: "Expires" }), "On a date");
  expect(screen.getByText("The date needs mending.")).toBeVisible();
  accounts.rows = [anAccount({ expiry: false })];
  await waitFor(() => expect(screen.queryByRole("combobox", { name: "Expires" })).toBeNull());
  await user.click(screen.getByRole("button", { name: "Upload 1 file" }));
  await waitFor(() => expect(options()).toMatchObject({ expires: null }));
});

test("while it is being queued the button is busy, and a failure keeps the sheet with the reason", async () => {
  const answer = deferred<number[]>();
  const { user } = open(aDrop(), { uploads_enqueue: () => answer.promise });
  await user.click(await screen.findByRole("button", { name: "Upload 1 file" }));
  expect(screen.getByRole("button", { name: "Upload 1 file" })).toHaveAttribute("aria-busy", "true");
  answer.reject(commandError("disk_full", "The disk is full."));
  expect(await screen.findByText("The disk is full.")).toBeInTheDocument();
  expect(screen.getByRole("dialog")).toBeInTheDocument();
});

test("cancelling sends nothing and forgets what was read", async () => {
  const { engine, user } = open(aDrop());
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  expect(engine.of("uploads_discard")).toEqual([{ drop: "d1" }]);
  expect(engine.of("uploads_enqueue")).toEqual([]);
});

test("a drop with nothing to send says why and offers no upload", async () => {
  const item = anItem("tape", { files: 0, bytes: 0, problem: "tape is a device, not a file." });
  open(aDrop({ files: 0, bytes: 0, items: [item] }));
  expect(await screen.findByText("tape is a device, not a file.")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /^Upload/ })).toBeNull();
});

test("a folder with nothing but system files has nothing to send until they are chosen", async () => {
  const folder = anItem("shoot", { kind: "folder", files: 2, bytes: 12 });
  const { user } = open(aDrop({ files: 2, bytes: 12, items: [folder], junkCount: 2, junk: [".DS_Store", "Thumbs.db"] }));
  expect(await screen.findByText("Nothing is left to upload.")).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Upload" })).toBeDisabled();
  await user.click(screen.getByRole("checkbox", { name: "Upload them too" }));
  expect(screen.getByRole("button", { name: "Upload 2 files" })).toBeEnabled();
});

test("what is chosen to be private is not called public above", async () => {
  open(aDrop(), { uploads_places: () => ({ groups: [], privateGroups: [], private: true, problem: null }) }, { publicLinks: true });
  expect(await screen.findByText(/Public: anyone with the CID can read it/)).toBeInTheDocument();
  await userEvent.click(await screen.findByRole("radio", { name: "Only this account" }));
  expect(screen.queryByText(/Public: anyone/)).toBeNull();
});

test("options of uploads on their way set a name and key-values", async () => {
  const { engine, drops, user } = open(aDrop());
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  drops.sheet = { kind: "amend", drop: "d7", uploads: 1, what: "harbour-dawn.tif" };
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "dawn");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(engine.of("uploads_amend")).toEqual([{ drop: "d7", name: "dawn", keyvalues: [] }]));
});

test("group and network are chosen from what the account has, and a folder can only be public", async () => {
  const places = {
    groups: [{ id: "g1", name: "Prints" }],
    privateGroups: [{ id: "g2", name: "Contracts" }],
    private: true,
    problem: null,
  };
  const { user, options } = open(aDrop(), { uploads_places: () => places });
  await user.selectOptions(await screen.findByRole("combobox", { name: "Group" }), "Prints");
  await user.click(screen.getByRole("radio", { name: "Only this account" }));
  expect(screen.getByRole("combobox", { name: "Group" })).toHaveDisplayValue("No group");
  await user.selectOptions(screen.getByRole("combobox", { name: "Group" }), "Contracts");
  await user.click(screen.getByRole("checkbox", { name: "Put it in a folder of its own" }));
  expect(screen.getByText("This computer: a file in a folder of its own can only be public.")).toBeInTheDocument();
  expect(screen.queryByRole("radio", { name: "Only this account" })).toBeNull();
  await user.selectOptions(screen.getByRole("combobox", { name: "Group" }), "Prints");
  await user.click(screen.getByRole("button", { name: "Upload 1 file" }));
  await waitFor(() => expect(options()).toMatchObject({ group: { id: "g1", name: "Prints" }, network: "public", wrap: true }));
});

test("an account without groups or a private network is asked nothing about them", async () => {
  open(aDrop());
  await screen.findByRole("dialog");
  expect(screen.queryByRole("combobox", { name: "Group" })).toBeNull();
  expect(screen.queryByText("Visible to")).toBeNull();
});

const folder = (with_: Partial<Drop> = {}) =>
  aDrop({ items: [anItem("site", { kind: "folder", files: 40, bytes: 9_000 })], files: 40, bytes: 9_000, ...with_ });

const by = (pattern: string, count: number, names: string[] = []) => ({ sentence: `Left out by ${pattern}`, count, names });

/** What the items say below their list, line by line. */
const leftOutLines = async () => {
  const items = await screen.findByRole("region", { name: "Items" });
  return Array.from(items.querySelectorAll("p"), (line) => line.textContent?.replace(/\s+/g, " ").trim());
};

test("what patterns leave out is told by each of them, with a few names and how many there are", async () => {
  const patterns = "*.psd\n\u202edraft.*";
  const ignored = [by("*.psd", 1_200, ["a.psd", "b.psd"]), by("\u202edraft.*", 2, ["draft.txt", "draft.md"]), by("old/", 3)];
  open(folder({ patterns, ignoredCount: 1_240, ignored }));
  expect(await leftOutLines()).toEqual([
    "Left out by *.psd: 1,200. a.psd, b.psd, …",
    `Left out by ${visibleText("\u202edraft.*")}: 2. draft.txt, draft.md`,
    "Left out by old/: 3.",
    "Left out by other patterns: 35.",
  ]);
  expect(document.body.textContent).not.toContain("\u202e");
});

test("the history and the tools of a dropped folder are left out unless the person removes the line", async () => {
  const looks: Record<string, Drop> = {
    ".git/\nnode_modules/": folder({ id: "d2", files: 3, ignoredCount: 2, ignored: [by(".git/", 1), by("node_modules/", 1)] }),
    "node_modules/": folder({
      id: "d3",
      files: 22,
      ignoredCount: 1,
      ignored: [by("node_modules/", 1)],
      secrets: [".git/key.pem"],
      secretCount: 1,
    }),
  };
  const found = folder({ workshop: [".git", "node_modules"], asks: true });
  const { engine, user } = open(found, { uploads_leave_out: ({ patterns }) => looks[patterns as string] });
  const field = await screen.findByRole("textbox", { name: "Leave out" });
  expect(field).toHaveValue(".git/\nnode_modules/");
  expect(field).toHaveAccessibleDescription(/It holds .git and node_modules/);
  expect(await screen.findByRole("button", { name: "Upload 3 files" })).toBeEnabled();
  expect(await leftOutLines()).toEqual(["Left out by .git/: 1.", "Left out by node_modules/: 1."]);
  expect(engine.of("uploads_discard")).toEqual([{ drop: "d1" }]);
  await user.clear(field);
  await user.type(field, "node_modules/");
  // The secret that came with it is held all the same.
  await user.click(await screen.findByRole("button", { name: "Upload 21 files" }));
  await waitFor(() => expect(engine.of("uploads_enqueue")).toMatchObject([{ drop: "d3", options: { allowed: [] } }]));
});

test("a line that is no pattern is said, and nothing is uploaded until it is mended", async () => {
  const { engine, user } = open(folder(), {
    uploads_leave_out: () => {
      throw commandError("bad_input", "“{b” is not a pattern that a .gitignore would take.");
    },
  });
  await user.type(await screen.findByRole("textbox", { name: "Leave out" }), "{{b");
  expect(await screen.findByText(/is not a pattern that a .gitignore would take/)).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Upload 40 files" })).toBeDisabled();
  expect(screen.getByText("A pattern needs mending.")).toBeInTheDocument();
  expect(engine.of("uploads_enqueue")).toEqual([]);
});

test("it is kept for good unless a time is chosen, and a date that is over holds the upload", async () => {
  const { user, options } = open(aDrop());
  const expires = await screen.findByRole("combobox", { name: "Expires" });
  expect(expires).toHaveDisplayValue("Never");
  await user.selectOptions(expires, "On a date");
  await user.type(screen.getByRole("textbox", { name: "Date" }), "2020-01-01");
  expect(screen.getByRole("button", { name: "Upload 1 file" })).toBeDisabled();
  await user.selectOptions(expires, "In 1 week");
  await user.click(screen.getByRole("button", { name: "Upload 1 file" }));
  await waitFor(() => expect(options()).toBeDefined());
  const days = ((options() as { expires: number }).expires - Date.now()) / 86_400_000;
  expect(days).toBeGreaterThan(6.9);
  expect(days).toBeLessThan(7.1);
});

test("where the service or the key knows no expiry, none is offered", async () => {
  open(aDrop(), {}, { expiry: false });
  await screen.findByRole("dialog");
  expect(screen.queryByRole("combobox", { name: "Expires" })).toBeNull();
});
