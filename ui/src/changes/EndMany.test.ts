import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import App from "../App.svelte";
import { clock } from "../lib/clock.svelte";
import { aChange, aPin, aStart, enginePins } from "../pins/fakePins";
import { commandError } from "../uploads/fakeEngine";

// Wide enough that what is selected is told of beside the list.
beforeEach(() => void Object.assign(window, { innerWidth: 1280 }));
afterEach(() => {
  vi.useRealTimers();
  clock.look();
});

/** Three pins are selected, and the sheet is asked for where the selection is told of. */
async function open() {
  const engine = enginePins([aPin(1), aPin(2), aPin(3)]);
  const user = userEvent.setup();
  render(App, { start: aStart() });
  await user.click(await screen.findByRole("row", { name: /pin-1\.tif/ }));
  await user.keyboard("{Control>}a{/Control}");
  await user.click(await screen.findByRole("button", { name: "Set" }));
  return { engine, user, sheet: within(await screen.findByRole("dialog", { name: "When 3 pins expire" })) };
}

test("many pins are given one end, or none any more", async () => {
  const { engine, user, sheet } = await open();
  expect(sheet.getByText(/unpins them by itself/)).toBeVisible();
  await user.selectOptions(sheet.getByRole("combobox", { name: "Expires" }), "Never");
  expect(sheet.getByText(/stay until somebody unpins them/)).toBeVisible();
  await user.click(sheet.getByRole("button", { name: "Set" }));
  await waitFor(() =>
    expect(engine.of("changes_start")).toMatchObject([{ selection: { ranges: [[0, 2]] }, what: { kind: "expire", at: null } }]),
  );
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("a day that is over cannot be chosen, and a refusal stays in the sheet", async () => {
  const { engine, user, sheet } = await open();
  engine.answers.changes_start = () => {
    throw commandError("missing_scope", "The key may not let pins expire.");
  };
  await user.selectOptions(sheet.getByRole("combobox", { name: "Expires" }), "On a date");
  await user.type(sheet.getByRole("textbox", { name: "Date" }), "2001-02-03");
  expect(sheet.getByRole("button", { name: "Set" })).toBeDisabled();
  await user.clear(sheet.getByRole("textbox", { name: "Date" }));
  await user.type(sheet.getByRole("textbox", { name: "Date" }), "2101-02-03");
  await user.click(sheet.getByRole("button", { name: "Set" }));
  expect(await sheet.findByRole("alert")).toHaveTextContent("The key may not let pins expire.");
});

test("a change that takes its time is told with the end that was sent, also when the sheet is long gone", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(2027, 3, 18, 10, 0, 30) });
  const warn = vi.spyOn(console, "warn");
  const { engine, user, sheet } = await open();
  engine.answers.changes_start = () => {
    const change = aChange(1, { total: 3, left: 3 });
    engine.held.changes = [change];
    return change;
  };
  await user.click(sheet.getByRole("button", { name: "Set" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  const sent = engine.of("changes_start").at(-1)?.what as { at: number };
  expect(sent.at).toBe(new Date(2027, 3, 25, 10, 0, 30).getTime());
  vi.setSystemTime(new Date(2027, 3, 18, 10, 5));
  clock.look();
  engine.held.changes = [aChange(1, { total: 3, done: 3, left: 0, state: "ended" })];
  await engine.emit("changed", { noun: "change", revision: 2, ids: null });
  expect(
    await within(await screen.findByRole("region", { name: "Notifications" })).findByText("3 pins expire on 25 Apr 2027, 10:00"),
  ).toBeVisible();
  expect(warn.mock.calls.join()).not.toContain("derived_inert");
});

test("a day that ends between typing and clicking starts no change", async () => {
  vi.useFakeTimers({ toFake: ["Date"], now: new Date(2027, 3, 18, 23, 59, 30) });
  const { engine, user, sheet } = await open();
  await user.selectOptions(sheet.getByRole("combobox", { name: "Expires" }), "On a date");
  await user.type(sheet.getByRole("textbox", { name: "Date" }), "2027-04-18");
  vi.setSystemTime(new Date(2027, 3, 19, 0, 0, 1));
  await user.click(sheet.getByRole("button", { name: "Set" }));
  expect(await sheet.findByRole("alert")).toHaveTextContent("A date that is still to come");
  expect(engine.of("changes_start")).toEqual([]);
});
