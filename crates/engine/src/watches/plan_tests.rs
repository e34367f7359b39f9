use super::super::ledger::Kept;
use super::super::rules::OnChange;
use super::*;

#[path = "plan_case.rs"]
mod case;

use case::{Case, MINUTE, stamp};

#[test]
fn a_file_is_taken_once_it_was_quiet_for_the_settle_time_and_not_before() {
    let mut case = Case::new();
    case.put("a", 1, 1);
    assert!(matches!(case.look()[..], [Action::See { .. }]));
    case.now += 2_999;
    assert_eq!(case.look(), []);
    case.put("a", 1, 2);
    assert!(
        matches!(case.look()[..], [Action::See { .. }]),
        "it was written to"
    );
    case.now += 2_999;
    assert_eq!(case.look(), []);
    case.now += 1;
    assert!(matches!(case.look()[..], [Action::Take { .. }]));
}

#[test]
fn a_clock_that_is_set_back_makes_a_file_wait_anew_and_not_for_ever() {
    let mut case = Case::new();
    case.put("a", 1, 1);
    case.look();
    case.now -= 500_000;
    assert!(matches!(case.look()[..], [Action::See { .. }]));
    case.now += 3_000;
    assert!(matches!(case.look()[..], [Action::Take { .. }]));
}

#[test]
fn a_file_that_is_open_for_writing_is_not_taken() {
    let mut case = Case::new();
    case.put("a", 1, 1);
    case.look();
    case.now += 10_000;
    let listing = Listing {
        covers: BTreeSet::from([Way::new()]),
        items: case.disk.clone(),
        writing: HashSet::from([b"a".to_vec()]),
    };
    assert_eq!(
        plan(&case.rules, &case.ledger, &listing, case.now).actions,
        []
    );
    let later = case.now + LONGEST_WRITE;
    let plan = plan(&case.rules, &case.ledger, &listing, later);
    assert!(
        matches!(plan.actions[..], [Action::Take { .. }]),
        "its closing was missed"
    );
}

#[test]
fn a_rename_moves_the_pin_and_takes_nothing() {
    let mut case = Case::unpinning(0);
    case.put("a", 1, 1);
    case.settle();
    case.disk.clear();
    case.put("sub/b", 1, 1);
    let actions = case.look();
    assert!(matches!(actions[..], [Action::Moved { .. }]), "{actions:?}");
    let entry = &case.ledger.entries[&b"sub/b"[..]];
    assert!(entry.renaming && entry.kept.is_some());
    case.now += 100 * MINUTE;
    assert_eq!(case.look(), []);
}

#[test]
fn a_tree_of_a_thousand_that_is_renamed_asks_nobody_and_unpins_nothing() {
    let mut case = Case::unpinning(0);
    case.many(1_000);
    let before = std::mem::take(&mut case.disk);
    case.disk = before
        .into_iter()
        .map(|(way, look)| ([b"new/", way.as_slice()].concat(), look))
        .collect();
    case.settle();
    assert!(case.ledger.brake.is_none() && case.ledger.dropped.is_empty());
    assert_eq!(case.ledger.entries.len(), 1_000);
    assert_eq!(case.uploads, 1_000, "each was sent once");
}

#[test]
fn what_is_found_to_have_been_on_another_disk_stays_pinned_though_its_grace_time_was_told() {
    let mut case = Case::unpinning(1);
    case.put("here", 1, 1);
    case.put("drive/there", 2, 1);
    case.settle();
    case.disk.clear();
    case.look();
    assert!(case.unpins("here") && case.unpins("drive/there"));
    case.ledger.disks.insert(b"drive".to_vec());
    case.settle();
    assert!(case.unpins("here") && !case.unpins("drive/there"));
    case.now += 2 * 24 * 60 * MINUTE;
    let actions = case.look();
    assert!(
        matches!(&actions[..], [Action::Unpin { way }] if way == b"here"),
        "{actions:?}"
    );
}

#[test]
fn a_deletion_unpins_nothing_unless_the_rules_say_so() {
    let mut case = Case::new();
    case.many(100);
    case.disk.clear();
    case.settle();
    case.now += 365 * 24 * 60 * MINUTE;
    case.settle();
    assert!(case.ledger.dropped.is_empty() && case.ledger.brake.is_none());
    assert!(matches!(
        case.state("f0000"),
        EntryState::Gone {
            unpin: None,
            braked: false
        }
    ));
}

#[test]
fn a_deletion_waits_out_its_grace_time_and_is_forgotten_when_the_file_comes_back() {
    let mut case = Case::unpinning(7);
    case.many(3);
    let kept = case.disk.remove(&b"f0000"[..]).expect("there");
    case.look();
    case.now += 6 * 24 * 60 * MINUTE;
    assert_eq!(case.look(), []);
    case.disk.insert(b"f0000".to_vec(), kept);
    assert!(matches!(case.look()[..], [Action::Back { .. }]));
    case.disk.remove(&b"f0000"[..]);
    case.look();
    case.now += 7 * 24 * 60 * MINUTE;
    assert!(matches!(case.look()[..], [Action::Unpin { .. }]));
    assert_eq!(case.ledger.dropped.len(), 1);
}

#[test]
fn the_word_of_an_event_alone_unpins_nothing() {
    let mut case = Case::unpinning(0);
    case.many(3);
    let listing = Listing {
        covers: BTreeSet::from([b"f0000".to_vec()]),
        ..Listing::default()
    };
    for _ in 0..3 {
        let plan = plan(&case.rules, &case.ledger, &listing, case.now);
        for action in &plan.actions {
            case.ledger.apply(action, case.now);
        }
        case.now += MINUTE;
    }
    assert!(case.ledger.dropped.is_empty());
}

#[test]
fn twenty_six_at_once_or_a_tenth_of_fifty_ask_first_and_fewer_do_not() {
    for (of, gone, asks) in [
        (200, 26, true),
        (300, 25, false),
        (50, 6, true),
        (50, 5, false),
        (49, 25, false),
    ] {
        let mut case = Case::unpinning(0);
        case.many(of);
        for at in 0..gone {
            case.disk.remove(format!("f{at:04}").as_bytes());
        }
        case.look();
        assert_eq!(case.ledger.brake.is_some(), asks, "{gone} of {of}");
        assert_eq!(case.ledger.braked() > 0, asks);
        assert!(case.ledger.dropped.is_empty());
    }
}

#[test]
fn deletions_within_a_minute_count_together() {
    let mut case = Case::unpinning(7);
    case.many(400);
    for round in 0..3_u64 {
        for at in 0..10 {
            case.disk
                .remove(format!("f{:04}", round * 10 + at).as_bytes());
        }
        case.look();
        case.now += 10_000;
    }
    assert_eq!(case.ledger.braked(), 30, "those before wait with them");
}

#[test]
fn a_stopped_folder_takes_nothing_and_goes_on_when_the_files_are_back() {
    let mut case = Case::unpinning(0);
    case.many(100);
    let before = case.disk.clone();
    case.disk.clear();
    case.put("new", 9_000, 1);
    case.look();
    case.now += MINUTE;
    assert_eq!(case.look(), [], "nothing is taken, nothing unpinned");
    case.disk.extend(before);
    case.settle();
    assert!(case.ledger.brake.is_none());
    assert_eq!(case.state("new"), &EntryState::Pinned);
    assert!(case.ledger.dropped.is_empty());
}

#[test]
fn the_answer_to_the_brake_is_what_happens() {
    for unpin in [false, true] {
        let mut case = Case::unpinning(1);
        case.many(100);
        case.disk.clear();
        case.look();
        let at = unpin.then(|| case.now + 1_000);
        case.ledger.decide(None, at, case.now);
        assert!(case.ledger.brake.is_none());
        case.now += 2_000;
        case.settle();
        assert_eq!(case.ledger.dropped.len(), if unpin { 100 } else { 0 });
    }
}

#[test]
fn a_change_keeps_as_many_versions_as_the_rules_say() {
    for (rule, dropped) in [
        (OnChange::KeepAll, 0),
        (OnChange::KeepLast { n: 3 }, 2),
        (OnChange::Replace, 4),
    ] {
        let mut case = Case::new();
        case.rules.on_change = rule;
        for version in 1..=5 {
            case.put("a", 1, version);
            case.settle();
        }
        assert_eq!(case.ledger.dropped.len(), dropped, "{rule:?}");
        assert_eq!(case.ledger.entries[&b"a"[..]].version, 5);
        let present = case.ledger.entries[&b"a"[..]]
            .kept
            .as_ref()
            .map(|kept| kept.cid.clone());
        assert_eq!(present.as_deref(), Some("cid-1-5"));
    }
}

#[test]
fn a_pin_that_could_not_be_verified_takes_no_others_place() {
    let mut case = Case::new();
    case.rules.on_change = OnChange::Replace;
    case.put("a", 1, 1);
    case.settle();
    case.ledger
        .queued(&b"a".to_vec(), 7, stamp(1, 11, 2), case.now);
    let kept = Kept {
        seen: stamp(1, 11, 2),
        cid: "x".into(),
        service_cid: "y".into(),
        verdict: "unproven".into(),
        owned: true,
        at: case.now,
    };
    case.ledger.pinned(&b"a".to_vec(), kept, Some(1), case.now);
    assert!(case.ledger.dropped.is_empty());
}

#[test]
fn below_a_folder_that_cannot_be_read_nothing_is_missing() {
    let mut case = Case::unpinning(0);
    case.put("sub/a", 1, 1);
    case.put("b", 2, 1);
    case.settle();
    case.disk.remove(&b"sub/a"[..]);
    case.disk
        .insert(b"sub".to_vec(), Look::Unreadable("may not be read.".into()));
    case.settle();
    assert_eq!(case.state("sub/a"), &EntryState::Pinned);
    assert!(case.ledger.dropped.is_empty());
}

#[test]
fn a_rule_that_leaves_a_pinned_file_out_keeps_its_pin() {
    let mut case = Case::unpinning(0);
    case.put("sub/a", 1, 1);
    case.settle();
    case.disk.clear();
    case.disk
        .insert(b"sub".to_vec(), Look::Ignored("sub/".into()));
    case.settle();
    assert!(matches!(case.state("sub/a"), EntryState::Ignored(_)));
    case.disk.clear();
    case.put("sub/a", 1, 1);
    case.settle();
    assert_eq!(case.state("sub/a"), &EntryState::Pinned);
    assert_eq!((case.uploads, case.ledger.dropped.len()), (1, 0));
}

#[test]
fn secrets_by_name_and_large_files_are_never_taken() {
    let mut case = Case::new();
    case.rules.largest = Some(100);
    case.put(".env", 1, 1);
    case.put("keys/id_rsa", 2, 1);
    case.disk
        .insert(b"film.mkv".to_vec(), Look::File(stamp(3, 1_000, 1)));
    case.settle();
    assert_eq!(case.uploads, 0);
    assert_eq!(case.state("film.mkv"), &EntryState::TooLarge);
    assert!(matches!(case.state(".env"), EntryState::Held(_)));
    case.ledger
        .touch(&b".env".to_vec(), |entry| entry.allowed = entry.seen);
    case.settle();
    assert_eq!(case.state(".env"), &EntryState::Pinned);
    case.put(".env", 1, 2);
    case.settle();
    assert!(
        matches!(case.state(".env"), EntryState::Held(_)),
        "new content is asked about anew"
    );
}

#[test]
fn a_folder_as_one_pin_gets_no_version_without_what_cannot_be_read_just_now() {
    let mut case = Case::new();
    case.rules.unit = WatchUnit::Folder;
    case.rules.on_change = OnChange::Replace;
    case.put("sub/a", 1, 1);
    case.put("b", 2, 1);
    let version = |case: &mut Case| {
        for _ in 0..5 {
            let actions = case.look();
            case.now += 4_000;
            let taken = actions.iter().find_map(|action| match action {
                Action::TakeFolder { files } => Some(files.clone()),
                _ => None,
            });
            if taken.is_some() {
                return taken;
            }
        }
        None
    };
    let files = version(&mut case).expect("a first version");
    for (way, stamp) in &files {
        case.ledger.queued(way, 1, *stamp, case.now);
    }
    let kept = Kept {
        seen: stamp(0, 0, 0),
        cid: "one".into(),
        service_cid: "one".into(),
        verdict: "verified".into(),
        owned: true,
        at: case.now,
    };
    case.ledger.folder_pinned(1, &kept, Some(1), case.now);
    assert_eq!(version(&mut case), None, "nothing changed");
    let seen = case.disk.remove(&b"sub/a"[..]).expect("there");
    let locked = Look::Unreadable("may not be read.".into());
    case.disk.insert(b"sub".to_vec(), locked.clone());
    case.put("b", 2, 2);
    assert_eq!(version(&mut case), None, "a part cannot be seen");
    case.disk.remove(&b"sub"[..]);
    case.disk.insert(b"sub/a".to_vec(), seen);
    case.disk.insert(b"never-read".to_vec(), locked);
    let files = version(&mut case).expect("a second version");
    assert_eq!(files.len(), 2, "what was never in a version holds up none");
}
