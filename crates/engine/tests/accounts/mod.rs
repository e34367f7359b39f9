//! Accounts of any pinning service, over real HTTP: the sandbox answers as Pinata, as a pinning service with Pinata's
//! quirks, and as one that keeps to the specification.

mod links;
mod locked;
mod services;
mod ways;
mod wrong;

use engine::accounts::{AccountKind, AccountRow, Chosen, Credential, Keep};
use engine::pins::{Look, PinQuery, PinRow, ResultSet, SortKey};

use crate::house::{House, TOKEN};

pub(crate) fn token(text: &str) -> Credential {
    Credential::typed(None, &text.to_owned().into())
}

/// The pinning service of this house, as a person chooses it.
pub(crate) fn psa_of(house: &House) -> Chosen {
    Chosen::Psa {
        service: "IPFS Cluster".to_owned(),
        address: format!("{}/psa/pins/", house.sandbox.api_url()),
    }
}

/// Connects the house's pinning service.
pub(crate) async fn connect_psa(house: &House) -> (i64, AccountRow) {
    let accounts = &house.engine.accounts;
    let tested = accounts
        .test(&psa_of(house), token(TOKEN))
        .await
        .expect("tested");
    let row = accounts
        .connect(&tested.handle, Keep::Keychain)
        .await
        .expect("connected");
    assert_eq!(row.kind, AccountKind::Psa);
    (row.id.parse().expect("a number"), row)
}

/// The account's pins, once its list was read.
pub(crate) async fn pins_of(house: &House, account: i64) -> (ResultSet, Vec<PinRow>) {
    house.engine.pins.refresh(account).await.expect("reads");
    let query = PinQuery {
        text: String::new(),
        sort: SortKey::Name,
        descending: false,
        ..PinQuery::default()
    };
    let pins = &house.engine.pins;
    let set = pins
        .open(account, &query, None, Look::default())
        .expect("a set");
    let rows = pins.rows(set.set, 0, 200).expect("rows");
    (set, rows)
}
