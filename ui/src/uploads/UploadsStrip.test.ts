import { render, screen } from "@testing-library/svelte";
import { expect, test } from "vitest";
import type { UploadsHead } from "../bindings";
import { fakeEngine } from "./fakeEngine";
import FakeWindow from "./FakeWindow.svelte";
import { NOTHING, Uploads } from "./uploads.svelte";
import UploadsStrip from "./UploadsStrip.svelte";
import { howItStands } from "./wording";

const at = (hour: number, day = 3) => new Date(2026, 4, day, hour, 10).getTime();
const says = (head: Partial<UploadsHead>, percent: number | null = null) => howItStands({ ...NOTHING, ...head }, percent, at(7)).words;

test("what waits is not said to be uploading, and has no speed beside it", () => {
  fakeEngine({});
  const uploads = new Uploads({ uploads: { ...NOTHING, now: 3, waiting: 3, bytesTotal: 100 } });
  uploads.rate = 948_000;
  render(FakeWindow, { props: { component: UploadsStrip as never, uploads } });
  expect(screen.getByRole("button")).toHaveTextContent(/^Waiting, 3 items, 0%$/);
});

test("where one of several still moves, they are uploading", () => {
  expect(says({ now: 3, waiting: 2 }, 62)).toBe("Uploading 3 items, 62%");
});

test("a queue that rests says until when", () => {
  expect(says({ now: 3, paused: true, restingUntil: at(8) }, 9)).toBe("Paused until 08:10, 3 items, 9%");
  expect(says({ paused: true, restingUntil: at(6, 4) })).toBe("Paused until tomorrow, 06:10, no uploads");
  expect(says({ now: 1, paused: true })).toBe("Paused, 1 item");
});

test("uploads are finished only where none needs somebody", () => {
  expect(says({ finished: 4 })).toBe("Uploads finished");
  expect(says({ now: 1, needsYou: 1, finished: 4 })).toBe("No uploads under way");
  expect(says({})).toBe("No uploads under way");
});
