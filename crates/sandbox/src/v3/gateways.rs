//! `/v3/gateways`: the one gateway that there is. Its subdomain leads nowhere from this computer; its
//! address stands as a custom domain.

use crate::app::App;
use crate::error::Refusal;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

const ID: &str = "00000000-0000-4000-8000-0000000000b1";
const DOMAIN: &str = "sandbox";

fn gateway(app: &App) -> Value {
    json!({
        "id": ID,
        "created_at": "2024-01-01T00:00:00Z",
        "domain": DOMAIN,
        "restrict": false,
        "custom_domains": [{
            "domain": app.settings.gateway.trim_start_matches("http://"),
            "domain_validation_status": "active",
            "custom_domain_id": "00000000-0000-4000-8000-0000000000b2",
            "ssl_validation_status": "active",
        }],
    })
}

pub(super) async fn list(State(app): State<App>) -> Json<Value> {
    Json(json!({ "data": { "count": 1, "rows": [gateway(&app)] } }))
}

pub(super) async fn get(
    State(app): State<App>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    if id != ID {
        return Err(Refusal::v3(StatusCode::NOT_FOUND, "Gateway not found"));
    }
    let mut gateway = gateway(&app);
    gateway["settings"] = json!({ "restriction_policies": {
        "accessTokens": [], "allowedHosts": [], "allowedIPAddresses": [],
    }});
    Ok(Json(json!({ "data": gateway })))
}

pub(super) async fn exists(Path(domain): Path<String>) -> Json<Value> {
    Json(json!({ "data": { "exists": domain == DOMAIN } }))
}
