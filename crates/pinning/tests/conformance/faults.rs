//! The service on a bad day.

use std::time::Duration;

use pinning::{
    Deadlines, Delivered, ErrorKind, Pins as _, Priority, Service as _, UploadOptions,
    Uploads as _, Usage as _,
};
use sandbox::{Gate, Key, Kind, Route, Scopes};
use tokio_util::sync::CancellationToken;

use crate::support::{assert_keeps_the_secret, file, file_with, token};
use crate::{Profile, World};

const HELLO: &str = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq";

async fn world() -> World {
    World::new(Profile::Everything).await
}

/// The two ways that a file can take.
fn routes() -> [(Route, UploadOptions); 2] {
    [
        (Route::V3Upload, UploadOptions::default()),
        (
            Route::PinFile,
            UploadOptions {
                wrap: true,
                ..UploadOptions::default()
            },
        ),
    ]
}

/// An account that has learnt its scopes, so that a fault meets the upload and not a question before it.
async fn learnt() -> World {
    let world = world().await;
    world.account.check().await.expect("a report");
    world
}

#[tokio::test]
async fn a_lost_answer_may_have_been_delivered_and_a_look_up_finds_the_pin() {
    for (route, options) in routes() {
        let world = learnt().await;
        world.sandbox.faults().once(route, Kind::CutBeforeAnswer);
        let error = world
            .account
            .file(file_with("a", b"hello", options.clone()))
            .await
            .expect_err("lost");
        assert_eq!(
            (error.kind.clone(), error.delivered),
            (ErrorKind::Offline, Delivered::Maybe)
        );
        assert_keeps_the_secret(&error);
        if !options.wrap {
            assert_eq!(
                world
                    .account
                    .find(HELLO, Priority::Background)
                    .await
                    .expect("looked up")
                    .len(),
                1
            );
        }
        let again = world
            .account
            .file(file_with("a", b"hello", options))
            .await
            .expect("stored");
        assert!(again.is_duplicate, "the first one had arrived");
    }
}

#[tokio::test]
async fn a_connection_cut_in_the_middle_leaves_nothing_behind() {
    for (route, options) in routes() {
        let world = learnt().await;
        world
            .sandbox
            .faults()
            .once(route, Kind::CutAfterBytes(1_000_000));
        let content = vec![9; 8_000_000];
        let error = world
            .account
            .file(file_with("a", &content, options.clone()))
            .await
            .expect_err("cut");
        assert_eq!(
            (error.kind, error.delivered),
            (ErrorKind::Offline, Delivered::Maybe)
        );
        let again = world
            .account
            .file(file_with("a", &content, options))
            .await
            .expect("stored");
        assert!(!again.is_duplicate);
    }
}

#[tokio::test]
async fn an_error_of_the_service_keeps_its_status_and_delivers_nothing() {
    for (route, options) in routes() {
        for kind in [Kind::status(500), Kind::html(500), Kind::status(503)] {
            let world = learnt().await;
            world.sandbox.faults().once(route, kind);
            let error = world
                .account
                .file(file_with("a", b"hello", options.clone()))
                .await
                .expect_err("failed");
            assert!(
                matches!(error.kind, ErrorKind::Unexpected { .. }),
                "{error:?}"
            );
            assert!(matches!(error.status, Some(500 | 503)) && error.is_transient());
            assert_eq!(error.delivered, Delivered::NotSent);
        }
    }
}

#[tokio::test]
async fn a_service_that_says_slow_down_is_left_alone() {
    let world = learnt().await;
    world
        .sandbox
        .faults()
        .once(Route::V3Upload, Kind::rate_limited(60));
    for _ in 0..2 {
        let error = world
            .account
            .file(file("a", b"hello"))
            .await
            .expect_err("limited");
        assert!(
            matches!(
                error.kind,
                ErrorKind::RateLimited {
                    retry_after: Some(_)
                }
            ),
            "{error:?}"
        );
        assert_eq!(error.delivered, Delivered::NotSent);
    }
    assert_eq!(
        world.received("/v3/files").len(),
        1,
        "the second one was not sent"
    );
}

#[tokio::test]
async fn a_captive_portal_is_named() {
    let world = learnt().await;
    world
        .sandbox
        .faults()
        .once(Route::V3Upload, Kind::CaptivePortal);
    let error = world
        .account
        .file(file("a", b"hello"))
        .await
        .expect_err("portal");
    assert_eq!(error.kind, ErrorKind::CaptivePortal);
    world
        .sandbox
        .faults()
        .once(Route::DataTotal, Kind::CaptivePortal);
    assert_eq!(
        world.account.totals().await.expect_err("portal").kind,
        ErrorKind::CaptivePortal
    );
}

#[tokio::test]
async fn a_look_up_survives_two_bad_answers_and_not_three() {
    let world = learnt().await;
    for kind in [Kind::html(502), Kind::CutBeforeAnswer] {
        world.sandbox.faults().once(Route::DataTotal, kind);
    }
    world.account.totals().await.expect("the third answer");
    for _ in 0..3 {
        world
            .sandbox
            .faults()
            .once(Route::DataTotal, Kind::html(502));
    }
    assert_eq!(
        world
            .account
            .totals()
            .await
            .expect_err("three are too many")
            .status,
        Some(502)
    );
    assert_eq!(world.sandbox.faults().waiting(), 0);
}

#[tokio::test]
async fn a_slow_answer_is_waited_for() {
    let world = learnt().await;
    world
        .sandbox
        .faults()
        .once(Route::DataTotal, Kind::SlowBody(Duration::from_millis(20)));
    world.account.totals().await.expect("slow, and whole");
}

#[tokio::test]
async fn a_wrong_cid_is_handed_on_as_the_service_said_it() {
    let world = learnt().await;
    world.sandbox.faults().once(Route::V3Upload, Kind::WrongCid);
    assert_ne!(
        world
            .account
            .file(file("a", b"hello"))
            .await
            .expect("an answer")
            .cid,
        HELLO
    );
}

#[tokio::test]
async fn a_revoked_and_an_unknown_key_are_unauthorized() {
    let mut key = Key::new(token(), Scopes::admin());
    key.revoked = true;
    for key in [key, Key::new("somebody-else", Scopes::admin())] {
        let world = World::with(key, Deadlines::default()).await;
        for error in [
            world.account.check().await.expect_err("refused"),
            world
                .account
                .file(file("a", b"hello"))
                .await
                .expect_err("refused"),
            world
                .account
                .find(HELLO, Priority::Click)
                .await
                .expect_err("refused"),
        ] {
            assert_eq!(
                (&error.kind, error.delivered),
                (&ErrorKind::Unauthorized, Delivered::NotSent)
            );
            assert_keeps_the_secret(&error);
        }
    }
}

#[tokio::test]
async fn a_key_without_any_scope_is_valid_and_may_do_nothing() {
    let world = World::with(Key::new(token(), Scopes::none()), Deadlines::default()).await;
    let report = world.account.check().await.expect("a report");
    assert!(
        report
            .features
            .iter()
            .all(|(_, access)| matches!(access, pinning::Access::No { .. })),
        "{report:?}"
    );
    let error = world
        .account
        .file(file("a", &vec![7; 100_000]))
        .await
        .expect_err("refused");
    assert_eq!(
        error.kind,
        ErrorKind::MissingScope("org:files:write".to_owned())
    );
    assert!(
        world
            .sandbox
            .requests()
            .iter()
            .all(|request| request.received < 1000),
        "no content was sent"
    );
}

#[tokio::test]
async fn an_upload_is_cancelled_while_it_is_sent() {
    let world = learnt().await;
    let gate = Gate::new();
    world
        .sandbox
        .faults()
        .once(Route::V3Upload, Kind::HoldAfterBytes(500_000, gate.clone()));
    let cancel = CancellationToken::new();
    let upload = pinning::FileUpload {
        cancel: cancel.clone(),
        ..file("a", &vec![3; 30_000_000])
    };
    let stop = async {
        gate.arrived().await;
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(world.account.file(upload), stop);
    gate.open();
    let error = result.expect_err("cancelled");
    assert_eq!(
        (error.kind, error.delivered),
        (ErrorKind::Cancelled, Delivered::Maybe)
    );
    let page = world
        .account
        .page(&pinning::PinQuery::default(), None, Priority::Click)
        .await
        .expect("a page");
    assert_eq!(page.pins, [], "half a file is no pin");
}
