import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { AccountHealth, AccountRow, Leaving } from "../bindings";
import { anAccount, commandError, fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import AccountSheets from "./AccountSheets.svelte";
import { Accounts } from "./accounts.svelte";

const filebase = anAccount({
  id: "f1",
  kind: "psa",
  label: "Filebase",
  place: "Filebase",
  address: "api.filebase.io/v1/ipfs",
  pins: 1_180,
  noUploads: "Filebase takes no uploads.",
});
const health: AccountHealth = {
  row: filebase,
  answeredAt: Date.now(),
  failedAt: 1_700_000_000_000,
  failure: "Filebase cannot be reached. Check the connection.",
  testedAt: Date.now(),
  abilities: { may: ["List pins", "Pin by CID"], mayNot: [{ feature: "Unpin", scope: "unpin" }], notOffered: ["Uploads", "API keys"] },
  keyId: null,
  requests: [
    { what: "Lists", used: 12, most: 60, wait: null },
    { what: "Everything else", used: 60, most: 60, wait: 23 },
  ],
};
const leaving: Leaving = {
  pins: "Nothing is unpinned: 1,180 pins stay at Filebase.",
  here: ["Its token is deleted from the system keychain."],
  files: null,
  folder: null,
};

function open(sheet: Accounts["sheet"], rows: AccountRow[], answers: Record<string, (args: Record<string, unknown>) => unknown>) {
  const engine = fakeEngine(answers);
  const accounts = new Accounts({ accounts: rows, active: rows[0]?.id ?? null });
  accounts.sheet = sheet;
  render(FakeWindow, { props: { component: AccountSheets as never, accounts } });
  return { engine, accounts, user: userEvent.setup() };
}

test("health tells the last answer, the last failure in words, and what the key may and may not", async () => {
  const { engine, user } = open({ kind: "health", row: filebase }, [filebase], {
    accounts_health: () => health,
    accounts_check: () => ({ ...health, row: { ...filebase, trouble: "Filebase does not accept this token." } }),
  });
  const sheet = await screen.findByRole("dialog", { name: "Filebase" });
  expect(sheet).toHaveTextContent("Pinning service, api.filebase.io/v1/ipfs, 1,180 pins");
  await waitFor(() => expect(sheet).toHaveTextContent("List pins, pin by CID"));
  expect(sheet).toHaveTextContent("Filebase cannot be reached. Check the connection.");
  expect(sheet).toHaveTextContent("Unpin; it needs the scope unpin");
  expect(sheet).toHaveTextContent("Uploads, API keys");
  expect(sheet).toHaveTextContent("Lists: 12 of 60");
  expect(sheet).toHaveTextContent("Everything else: 60 of 60; the service asked for a pause, 23 s to go");
  expect(engine.of("accounts_check")).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Test again" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("Filebase does not accept this token.");
});

test("an account is renamed, and a name that cannot be is said at the field", async () => {
  let refuse = true;
  const { engine, accounts, user } = open({ kind: "rename", row: filebase }, [filebase], {
    accounts_rename: ({ label }) => {
      if (refuse) throw commandError("bad_input", "An account’s name has 1 to 80 characters.");
      return { ...filebase, label };
    },
  });
  const field = await screen.findByRole("textbox", { name: "Name" });
  expect(screen.getByRole("button", { name: "Rename" })).toBeDisabled();
  await user.clear(field);
  await user.type(field, "Attic{Enter}");
  expect(await screen.findByRole("alert")).toHaveTextContent("1 to 80 characters");
  refuse = false;
  await user.click(screen.getByRole("button", { name: "Rename" }));
  await waitFor(() => expect(accounts.sheet).toBeNull());
  expect(accounts.active?.label).toBe("Attic");
  expect(engine.of("accounts_rename")).toHaveLength(2);
});

test("before an account is removed it is said what stays and what goes", async () => {
  const { engine, accounts, user } = open({ kind: "remove", row: filebase }, [anAccount(), filebase], { accounts_leaving: () => leaving });
  const question = await screen.findByRole("alertdialog", { name: "Remove Filebase?" });
  expect(question).toHaveTextContent("1,180 pins stay at Filebase.");
  expect(question).toHaveTextContent("Its token is deleted from the system keychain.");
  expect(screen.queryByRole("radio")).toBeNull();
  expect(engine.of("accounts_remove")).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Remove account" }));
  await waitFor(() => expect(accounts.rows).toHaveLength(1));
  expect(engine.of("accounts_remove")).toEqual([{ id: "f1", erase: false }]);
});

test("the Sandbox’s files stay unless their deletion is chosen, which is said in full", async () => {
  const sandbox = { pins: "Nothing is unpinned.", here: [], files: "6 pins, 12 MB", folder: "/data/pinfold/sandbox" };
  const { engine, user } = open({ kind: "remove", row: anAccount() }, [anAccount()], { accounts_leaving: () => sandbox });
  expect(await screen.findByRole("radio", { name: /Keep its files.*\/data\/pinfold\/sandbox/ })).toBeChecked();
  await user.click(screen.getByRole("radio", { name: /Delete its files as well/ }));
  expect(screen.getByRole("alertdialog")).toHaveTextContent("6 pins, 12 MB are deleted from this computer and cannot be brought back.");
  await user.click(screen.getByRole("button", { name: "Remove and delete files" }));
  await waitFor(() => expect(engine.of("accounts_remove")).toEqual([{ id: "a1", erase: true }]));
});
