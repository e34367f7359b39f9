//! Faults that are planted in the engine one at a time: the test named beside each must find it.

use crate::Outcome;
use crate::process::Run;
use crate::report::{Layer, Tests};

/// A fault's name in the sources, the test's file, the test, and what is wrong with the fault in.
const FAULTS: [(&str, &str, &str, &str); 21] = [
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
        "steps::the_process_ends_before_each_step_and_nothing_is_lost_or_sent_twice",
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
        "breaks::a_key_that_is_refused_in_the_middle_holds_the_account_and_every_row_goes_on_by_itself",
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
        "brake",
        "watches",
        "brakes::thirty_files_that_disappear_stop_the_folder_until_a_person_answers",
        "nobody is asked when many files disappear",
    ),
    (
        "settle",
        "watches",
        "landing::a_download_is_taken_under_its_last_name_and_a_slow_writer_once_it_is_done",
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
        "faults::a_disk_below_the_folder_that_is_taken_out_costs_no_pin_also_over_a_restart",
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
const PATIENCE: &str = "8";

fn cargo_test() -> Run {
    let cargo = Run::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // The whole workspace, so that no dependency is built again for it.
    cargo.args(["test", "--workspace", "--features", "engine/planted"])
}

/// Plants each of them. One whose test passes, or did not run, is a failure.
pub(crate) fn planted(layer: &mut Layer) -> Outcome {
    cargo_test()
        .args(["--test", "drop", "--test", "watches", "--no-run"])
        .quiet()
        .output()?;
    for (fault, target, test, what) in FAULTS {
        let finished = cargo_test()
            .args(["--test", target, "--", "--exact", test])
            .env("PINFOLD_PLANTED", fault)
            .env("PINFOLD_PATIENCE", PATIENCE)
            .env("RUST_BACKTRACE", "0")
            .quiet()
            .finish()?;
        let found = Tests::of_cargo(&finished.output).failed == 1;
        let verdict = if found { "found" } else { "NOT FOUND" };
        println!("{verdict:<9} {what} ({fault})");
        let problem =
            (!found).then(|| format!("`{test}` did not find the fault `{fault}`: {what}"));
        let tests = Tests {
            passed: usize::from(found),
            failed: usize::from(!found),
            not_run: 0,
        };
        layer.count(tests, problem);
    }
    Ok(())
}
