//! `/v3/files/{network}`: list, get by CID, update, delete.

use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Map, Value as Json, json};

use crate::pinata::Pinata;
use crate::pinata::calls::{Ask, data, pairs, v3_rows};
use crate::pinata::scopes::Scope;
use crate::{
    Error, GroupFilter, Network, PendingFile, Pin, PinEdit, PinQuery, Priority, Test, json as read,
};

/// What stands in place of a CID that the service does not have yet.
const PENDING: &str = "pending";

/// What to list.
pub(in crate::pinata) struct FileFilter<'a> {
    pub(in crate::pinata) query: &'a PinQuery,
    pub(in crate::pinata) cid: Option<&'a str>,
    pub(in crate::pinata) page_token: Option<&'a str>,
    pub(in crate::pinata) limit: u32,
    /// Those alone that have no CID yet.
    pub(in crate::pinata) pending: bool,
}

impl Pinata {
    /// `GET /v3/files/{network}`: (files that are asked for and have a CID, token of the next page).
    pub(in crate::pinata) async fn v3_list(
        &self,
        filter: &FileFilter<'_>,
        priority: Priority,
    ) -> Result<(Vec<Pin>, Option<String>), Error> {
        let query = filter.query;
        let wanted = |file: &Json| pin(file, query.network).filter(|pin| query.wants(pin));
        self.v3_files(filter, priority, wanted).await
    }

    /// The same list, as `each` reads its files; those of which it makes nothing are left out.
    pub(in crate::pinata) async fn v3_files<T>(
        &self,
        filter: &FileFilter<'_>,
        priority: Priority,
        each: impl Fn(&Json) -> Option<T>,
    ) -> Result<(Vec<T>, Option<String>), Error> {
        let query = filter.query;
        let mut url = self.v3_url(&["files", query.network.as_str()]);
        let group = query.group.as_ref().map(|group| match group {
            GroupFilter::In(id) => id.clone(),
            GroupFilter::None => "null".to_owned(),
        });
        pairs(
            &mut url,
            &[
                ("limit", Some(filter.limit.to_string())),
                ("order", Some(query.order.as_str().to_owned())),
                ("name", query.name_contains.clone()),
                ("cid", filter.cid.map(str::to_owned)),
                ("mimeType", query.mime.clone()),
                ("group", group),
                ("cidPending", filter.pending.then(|| "true".to_owned())),
                ("pageToken", filter.page_token.map(str::to_owned)),
            ],
        );
        for condition in &query.keyvalues {
            if let Test::Equal(value) = &condition.test {
                // The reference writes `metadata[...]`, official clients `keyvalues[...]`.
                let name = format!("keyvalues[{}]", condition.key);
                pairs(&mut url, &[(&name, Some(value.to_string()))]);
            }
        }
        let ask = Ask::get(url, Scope::FilesRead, priority);
        let answer = self.v3_json(ask).await?;
        // A null list is an empty one; a list of another kind is no answer to this question.
        let (files, next) = v3_rows(&answer, "files").ok_or_else(|| self.unlike(&answer))?;
        Ok((files.iter().filter_map(each).collect(), next))
    }

    /// `GET /v3/files/{network}/{id}`.
    pub(in crate::pinata) async fn v3_get(
        &self,
        network: Network,
        id: &str,
        priority: Priority,
    ) -> Result<Pin, Error> {
        let file = self.v3_record(network, id, priority).await?;
        pin(&file, network).ok_or_else(|| self.unlike(&file))
    }

    /// The same, as the service gives it.
    pub(in crate::pinata) async fn v3_record(
        &self,
        network: Network,
        id: &str,
        priority: Priority,
    ) -> Result<Json, Error> {
        let url = self.v3_url(&["files", network.as_str(), id]);
        let ask = self.v3_json(Ask::get(url, Scope::FilesRead, priority));
        let answer = self.only_v3(Scope::FilesRead, network, ask).await?;
        Ok(data(&answer).clone())
    }

    /// `PUT /v3/files/{network}/{id}`: sets what is given, deletes what is null.
    pub(in crate::pinata) async fn v3_update(
        &self,
        network: Network,
        id: &str,
        edit: &PinEdit,
    ) -> Result<(), Error> {
        let mut body = Map::new();
        if let Some(name) = &edit.name {
            body.insert("name".to_owned(), json!(name));
        }
        if !edit.keyvalues.is_empty() {
            // v3 stores text only.
            let keyvalues: Map<_, _> = edit
                .keyvalues
                .iter()
                .map(|(key, value)| {
                    (
                        key.clone(),
                        value
                            .as_ref()
                            .map_or(Json::Null, |value| json!(value.to_string())),
                    )
                })
                .collect();
            body.insert("keyvalues".to_owned(), keyvalues.into());
        }
        self.file_change(Method::PUT, network, id, Some(&body.into()))
            .await
    }

    /// `PUT /v3/files/{network}/{id}` with the moment (Unix seconds) of its end, or `null` for none.
    pub(in crate::pinata) async fn v3_expire(
        &self,
        network: Network,
        id: &str,
        at: Option<Timestamp>,
    ) -> Result<(), Error> {
        let body = json!({"expires_at": at.map(Timestamp::as_second)});
        self.file_change(Method::PUT, network, id, Some(&body))
            .await
    }

    /// `DELETE /v3/files/{network}/{id}`.
    pub(in crate::pinata) async fn v3_delete(
        &self,
        network: Network,
        id: &str,
    ) -> Result<(), Error> {
        self.file_change(Method::DELETE, network, id, None).await
    }

    async fn file_change(
        &self,
        method: Method,
        network: Network,
        id: &str,
        json: Option<&Json>,
    ) -> Result<(), Error> {
        let scope = Scope::FilesWrite;
        let url = self.v3_url(&["files", network.as_str(), id]);
        let result = self.v3_done(Ask::change(method, url, json, scope)).await;
        self.scopes.learn_from(scope, &result);
        result
    }
}

/// A file without a CID; `None` for every other, which a server that does not know the filter gives too.
pub(in crate::pinata) fn pending(file: &Json, network: Network) -> Option<PendingFile> {
    if read::cid(file, "cid").is_some_and(|cid| cid != PENDING) {
        return None;
    }
    Some(PendingFile {
        service_id: read::text(file, "id")?,
        name: read::text(file, "name"),
        bytes: read::count(file, "size"),
        mime: read::text(file, "mime_type"),
        keyvalues: read::keyvalues(file.get("keyvalues")),
        group: read::text(file, "group_id"),
        network,
        created_at: read::moment(file, "created_at"),
    })
}

/// A file of a list; `None` while it has no CID ("pending"), since it is not pinned yet.
pub(in crate::pinata) fn pin(file: &Json, network: Network) -> Option<Pin> {
    let cid = read::cid(file, "cid").filter(|cid| cid != PENDING)?;
    Some(Pin {
        service_id: read::text(file, "id")?,
        cid,
        name: read::text(file, "name"),
        dag_size: read::count(file, "size"),
        files: read::count(file, "number_of_files"),
        mime: read::text(file, "mime_type"),
        keyvalues: read::keyvalues(file.get("keyvalues")),
        group: read::text(file, "group_id"),
        network,
        pinned_at: read::moment(file, "created_at"),
        unpinned_at: None,
        expires_at: read::moment(file, "expires_at"),
        regions: Vec::new(),
    })
}
