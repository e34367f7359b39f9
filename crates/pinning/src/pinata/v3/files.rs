//! `/v3/files/{network}`: list, get by CID, update, delete.

use reqwest::Method;
use serde_json::{Map, Value as Json, json};
use url::Url;

use crate::budget::Family;
use crate::endpoints::join;
use crate::http::Call;
use crate::pinata::Pinata;
use crate::pinata::scopes::Scope;
use crate::redact::excerpt;
use crate::{Error, ErrorKind, Network, Pin, PinEdit, Priority, json as read};

/// What to list.
pub(in crate::pinata) struct FileFilter<'a> {
    pub(in crate::pinata) network: Network,
    pub(in crate::pinata) name: Option<&'a str>,
    pub(in crate::pinata) cid: Option<&'a str>,
    pub(in crate::pinata) page_token: Option<&'a str>,
    pub(in crate::pinata) limit: u32,
}

impl Pinata {
    /// `GET /v3/files/{network}`: (files that have a CID, token of the next page).
    pub(in crate::pinata) async fn v3_list(
        &self,
        filter: &FileFilter<'_>,
        priority: Priority,
    ) -> Result<(Vec<Pin>, Option<String>), Error> {
        let mut url = join(
            self.endpoints.api(),
            &["v3", "files", filter.network.as_str()],
        );
        {
            let mut query = url.query_pairs_mut();
            query
                .append_pair("limit", &filter.limit.to_string())
                .append_pair("order", "DESC");
            let optional = [
                ("name", filter.name),
                ("cid", filter.cid),
                ("pageToken", filter.page_token),
            ];
            for (name, value) in optional {
                if let Some(value) = value {
                    query.append_pair(name, value);
                }
            }
        }
        let answer = self
            .v3(Method::GET, url, None, Scope::FilesRead, priority)
            .await?;
        let Some(files) = answer
            .pointer("/data/files")
            .and_then(|files| files.as_array())
        else {
            // A null list is an empty one; a list of another kind is no answer to this question.
            return match answer.pointer("/data/files") {
                Some(Json::Null) => Ok((Vec::new(), None)),
                _ => Err(self.unlike(&answer)),
            };
        };
        let next = answer
            .get("data")
            .and_then(|data| read::text(data, "next_page_token"))
            .filter(|_| !files.is_empty());
        Ok((
            files
                .iter()
                .filter_map(|file| pin(file, filter.network))
                .collect(),
            next,
        ))
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
        let url = join(self.endpoints.api(), &["v3", "files", network.as_str(), id]);
        self.v3_done(Method::PUT, url, Some(&body.into())).await
    }

    /// `DELETE /v3/files/{network}/{id}`.
    pub(in crate::pinata) async fn v3_delete(
        &self,
        network: Network,
        id: &str,
    ) -> Result<(), Error> {
        let url = join(self.endpoints.api(), &["v3", "files", network.as_str(), id]);
        self.v3_done(Method::DELETE, url, None).await
    }

    /// JSON that does not hold what it should.
    fn unlike(&self, answer: &Json) -> Error {
        let excerpt = excerpt(&answer.to_string(), self.http.token().expose());
        Error {
            status: Some(200),
            ..Error::maybe(ErrorKind::Unexpected {
                status: 200,
                excerpt,
            })
        }
    }

    async fn v3_done(&self, method: Method, url: Url, json: Option<&Json>) -> Result<(), Error> {
        let scope = Scope::FilesWrite;
        let call = Call {
            method,
            url,
            family: Family::V3,
            priority: Priority::Click,
            json,
            scope: scope.name(),
        };
        let result = self.http.done(&call).await;
        let result = self.v3_refusal(scope, result).await;
        self.scopes.learn_from(scope, &result);
        result
    }

    async fn v3(
        &self,
        method: Method,
        url: Url,
        json: Option<&Json>,
        scope: Scope,
        priority: Priority,
    ) -> Result<Json, Error> {
        let call = Call {
            method,
            url,
            family: Family::V3,
            priority,
            json,
            scope: scope.name(),
        };
        let result = self.http.json(&call).await;
        self.v3_refusal(scope, result).await
    }
}

/// A file of a list; `None` while it has no CID ("pending"), since it is not pinned yet.
pub(in crate::pinata) fn pin(file: &Json, network: Network) -> Option<Pin> {
    let cid = read::text(file, "cid").filter(|cid| cid != "pending")?;
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
    })
}
