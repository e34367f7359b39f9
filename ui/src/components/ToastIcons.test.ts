import { render, screen } from "@testing-library/svelte";
import { expect, test } from "vitest";
import { fakeEngine } from "../uploads/fakeEngine";
import FakeWindow from "../uploads/FakeWindow.svelte";
import Toasts from "./Toasts.svelte";
import { Toasts as ToastList } from "./toasts.svelte";

test("a tick stands beside what is done, and not beside what has only begun or did not happen", () => {
  fakeEngine({});
  const toasts = new ToastList();
  toasts.show("Saved");
  toasts.show("Uploading 2 items", null, "begun");
  toasts.show("Nothing was copied", null, "not_done");
  render(FakeWindow, { props: { component: Toasts as never, toasts } });
  const icons = screen.getByRole("region", { name: "Notifications" }).querySelectorAll("svg.lucide");
  const ticks = [...icons].filter((icon) => icon.classList.contains("lucide-circle-check"));
  expect(ticks.map((tick) => tick.closest(".toast")?.textContent?.trim())).toEqual(["Saved"]);
});
