import { expect, test, vi } from "vitest";
import { deferred, settled } from "../uploads/fakeEngine";
import { aPin, enginePins, refuse } from "./fakePins";
import { Pins } from "./pins.svelte";

const many = (count: number) => Array.from({ length: count }, (_, index) => aPin(index + 1));

async function opened(count: number) {
  const engine = enginePins(many(count));
  const pins = new Pins();
  await pins.open();
  return { engine, pins };
}

test("the first rows come with the set, and a keystroke costs one call", async () => {
  const { engine, pins } = await opened(1000);
  pins.show(0, 30);
  const before = engine.calls.length;
  await pins.search("99");
  await settled();
  expect(pins.at(0)?.id).toBe(99);
  expect(engine.calls.slice(before).map(({ command }) => command)).toEqual(["pins_open"]);
});

test("a pin is shown among all the others, wherever it is", async () => {
  const { pins } = await opened(1000);
  const reveal = vi.fn();
  pins.scroller = { topRow: () => 0, shift: vi.fn(), toTop: vi.fn(), reveal };
  await pins.search("12");
  await pins.showPin(700);
  expect(pins.query.text).toBe("");
  expect(pins.current?.id).toBe(700);
  expect(reveal).toHaveBeenCalledExactlyOnceWith(699);
});

test("rows are read in windows, and no window is read twice", async () => {
  const { engine, pins } = await opened(1000);
  pins.show(0, 40);
  pins.show(450, 490);
  await settled();
  expect(pins.at(470)?.id).toBe(471);
  pins.show(430, 470);
  await settled();
  expect(engine.of("pins_rows").map(({ from, n }) => [from, n])).toEqual([
    [450, 50],
    [400, 50],
  ]);
});

test("what was passed by while scrolling is not asked for", async () => {
  const { engine, pins } = await opened(100_000);
  const held = [deferred<unknown>(), deferred<unknown>()];
  const answer = engine.answers.pins_rows!;
  engine.answers.pins_rows = (args) => held.shift()?.promise.then(() => answer(args)) ?? answer(args);
  const [first, second] = held;
  for (let from = 1000; from <= 90_000; from += 1000) pins.show(from, from + 40);
  expect(engine.of("pins_rows")).toHaveLength(2);
  first!.resolve(null);
  second!.resolve(null);
  await vi.waitFor(() => expect(pins.at(90_000)?.id).toBe(90_001));
  expect(engine.of("pins_rows")).toHaveLength(3);
});

test("an answer that is overtaken by the next keystroke is dropped", async () => {
  const { engine, pins } = await opened(30);
  const slow = deferred<null>();
  const answer = engine.answers.pins_open!;
  engine.answers.pins_open = (args) =>
    (args.query as { text: string }).text === "1" ? slow.promise.then(() => answer(args)) : answer(args);
  const first = pins.search("1");
  await pins.search("12");
  slow.resolve(null);
  await first;
  expect(pins.query.text).toBe("12");
  expect(pins.total).toBe(1);
  expect(pins.at(0)?.id).toBe(12);
});

test("a change opens the list anew and takes the selection along", async () => {
  const { engine, pins } = await opened(10);
  pins.point(3, "one");
  pins.point(5, "extend");
  engine.held.rows = [aPin(99), ...engine.held.rows];
  await pins.open();
  expect(engine.of("pins_open").at(-1)?.carry).toEqual({ set: 1, ranges: [[3, 5]] });
  expect(pins.selected).toEqual([[4, 6]]);
});

test("what is selected while a new list is on its way is not lost", async () => {
  const { engine, pins } = await opened(10);
  const slow = deferred<null>();
  const answer = engine.answers.pins_open!;
  let held = true;
  engine.answers.pins_open = (args) => {
    if (!held) return answer(args);
    held = false;
    return slow.promise.then(() => answer(args));
  };
  const opening = pins.open();
  pins.point(7, "one");
  slow.resolve(null);
  await opening;
  expect(pins.selected).toEqual([[7, 7]]);
});

test("the list does not move under someone who reads further down", async () => {
  const { engine, pins } = await opened(500);
  const shift = vi.fn();
  pins.scroller = { topRow: () => 150, shift, toTop: vi.fn(), reveal: vi.fn() };
  pins.show(150, 190);
  await settled();
  engine.held.rows = [aPin(901), aPin(902), ...engine.held.rows];
  await pins.open();
  expect(shift).toHaveBeenCalledExactlyOnceWith(2);
});

test("a set that the engine forgot is opened anew", async () => {
  const { engine, pins } = await opened(500);
  refuse(engine, "unused", "gone", "");
  const look = { from: 0, n: 0, pin: null };
  engine.answers.pins_open!({ query: pins.query, carry: null, look });
  engine.answers.pins_open!({ query: pins.query, carry: null, look });
  pins.show(300, 340);
  await vi.waitFor(() => expect(pins.at(310)?.id).toBe(311));
  expect(pins.problem).toBeNull();
});

test("when the list cannot be opened the old rows stay and the reason is kept", async () => {
  const { engine, pins } = await opened(5);
  refuse(engine, "pins_open", "internal", "The list could not be read.");
  await pins.search("x");
  expect(pins.problem?.message).toBe("The list could not be read.");
  expect(pins.at(0)?.id).toBe(1);
});

test("arrows take a single selected row along and leave several where they are", async () => {
  const { pins } = await opened(10);
  pins.move(2, false);
  expect(pins.count).toBe(0);
  expect(pins.targets()).toEqual({ selection: { set: 1, ranges: [[2, 2]] }, count: 1 });
  pins.point(2, "one");
  pins.move(3, false);
  expect(pins.selected).toEqual([[3, 3]]);
  pins.move(6, true);
  expect(pins.selected).toEqual([[3, 6]]);
  pins.move(7, false);
  expect(pins.selected).toEqual([[3, 6]]);
  pins.point(7, "toggle");
  expect(pins.selected).toEqual([[3, 7]]);
  pins.selectAll();
  expect(pins.targets()?.count).toBe(10);
});

test("another account starts with nothing of the old one", async () => {
  const { engine, pins } = await opened(10);
  pins.selectAll();
  await pins.search("1");
  engine.held.rows = [aPin(50)];
  await pins.reset();
  expect([pins.total, pins.count, pins.query.text]).toEqual([1, 0, ""]);
  expect(engine.of("pins_open").at(-1)?.carry).toBeNull();
});

test("the pin that the details are about stays known, however far away is scrolled and whatever changes", async () => {
  const { engine, pins } = await opened(20_000);
  pins.point(5, "one");
  for (let from = 1000; from < 6000; from += 100) {
    pins.show(from, from + 40);
    await settled();
  }
  expect(pins.current?.id).toBe(6);
  engine.held.rows = [...Array.from({ length: 300 }, (_, index) => aPin(90_000 + index)), ...engine.held.rows];
  await pins.open();
  expect(pins.cursor).toBe(305);
  expect(pins.current?.id).toBe(6);
});
