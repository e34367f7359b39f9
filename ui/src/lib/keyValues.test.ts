import { expect, test } from "vitest";
import { difference, filled, mistakes } from "./keyValues";

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
