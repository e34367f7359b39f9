use std::path::{Path, PathBuf};

use super::*;

fn forbidden() -> Forbidden {
    Forbidden {
        home: Some(PathBuf::from("/home/ada")),
        data: Some(PathBuf::from("/home/ada/.local/share/pinfold")),
    }
}

#[test]
fn folders_that_hold_keys_or_everything_are_refused() {
    for root in [
        "/",
        "/home",
        "/home/ada",
        "/home/ada/.ssh",
        "/home/ada/.ssh/keys",
        "/home/ada/.local/share/pinfold",
        "/home/ada/.local/share/pinfold/sandbox",
        "/etc",
        "/proc/1",
    ] {
        assert!(
            refusal(Path::new(root), &forbidden(), &[]).is_some(),
            "{root}"
        );
    }
    for root in ["/home/ada/Pictures", "/mnt/photos", "/run/media/ada/Disk"] {
        assert_eq!(refusal(Path::new(root), &forbidden(), &[]), None, "{root}");
    }
}

#[test]
fn two_watched_folders_are_never_inside_each_other() {
    let watched = [Path::new("/home/ada/Pictures")];
    for root in ["/home/ada/Pictures", "/home/ada/Pictures/2025"] {
        assert!(
            refusal(Path::new(root), &Forbidden::default(), &watched).is_some(),
            "{root}"
        );
    }
    let above = refusal(Path::new("/home/ada"), &Forbidden::default(), &watched);
    assert!(above.is_some_and(|words| words.contains("holds")));
    let beside = Path::new("/home/ada/Pictures2");
    assert_eq!(refusal(beside, &Forbidden::default(), &watched), None);
}

#[test]
fn a_name_is_made_of_what_is_known_of_the_file() {
    let at = 1_767_225_600_000;
    let name = |template: &str| pin_name(template, "Prints", "2025/dawn.final.tif", 3, at);
    assert_eq!(name("{name}"), "dawn.final.tif");
    assert_eq!(name("{folder}/{path}"), "Prints/2025/dawn.final.tif");
    assert_eq!(name("{stem} v{version}.{ext}"), "dawn.final v3.tif");
    assert_eq!(name("{date} {name}"), "2026-01-01 dawn.final.tif");
    assert_eq!(
        pin_name("{stem}|{ext}", "f", ".profile", 1, at),
        ".profile|"
    );
    assert!(pin_name(&"x".repeat(400), "f", "a", 1, at).chars().count() <= 245);
}

#[test]
fn rules_that_cannot_be_kept_are_refused_with_the_reason() {
    let with = |change: fn(&mut WatchRules)| {
        let mut rules = WatchRules::default();
        change(&mut rules);
        rules.check().err().map(|error| error.message)
    };
    assert_eq!(with(|_| ()), None);
    assert!(with(|rules| rules.name = "{nome}".into()).is_some_and(|words| words.contains("nome")));
    assert!(with(|rules| rules.cid_version = 2).is_some());
    assert!(with(|rules| rules.settle = 0).is_some());
    assert!(with(|rules| rules.rescan = 0).is_some());
    assert!(with(|rules| rules.on_change = OnChange::KeepLast { n: 0 }).is_some());
    assert!(with(|rules| rules.ignore = "{a".into()).is_some());
    assert!(with(|rules| rules.keyvalues = vec![(String::new(), "x".into())]).is_some());
}

#[test]
fn large_files_settle_for_longer() {
    let rules = WatchRules::default();
    assert_eq!(rules.settle_for(1_000), 3_000);
    assert_eq!(rules.settle_for(200_000_000), 10_000);
}
