import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect, test } from "vitest";
import type { UploadSuspects } from "../bindings";
import { View } from "../lib/view.svelte";
import { anUpload, commandError, fakeEngine } from "./fakeEngine";
import FakeWindow from "./FakeWindow.svelte";
import { NOTHING, Uploads } from "./uploads.svelte";
import UploadsView from "./UploadsView.svelte";

const HELD = "3 files look like secrets: a.txt, b.txt, c.txt. What is public on IPFS cannot be taken back.";
const three: UploadSuspects = {
  files: ["a.txt", "deep/b.txt", "c.txt"].map((path, at) => ({ id: at + 4, path })),
  count: 3,
  last: 6,
};

function open(suspects: UploadSuspects = three) {
  const row = anUpload({ name: "site", kind: "folder", files: 9, state: "needs_you", reason: "secret", sentence: HELD });
  const head = { ...NOTHING, now: 1, needsYou: 1 };
  const held = { suspects };
  const engine = fakeEngine({
    uploads_head: () => head,
    uploads_rows: () => ({ total: 1, rows: [row] }),
    uploads_suspects: () => held.suspects,
  });
  render(FakeWindow, { props: { component: UploadsView as never, uploads: new Uploads({ uploads: head }), view: new View() } });
  return { engine, held, user: userEvent.setup() };
}

const sheet = async () => within(await screen.findByRole("dialog", { name: "What looks like a secret in site" }));

test("each file that looks like a secret has a box, none is ticked, and what is sent is what was ticked", async () => {
  const { engine, user } = open();
  expect(screen.queryByRole("button", { name: "Upload anyway" })).toBeNull();
  await user.click(await screen.findByRole("button", { name: "Choose files…" }));
  const asked = await sheet();
  const boxes = await asked.findAllByRole("checkbox");
  expect(boxes.map((box) => box.getAttribute("aria-checked") ?? String((box as HTMLInputElement).checked))).toEqual([
    "false",
    "false",
    "false",
  ]);
  expect(asked.getByText(/What is public on IPFS cannot be taken back/)).toBeVisible();
  await user.click(asked.getByRole("checkbox", { name: "Upload deep/b.txt" }));
  expect((await axe.run(screen.getByRole("dialog"), { rules: { "color-contrast": { enabled: false } } })).violations).toEqual([]);
  await user.click(asked.getByRole("button", { name: "Upload with 1 of 3" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(engine.of("uploads_suspects")).toEqual([{ id: 1 }]);
  expect(engine.of("uploads_allow")).toEqual([{ id: 1, yes: [5], last: 6 }]);
});

test("without a tick the rest goes without them, and closing the sheet says nothing", async () => {
  const { engine, user } = open();
  await user.click(await screen.findByRole("button", { name: "Choose files…" }));
  await user.click((await sheet()).getByRole("button", { name: "Not now" }));
  await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(engine.of("uploads_allow")).toEqual([]);
  screen.getByRole("treegrid", { name: "Uploads" }).focus();
  await user.keyboard("{Enter}");
  await user.click(await (await sheet()).findByRole("button", { name: "Upload without them" }));
  await waitFor(() => expect(engine.of("uploads_allow")).toEqual([{ id: 1, yes: [], last: 6 }]));
});

test("what changed meanwhile is said and shown anew, and a tick on what was before is none on what is now", async () => {
  const { engine, held, user } = open();
  await user.click(await screen.findByRole("button", { name: "Choose files…" }));
  const asked = await sheet();
  await user.click(await asked.findByRole("checkbox", { name: "Upload a.txt" }));
  held.suspects = { files: [{ id: 9, path: "d.txt" }], count: 1, last: 9 };
  engine.answers.uploads_allow = () => {
    throw commandError("changed", "What looks like a secret in it has changed meanwhile.");
  };
  await user.click(asked.getByRole("button", { name: "Upload with 1 of 3" }));
  expect(await asked.findByRole("alert")).toHaveTextContent("has changed meanwhile");
  expect(asked.getByRole("checkbox", { name: "Upload d.txt" })).not.toBeChecked();
  expect(asked.queryByRole("checkbox", { name: "Upload a.txt" })).toBeNull();
  expect(asked.getByRole("button", { name: "Upload without them" })).toBeVisible();
});

test("files that are not told cannot get a yes, and how many they are is said", async () => {
  const { user } = open({ ...three, count: 203 });
  await user.click(await screen.findByRole("button", { name: "Choose files…" }));
  expect(await (await sheet()).findByText("and 200 more files, all left out.")).toBeVisible();
});
