import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Accounts } from "../accounts/accounts.svelte";
import type { PinSwaps } from "../bindings";
import { aPin } from "../pins/fakePins";
import { anAccount, commandError, fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import SwapSheet from "./SwapSheet.svelte";

const OTHER = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";
const OLDER = "bafkreiauhurhso4yja2r32eekeh7sgii62j6va3xtsvmmf2zysyyngt57y";

function open(first: PinSwaps, more: Record<string, (args: Record<string, unknown>) => unknown> = {}) {
  const engine = fakeEngine({ swaps_of: () => first, ...more });
  const closed = { times: 0 };
  const props = { pin: aPin(7), onclose: () => (closed.times += 1) };
  const account = anAccount({ id: "p1", kind: first.way === "pin" ? "psa" : "pinata", label: "Tide", place: "Tide pinning" });
  render(FakeWindow, {
    props: { component: SwapSheet as never, given: props, accounts: new Accounts({ accounts: [account], active: "p1" }) },
  });
  return { engine, closed, user: userEvent.setup() };
}

const own: PinSwaps = { way: "gateway", gateway: "tide.mypinata.cloud", rows: [] };
const row = (cid: string, name: string | null) => ({ cid, name, since: 1_780_000_000_000 });

test("a pin's address shows the content of another CID, and what it showed before can be used again", async () => {
  const now = { ...own, rows: [row(OTHER, "site v2"), row(OLDER, null)] };
  const { engine, user } = open(own, { swaps_set: () => now, swaps_clear: () => own });
  expect(await screen.findByText("It shows its own content.")).toBeVisible();
  expect(screen.getByText(/tide\.mypinata\.cloud/)).toBeVisible();
  const show = screen.getByRole("button", { name: "Show this content" });
  expect(show).toBeDisabled();
  await user.type(screen.getByLabelText("CID"), OTHER);
  await user.click(show);
  expect(engine.of("swaps_set")).toEqual([{ pin: 7, cid: OTHER }]);
  expect(await screen.findByText(OTHER)).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Use again" }));
  expect(screen.getByLabelText("CID")).toHaveValue(OLDER);
  await user.click(screen.getByRole("button", { name: "Show its own content" }));
  expect(await screen.findByText("It shows its own content.")).toBeVisible();
});

test("what is no CID is said at the field, and a refusal below it, and what was typed stays", async () => {
  const answers = [
    commandError("bad_input", "This is 2 characters short of a CID."),
    commandError("missing_scope", "This key may not write files."),
  ];
  const { user } = open(own, {
    swaps_set: () => {
      throw answers.shift();
    },
  });
  const field = await screen.findByLabelText("CID");
  await user.type(field, "bafk{Enter}");
  expect(await screen.findByText("This is 2 characters short of a CID.")).toBeVisible();
  expect(field).toHaveAccessibleDescription(/2 characters short/);
  await user.type(field, "rei{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("This key may not write files.");
  expect(field).toHaveValue("bafkrei");
});

test("at a pinning service the pin itself gets another CID, and the sheet closes once that is asked for", async () => {
  const { engine, closed, user } = open({ way: "pin", gateway: null, rows: [] }, { swaps_replace: () => null });
  expect(await screen.findByText(/What it kept before is let go/)).toBeVisible();
  await user.type(screen.getByLabelText("CID"), `${OTHER}{Enter}`);
  await waitFor(() => expect(closed.times).toBe(1));
  expect(engine.of("swaps_replace")).toEqual([{ pin: 7, cid: OTHER }]);
});
