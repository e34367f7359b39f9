//! A test in surroundings of its own: the same test again, in a process with other rights or with namespaces of its own.

use std::io::Write;
use std::process::Command;

/// Stands in the surroundings of the process that is inside.
const INSIDE: &str = "PINFOLD_TEST_APART";

/// Inside this is true, and the test goes on. Outside it starts the test of this whole name again behind `way` (a program
/// that changes its surroundings, then runs what follows), and is false once that has passed.
///
/// A machine that does not allow it says so by refusing to run even `true` there: that is told as NOT RUN, past the harness
/// that keeps what passing tests print. Anything that goes wrong later is a failure of the test.
pub(crate) fn inside(name: &str, way: &[&str]) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let (program, arguments) = way.split_first().expect("a program");
    let through = || {
        let mut command = Command::new(program);
        command.args(arguments);
        command
    };
    let refused = match through().arg("true").output() {
        Ok(tried) if tried.status.success() => None,
        Ok(tried) => Some(String::from_utf8_lossy(&tried.stderr).trim().to_owned()),
        Err(error) => Some(error.to_string()),
    };
    if let Some(why) = refused {
        let way = way.join(" ");
        let told = writeln!(
            std::io::stderr(),
            "\nNOT RUN: {name}: this machine refuses `{way}`: {why}"
        );
        told.expect("it is told");
        return false;
    }
    let done = through()
        .arg(std::env::current_exe().expect("this test"))
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "yes")
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(
        done.status.success() && said.contains("1 passed"),
        "behind `{}`:\n{said}\n{}",
        way.join(" "),
        String::from_utf8_lossy(&done.stderr)
    );
    false
}

/// Runs a program of the system to its end.
pub(crate) fn system(program: &str, arguments: &[&str]) {
    let done = Command::new(program).args(arguments).output();
    let done = done.unwrap_or_else(|error| panic!("{program}: {error}"));
    assert!(
        done.status.success(),
        "{program} {arguments:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}
