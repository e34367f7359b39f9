//! Strings that have broken programs before.

/// Two hundred of them, all different, none empty.
pub(crate) fn strings() -> Vec<String> {
    let mut all: Vec<String> = SHORT.iter().map(|text| (*text).to_owned()).collect();
    let long = [
        "W",
        "i",
        "漢",
        "👩‍👩‍👧‍👦",
        "ﷺ",
        "a ",
        "e\u{301}\u{302}\u{303}\u{304}",
    ];
    for text in long {
        all.extend([40, 200].map(|times| text.repeat(times)));
    }
    all.push(
        (0..30)
            .map(|_| "Z\u{335}\u{327}\u{322}\u{30d}\u{311}")
            .collect(),
    );
    for text in SHORT.iter().cycle().take(400) {
        if all.len() == 200 {
            break;
        }
        // The same in a file's name, and turned round by a mark for right-to-left.
        let next = format!("{} \u{202e}{text}.txt", all.len());
        all.push(next);
    }
    all
}

const SHORT: &[&str] = &[
    "<script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    "\"><svg onload=window.pwned=1>",
    "javascript:window.pwned=1",
    "{{constructor.constructor('window.pwned=1')()}}",
    "${window.pwned = 1}",
    "{@html '<b>bold</b>'}",
    "<b>bold</b>",
    "<style>*{display:none}</style>",
    "</textarea><h1>out</h1>",
    "<iframe src=https://example.com>",
    "<!--",
    "-->",
    "]]>",
    "&lt;&amp;&#60;",
    "%3Cscript%3E",
    "%00",
    "%n%s%d%x",
    "\\u003cscript\\u003e",
    "'; DROP TABLE pin; --",
    "\" OR \"\"=\"",
    "../../../etc/passwd",
    "..\\..\\windows",
    "C:\\CON",
    "/dev/null",
    "file:///etc/passwd",
    "~root",
    "$(reboot)",
    "`reboot`",
    "| reboot",
    "; reboot",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "null",
    "undefined",
    "NaN",
    "true",
    "0",
    "-1",
    "1e309",
    "9007199254740993",
    "[object Object]",
    " leading space",
    "trailing space ",
    "   ",
    "\ttab",
    "two\nlines",
    "carriage\rreturn",
    "null\u{0}byte",
    "\u{7}bell",
    "\u{1b}[31mred\u{1b}[0m",
    "\u{7f}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{200b}",
    "\u{200d}",
    "\u{ad}",
    "\u{fffd}",
    "\u{e000}",
    "\u{202e}gpj.exe",
    "\u{2066}isolate",
    "abc\u{202d}def\u{202c}",
    "שלום עולם.txt",
    "مرحبا بالعالم.pdf",
    "हिन्दी में नाम",
    "ภาษาไทยไม่มีช่องว่าง",
    "ὕψιλον",
    "İstanbul",
    "ß vs SS",
    "ﬁ ligature",
    "Ａｆｕｌｌｗｉｄｔｈ",
    "𝒔𝒄𝒓𝒊𝒑𝒕",
    "🏴‍☠️",
    "👨🏿‍🚀",
    "🇺🇳🇪🇺",
    "1️⃣",
    "e\u{301}",
    "\u{e9}",
    "\u{301}alone",
    ".hidden",
    "no ending.",
    "...",
    ".",
    "..",
    "name.tar.gz",
    "a.b.c.d.e.f.g.h",
    "CON.txt",
    "aux",
    "desktop.ini",
    "Thumbs.db",
    "eyJnot.a.token",
    "Bearer abc",
    "-----BEGIN PRIVATE KEY-----",
    "AKIAAAAAAAAAAAAAAAAA",
    "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku",
    "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWnPbdG",
    "ipfs://bafy",
    "https://user:pass@example.com/",
];
