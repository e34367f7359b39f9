//! Looking for a secret in everything that was written, in the forms in which it could have been written.

use std::fs;
use std::path::{Path, PathBuf};

/// One place where the secret stands.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Leak {
    pub(crate) path: PathBuf,
    pub(crate) form: &'static str,
}

/// The secret as it is, in base64 (both alphabets, wherever it begins), hex, percent-encoded, reversed and UTF-16.
pub(crate) fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let mut forms = vec![
        ("as it is", bytes.to_vec()),
        (
            "hex",
            bytes
                .iter()
                .flat_map(|byte| format!("{byte:02x}").into_bytes())
                .collect(),
        ),
        (
            "percent-encoded",
            bytes
                .iter()
                .flat_map(|byte| format!("%{byte:02x}").into_bytes())
                .collect(),
        ),
        ("reversed", bytes.iter().rev().copied().collect()),
        ("UTF-16", bytes.iter().flat_map(|byte| [*byte, 0]).collect()),
    ];
    for offset in 0..3 {
        let encoded = base64_inside(bytes, offset);
        let url = encoded
            .iter()
            .map(|letter| match letter {
                b'+' => b'-',
                b'/' => b'_',
                other => *other,
            })
            .collect();
        forms.extend([("base64", encoded), ("base64url", url)]);
    }
    forms
}

/// Every file under the folder, and every file's and folder's name, that holds the secret in any form.
/// Hex and percent-encoding are found in both cases.
pub(crate) fn scan(folder: &Path, secret: &str) -> Vec<Leak> {
    let forms = forms(secret);
    let mut leaks = Vec::new();
    visit(folder, &mut |path, content| {
        let lower = content.to_ascii_lowercase();
        for (form, wanted) in &forms {
            let content = if matches!(*form, "hex" | "percent-encoded") {
                &lower
            } else {
                content
            };
            if contains(content, wanted) {
                leaks.push(Leak {
                    path: path.to_owned(),
                    form,
                });
            }
        }
    });
    leaks
}

/// How many files a scan reads: a scan of nothing finds nothing.
pub(crate) fn files(folder: &Path) -> usize {
    let mut count = 0;
    visit(folder, &mut |_, _| count += 1);
    count
}

fn visit(folder: &Path, look: &mut impl FnMut(&Path, &[u8])) {
    #[expect(
        clippy::disallowed_methods,
        reason = "what the test's own desktop wrote"
    )]
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries.flatten() {
        let (path, kind) = (entry.path(), entry.file_type().expect("its kind"));
        if kind.is_dir() {
            visit(&path, look);
        } else if kind.is_file() {
            #[expect(
                clippy::disallowed_methods,
                reason = "what the test's own desktop wrote"
            )]
            let mut content = fs::read(&path).unwrap_or_default();
            content.extend_from_slice(path.as_os_str().as_encoded_bytes());
            look(&path, &content);
        }
    }
}

fn contains(content: &[u8], wanted: &[u8]) -> bool {
    let first = wanted[0];
    let mut from = 0;
    while let Some(next) = content[from..].iter().position(|byte| *byte == first) {
        if content[from + next..].starts_with(wanted) {
            return true;
        }
        from += next + 1;
    }
    false
}

/// The letters that the secret has in base64 whatever stands before and after it, when it begins `offset` bytes into a group of three.
fn base64_inside(secret: &[u8], offset: usize) -> Vec<u8> {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let skip = (3 - offset) % 3;
    let whole = secret[skip..].chunks_exact(3);
    whole
        .flat_map(|group| {
            let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
            [18, 12, 6, 0].map(|shift| LETTERS[(bits >> shift & 63) as usize])
        })
        .collect()
}
