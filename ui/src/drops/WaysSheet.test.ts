import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect, test } from "vitest";
import { Accounts } from "../accounts/accounts.svelte";
import type { DropCids, DropWays } from "../bindings";
import { Toasts } from "../components/toasts.svelte";
import { aDrop, anAccount, anItem, commandError, deferred, fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import DropOverlay from "./DropOverlay.svelte";
import { Drops } from "./drops.svelte";

/** Colours are looked at in the real window. */
const CALM = { rules: { "color-contrast": { enabled: false } } };
const WHY = "Filebase takes no uploads. It keeps what is on IPFS already, by its CID.";
const filebase = anAccount({ id: "f1", label: "Attic", kind: "psa", place: "Filebase", publicLinks: true, noUploads: WHY });
const ways: DropWays = {
  service: "Filebase",
  why: WHY,
  through: [
    { id: "p1", label: "Northlight", place: "Pinata", held: null },
    { id: "p2", label: "Studio", place: "Pinata", held: "Pinata cannot be reached. Uploads wait and go on by themselves." },
  ],
  noThrough: null,
  noCid: null,
};
const cids: DropCids = {
  total: 3,
  ready: 2,
  rows: [
    { name: "gone.txt", cid: null, kind: "wrong", sentence: "gone.txt does not exist any more." },
    { name: "known.txt", cid: "bafkreiaknown", kind: "provided", sentence: "“Northlight” has it, by its list of pins." },
    { name: "unknown.txt", cid: "bafkreiaunknown", kind: "ready", sentence: "" },
  ],
};
const two = aDrop({
  itemCount: 2,
  files: 2,
  bytes: 2_000_000,
  items: ["a.txt", "b.txt"].map((name) => anItem(name, { bytes: 1_000_000 })),
});

async function open(told: DropWays = ways, answers: Record<string, (args: Record<string, unknown>) => unknown> = {}, drop = two) {
  const engine = fakeEngine({
    jobs_ways: () => told,
    jobs_upload_through: () => 2,
    jobs_compute: () => cids,
    jobs_import_drop: () => 2,
    ...answers,
  });
  const accounts = new Accounts({ accounts: [filebase, anAccount()], active: "f1" });
  const toasts = new Toasts();
  const drops = new Drops({ account: () => accounts.active, began: () => undefined, announce: () => undefined });
  render(FakeWindow, { props: { component: DropOverlay as never, accounts, drops, toasts } });
  // Without being asked for: there is no way that could be taken for granted.
  await drops.take(drop, false);
  const sheet = await screen.findByRole("dialog");
  await waitFor(() => expect(engine.of("jobs_ways")).toHaveLength(1));
  return { engine, drops, toasts, sheet, user: userEvent.setup() };
}

test("while something is dragged over the window, it is said that this account takes no uploads", async () => {
  fakeEngine({});
  const accounts = new Accounts({ accounts: [filebase], active: "f1" });
  const drops = new Drops({ account: () => accounts.active, began: () => undefined, announce: () => undefined });
  render(FakeWindow, { props: { component: DropOverlay as never, accounts, drops } });
  await drops.follow({ kind: "enter", count: 2, x: 1, y: 1 });
  expect(await screen.findByRole("heading", { name: "Pin 2 items at Attic" })).toBeInTheDocument();
  expect(screen.getByText(`${WHY} You choose another way after dropping.`)).toBeInTheDocument();
});

test("a drop is uploaded through the account that is chosen, and then asked for here", async () => {
  const { engine, toasts, sheet, user } = await open();
  expect(sheet).toHaveAccessibleName("Pin 2 items at Attic");
  expect(sheet).toHaveAccessibleDescription(expect.stringContaining(WHY));
  expect(await screen.findByRole("radio", { name: "Upload through another account, then pin it here" })).toBeChecked();
  await user.selectOptions(screen.getByRole("combobox", { name: "Upload to" }), "Studio, Pinata");
  expect(screen.getByText(/^Pinata cannot be reached/)).toBeInTheDocument();
  expect((await axe.run(sheet, CALM)).violations.map(({ id }) => id)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Upload 2 files, then pin" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(engine.of("jobs_upload_through")).toMatchObject([{ through: "p2", drop: "d1", options: { secrets: "leave_out" } }]);
  expect(engine.of("uploads_enqueue")).toEqual([]);
  expect(toasts.list[0]?.text).toBe("Queued 2 items for Studio; Attic is asked afterwards");
});

const withSecret = aDrop({
  itemCount: 2,
  files: 2,
  bytes: 2_000,
  items: [anItem("a.txt"), anItem(".env", { held: true, secret: 0 })],
  secrets: [".env"],
  secretCount: 1,
});

test("a secret that this way leaves out too says so in its row, until its box is ticked", async () => {
  const { user } = await open(ways, {}, withSecret);
  expect(await screen.findByText("1.0 kB, left out")).toBeInTheDocument();
  await user.click(screen.getByRole("checkbox", { name: "Upload .env" }));
  expect(screen.queryByText("1.0 kB, left out")).toBeNull();
});

test("what is said to be queued is what came of the drop, without what was left out", async () => {
  const { toasts, user } = await open(ways, { jobs_upload_through: () => 1 }, withSecret);
  await user.click(await screen.findByRole("button", { name: "Upload 1 file, then pin" }));
  await waitFor(() => expect(toasts.list[0]?.text).toBe("Queued 1 item for Northlight; Attic is asked afterwards"));
});

test("the CIDs alone are computed, shown with what is known of each, and asked for", async () => {
  const { engine, toasts, user } = await open();
  await user.click(await screen.findByRole("radio", { name: "Only pin its CID here" }));
  await user.click(screen.getByRole("button", { name: "Compute the CIDs" }));
  const list = await screen.findByRole("region", { name: "CIDs" });
  expect(within(list).getByText("bafkreiaunknown")).toBeInTheDocument();
  expect(within(list).getByText("“Northlight” has it, by its list of pins.")).toBeInTheDocument();
  expect(within(list).getByText("gone.txt does not exist any more.")).toBeInTheDocument();
  expect((await axe.run(screen.getByRole("dialog"), CALM)).violations.map(({ id }) => id)).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Ask for 2 CIDs" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(engine.of("jobs_import_drop")).toEqual([{ drop: "d1" }]);
  expect(toasts.list[0]?.text).toBe("Asked Attic for 2 CIDs");
});

test("computing says how far it is and can be stopped", async () => {
  const computed = deferred<DropCids>();
  const { engine, user } = await open(ways, { jobs_compute: () => computed.promise, jobs_computed_bytes: () => 500_000 });
  await user.click(await screen.findByRole("radio", { name: "Only pin its CID here" }));
  await user.click(screen.getByRole("button", { name: "Compute the CIDs" }));
  const bar = await screen.findByRole("progressbar", { name: "Computing the CIDs" });
  await waitFor(() => expect(bar).toHaveAttribute("aria-valuenow", "25"));
  await user.click(screen.getByRole("button", { name: "Stop" }));
  expect(engine.of("jobs_forget_drop")).toEqual([{ drop: "d1" }]);
  computed.reject(commandError("cancelled", "Stopped. Nothing was asked for."));
  expect(await screen.findByRole("button", { name: "Compute the CIDs" })).toBeEnabled();
  expect(screen.queryByRole("alert")).toBeNull();
});

test("without another account only the CID is left, and the reason is said", async () => {
  const only = "Only the Sandbox takes uploads here. It is on this computer only, so Filebase could not fetch from it.";
  await open({ ...ways, through: [], noThrough: only });
  expect(await screen.findByText(only)).toBeInTheDocument();
  expect(screen.getByRole("radio", { name: "Upload through another account, then pin it here" })).toBeDisabled();
  expect(screen.getByRole("radio", { name: "Only pin its CID here" })).toBeChecked();
  expect(screen.getByRole("button", { name: "Compute the CIDs" })).toBeEnabled();
});

test("a key that may not pin by CID closes both ways", async () => {
  await open({ ...ways, noCid: "Filebase cannot pin by CID. Choose another account." });
  expect(await screen.findByText("Filebase cannot pin by CID. Choose another account.")).toBeInTheDocument();
  expect(screen.getByRole("button", { name: "Upload 2 files, then pin" })).toBeDisabled();
});

test("what fails keeps the sheet with the reason, and cancelling forgets the drop", async () => {
  const { engine, user } = await open(ways, {
    jobs_upload_through: () => {
      throw commandError("disk_full", "The disk is full.");
    },
  });
  await user.click(await screen.findByRole("button", { name: "Upload 2 files, then pin" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("The disk is full.");
  await user.click(screen.getByRole("button", { name: "Cancel" }));
  expect(engine.of("uploads_discard")).toEqual([{ drop: "d1" }]);
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});
