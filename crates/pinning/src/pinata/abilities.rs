//! What else the key may do, beside files: found out as `check` does, without storing or changing anything.

use reqwest::Method;
use serde_json::json;

use super::Pinata;
use super::calls::Ask;
use super::check::{NO_FILE, access};
use super::scopes::Scope;
use crate::{Ability, Access, Error, JobQuery, Network, Priority};

impl Pinata {
    /// Every ability once. Asks only what is not known yet.
    pub(super) async fn all_abilities(&self) -> Result<Vec<(Ability, Access)>, Error> {
        let may = async |scope| (scope, self.may(scope).await);
        let admin = [may(Scope::Keys).await, may(Scope::LegacyAdmin).await];
        let [keys, legacy] = &admin;
        let write = may(Scope::FilesWrite).await;
        let read = may(Scope::FilesRead).await;
        Ok(vec![
            (
                Ability::PinByCid,
                access(&[&write, &may(Scope::PinByHash).await]),
            ),
            (Ability::Jobs, access(&[&read, &may(Scope::PinJobs).await])),
            (Ability::CancelJobs, access(&[&write])),
            (
                Ability::UploadJson,
                access(&[
                    &write,
                    &may(Scope::PinFile).await,
                    &may(Scope::PinJson).await,
                ]),
            ),
            (Ability::Expiry, access(&[&write])),
            (
                Ability::SeeGroups,
                access(&[&may(Scope::GroupsRead).await, legacy]),
            ),
            (
                Ability::ChangeGroups,
                access(&[&may(Scope::GroupsWrite).await, legacy]),
            ),
            (
                Ability::Gateways,
                access(&[&may(Scope::GatewaysRead).await]),
            ),
            (Ability::PrivateLinks, access(&[&read])),
            (Ability::History, access(&[&may(Scope::PinList).await])),
            (Ability::Keys, access(&[keys, legacy])),
        ])
    }

    /// One try of a scope that single files do not need.
    pub(super) async fn try_more(&self, scope: Scope) -> Result<(), Error> {
        let click = Priority::Click;
        match scope {
            Scope::Keys | Scope::LegacyAdmin => self.try_keys(scope).await,
            Scope::GatewaysRead => self.try_gateways().await,
            Scope::PinJobs => {
                let one = JobQuery {
                    limit: Some(1),
                    ..JobQuery::default()
                };
                self.legacy_jobs(&one, 0, None, click).await.map(drop)
            }
            // A CID version that does not exist, and nothing to find: refused by every key, for different reasons.
            Scope::PinJson => {
                let url = self.pinning_url(&["pinJSONToIPFS"]);
                let body = json!({"pinataContent": {}, "pinataOptions": {"cidVersion": 99}});
                self.legacy_json(Ask::change(Method::POST, url, Some(&body), scope))
                    .await
                    .map(drop)
            }
            Scope::PinByHash => {
                let url = self.pinning_url(&["pinByHash"]);
                let body = json!({});
                self.legacy_json(Ask::change(Method::POST, url, Some(&body), scope))
                    .await
                    .map(drop)
            }
            Scope::GroupsRead | Scope::GroupsWrite => {
                let network = Network::Public.as_str();
                let url = self.v3_url(&["groups", network, NO_FILE]);
                let body = json!({});
                let ask = if scope == Scope::GroupsRead {
                    Ask::get(url, scope, click)
                } else {
                    Ask::change(Method::PUT, url, Some(&body), scope)
                };
                self.v3_done(ask).await
            }
            // Only a real gateway's name can be asked about.
            _ => {
                self.v3_done(Ask::get(self.v3_url(&["analytics"]), scope, click))
                    .await
            }
        }
    }
}
