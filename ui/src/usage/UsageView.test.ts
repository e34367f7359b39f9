import { render, screen, waitFor, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { beforeEach, expect, test } from "vitest";
import App from "../App.svelte";
import type { UsageReport, UsageTotals } from "../bindings";
import { aStart } from "../pins/fakePins";
import { commandError, fakeEngine } from "../uploads/fakeEngine";
import { stepName, ticks } from "./chart";

beforeEach(() => void Object.assign(window, { innerWidth: 1280 }));

const MAY = Date.UTC(2026, 4, 1);
const totals: UsageTotals = { pins: 12_430, bytes: 184_200_000_000, bytesWithReplications: 368_400_000_000, asOf: 1_700_000_000_000 };

function aReport(with_: Partial<UsageReport> = {}): UsageReport {
  return {
    source: "Counted from the list of pins that Pinata gave",
    asOf: 1_700_000_000_000,
    refreshing: false,
    pins: 12_430,
    bytes: 184_200_000_000,
    largest: [
      { id: 7, name: "harbour.mov", cid: "bafyharbour", kind: "film", bytes: 9_200_000_000 },
      { id: 9, name: null, cid: "bafynameless", kind: "file", bytes: 100 },
    ],
    kinds: [
      { kind: "film", pins: 52, bytes: 100_000_000_000 },
      { kind: "image", pins: 12_378, bytes: 84_200_000_000 },
    ],
    groups: [],
    step: "month",
    growth: [
      { at: Date.UTC(2026, 3, 1), pins: 12_000, bytes: 176_000_000_000, addedPins: 10, addedBytes: 16_000_000_000 },
      { at: MAY, pins: 12_430, bytes: 184_200_000_000, addedPins: 430, addedBytes: 8_200_000_000 },
    ],
    notes: [],
    ...with_,
  };
}

async function open(report: () => UsageReport, told: () => UsageTotals | null = () => totals) {
  const engine = fakeEngine({ usage_report: report, usage_totals: told });
  render(App, { props: { start: aStart() } });
  const user = userEvent.setup();
  await user.click(await screen.findByRole("button", { name: "Usage" }));
  await screen.findByRole("heading", { level: 1, name: "Usage" });
  return { engine, user };
}

/** What stands under a card's name. */
const card = async (label: string) => within((await screen.findByText(label, { selector: "dt" })).parentElement!);

test("the service's totals are shown, and no quota that nobody told", async () => {
  await open(() => aReport());
  await waitFor(async () => expect((await card("Stored")).getByText("184 GB")).toBeVisible());
  expect((await card("Pins")).getByText("12,430")).toBeVisible();
  expect((await card("With replications")).getByText("368 GB")).toBeVisible();
  expect(screen.queryByText(/quota|of 1 TB|plan/i)).toBeNull();
});

test("a figure that cannot be is unknown, never a number, and what the list adds up to stands beside it", async () => {
  await open(
    () => aReport(),
    () => ({ ...totals, pins: null, bytes: null, bytesWithReplications: null }),
  );
  const stored = await card("Stored");
  expect(await stored.findByText("Unknown")).toBeVisible();
  expect(await stored.findByText("The list adds up to 184 GB")).toBeVisible();
  expect((await card("Pins")).getByText("Unknown")).toBeVisible();
  expect((await card("With replications")).getByText("Unknown")).toBeVisible();
  expect(document.body.textContent).not.toMatch(/-\d|NaN|Infinity/);
});

test("totals that the key may not see are unknown, and the list is counted all the same", async () => {
  await open(
    () => aReport(),
    () => {
      throw commandError("missing_scope", "This key may not do that. It needs the scope userPinnedDataTotal.");
    },
  );
  expect(await screen.findByRole("alert")).toHaveTextContent("userPinnedDataTotal");
  expect((await card("Stored")).getByText("Unknown")).toBeVisible();
  expect(await screen.findByText(/Counted from the list of pins that Pinata gave, read \S/)).toBeVisible();
  expect(await screen.findByRole("img", { name: /from 176\sGB in April 2026 to 184\sGB in May 2026/ })).toBeVisible();
});

test("the chart's figures are a table for those who listen and for those who ask", async () => {
  const { user } = await open(() => aReport());
  const table = await screen.findByRole("table", { name: "Stored over time" });
  expect(within(table).getByRole("row", { name: "May 2026 184\u00a0GB 8.20\u00a0GB 12,430" })).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Show as a table" }));
  expect(screen.queryByRole("img", { name: /Stored over time/ })).toBeNull();
  expect(screen.getByRole("button", { name: "Show as a chart" })).toHaveAttribute("aria-pressed", "true");
});

test("another time is asked for with the person's own days", async () => {
  const { engine, user } = await open(() => aReport());
  await user.click(await screen.findByRole("radio", { name: "30 days" }));
  await waitFor(() => expect(engine.of("usage_report").at(-1)).toEqual({ span: "month", east: -new Date().getTimezoneOffset() }));
});

test("what takes the space is told by type, by group and by the largest, which lead to their pins", async () => {
  const { engine, user } = await open(() =>
    aReport({
      groups: [
        { group: "g1", pins: 38, bytes: 88_600_000_000 },
        { group: null, pins: 9, bytes: null },
      ],
    }),
  );
  const asked = () => engine.of("pins_open").at(-1);
  const back = () => user.click(screen.getByRole("button", { name: "Usage" }));
  await user.click(await screen.findByRole("button", { name: "Films" }));
  await waitFor(() => expect(asked()).toMatchObject({ query: { filters: { kinds: ["film"] } } }));
  await back();
  await user.click(await screen.findByRole("radio", { name: "Group" }));
  const none = screen.getByRole("button", { name: "In no group" });
  expect(within(none.closest("li")!).getByText("Unknown")).toBeVisible();
  await user.click(none);
  await waitFor(() => expect(asked()).toMatchObject({ query: { filters: { group: "none" } } }));
  await back();
  await user.click(await screen.findByRole("radio", { name: "Largest" }));
  expect(screen.getByText("bafynameless")).toBeVisible();
  expect(screen.getByText("below 1 %")).toBeVisible();
  await user.click(screen.getByRole("button", { name: "harbour.mov" }));
  await waitFor(() => expect(asked()).toMatchObject({ look: { pin: 7 } }));
});

test("a service that tells neither totals nor sizes is counted in pins, and nothing is said of bytes", async () => {
  const report = aReport({
    source: "Counted from the list of pins that Filebase gave",
    bytes: null,
    kinds: [{ kind: "image", pins: 12_430, bytes: null }],
    largest: [],
    growth: aReport().growth.map((point) => ({ ...point, bytes: 0, addedBytes: 0 })),
    notes: ["The service told the size of no pin, so pins are counted instead of bytes."],
  });
  await open(
    () => report,
    () => null,
  );
  expect(await screen.findByText(/the size of no pin/)).toBeVisible();
  await waitFor(async () => expect((await card("Pins")).getByText("12,430")).toBeVisible());
  expect((await card("Stored")).getByText("Unknown")).toBeVisible();
  expect(screen.queryByText("With replications")).toBeNull();
  expect(screen.getByRole("img", { name: /^Pins over time, from 12,000 pins in April 2026 to 12,430 pins in May 2026$/ })).toBeVisible();
  expect(screen.queryByRole("radio", { name: "Largest" })).toBeNull();
  expect(document.body.textContent).not.toMatch(/\b0 B\b/);
});

test("what fails for one reason is told once", async () => {
  const offline = () => {
    throw commandError("offline", "Pinata cannot be reached.");
  };
  const { engine, user } = await open(() => aReport(), offline);
  engine.answers.pins_refresh = offline;
  await user.click(await screen.findByRole("button", { name: /Refresh/ }));
  await waitFor(() => expect(engine.of("pins_refresh")).toHaveLength(1));
  expect(screen.getAllByText("Pinata cannot be reached.")).toHaveLength(1);
});

test("Refresh reads the list again as well", async () => {
  const { engine, user } = await open(() => aReport());
  expect(engine.of("pins_refresh")).toHaveLength(0);
  await user.click(await screen.findByRole("button", { name: /Refresh/ }));
  await waitFor(() => expect(engine.of("pins_refresh")).toHaveLength(1));
  await waitFor(() => expect(engine.of("usage_totals")).toHaveLength(2));
});

test("without pins there is nothing to show yet", async () => {
  await open(
    () => aReport({ pins: 0, bytes: 0, kinds: [], largest: [], growth: [] }),
    () => ({ ...totals, pins: 0, bytes: 0, bytesWithReplications: 0 }),
  );
  expect(await screen.findByText("No usage to show yet")).toBeVisible();
});

test("a list that was never read to its end is not said to be empty", async () => {
  await open(
    () => aReport({ source: "Counted from a part of the list", asOf: null, pins: 0, bytes: 0, kinds: [], largest: [], growth: [] }),
    () => null,
  );
  expect(await screen.findByText(/Counted from a part of the list\./)).toBeVisible();
  expect(screen.queryByText("No usage to show yet")).toBeNull();
});

test("the screen passes axe, as a chart and as a table", async () => {
  const { user } = await open(() => aReport());
  await screen.findByText("Films");
  const check = async () =>
    (await axe.run(document.body, { rules: { "color-contrast": { enabled: false } } })).violations.map(({ id }) => id);
  expect(await check()).toEqual([]);
  await user.click(screen.getByRole("button", { name: "Show as a table" }));
  expect(await check()).toEqual([]);
});

test("the lines across are round, and hold the largest", () => {
  expect(ticks(184_200_000_000)).toEqual([0, 50e9, 100e9, 150e9, 200e9]);
  expect(ticks(0)).toEqual([0, 1]);
  expect(ticks(3)).toEqual([0, 1, 2, 3]);
  for (const most of [1, 7, 999, 1001, 8e15]) expect(ticks(most).at(-1)).toBeGreaterThanOrEqual(most);
});

test("a month keeps its name where the clock was put forward since", () => {
  // 1 January, 0:00 of a clock two hours ahead.
  expect(stepName(Date.UTC(2025, 11, 31, 22), "month", 120)).toBe("Jan");
});

test("all figures go to a file for other programs, and what forbids that is said", async () => {
  const { engine, user } = await open(() => aReport());
  engine.answers.usage_export = () => true;
  const button = await screen.findByRole("button", { name: "Export as CSV…" });
  await waitFor(() => expect(button).toBeEnabled());
  await user.click(button);
  expect(engine.of("usage_export")).toMatchObject([{ span: "year" }]);
  expect(await within(await screen.findByRole("region", { name: "Notifications" })).findByText("Exported the usage")).toBeVisible();
  engine.answers.usage_export = () => {
    throw commandError("internal", "The file could not be written. Choose another place.");
  };
  await user.click(button);
  expect(await screen.findByText("The file could not be written. Choose another place.")).toBeVisible();
});
