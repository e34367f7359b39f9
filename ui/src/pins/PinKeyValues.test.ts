import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { expect, test, vi } from "vitest";
import type { PinDetails, PinId } from "../bindings";
import type { Held, KeyValuesDraft } from "../lib/keyValues";
import { aPin } from "./fakePins";
import PinKeyValues from "./PinKeyValues.svelte";

const TEXT_ONLY = "Pinata keeps key-values as text with this key.";

function shown(
  keyvalues: Held[],
  textOnly: string | null = TEXT_ONLY,
  onsave: (edit: unknown) => void = () => undefined,
  drafts = new Map<PinId, KeyValuesDraft>(),
) {
  const pin: PinDetails = {
    row: aPin(1),
    keyvalues,
    files: 1,
    checkSentence: "",
    checkedAt: null,
    localCid: null,
    endSentence: "",
    over: null,
    source: null,
    link: null,
    openable: false,
    past: [],
    presence: [],
  };
  const save = (edit: unknown) => {
    onsave(edit);
    return Promise.resolve(true);
  };
  return { pin, saving: false, textOnly, drafts, onsave: save, ondone: () => undefined };
}

test("a line that was just added stays when the pin is read again", async () => {
  const user = userEvent.setup();
  const { rerender } = render(PinKeyValues, { props: shown([]) });
  await user.click(screen.getByRole("button", { name: "Add" }));
  await rerender(shown([]));
  expect(screen.getByRole("textbox", { name: "Key 1" })).toHaveFocus();
});

test("what the service holds now is shown where nothing was touched", async () => {
  const { rerender } = render(PinKeyValues, { props: shown([["paper", "Baryta"]]) });
  await rerender(shown([["paper", "Rag"]]));
  expect(screen.getByDisplayValue("Rag")).toBeVisible();
});

test("what was typed is there again when the pin is shown again, and is forgotten once it is saved", async () => {
  const user = userEvent.setup();
  const drafts = new Map<PinId, KeyValuesDraft>();
  const saved = vi.fn();
  const first = render(PinKeyValues, { props: shown([["paper", "Rag"]], TEXT_ONLY, saved, drafts) });
  await user.type(screen.getByDisplayValue("Rag"), " 308");
  first.unmount();

  // Somebody else gave it a key meanwhile: it is not taken away.
  const held: Held[] = [
    ["paper", "Rag"],
    ["size", "A2"],
  ];
  render(PinKeyValues, { props: shown(held, TEXT_ONLY, saved, drafts) });
  expect(screen.getByDisplayValue("Rag 308")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(saved).toHaveBeenCalledWith({ set: [["paper", "Rag 308"]], remove: [] });
  expect(screen.getByDisplayValue("A2")).toBeVisible();
  expect(drafts.size).toBe(0);
});

test("what was typed and taken back by hand is no draft: what the service holds is shown again", async () => {
  const user = userEvent.setup();
  const drafts = new Map<PinId, KeyValuesDraft>();
  const { rerender } = render(PinKeyValues, { props: shown([["paper", "Rag"]], TEXT_ONLY, undefined, drafts) });
  await user.type(screen.getByDisplayValue("Rag"), "s{Backspace}");
  expect(drafts.size).toBe(0);
  await rerender(shown([["paper", "Baryta"]], TEXT_ONLY, undefined, drafts));
  expect(screen.getByDisplayValue("Baryta")).toBeVisible();
});

test("what was saved while another pin was shown is not unsaved when its pin is shown again", async () => {
  const user = userEvent.setup();
  const drafts = new Map<PinId, KeyValuesDraft>();
  let answer: (saved: boolean) => void = () => undefined;
  const slow = {
    ...shown([["paper", "Rag"]], TEXT_ONLY, undefined, drafts),
    onsave: () => new Promise<boolean>((done) => (answer = done)),
  };
  const first = render(PinKeyValues, { props: slow });
  await user.type(screen.getByDisplayValue("Rag"), " 308{Enter}");
  first.unmount();
  // Shown again before the answer, and read again after it.
  const { rerender } = render(PinKeyValues, { props: shown([["paper", "Rag"]], TEXT_ONLY, undefined, drafts) });
  expect(screen.getByRole("button", { name: "Save" })).toBeVisible();
  answer(true);
  await rerender(shown([["paper", "Rag 308"]], TEXT_ONLY, undefined, drafts));
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
  expect(drafts.size).toBe(0);
});

test("where the service keeps kinds one is chosen, and what was not touched keeps its own", async () => {
  const user = userEvent.setup();
  const saved = vi.fn();
  const held: Held[] = [
    ["edition", 5],
    ["code", "7"],
  ];
  render(PinKeyValues, { props: shown(held, null, saved) });
  expect(screen.getByRole("combobox", { name: "Kind of edition" })).toHaveDisplayValue("Number");
  const { violations } = await axe.run(document.body, { rules: { "color-contrast": { enabled: false }, region: { enabled: false } } });
  expect(violations.map(({ id }) => id)).toEqual([]);
  await user.selectOptions(screen.getByRole("combobox", { name: "Kind of code" }), "Number");
  await user.click(screen.getByRole("button", { name: "Save" }));
  expect(saved).toHaveBeenCalledWith({ set: [["code", 7]], remove: [] });
});

test("a number that is none is said, and nothing is saved", async () => {
  const user = userEvent.setup();
  const saved = vi.fn();
  render(PinKeyValues, { props: shown([["edition", 5]], null, saved) });
  await user.type(screen.getByRole("textbox", { name: "Value of edition" }), "th{Enter}");
  expect(screen.getByRole("alert")).toHaveTextContent("A number is written as 5 or -0.25.");
  expect(saved).not.toHaveBeenCalled();
});

test("where only text is kept none is chosen, and that is said of what reads as a number", async () => {
  const user = userEvent.setup();
  const saved = vi.fn();
  render(PinKeyValues, { props: shown([["edition", "four"]], TEXT_ONLY, saved) });
  expect(screen.queryByRole("combobox")).toBeNull();
  expect(screen.queryByText(TEXT_ONLY)).toBeNull();
  const value = screen.getByRole("textbox", { name: "Value of edition" });
  await user.clear(value);
  await user.type(value, "5");
  expect(screen.getByText(TEXT_ONLY)).toBeVisible();
  await user.keyboard("{Enter}");
  expect(saved).toHaveBeenCalledWith({ set: [["edition", "5"]], remove: [] });
});
