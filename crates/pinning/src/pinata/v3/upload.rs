//! `POST {uploads}/v3/files`: one file by multipart.

use serde_json::json;

use crate::budget::Family;
use crate::endpoints::join;
use crate::multipart::Form;
use crate::pinata::Pinata;
use crate::pinata::scopes::Scope;
use crate::{CidVersion, Error, FileUpload, Receipt, json as read};

impl Pinata {
    /// Sends one file. `network` always goes along: without it the service stores the file privately.
    pub(in crate::pinata) async fn v3_upload(&self, file: &FileUpload) -> Result<Receipt, Error> {
        let url = join(self.endpoints.uploads(), &["v3", "files"]);
        let scope = Scope::FilesWrite;
        let sent = self
            .http
            .upload(&url, Family::V3, form(file), &file.cancel)
            .await;
        let result = sent.and_then(|answer| {
            let question = self.http.question(&url, scope.name());
            let body = answer.json(&question)?;
            let data = body.get("data").unwrap_or(&body);
            let cid = read::text(data, "cid").filter(|cid| cid != "pending");
            let cid = cid.ok_or_else(|| answer.unreadable(&question))?;
            Ok(Receipt {
                cid,
                service_id: read::text(data, "id"),
                dag_size: read::count(data, "size"),
                is_duplicate: read::truth(data, "is_duplicate"),
                pinned_at: read::moment(data, "created_at"),
            })
        });
        let result = self.v3_refusal(scope, result).await;
        self.scopes.learn_from(scope, &result);
        result
    }
}

/// The fields in the official order: file, network, name, key-values, CID version.
fn form(file: &FileUpload) -> Form {
    let options = &file.options;
    let mut form = Form::new(file.progress.clone());
    form.file("file", &file.file_name, file.source.clone());
    form.text("network", options.network.as_str());
    form.text("name", options.name.as_deref().unwrap_or(&file.file_name));
    if !options.keyvalues.is_empty() {
        form.text("keyvalues", &json!(options.keyvalues).to_string());
    }
    form.text(
        "cid_version",
        match options.cid_version {
            CidVersion::V0 => "v0",
            CidVersion::V1 => "v1",
        },
    );
    form
}
