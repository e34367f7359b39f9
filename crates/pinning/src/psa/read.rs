//! What a pinning service answers, as it really does.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::{PinRequest, PinStatus, RequestStatus, json as read};

/// A request; `None` where not even its id and CID are there. Null and missing optionals are empty, as are the empty
/// names that some services give to what has none.
pub(crate) fn status(row: &Json) -> Option<PinStatus> {
    let pin = row.get("pin").unwrap_or(&Json::Null);
    Some(PinStatus {
        request_id: read::text(row, "requestid")?,
        status: RequestStatus::named(&read::text(row, "status").unwrap_or_default()),
        created_at: read::moment(row, "created"),
        pin: PinRequest {
            cid: read::cid(pin, "cid")?,
            name: read::text(pin, "name"),
            origins: texts(pin.get("origins")),
            meta: text_map(pin.get("meta")),
        },
        delegates: texts(row.get("delegates")),
        info: text_map(row.get("info")),
    })
}

/// The request's body, strictly of the specification: nothing that is empty is sent.
pub(super) fn wish(pin: &PinRequest) -> Json {
    let mut body = Map::from_iter([("cid".to_owned(), json!(pin.cid))]);
    if let Some(name) = &pin.name {
        body.insert("name".to_owned(), json!(name));
    }
    if !pin.origins.is_empty() {
        body.insert("origins".to_owned(), json!(pin.origins));
    }
    if !pin.meta.is_empty() {
        body.insert("meta".to_owned(), json!(pin.meta));
    }
    body.into()
}

fn texts(list: Option<&Json>) -> Vec<String> {
    let list = list.and_then(Json::as_array).into_iter().flatten();
    list.filter_map(|text| text.as_str().map(str::to_owned))
        .collect()
}

/// Text by key. The specification has text only; numbers and what is nested are kept as their JSON.
fn text_map(object: Option<&Json>) -> BTreeMap<String, String> {
    let members = object.and_then(Json::as_object).into_iter().flatten();
    members
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| {
            let text = value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned);
            (key.clone(), text)
        })
        .collect()
}
