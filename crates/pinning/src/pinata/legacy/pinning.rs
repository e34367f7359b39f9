//! `/pinning`: uploads, metadata, unpin.

use reqwest::Method;
use serde_json::{Map, Value as Json, json};
use tokio_util::sync::CancellationToken;
use url::Url;

use crate::budget::Family;
use crate::endpoints::join;
use crate::http::Call;
use crate::multipart::Form;
use crate::pinata::Pinata;
use crate::pinata::scopes::Scope;
use crate::{
    CidVersion, Error, ErrorKind, PinEdit, Placement, Priority, Receipt, UploadOptions, Value,
    json as read,
};

impl Pinata {
    /// `POST /pinning/pinFileToIPFS` with a form that has its files; adds the options and takes the receipt.
    pub(in crate::pinata) async fn legacy_upload(
        &self,
        mut form: Form,
        name: &str,
        options: &UploadOptions,
        pin_options: &Json,
        cancel: &CancellationToken,
    ) -> Result<Receipt, Error> {
        let mut metadata = Map::from_iter([("name".to_owned(), json!(name))]);
        if !options.keyvalues.is_empty() {
            metadata.insert("keyvalues".to_owned(), read::as_given(&options.keyvalues));
        }
        form.text("pinataMetadata", &Json::from(metadata).to_string());
        form.text("pinataOptions", &pin_options.to_string());
        let url = self.pinning_url(&["pinFileToIPFS"]);
        let sent = self.http.upload(&url, Family::Pinning, form, cancel).await;
        let result = sent.and_then(|answer| {
            let question = self.http.question(&url, Scope::PinFile.name());
            let body = answer.json(&question)?;
            receipt(&body).ok_or_else(|| answer.unreadable(&question))
        });
        self.scopes.learn_from(Scope::PinFile, &result);
        result
    }

    /// `PUT /pinning/hashMetadata`: sets what is given, deletes what is null, by CID.
    pub(in crate::pinata) async fn legacy_edit(
        &self,
        cid: &str,
        edit: &PinEdit,
    ) -> Result<(), Error> {
        let mut body = Map::from_iter([("ipfsPinHash".to_owned(), json!(cid))]);
        if let Some(name) = &edit.name {
            body.insert("name".to_owned(), json!(name));
        }
        if !edit.keyvalues.is_empty() {
            let keyvalues: Map<_, _> = edit
                .keyvalues
                .iter()
                .map(|(key, value)| (key.clone(), legacy_value(value.as_ref())))
                .collect();
            body.insert("keyvalues".to_owned(), keyvalues.into());
        }
        let url = self.pinning_url(&["hashMetadata"]);
        self.pinning(Method::PUT, url, Some(&body.into()), Scope::HashMetadata)
            .await
    }

    /// `DELETE /pinning/unpin/{cid}`.
    pub(in crate::pinata) async fn legacy_unpin(&self, cid: &str) -> Result<(), Error> {
        self.pinning(
            Method::DELETE,
            self.pinning_url(&["unpin", cid]),
            None,
            Scope::Unpin,
        )
        .await
    }

    async fn pinning(
        &self,
        method: Method,
        url: Url,
        json: Option<&Json>,
        scope: Scope,
    ) -> Result<(), Error> {
        let at = (Family::Pinning, Priority::Click);
        let call = Call::new(method, url, at, scope.name()).json(json);
        let mut result = self.http.done(&call).await;
        if let Err(error) = &mut result
            && error.kind == ErrorKind::NotFound
        {
            error.kind = ErrorKind::NotPinned;
        }
        self.scopes.learn_from(scope, &result);
        result
    }

    pub(in crate::pinata) fn pinning_url(&self, segments: &[&str]) -> Url {
        join(&join(self.endpoints.api(), &["pinning"]), segments)
    }
}

/// The answer to an upload of a file, a folder or JSON. All but the first three members are newer than 2024.
pub(in crate::pinata) fn receipt(body: &Json) -> Option<Receipt> {
    Some(Receipt {
        cid: read::cid(body, "IpfsHash")?,
        service_id: read::text(body, "ID"),
        dag_size: read::count(body, "PinSize"),
        // Absent, not false, on a first pin.
        is_duplicate: read::truth(body, "isDuplicate"),
        pinned_at: read::moment(body, "Timestamp"),
        name: read::text(body, "Name"),
        files: read::count(body, "NumberOfFiles"),
        mime: read::text(body, "MimeType"),
        group: read::text(body, "GroupId"),
        keyvalues: read::keyvalues(body.get("Keyvalues")),
        network: None,
    })
}

/// `pinataOptions`. The CID version always goes along: the service's default has changed over the years.
pub(in crate::pinata) fn pin_options(
    version: CidVersion,
    wrap: bool,
    placement: &Placement,
) -> Json {
    let version = match version {
        CidVersion::V0 => 0,
        CidVersion::V1 => 1,
    };
    let mut options = json!({ "cidVersion": version });
    if wrap {
        options["wrapWithDirectory"] = json!(true);
    }
    if let Some(group) = &placement.group {
        options["groupId"] = json!(group);
    }
    options
}

/// A value as the legacy API takes it; `null` deletes.
pub(in crate::pinata) fn legacy_value(value: Option<&Value>) -> Json {
    value.map_or(Json::Null, Value::json)
}
