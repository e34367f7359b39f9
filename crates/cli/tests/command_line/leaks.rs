//! The token stands in nothing that is written or told, whatever happens to a process that has it. Each house looks at its
//! end; here is that it finds what stands there, and what happens in no other test.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use leak::{Leak, Secrets, forms};
use sandbox::{Fault, Gate, Kind, Route};

use crate::house::{House, TOKEN};

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_found_in_every_form_in_what_a_real_run_wrote_and_told() {
    let house = House::with_account().await;
    let (running, _) = house.stays(&["run"]);
    house.done(&["add", &house.file("a.txt", b"a")]);
    running.kill();
    let scanned = house.scanned();
    scanned.assert_clean();
    assert!(scanned.files > 10, "{scanned:?}");

    let planted = house.path("data/pinfold/planted");
    let is = |leaks: &[Leak], path: &Path, form: &str| {
        leaks
            .iter()
            .any(|leak| leak.path == path && leak.form == form)
    };
    for (form, bytes) in forms(TOKEN) {
        std::fs::write(&planted, &bytes).expect("writes");
        let leaks = house.scanned().leaks;
        assert!(is(&leaks, &planted, &form), "{form}: {leaks:?}");
        std::fs::remove_file(&planted).expect("removes");

        house.told.keep("planted", &bytes);
        let leaks = house.scanned().leaks;
        let told = Path::new("told by pinfold planted");
        assert!(is(&leaks, told, &form), "{form}: {leaks:?}");
        house.told.forget_the_last();
    }
    // What a file of the test's own may hold, another may not: a whole run fails by it.
    std::fs::copy(house.path("token"), house.path("run/token")).expect("copies");
    catch_unwind(AssertUnwindSafe(|| drop(house))).expect_err("the token stands there");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_from_standard_input_is_written_nowhere_where_there_is_no_keychain_or_the_process_dies()
 {
    let house = House::new().await;
    let adding = || {
        let adding = house.pinfold(&house.adding());
        adding.env_remove("PINFOLD_TOKEN_FILE")
    };
    let output = adding().fed(format!("{TOKEN}\n").as_bytes());
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(5), "{told}");
    assert!(told.contains("Without a keychain"), "{told}");

    // Killed while the service is asked about it, and while the answer is on its way.
    for kind in [Kind::Hold, Kind::HoldAnswer] {
        let gate = Gate::new();
        house.server.faults().once(Route::Any, kind(gate.clone()));
        let running = adding().spawn_fed(TOKEN.as_bytes());
        gate.arrived().await;
        running.kill();
        gate.open();
    }
    let left = std::fs::read_dir(house.path("tmp")).expect("a folder");
    assert!(left.count() > 1, "what they left is looked through as well");
    assert!(house.objects(&["account", "ls"], "account").is_empty());
}

/// Answers that tell the token in this form, as JSON and as a page.
fn echoes(form: &str) -> [Kind; 3] {
    let body = |body: String, html| Kind::Status {
        code: 400,
        retry_after: None,
        body,
        html,
    };
    let details = format!("Bearer {form} is not what was meant");
    [
        body(
            format!(r#"{{"error":{{"reason":"{form}","details":"{details}"}}}}"#),
            false,
        ),
        body(format!(r#"{{"error":"{details}"}}"#), false),
        body(format!("<html><title>400</title>{details}</html>"), true),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_tells_the_token_in_its_refusals_does_not_make_it_written_or_told() {
    let house = House::with_account().await;
    let escaped: String = TOKEN.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let cid = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";
    for (at, echo) in [TOKEN, &escaped].into_iter().flat_map(echoes).enumerate() {
        house.server.faults().push(Fault {
            route: Route::Any,
            times: usize::MAX,
            kind: echo,
        });
        let file = house.file(&format!("{at}.txt"), at.to_string().as_bytes());
        for asked in [
            &["add", file.as_str()][..],
            &["import", cid, "--wait"],
            &["ls"],
            &["keys", "ls"],
            &["account", "test", "here"],
            &["--json", "account", "test", "here"],
        ] {
            let output = house.output(asked);
            println!(
                "{asked:?} {:?} {} {}",
                output.status.code(),
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        house.server.faults().clear();
    }
    // It was told of them, with what stands there in its place.
    let rows = house.done(&["--json", "queue", "ls", "--all"]);
    assert!(!rows.is_empty());
    let masked = Secrets::new(&["[redacted] is not what was meant"]);
    assert!(!house.told.leaks(&masked).is_empty(), "{rows}");
}
