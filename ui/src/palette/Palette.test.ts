import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import App from "../App.svelte";
import type { UploadRow } from "../bindings";
import { aGroup, aPin, aStart, enginePins } from "../pins/fakePins";
import { anUpload, deferred } from "../uploads/fakeEngine";
import { hit, looksLikeCid } from "./palette.svelte";

const CID = "bafybeigdyrzt5sfp7udm7hu76uh7y26nf3efuylqabf3oclgtqy55fbzdi";

async function open(answers: Record<string, () => unknown> = {}) {
  const engine = enginePins([aPin(1, { name: "harbour-dawn.tif" }), aPin(2, { name: "harbour-dusk.tif" }), aPin(3, { name: "notes.md" })]);
  Object.assign(engine.answers, answers);
  const user = userEvent.setup();
  render(App, { props: { start: aStart() } });
  await screen.findByText("notes.md");
  await user.keyboard("{Control>}k{/Control}");
  const field = await screen.findByRole("combobox", { name: "Pins, screens and commands" });
  await waitFor(() => expect(field).toHaveFocus());
  return { engine, user, field };
}
const mist = () => anUpload({ name: "harbour-mist.tif" });
/** The dock, with this one upload in it. */
const dockOf = (row: UploadRow) => ({
  uploads_rows: () => ({ total: 1, rows: [row] }),
  uploads_chosen: () => ({ ids: [row.id], pause: 0, resume: 0, cancel: 1, sent: 0, retry: 0, clear: 0, first: 0, last: 0 }),
});
const option = (name: RegExp) => screen.findByRole("option", { name });

test("a pin is found by typing, and Enter goes to it among all the others", async () => {
  const { engine, user, field } = await open();
  await user.keyboard("dusk");
  expect(await option(/harbour-dusk/)).toHaveAttribute("aria-selected", "true");
  expect(field).toHaveAttribute("aria-activedescendant", (await option(/harbour-dusk/)).id);
  await user.keyboard("{Enter}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await waitFor(() => expect(engine.of("pins_open").at(-1)).toMatchObject({ query: { text: "" }, look: { pin: 2 } }));
});

test("while the pins are searched anew, Enter does not go to one that the text leaves out", async () => {
  const { engine, user } = await open();
  await user.keyboard("harbour-d");
  await option(/harbour-dawn/);
  const slow = deferred<unknown>();
  const before = engine.of("pins_first").length;
  engine.answers.pins_first = () => slow.promise;
  await user.keyboard("usk");
  await waitFor(() => expect(engine.of("pins_first").length).toBeGreaterThan(before));
  expect(screen.queryByRole("option", { name: /^harbour-dawn/ })).toBeNull();
  expect(await option(/^harbour-dusk/)).toHaveAttribute("aria-selected", "true");
});

test("arrows go round what is found, and Ctrl Enter opens a pin in the browser", async () => {
  const { engine, user } = await open();
  await user.keyboard("harbour");
  await option(/harbour-dawn/);
  await user.keyboard("{ArrowDown}");
  expect(await option(/harbour-dusk/)).toHaveAttribute("aria-selected", "true");
  await user.keyboard("{ArrowUp}{ArrowUp}");
  expect(await option(/^Find .*in names/)).toHaveAttribute("aria-selected", "true");
  await user.keyboard("{ArrowDown}{Control>}{Enter}{/Control}");
  await waitFor(() => expect(engine.of("pins_open_in_browser")).toEqual([{ id: 1 }]));
});

test("screens, commands and groups are there by their names, and Escape leaves everything as it was", async () => {
  const { user } = await open({
    groups_list: () => ({ offered: true, problem: null, groups: [aGroup(4, { name: "Usable prints", pins: 12 })] }),
  });
  await user.keyboard("usa");
  expect(await option(/^Usa ?ge\s*Ctrl/)).toBeVisible();
  expect(await option(/^Usable prints\s*Group, 12 pins/)).toBeVisible();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.getByRole("region", { name: "Pins" })).toBeVisible();
  await user.keyboard("{Control>}k{/Control}");
  await user.keyboard("this sheet{Enter}");
  expect(within(await screen.findByRole("dialog", { name: "Keyboard shortcuts" })).getByText("Command palette")).toBeVisible();
});

test("a CID that is not pinned is offered to be pinned from IPFS", async () => {
  const { engine, user } = await open();
  await user.keyboard(CID);
  await waitFor(async () => expect(await option(/^Pin it from IPFS/)).toHaveAttribute("aria-selected", "true"));
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("region", { name: "Import from IPFS" })).toBeVisible();
  await waitFor(() => expect(engine.of("jobs_look_at").at(-1)).toEqual({ text: CID }));
});

test("pasting outside of a field brings the field of Import from IPFS, before the paste is done", async () => {
  const { user } = await open();
  await user.keyboard("{Escape}");
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  await user.keyboard("{Control>}v{/Control}");
  expect(screen.getByRole("textbox", { name: /^CIDs, gateway links/ })).toHaveFocus();
});

test("words are found anywhere, and only all of them", () => {
  expect(hit("Watched folders", "fold")).toEqual([8, 4]);
  expect(hit("Import from IPFS", "ipfs import")).toEqual([12, 4]);
  expect(hit("Usage", "pins")).toBeNull();
  expect(looksLikeCid(`https://gateway.example/ipfs/${CID}/a`)).toBe(true);
  expect(looksLikeCid("harbour-dawn.tif")).toBe(false);
});

test("with the dock open, the same key of both lists is found, and told in the sheet of keys", async () => {
  const { user } = await open(dockOf(mist()));
  await user.keyboard("{Escape}");
  await user.keyboard("{Control>}j{/Control}");
  await screen.findByRole("region", { name: "Uploads dock" });
  await user.click(await screen.findByText("harbour-mist.tif"));
  await user.keyboard("{Control>}k{/Control}");
  expect(await option(/^Unpin\s*Del/)).toBeVisible();
  expect(await option(/^Cancel or clear uploads\s*Del/)).toBeVisible();
  await user.keyboard("{Escape}");
  await user.keyboard("?");
  const sheet = within(await screen.findByRole("dialog", { name: "Keyboard shortcuts" }));
  expect(sheet.getByText("Cancel or clear uploads")).toBeVisible();
  expect(sheet.getByText("Unpin")).toBeVisible();
});

test("no upload that nobody chose is cancelled from here", async () => {
  const { engine, user } = await open(dockOf(mist()));
  await user.keyboard("{Escape}");
  await user.keyboard("{Control>}j{/Control}");
  await screen.findByText("harbour-mist.tif");
  await user.keyboard("{Control>}k{/Control}");
  await user.keyboard("cancel or clear");
  expect(await option(/^Find .*in names/)).toBeVisible();
  expect(screen.queryByRole("option", { name: /^Cancel or clear uploads/ })).toBeNull();
  await user.keyboard("{Escape}");
  await user.click(screen.getByText("harbour-mist.tif"));
  await user.keyboard("{Control>}k{/Control}");
  await user.keyboard("cancel or clear");
  expect(await option(/^Cancel or clear uploads/)).toHaveAttribute("aria-selected", "true");
  await user.keyboard("{Enter}");
  expect(await screen.findByRole("alertdialog", { name: "Cancel “harbour-mist.tif”?" })).toBeVisible();
  expect(engine.of("uploads_cancel")).toEqual([]);
});
