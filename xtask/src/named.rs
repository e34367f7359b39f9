//! Whether the tests that docs/reliability.md names ran and passed: a page that names a test promises its result.

use std::collections::BTreeSet;

use crate::report::Layer;
use crate::{Outcome, checkout};

/// What the page names as code and what has the form of a test's name.
fn named(page: &str) -> BTreeSet<&str> {
    let is_name = |text: &&str| {
        let plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
        text.matches('_').count() > 2 && text.chars().all(plain)
    };
    page.split('`').skip(1).step_by(2).filter(is_name).collect()
}

/// The tests that passed by `cargo test`'s lines, without their modules.
pub(crate) fn passed(output: &str) -> impl Iterator<Item = &str> {
    output.lines().filter_map(|line| {
        let path = line.strip_prefix("test ")?.strip_suffix(" ... ok")?;
        path.rsplit("::").next()
    })
}

/// The test that such a sentence of a machine's refusal is of, without its modules.
fn refused(sentence: &str) -> Option<&str> {
    let path = sentence.strip_prefix("NOT RUN: ")?.split(": ").next()?;
    path.rsplit("::").next()
}

/// One check: every named test passed, or this machine refuses what it needs and it says so.
pub(crate) fn check(layers: &[Layer]) -> Layer {
    let mut layer = Layer::new("named");
    let page = checkout::root().join("docs/reliability.md");
    let page = std::fs::read_to_string(&page)
        .map_err(|error| format!("{}: {error}", page.display()))
        .and_then(|page| told(&page, layers));
    if let Ok(told) = &page {
        println!("\n{told}");
    }
    layer.check(page);
    layer
}

fn told(page: &str, layers: &[Layer]) -> Outcome<String> {
    let refusals = layers.iter().flat_map(|layer| &layer.refusals);
    let refused: BTreeSet<&str> = refusals.filter_map(|sentence| refused(sentence)).collect();
    let passed: BTreeSet<&str> = layers
        .iter()
        .flat_map(|layer| layer.names.iter().map(String::as_str))
        .filter(|name| !refused.contains(name))
        .collect();
    let named = named(page);
    let missing: Vec<&str> = named
        .iter()
        .filter(|name| !passed.contains(*name) && !refused.contains(*name))
        .copied()
        .collect();
    if named.is_empty() || !missing.is_empty() {
        return Err(format!(
            "docs/reliability.md names {} tests. These did not pass: {}",
            named.len(),
            missing.join(", ")
        ));
    }
    let passed = named.intersection(&passed).count();
    Ok(format!(
        "docs/reliability.md names {} tests: {passed} passed, {} refused by this machine",
        named.len(),
        named.len() - passed
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str =
        "| E1 | `a_file_that_changes` and `a_disk_that_goes` (`PINFOLD_SEED`, `some.rs`) |";

    fn ran(output: &str, refusals: &[&str]) -> Vec<Layer> {
        let mut layer = Layer::new("rust");
        layer.names = passed(output).map(str::to_owned).collect();
        layer.refusals = refusals
            .iter()
            .map(|sentence| (*sentence).to_owned())
            .collect();
        vec![layer]
    }

    const BOTH: &str = "test drop::a_file_that_changes ... ok\ntest a_disk_that_goes ... ok\n";

    #[test]
    fn a_named_test_that_passed_is_known_without_its_modules() {
        let told = told(PAGE, &ran(BOTH, &[])).unwrap();
        assert!(
            told.ends_with("2 tests: 2 passed, 0 refused by this machine"),
            "{told}"
        );
    }

    #[test]
    fn a_named_test_that_failed_or_did_not_run_is_told_by_its_name() {
        for output in [
            "test drop::a_file_that_changes ... ok\ntest a_disk_that_goes ... FAILED\n",
            "test drop::a_file_that_changes ... ok\ntest a_disk_that_goes ... ignored\n",
            "test drop::a_file_that_changes ... ok\n",
        ] {
            let problem = told(PAGE, &ran(output, &[])).unwrap_err();
            assert!(problem.ends_with("pass: a_disk_that_goes"), "{problem}");
        }
    }

    #[test]
    fn what_a_machine_refuses_passed_nothing_and_is_counted_apart() {
        let refusal = "NOT RUN: system::a_disk_that_goes: this machine refuses `unshare`: no";
        let told = told(PAGE, &ran(BOTH, &[refusal])).unwrap();
        assert!(
            told.ends_with("2 tests: 1 passed, 1 refused by this machine"),
            "{told}"
        );
    }

    #[test]
    fn a_page_that_names_nothing_promises_nothing_and_is_an_error() {
        assert!(told("", &ran(BOTH, &[])).is_err());
    }
}
