//! Patterns and files of others.

use std::path::Path;

use fuzzing::Runs;

use super::patterns::{LeaveOut, Patterns};
use super::shape::{LOOKED_AT, secret_shape};

/// Bytes of a `.pinignore` that are read.
const LARGEST: usize = 256 * 1024;

const FILES: [&str; 3] = [
    "!keep.psd\n/build\n[\n*.tmp\n\n# remark\n\\#a\nprivate/\n**/x/**\na/**/b\n",
    "{a,b,{c,d}}.txt\n[a-z][!0-9]?*\n\\ \n*~\n/*\n!/*/\n",
    "*.[oa]\n*.{jpg,jpeg,png}\ntarget\n*a*b*c*d*e*\n[[:alpha:]]\n[]-a]\n",
];

/// Asks for names of every kind. What is no pattern is an error, or passed over where nobody here wrote it.
fn match_all(patterns: Result<Patterns, String>) {
    let Ok(patterns) = patterns else { return };
    let deep = "a/".repeat(500);
    for name in ["a.psd", "b/[c]/{d}.tmp", ".pinignore", "ä\u{202e}\n", &deep] {
        patterns.rule(Path::new(name), false);
        patterns.rule(Path::new(name), true);
    }
}

#[test]
fn no_pinignore_makes_its_reader_fail_hang_or_grow() {
    Runs::of("a .pinignore", 300).text(&FILES, LARGEST, |text| {
        let usual = LeaveOut {
            patterns: "*.psd",
            usual: true,
            hidden: true,
        };
        match_all(Patterns::new(usual, text));
    });
}

#[test]
fn no_patterns_of_a_person_make_their_reader_fail_hang_or_grow() {
    Runs::of("patterns", 300).text(&FILES, LARGEST, |text| {
        let typed = LeaveOut::only(text);
        if Patterns::check(typed).is_ok() {
            match_all(Patterns::new(typed, ""));
        }
    });
}

#[test]
fn no_file_makes_the_look_for_secrets_fail_hang_or_grow() {
    let key = ["-----BEGIN ", "RSA PRIVATE KEY-----\nMIIE\n"].concat();
    let token = [
        "ey",
        "Jhbgciaabbccddeeff.ey",
        "Jabcdefghijklmnop.abcdefghijklmnopq",
    ]
    .concat();
    let files = [
        key.as_str(),
        &token,
        "xoxb-xoxb-xoxb-1 AKIA ghp_ SG. sk_live_ xprv",
        "[1,2,3,4,255]",
        "abandon ability able about above absent absorb abstract absurd abuse access accident",
        "{\"ciphertext\":\"a\",\"kdfparams\":{},\"mac\":\"b\",\"seed_version\":1}",
        "client_secret = \"abc123\"\ndb_password: \nAuth_Token='a1b2c3d4e5f6g7h8i9j0k'\n",
    ];
    let files: Vec<&[u8]> = files.iter().map(|file| file.as_bytes()).collect();
    Runs::of("a file's beginning", 1_500).bytes(&files, LOOKED_AT, |head| {
        secret_shape(head);
    });
}
