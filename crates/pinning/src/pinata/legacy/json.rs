//! `POST /pinning/pinJSONToIPFS`: JSON that the service writes again.

use reqwest::Method;
use serde_json::{Map, Value as Json, json};

use super::{pin_options, receipt};
use crate::budget::Family;
use crate::http::Call;
use crate::pinata::scopes::Scope;
use crate::pinata::{Pinata, check_keyvalues};
use crate::{
    Error, ErrorKind, JsonUpload, Network, Priority, Receipt, json as read, json_text::reserialised,
};

/// The largest request (Pinata's reference, "Limits").
const LIMIT: usize = 10_000_000;

impl Pinata {
    /// The text goes as the service would write it, so that what is pinned is what was shown.
    pub(in crate::pinata) async fn legacy_json_upload(
        &self,
        upload: &JsonUpload,
    ) -> Result<Receipt, Error> {
        check_keyvalues(upload.options.keyvalues.len())?;
        let private = upload.options.network == Network::Private;
        if private || upload.options.wrap || upload.placement.expires_at.is_some() {
            let why = "a key with pinJSONToIPFS alone pins JSON publicly, unwrapped and for ever";
            return Err(Error::refused("PLAIN_JSON_ONLY", why));
        }
        let content =
            reserialised(&upload.text).map_err(|fault| Error::refused("NOT_JSON", &fault))?;
        let mut metadata = Map::new();
        let name = upload.options.name.as_ref().unwrap_or(&upload.file_name);
        metadata.insert("name".to_owned(), json!(name));
        if !upload.options.keyvalues.is_empty() {
            metadata.insert(
                "keyvalues".to_owned(),
                read::as_given(&upload.options.keyvalues),
            );
        }
        let options = pin_options(upload.options.cid_version, false, &upload.placement);
        // Put together as text: the order of the content's members is part of what is pinned.
        let body = format!(
            r#"{{"pinataContent":{content},"pinataMetadata":{},"pinataOptions":{options}}}"#,
            Json::from(metadata)
        );
        if body.len() > LIMIT {
            return Err(Error::unsent(ErrorKind::TooLarge));
        }
        let url = self.pinning_url(&["pinJSONToIPFS"]);
        let at = (Family::Pinning, Priority::Background);
        let call = Call::new(Method::POST, url, at, Scope::PinJson.name()).text(body);
        let asked = self.http.with_retries(&call, |answer, question| {
            let body = answer.json(question)?;
            receipt(&body).ok_or_else(|| answer.unreadable(question))
        });
        let result = tokio::select! {
            biased;
            // The service may have it by then.
            () = upload.cancel.cancelled() => Err(Error::maybe(ErrorKind::Cancelled)),
            result = asked => result,
        };
        self.scopes.learn_from(Scope::PinJson, &result);
        result
    }
}
