/** Signs for characters that have no picture of their own, so that two names that differ never look alike. */
const NAMED: Record<number, string> = {
  0x00: "⟨NUL⟩",
  0x07: "⟨BEL⟩",
  0x08: "⟨BS⟩",
  0x09: "⟨TAB⟩",
  0x0a: "⟨LF⟩",
  0x0d: "⟨CR⟩",
  0x1b: "⟨ESC⟩",
  0x7f: "⟨DEL⟩",
  0x85: "⟨NEL⟩",
  0xa0: " ",
  0xad: "⟨SHY⟩",
  0x061c: "⟨ALM⟩",
  0x180e: "⟨MVS⟩",
  0x200b: "⟨ZWSP⟩",
  0x200c: "⟨ZWNJ⟩",
  0x200e: "⟨LRM⟩",
  0x200f: "⟨RLM⟩",
  0x2028: "⟨LS⟩",
  0x2029: "⟨PS⟩",
  0x202a: "⟨LRE⟩",
  0x202b: "⟨RLE⟩",
  0x202c: "⟨PDF⟩",
  0x202d: "⟨LRO⟩",
  0x202e: "⟨RLO⟩",
  0x2060: "⟨WJ⟩",
  0x2066: "⟨LRI⟩",
  0x2067: "⟨RLI⟩",
  0x2068: "⟨FSI⟩",
  0x2069: "⟨PDI⟩",
  0xfeff: "⟨BOM⟩",
};

// Controls, format characters, line and paragraph separators, lone surrogates, tags. Not U+200D, which joins emoji.
/* eslint-disable no-control-regex -- finding them is the point */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u00a0\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]|[\u{e0000}-\u{e007f}]/u;
/* eslint-enable no-control-regex */
const EACH_UNSEEN = new RegExp(UNSEEN.source, "gu");
// A joiner that joins no picture is as unseen as the others.
// eslint-disable-next-line no-misleading-character-class
const LONE_JOINER = /(?<![\p{Extended_Pictographic}\u{1f3fb}-\u{1f3ff}\ufe0f])\u200d|\u200d(?!\p{Extended_Pictographic})/gu;

/** Nearly every text: nothing in it needs a sign. Asked first, since this pattern is by far the cheaper one. */
const PLAIN = /^[ -~]*$/;

/** A name of spaces alone would look like no name. */
const BLANK = /^ +$/;

/**
 * The text as it can be shown on one line: control, direction and zero-width characters get a sign.
 * For showing only; what is sent or copied is the text itself.
 */
export function visibleText(text: string): string {
  if (PLAIN.test(text)) return BLANK.test(text) ? text.replaceAll(" ", "⟨SP⟩") : text;
  let shown = UNSEEN.test(text) ? text.replace(EACH_UNSEEN, (character) => sign(character.codePointAt(0) ?? 0)) : text;
  if (shown.includes("\u200d")) shown = shown.replace(LONE_JOINER, "⟨ZWJ⟩");
  return shown;
}

function sign(code: number): string {
  return NAMED[code] ?? `⟨${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
