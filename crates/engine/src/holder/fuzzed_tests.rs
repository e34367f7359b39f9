//! Lines of other processes that nobody meant.

use fuzzing::Runs;
use tokio::runtime::Builder;

use super::{LONGEST_LINE, Reply, Request, line};

/// What is understood is written as a line that means the same.
fn heard(bytes: &[u8]) {
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        let mut from = bytes;
        if let Ok(Some(request)) = line::read::<Request>(&mut from).await {
            let mut again = Vec::new();
            line::write(&mut again, &request).await.expect("memory");
            let back = line::read(&mut again.as_slice()).await.expect("a line");
            assert_eq!(back, Some(request));
        }
        let mut from = bytes;
        let _ = line::read::<Reply>(&mut from).await;
    });
}

#[test]
fn no_line_of_another_process_makes_its_reader_fail_hang_or_grow() {
    let asked = [
        Request::Pin {
            account: Some("home".to_owned()),
            which: "bafkqaaa".to_owned(),
        },
        Request::Unpin {
            account: None,
            pins: vec![1, 2, 3],
        },
    ];
    let note = Reply::Note {
        sentence: "Nothing was changed.".to_owned(),
    };
    let mut lines: Vec<String> = asked
        .iter()
        .map(|request| serde_json::to_string(request).expect("JSON"))
        .collect();
    lines.push(serde_json::to_string(&note).expect("JSON"));
    lines.push(r#"{"ask":"pins","account":null,"text":"a","status":[],"filters":{"kinds":["image"],"keyvalues":[]},"sort":"time","reverse":false,"limit":10,"cached":true,"past":"all"}"#.to_owned());
    let lines: Vec<String> = lines.iter().map(|line| format!("{line}\n")).collect();
    let lines: Vec<&[u8]> = lines.iter().map(String::as_bytes).collect();
    Runs::of("a line of another process", 1_000).bytes(&lines, LONGEST_LINE, heard);
}
