//! A service that refuses with a status of success: 200, and an error inside.

use std::sync::Arc;

use pinning::{Delivered, Error, ErrorKind, Service};

use crate::foreign_calls::every;
use crate::hostile::PATIENCE;
use crate::hostile_service::{Bad, Hostile};
use crate::recorded;
use crate::support::{account, assert_keeps_the_secret};

/// Each call of an account by its name, made once, and how it ended.
async fn ended(account: &dyn Service, address: &str) -> Vec<(&'static str, Result<(), Error>)> {
    let calls = every(account, address).into_iter();
    let made = calls.map(async |(name, call)| {
        let ended = tokio::time::timeout(PATIENCE, call).await;
        (name, ended.expect("it ends"))
    });
    futures::future::join_all(made).await
}

#[tokio::test]
async fn a_success_with_an_error_inside_is_an_error_at_every_call() {
    for body in [
        r#"{"error":{"reason":"NOT_NOW","details":"later"}}"#,
        r#"{"data":null,"error":"not now"}"#,
        r#"{"ok":false,"value":null}"#,
        r#"{"success":false}"#,
    ] {
        let service = Hostile::new(Bad::json(200, "", body));
        let accounts: [Arc<dyn Service>; 3] = [
            Arc::new(account(&service.address)),
            Arc::new(recorded::pair(&service.address)),
            Arc::new(recorded::psa(&service.address)),
        ];
        // Abilities are told one by one, and those that did not answer as unknown; nobody is asked for "rewrites". Pinning
        // services answer a removal with anything.
        let taken: [&[&str]; 3] = [
            &["abilities", "rewrites"],
            &["abilities", "rewrites"],
            &["cancel", "remove", "abilities", "delete"],
        ];
        for (kind, account) in accounts.iter().enumerate() {
            let ended = ended(account.as_ref(), &service.address).await;
            let content = ended.iter().filter(|(_, ended)| ended.is_ok());
            let content: Vec<_> = content.map(|(name, _)| *name).collect();
            assert_eq!(content, taken[kind], "{kind}: {body}");
            for (name, ended) in &ended {
                let Err(error) = ended else { continue };
                assert_keeps_the_secret(error);
                if matches!(error.kind, ErrorKind::Unexpected { .. }) {
                    assert_eq!(error.delivered, Delivered::Maybe, "{name}");
                }
            }
        }
    }
}
