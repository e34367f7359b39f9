import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import App from "../App.svelte";
import { aPin, aStart, enginePins } from "../pins/fakePins";
import { commandError } from "../uploads/fakeEngine";

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
