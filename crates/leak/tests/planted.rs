//! Each form of a secret is found where it is planted, and nothing is found where none is.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use leak::{Leak, Secrets, forms};

/// As a service makes them: header, claims and signature, put together here.
fn token() -> String {
    let part = |seed: u8, length: u8| -> String {
        let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        let at = |n: u8| n.wrapping_mul(n).wrapping_mul(seed).wrapping_add(n) % 64;
        (0..length)
            .map(|n| char::from(letters[usize::from(at(n))]))
            .collect()
    };
    format!("eyJ{}.eyJ{}.{}", part(3, 33), part(5, 200), part(7, 43))
}

/// A secret that JSON must escape, and of which base64 has signs of both alphabets.
const ODD: &str = "of~~~a \"pair\"\\of/keys???";

fn filled() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("below")).expect("creates");
    fs::write(folder.path().join("below/plain"), b"nothing in here").expect("writes");
    folder
}

fn holds(leaks: &[Leak], path: &Path, form: &str) -> bool {
    leaks
        .iter()
        .any(|leak| leak.path == path && leak.form == form)
}

#[test]
fn every_form_of_a_secret_and_of_a_tokens_segments_is_found_in_a_file() {
    for secret in [token(), ODD.to_owned()] {
        let (secrets, folder) = (Secrets::new(&[&secret]), filled());
        assert!(secrets.scan(folder.path(), &[]).leaks.is_empty());
        let planted = folder.path().join("below/planted");
        for (form, bytes) in forms(&secret) {
            for before in 0..3 {
                let around = [&b"\0b"[..before], &bytes, b" after"].concat();
                fs::write(&planted, around).expect("writes");
                let leaks = secrets.scan(folder.path(), &[]).leaks;
                assert!(holds(&leaks, &planted, &form), "{form}: {leaks:?}");
            }
        }
    }
    let named: Vec<_> = forms(&token()).into_iter().map(|(form, _)| form).collect();
    let segments = named.iter().filter(|form| *form == "a segment, as it is");
    assert_eq!(segments.count(), 3, "{named:?}");
    let odd: Vec<_> = forms(ODD).into_iter().map(|(form, _)| form).collect();
    for form in ["JSON", "base64", "base64url"] {
        assert!(odd.iter().any(|other| other == form), "{form}: {odd:?}");
    }
}

#[test]
fn what_other_code_makes_of_a_secret_is_found() {
    let secret = token();
    let secrets = Secrets::new(&[&secret]);
    // Written by the standard library.
    let bytes = secret.as_bytes();
    assert_eq!(
        secrets.in_bytes(format!("{bytes:?}").as_bytes())[0],
        "numbers, spaced"
    );
    let big: Vec<u8> = secret.encode_utf16().flat_map(u16::to_be_bytes).collect();
    let little: Vec<u8> = secret.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for utf_16 in [big, little] {
        assert!(secrets.in_bytes(&utf_16).contains(&"UTF-16"));
    }
    // Worked out by hand.
    let known = Secrets::new(&["token-of-a-test"]);
    for (before, text) in [
        ("", "dG9rZW4tb2YtYS10ZXN0"),
        (":", "OnRva2VuLW9mLWEtdGVzdA=="),
        ("u:", "dTp0b2tlbi1vZi1hLXRlc3Q="),
    ] {
        assert_eq!(known.in_bytes(text.as_bytes()), ["base64"], "{before}");
    }
    assert_eq!(known.in_bytes(b"746f6b656e2d6f662d612d74657374"), ["hex"]);
    assert_eq!(known.in_bytes(b"token-of-a-tes"), Vec::<&str>::new());
}

#[test]
fn a_name_and_a_links_target_are_looked_at_as_well_as_a_file() {
    let secrets = Secrets::new(&["token-of-a-test"]);
    let folder = filled();
    let file = folder.path().join("below/a token-of-a-test.json");
    let below = folder.path().join("tset-a-fo-nekot");
    let link = folder.path().join("link");
    fs::write(&file, b"").expect("writes");
    fs::create_dir(&below).expect("creates");
    symlink("/nowhere/dG9rZW4tb2YtYS10ZXN0", &link).expect("links");
    let leaks = secrets.scan(folder.path(), &[]).leaks;
    assert_eq!(leaks.len(), 3, "{leaks:?}");
    assert!(holds(&leaks, &file, "as it is"));
    assert!(holds(&leaks, &below, "reversed"));
    assert!(holds(&leaks, &link, "base64"));
}

#[test]
fn what_may_hold_a_secret_is_that_file_and_no_other() {
    let secrets = Secrets::new(&["token-of-a-test"]);
    let folder = filled();
    let may = folder.path().join("token");
    fs::write(&may, b"token-of-a-test\n").expect("writes");
    let scanned = secrets.scan(folder.path(), std::slice::from_ref(&may));
    scanned.assert_clean();
    assert_eq!(scanned.files, 1, "what may hold it is not read");
    let beside = folder.path().join("token~");
    fs::copy(&may, &beside).expect("copies");
    let leaks = secrets.scan(folder.path(), &[may]).leaks;
    assert_eq!(leaks.len(), 1, "{leaks:?}");
    assert!(holds(&leaks, &beside, "as it is"));
}

#[test]
#[should_panic(expected = "nothing to scan")]
fn a_scan_of_nothing_is_no_good_news() {
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("empty")).expect("creates");
    Secrets::new(&["token-of-a-test"]).scan(folder.path(), &[]);
}

#[test]
#[should_panic(expected = "too short")]
fn what_is_too_short_to_be_told_from_chance_is_not_looked_for() {
    Secrets::new(&["short"]);
}
