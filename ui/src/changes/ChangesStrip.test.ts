import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import App from "../App.svelte";
import { aChange, aPin, aStart, enginePins, refuse } from "../pins/fakePins";

let revision = 100;

async function open(with_: Parameters<typeof aChange>[1] = {}) {
  const engine = enginePins([aPin(1)]);
  const user = userEvent.setup();
  engine.held.changes = [aChange(1, with_)];
  const change = async (to: Parameters<typeof aChange>[1]) => {
    engine.held.changes = [aChange(1, to)];
    await engine.emit("changed", { noun: "change", revision: ++revision, ids: [1] });
  };
  render(App, { start: aStart() });
  return { engine, user, change };
}

const strip = () => screen.findByRole("region", { name: "Changes of pins" });

test("a change under way says how far it is, can be cancelled from the keyboard, and says what stays done", async () => {
  const { engine, user, change } = await open({ sentence: "3 of 9 unpinned", done: 3, left: 6 });
  const row = within(await strip());
  expect(row.getByText("3 of 9 unpinned")).toBeVisible();
  expect(row.getByRole("progressbar", { name: "Unpin 9 pins" })).toHaveAttribute("aria-valuenow", "33");
  row.getByRole("button", { name: "Cancel" }).focus();
  await user.keyboard("{Enter}");
  await waitFor(() => expect(engine.of("changes_cancel")).toEqual([{ id: 1 }]));
  const sentence = "4 of 9 unpinned. Cancelled: 5 were not asked for. What is done stays done.";
  await change({ state: "cancelled", sentence, done: 4, left: 5 });
  expect(await row.findByText(sentence)).toBeVisible();
  expect(row.queryByRole("progressbar")).toBeNull();
  await user.click(row.getByRole("button", { name: "Close Unpin 9 pins" }));
  await waitFor(() => expect(screen.queryByRole("region", { name: "Changes of pins" })).toBeNull());
});

test("what failed is shown pin by pin with its cause, and tried again", async () => {
  const { engine, user } = await open({ state: "ended", sentence: "7 of 9 unpinned, 2 failed.", done: 7, failed: 2, left: 0 });
  const sentence = "Pinata said “403 Forbidden”.";
  engine.answers.changes_refusals = () => ({
    total: 2,
    rows: [3, 4].map((n) => ({ name: `pin-${n}.tif`, cid: "bafy", sentence, unsure: false })),
  });
  await user.click(within(await strip()).getByRole("button", { name: "Show" }));
  const sheet = await screen.findByRole("dialog", { name: "2 of 9 could not be changed" });
  await waitFor(() => expect(sheet).toHaveTextContent(/pin-3\.tif Pinata said “403 Forbidden”\..*pin-4\.tif/));
  await user.click(within(sheet).getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(engine.of("changes_retry")).toEqual([{ id: 1 }]));
  await waitFor(() => expect(sheet).not.toBeInTheDocument());
});

test("what cannot be done is an alert, and a pause that the service wants is none", async () => {
  const { engine, user } = await open({ state: "stopped", sentence: "3 of 9 unpinned", done: 3, left: 6 });
  refuse(engine, "changes_retry", "disk_full", "The disk is full.");
  const goOn = await within(await strip()).findByRole("button", { name: "Go on" });
  await user.click(goOn);
  expect(await within(await strip()).findByRole("alert")).toHaveTextContent("The disk is full.");
  refuse(engine, "changes_retry", "rate_limited", "Pinata asked to wait between requests.");
  await user.click(goOn);
  expect(await within(await strip()).findByRole("status")).toHaveTextContent("Pinata asked to wait between requests.");
  expect(within(await strip()).queryByRole("alert")).toBeNull();
});

test("what ended well leaves a toast and no strip", async () => {
  const { engine, change } = await open({ sentence: "3 of 9 unpinned", done: 3, left: 6 });
  await strip();
  await change({ state: "ended", sentence: "9 of 9 unpinned.", done: 9, left: 0 });
  expect(within(await screen.findByRole("region", { name: "Notifications" })).getByText("Unpin 9 pins: done")).toBeVisible();
  expect(screen.queryByRole("region", { name: "Changes of pins" })).toBeNull();
  expect(engine.of("changes_close")).toEqual([{ id: 1 }]);
});
