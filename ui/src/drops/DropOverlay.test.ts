import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Accounts } from "../accounts/accounts.svelte";
import type { AccountRow } from "../bindings";
import { aDrop, anAccount, commandError, fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import DropOverlay from "./DropOverlay.svelte";
import { Drops } from "./drops.svelte";

function open(account: AccountRow | null, answers: Record<string, (args: Record<string, unknown>) => unknown> = {}) {
  const engine = fakeEngine({ uploads_enqueue: () => 1, ...answers });
  const accounts = new Accounts(account ? { accounts: [account], active: account.id } : { accounts: [], active: null });
  const began = vi.fn();
  const drops = new Drops({ account: () => accounts.active, began, announce: vi.fn() });
  render(FakeWindow, { props: { component: DropOverlay as never, accounts, drops } });
  return { engine, accounts, drops, began };
}

test("the overlay names where things go, and that the Sandbox is on this computer only", async () => {
  const { drops } = open(anAccount());
  await drops.follow({ kind: "enter", count: 3, x: 1, y: 1 });
  expect(await screen.findByRole("heading", { name: "Upload 3 items to Sandbox" })).toBeInTheDocument();
  expect(screen.getByText("On this computer only.")).toBeInTheDocument();
});

test("for a public service it says that anyone can read it", async () => {
  const { drops } = open(anAccount({ id: "p1", label: "Northlight Studio", kind: "pinata", place: "Pinata", publicLinks: true }));
  await drops.follow({ kind: "enter", count: 1, x: 1, y: 1 });
  expect(await screen.findByText("Pinata. Public: anyone with the CID can read it.")).toBeInTheDocument();
});

test("the Options target lights up under the pointer, and a drop on it opens the sheet", async () => {
  const { drops, engine } = open(anAccount());
  await drops.follow({ kind: "enter", count: 1, x: 0, y: 0 });
  const target = (await screen.findByText("Options")).closest<HTMLElement>(".options")!;
  vi.spyOn(target, "getBoundingClientRect").mockReturnValue(new DOMRect(100, 100, 50, 50));
  await drops.follow({ kind: "over", x: 120, y: 120 });
  await waitFor(() => expect(target).toHaveClass("on"));
  await drops.follow({ kind: "dropped", drop: aDrop(), x: 120, y: 120 });
  expect(await screen.findByRole("dialog")).toBeInTheDocument();
  expect(engine.of("uploads_enqueue")).toEqual([]);
});

test("a drop in the first run goes to the account that is chosen then", async () => {
  const { accounts, drops, engine, began } = open(null, { accounts_try_sandbox: () => anAccount() });
  await drops.follow({ kind: "enter", count: 1, x: 0, y: 0 });
  expect(await screen.findByText("Keep 1 item for the next step")).toBeInTheDocument();
  await drops.follow({ kind: "dropped", drop: aDrop(), x: 0, y: 0 });
  expect(engine.of("uploads_enqueue")).toEqual([]);
  await accounts.trySandbox();
  await waitFor(() => expect(engine.of("uploads_enqueue")).toHaveLength(1));
  expect(began.mock.calls[0]?.[0]).toBe("Queued 1 item for Sandbox");
});

test("a dialog that could not open says so", async () => {
  const { drops } = open(anAccount(), {
    uploads_pick_files: () => {
      throw commandError("internal", "The system did not open a dialog.");
    },
  });
  await drops.pickFiles();
  expect(await screen.findByRole("alertdialog")).toHaveTextContent("The system did not open a dialog.");
});

test("counting that takes long says how far it is, and Escape or its button stops it", async () => {
  const { drops, engine } = open(anAccount());
  await drops.follow({ kind: "enter", count: 1, x: 0, y: 0 });
  await drops.follow({ kind: "reading", x: 0, y: 0 });
  expect(await screen.findByRole("heading", { name: "Counting 1 item" })).toBeInTheDocument();
  await drops.follow({ kind: "counting", drop: "d9", seen: 48_000 });
  expect(await screen.findByText("48,000 items so far. Nothing has been sent yet.")).toBeInTheDocument();
  await userEvent.setup().keyboard("{Escape}");
  expect(engine.of("uploads_stop_counting")).toEqual([{ drop: "d9" }]);
  await waitFor(() => expect(screen.queryByRole("button", { name: "Stop" })).toBeNull());
});
