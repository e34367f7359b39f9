import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { KeyTest } from "../bindings";
import { anAccount, fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import AccountForm from "./AccountForm.svelte";
import { Accounts } from "./accounts.svelte";

const tested: KeyTest = {
  handle: "h1",
  owner: "studio@example.com",
  keyId: "3f9ac0d1",
  pins: 4,
  bytes: 9,
  abilities: { may: ["List pins"], mayNot: [], notOffered: [] },
  service: "Pinata",
  address: null,
};

test("a tested key has one row of buttons, and Cancel is one of them", async () => {
  fakeEngine({ accounts_test: () => tested });
  const accounts = new Accounts({ accounts: [anAccount()], active: "a1" });
  accounts.form = { replace: null };
  render(FakeWindow, { props: { component: AccountForm as never, accounts } });
  const user = userEvent.setup();
  await user.type(await screen.findByPlaceholderText("Paste the token here"), "not-a-real-token");
  expect(screen.getAllByRole("button", { name: "Cancel" })).toHaveLength(1);
  await user.click(screen.getByRole("button", { name: "Test" }));
  const start = await screen.findByRole("button", { name: "Start" });
  const cancel = screen.getByRole("button", { name: "Cancel" });
  expect(start.parentElement).toBe(cancel.parentElement);
  await user.click(cancel);
  await waitFor(() => expect(accounts.form).toBeNull());
});
