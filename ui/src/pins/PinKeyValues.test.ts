import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { expect, test } from "vitest";
import type { PinDetails } from "../bindings";
import { aPin } from "./fakePins";
import PinKeyValues from "./PinKeyValues.svelte";

function shown(keyvalues: [string, string][]) {
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
  return { pin, saving: false, onsave: () => Promise.resolve(true), ondone: () => undefined };
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
