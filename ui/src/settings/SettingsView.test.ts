import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import { Accounts } from "../accounts/accounts.svelte";
import { anAccount, commandError, fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import { Settings } from "./settings.svelte";
import SettingsView from "./SettingsView.svelte";

const pinata = anAccount({
  id: "p1",
  label: "studio@northlight.example",
  kind: "pinata",
  place: "Pinata",
  publicLinks: true,
  untilQuit: true,
});

function open(answers: Record<string, (args: Record<string, unknown>) => unknown> = {}) {
  const engine = fakeEngine({ settings_set: ({ settings }) => settings, ...answers });
  const accounts = new Accounts({ accounts: [anAccount(), pinata], active: "a1" });
  const settings = new Settings({ theme: "system", detailsOpen: true, dockHeight: 316 });
  render(FakeWindow, { props: { component: SettingsView as never, accounts, settings, given: { version: "0.1.0" } } });
  return { engine, accounts, settings, user: userEvent.setup() };
}

test("a theme is painted at once and kept with the other choices", async () => {
  const { engine, settings, user } = open();
  await user.click(screen.getByRole("radio", { name: "Dark" }));
  const stop = settings.paint();
  expect(document.documentElement.dataset.theme).toBe("dark");
  stop();
  await waitFor(() => expect(engine.of("settings_set")).toEqual([{ settings: { theme: "dark", detailsOpen: true, dockHeight: 316 } }]));
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

test("accounts stand with their places, and one is removed only after it is said that nothing is unpinned", async () => {
  const { engine, accounts, user } = open();
  await user.click(screen.getByRole("button", { name: "Accounts" }));
  expect(screen.getByText("On this computer only, in use")).toBeInTheDocument();
  expect(screen.getByText("Pinata, key kept until Pinfold quits")).toBeInTheDocument();
  screen.getByRole("button", { name: "More for studio@northlight.example" }).focus();
  await user.keyboard("{Enter}");
  await user.click(await screen.findByText("Remove account…"));
  expect(await screen.findByRole("alertdialog")).toHaveTextContent("Nothing is unpinned: its pins stay at Pinata.");
  expect(engine.of("accounts_remove")).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Remove account" }));
  await waitFor(() => expect(accounts.rows).toHaveLength(1));
});

test("it says what is stored where", async () => {
  const { user } = open();
  await user.click(screen.getByRole("button", { name: "What is stored where" }));
  expect(screen.getByText("System keychain")).toBeInTheDocument();
  expect(screen.getByText(/No token is written to a file/)).toBeInTheDocument();
});
