//! Limits of requests that services announce, in whatever words.

use crate::support::account;
use pinning::{Family, Service as _, Usage as _};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The most of a minute by the account's own budget.
const OURS: u32 = 60_000;

#[tokio::test]
async fn a_limit_that_is_announced_is_followed_down_and_nonsense_is_passed_over() {
    let most_by = |status: u16, values: &'static [&'static str]| async move {
        let answer = ResponseTemplate::new(status);
        let said = |answer: ResponseTemplate, value: &&'static str| {
            answer.append_header("x-ratelimit-limit", *value)
        };
        let server = MockServer::start().await;
        let answer = values.iter().fold(answer, said);
        Mock::given(any()).respond_with(answer).mount(&server).await;
        let account = account(&server.uri());
        account.totals().await.expect_err("refused");
        let spent = account.spent().into_iter();
        let mut data = spent.filter(|spent| spent.family == Family::Data);
        data.next().expect("the family").most
    };
    let most = |values| most_by(429, values);
    assert_eq!(most(&["600"]).await, 600);
    assert_eq!(most(&[" 700 "]).await, 700);
    for nonsense in [
        &["0"][..],
        &["-600"],
        &["600.5"],
        &["0x258"],
        &["many"],
        &[""],
        &["600, 600;w=60"],
        &["99999999999999999999"],
        &["4294967295"],
        &["60001"],
        &["600", "601"],
    ] {
        assert_eq!(most(nonsense).await, OURS, "{nonsense:?}");
    }
    // What a proxy or a sign-in page says is not the service's word.
    for status in [302, 403, 502, 511] {
        assert_eq!(most_by(status, &["1"]).await, OURS, "{status}");
    }
}
