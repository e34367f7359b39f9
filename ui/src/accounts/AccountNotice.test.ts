import { cleanup, render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { AccountHold, AccountRow } from "../bindings";
import { anAccount, deferred, fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import AccountMenu from "./AccountMenu.svelte";
import AccountNotice from "./AccountNotice.svelte";
import { Accounts } from "./accounts.svelte";

const held = (code: AccountHold, sentence: string) =>
  anAccount({ id: "p1", label: "Northlight", kind: "pinata", place: "Pinata", publicLinks: true, hold: { code, sentence, until: null } });

function open(component: unknown, rows: AccountRow[], answers: Record<string, (args: Record<string, unknown>) => unknown> = {}) {
  const engine = fakeEngine(answers);
  const accounts = new Accounts({ accounts: rows, active: rows[0]?.id ?? null });
  render(FakeWindow, { props: { component: component as never, accounts } });
  return { engine, accounts, user: userEvent.setup() };
}

test("an account that works says nothing", () => {
  open(AccountNotice, [anAccount()]);
  expect(screen.queryByRole("alert")).toBeNull();
  expect(screen.queryByRole("status")).toBeNull();
});

test("a refused key is said at once, whole, with the way out", async () => {
  const sentence = "Pinata no longer accepts this key. It was revoked, or its uses are spent.";
  const { accounts, user } = open(AccountNotice, [held("unauthorized", sentence)]);
  expect(screen.getByRole("alert")).toHaveTextContent(sentence);
  await user.click(screen.getByRole("button", { name: "Replace key" }));
  expect(accounts.form?.replace?.id).toBe("p1");
});

test("a locked keychain is looked at again, and the notice goes when it opens", async () => {
  const answer = deferred<AccountRow>();
  const { user } = open(AccountNotice, [held("keychain_locked", "The keychain is locked.")], { accounts_retry: () => answer.promise });
  expect(screen.getByRole("status")).toHaveTextContent("The keychain is locked.");
  await user.click(screen.getByRole("button", { name: "Try again" }));
  expect(screen.getByRole("button", { name: "Try again" })).toHaveAttribute("aria-busy", "true");
  answer.resolve(anAccount({ id: "p1" }));
  await waitFor(() => expect(screen.queryByRole("status")).toBeNull());
});

test("an account that has to wait says for how long, and is asked about when that is over", async () => {
  vi.useFakeTimers();
  try {
    const waits = anAccount({ hold: { code: "rate_limited", sentence: "Pinata asked to wait.", until: Date.now() + 23_000 } });
    const { engine } = open(AccountNotice, [waits], { accounts_list: () => [anAccount()] });
    expect(screen.getByText("Continuing in 23 s")).toBeVisible();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(screen.getByText("Continuing in 21 s")).toBeVisible();
    expect(engine.of("accounts_list")).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(21_000);
    expect(engine.of("accounts_list")).toHaveLength(1);
    expect(screen.queryByRole("status")).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

test("a pause of hours can be asked about before it is over, a short one is waited for", () => {
  const until = Date.now() + 3 * 3_600_000;
  const waits = (until: number) => anAccount({ hold: { code: "rate_limited", sentence: "Pinata asked to wait.", until } });
  open(AccountNotice, [waits(until)]);
  expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
  cleanup();
  open(AccountNotice, [waits(Date.now() + 60_000)]);
  expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
});

test("the menu switches accounts and adds another", async () => {
  const { accounts, engine, user } = open(AccountMenu, [anAccount(), held("offline", "Offline.")]);
  screen.getByRole("button", { name: /^Account: Sandbox/ }).focus();
  await user.keyboard("{Enter}");
  await user.click(await screen.findByText("Northlight"));
  await waitFor(() => expect(accounts.activeId).toBe("p1"));
  expect(engine.of("accounts_select")).toEqual([{ id: "p1" }]);
  screen.getByRole("button", { name: /^Account: Northlight/ }).focus();
  await user.keyboard("{Enter}");
  await user.click(await screen.findByText("Add account…"));
  expect(accounts.form).toEqual({ replace: null });
});
