//! CIDs that are published somewhere, of content so small that anybody knows it.

use content::{Folder, Profile, hash_file};

fn cid(content: &str, profile: Profile) -> String {
    hash_file(content.as_bytes(), profile)
        .expect("memory can be read")
        .cid
        .to_string()
}

#[test]
fn the_empty_file_has_its_well_known_cids() {
    assert_eq!(
        cid("", Profile::V0),
        "QmbFMke1KXqnYyBBWxB74N4c5SBnJMVAiMNRcGu6x1AwQH"
    );
    assert_eq!(
        cid("", Profile::V1Raw),
        "bafkreihdwdcefgh4dqkjv67uzcmw7ojee6xedzdetojuzjevtenxquvyku"
    );
}

#[test]
fn the_empty_folder_has_its_well_known_cids() {
    let empty = |profile| Folder::new(profile).finish().cid.to_string();
    assert_eq!(
        empty(Profile::V0),
        "QmUNLLsPACCz1vLxQVkXqqLX5R1X345qqfHbsf67hvA3Nn"
    );
    for profile in [Profile::V1Raw, Profile::UnixfsV1_2025] {
        assert_eq!(
            empty(profile),
            "bafybeiczsscdsbs7ffqz55asqdf3smv6klcw3gofszvwlyarci47bgf354"
        );
    }
}

#[test]
fn a_single_chunk_of_v1_is_a_raw_leaf() {
    let hello = cid("hello", Profile::V1Raw);
    assert_eq!(
        hello,
        "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq"
    );
    assert_eq!(cid("hello", Profile::UnixfsV1_2025), hello);
    assert!(cid("Hello World", Profile::V1Raw).starts_with("bafkreiffsgtnic7"));
    assert!(cid("Hello World!", Profile::V1Raw).starts_with("bafkreid7qoywk77"));
    assert!(cid("hello world!", Profile::V1Raw).starts_with("bafkreidvbhs33ig"));
}

#[test]
fn a_single_chunk_of_v0_is_wrapped_and_measured_with_its_wrapper() {
    let root = hash_file(&b"Hello World!"[..], Profile::V0).expect("memory can be read");
    assert_eq!(
        root.cid.to_string(),
        "Qmf1rtki74jvYmGeqaaV51hzeiaa6DyWc98fzDiuPatzyy"
    );
    assert_eq!((root.size, root.dag_size, root.blocks), (12, 20, 1));
}
