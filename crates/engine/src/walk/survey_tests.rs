use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;

use super::super::Disk;
use super::*;

fn never() -> bool {
    false
}

#[test]
fn a_folder_gives_its_files_and_names_what_it_leaves_out() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let root = folder.path().join("root");
    fs::create_dir_all(root.join("empty")).expect("creates");
    fs::create_dir_all(root.join("sub")).expect("creates");
    fs::write(root.join("sub/b.txt"), b"bb").expect("writes");
    fs::write(root.join(".env"), b"KEY=1").expect("writes");
    fs::write(
        root.join(std::ffi::OsString::from_vec(vec![b'x', 0xff])),
        b"x",
    )
    .expect("writes");
    symlink("/etc/passwd", root.join("link")).expect("links");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        root.join("pipe"),
        rustix::fs::FileType::Fifo,
        0o600.into(),
        0,
    )
    .expect("a pipe");

    let survey = survey(&Disk, &Place::root(&root), "", &never).expect("a survey");
    assert!(survey.folder);
    assert_eq!((survey.files.len(), survey.bytes), (3, 8));
    assert_eq!(
        survey.empty_folders,
        [Place::root(&root).child(b"empty".to_vec())]
    );
    assert_eq!(survey.secrets.len(), 1);
    let mut left: Vec<_> = survey
        .left_out
        .iter()
        .map(|(place, problem)| (readable(&place.name()), problem.code))
        .collect();
    left.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(
        left,
        [
            ("link".into(), ErrorCode::OutsideLink),
            ("pipe".into(), ErrorCode::NotAFile)
        ]
    );
}

#[test]
fn a_link_in_place_of_a_folder_on_the_way_is_refused() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (root, outside) = (folder.path().join("root"), folder.path().join("outside"));
    fs::create_dir_all(&root).expect("creates");
    fs::create_dir_all(&outside).expect("creates");
    fs::write(outside.join("secret"), b"s").expect("writes");
    symlink(&outside, root.join("sub")).expect("links");
    let place = Place::root(&root)
        .child(b"sub".to_vec())
        .child(b"secret".to_vec());
    assert_eq!(
        Disk.open(&place).expect_err("refused").code,
        ErrorCode::OutsideLink
    );
}

#[test]
fn a_dropped_link_a_missing_file_and_a_pipe_each_say_what_they_are() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let link = folder.path().join("link");
    symlink("/etc/passwd", &link).expect("links");
    let pipe = folder.path().join("pipe");
    rustix::fs::mknodat(
        rustix::fs::CWD,
        &pipe,
        rustix::fs::FileType::Fifo,
        0o600.into(),
        0,
    )
    .expect("a pipe");
    let code = |path: &std::path::Path| {
        survey(&Disk, &Place::root(path), "", &never)
            .expect_err("refused")
            .code
    };
    assert_eq!(code(&link), ErrorCode::OutsideLink);
    assert_eq!(code(&pipe), ErrorCode::NotAFile);
    assert_eq!(code(&folder.path().join("gone")), ErrorCode::Vanished);
    assert_eq!(
        Disk.open(&Place::root(&pipe)).expect_err("refused").code,
        ErrorCode::NotAFile
    );
}
