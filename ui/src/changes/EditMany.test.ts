import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import App from "../App.svelte";
import type { EditOfMany } from "../bindings";
import { aPin, aStart, enginePins } from "../pins/fakePins";
import { commandError } from "../uploads/fakeEngine";

async function open() {
  const engine = enginePins([aPin(1), aPin(2), aPin(3)]);
  engine.answers.changes_preview = ({ edit }) => {
    const { rename, set, remove } = edit as EditOfMany;
    if (rename?.includes("{path}")) throw commandError("bad_input", "{path} is not known in a name.");
    const rows = [1, 2].map((n) => ({ before: `pin-${n}.tif`, after: rename && `Print ${n}`, set, removed: remove, problem: null }));
    return { total: 3, changed: 2, unchanged: 1, impossible: 0, rows };
  };
  const user = userEvent.setup();
  render(App, { start: aStart() });
  await user.click(await screen.findByRole("row", { name: /pin-1\.tif/ }));
  await user.keyboard("{Control>}ae{/Control}");
  return { engine, user, sheet: within(await screen.findByRole("dialog", { name: "Edit 3 pins" })) };
}

test("many pins are edited together: before and after are shown first, and only what was previewed is asked for", async () => {
  const { engine, user, sheet } = await open();
  expect(sheet.getByText("Nothing changes yet.")).toBeVisible();
  expect(sheet.getByRole("button", { name: "Change" })).toBeDisabled();
  await user.type(sheet.getByLabelText("Name"), "Print {{n}");
  await user.type(sheet.getByLabelText("Key 1"), "series");
  await user.type(sheet.getByLabelText("Value of series"), "Harbour");
  await user.type(sheet.getByLabelText("Take keys away"), "camera, place");
  expect(await sheet.findByText("2 of 3 will change, 1 is so already.")).toBeVisible();
  await waitFor(() =>
    expect(sheet.getByRole("region", { name: "Before and after" })).toHaveTextContent(
      /pin-1\.tif becomes Print 1.*series = Harbour.*place/,
    ),
  );
  const edit = { rename: "Print {n}", set: [["series", "Harbour"]], remove: ["camera", "place"] };
  await waitFor(() => expect(engine.of("changes_preview").at(-1)).toMatchObject({ edit }));
  await user.click(await sheet.findByRole("button", { name: "Change 2" }));
  await waitFor(() =>
    expect(engine.of("changes_start")).toMatchObject([{ selection: { ranges: [[0, 2]] }, what: { kind: "edit", ...edit } }]),
  );
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
});

test("an edit that makes no sense says why and cannot be sent", async () => {
  const { engine, user, sheet } = await open();
  await user.type(sheet.getByLabelText("Name"), "{{path}{Enter}");
  expect(await sheet.findByRole("alert")).toHaveTextContent("{path} is not known in a name.");
  expect(sheet.getByRole("button", { name: "Change" })).toBeDisabled();
  expect(engine.of("changes_start")).toEqual([]);
});
