import { expect, test } from "vitest";
import { fakeEngine } from "../uploads/fakeEngine";
import { hearChanges } from "./announced";

async function heard(changes: [noun: string, revision: number][]) {
  const engine = fakeEngine({});
  const all: (number[] | null)[] = [];
  await hearChanges("pin", (ids) => all.push(ids));
  for (const [noun, revision] of changes) await engine.emit("changed", { noun, revision, ids: [revision] });
  return all;
}

test("changes of another noun are not told while no revision is missing", async () => {
  expect(
    await heard([
      ["upload", 7],
      ["pin", 8],
      ["upload", 9],
    ]),
  ).toEqual([[8]]);
});

test("after a gap in the revisions it tells, whatever noun came after it, that anything may have changed", async () => {
  expect(
    await heard([
      ["pin", 3],
      ["upload", 5],
      ["pin", 6],
    ]),
  ).toEqual([[3], null, [6]]);
});

test("a change that was overtaken by a later one is told and makes no gap", async () => {
  expect(
    await heard([
      ["pin", 4],
      ["pin", 5],
      ["pin", 4],
      ["pin", 6],
    ]),
  ).toEqual([[4], [5], [4], [6]]);
});
