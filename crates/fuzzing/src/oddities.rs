//! What is seldom right where it stands.

/// Numbers that fit no field, or fit just not.
pub(crate) const NUMBERS: [&str; 16] = [
    "-1",
    "0",
    "1e400",
    "-1e400",
    "1e-400",
    "18446744073709551616",
    "18446744073709551615",
    "9223372036854775808",
    "-9223372036854775809",
    "4294967296",
    "9007199254740993",
    "2.5",
    "00",
    "NaN",
    "Infinity",
    "0x7f",
];
/// JSON of another type.
pub(crate) const VALUES: [&str; 10] = [
    "null",
    "true",
    "[]",
    "{}",
    "[[]]",
    "\"\"",
    "\"NaN\"",
    "{\"a\":{}}",
    "[null]",
    "-0.0",
];
/// Text with a meaning of its own somewhere: escapes, controls, marks that turn the order of letters round, ways out.
pub(crate) const WORDS: [&str; 24] = [
    "\\ud800",
    "\\udfff\\ud800",
    "\\u0000",
    "\\",
    "\"",
    "\0",
    "\u{1b}[2J",
    "\r\n",
    "\n",
    "\t",
    "\u{feff}",
    "\u{202e}",
    "\u{2066}",
    "\u{2028}",
    "\u{301}\u{301}\u{301}",
    "\u{1f600}",
    "ß",
    "İ",
    "%00",
    "%",
    "../../..",
    "://",
    "<",
    " ",
];
/// Bytes that are no UTF-8: alone, cut, a surrogate, an overlong slash, beyond the last letter.
pub(crate) const NO_TEXT: [&[u8]; 6] = [
    b"\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xc0\xaf",
    b"\xf4\x90\x80\x80",
    b"\x80",
];
/// What can stand in itself, with its end.
pub(crate) const NESTS: [(&str, &str); 6] = [
    ("[", "]"),
    ("{\"a\":", "}"),
    ("{\"data\":[", "]}"),
    ("{", "}"),
    ("(", ")"),
    ("!(", ")"),
];
/// How deep: around the limits that readers have, and beyond any stack.
pub(crate) const DEPTHS: [usize; 8] = [2, 17, 126, 128, 130, 1_000, 10_000, 100_000];
