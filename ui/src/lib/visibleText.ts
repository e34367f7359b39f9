/** Signs for characters that have no picture of their own, so that nothing unseen hides in a name. Letters and spaces that
 *  merely look like others stay: those a whole text consists of have a sign. */
const NAMED: Record<number, string> = {
  0x00: "⟨NUL⟩",
  0x07: "⟨BEL⟩",
  0x08: "⟨BS⟩",
  0x09: "⟨TAB⟩",
  0x0a: "⟨LF⟩",
  0x0d: "⟨CR⟩",
  0x1b: "⟨ESC⟩",
  0x20: "⟨SP⟩",
  0x7f: "⟨DEL⟩",
  0x85: "⟨NEL⟩",
  0xa0: "⟨NBSP⟩",
  0xad: "⟨SHY⟩",
  0x034f: "⟨CGJ⟩",
  0x061c: "⟨ALM⟩",
  0x180e: "⟨MVS⟩",
  0x2000: "⟨NQSP⟩",
  0x2001: "⟨MQSP⟩",
  0x2002: "⟨ENSP⟩",
  0x2003: "⟨EMSP⟩",
  0x2004: "⟨3/MSP⟩",
  0x2005: "⟨4/MSP⟩",
  0x2006: "⟨6/MSP⟩",
  0x2007: "⟨FSP⟩",
  0x2008: "⟨PSP⟩",
  0x2009: "⟨THSP⟩",
  0x200a: "⟨HSP⟩",
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
  0x202f: "⟨NNBSP⟩",
  0x205f: "⟨MMSP⟩",
  0x2060: "⟨WJ⟩",
  0x2066: "⟨LRI⟩",
  0x2067: "⟨RLI⟩",
  0x2068: "⟨FSI⟩",
  0x2069: "⟨PDI⟩",
  0x3000: "⟨IDSP⟩",
  0xfeff: "⟨BOM⟩",
};

// Controls, format characters, line and paragraph separators, lone surrogates, tags. Not U+200D, which joins emoji.
/* eslint-disable no-control-regex, no-misleading-character-class -- finding them is the point */
const UNSEEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u180e\u200b\u200c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]|[\u{e0000}-\u{e007f}]/u;
const EACH_UNSEEN = new RegExp(UNSEEN.source, "gu");
/* eslint-enable no-control-regex, no-misleading-character-class */
// A joiner that joins no picture is as unseen as the others.
// eslint-disable-next-line no-misleading-character-class
const LONE_JOINER = /(?<![\p{Extended_Pictographic}\u{1f3fb}-\u{1f3ff}\ufe0f])\u200d|\u200d(?!\p{Extended_Pictographic})/gu;

/** Nearly every text: nothing in it needs a sign. Asked first, since this pattern is by far the cheaper one. */
const PLAIN = /^[ -~]*$/;

/** A name of spaces alone, or of letters that are drawn as nothing, would look like no name. */
const BLANK = /^[\p{Zs}\u115f\u1160\u2800\u3164\uffa0]+$/u;

// They choose between two pictures of the sign before them. Beside one that has no other picture nothing is seen of them.
const SELECTOR = /[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u;
const LONE_SELECTOR = new RegExp(
  `(?<![\\p{Emoji}\\p{Extended_Pictographic}\\p{Sm}\\p{Script=Han}\\p{Script=Myanmar}\\p{Script=Phags_Pa}\\u3001-\\u303f\\uff01-\\uff5e])${SELECTOR.source}`,
  "gu",
);

/**
 * The text as it can be shown on one line: control, direction and zero-width characters get a sign.
 * For showing only; what is sent or copied is the text itself.
 */
export function visibleText(text: string): string {
  if (BLANK.test(text)) return Array.from(text, (character) => sign(character.codePointAt(0) ?? 0)).join("");
  if (PLAIN.test(text)) return text;
  let shown = UNSEEN.test(text) ? text.replace(EACH_UNSEEN, (character) => sign(character.codePointAt(0) ?? 0)) : text;
  if (SELECTOR.test(shown)) shown = shown.replace(LONE_SELECTOR, (character) => sign(character.codePointAt(0) ?? 0));
  if (shown.includes("\u200d")) shown = shown.replace(LONE_JOINER, "⟨ZWJ⟩");
  return shown;
}

function sign(code: number): string {
  return NAMED[code] ?? `⟨${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}
