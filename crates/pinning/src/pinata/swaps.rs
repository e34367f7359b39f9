//! `/v3/files/{network}/swap/{cid}`.

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Value as Json, json};

use super::Pinata;
use super::calls::{Ask, data, pairs};
use super::scopes::Scope;
use crate::{Error, Network, Priority, Swap, Swaps, json as read};

#[async_trait]
impl Swaps for Pinata {
    async fn set(&self, network: Network, cid: &str, to: &str) -> Result<Swap, Error> {
        let body = json!({ "swapCid": to });
        let url = self.v3_url(&["files", network.as_str(), "swap", cid]);
        let ask = self.v3_json(Ask::change(
            Method::PUT,
            url,
            Some(&body),
            Scope::FilesWrite,
        ));
        let answer = self.only_v3(Scope::FilesWrite, network, ask).await?;
        swap(data(&answer)).ok_or_else(|| self.unlike(&answer))
    }

    async fn history(
        &self,
        network: Network,
        cid: &str,
        gateway_domain: &str,
        priority: Priority,
    ) -> Result<Vec<Swap>, Error> {
        let mut url = self.v3_url(&["files", network.as_str(), "swap", cid]);
        pairs(&mut url, &[("domain", Some(gateway_domain.to_owned()))]);
        let ask = self.v3_json(Ask::get(url, Scope::FilesRead, priority));
        let answer = self.only_v3(Scope::FilesRead, network, ask).await?;
        match data(&answer) {
            Json::Array(rows) => Ok(rows.iter().filter_map(swap).collect()),
            Json::Null => Ok(Vec::new()),
            _ => Err(self.unlike(&answer)),
        }
    }

    async fn clear(&self, network: Network, cid: &str) -> Result<(), Error> {
        let url = self.v3_url(&["files", network.as_str(), "swap", cid]);
        let ask = self.v3_done(Ask::change(Method::DELETE, url, None, Scope::FilesWrite));
        self.only_v3(Scope::FilesWrite, network, ask).await
    }
}

/// A row of either spelling.
pub(super) fn swap(row: &Json) -> Option<Swap> {
    let to = read::cid(row, "mapped_cid").or_else(|| read::cid(row, "mappedCid"))?;
    let created_at = read::moment(row, "created_at").or_else(|| read::moment(row, "createdAt"));
    Some(Swap { to, created_at })
}
