//! Groups: `/v3/groups/{network}` (pins by file id), or the legacy `/groups` (pins by CID).

use async_trait::async_trait;
use reqwest::Method;
use serde_json::{Map, Value as Json, json};

use super::Pinata;
use super::calls::{Ask, data, lacks_scope, pairs, v3_rows};
use super::place::Place;
use super::scopes::Scope;
use crate::{
    Delivered, Error, ErrorKind, Group, GroupEdit, GroupPage, GroupQuery, GroupRef, Groups,
    Network, NewGroup, PageToken, PinRef, Priority, json as read,
};

/// Groups of one page; no limit is documented.
const PAGE: usize = 100;

#[async_trait]
impl Groups for Pinata {
    async fn create(&self, wish: &NewGroup) -> Result<Group, Error> {
        if wish.name.trim().is_empty() {
            return Err(Error::refused("NO_NAME", "a group needs a name"));
        }
        let newer = async {
            let mut body = json!({"name": wish.name});
            if let Some(public) = wish.public {
                body["is_public"] = json!(public);
            }
            let url = self.v3_url(&["groups", wish.network.as_str()]);
            let ask = Ask::change(Method::POST, url, Some(&body), Scope::GroupsWrite);
            self.v3_group(ask, wish.network).await
        };
        let older = async {
            let body = json!({"name": wish.name});
            let url = self.api_url(&["groups"]);
            let ask = Ask::change(Method::POST, url, Some(&body), Scope::LegacyAdmin);
            self.legacy_group(ask).await
        };
        self.group_call(wish.network, Scope::GroupsWrite, newer, older)
            .await
    }

    async fn page(
        &self,
        query: &GroupQuery,
        after: Option<PageToken>,
        priority: Priority,
    ) -> Result<GroupPage, Error> {
        match after.as_ref().map(Place::of).transpose()? {
            Some(Place::V3(place)) => self.v3_groups(query, Some(&place), priority).await,
            Some(Place::Row { row, before }) => {
                self.legacy_groups(query, row, before.as_deref(), priority)
                    .await
            }
            None => {
                let newer = self.v3_groups(query, None, priority);
                let older = self.legacy_groups(query, 0, None, priority);
                self.group_call(query.network, Scope::GroupsRead, newer, older)
                    .await
            }
        }
    }

    async fn get(&self, group: &GroupRef, priority: Priority) -> Result<Group, Error> {
        let newer = async {
            let ask = Ask::get(self.v3_group_url(group), Scope::GroupsRead, priority);
            self.v3_group(ask, group.network).await
        };
        let older = async {
            let url = self.api_url(&["groups", &group.id]);
            self.legacy_group(Ask::get(url, Scope::LegacyAdmin, priority))
                .await
        };
        self.group_call(group.network, Scope::GroupsRead, newer, older)
            .await
    }

    async fn edit(&self, group: &GroupRef, edit: &GroupEdit) -> Result<Group, Error> {
        let newer = async {
            let mut body = Map::new();
            if let Some(name) = &edit.name {
                body.insert("name".to_owned(), json!(name));
            }
            if let Some(public) = edit.public {
                body.insert("is_public".to_owned(), json!(public));
            }
            let (url, body) = (self.v3_group_url(group), body.into());
            let ask = Ask::change(Method::PUT, url, Some(&body), Scope::GroupsWrite);
            self.v3_group(ask, group.network).await
        };
        let older = async {
            let Some(name) = edit.name.as_ref().filter(|_| edit.public.is_none()) else {
                // The legacy API has no such flag.
                return Err(Scope::GroupsWrite.missing());
            };
            let (url, body) = (
                self.api_url(&["groups", &group.id]),
                json!({ "name": name }),
            );
            let ask = Ask::change(Method::PUT, url, Some(&body), Scope::LegacyAdmin);
            self.legacy_group(ask).await
        };
        self.group_call(group.network, Scope::GroupsWrite, newer, older)
            .await
    }

    async fn delete(&self, group: &GroupRef) -> Result<(), Error> {
        let newer = async {
            let url = self.v3_group_url(group);
            self.v3_done(Ask::change(Method::DELETE, url, None, Scope::GroupsWrite))
                .await
        };
        let older = async {
            let url = self.api_url(&["groups", &group.id]);
            self.legacy_done(Ask::change(Method::DELETE, url, None, Scope::LegacyAdmin))
                .await
        };
        self.group_call(group.network, Scope::GroupsWrite, newer, older)
            .await
    }

    async fn add(&self, group: &GroupRef, pins: &[PinRef]) -> Vec<Result<(), Error>> {
        self.membership(Method::PUT, group, pins).await
    }

    async fn remove(&self, group: &GroupRef, pins: &[PinRef]) -> Vec<Result<(), Error>> {
        self.membership(Method::DELETE, group, pins).await
    }
}

impl Pinata {
    /// Either API for the public network, v3 alone for the private one.
    async fn group_call<T>(
        &self,
        network: Network,
        scope: Scope,
        newer: impl Future<Output = Result<T, Error>>,
        older: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        if network == Network::Private {
            return self.only_v3(scope, network, newer).await;
        }
        self.either((scope, newer), (Scope::LegacyAdmin, older))
            .await
    }

    fn v3_group_url(&self, group: &GroupRef) -> url::Url {
        self.v3_url(&["groups", group.network.as_str(), &group.id])
    }

    async fn v3_group(&self, ask: Ask<'_>, network: Network) -> Result<Group, Error> {
        let answer = self.v3_json(ask).await?;
        group(data(&answer), network).ok_or_else(|| self.unlike(&answer))
    }

    /// The reference's example of one group is a list of one.
    async fn legacy_group(&self, ask: Ask<'_>) -> Result<Group, Error> {
        let answer = self.legacy_json(ask).await?;
        let one = answer.get(0).unwrap_or(&answer);
        group(one, Network::Public).ok_or_else(|| self.unlike(&answer))
    }

    async fn v3_groups(
        &self,
        query: &GroupQuery,
        place: Option<&str>,
        priority: Priority,
    ) -> Result<GroupPage, Error> {
        let mut url = self.v3_url(&["groups", query.network.as_str()]);
        pairs(
            &mut url,
            &[
                ("name", query.name_contains.clone()),
                ("isPublic", query.public.map(|public| public.to_string())),
                ("limit", Some(PAGE.to_string())),
                ("pageToken", place.map(str::to_owned)),
            ],
        );
        let answer = self
            .v3_json(Ask::get(url, Scope::GroupsRead, priority))
            .await?;
        let (rows, next) = v3_rows(&answer, "groups").ok_or_else(|| self.unlike(&answer))?;
        let next = next.filter(|next| Some(next.as_str()) != place);
        Ok(GroupPage {
            groups: rows
                .iter()
                .filter_map(|row| group(row, query.network))
                .collect(),
            next: next.map(|next| Place::V3(next).token()),
        })
    }

    async fn legacy_groups(
        &self,
        query: &GroupQuery,
        row: usize,
        before: Option<&str>,
        priority: Priority,
    ) -> Result<GroupPage, Error> {
        let mut url = self.api_url(&["groups"]);
        pairs(
            &mut url,
            &[
                ("nameContains", query.name_contains.clone()),
                ("limit", Some(PAGE.to_string())),
                ("offset", Some(row.to_string())),
            ],
        );
        let answer = self
            .legacy_json(Ask::get(url, Scope::LegacyAdmin, priority))
            .await?;
        // A bare list.
        let rows = answer.as_array().ok_or_else(|| self.unlike(&answer))?;
        let first = rows.first().and_then(|row| read::text(row, "id"));
        let next = Place::after_rows(row, rows.len(), first.as_deref(), before);
        let again = first.is_some() && first.as_deref() == before;
        let groups = rows.iter().filter_map(|row| group(row, Network::Public));
        Ok(GroupPage {
            groups: if again { Vec::new() } else { groups.collect() },
            next: next.map(|place| place.token()),
        })
    }

    /// v3 takes one file a call; the legacy API takes the CIDs of all at once.
    async fn membership(
        &self,
        method: Method,
        group: &GroupRef,
        pins: &[PinRef],
    ) -> Vec<Result<(), Error>> {
        let mut results = Vec::new();
        let v3 =
            group.network == Network::Private || self.scopes.get(Scope::GroupsWrite) != Some(false);
        for pin in pins.iter().filter(|_| v3) {
            let result = self.v3_member(&method, group, pin).await;
            if results.is_empty() && group.network == Network::Public {
                self.scopes.learn_from(Scope::GroupsWrite, &result);
                if lacks_scope(&result) {
                    break;
                }
            }
            let stop = result.as_ref().err().filter(|error| meets_all(error));
            let stop = stop.map(|error| Error {
                delivered: Delivered::NotSent,
                ..error.clone()
            });
            results.push(result);
            if let Some(error) = stop {
                results.resize(pins.len(), Err(error));
            }
            if results.len() == pins.len() {
                break;
            }
        }
        if !results.is_empty() || pins.is_empty() {
            return results;
        }
        let result = self.legacy_members(method, group, pins).await;
        vec![result; pins.len()]
    }

    /// By the file's id; a legacy row's id, or none, is looked up by CID where only one file has it.
    async fn v3_member(
        &self,
        method: &Method,
        group: &GroupRef,
        pin: &PinRef,
    ) -> Result<(), Error> {
        let by_id = async |id: &str| {
            let network = group.network.as_str();
            let url = self.v3_url(&["groups", network, &group.id, "ids", id]);
            self.v3_done(Ask::change(method.clone(), url, None, Scope::GroupsWrite))
                .await
        };
        if let Some(id) = &pin.service_id {
            match by_id(id).await {
                Err(error) if error.kind == ErrorKind::NotFound => {}
                result => return result,
            }
        }
        let found = self
            .v3_find_on(group.network, &pin.cid, Priority::Click)
            .await?;
        match found.as_slice() {
            [] => Err(Error::unsent(ErrorKind::NotPinned)),
            [only] if Some(&only.service_id) == pin.service_id.as_ref() => {
                // The file is there, so what was not found is the group.
                Err(Error::unsent(ErrorKind::NotFound))
            }
            [only] => by_id(&only.service_id).await,
            several => Err(Error::refused(
                "SEVERAL_PINS",
                &format!("{} pins have this CID, and none was named", several.len()),
            )),
        }
    }

    async fn legacy_members(
        &self,
        method: Method,
        group: &GroupRef,
        pins: &[PinRef],
    ) -> Result<(), Error> {
        if self.scopes.get(Scope::LegacyAdmin) == Some(false) {
            return Err(Scope::GroupsWrite.missing());
        }
        let cids: Vec<_> = pins.iter().map(|pin| &pin.cid).collect();
        let body = json!({ "cids": cids });
        let url = self.api_url(&["groups", &group.id, "cids"]);
        let ask = Ask::change(method, url, Some(&body), Scope::LegacyAdmin);
        let result = self.legacy_done(ask).await;
        self.scopes.learn_from(Scope::LegacyAdmin, &result);
        result
    }
}

/// A failure that every other pin would meet as well.
fn meets_all(error: &Error) -> bool {
    matches!(
        error.kind,
        ErrorKind::Unauthorized
            | ErrorKind::MissingScope(_)
            | ErrorKind::RateLimited { .. }
            | ErrorKind::Offline
            | ErrorKind::Untrusted
            | ErrorKind::CaptivePortal
    )
}

/// A group of either API. The answer to a new one says `public` where the others say `is_public`.
pub(super) fn group(row: &Json, network: Network) -> Option<Group> {
    let flag = ["is_public", "public"];
    let flag = flag
        .iter()
        .find(|name| row.get(name).is_some_and(|flag| !flag.is_null()));
    Some(Group {
        id: read::text(row, "id")?,
        name: read::text(row, "name").unwrap_or_default(),
        network,
        public: flag.map(|name| read::truth(row, name)),
        created_at: read::moment(row, "created_at").or_else(|| read::moment(row, "createdAt")),
        updated_at: read::moment(row, "updated_at").or_else(|| read::moment(row, "updatedAt")),
    })
}
