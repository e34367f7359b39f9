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

fn refusal(body: String, html: bool) -> Kind {
    Kind::Status {
        code: 400,
        retry_after: None,
        body,
        html,
    }
}

fn details(form: &str) -> String {
    format!("Bearer {form} is not what was meant")
}

/// Both shapes of a refusal that the service has, which tell the token.
fn json(form: &str) -> [Kind; 2] {
    let told = serde_json::json!(details(form));
    [
        refusal(
            format!(r#"{{"error":{{"reason":"{form}","details":{told}}}}}"#),
            false,
        ),
        refusal(format!(r#"{{"error":{told}}}"#), false),
    ]
}

/// A page of somebody in between that tells it.
fn page(form: &str) -> Kind {
    refusal(
        format!("<html><title>400</title>{}</html>", details(form)),
        true,
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_tells_the_token_in_its_refusals_does_not_make_it_written_or_told() {
    let house = House::with_account().await;
    let each = |write: fn(u8) -> String| TOKEN.bytes().map(write).collect::<String>();
    let disguised = [
        each(|byte| format!("\\u{byte:04x}")),
        each(|byte| format!("%{byte:02x}")),
        // Base64, of the whole head.
        "QmVhcmVyIHRva2VuLW9mLXRoZS1jb21tYW5kLWxpbmUtdGVzdA==".to_owned(),
    ];
    let cid = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";
    let pages = disguised.iter().map(|form| page(form));
    for (at, echo) in json(TOKEN)
        .into_iter()
        .chain([page(TOKEN)])
        .chain(pages)
        .enumerate()
    {
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
        ] {
            // Whatever it makes of them.
            house.output(asked);
        }
        house.server.faults().clear();
    }
    // It was told of them, with what stands there in its place.
    let rows = house.done(&["--json", "queue", "ls", "--all"]);
    assert!(!rows.is_empty());
    let masked = Secrets::new(&["[redacted] is not what was meant"]);
    assert!(!house.told.leaks(&masked).is_empty(), "{rows}");
}
