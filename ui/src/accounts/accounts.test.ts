import { expect, test } from "vitest";
import { anAccount, commandError, deferred, fakeEngine, settled } from "../uploads/fakeEngine";
import { Accounts } from "./accounts.svelte";

const sandbox = anAccount();
const pinata = anAccount({ id: "p1", label: "studio@northlight.example", kind: "pinata", place: "Pinata", publicLinks: true });

test("trying the Sandbox makes it the account that the window shows", async () => {
  fakeEngine({ accounts_try_sandbox: () => sandbox });
  const accounts = new Accounts({ accounts: [], active: null });
  expect(accounts.firstRun).toBe(true);
  await accounts.trySandbox();
  expect(accounts.active).toEqual(sandbox);
  expect(accounts.firstRun).toBe(false);
});

test("while the Sandbox starts it is busy, and when it cannot the reason stays", async () => {
  const start = deferred<unknown>();
  fakeEngine({ accounts_try_sandbox: () => start.promise });
  const accounts = new Accounts({ accounts: [], active: null });
  const trying = accounts.trySandbox();
  expect(accounts.busy).not.toBeNull();
  start.reject(commandError("disk_full", "The disk is full."));
  await trying;
  expect(accounts.busy).toBeNull();
  expect(accounts.problem?.message).toBe("The disk is full.");
});

test("removing the account in use shows the next one, and removing the last leads back to the first run", async () => {
  const engine = fakeEngine({});
  const accounts = new Accounts({ accounts: [sandbox, pinata], active: "p1" });
  await accounts.remove("p1");
  expect(accounts.activeId).toBe("a1");
  expect(engine.of("accounts_select")).toEqual([{ id: "a1" }]);
  await accounts.remove("a1");
  expect(accounts.firstRun).toBe(true);
});

test("an account that cannot be removed stays in the list with the reason", async () => {
  fakeEngine({
    accounts_remove: () => {
      throw commandError("keychain_locked", "The keychain is locked.");
    },
  });
  const accounts = new Accounts({ accounts: [sandbox], active: "a1" });
  expect(await accounts.remove("a1")).toBe(false);
  expect(accounts.rows).toHaveLength(1);
  expect(accounts.problem?.code).toBe("keychain_locked");
});

test("a change announced by the engine is read again", async () => {
  const engine = fakeEngine({ accounts_list: () => [sandbox, pinata] });
  const accounts = new Accounts({ accounts: [sandbox], active: "a1" });
  await accounts.listen();
  await engine.emit("changed", { noun: "account", revision: 4, ids: null });
  await settled();
  expect(accounts.rows).toHaveLength(2);
});
