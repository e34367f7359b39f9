//! Links to public pins: through which gateway they go, and in which form.

use engine::accounts::{LinkStyle, Links};
use engine::error::ErrorCode;
use engine::pins::{CopyWhat, Look, PinFilters, PinNetwork, PinQuery};
use engine::uploads::{Secrets, UploadNetwork, UploadOptions, UploadState};

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
    assert_eq!(
        house.service.fetched(&through).await,
        (200, b"high water".to_vec())
    );

    let chosen = links("tide.mypinata.cloud", LinkStyle::Subdomain);
    accounts.set_links(account, chosen).await.expect("chooses");
    house.restart();
    assert_eq!(
        link(&house),
        Some(format!("https://{cid}.ipfs.tide.mypinata.cloud"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_private_file_opens_through_the_chosen_gateway_where_that_is_one_of_the_accounts_own() {
    let house = House::new().await;
    house
        .service
        .upload("private", "contract.pdf", b"between us")
        .await;
    let account = house.connect(TOKEN).await;
    house.engine.refresh(account).await.expect("reads");
    let private = PinQuery {
        filters: PinFilters {
            network: Some(PinNetwork::Private),
            ..PinFilters::default()
        },
        ..PinQuery::default()
    };
    let pins = &house.engine.pins;
    let look = Look {
        n: 10,
        ..Look::default()
    };
    let set = pins.open(account, &private, None, look).expect("a list");
    let id = set.rows[0].id;
    let own = house.sandbox.gateway_url();
    let accounts = &house.engine.accounts;
    let link = async || pins.browser_address(id).await.expect("a link");
    assert!(link().await.starts_with(&own), "{}", link().await);

    let named = links("https://sandbox.mypinata.cloud", LinkStyle::Path);
    accounts.set_links(account, named).await.expect("chooses");
    let through = link().await;
    assert!(
        through.starts_with("https://sandbox.mypinata.cloud/files/"),
        "{through}"
    );
    // A gateway of everyone's serves nobody's private files.
    let public = links("https://dweb.example", LinkStyle::Path);
    accounts.set_links(account, public).await.expect("chooses");
    let through = link().await;
    assert!(through.starts_with(&own), "{through}");
    assert_eq!(
        house.service.fetched(&through).await,
        (200, b"between us".to_vec())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_that_became_one_upload_is_told_with_whether_others_can_open_it() {
    let house = House::new().await;
    let account = house.connect(TOKEN).await;
    let uploads = &house.engine.uploads;
    let enqueue = async |name: &str, network: UploadNetwork| {
        let drop = house.look_at(&[house.file(name, name.as_bytes())]).await;
        let options = UploadOptions {
            network,
            ..crate::house::options(Secrets::Hold)
        };
        let ids = uploads.enqueue(account, &drop, options).await;
        assert_eq!(ids.expect("enqueues").len(), 1);
        drop
    };
    let public = enqueue("seen.txt", UploadNetwork::Public).await;
    let private = enqueue("kept.txt", UploadNetwork::Private).await;
    house.ended().await;
    let single = |drop: &str| uploads.single_of(drop).expect("reads");
    let public = single(&public).expect("it is known");
    assert_eq!((public.row.name.as_str(), public.link), ("seen.txt", true));
    let link = uploads.line(public.row.id, CopyWhat::Link).expect("reads");
    let link = link.expect("a link");
    assert_eq!(
        house.service.fetched(&link).await,
        (200, b"seen.txt".to_vec())
    );
    let private = single(&private).expect("it is known");
    assert_eq!(private.row.state, UploadState::Pinned);
    assert!(!private.link, "a gateway does not serve it");

    let both = [house.file("a.txt", b"a"), house.file("b.txt", b"b")];
    let drop = house.look_at(&both).await;
    let options = crate::house::options(Secrets::Hold);
    let several = uploads.enqueue(account, &drop, options).await;
    assert_eq!(several.expect("enqueues").len(), 2);
    assert_eq!(single(&drop), None);
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
