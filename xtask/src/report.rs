//! Counting tests from what the runners print, and the table at the end.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::expected::Counts;

/// How long a run may take on two cores: where everything was built before, and where nothing was.
const WARM: Duration = Duration::from_mins(12);
const COLD: Duration = Duration::from_mins(25);

/// What one layer did.
#[derive(Debug, Default)]
pub(crate) struct Layer {
    pub(crate) name: &'static str,
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    /// left out by the runner
    pub(crate) not_run: usize,
    pub(crate) took: Duration,
    /// the tests of Rust that passed, without their modules
    pub(crate) names: BTreeSet<String>,
    /// what tests say that this machine refuses to run; the runner counts them as passed
    pub(crate) refusals: Vec<String>,
    /// what to show at the end, in full sentences
    pub(crate) problems: Vec<String>,
}

impl Layer {
    pub(crate) fn new(name: &'static str) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    /// Counts a command that is one check by itself.
    pub(crate) fn check(&mut self, outcome: Result<String, String>) {
        match outcome {
            Ok(_) => self.passed += 1,
            Err(problem) => {
                self.failed += 1;
                self.problems.push(problem);
            }
        }
    }

    /// Counts what a runner printed. A runner that failed without saying that a test failed counts as one failure.
    pub(crate) fn count(&mut self, tests: Tests, failure: Option<String>) {
        self.passed += tests.passed;
        self.failed += tests.failed;
        self.not_run += tests.not_run;
        if let Some(failure) = failure {
            if tests.failed == 0 {
                self.failed += 1;
            }
            self.problems.push(failure);
        }
    }

    /// What a machine refuses is expected there as well.
    pub(crate) fn ran(&self) -> usize {
        self.passed + self.failed + self.refusals.len()
    }
}

/// How many tests a runner ran.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tests {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) not_run: usize,
}

impl Tests {
    /// From all `test result:` lines of `cargo test`. What a machine refuses passes there, says itself that it did not run,
    /// and is no test that passed.
    pub(crate) fn of_cargo(output: &str) -> Self {
        let mut tests = Self::default();
        for line in output
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("test result: "))
        {
            tests.passed += number_before(line, " passed");
            tests.failed += number_before(line, " failed");
            tests.not_run += number_before(line, " ignored");
        }
        tests.passed = tests.passed.saturating_sub(refusals(output).count());
        tests
    }

    /// From the last line that says `N passed, N failed`.
    pub(crate) fn of_last_line(output: &str) -> Self {
        let last = output
            .lines()
            .rev()
            .find(|line| line.contains(" passed, ") && line.contains(" failed"))
            .unwrap_or_default();
        Self {
            passed: number_before(last, " passed"),
            failed: number_before(last, " failed"),
            not_run: 0,
        }
    }

    /// From vitest's JSON report.
    pub(crate) fn of_vitest(report: &str) -> Result<Self, String> {
        let report: serde_json::Value =
            serde_json::from_str(report).map_err(|error| format!("vitest's report: {error}"))?;
        let number = |name: &str| {
            report[name]
                .as_u64()
                .and_then(|number| usize::try_from(number).ok())
                .unwrap_or(0)
        };
        Ok(Self {
            passed: number("numPassedTests"),
            failed: number("numFailedTests"),
            not_run: number("numPendingTests") + number("numTodoTests"),
        })
    }
}

/// The sentences of tests whose needs this machine refuses.
pub(crate) fn refusals(output: &str) -> impl Iterator<Item = &str> {
    output.lines().filter(|line| line.starts_with("NOT RUN: "))
}

fn number_before(line: &str, word: &str) -> usize {
    let before = line.split(word).next().unwrap_or_default();
    let digits = before
        .rsplit(|letter: char| !letter.is_ascii_digit())
        .next()
        .unwrap_or_default();
    if line.contains(word) {
        digits.parse().unwrap_or(0)
    } else {
        0
    }
}

/// The end of a run: problems, times, counts, and `N passed, N failed` alone on the last line.
pub(crate) struct Report {
    pub(crate) text: String,
    pub(crate) failed: usize,
}

/// `preparation`: what was set up before the layers, with its time. `together`: the whole run; layers may overlap.
pub(crate) fn report(
    layers: &[Layer],
    preparation: &[(&str, Duration)],
    together: Duration,
    expected: &Counts,
) -> Report {
    let mut lines = Vec::new();
    for layer in layers {
        for problem in layer.refusals.iter().chain(&layer.problems) {
            lines.extend([format!("\n--- {}", layer.name), problem.clone()]);
        }
    }
    let times = layers.iter().map(|layer| (layer.name, layer.took));
    let times: Vec<_> = preparation.iter().copied().chain(times).collect();
    lines.push("\nWhere the time went".to_owned());
    for (name, took) in times {
        lines.push(format!("  {name:<24}{:>7.1} s", took.as_secs_f64()));
    }
    lines.push(format!(
        "  {:<24}{:>7.1} s of {} (built before) or {} (from nothing) on two cores",
        "together",
        together.as_secs_f64(),
        WARM.as_secs(),
        COLD.as_secs()
    ));
    lines.push("\nWhat ran".to_owned());
    let (mut passed, mut failed) = (0, 0);
    for layer in layers {
        let expected = expected.get(layer.name).copied().unwrap_or(1);
        passed += layer.passed;
        failed += layer.failed + expected.saturating_sub(layer.ran());
        lines.push(counted(layer, expected));
    }
    lines.push(format!("\n{passed} passed, {failed} failed"));
    Report {
        text: lines.join("\n"),
        failed,
    }
}

fn counted(layer: &Layer, expected: usize) -> String {
    let ran = layer.ran();
    let missing = match expected.saturating_sub(ran) {
        0 => String::new(),
        missing => format!(", {missing} MISSING"),
    };
    let told = |number: usize, what: &str| match number {
        0 => String::new(),
        number => format!(", {number} {what}"),
    };
    let not_run = told(layer.not_run, "not run");
    let refused = told(layer.refusals.len(), "refused by this machine");
    let more = if ran > expected {
        " (more than expected: `--record` notes it)"
    } else {
        ""
    };
    format!(
        "  {:<10} ran {ran:>5} of {expected:>5} expected, {:>5} passed, {:>3} failed{missing}{not_run}{refused}{more}",
        layer.name, layer.passed, layer.failed
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargos_lines_are_added_up() {
        let output = "running 3 tests\ntest result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\nx\ntest result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured\n";
        assert_eq!(
            Tests::of_cargo(output),
            Tests {
                passed: 15,
                failed: 2,
                not_run: 1
            }
        );
        assert_eq!(
            Tests::of_cargo("error: could not compile"),
            Tests::default()
        );
    }

    #[test]
    fn what_a_machine_refuses_has_not_passed_and_is_not_missing() {
        let output = "test a ... \nNOT RUN: a: this machine refuses `unshare`: no\nok\ntest result: ok. 1 passed; 0 failed; 0 ignored\n";
        assert_eq!(Tests::of_cargo(output), Tests::default());
        let mut layer = Layer::new("rust");
        layer.refusals = refusals(output).map(str::to_owned).collect();
        assert_eq!(
            layer.refusals,
            ["NOT RUN: a: this machine refuses `unshare`: no"]
        );
        let report = report(&[layer], &[], Duration::ZERO, &Counts::new());
        assert_eq!(report.failed, 0, "{}", report.text);
        assert!(report.text.contains("1 refused by this machine"));
    }

    #[test]
    fn the_last_counting_line_counts() {
        assert_eq!(
            Tests::of_last_line("1 passed, 1 failed\nmore\n14 passed, 2 failed\n"),
            Tests {
                passed: 14,
                failed: 2,
                not_run: 0
            }
        );
    }

    #[test]
    fn vitest_is_read_from_its_json() {
        let tests =
            Tests::of_vitest(r#"{"numPassedTests":41,"numFailedTests":1,"numPendingTests":2}"#)
                .unwrap();
        assert_eq!(
            tests,
            Tests {
                passed: 41,
                failed: 1,
                not_run: 2
            }
        );
        assert!(Tests::of_vitest("").is_err());
    }

    #[test]
    fn fewer_than_expected_is_red_and_the_last_line_says_so() {
        let layer = Layer {
            passed: 8,
            ..Layer::new("rust")
        };
        let expected = Counts::from([("rust".to_owned(), 10)]);
        let report = report(&[layer], &[], Duration::ZERO, &expected);
        assert_eq!(report.failed, 2);
        assert!(report.text.contains("2 MISSING"));
        assert!(report.text.ends_with("\n8 passed, 2 failed"));
    }

    #[test]
    fn a_layer_of_which_nothing_is_known_must_run_at_least_one_test() {
        assert_eq!(
            report(&[Layer::new("new")], &[], Duration::ZERO, &Counts::new()).failed,
            1
        );
    }

    #[test]
    fn a_runner_that_breaks_before_its_tests_is_one_failure() {
        let mut layer = Layer::new("rust");
        layer.count(Tests::default(), Some("could not compile".to_owned()));
        assert_eq!(layer.failed, 1);
        layer.count(
            Tests {
                passed: 1,
                failed: 2,
                not_run: 0,
            },
            Some("two failed".to_owned()),
        );
        assert_eq!(layer.failed, 3);
    }
}
