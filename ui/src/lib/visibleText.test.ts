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

test.each([
  ["⟨SP⟩", "\u0020"],
  ["⟨NBSP⟩", "\u00a0"],
  ["⟨1680⟩", "\u1680"],
  ["⟨NQSP⟩", "\u2000"],
  ["⟨MQSP⟩", "\u2001"],
  ["⟨ENSP⟩", "\u2002"],
  ["⟨EMSP⟩", "\u2003"],
  ["⟨3/MSP⟩", "\u2004"],
  ["⟨4/MSP⟩", "\u2005"],
  ["⟨6/MSP⟩", "\u2006"],
  ["⟨FSP⟩", "\u2007"],
  ["⟨PSP⟩", "\u2008"],
  ["⟨THSP⟩", "\u2009"],
  ["⟨HSP⟩", "\u200a"],
  ["⟨NNBSP⟩", "\u202f"],
  ["⟨MMSP⟩", "\u205f"],
  ["⟨IDSP⟩", "\u3000"],
  ["⟨115F⟩", "\u115f"],
  ["⟨1160⟩", "\u1160"],
  ["⟨2800⟩", "\u2800"],
  ["⟨3164⟩", "\u3164"],
  ["⟨FFA0⟩", "\uffa0"],
])("a text of nothing but %s is seen, and it stays as it is beside a letter", (sign, blank) => {
  expect(visibleText(blank)).toBe(sign);
  expect(visibleText(` ${blank}`)).toBe(`⟨SP⟩${sign}`);
  expect(visibleText(`a${blank}b`)).toBe(`a${blank}b`);
});

test("a joiner of graphemes and a selector that selects nothing are seen, one that does stays", () => {
  expect(visibleText("pay\u034fpal")).toBe("pay⟨CGJ⟩pal");
  expect(visibleText("pay\ufe0fpal")).toBe("pay⟨FE0F⟩pal");
  expect(visibleText("\ufe0f")).toBe("⟨FE0F⟩");
  expect(visibleText("a\u{e0100}")).toBe("a⟨E0100⟩");
  for (const text of ["©\ufe0f", "1\ufe0f\u20e3", "❤\ufe0f\u200d🔥", "葛\u{e0100}", "∩\ufe00"]) expect(visibleText(text)).toBe(text);
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
