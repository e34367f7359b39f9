import { expect, test } from "vitest";
import { cutMiddle } from "./middle";

const letters = (text: string) => [...text].length;

test("a name that fits is left alone", () => {
  expect(cutMiddle("harbour.tif", 11, letters)).toBe("harbour.tif");
});

test("the middle goes, the extension and what stands before it stay", () => {
  expect(cutMiddle("fog-over-the-long-shore-02.tif", 20, letters)).toBe("fog-over-th…e-02.tif");
});

test("without an extension the end stays too", () => {
  expect(cutMiddle("portrait-anneke-raw-scan", 15, letters)).toBe("portrait-a…scan");
});

test("a dot at the start or a long tail is no extension", () => {
  expect(cutMiddle(".configuration-of-everything", 12, letters)).toBe(".config…hing");
  expect(cutMiddle("report.of the whole long year", 12, letters)).toBe("report.…year");
});

test("never half an emoji, and never wider than there is room", () => {
  const family = "👩‍👩‍👧‍👦";
  const cut = cutMiddle(`${family.repeat(10)}.png`, 40, letters);
  expect(letters(cut)).toBeLessThanOrEqual(40);
  expect(cut.replaceAll(family, "")).toBe("….png");
});

test("with hardly any room there is still something", () => {
  expect(cutMiddle("abcdef.jpeg", 3, letters)).toBe("ab…");
  expect(cutMiddle("abcdef.jpeg", 0, letters)).toBe("abcdef.jpeg");
});

test("what tells two files of one name apart stays behind the ending, which stays too", () => {
  expect(cutMiddle("fog-over-the-long-shore-02.tif (may)", 26, letters)).toBe("fog-over-th…e-02.tif (may)");
});

test("where the folder behind a name is long its middle goes as well", () => {
  const cut = cutMiddle("fog-over-the-long-shore-02.tif (holiday-in-the-north/everything)", 30, letters);
  expect(cut).toBe("fog-over…02.tif (holiday-…ing)");
  expect(letters(cut)).toBeLessThanOrEqual(30);
});

test("brackets behind a name without an ending are part of it", () => {
  expect(cutMiddle("README of the whole year (site.png)", 16, letters)).toBe("README o…te.png)");
});
