//! Tests that measure the memory of their process.

use std::process::Command;

/// Names the test that a process is for.
const ALONE: &str = "PINFOLD_ALONE";

/// Does a test's work in a process of its own: what the other tests of its program take meanwhile is no part of its figure.
/// `test` is the test's whole name, as the program lists it.
pub fn alone(test: &str, work: impl FnOnce()) {
    if std::env::var(ALONE).is_ok_and(|name| name == test) {
        return work();
    }
    let program = std::env::current_exe().expect("this program");
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
}

#[cfg(test)]
mod tests {
    use super::*;

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
