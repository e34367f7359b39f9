//! Wrong addresses and wrong tokens: each is one clear sentence, and nothing is stored.

use engine::accounts::Chosen;
use engine::error::{CommandError, ErrorCode};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::{psa_of, token};
use crate::house::House;

async fn refused(house: &House, address: &str) -> CommandError {
    let chosen = Chosen::Psa {
        service: "Another service".to_owned(),
        address: address.to_owned(),
    };
    let tested = house.engine.accounts.test(&chosen, token("a-token")).await;
    tested
        .err()
        .unwrap_or_else(|| panic!("{address} was accepted"))
}

/// A server that gives every request the same answer.
async fn answering(answer: &'static str) -> String {
    let server = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = server.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = server.accept().await {
            let mut request = [0; 4096];
            let _ = caller.read(&mut request).await;
            let _ = caller.write_all(answer.as_bytes()).await;
        }
    });
    format!("http://{address}")
}

const PAGE: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 15\r\nconnection: close\r\n\r\n<h1>welcome</h1>";
const NO_LIST: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}";

#[tokio::test(flavor = "multi_thread")]
async fn each_wrong_address_and_token_is_one_clear_sentence() {
    let house = House::new().await;
    let api = house.sandbox.api_url();
    let (page, no_list) = (answering(PAGE).await, answering(NO_LIST).await);
    let expected = [
        (
            "http://pins.example.invalid/psa".to_owned(),
            ErrorCode::BadEndpoint,
            "This address does not begin with https://",
        ),
        (
            "pins.example.invalid".to_owned(),
            ErrorCode::BadEndpoint,
            "This is not an address.",
        ),
        (
            "https://me:pw@pins.example.invalid".to_owned(),
            ErrorCode::BadEndpoint,
            "This address has more in it",
        ),
        (
            format!("{api}/nowhere"),
            ErrorCode::BadEndpoint,
            "is not the pinning service API (it says 404).",
        ),
        (
            page.clone(),
            ErrorCode::BadEndpoint,
            "A web page answers at",
        ),
        (
            no_list,
            ErrorCode::BadEndpoint,
            "is not the pinning service API.",
        ),
        (
            "http://127.0.0.1:9".to_owned(),
            ErrorCode::Offline,
            "Nothing answers at http://127.0.0.1:9.",
        ),
    ];
    for (address, code, words) in expected {
        let error = refused(&house, &address).await;
        assert_eq!(error.code, code, "{address}: {}", error.message);
        assert!(
            error.message.contains(words),
            "{address}: {}",
            error.message
        );
        assert!(!format!("{error:?}").contains('<'), "{error:?}");
    }
    assert_eq!(house.engine.accounts.list().expect("a list").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_the_service_does_not_know_is_refused_in_its_name() {
    let house = House::configured(|config| config.strict_psa = true).await;
    let accounts = &house.engine.accounts;
    let unknown = accounts
        .test(&psa_of(&house), token("not-a-token-of-it"))
        .await;
    let unknown = unknown.expect_err("refused");
    assert_eq!(unknown.code, ErrorCode::Unauthorized);
    assert!(
        unknown
            .message
            .starts_with("IPFS Cluster does not accept this token."),
        "{}",
        unknown.message
    );
    let two = accounts
        .test(&psa_of(&house), token("two words"))
        .await
        .expect_err("no token");
    assert_eq!(two.code, ErrorCode::BadToken);
    let none = Chosen::Psa {
        service: "Filebase".to_owned(),
        address: "https://api.filebase.io/v1/ipfs".to_owned(),
    };
    let none = accounts.test(&none, token("")).await.expect_err("no token");
    assert!(
        none.message.starts_with("Enter the service’s token."),
        "{}",
        none.message
    );
}
