use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::rows::Listed;
use super::*;

fn row(id: i64, name: &str, pinned: i64) -> Mirrored {
    Mirrored {
        id,
        account: 1,
        pin: Listed {
            service_id: id.to_string(),
            cid: format!("bafk{id}"),
            name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            bytes: Some(u64::try_from(id * 7 % 5).expect("small")),
            files: None,
            mime: None,
            public: true,
            keyvalues: BTreeMap::from([("Paper".to_owned(), format!("Baryta {id}").into())]),
            groups: Some(Vec::new()),
            pinned: Some(pinned),
            expires: None,
        },
    }
}

fn query(text: &str, sort: SortKey, descending: bool) -> PinQuery {
    PinQuery {
        text: text.into(),
        sort,
        descending,
        filters: PinFilters::default(),
    }
}

fn found(catalogue: &mut Catalogue, query: &PinQuery) -> Vec<i64> {
    catalogue.find(query).expect("finds")
}

#[test]
fn every_word_is_looked_for_in_name_cid_keys_and_values_without_case() {
    let mut catalogue = Catalogue::default();
    catalogue.put(&[row(1, "Harbour Dawn.TIF", 10), row(2, "notes.md", 20)]);
    let find =
        |catalogue: &mut Catalogue, text| found(catalogue, &query(text, SortKey::PinnedAt, true));
    assert_eq!(find(&mut catalogue, ""), [2, 1]);
    assert_eq!(find(&mut catalogue, "dawn harbour"), [1]);
    assert_eq!(find(&mut catalogue, "BAFK2"), [2]);
    assert_eq!(find(&mut catalogue, "paper baryta"), [2, 1]);
    assert_eq!(find(&mut catalogue, "baryta 1"), [1]);
    assert!(find(&mut catalogue, "nothing").is_empty());
}

#[test]
fn a_pin_that_is_listed_twice_at_once_is_one_row() {
    let mut catalogue = Catalogue::default();
    catalogue.put(&[row(1, "a", 1), row(2, "b", 2), row(1, "c", 1)]);
    let all = query("", SortKey::Name, false);
    assert_eq!(found(&mut catalogue, &all), [2, 1]);
    catalogue.put(&[row(1, "a", 1)]);
    assert_eq!(found(&mut catalogue, &all), [1, 2]);
    assert_eq!(catalogue.len(), 2);
}

#[test]
fn a_longer_text_finds_what_a_fresh_search_for_it_finds_also_after_a_change() {
    let rows: Vec<_> = (1..200)
        .map(|id| row(id, &format!("scan {id}"), id))
        .collect();
    let mut typed = Catalogue::default();
    typed.put(&rows);
    for text in ["s", "sc", "scan 1", "scan 19", "scan 19 baryta", "scan 1"] {
        let mut fresh = Catalogue::default();
        fresh.put(&rows);
        let query = query(text, SortKey::Name, false);
        assert_eq!(
            found(&mut typed, &query),
            found(&mut fresh, &query),
            "{text}"
        );
    }
    typed.put(&[row(500, "scan 1 more", 1)]);
    assert!(found(&mut typed, &query("scan 1 m", SortKey::Name, false)).contains(&500));
}

#[test]
fn the_next_row_whose_name_begins_so_is_found_going_round_at_the_end() {
    let mut catalogue = Catalogue::default();
    catalogue.put(&[
        row(1, "Apple", 1),
        row(2, "Banana", 2),
        row(3, "apricot", 3),
    ]);
    let ids = [1, 2, 3];
    assert_eq!(catalogue.next_named(&ids, 0, "AP"), Some(2));
    assert_eq!(catalogue.next_named(&ids, 2, "ap"), Some(0));
    assert_eq!(catalogue.next_named(&ids, 1, "b"), Some(1));
    assert_eq!(catalogue.next_named(&ids, 0, "c"), None);
    assert_eq!(catalogue.next_named(&[], 0, "a"), None);
}

proptest! {
    /// Orders that were mended change by change are those that would be made anew.
    #[test]
    fn orders_stay_in_step(changes in proptest::collection::vec((1..40_i64, "[a-cA-C]{0,3}", 0..5_i64, any::<bool>()), 1..120)) {
        let keys = [SortKey::Name, SortKey::Cid, SortKey::Size, SortKey::PinnedAt];
        let mut mended = Catalogue::default();
        for key in keys { found(&mut mended, &query("", key, false)); }
        let mut truth: HashMap<i64, Mirrored> = HashMap::new();
        for (id, name, pinned, keep) in changes {
            if keep {
                mended.put(&[row(id, &name, pinned)]);
                truth.insert(id, row(id, &name, pinned));
            } else {
                mended.remove(&[id]);
                truth.remove(&id);
            }
        }
        let mut fresh = Catalogue::default();
        fresh.put(&truth.into_values().collect::<Vec<_>>());
        for key in keys {
            prop_assert_eq!(found(&mut mended, &query("", key, false)), found(&mut fresh, &query("", key, false)));
        }
    }
}
