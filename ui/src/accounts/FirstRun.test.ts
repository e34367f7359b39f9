import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import type { KeyTest } from "../bindings";
import { aDrop, anAccount, commandError, deferred, fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import { Drops } from "../drops/drops.svelte";
import { Accounts } from "./accounts.svelte";
import FirstRun from "./FirstRun.svelte";

const tested: KeyTest = {
  handle: "h1",
  owner: "studio@northlight.example",
  keyId: "7c1e",
  pins: 12_430,
  bytes: 184_200_000_000,
  abilities: { may: ["Upload", "Edit"], mayNot: [{ feature: "List files", scope: "org:files:read" }], notOffered: [] },
  service: "Pinata",
  address: null,
};
const sandbox = anAccount();
const pinata = anAccount({ id: "p1", kind: "pinata", label: "studio@northlight.example", place: "Pinata", publicLinks: true });

function open() {
  const accounts = new Accounts();
  const drops = new Drops({ account: () => accounts.active, began: vi.fn(), announce: vi.fn() });
  const ondone = vi.fn();
  render(FakeWindow, { props: { component: FirstRun as never, given: { ondone }, accounts, drops } });
  return { accounts, drops, ondone, user: userEvent.setup() };
}

async function testKey(user: ReturnType<typeof userEvent.setup>) {
  await user.click(screen.getByRole("button", { name: /Connect Pinata/ }));
  await user.type(screen.getByLabelText("Token (JWT)"), " not-a-real-token ");
  await user.click(screen.getByRole("button", { name: "Test" }));
}

test("one click on Try the Sandbox opens it", async () => {
  fakeEngine({ accounts_try_sandbox: () => sandbox });
  const { accounts, ondone, user } = open();
  await user.click(screen.getByRole("button", { name: /Try the Sandbox/ }));
  await waitFor(() => expect(ondone).toHaveBeenCalledWith(sandbox));
  expect(accounts.activeId).toBe("a1");
});

test("while the Sandbox starts the choice says so, and a second click starts no second one", async () => {
  const start = deferred<unknown>();
  const engine = fakeEngine({ accounts_try_sandbox: () => start.promise });
  const { user } = open();
  await user.click(screen.getByRole("button", { name: /Try the Sandbox/ }));
  expect(screen.getByText("Starting the Sandbox")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: /Try the Sandbox/ }));
  expect(engine.of("accounts_try_sandbox")).toHaveLength(1);
  start.resolve(sandbox);
});

test("the token is typed unseen, can be shown, and is gone from the page once it is accepted", async () => {
  const answer = deferred<KeyTest>();
  fakeEngine({ accounts_test: () => answer.promise });
  const { user } = open();
  await testKey(user);
  const field = screen.getByLabelText("Token (JWT)");
  expect(field).toHaveAttribute("type", "password");
  await user.click(screen.getByRole("button", { name: "Show the token" }));
  expect(field).toHaveAttribute("type", "text");
  expect(screen.getByRole("button", { name: "Test" })).toHaveAttribute("aria-busy", "true");
  answer.resolve(tested);
  expect(await screen.findByText("This key works")).toBeInTheDocument();
  expect(document.body.innerHTML).not.toContain("not-a-real-token");
  expect([...document.querySelectorAll("input")].some((input) => input.value.includes("not-a-real"))).toBe(false);
});

test("the result names the owner, what the account holds, and the scope that is missing", async () => {
  fakeEngine({ accounts_test: () => tested });
  const { user } = open();
  await testKey(user);
  expect(await screen.findByText("studio@northlight.example")).toBeInTheDocument();
  expect(screen.getByText("12,430 pins, 184 GB")).toBeInTheDocument();
  expect(screen.getByText("org:files:read")).toBeInTheDocument();
});

test("a refused key shows the engine's sentence beside the field", async () => {
  fakeEngine({
    accounts_test: () => {
      throw commandError("unauthorized", "Pinata does not accept this key.");
    },
  });
  const { user } = open();
  await testKey(user);
  expect(await screen.findByText("Pinata does not accept this key.")).toBeInTheDocument();
  expect(screen.getByLabelText("Token (JWT)")).toHaveAttribute("aria-invalid", "true");
});

test.each([
  ["no_keychain", "There is no keychain on this computer"],
  ["keychain_locked", "The keychain is locked"],
  ["key_missing", "The keychain did not keep the key"],
] as const)("%s is explained, and the key can be tried again or kept until quit", async (code, heading) => {
  const engine = fakeEngine({
    accounts_test: () => tested,
    accounts_connect: ({ keep }) => {
      if (keep === "keychain") throw commandError(code, "The keychain said no.");
      return pinata;
    },
  });
  const { ondone, user } = open();
  await testKey(user);
  await user.click(await screen.findByRole("button", { name: "Start" }));
  expect(await screen.findByText(heading)).toBeInTheDocument();
  expect(screen.getByText("The keychain said no.")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Try again" }));
  await user.click(screen.getByRole("button", { name: "Keep it until Pinfold quits" }));
  await waitFor(() => expect(ondone).toHaveBeenCalledWith(pinata));
  expect(engine.of("accounts_connect").map(({ keep }) => keep)).toEqual(["keychain", "keychain", "until_quit"]);
});

test("what was dropped before the choice is kept and said", async () => {
  fakeEngine({});
  const { drops } = open();
  await drops.take(aDrop(), false);
  expect(await screen.findByText(/1 item is kept/)).toBeInTheDocument();
});

test("another service is chosen from the list, its address shown where it can be changed, and its refusal stands there", async () => {
  const services = [
    { name: "Pinata", address: "https://api.pinata.cloud/psa", editable: false },
    { name: "Filebase", address: "https://api.filebase.io/v1/ipfs", editable: false },
    { name: "Another service", address: "", editable: true },
  ];
  const engine = fakeEngine({
    accounts_services: () => services,
    accounts_test: () => {
      throw commandError("bad_endpoint", "This address begins with http://.");
    },
  });
  const { user } = open();
  await user.click(screen.getByRole("button", { name: /Connect another service/ }));
  await user.click(await screen.findByRole("radio", { name: /Filebase/ }));
  expect(screen.queryByLabelText("Address")).toBeNull();
  await user.click(screen.getByRole("radio", { name: /Another service/ }));
  await user.type(screen.getByLabelText("Address"), "http://pins.example");
  await user.type(screen.getByLabelText("Token"), "not-a-real-token");
  await user.click(screen.getByRole("button", { name: "Test" }));
  expect(await screen.findByRole("alert")).toHaveTextContent("This address begins with http://.");
  expect(screen.getByLabelText("Address")).toHaveAttribute("aria-invalid", "true");
  expect(engine.of("accounts_test")).toEqual([
    { chosen: { kind: "psa", service: "Another service", address: "http://pins.example" }, token: "not-a-real-token", key: null },
  ]);
});

test("Pinata’s older pair is one click away, and each half has its field", async () => {
  const engine = fakeEngine({ accounts_test: () => tested });
  const { user } = open();
  await user.click(screen.getByRole("button", { name: /Connect Pinata/ }));
  await user.click(screen.getByRole("button", { name: "Use an API key and its secret instead" }));
  await user.type(screen.getByLabelText("API key"), "not-a-real-key");
  expect(screen.getByRole("button", { name: "Test" })).toBeDisabled();
  await user.type(screen.getByLabelText("API secret"), "not-a-real-secret");
  await user.click(screen.getByRole("button", { name: "Test" }));
  expect(await screen.findByText("This key works")).toBeInTheDocument();
  expect(engine.of("accounts_test")).toEqual([
    { chosen: { kind: "pinata", addresses: null }, token: "not-a-real-secret", key: "not-a-real-key" },
  ]);
});
