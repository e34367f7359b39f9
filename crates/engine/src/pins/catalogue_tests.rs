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
            keyvalues: BTreeMap::from([("Paper".to_owned(), format!("Baryta {id}"))]),
            pinned: Some(pinned),
        },
    }
}

fn query(text: &str, sort: SortKey, descending: bool) -> PinQuery {
    PinQuery {
        text: text.into(),
        sort,
        descending,
    }
}

#[test]
fn every_word_is_looked_for_in_name_cid_keys_and_values_without_case() {
    let mut catalogue = Catalogue::default();
    catalogue.put(&[row(1, "Harbour Dawn.TIF", 10), row(2, "notes.md", 20)]);
    let find =
        |catalogue: &mut Catalogue, text| catalogue.find(&query(text, SortKey::PinnedAt, true));
    assert_eq!(find(&mut catalogue, ""), [2, 1]);
    assert_eq!(find(&mut catalogue, "dawn harbour"), [1]);
    assert_eq!(find(&mut catalogue, "BAFK2"), [2]);
    assert_eq!(find(&mut catalogue, "paper baryta"), [2, 1]);
    assert_eq!(find(&mut catalogue, "baryta 1"), [1]);
    assert!(find(&mut catalogue, "nothing").is_empty());
}

proptest! {
    /// Orders that were mended change by change are those that would be made anew.
    #[test]
    fn orders_stay_in_step(changes in proptest::collection::vec((1..40_i64, "[a-cA-C]{0,3}", 0..5_i64, any::<bool>()), 1..120)) {
        let keys = [SortKey::Name, SortKey::Cid, SortKey::Size, SortKey::PinnedAt];
        let mut mended = Catalogue::default();
        for key in keys { mended.find(&query("", key, false)); }
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
            prop_assert_eq!(mended.find(&query("", key, false)), fresh.find(&query("", key, false)));
        }
    }
}
