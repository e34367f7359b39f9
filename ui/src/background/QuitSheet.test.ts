import { render, screen, waitFor } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { commandError, fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import { Background } from "./background.svelte";
import QuitSheet from "./QuitSheet.svelte";

const SENTENCE = "Watched folders stop when Pinfold quits, and go on after the next start.";

async function open(answers: Record<string, () => unknown> = {}) {
  const engine = fakeEngine(answers);
  const around = { uploads: vi.fn(), watch: vi.fn() };
  const background = new Background(around);
  await background.listen();
  render(FakeWindow, { props: { component: QuitSheet as never, background } });
  return { engine, around, user: userEvent.setup() };
}

test("closing without a tray says what stops; keeping it open is told to the shell", async () => {
  const { engine, user } = await open();
  await engine.emit("asked", { kind: "quit", sentence: SENTENCE });
  expect(await screen.findByRole("alertdialog", { name: "Quit Pinfold?" })).toHaveTextContent(SENTENCE);
  expect(screen.getByRole("button", { name: "Keep open" })).toHaveFocus();
  await user.click(screen.getByRole("button", { name: "Keep open" }));
  await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  expect(engine.of("background_keep_open")).toHaveLength(1);
  expect(engine.of("background_quit")).toEqual([]);
});

test("Quit quits, and says why where it could not", async () => {
  const { engine, user } = await open({
    background_quit: () => {
      throw commandError("internal", "It could not quit.");
    },
  });
  await engine.emit("asked", { kind: "quit", sentence: SENTENCE });
  await user.click(await screen.findByRole("button", { name: "Quit" }));
  expect(await screen.findByText("It could not quit.")).toBeInTheDocument();
  expect(engine.of("background_quit")).toHaveLength(1);
});

test("a click on a notification opens what it told of", async () => {
  const { engine, around } = await open();
  await engine.emit("asked", { kind: "watch", id: 7 });
  expect(around.watch).toHaveBeenCalledWith(7);
  await engine.emit("asked", { kind: "uploads" });
  expect(around.uploads).toHaveBeenCalledOnce();
});
