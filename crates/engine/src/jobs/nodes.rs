//! Addresses of computers that have the content: multiaddresses, looked at before a service is asked to try them.

use cid::Cid;
use cid::multibase::Base;
use cid::multihash::Multihash;
use std::net::{Ipv4Addr, Ipv6Addr};

/// Parts of a multiaddress that have a value after them (multiaddr's table of protocols).
const WITH_VALUE: [&str; 13] = [
    "ip4", "ip6", "ip6zone", "dns", "dns4", "dns6", "dnsaddr", "tcp", "udp", "p2p", "ipfs",
    "certhash", "sni",
];
/// Parts that stand alone.
const ALONE: [&str; 12] = [
    "quic",
    "quic-v1",
    "ws",
    "wss",
    "tls",
    "noise",
    "http",
    "https",
    "webtransport",
    "webrtc",
    "webrtc-direct",
    "p2p-circuit",
];

/// What is wrong with one address; `None` where nothing is. A full sentence.
pub(super) fn mistake(text: &str) -> Option<String> {
    let text = text.trim();
    if !text.starts_with('/') {
        return Some(
            "An address is a multiaddress, such as /ip4/203.0.113.40/tcp/4001/p2p/12D3Koo….".into(),
        );
    }
    let mut parts = text.trim_end_matches('/').split('/').skip(1);
    let mut place = None;
    let mut peer = false;
    while let Some(name) = parts.next() {
        if ALONE.contains(&name) {
            continue;
        }
        if !WITH_VALUE.contains(&name) {
            return Some(format!("“{name}” is no part of a multiaddress."));
        }
        let value = parts.next().unwrap_or_default();
        if value.is_empty() {
            return Some(format!("A value is missing after “/{name}”."));
        }
        if let Some(why) = wrong_value(name, value) {
            return Some(why);
        }
        peer |= matches!(name, "p2p" | "ipfs");
        place = place.or(Some((name, value)));
    }
    match place {
        None => Some("The address names no computer.".into()),
        Some((name, value)) => own(name, value).or_else(|| {
            (!peer).then(|| {
                "The peer id is missing: an address ends with /p2p/ and the id of the computer’s IPFS program.".into()
            })
        }),
    }
}

/// Where an address leads, short enough to read: "203.0.113.40, port 4001".
pub(super) fn short(text: &str) -> String {
    let mut parts = text.trim().split('/').skip(1);
    let (_, host) = (parts.next(), parts.next().unwrap_or_default());
    if host.is_empty() {
        return text.to_owned();
    }
    match (parts.next(), parts.next()) {
        (Some("tcp" | "udp"), Some(port)) => format!("{host}, port {port}"),
        _ => host.to_owned(),
    }
}

fn wrong_value(name: &str, value: &str) -> Option<String> {
    let (right, what) = match name {
        "ip4" => (value.parse::<Ipv4Addr>().is_ok(), "an IPv4 address"),
        "ip6" => (value.parse::<Ipv6Addr>().is_ok(), "an IPv6 address"),
        "tcp" | "udp" => (
            value.parse::<u16>().is_ok_and(|port| port > 0),
            "a port, 1 to 65535",
        ),
        "dns" | "dns4" | "dns6" | "dnsaddr" => (is_host(value), "a host’s name"),
        "p2p" | "ipfs" => (is_peer(value), "a peer id"),
        _ => return None,
    };
    (!right).then(|| format!("“{value}” is not {what}."))
}

fn is_host(value: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    value.len() <= 253 && value.trim_end_matches('.').split('.').all(label)
}

/// A multihash in base58, or a CID of a key.
fn is_peer(value: &str) -> bool {
    if value.len() > 128 {
        return false;
    }
    let hash = Base::Base58Btc.decode(value).ok();
    hash.is_some_and(|bytes| Multihash::<64>::from_bytes(&bytes).is_ok())
        || Cid::try_from(value).is_ok_and(|cid| cid.codec() == 0x72)
}

/// Addresses that mean "this computer" wherever they are read.
fn own(name: &str, value: &str) -> Option<String> {
    let own = match name {
        "ip4" => value
            .parse::<Ipv4Addr>()
            .is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified()),
        "ip6" => value
            .parse::<Ipv6Addr>()
            .is_ok_and(|ip| ip.is_loopback() || ip.is_unspecified()),
        _ => value == "localhost",
    };
    own.then(|| {
        format!("{value} means the computer that reads it. Give the address under which others reach the one meant.")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const PEER: &str = "12D3KooWBMyQ1SZTfxUU4rVGLJxYGHTB2BWxi9VVMYm7BAs5wbSP";

    #[test]
    fn usual_addresses_are_taken() {
        for text in [
            format!("/ip4/203.0.113.40/tcp/4001/p2p/{PEER}"),
            format!("/ip6/2001:db8::1/udp/4001/quic-v1/p2p/{PEER}"),
            format!("/dns4/node.example.org/tcp/443/wss/p2p/{PEER}"),
            format!("/dnsaddr/example.org/p2p/{PEER}"),
            "/ip4/203.0.113.40/tcp/4001/ipfs/QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG"
                .to_owned(),
            format!("/ip4/203.0.113.40/tcp/4001/p2p/{PEER}/p2p-circuit/p2p/{PEER}/"),
        ] {
            assert_eq!(mistake(&text), None, "{text}");
        }
    }

    #[test]
    fn others_are_refused_with_the_part_that_is_wrong() {
        for (text, said) in [
            ("203.0.113.40:4001", "multiaddress"),
            (
                "/ip4/203.0.113/tcp/4001",
                "“203.0.113” is not an IPv4 address.",
            ),
            ("/ip4/203.0.113.40/tcp/70000", "“70000” is not a port"),
            ("/ip4/203.0.113.40/tcp", "A value is missing after “/tcp”."),
            ("/ip4/203.0.113.40/tcp/4001", "The peer id is missing"),
            (
                "/ip4/203.0.113.40/tcp/4001/p2p/12D3",
                "“12D3” is not a peer id.",
            ),
            ("/house/3", "“house” is no part"),
            (
                "/ip4/127.0.0.1/tcp/4001/p2p/12D3KooWBMyQ1SZTfxUU4rVGLJxYGHTB2BWxi9VVMYm7BAs5wbSP",
                "127.0.0.1 means the computer that reads it.",
            ),
            ("/", "names no computer"),
        ] {
            let found = mistake(text).unwrap_or_default();
            assert!(found.contains(said), "{text}: {found}");
        }
    }

    #[test]
    fn an_address_is_shortened_to_host_and_port() {
        assert_eq!(
            short("/ip4/203.0.113.40/tcp/4001/p2p/12D3"),
            "203.0.113.40, port 4001"
        );
        assert_eq!(short("/dnsaddr/example.org/p2p/12D3"), "example.org");
        assert_eq!(short("somewhere"), "somewhere");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_fail(text in "(/[a-z0-9]{0,6}){0,6}|[\\s\\S]{0,80}") {
            let _ = short(&text);
            let _ = mistake(&text);
        }
    }
}
