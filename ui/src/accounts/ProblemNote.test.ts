import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeEach, expect, test } from "vitest";
import App from "../App.svelte";
import type { AccountRow } from "../bindings";
import { aKey } from "../keys/fakeKeys";
import { aPin, aStart, enginePins, pinata, refuse } from "../pins/fakePins";

beforeEach(() => void Object.assign(window, { innerWidth: 1280 }));

const WORDS = "Pinata asked to wait between requests. Try again in a minute.";
const PROMISE = "The service wants a pause; Pinfold goes on by itself.";

/** An engine whose service wants a pause of 59 s before it answers `command`. */
function open(command: string) {
  const hold = { code: "rate_limited" as const, sentence: "Pinata asked to wait between requests.", until: Date.now() + 59_000 };
  const engine = enginePins([aPin(1), aPin(2)]);
  const held = { row: { ...pinata, hold } as AccountRow };
  engine.answers.accounts_list = () => [held.row];
  engine.answers.keys_list = () => ({ rows: [aKey(1)], next: null, asOf: 1_700_000_000_000 });
  engine.answers.pins_unpinned = () => ({ rows: [], next: null });
  const answer = engine.answers[command] ?? (() => null);
  refuse(engine, command, "rate_limited", WORDS);
  render(App, { props: { start: aStart() } });
  const tell = async (row: AccountRow) => {
    held.row = row;
    await engine.emit("changed", { noun: "account", revision: 1, ids: null });
  };
  return {
    engine,
    user: userEvent.setup(),
    /** The engine says that the account is held, or held no more. */
    begins: () => tell({ ...pinata, hold }),
    ends: async () => {
      engine.answers[command] = answer;
      await tell(pinata);
    },
  };
}

const main = () => within(screen.getByRole("main"));
const counting = () => main().findByText(/^Continuing in \d+\ss\.$/);

const SCREENS: [string, string, (user: ReturnType<typeof userEvent.setup>) => Promise<void>][] = [
  ["the keys", "keys_list", async (user) => user.click(await screen.findByRole("button", { name: "API keys" }))],
  ["the usage", "usage_totals", async (user) => user.click(await screen.findByRole("button", { name: "Usage" }))],
  [
    "what was unpinned",
    "pins_unpinned",
    async (user) => {
      await screen.findByRole("row", { name: /pin-1\.tif/ });
      await user.click(screen.getByRole("radio", { name: "Unpinned" }));
    },
  ],
  ["the details of a pin", "pins_details", async (user) => user.click(await screen.findByRole("row", { name: /pin-1\.tif/ }))],
  [
    "what several pins have in common",
    "pins_summary",
    async (user) => {
      await user.click(await screen.findByRole("row", { name: /pin-1\.tif/ }));
      await user.keyboard("{Control>}a{/Control}");
    },
  ],
  [
    "the list of pins",
    "pins_refresh",
    async (user) => {
      await screen.findByRole("row", { name: /pin-1\.tif/ });
      await user.keyboard("{Control>}r{/Control}");
    },
  ],
];

test.each(SCREENS)(
  "while the service wants a pause, %s: no alert but a countdown, and what is missing is asked for once more after it",
  async (_, command, go) => {
    const { engine, user, begins, ends } = open(command);
    await go(user);
    await waitFor(() => expect(engine.of(command)).not.toHaveLength(0));
    await begins();
    expect(await counting()).toBeVisible();
    expect(main().queryByRole("alert")).toBeNull();
    expect(main().queryByRole("button", { name: "Try again" })).toBeNull();
    const asked = engine.of(command).length;
    await ends();
    await waitFor(() => expect(engine.of(command)).toHaveLength(asked + 1));
    await waitFor(() => expect(main().queryByText(PROMISE)).toBeNull());
    await begins();
    await ends();
    await waitFor(() => expect(screen.queryByText(/^Continuing/)).toBeNull());
    expect(engine.of(command)).toHaveLength(asked + 1);
  },
);

test("a pause of which nobody knows how long it is says that it goes on, and can be tried", async () => {
  const { engine, user } = open("keys_list");
  engine.answers.accounts_list = () => [pinata];
  await user.click(await screen.findByRole("button", { name: "API keys" }));
  expect((await main().findByText(PROMISE)).closest("[role]")).toHaveAttribute("role", "status");
  expect(main().queryByRole("alert")).toBeNull();
  expect((await axe.run(screen.getByRole("main"), { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);
  const asked = engine.of("keys_list").length;
  await user.click(main().getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(engine.of("keys_list")).toHaveLength(asked + 1));
});

test("what a person wanted to change is not repeated by itself after a pause, and nothing says that it is", async () => {
  const { engine, user, begins, ends } = open("pins_copy");
  await user.click(await screen.findByRole("row", { name: /pin-1\.tif/ }));
  await user.keyboard("{Control>}c{/Control}");
  expect((await main().findByText(WORDS)).closest("[role]")).toHaveAttribute("role", "status");
  await begins();
  await ends();
  await waitFor(() => expect(screen.queryByText(/^Continuing/)).toBeNull());
  expect(engine.of("pins_copy")).toHaveLength(1);
  expect(main().queryByText(PROMISE)).toBeNull();
});

test("an edit before which the service wants a pause is not saved, is told so calmly, and is not repeated by itself", async () => {
  const { engine, user, begins, ends } = open("pins_edit");
  await user.click(await screen.findByRole("row", { name: /pin-1\.tif/ }));
  await user.keyboard("{F2}");
  await user.type(await screen.findByRole("textbox", { name: "Name" }), "x{Enter}");
  expect((await main().findByText(`Not saved. ${WORDS}`)).closest("[role]")).toHaveAttribute("role", "status");
  await begins();
  await ends();
  await waitFor(() => expect(screen.queryByText(/^Continuing/)).toBeNull());
  expect(main().queryByRole("alert")).toBeNull();
  expect(engine.of("pins_edit")).toHaveLength(1);
});
