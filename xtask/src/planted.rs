//! Faults that are planted in the engine one at a time: the test named beside each must find it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::hands::at_once;
use crate::layers::cargo;
use crate::process::{Finished, Run};
use crate::report::{self, Layer, Tests};
use crate::{Outcome, checkout, faultless};

/// A fault's name in the sources, the test's file, the test, and what is wrong with the fault in.
const FAULTS: [(&str, &str, &str, &str); 25] = [
    (
        "twins",
        "drop",
        "control::a_file_whose_twin_is_pinned_between_its_look_and_its_turn_is_not_sent",
        "a file is not looked for again once its turn has come",
    ),
    (
        "lost-answer",
        "drop",
        "a_lost_answer_is_found_to_have_arrived_and_is_not_sent_again",
        "what may have arrived is sent again",
    ),
    (
        "layouts",
        "drop",
        "layouts::what_arrived_in_a_known_layout_is_found_after_a_lost_answer_and_not_sent_again",
        "what may have arrived is looked for under our CID alone",
    ),
    (
        "sweep",
        "drop",
        "sweeps::what_is_there_twice_after_a_lost_answer_is_told_with_the_next_list",
        "nobody looks again for what comes late",
    ),
    (
        "late",
        "drop",
        "jobs::late::what_is_asked_for_twice_after_a_lost_answer_is_told_with_the_next_list",
        "a request that was looked for in vain is believed never to come",
    ),
    (
        "changed",
        "drop",
        "chunks::a_file_that_changes_in_the_middle_is_hashed_again_and_sent_anew",
        "a source is believed to be what it was",
    ),
    (
        "cid",
        "drop",
        "another_cid_in_the_answer_is_never_called_pinned",
        "the service's CID is not compared",
    ),
    (
        "crash",
        "drop",
        "breaks::a_request_that_is_on_its_way_in_a_crash_is_asked_about_before_anything_is_sent_again",
        "what was being sent in a crash is sent anew",
    ),
    (
        "resume",
        "drop",
        "chunks::a_large_file_survives_two_cuts_and_a_restart_and_sends_at_most_one_chunk_twice_for_each",
        "an upload in chunks begins anew after a break",
    ),
    (
        "hold",
        "drop",
        "breaks::a_key_that_is_refused_in_the_middle_holds_the_account_until_a_person_tries_again",
        "what is wrong with an account is taken for the row's",
    ),
    (
        "cancel",
        "drop",
        "an_upload_taken_back_after_its_bytes_arrived_is_not_called_cancelled",
        "what was taken back is not asked about",
    ),
    (
        "rest",
        "drop",
        "control::a_queue_that_rests_begins_nothing_also_after_a_restart_until_it_is_continued",
        "a queue that rests goes on",
    ),
    (
        "newer",
        "drop",
        "damage::a_foreign_and_a_newer_ledger_are_refused_and_left_as_they_are",
        "a ledger of a newer Pinfold is worked on",
    ),
    (
        "told",
        "drop",
        "expiry::a_clock_that_is_wrong_does_not_hide_what_the_service_still_lists",
        "the clock is believed against the service",
    ),
    (
        "edit",
        "drop",
        "name_and_key_values_are_edited_at_the_service_and_unpinning_takes_the_pin_away",
        "an edit does not reach the service",
    ),
    (
        "secret",
        "watches",
        "secrets::of_150_secrets_among_500_files_none_is_sent_and_at_most_ten_innocents_are_held",
        "no name is taken for a secret's",
    ),
    (
        "refused",
        "drop",
        "suspects::of_the_files_that_look_like_secrets_inside_those_with_a_yes_go_and_of_the_others_not_a_byte",
        "a file that got no yes is sent",
    ),
    (
        "brake",
        "watches",
        "brakes::thirty_files_that_disappear_stop_the_folder_until_a_person_answers",
        "nobody is asked when many files disappear",
    ),
    (
        "settle",
        "watches",
        "figures::a_file_is_in_the_queue_soon_after_it_was_quiet_for_the_settle_time_and_not_before",
        "a file is taken before it is done",
    ),
    (
        "rename",
        "watches",
        "rules::name_and_keyvalues_come_from_the_rules_and_a_rename_renames_the_pin",
        "a renamed file counts as deleted and new",
    ),
    (
        "root",
        "watches",
        "brakes::a_root_that_goes_or_is_replaced_stops_the_folder_and_unpins_nothing",
        "any folder at the path is taken for the one that was",
    ),
    (
        "disk",
        "watches",
        "disks::a_disk_below_the_folder_that_is_taken_out_costs_no_pin_also_over_a_restart",
        "a disk that was taken out is taken for deleted files",
    ),
    (
        "begun",
        "watches",
        "faults::a_folder_that_is_added_while_the_engine_starts_is_watched_once",
        "a folder is watched twice",
    ),
    (
        "lost-events",
        "watches",
        "faults::lost_events_bring_a_look_at_everything",
        "lost events are nothing",
    ),
    (
        "needed",
        "watches",
        "brakes::a_pin_that_another_file_or_a_person_still_needs_is_not_let_go",
        "a pin goes although another file needs it",
    ),
];

/// Seconds that a test waits for what will not come.
const PATIENCE: &str = "20";
/// Seconds after which a run is ended that does not end by itself: what comes after it must have its turn.
const DEADLINE: &str = "120";

/// How many faults are looked for at a time: most tests that find one wait in vain.
const AT_ONCE: usize = 4;

/// First, that no program for people can have a fault. Then the tests that are named above, with no fault planted: they must pass in the same build and with the same patience.
/// Then each fault alone. One whose test passes, did not run, or failed without coming to the fault is a failure.
pub(crate) fn planted(layer: &mut Layer) -> Outcome {
    layer.check(faultless::is_refused_where_it_is_optimised());
    for (target, program) in programs()? {
        if !faultless::can_have_faults(&program)? {
            return Err(format!("`{target}` was built without planted faults"));
        }
        let of_target = || FAULTS.iter().filter(|fault| fault.1 == target);
        let tests: BTreeSet<&str> = of_target().map(|fault| fault.2).collect();
        // As many at a time as with a fault: what fails by the load alone must fail here.
        let sound = run(&program, &tests, None, AT_ONCE)?;
        let sound = without_a_fault(&target, tests.len(), &sound);
        let is_sound = sound.is_ok();
        layer.check(sound);
        if !is_sound {
            // What fails without a fault tells nothing about one.
            continue;
        }
        println!("{:<9} {target} without a fault", "passed");
        let faults: Vec<_> = of_target().collect();
        let looked = at_once(AT_ONCE, &faults, |(fault, _, test, what)| {
            let finished = run(&program, &[*test], Some(fault), 1);
            let found = finished.and_then(|finished| verdict(fault, test, what, &finished));
            let word = if found.is_ok() { "found" } else { "NOT FOUND" };
            println!("{word:<9} {what} ({fault})");
            found
        });
        for (found, (fault, ..)) in looked.into_iter().zip(faults) {
            let broken = || Err(format!("the look for the fault `{fault}` broke off"));
            layer.check(found.unwrap_or_else(broken));
        }
    }
    Ok(())
}

/// The tests' programs by their names. They are run without cargo, which waits for whoever else builds: that is not
/// the tests' time.
fn programs() -> Outcome<BTreeMap<String, PathBuf>> {
    let targets: BTreeSet<&str> = FAULTS.iter().map(|fault| fault.1).collect();
    // The whole workspace, so that no dependency is built again for it.
    let built = cargo()
        .args(["test", "--workspace", "--features", "engine/planted"])
        .args(["--no-run", "--message-format=json-render-diagnostics"])
        .args(targets.iter().flat_map(|target| ["--test", target]))
        .quiet()
        .output()?;
    let programs = programs_of(&built);
    match targets
        .iter()
        .find(|target| !programs.contains_key(**target))
    {
        Some(target) => Err(format!("cargo built no test program `{target}`")),
        None => Ok(programs),
    }
}

/// What cargo's messages say of the programs of tests.
fn programs_of(messages: &str) -> BTreeMap<String, PathBuf> {
    let programs = messages.lines().filter_map(|line| {
        let message: serde_json::Value = serde_json::from_str(line).ok()?;
        let name = message["target"]["name"].as_str()?;
        let is_test = message["target"]["kind"][0] == "test";
        let program = message["executable"].as_str().filter(|_| is_test)?;
        Some((name.to_owned(), PathBuf::from(program)))
    });
    programs.collect()
}

fn run<'a>(
    program: &Path,
    tests: impl IntoIterator<Item = &'a &'a str>,
    fault: Option<&str>,
    at_once: usize,
) -> Outcome<Finished> {
    Run::new("timeout")
        .args(["--kill-after=20", DEADLINE])
        .args([program])
        .args(["--exact"])
        .args(tests)
        .within(&checkout::root().join("crates/engine"))
        .env("RUST_TEST_THREADS", at_once.to_string())
        .env("PINFOLD_PLANTED", fault.unwrap_or_default())
        .env("PINFOLD_PATIENCE", PATIENCE)
        .env("RUST_BACKTRACE", "0")
        .quiet()
        .finish()
}

fn without_a_fault(target: &str, wanted: usize, finished: &Finished) -> Outcome<String> {
    let tests = Tests::of_cargo(&finished.output);
    let all = Tests {
        passed: wanted,
        ..Tests::default()
    };
    if tests == all {
        return Ok(String::new());
    }
    let refusals: Vec<&str> = report::refusals(&finished.output).collect();
    Err(format!(
        "of {wanted} tests of `{target}` that find faults, {} passed without a fault. {}\n{}",
        tests.passed,
        refusals.join("\n"),
        finished.failure
    ))
}

/// Found is what made its test fail after the engine had come to it.
fn verdict(fault: &str, test: &str, what: &str, finished: &Finished) -> Outcome<String> {
    let tests = Tests::of_cargo(&finished.output);
    let told = format!("planted fault reached: {fault}");
    let reached = finished.output.lines().any(|line| line.ends_with(&told));
    match (tests.passed, tests.failed) {
        (0, 1) if reached => Ok(String::new()),
        (0, 1) => Err(format!(
            "`{test}` failed, but not by the fault `{fault}`, which was never reached: {what}. {}",
            finished.failure
        )),
        (1, 0) if reached => Err(format!("`{test}` did not find the fault `{fault}`: {what}")),
        (1, 0) => Err(format!(
            "`{test}` never came to the fault `{fault}`: {what}"
        )),
        _ => Err(format!(
            "`{test}` came to no end with the fault `{fault}`. {}",
            finished.failure
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILED: &str = "test result: FAILED. 0 passed; 1 failed; 0 ignored";
    const PASSED: &str = "test result: ok. 1 passed; 0 failed; 0 ignored";

    fn finished(output: &str) -> Finished {
        Finished {
            success: false,
            output: output.to_owned(),
            failure: "its last lines".to_owned(),
        }
    }

    fn verdict_of(output: &str) -> Outcome<String> {
        verdict("cid", "a_test", "no CID is compared", &finished(output))
    }

    #[test]
    fn a_fault_is_found_only_by_a_test_that_came_to_it_and_failed() {
        let reached = "planted fault reached: cid\n";
        assert!(verdict_of(&format!("{reached}{FAILED}")).is_ok());
        let passed = verdict_of(&format!("{reached}{PASSED}")).unwrap_err();
        assert!(passed.contains("did not find"), "{passed}");
        let elsewhere = verdict_of(&format!("planted fault reached: cids\n{FAILED}"));
        let elsewhere = elsewhere.unwrap_err();
        assert!(elsewhere.contains("never reached"), "{elsewhere}");
        assert!(elsewhere.contains("its last lines"), "{elsewhere}");
        assert!(verdict_of(PASSED).unwrap_err().contains("never came to"));
    }

    #[test]
    fn a_run_that_hung_or_ran_nothing_finds_nothing_and_says_what_it_said() {
        let nothing = "test result: ok. 0 passed; 0 failed; 0 ignored";
        for output in ["planted fault reached: cid", nothing] {
            let problem = verdict_of(output).unwrap_err();
            assert!(problem.contains("no end"), "{problem}");
            assert!(problem.contains("its last lines"), "{problem}");
        }
    }

    #[test]
    fn without_a_fault_every_test_passes_and_none_is_missing() {
        let two = "test result: ok. 2 passed; 0 failed; 0 ignored";
        assert!(without_a_fault("drop", 2, &finished(two)).is_ok());
        assert!(without_a_fault("drop", 3, &finished(two)).is_err());
        let forbidden = format!("NOT RUN: a: this machine refuses it\n{two}");
        let problem = without_a_fault("drop", 2, &finished(&forbidden)).unwrap_err();
        assert!(problem.contains("NOT RUN: a"), "{problem}");
    }

    #[test]
    fn programs_are_those_of_tests() {
        let messages = r#"{"reason":"compiler-artifact","target":{"kind":["lib"],"name":"engine"},"executable":null}
Compiling engine
{"reason":"compiler-artifact","target":{"kind":["test"],"name":"drop"},"executable":"/t/drop-1"}
{"reason":"build-finished","success":true}"#;
        let only = BTreeMap::from([("drop".to_owned(), PathBuf::from("/t/drop-1"))]);
        assert_eq!(programs_of(messages), only);
    }
}
