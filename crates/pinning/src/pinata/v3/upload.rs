//! `POST {uploads}/v3/files`: one file by multipart.

use serde_json::Value as Json;

use crate::budget::Family;
use crate::endpoints::join;
use crate::multipart::Form;
use crate::pinata::Pinata;
use crate::pinata::calls::data;
use crate::pinata::scopes::Scope;
use crate::{CidVersion, Error, FileUpload, Network, Placement, Receipt, json as read};

impl Pinata {
    /// Sends one file. `network` always goes along: without it the service stores the file privately.
    pub(in crate::pinata) async fn v3_upload(
        &self,
        file: &FileUpload,
        placement: &Placement,
    ) -> Result<Receipt, Error> {
        let url = join(self.endpoints.uploads(), &["v3", "files"]);
        let scope = Scope::FilesWrite;
        let sent = self
            .http
            .upload(&url, Family::V3, form(file, placement), &file.cancel)
            .await;
        let result = sent.and_then(|answer| {
            let question = self.http.question(&url, scope.name());
            let body = answer.json(&question)?;
            receipt(data(&body)).ok_or_else(|| answer.unreadable(&question))
        });
        let result = self.v3_refusal(scope, result).await;
        self.scopes.learn_from(scope, &result);
        result
    }
}

/// A file as v3 answers it; `None` while it has no CID ("pending").
pub(in crate::pinata) fn receipt(data: &Json) -> Option<Receipt> {
    let network = read::text(data, "network");
    Some(Receipt {
        cid: read::cid(data, "cid").filter(|cid| cid != "pending")?,
        service_id: read::text(data, "id"),
        dag_size: read::count(data, "size"),
        is_duplicate: read::truth(data, "is_duplicate"),
        pinned_at: read::moment(data, "created_at"),
        name: read::text(data, "name"),
        files: read::count(data, "number_of_files"),
        mime: read::text(data, "mime_type"),
        group: read::text(data, "group_id"),
        keyvalues: read::keyvalues(data.get("keyvalues")),
        network: network.and_then(|name| Network::named(&name)),
    })
}

/// The fields in the official order: file, network, name, group, key-values, CID version, expiry.
fn form(file: &FileUpload, placement: &Placement) -> Form {
    let options = &file.options;
    let mut form = Form::new(file.progress.clone());
    form.file("file", &file.file_name, file.source.clone());
    form.text("network", options.network.as_str());
    form.text("name", options.name.as_deref().unwrap_or(&file.file_name));
    if let Some(group) = &placement.group {
        form.text("group_id", group);
    }
    if !options.keyvalues.is_empty() {
        form.text("keyvalues", &read::as_text(&options.keyvalues).to_string());
    }
    form.text(
        "cid_version",
        match options.cid_version {
            CidVersion::V0 => "v0",
            CidVersion::V1 => "v1",
        },
    );
    if let Some(at) = placement.expires_at {
        form.text("expires_at", &at.as_second().to_string());
    }
    form
}
