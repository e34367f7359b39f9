//! A yes to single files that look like secrets, as other processes give it: by path.

use std::path::{Component, Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::answer::Say;
use super::queue::{Of, UploadLine};
use super::{Reply, raw};
use crate::Engine;
use crate::error::{CommandError, ErrorCode};
use crate::uploads::SuspectPaths;
use crate::walk::{name_of, readable};

/// A path as a person typed it: from the root of the disk on, from where they stand, or from what they named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TypedPath {
    /// As typed.
    #[serde(with = "raw::path")]
    pub typed: PathBuf,
    /// From the root of the disk on, as it is where they stand.
    #[serde(with = "raw::path")]
    pub whole: PathBuf,
}

/// A file that looks like a secret and waits for a word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspectLine {
    /// The upload that it belongs to.
    pub upload: i64,
    /// As `--allow` takes it.
    pub path: String,
}

impl TypedPath {
    /// All that may be meant below these roots.
    fn may_mean(&self, roots: &[PathBuf]) -> Vec<PathBuf> {
        let mut all: Vec<PathBuf> = Vec::new();
        for root in roots {
            let parent = root.parent().unwrap_or(root);
            let from_root = [root.join(&self.typed), parent.join(&self.typed)];
            for path in from_root.iter().chain([&self.whole]) {
                all.extend(below(root, path));
            }
        }
        all.sort();
        all.dedup();
        all
    }

    /// The one of these that is meant.
    pub(super) fn the_one(
        &self,
        roots: &[PathBuf],
        is_one: impl Fn(&Path) -> bool,
    ) -> Result<PathBuf, CommandError> {
        let mut meant = self.may_mean(roots);
        meant.retain(|path| is_one(path));
        let typed = self.typed.display();
        match meant.len() {
            1 => Ok(meant.remove(0)),
            0 => Err(CommandError::new(
                ErrorCode::NotFound,
                format!("There is no file “{typed}” to say yes to."),
            )),
            _ => Err(CommandError::new(
                ErrorCode::BadInput,
                format!(
                    "“{typed}” may mean {}. Give the whole path of the one that is meant.",
                    shown(&meant)
                ),
            )),
        }
    }
}

fn shown(paths: &[PathBuf]) -> String {
    let shown = paths.iter().map(|path| path.display().to_string());
    shown.collect::<Vec<_>>().join(" or ")
}

/// The same path below the root without what says nothing, where it is the root or stands below it.
fn below(root: &Path, path: &Path) -> Option<PathBuf> {
    let rest = path.strip_prefix(root).ok()?;
    let mut whole = root.to_path_buf();
    for part in rest.components() {
        match part {
            Component::Normal(name) => whole.push(name),
            Component::CurDir => {}
            _ => return None,
        }
    }
    Some(whole)
}

/// The option that says yes to this file alone: from what was named on, where that means nothing else.
pub(super) fn option(path: &Path, roots: &[PathBuf], is_one: impl Fn(&Path) -> bool) -> String {
    format!("--allow={}", quoted(&shortest(path, roots, is_one)))
}

/// As [`option`] has it, before it is quoted for a shell.
fn shortest(path: &Path, roots: &[PathBuf], is_one: impl Fn(&Path) -> bool) -> PathBuf {
    let root = roots.iter().find(|root| path.starts_with(root));
    let from_root = root.and_then(|root| path.strip_prefix(root.parent()?).ok());
    let short = from_root.filter(|short| {
        let typed = TypedPath {
            typed: short.to_path_buf(),
            whole: path.to_path_buf(),
        };
        typed.the_one(roots, is_one).is_ok()
    });
    short.unwrap_or(path).to_path_buf()
}

/// A word that a shell takes as this path. Bytes that are no text, and what a terminal would act on, are given as numbers.
fn quoted(path: &Path) -> String {
    let bytes = path.as_os_str().as_encoded_bytes();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+=:,@%".contains(letter);
    let seen = |letter: char| letter.is_alphanumeric() || matches!(letter, ' '..='~');
    match str::from_utf8(bytes) {
        Ok(text) if text.chars().all(plain) => text.to_owned(),
        Ok(text) if text.chars().all(seen) => format!("'{}'", text.replace('\'', r"'\''")),
        _ => format!(
            "$'{}'",
            bytes.iter().copied().map(numbered).collect::<String>()
        ),
    }
}

fn numbered(byte: u8) -> String {
    match byte {
        b' '..=b'~' if !matches!(byte, b'\'' | b'\\') => char::from(byte).to_string(),
        byte => format!("\\x{byte:02x}"),
    }
}

/// A line for each file of an upload that waits for a word.
pub(super) async fn list(of: &Of<'_>, upload: i64, say: &Say) -> Result<(), CommandError> {
    of.require(upload)?;
    of.engine().uploads.row_of(upload)?;
    let SuspectPaths { roots, files } = of.engine().uploads.suspect_paths(upload)?;
    let is_one = |path: &Path| files.iter().any(|(_, file)| file == path);
    for (_, file) in &files {
        let path = shortest(file, &roots, is_one);
        let path = readable(path.as_os_str().as_encoded_bytes());
        say.line(Reply::Suspect(SuspectLine { upload, path }))
            .await?;
    }
    Ok(())
}

/// Says of an upload that waits for a word what there is to be said, file by file.
pub(super) async fn tell(engine: &Engine, upload: i64, say: &Say) -> Result<(), CommandError> {
    let SuspectPaths { roots, files } = engine.uploads.suspect_paths(upload)?;
    let is_one = |path: &Path| files.iter().any(|(_, file)| file == path);
    for (_, file) in &files {
        let (name, option) = (readable(&name_of(file)), option(file, &roots, is_one));
        say.note(format!(
            "{name} looks like a secret. To send it: pinfold queue secrets {upload} {option}"
        ))
        .await?;
    }
    if files.is_empty() {
        return Ok(());
    }
    say.note(format!(
        "To go on without those that have no yes: pinfold queue secrets {upload} --skip"
    ))
    .await
}

/// A yes to these files of an upload; `skip`: a no to all others that wait. Tells how the upload stands then.
pub(super) async fn answer(
    of: &Of<'_>,
    upload: i64,
    allow: &[TypedPath],
    skip: bool,
    say: &Say,
) -> Result<(), CommandError> {
    of.require(upload)?;
    let uploads = &of.engine().uploads;
    uploads.row_of(upload)?;
    let SuspectPaths { roots, files } = uploads.suspect_paths(upload)?;
    let number = |path: &Path| files.iter().find(|(_, file)| file == path);
    let mut yes = Vec::new();
    for typed in allow {
        let meant = typed.the_one(&roots, |path| number(path).is_some())?;
        yes.extend(number(&meant).map(|(number, _)| *number));
    }
    let others = files.iter().map(|(number, _)| *number);
    let no: Vec<i64> = others
        .filter(|number| skip && !yes.contains(number))
        .collect();
    if yes.is_empty() && no.is_empty() {
        return Err(CommandError::new(
            ErrorCode::NotFound,
            format!("Nothing in the upload {upload} waits for a word."),
        ));
    }
    uploads.answer_each(upload, &yes, &no).await?;
    let row = uploads.row_of(upload)?;
    say.line(Reply::Upload(UploadLine::new(of.engine(), &row)))
        .await
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::*;

    fn typed(typed: &str, at: &str) -> TypedPath {
        TypedPath {
            typed: typed.into(),
            whole: Path::new(at).join(typed),
        }
    }

    fn paths(all: &[&str]) -> Vec<PathBuf> {
        all.iter().map(PathBuf::from).collect()
    }

    #[test]
    fn a_file_is_meant_from_the_disk_from_here_and_from_what_was_named() {
        let roots = paths(&["/a/site"]);
        let one = |path: &Path| path == Path::new("/a/site/deep/.env");
        for (given, at) in [
            ("/a/site/deep/.env", "/elsewhere"),
            ("site/deep/.env", "/elsewhere"),
            ("deep/.env", "/elsewhere"),
            ("./deep/./.env", "/elsewhere"),
            (".env", "/a/site/deep"),
        ] {
            let meant = typed(given, at).the_one(&roots, one);
            assert_eq!(meant, Ok("/a/site/deep/.env".into()), "{given}");
        }
        for given in [".env", "site", "../site/deep/.env", "deep", ""] {
            let meant = typed(given, "/elsewhere").the_one(&roots, one);
            assert!(meant.is_err(), "{given} {meant:?}");
        }
    }

    #[test]
    fn a_path_that_may_mean_two_files_means_none_and_is_told_whole() {
        let roots = paths(&["/a/site", "/b/site"]);
        let there = paths(&["/a/site/.env", "/b/site/.env"]);
        let both = |path: &Path| there.iter().any(|one| one == path);
        let meant = typed("site/.env", "/").the_one(&roots, both);
        let said = meant.expect_err("two").message;
        assert!(said.contains("/a/site/.env or /b/site/.env"), "{said}");
        let whole = option(Path::new("/b/site/.env"), &roots, both);
        assert_eq!(whole, "--allow=/b/site/.env");
        let only = |path: &Path| path == Path::new("/b/site/.env");
        let short = option(Path::new("/b/site/.env"), &roots, only);
        assert_eq!(short, "--allow=site/.env");
    }

    #[test]
    fn a_file_that_was_named_itself_is_told_by_its_name_and_quoted_for_a_shell() {
        let roots = paths(&["/a/it's mine.key"]);
        let one = |path: &Path| path == roots[0];
        let option = option(&roots[0], &roots, one);
        assert_eq!(option, r"--allow='it'\''s mine.key'");
        let meant = typed("it's mine.key", "/elsewhere").the_one(&roots, one);
        assert_eq!(meant, Ok(roots[0].clone()));
    }

    #[test]
    fn a_name_that_is_no_text_or_would_move_the_cursor_is_told_in_numbers_that_a_shell_reads() {
        use std::os::unix::ffi::OsStrExt;
        for name in [
            b"caf\xe9's.key".as_slice(),
            b"two\nlines\\.key",
            "a\u{202e}b.key".as_bytes(),
        ] {
            let path = Path::new("/a").join(OsStr::from_bytes(name));
            let roots = [path.clone()];
            let option = option(&path, &roots, |other| other == path);
            assert!(
                option.chars().all(|sign| matches!(sign, ' '..='~')),
                "{option}"
            );
            let read = std::process::Command::new("bash")
                .args(["-c", &format!("printf %s {option}")])
                .output();
            let read = read.expect("a shell").stdout;
            assert_eq!(read, [b"--allow=".as_slice(), name].concat());
        }
    }
}
