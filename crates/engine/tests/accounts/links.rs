//! Links to public pins: through which gateway they go, and in which form.

use engine::accounts::{LinkStyle, Links};
use engine::error::ErrorCode;

use crate::house::{House, TOKEN};

fn links(gateway: &str, style: LinkStyle) -> Links {
    Links {
        gateway: Some(gateway.to_owned()),
        style,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_go_through_the_gateway_that_was_chosen_in_the_form_that_was_chosen_also_after_a_restart()
 {
    let mut house = House::new().await;
    let account = house.connect(TOKEN).await;
    let file = house.file("tide.txt", b"high water");
    let drop = house.look_at(&[file]).await;
    let options = crate::house::options(engine::uploads::Secrets::Hold);
    let uploads = &house.engine.uploads;
    uploads
        .enqueue(account, &drop, options)
        .await
        .expect("enqueues");
    house.ended().await;
    let (_, rows) = super::pins_of(&house, account).await;
    let (id, cid) = (rows[0].id, rows[0].cid.clone());
    let link = |house: &House| house.engine.pins.details(id).expect("details").link;

    let own = house.sandbox.gateway_url();
    let own = own.trim_end_matches('/');
    assert_eq!(link(&house), Some(format!("{own}/ipfs/{cid}")));

    let accounts = &house.engine.accounts;
    let choices = accounts.link_choices(account).await.expect("choices");
    assert_eq!(
        (choices.links, choices.own.as_str()),
        (Links::default(), own)
    );
    assert!(
        choices
            .gateways
            .contains(&"https://sandbox.mypinata.cloud".to_owned()),
        "{:?}",
        choices.gateways
    );

    let by_name = own.replace("127.0.0.1", "localhost");
    let chosen = links(&format!(" {by_name}/ "), LinkStyle::Path);
    accounts.set_links(account, chosen).await.expect("chooses");
    let through = link(&house).expect("a link");
    assert_eq!(through, format!("{by_name}/ipfs/{cid}"));
    assert_eq!(house.fetched(&through).await, (200, b"high water".to_vec()));

    let chosen = links("tide.mypinata.cloud", LinkStyle::Subdomain);
    accounts.set_links(account, chosen).await.expect("chooses");
    house.restart();
    assert_eq!(
        link(&house),
        Some(format!("https://{cid}.ipfs.tide.mypinata.cloud"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_cannot_be_is_refused_with_the_reason_and_changes_nothing() {
    let house = House::new().await;
    let account = house.connect(TOKEN).await;
    let accounts = &house.engine.accounts;
    let code = |links: Links| {
        accounts
            .sample_link(account, &links)
            .expect_err("refused")
            .code
    };
    assert_eq!(
        code(links("not an address", LinkStyle::Path)),
        ErrorCode::BadEndpoint
    );
    assert_eq!(
        code(links("http://gateway.example", LinkStyle::Path)),
        ErrorCode::BadEndpoint
    );
    let number = links("https://192.0.2.7", LinkStyle::Subdomain);
    assert_eq!(code(number.clone()), ErrorCode::Rejected);
    accounts
        .set_links(account, number)
        .await
        .expect_err("refused");
    let choices = accounts.link_choices(account).await.expect("choices");
    assert_eq!(choices.links, Links::default());
}
