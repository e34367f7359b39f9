import { expect, test } from "vitest";
import { visibleText } from "./visibleText";

test("plain text, accents and other scripts stay as they are", () => {
  for (const text of ["harbour-dawn.tif", "Zürich – März.pdf", "写真 (1).jpg", "שלום.txt", "a b", ""]) expect(visibleText(text)).toBe(text);
});

test("line breaks and controls get a sign", () => {
  expect(visibleText("a\nb\r\tc\u0000d\u007f")).toBe("a⟨LF⟩b⟨CR⟩⟨TAB⟩c⟨NUL⟩d⟨DEL⟩");
});

test("a direction override cannot hide the real extension", () => {
  expect(visibleText("invoice\u202efdp.exe")).toBe("invoice⟨RLO⟩fdp.exe");
  expect(visibleText("\u2066x\u2069")).toBe("⟨LRI⟩x⟨PDI⟩");
});

test("a text of spaces alone is seen, spaces in another stay", () => {
  expect(visibleText("  ")).toBe("⟨SP⟩⟨SP⟩");
  expect(visibleText(" a b ")).toBe(" a b ");
  expect(visibleText("")).toBe("");
});

test("zero-width characters are seen", () => {
  expect(visibleText("pay\u200bpal\ufeff")).toBe("pay⟨ZWSP⟩pal⟨BOM⟩");
});

test("a joiner inside an emoji stays, a lone one is seen", () => {
  expect(visibleText("👩‍👧.png")).toBe("👩‍👧.png");
  expect(visibleText("a\u200db")).toBe("a⟨ZWJ⟩b");
});

test("lone surrogates, tags and unnamed format characters show their number", () => {
  expect(visibleText("\ud800")).toBe("⟨D800⟩");
  expect(visibleText("\u{e0041}")).toBe("⟨E0041⟩");
  expect(visibleText("\u206a\u0080")).toBe("⟨206A⟩⟨0080⟩");
});
