import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Accounts } from "../accounts/accounts.svelte";
import { anAccount, commandError, fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import { FIRST, Settings } from "./settings.svelte";
import SettingsView from "./SettingsView.svelte";

const pinata = anAccount({
  id: "p1",
  label: "studio@northlight.example",
  kind: "pinata",
  place: "Pinata",
  publicLinks: true,
  untilQuit: true,
});

const none = { may: [], mayNot: [], notOffered: [] };

function open(answers: Record<string, (args: Record<string, unknown>) => unknown> = {}) {
  const engine = fakeEngine({ settings_set: ({ settings }) => settings, ...answers });
  const accounts = new Accounts({ accounts: [anAccount(), pinata], active: "a1" });
  const settings = new Settings(FIRST);
  render(FakeWindow, { props: { component: SettingsView as never, accounts, settings, given: { version: "0.1.0" } } });
  return { engine, accounts, settings, user: userEvent.setup() };
}

test("a theme is painted at once and kept with the other choices", async () => {
  const { engine, settings, user } = open();
  await user.click(screen.getByRole("radio", { name: "Dark" }));
  const stop = settings.paint();
  expect(document.documentElement.dataset.theme).toBe("dark");
  stop();
  await waitFor(() => expect(engine.of("settings_set")).toEqual([{ settings: { ...FIRST, theme: "dark" } }]));
});

test("a choice that was not kept is taken back with the reason", async () => {
  const { settings, user } = open({
    settings_set: () => {
      throw commandError("disk_full", "The disk is full.");
    },
  });
  await user.click(screen.getByRole("radio", { name: "Dark" }));
  expect(await screen.findByText("The disk is full.")).toBeInTheDocument();
  expect(settings.theme).toBe("system");
  expect(screen.getByRole("radio", { name: "System" })).toBeChecked();
});

test("starting at login shows what stands on disk, also when it could not be changed", async () => {
  let on = false;
  const { engine, user } = open({
    background_now: () => ({ tray: true, login: { on, note: on ? "At login another program is started: /old." : null } }),
    background_start_at_login: () => {
      throw commandError("internal", "Starting at login could not be changed. It is as it was.");
    },
  });
  const login = await screen.findByRole("switch", { name: "Start at login" });
  await waitFor(() => expect(login).toBeEnabled());
  await user.click(login);
  expect(engine.of("background_start_at_login")).toEqual([{ on: true }]);
  expect(await screen.findByText(/It is as it was/)).toBeInTheDocument();
  expect(login).not.toBeChecked();
  on = true;
  window.dispatchEvent(new Event("focus"));
  await waitFor(() => expect(login).toBeChecked());
  expect(screen.getByText("At login another program is started: /old.")).toBeInTheDocument();
});

test("without a tray nothing promises one", async () => {
  const { engine, user } = open({ background_now: () => ({ tray: false, login: { on: true, note: null } }) });
  expect(await screen.findByText(/This desktop has no tray, so closing quits/)).toBeInTheDocument();
  expect(screen.queryByText(/Keep running in the tray/)).toBeNull();
  await user.click(screen.getByRole("radio", { name: "Quit" }));
  await waitFor(() => expect(engine.of("settings_set")).toEqual([{ settings: { ...FIRST, onClose: "quit" } }]));
});

test("accounts stand with what they are and hold, and how each is", async () => {
  const rows = [
    anAccount({ pins: 6, bytes: 12_000_000 }),
    { ...pinata, pins: 12_430 },
    anAccount({
      id: "f1",
      kind: "psa",
      label: "Filebase",
      place: "Filebase",
      address: "api.filebase.io/v1/ipfs",
      pins: 1,
      noUploads: "No.",
    }),
  ];
  const { accounts, user } = open({ accounts_list: () => rows });
  await user.click(screen.getByRole("button", { name: "Accounts" }));
  expect(await screen.findByText("On this computer only, 6 pins, 12.0 MB, in use")).toBeInTheDocument();
  expect(screen.getByText("Pinata, 12,430 pins, key kept until Pinfold quits")).toBeInTheDocument();
  expect(screen.getByText("Pinning service, api.filebase.io/v1/ipfs, 1 pin, no uploads")).toBeInTheDocument();
  expect(screen.getAllByText("Working")).toHaveLength(3);
  screen.getByRole("button", { name: "More for studio@northlight.example" }).focus();
  await user.keyboard("{Enter}");
  await user.click(await screen.findByText("Remove account…"));
  expect(accounts.sheet).toMatchObject({ kind: "remove", row: { id: "p1" } });
});

test("an account that never answered is not said to work, and a key that lacks features says how many", async () => {
  const rows = [{ ...pinata, answeredAt: null, lacks: 2 }];
  const { user } = open({ accounts_list: () => rows });
  await user.click(screen.getByRole("button", { name: "Accounts" }));
  expect(await screen.findByText("Not asked yet")).toBeInTheDocument();
  expect(screen.getByText(/, its key lacks 2 features/)).toBeInTheDocument();
  expect(screen.queryByText("Working")).toBeNull();
});

test("an account whose service wants a pause is told calmly, with the time it still takes", async () => {
  const sentence = "Pinata asked to wait between requests. Uploads go on by themselves.";
  const rows = [{ ...pinata, hold: { code: "rate_limited" as const, sentence, until: Date.now() + 23_000 } }];
  const { accounts, user } = open({ accounts_list: () => rows });
  await user.click(screen.getByRole("button", { name: "Accounts" }));
  const state = (await screen.findByText("Continuing in 23 s.")).closest(".state");
  expect(state).toHaveTextContent(sentence);
  expect(state).not.toHaveClass("held");
  accounts.problem = commandError("rate_limited", "Pinata asked to wait between requests. Try again in a minute.");
  expect((await screen.findByText(accounts.problem.message)).closest("[role]")).toHaveAttribute("role", "status");
  expect(screen.queryByRole("alert")).toBeNull();
});

test("a test opens what came of it, and an account that did not answer says why", async () => {
  const failing = { ...pinata, trouble: "Pinata cannot be reached." };
  const health = {
    row: failing,
    answeredAt: 1,
    failedAt: 2,
    failure: "Pinata cannot be reached.",
    testedAt: null,
    abilities: none,
    keyId: null,
  };
  const { accounts, engine, user } = open({ accounts_list: () => [failing], accounts_check: () => health });
  await user.click(screen.getByRole("button", { name: "Accounts" }));
  expect(await screen.findByText("Pinata cannot be reached.")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Test" }));
  await waitFor(() => expect(accounts.sheet).toMatchObject({ kind: "health", row: { id: "p1" } }));
  expect(engine.of("accounts_check")).toEqual([{ id: "p1" }]);
});

test("it says what is stored where", async () => {
  const { user } = open();
  await user.click(screen.getByRole("button", { name: "What is stored where" }));
  expect(screen.getByText("System keychain")).toBeInTheDocument();
  expect(screen.getByText(/No token is written to a file/)).toBeInTheDocument();
});
