//! The list as a file, and as lines for the clipboard.

use engine::export::ExportForm;
use engine::pins::{CopyWhat, Look, PinEdit, PinQuery, Selection, SortKey};
use serde_json::Value;

use crate::house::House;

/// Two pins by name; the first could be taken for a formula.
async fn two_pins(house: &House) -> Selection {
    let files = ["=cmd|x.txt", "plain.txt"].map(|name| house.file(name, name.as_bytes()));
    house.drop_in(&files).await;
    house.ended().await;
    let query = PinQuery {
        sort: SortKey::Name,
        descending: false,
        ..PinQuery::default()
    };
    let look = Look {
        n: 2,
        ..Look::default()
    };
    let pins = &house.engine.pins;
    let set = pins.open(house.account, &query, None, look);
    let set = set.expect("a set");
    let edit = PinEdit {
        name: None,
        set: vec![("note".into(), "one, \"two\"\nthree".into())],
        remove: Vec::new(),
    };
    pins.edit(set.rows[1].id, edit).await.expect("edits");
    Selection {
        set: set.set,
        ranges: vec![(0, 1)],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_written_as_csv_without_formulas_and_as_json_and_copied_with_its_names() {
    let house = House::new().await;
    let all = two_pins(&house).await;
    let written = |form| {
        let mut bytes = Vec::new();
        let rows = house.engine.export_pins(&all, form, &mut bytes);
        assert_eq!(rows.expect("writes"), 2);
        String::from_utf8(bytes).expect("is text")
    };
    let json: Value = serde_json::from_str(&written(ExportForm::Json)).expect("is JSON");
    assert_eq!(json[0]["name"], "=cmd|x.txt");
    assert_eq!(json[1]["keyvalues"]["note"], "one, \"two\"\nthree");
    assert_eq!(
        (&json[1]["check"], &json[1]["network"]),
        (&"verified".into(), &"public".into())
    );

    let csv = written(ExportForm::Csv);
    let mut lines = csv.split("\r\n");
    assert_eq!(
        lines.next().and_then(|head| head.split(',').next()),
        Some("name")
    );
    let cid = json[0]["cid"].as_str().expect("a CID");
    let first = lines.next().expect("a row");
    assert!(first.starts_with(&format!("'=cmd|x.txt,{cid},")), "{csv}");

    let copied = house.engine.pins.lines(&all, CopyWhat::NameAndCid);
    assert_eq!(copied.expect("lines")[0], format!("=cmd|x.txt\t{cid}"));
}
