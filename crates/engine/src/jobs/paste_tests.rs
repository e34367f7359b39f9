use cid::Cid;
use cid::multibase::Base;
use cid::multihash::Multihash;
use proptest::prelude::*;

use super::*;

const V1: &str = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";
const V0: &str = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG";

fn cids(text: &str) -> Vec<String> {
    pieces(text)
        .expect("few")
        .into_iter()
        .filter_map(|piece| piece.read.ok().map(|address| address.cid))
        .collect()
}

fn refusal(text: &str) -> String {
    address(text).expect_err("no CID")
}

#[test]
fn every_way_to_write_an_address_names_the_same_cid() {
    let upper = V1.to_uppercase();
    for text in [
        V1.to_owned(),
        upper.clone(),
        format!("ipfs://{V1}"),
        format!("IPFS://{V1}/"),
        format!("ipfs://ipfs/{V1}"),
        format!("ipfs:{V1}"),
        format!("dweb:/ipfs/{V1}"),
        format!("/ipfs/{V1}"),
        format!("ipfs/{V1}?x=1"),
        format!("https://gateway.pinata.cloud/ipfs/{V1}"),
        format!("http://127.0.0.1:8080/ipfs/{V1}#top"),
        format!("ipfs.io/ipfs/{V1}"),
        format!("https://{V1}.ipfs.dweb.link"),
        format!("https://{V1}.ipfs.dweb.link/?filename=a.txt"),
        format!("{V1}.ipfs.dweb.link"),
    ] {
        let read = address(&text).unwrap_or_else(|why| panic!("{text} {why}"));
        assert_eq!((read.cid.as_str(), read.inside), (V1, None), "{text}");
    }
    assert_eq!(address(V0).expect("a CID").cid, V0);
}

#[test]
fn a_way_below_the_cid_is_told_apart_from_it() {
    for text in [
        format!("https://ipfs.io/ipfs/{V1}/img/a%20b.png?download=true"),
        format!("https://{V1}.ipfs.dweb.link/img/a%20b.png"),
        format!("{V1}/img/a%20b.png"),
    ] {
        let read = address(&text).expect("a CID");
        assert_eq!(read.cid, V1, "{text}");
        assert_eq!(read.inside.as_deref(), Some("img/a%20b.png"), "{text}");
    }
}

#[test]
fn a_list_may_have_several_in_a_line_with_quotes_bullets_and_remarks() {
    let text =
        format!("# mine\n- \"{V1}\", <{V0}>;\r\n\n  2. ipfs://{V1}/a,b.html\tipfs://{V0}.\n");
    let found = pieces(&text).expect("few");
    let lines: Vec<usize> = found.iter().map(|piece| piece.line).collect();
    assert_eq!(lines, [2, 2, 4, 4]);
    assert_eq!(cids(&text), [V1, V0, V1, V0]);
    for piece in &found {
        assert_eq!(&text[piece.start..][..piece.text.len()], piece.text);
    }
}

#[test]
fn what_is_wrong_is_said_in_a_clear_word() {
    let short = &V0[..44];
    for (text, said) in [
        (short, "is 2 characters short of a CID."),
        (&V1[..58], "is 1 character short of a CID."),
        (&format!("{V1}aa"), "is 2 characters too long for a CID."),
        (
            &V0.replace('A', "0"),
            "has “0”, which no CID like this has.",
        ),
        (
            &V0.to_lowercase(),
            "is not a CID: capital and small letters were changed. It begins with “Qm”.",
        ),
        (
            "harbour.jpg",
            "is not a CID. Those begin with “Qm” or “baf”.",
        ),
        ("hello", "is not a CID. Those begin with “Qm” or “baf”."),
        ("https://example.org/a", wrong::NO_CID_IN_LINK),
        ("ipns://docs.ipfs.tech", wrong::IPNS),
        ("https://docs-ipfs-tech.ipns.dweb.link", wrong::IPNS),
        (
            "k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8",
            wrong::IPNS,
        ),
        ("/home/anneke/a.jpg", wrong::LOCAL),
        ("file:///home/anneke/a.jpg", wrong::LOCAL),
        (
            "https://x.mypinata.cloud/files/bafy?X-Date=1",
            wrong::PRIVATE,
        ),
        ("ipfs://", "names no CID."),
    ] {
        assert_eq!(refusal(text), said, "{text}");
    }
}

#[test]
fn both_versions_of_one_content_are_one() {
    let newer = Cid::new_v1(0x70, *Cid::try_from(V0).expect("a CID").hash()).to_string();
    assert_eq!(content(V0), content(&newer));
    assert_eq!(spellings(V0), [V0.to_owned(), newer.clone()]);
    assert_eq!(spellings(&newer), [newer, V0.to_owned()]);
    assert_eq!(spellings(V1), [V1]);
    assert_eq!(spellings("pending"), ["pending"]);
}

#[test]
fn a_list_of_more_words_than_a_list_has_is_not_read_to_its_end() {
    fuzzing::alone(
        "jobs::paste::tests::a_list_of_more_words_than_a_list_has_is_not_read_to_its_end",
        more_words,
    );
}

fn more_words() {
    let most = 16 * 1024 * 1024;
    let list = "a;".repeat(most / 2);
    let (bytes, read) = fuzzing::growth(|| pieces(&list));
    assert!(bytes < fuzzing::MEMORY, "{bytes} bytes");
    assert_eq!(read, None);
    assert!(
        most / (V0.len() + 1) < MOST,
        "as many CIDs as a list has room for"
    );
}

fn any_cid() -> impl Strategy<Value = Cid> {
    let codec = prop_oneof![Just(0x55_u64), Just(0x70), Just(0x71), Just(0x0129)];
    (codec, prop::array::uniform32(any::<u8>())).prop_map(|(codec, digest)| {
        Cid::new_v1(codec, Multihash::wrap(0x12, &digest).expect("32 bytes"))
    })
}

proptest! {
    #[test]
    fn no_text_makes_it_fail(text in "\\PC{0,200}|[\\s\\S]{0,200}") {
        for piece in pieces(&text).expect("few") {
            prop_assert_eq!(&text[piece.start..][..piece.text.len()], piece.text);
        }
    }

    #[test]
    fn no_mangled_address_makes_it_fail(cid in any_cid(), cut in 0..80_usize, put in "[\\s\\S]{0,8}") {
        let mut text = format!("https://ipfs.io/ipfs/{cid}/a");
        let at = text.char_indices().map(|(at, _)| at).nth(cut).unwrap_or(0);
        text.insert_str(at, &put);
        let _ = pieces(&text);
    }

    #[test]
    fn a_cid_in_any_base_comes_back(cid in any_cid(), base in prop::sample::select(vec![
        Base::Base16Lower, Base::Base32Lower, Base::Base32Upper, Base::Base32HexLower, Base::Base36Lower, Base::Base58Btc,
        Base::Base64Url, Base::Base64UrlPad,
    ])) {
        let text = cid.to_string_of_base(base).expect("a text");
        prop_assert_eq!(cids(&text), [cid.to_string()]);
        prop_assert_eq!(cids(&format!("  ipfs://{text} ")), [cid.to_string()]);
        prop_assert_eq!(cids(&cid.to_string()), [cid.to_string()]);
    }

    #[test]
    fn a_list_gives_as_many_as_it_has(all in prop::collection::vec(any_cid(), 0..30), between in prop::sample::select(vec![
        "\n", "\r\n", ", ", " ", ";", "\t", "\n- ",
    ])) {
        let texts: Vec<String> = all.iter().map(Cid::to_string).collect();
        prop_assert_eq!(cids(&texts.join(between)), texts);
    }
}
