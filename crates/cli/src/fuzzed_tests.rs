//! Arguments and names that nobody meant.

use clap::Parser as _;
use fuzzing::Runs;

use crate::arguments::Arguments;
use crate::filters::{bytes, condition, moment};
use crate::print::harmless;
use crate::until::{end, lasts, until};

/// The longest argument that the system hands over (MAX_ARG_STRLEN).
const LARGEST: usize = 128 * 1024;

#[test]
fn no_argument_makes_its_reader_fail_hang_or_grow() {
    let sound = [
        "year>=2025",
        "note!*=lake",
        "year!..=1..2",
        "!year",
        "1.5MB",
        "2 gb",
        "2026-05-31",
        "2026-05-31T12:00:00.5Z",
        "12h",
        "4w",
        "never",
        "30m",
        "KEY=VALUE",
        "KEY:=-0.25",
        "KEY@=2026-05-31",
    ];
    Runs::of("an argument", 800).text(&sound, LARGEST, |text| {
        if let Ok(read) = condition(text) {
            assert!(!read.key.is_empty());
        }
        if let Ok(bytes) = bytes(text) {
            assert!(bytes <= 9_000_000_000_000_000);
        }
        let _ = (moment(text), until(text), lasts(text));
        if let Ok(end) = end(text) {
            let _ = (end.from(0), end.from(i64::MAX), end.from(i64::MIN));
        }
        let _ = Arguments::try_parse_from(["pinfold", "edit", "1", "--key", text]);
        let _ = Arguments::try_parse_from(["pinfold", "ls", "--key", text, "--since", text]);
    });
}

#[test]
fn no_name_of_others_reaches_the_terminal_as_a_command() {
    let sound = [
        "lake.jpg",
        "a\u{1b}[2Jb\u{9b}31mc\rd\u{202e}e\u{7f}",
        "日本\u{200f}",
    ];
    Runs::of("a name on the terminal", 500).text(&sound, 1024 * 1024, |text| {
        let shown = harmless(text);
        assert_eq!(shown.chars().count(), text.chars().count());
        assert!(!shown.chars().any(char::is_control));
        assert!(!shown.contains(['\u{202a}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{2028}']));
    });
}
