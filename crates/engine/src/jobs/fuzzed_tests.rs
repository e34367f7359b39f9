//! Lists, links and addresses that nobody meant.

use fuzzing::Runs;

use super::{nodes, paste};

/// The largest list that is read.
const LARGEST: usize = 16 * 1024 * 1024;
/// CIDs of one text that are looked at once more.
const FEW: usize = 500;
const V1: &str = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";
const V0: &str = "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG";
const PEER: &str = "12D3KooWBMyQ1SZTfxUU4rVGLJxYGHTB2BWxi9VVMYm7BAs5wbSP";

/// Whatever is taken for a CID is written as one that is read as itself.
fn read(text: &str) {
    let pieces = paste::pieces(text).unwrap_or_default();
    for piece in pieces.iter().take(FEW) {
        assert_eq!(&text[piece.start..][..piece.text.len()], piece.text);
        let Ok(named) = &piece.read else { continue };
        let again = paste::address(&named.cid).expect("what is told is a CID");
        assert_eq!((&again.cid, again.inside), (&named.cid, None));
        let content = paste::content(&named.cid);
        let spellings = paste::spellings(&named.cid);
        assert!(spellings.contains(&named.cid));
        assert!(spellings.iter().all(|one| paste::content(one) == content));
    }
}

#[test]
fn no_list_makes_the_reader_of_lists_fail_hang_or_grow() {
    let hex = "f01551220af11f8d2ad8a7ff8d9b47a4b8ec07d3c8a6a2d3d8a7fcb0ea11ab5e1f2c0a5b7";
    let lists = [
        format!("# mine\n- \"{V1}\", <{V0}>;\r\n\n  2. ipfs://{V1}/a,b.html\tipfs://{V0}.\n"),
        format!("https://ipfs.io/ipfs/{V1}/img/a%20b.png?download=true#top"),
        format!("https://{V1}.ipfs.dweb.link/?filename=a.txt dweb:/ipfs/{V0} /ipns/docs.ipfs.tech"),
        format!("name,cid\na,{V1}\nb,{V0}\nc,{}\n", V1.to_uppercase()),
        format!("{hex} z{V0} k51qzi5uqu5dlvj2baxnqndepeb86cbk3ng7n3i46uzyxzyqj2xjonzllnv0v8"),
        "f01550000 f015500 bafkqaaa m AXASIA".to_owned(),
        "x@user:pw@host.example/ipfs/ file:///home/a C:\\a ~ ./b".to_owned(),
    ];
    let lists: Vec<&str> = lists.iter().map(String::as_str).collect();
    Runs::of("a pasted list", 1_000).text(&lists, LARGEST, read);
}

#[test]
fn no_address_of_a_computer_makes_its_reader_fail_hang_or_grow() {
    let addresses = [
        format!("/ip4/203.0.113.40/tcp/4001/p2p/{PEER}"),
        format!("/ip6/2001:db8::1/udp/4001/quic-v1/p2p/{PEER}/p2p-circuit/p2p/{PEER}/"),
        format!("/dns4/node.example.org/tcp/443/tls/sni/a.example/wss/p2p/{PEER}"),
        format!("/dnsaddr/example.org/p2p/{V0}"),
        format!("/ip4/127.0.0.1/udp/1/webrtc-direct/certhash/uEiD/ipfs/{V1}"),
    ];
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    Runs::of("a multiaddress", 1_500).text(&addresses, 1024 * 1024, |text| {
        let _ = nodes::short(text);
        if nodes::mistake(text).is_none() {
            assert!(text.contains("/p2p/") || text.contains("/ipfs/"));
            assert_eq!(nodes::mistake(&format!(" {text}\n")), None);
        }
    });
}
