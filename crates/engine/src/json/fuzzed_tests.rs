//! Texts of the editor that nobody meant.

use fuzzing::Runs;

use super::{JsonTidy, LARGEST, fault, tidy};

/// A fault stands inside the text; what has none is the same JSON with any white space.
fn look(text: &str) {
    if let Some(fault) = fault::first(text) {
        let row = text.split('\n').nth(fault.line - 1).expect("a line of it");
        let most = row.chars().count() + 1;
        assert!((1..=most).contains(&fault.column), "{fault:?}");
    }
    let plain = fault::unmarked(text);
    if fault::first(plain).is_some() {
        return;
    }
    let tidied = |text: &str, how| tidy::tidied(text, how, LARGEST);
    let one = tidied(plain, JsonTidy::OneLine).expect("no longer than it was");
    assert!(fault::first(&one).is_none());
    if let Some(lines) = tidied(plain, JsonTidy::Lines) {
        assert_eq!(tidied(&lines, JsonTidy::OneLine), Some(one));
    }
}

#[test]
fn no_text_makes_the_json_editor_fail_hang_or_grow() {
    let texts = [
        r#" {"b" :1.0,"a":[ 1e2 , "x \" { , \\" ,{}, [ ] ],"a":{"\u00fc":null}} "#,
        "\u{feff}{\n  \"name\": \"lake\",\n  \"attributes\": [{\"trait_type\": \"depth\", \"value\": -0.5e-3}]\n}",
        "[true,false,null,\"\\ud83d\\ude00\",\"ä\u{1f600}\"]",
        "\"\"",
        "{'a': 1,}",
    ];
    Runs::of("the JSON editor", 1_000).text(&texts, LARGEST, look);
}
