//! Tests that measure the memory of their process.

use std::process::Command;
use std::sync::{Mutex, PoisonError};

/// Names the test that a process is for.
const ALONE: &str = "PINFOLD_ALONE";

/// One such process of a program at a time: together they would fill the machine's memory, which none of them is about.
static ONE: Mutex<()> = Mutex::new(());

/// Does a test's work in a process of its own: what the other tests of its program take meanwhile is no part of its figure.
/// What it prints is printed. `test` is the test's whole name, as the program lists it.
#[expect(clippy::print_stdout, reason = "figures are read there")]
pub fn alone(test: &str, work: impl FnOnce()) {
    if std::env::var(ALONE).is_ok_and(|name| name == test) {
        return work();
    }
    let program = std::env::current_exe().expect("this program");
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    let ran = Command::new(program)
        .args([test, "--exact", "--nocapture"])
        .env(ALONE, test)
        .output();
    let ran = ran.expect("this program runs");
    let said = String::from_utf8_lossy(&ran.stdout);
    let why = String::from_utf8_lossy(&ran.stderr);
    assert!(
        ran.status.success() && said.contains("1 passed"),
        "{said}{why}"
    );
    print!("{said}");
}

#[cfg(test)]
mod tests {
    use super::*;

    const WITHIN: &str = "alone::tests::a_test_that_is_alone_may_be_another_ones_work";

    #[test]
    fn a_test_that_is_alone_may_be_another_ones_work() {
        alone(WITHIN, || alone(WITHIN, || ()));
    }

    #[test]
    fn a_test_that_is_alone_may_have_another_one_run() {
        let name = "alone::tests::a_test_that_is_alone_may_have_another_one_run";
        alone(name, || alone(WITHIN, || panic!("of another process")));
    }

    #[test]
    #[expect(clippy::print_stdout, reason = "what is printed is the test")]
    fn what_a_test_that_is_alone_prints_is_printed() {
        let name = "alone::tests::what_a_test_that_is_alone_prints_is_printed";
        if std::env::var_os(ALONE).is_some() {
            return alone(name, || println!("a figure of {name}"));
        }
        let program = std::env::current_exe().expect("this program");
        let ran = Command::new(program)
            .args([name, "--exact", "--nocapture"])
            .env(ALONE, "the test of another")
            .output();
        let ran = ran.expect("this program runs");
        let said = String::from_utf8_lossy(&ran.stdout);
        assert!(said.contains(&format!("a figure of {name}")), "{said}");
    }

    #[test]
    fn a_test_that_is_alone_is_run_and_its_failure_is_told() {
        let name = "alone::tests::a_test_that_is_alone_is_run_and_its_failure_is_told";
        let failed = std::panic::catch_unwind(|| alone(name, || panic!("of another process")));
        let panic = failed.expect_err("it fails");
        let told = panic.downcast_ref::<String>().map(String::as_str);
        let told = told.or_else(|| panic.downcast_ref::<&str>().copied());
        assert!(told.is_some_and(|told| told.contains("of another process")));
        assert!(
            std::env::var_os(ALONE).is_none(),
            "of another process: this one fails"
        );
    }
}
