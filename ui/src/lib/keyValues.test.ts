import { expect, test } from "vitest";
import { difference, filled, mistakes, pairsOf, readsAs } from "./keyValues";

test("a value without a key and a key that is there twice are mistakes, an empty line is not", () => {
  expect(
    mistakes([
      ["paper", "Baryta"],
      ["", "12"],
      [" paper ", "Rag"],
      ["", ""],
      ["Paper", "x"],
    ]),
  ).toEqual([null, "This value has no key.", "“paper” is there twice.", null, null]);
});

test("empty lines are left out and keys lose their spaces", () => {
  expect(
    filled([
      [" a ", " 1 "],
      ["", ""],
    ]),
  ).toEqual([["a", " 1 "]]);
});

test("only what differs is set, and what went is removed", () => {
  expect(
    difference(
      [
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
      ],
      [
        ["a", "1"],
        ["b", "9"],
        ["d", "4"],
      ],
    ),
  ).toEqual({
    set: [
      ["b", "9"],
      ["d", "4"],
    ],
    remove: ["c"],
  });
});

test("what was not touched is not set again, whatever its kind", () => {
  const held: [string, string | number | boolean][] = [
    ["edition", 5],
    ["code", "5"],
    ["sold", false],
    ["day", "2026-05-31T12:00:00.000+02:00"],
  ];
  for (const kinds of [true, false]) expect(difference(held, pairsOf(held, kinds))).toEqual({ set: [], remove: [] });
  expect(pairsOf(held, true).map(([, , kind]) => kind)).toEqual(["number", undefined, "truth", "date"]);
});

test("a value is sent as the kind that was chosen, and one that cannot be of it is a mistake", () => {
  expect(
    filled([
      ["a", "5", "number"],
      ["b", "5"],
      ["c", "True", "truth"],
      ["d", "2026-05-31", "date"],
    ]),
  ).toEqual([
    ["a", 5],
    ["b", "5"],
    ["c", true],
    ["d", "2026-05-31T00:00:00.000Z"],
  ]);
  expect(
    mistakes([
      ["a", "five", "number"],
      ["b", "1e999", "number"],
      ["c", "yes", "truth"],
      ["d", "2026-04-31", "date"],
      ["e", "31.5.2026", "date"],
      ["f", "-.5e3", "number"],
      ["g", "9007199254740991", "number"],
      ["h", "9007199254740993", "number"],
    ]).map((sentence) => sentence !== null),
  ).toEqual([true, true, true, true, true, false, false, true]);
});

test("text that reads as a number or a date is known for one", () => {
  expect(["5", "-0.25", "true", "2026-05-31", "5 prints", "", "2026"].map(readsAs)).toEqual([
    "number",
    "number",
    "truth",
    "date",
    "text",
    "text",
    "number",
  ]);
});
