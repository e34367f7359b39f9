//! How many tests each layer is expected to run: `tests/expected.toml`, one `layer = number` a line.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use crate::{Outcome, checkout};

const HEAD: &str =
    "# How many tests each layer runs. Fewer is red. Written by `cargo xtask test --record`.";

/// Layer name to number of tests.
pub(crate) type Counts = BTreeMap<String, usize>;

fn path() -> PathBuf {
    checkout::root().join("tests/expected.toml")
}

/// Reads the file; a layer that is not in it is expected to run at least one test.
pub(crate) fn read() -> Outcome<Counts> {
    let path = path();
    let text = fs::read_to_string(&path).map_err(|error| {
        format!(
            "{}: {error}. `cargo xtask test --record` writes it",
            path.display()
        )
    })?;
    parse(&text)
}

/// Replaces the numbers of the layers that ran.
pub(crate) fn record(ran: &Counts) -> Outcome {
    let mut counts = fs::read_to_string(path())
        .ok()
        .map(|text| parse(&text))
        .transpose()?
        .unwrap_or_default();
    counts.extend(ran.iter().map(|(layer, count)| (layer.clone(), *count)));
    let mut lines = vec![HEAD.to_owned()];
    lines.extend(
        counts
            .iter()
            .map(|(layer, count)| format!("{layer} = {count}")),
    );
    fs::write(path(), lines.join("\n") + "\n")
        .map_err(|error| format!("{}: {error}", path().display()))
}

fn parse(text: &str) -> Outcome<Counts> {
    let lines = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (layer, count) = line
                .split_once('=')
                .ok_or_else(|| format!("tests/expected.toml: `{line}` is not `layer = number`"))?;
            let count = count
                .trim()
                .parse()
                .map_err(|_| format!("tests/expected.toml: `{line}` has no number"))?;
            Ok((layer.trim().to_owned(), count))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_empty_lines_are_passed_over() {
        let counts = parse("# a\n\nrust = 12\nui=3\n").unwrap();
        assert_eq!((counts["rust"], counts["ui"]), (12, 3));
    }

    #[test]
    fn a_line_without_a_number_is_named() {
        assert!(parse("rust = many").unwrap_err().contains("rust = many"));
        assert!(parse("rust").unwrap_err().contains("`rust`"));
    }
}
