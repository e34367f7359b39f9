//! Parsers of what others send, over inputs that nobody meant: which tests they are, and how often each is run in full.

use std::time::Instant;

use crate::Outcome;
use crate::soak::{Line, Options, figures, ran_one};

/// How often each parser, and each call of a service, is given something at most.
const RUNS: u64 = 100_000;

/// The tests of one target.
pub(crate) struct Parsers {
    pub(crate) package: &'static str,
    pub(crate) target: &'static [&'static str],
    /// Each test, and what is read in it.
    pub(crate) tests: &'static [(&'static str, &'static str)],
}

pub(crate) const PARSERS: [Parsers; 6] = [
    Parsers {
        package: "pinning",
        target: &["--test", "conformance"],
        tests: &[(
            "no_answer_of_a_service_makes_a_call_fail_hang_or_grow_or_tell_the_token",
            "answers to every call of every service",
        )],
    },
    Parsers {
        package: "pinning",
        target: &["--lib"],
        tests: &[
            (
                "no_list_of_pins_makes_its_reader_fail_hang_or_grow",
                "lists of pins",
            ),
            (
                "no_text_makes_the_json_that_is_written_again_fail_hang_or_grow",
                "JSON that is written again",
            ),
            (
                "no_claims_of_a_token_make_their_reader_fail_hang_or_grow",
                "claims of tokens",
            ),
            (
                "no_address_makes_its_reader_fail_hang_or_grow",
                "addresses of services and gateways",
            ),
            (
                "no_answer_makes_its_excerpt_long_or_tells_the_secret_in_it",
                "excerpts of answers",
            ),
        ],
    },
    Parsers {
        package: "engine",
        target: &["--lib"],
        tests: &[
            (
                "no_list_makes_the_reader_of_lists_fail_hang_or_grow",
                "lists of CIDs and links",
            ),
            (
                "no_address_of_a_computer_makes_its_reader_fail_hang_or_grow",
                "multiaddresses",
            ),
            (
                "no_text_makes_the_json_editor_fail_hang_or_grow",
                "texts of the JSON editor",
            ),
            (
                "no_pinignore_makes_its_reader_fail_hang_or_grow",
                "patterns of a .pinignore",
            ),
            (
                "no_patterns_of_a_person_make_their_reader_fail_hang_or_grow",
                "patterns that are typed",
            ),
            (
                "no_file_makes_the_look_for_secrets_fail_hang_or_grow",
                "files that may hold secrets",
            ),
            (
                "no_line_of_another_process_makes_its_reader_fail_hang_or_grow",
                "lines of other processes",
            ),
        ],
    },
    Parsers {
        package: "content",
        target: &["--test", "fuzzed"],
        tests: &[
            (
                "no_cid_makes_its_reader_fail_hang_or_grow_and_what_is_read_is_written_as_itself",
                "CIDs",
            ),
            (
                "no_names_make_a_tree_fail_hang_or_grow_and_its_car_has_its_root",
                "names of files and folders",
            ),
        ],
    },
    Parsers {
        package: "sandbox",
        target: &["--test", "service"],
        tests: &[(
            "no_request_makes_the_service_fail_hang_or_grow",
            "requests to the Sandbox",
        )],
    },
    Parsers {
        package: "cli",
        target: &["--bin", "pinfold"],
        tests: &[
            (
                "no_argument_makes_its_reader_fail_hang_or_grow",
                "arguments of the command line",
            ),
            (
                "no_name_of_others_reaches_the_terminal_as_a_command",
                "names on the terminal",
            ),
        ],
    },
];

/// How to see one input again: in the same build, since a slower one makes shorter inputs.
fn see_it_again(options: &Options, parsers: &Parsers, test: &str) -> String {
    let release = options.release();
    let (package, target) = (parsers.package, parsers.target.join(" "));
    format!(
        "See it again, with the seed that is named above: PINFOLD_SEED=<seed> cargo test -p {package} {release}{target} {test}"
    )
}

/// A parser over inputs that nobody meant. The seed of one that fails stands in what it says.
pub(crate) fn fuzzed(
    options: &Options,
    parsers: &Parsers,
    (test, what): &(&str, &'static str),
) -> Outcome<Line> {
    let Parsers {
        package, target, ..
    } = parsers;
    let runs = options.runs.min(RUNS);
    let start = Instant::now();
    let finished = options
        .test(package, target, test, what)
        .env("PINFOLD_FOREIGN", runs.to_string())
        .finish()?;
    ran_one(&finished.output)?;
    let figures = figures(&finished.output);
    finished
        .into_output()
        .map_err(|failure| format!("{failure}\n{}", see_it_again(options, parsers, test)))?;
    Ok(Line {
        what: (*what).to_owned(),
        seeds: format!("1..{runs}"),
        figures: figures.ok_or("the soak printed no figures")?,
        took: start.elapsed(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_seen_again_in_the_build_that_it_failed_in() {
        let words = |more: &[&str]| {
            let more: Vec<_> = more.iter().map(|word| (*word).to_owned()).collect();
            let options = Options::parse(&more).expect("options");
            see_it_again(&options, &PARSERS[0], "a_test")
        };
        let again = "See it again, with the seed that is named above: PINFOLD_SEED=<seed> cargo test -p pinning";
        assert_eq!(
            words(&[]),
            format!("{again} --release --test conformance a_test")
        );
        assert_eq!(
            words(&["--unoptimised"]),
            format!("{again} --test conformance a_test")
        );
    }
}
