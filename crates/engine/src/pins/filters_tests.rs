//! Every filter against a plain loop over the rows themselves.

use std::collections::{BTreeMap, HashMap};

use proptest::prelude::*;
use proptest::sample::select;

use super::super::catalogue::{Catalogue, PinQuery, SortKey};
use super::super::condition::{KeyValueCondition, KeyValueOperator};
use super::super::rows::{Listed, Mirrored};
use super::super::scalar::Scalar;
use super::*;

const CIDS: [&str; 4] = [
    "QmZULkCELmmk5XNfCgTnCyFgAVxBRBXyDHGGMVoLFLiXEN",
    // The same as a CID of version 1.
    "bafybeiffndsajwhk3lwjewwdxqntmjm4b5wxaaanokonsggenkbw6slwk4",
    "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq",
    "bafkreiffsgtnic7uebaeuaixgph3pmmq2ywglpylzwrswv5so7m23hyuny",
];
const NAMES: [&str; 5] = ["dawn.tif", "notes.md", "site", "data.json", "x"];
const VALUES: [&str; 6] = ["Baryta", "baryta 310", "9", "10", "-2.5", ""];

fn version_1(cid: &str) -> String {
    let cid = cid::Cid::try_from(cid).expect("a CID");
    cid.into_v1().expect("a version 1").to_string()
}

fn pin() -> impl Strategy<Value = Listed> {
    let text = (select(&NAMES[..]), select(&CIDS[..]), any::<bool>());
    let sizes = (
        proptest::option::of(0..4_u64),
        proptest::option::of(0..4_i64),
    );
    let pairs = proptest::collection::btree_map(
        select(&["Paper", "paper", "n"][..]).prop_map(str::to_owned),
        select(&VALUES[..]).prop_map(Scalar::from),
        0..3,
    );
    let groups = proptest::collection::vec(select(&["g1", "g2"][..]).prop_map(str::to_owned), 0..2);
    (text, sizes, pairs, groups).prop_map(
        |((name, cid, public), (bytes, pinned), keyvalues, groups)| Listed {
            service_id: String::new(),
            cid: cid.to_owned(),
            name: Some(name.to_owned()),
            bytes,
            files: None,
            mime: match name {
                "site" => Some("directory".to_owned()),
                "x" => Some("image/x".to_owned()),
                _ => None,
            },
            public,
            keyvalues,
            groups: Some(groups),
            pinned,
            expires: None,
        },
    )
}

fn condition() -> impl Strategy<Value = KeyValueCondition> {
    use KeyValueOperator as Op;
    let operators = [
        Op::Present,
        Op::Absent,
        Op::Is,
        Op::IsNot,
        Op::Contains,
        Op::ContainsNot,
        Op::Greater,
        Op::AtLeast,
        Op::Less,
        Op::AtMost,
        Op::Between,
        Op::NotBetween,
        Op::Matches,
    ];
    let sides = (select(&VALUES[..]), select(&VALUES[..]));
    (
        select(&["PAPER", "paper", "n", "none"][..]),
        select(operators.to_vec()),
        sides,
        any::<bool>(),
    )
        .prop_map(|(key, operator, (value, to), any_case)| KeyValueCondition {
            any_case,
            key: key.to_owned(),
            operator,
            value: value.to_owned(),
            to: to.to_owned(),
        })
}

fn wish() -> impl Strategy<Value = PinFilters> {
    use proptest::option::of;
    let kinds = [
        FileKind::Image,
        FileKind::Text,
        FileKind::Folder,
        FileKind::Data,
        FileKind::File,
    ];
    let checks = [
        CheckState::Verified,
        CheckState::OtherLayout,
        CheckState::NotChecked,
    ];
    let lists = (
        proptest::collection::vec(select(kinds.to_vec()), 0..3),
        proptest::collection::vec(select(checks.to_vec()), 0..2),
        proptest::collection::vec(condition(), 0..3),
    );
    let ranges = (of(0..4_u64), of(0..4_u64), of(0..4_i64), of(0..4_i64));
    let groups = [InGroup::None, InGroup::Group("g1".into())];
    let places = (
        of(select(groups.to_vec())),
        of(select(vec![PinNetwork::Public, PinNetwork::Private])),
        any::<bool>(),
        of(select(&["directory", "image/x", "Image/X"][..]).prop_map(str::to_owned)),
    );
    (lists, ranges, places).prop_map(
        |(
            (kinds, checks, keyvalues),
            (size_min, size_max, pinned_from, pinned_until),
            (group, network, duplicates, mime),
        )| PinFilters {
            kinds,
            mime,
            size_min,
            size_max,
            pinned_from,
            pinned_until,
            unpinned_from: None,
            unpinned_until: None,
            keyvalues,
            group,
            network,
            checks,
            duplicates,
        },
    )
}

/// What the verdicts of this test say of a CID: its state, and the CID of the same bytes.
fn compared(cid: &str) -> (CheckState, &str) {
    match CIDS.iter().position(|known| *known == cid) {
        Some(2) => (CheckState::Verified, CIDS[2]),
        // Another layout of the bytes of CIDS[2].
        Some(3) => (CheckState::OtherLayout, CIDS[2]),
        _ => (CheckState::NotChecked, cid),
    }
}

fn plainly_holds(condition: &KeyValueCondition, pairs: &BTreeMap<String, Scalar>) -> bool {
    use KeyValueOperator as Op;
    let folded = |text: &str| {
        if condition.any_case {
            text.to_lowercase()
        } else {
            text.to_owned()
        }
    };
    let values: Vec<String> = pairs
        .iter()
        .filter(|(key, _)| folded(key) == folded(&condition.key))
        .map(|(_, value)| folded(&value.to_string()))
        .collect();
    let compare = |value: &String, with: &String| {
        let with = folded(with);
        match (value.parse::<f64>(), with.parse::<f64>()) {
            (Ok(value), Ok(with)) => value.partial_cmp(&with).expect("finite"),
            _ => value.cmp(&with),
        }
    };
    let here = |value: &String| compare(value, &condition.value);
    let there = |value: &String| compare(value, &condition.to);
    let part = folded(&condition.value);
    let test = |value: &String| match condition.operator {
        Op::Present => true,
        Op::Absent => unreachable!("is decided by the key"),
        Op::Is => here(value).is_eq(),
        Op::IsNot => here(value).is_ne(),
        // None of this test's values has a sign that means something in a pattern, but the point of -2.5.
        Op::Contains | Op::Matches => value.contains(&part),
        Op::ContainsNot => !value.contains(&part),
        Op::Greater => here(value).is_gt(),
        Op::AtLeast => here(value).is_ge(),
        Op::Less => here(value).is_lt(),
        Op::AtMost => here(value).is_le(),
        Op::Between => here(value).is_ge() && there(value).is_le(),
        Op::NotBetween => here(value).is_lt() || there(value).is_gt(),
    };
    match condition.operator {
        Op::Absent => values.is_empty(),
        _ => values.iter().any(test),
    }
}

fn plainly_wanted(wish: &PinFilters, pin: &Listed, all: &[Listed]) -> bool {
    let kind = match pin.name.as_deref() {
        Some("dawn.tif" | "x") => FileKind::Image,
        Some("notes.md") => FileKind::Text,
        Some("site") => FileKind::Folder,
        Some("data.json") => FileKind::Data,
        _ => FileKind::File,
    };
    let (check, bytes_of) = compared(&pin.cid);
    let same_bytes = |other: &&Listed| version_1(compared(&other.cid).1) == version_1(bytes_of);
    let groups = pin.groups.clone().unwrap_or_default();
    let group = match &wish.group {
        None => true,
        Some(InGroup::None) => groups.is_empty(),
        Some(InGroup::Group(id)) => groups.contains(id),
    };
    let network = match wish.network {
        None => true,
        Some(network) => (network == PinNetwork::Public) == pin.public,
    };
    (wish.kinds.is_empty() || wish.kinds.contains(&kind))
        && (wish.mime.is_none() || wish.mime == pin.mime)
        && (wish.checks.is_empty() || wish.checks.contains(&check))
        && wish.size_min.is_none_or(|min| pin.bytes >= Some(min))
        && wish
            .size_max
            .is_none_or(|max| pin.bytes.is_some_and(|bytes| bytes <= max))
        && wish.pinned_from.is_none_or(|from| pin.pinned >= Some(from))
        && wish
            .pinned_until
            .is_none_or(|until| pin.pinned.is_some_and(|at| at < until))
        && group
        && network
        && (!wish.duplicates || all.iter().filter(same_bytes).count() > 1)
        && wish
            .keyvalues
            .iter()
            .all(|condition| plainly_holds(condition, &pin.keyvalues))
}

fn tell(catalogue: &mut Catalogue) {
    for cid in &CIDS[2..] {
        let (check, ours) = compared(cid);
        catalogue.compared(cid, check, Some(ours));
    }
}

proptest! {
    #[test]
    fn every_filter_finds_what_a_plain_loop_over_the_rows_finds(
        pins in proptest::collection::vec(pin(), 0..40),
        wishes in proptest::collection::vec((wish(), select(&["", "a", "baryta"][..])), 1..6),
        told_first in any::<bool>(),
        taken in 0..40_usize,
    ) {
        let mut catalogue = Catalogue::default();
        if told_first { tell(&mut catalogue); }
        let rows: Vec<Mirrored> = (1..).zip(&pins).map(|(id, pin)| Mirrored { id, account: 1, pin: pin.clone() }).collect();
        catalogue.put(&rows);
        if !told_first { tell(&mut catalogue); }
        // One that went away takes its share of the duplicates along.
        let mut pins: HashMap<i64, Listed> = (1..).zip(pins).collect();
        if let Some(row) = rows.get(taken) {
            catalogue.remove(&[row.id]);
            pins.remove(&row.id);
        }
        let all: Vec<Listed> = pins.values().cloned().collect();
        for (filters, text) in wishes {
            let has_text = |pin: &Listed| {
                let pairs = pin.keyvalues.iter().map(|(key, value)| format!("{key}\n{value}")).collect::<Vec<_>>();
                format!("{}\n{}\n{}", pin.name.clone().unwrap_or_default(), pin.cid, pairs.join("\n")).to_lowercase().contains(text)
            };
            let mut plain: Vec<i64> = pins.iter()
                .filter(|(_, pin)| has_text(pin) && plainly_wanted(&filters, pin, &all))
                .map(|(id, _)| *id)
                .collect();
            plain.sort_unstable();
            let query = PinQuery { text: text.to_owned(), sort: SortKey::Name, descending: false, filters };
            let mut found = catalogue.find(&query).expect("finds");
            found.sort_unstable();
            prop_assert_eq!(&found, &plain, "{:?}", &query);
            // Asked again, it answers from what it remembers.
            prop_assert_eq!(catalogue.find(&query).expect("finds").len(), plain.len());
            prop_assert_eq!(catalogue.count(&query).expect("counts"), plain.len());
        }
    }
}

#[test]
fn a_condition_that_cannot_be_asked_says_why() {
    let of = |key: &str, value: &str| PinFilters {
        keyvalues: vec![KeyValueCondition {
            key: key.into(),
            operator: KeyValueOperator::Matches,
            value: value.into(),
            to: String::new(),
            any_case: false,
        }],
        ..PinFilters::default()
    };
    let refusal = |filters: &PinFilters| filters.ready().err().expect("a refusal").message;
    assert_eq!(
        refusal(&of("paper", "(")),
        "“(” is not a regular expression. Choose “contains” to look for it as text."
    );
    assert_eq!(
        refusal(&of(" ", "x")),
        "A condition on key-values needs a key."
    );
}

#[test]
fn each_condition_is_dropped_by_itself() {
    let filters = PinFilters {
        size_min: Some(5),
        duplicates: true,
        keyvalues: vec![KeyValueCondition {
            key: "paper".into(),
            operator: KeyValueOperator::Present,
            value: String::new(),
            to: String::new(),
            any_case: false,
        }],
        ..PinFilters::default()
    };
    let facets = filters.facets();
    assert_eq!(facets.len(), 3);
    for (facet, at) in facets {
        let rest = filters.without(facet, at);
        assert_eq!(rest.facets().len(), 2, "{facet:?}");
        assert!(!rest.facets().contains(&(facet, at)));
    }
}
