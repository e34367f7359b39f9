import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Accounts } from "../accounts/accounts.svelte";
import type { Drop } from "../bindings";
import DropOverlay from "../drops/DropOverlay.svelte";
import { Drops } from "../drops/drops.svelte";
import { aDrop, anAccount, commandError, deferred, fakeEngine } from "./fakeEngine";
import FakeWindow from "./FakeWindow.svelte";

function open(drop: Drop, answers: Record<string, (args: Record<string, unknown>) => unknown> = {}) {
  const engine = fakeEngine({ uploads_enqueue: () => [1], ...answers });
  const accounts = new Accounts({ accounts: [anAccount()], active: "a1" });
  const drops = new Drops({ account: () => accounts.active, began: () => undefined, announce: () => undefined });
  render(FakeWindow, { props: { component: DropOverlay as never, accounts, drops } });
  void drops.take(drop, true);
  return { engine, drops, user: userEvent.setup(), options: () => engine.of("uploads_enqueue")[0]?.options };
}
const three = aDrop({
  itemCount: 3,
  files: 8412,
  bytes: 32_300_000_000,
  items: ["a", "b", "c"].map((name) => ({ name, kind: "file", files: 1, bytes: 1, problem: null })),
  secrets: [".env", "wallet.json", "id_ed25519"],
  secretCount: 3,
  leftOut: [{ sentence: "Links are not followed.", count: 2 }],
});

test("secrets are left out unless told otherwise, and the button counts what is sent", async () => {
  const { user, options } = open(three);
  expect(await screen.findByRole("dialog", { name: "Upload 3 items to Sandbox" })).toBeInTheDocument();
  expect(screen.getByRole("radio", { name: "Leave them out" })).toBeChecked();
  expect(screen.getByText("Links are not followed.")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Upload 8,409 files" }));
  await waitFor(() => expect(options()).toMatchObject({ secrets: "leave_out", together: null, name: null, cidVersion: 1 }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("secrets are sent when that is chosen", async () => {
  const { user, options } = open(three);
  await user.click(await screen.findByRole("radio", { name: "Upload them anyway" }));
  await user.click(screen.getByRole("button", { name: "Upload 8,412 files" }));
  await waitFor(() => expect(options()).toMatchObject({ secrets: "send" }));
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
  const item = { name: "tape", kind: "file", files: 0, bytes: 0, problem: "tape is a device, not a file." } as const;
  open(aDrop({ files: 0, bytes: 0, items: [item] }));
  expect(await screen.findByText("tape is a device, not a file.")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: /^Upload/ })).toBeNull();
});

test("options of uploads on their way set a name and key-values", async () => {
  const { engine, drops, user } = open(aDrop());
  await user.click(await screen.findByRole("button", { name: "Cancel" }));
  drops.sheet = { kind: "amend", ids: [7], what: "harbour-dawn.tif" };
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "dawn");
  await user.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(engine.of("uploads_amend")).toEqual([{ ids: [7], name: "dawn", keyvalues: [] }]));
});
