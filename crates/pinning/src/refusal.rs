//! A refusal that comes as a success: `200` with `{"error": …}` inside.

use serde_json::Value as Json;

/// Whether an answer names an error, or says that it went wrong.
pub(crate) fn is_inside(answer: &Json) -> bool {
    let names_one = |name| {
        let error = answer.get(name).unwrap_or(&Json::Null);
        !matches!(error, Json::Null | Json::Bool(false)) && error != ""
    };
    let went_wrong = |name| answer.get(name) == Some(&Json::Bool(false));
    ["error", "Error"].into_iter().any(names_one) || ["ok", "success"].into_iter().any(went_wrong)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_error_inside_is_a_refusal_and_nothing_else_is() {
        for answer in [
            json!({"error": {"reason": "X"}}),
            json!({"data": null, "error": "no"}),
            json!({"Error": {}}),
            json!({"ok": false}),
            json!({"success": false, "data": {"error": null}}),
        ] {
            assert!(is_inside(&answer), "{answer}");
        }
        for answer in [
            json!("Revoked"),
            json!(null),
            json!([{"error": "of a row"}]),
            json!({"data": {"error": "of a part"}}),
            json!({"error": null, "ok": true, "success": "false"}),
            json!({"error": false}),
            json!({"error": ""}),
        ] {
            assert!(!is_inside(&answer), "{answer}");
        }
    }
}
