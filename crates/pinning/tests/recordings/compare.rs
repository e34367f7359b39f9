//! A recorded answer against what came out of it.

use pinning::{Error, ErrorKind};
use serde_json::Value as Json;

use crate::Recording;
use crate::call::Call;

/// Members that are not read, each with its reason.
const IGNORED: [(&str, &str); 8] = [
    ("user_id", "the account's own id says nothing to its owner"),
    ("secret", "a ciphertext that nobody can use"),
    ("version", "the version of a pin policy's form"),
    ("vectorized", "vectors are not shown"),
    ("message", "the greeting of the token test"),
    ("content", "a vendor's own copy of the row"),
    ("count", "the rows say how many they are"),
    ("customPinPolicy", "regions are gone from the service"),
];

impl Recording {
    /// Makes the call again and compares; how many fields were compared.
    pub(crate) async fn check(&self) -> usize {
        let server = self.serve().await;
        match self.call_again(&server.uri()).await {
            Ok(ours) => {
                assert!((200..300).contains(&self.status), "{}: {ours}", self.name);
                if ours.is_null() {
                    return 1;
                }
                self.compare(&self.body, &ours, "")
            }
            Err(error) => {
                self.compare_error(&error);
                1
            }
        }
    }

    /// Every value that is recorded and is neither null nor empty must be in ours, at its place.
    fn compare(&self, recorded: &Json, ours: &Json, at: &str) -> usize {
        match recorded {
            Json::Null => 0,
            Json::String(text) if text.is_empty() => 0,
            Json::Object(members) => members
                .iter()
                .filter(|(name, _)| !self.is_ignored(name, at))
                .map(|(name, value)| {
                    let ours = ours.get(name).unwrap_or(&Json::Null);
                    self.compare(value, ours, &format!("{at}/{name}"))
                })
                .sum(),
            Json::Array(rows) => rows
                .iter()
                .enumerate()
                .map(|(n, row)| {
                    let ours = ours.get(n).unwrap_or(&Json::Null);
                    self.compare(row, ours, &format!("{at}/{n}"))
                })
                .sum(),
            // A number that cannot be is not known.
            Json::Number(number) if number.as_f64().is_some_and(|n| n < 0.0) => {
                assert!(ours.is_null(), "{}: {at}: {ours}", self.name);
                1
            }
            leaf => {
                assert_eq!(plain(leaf), plain(ours), "{}: {at}", self.name);
                1
            }
        }
    }

    /// Ignored names stand for members of rows; the same name inside key-values or meta is the owner's own.
    fn is_ignored(&self, name: &str, at: &str) -> bool {
        let owners = ["/keyvalues", "/meta", "/info"];
        let count_is_told = matches!(self.call, Call::PsaList | Call::PinJobs | Call::V3Gateways);
        IGNORED.iter().any(|(ignored, _)| *ignored == name)
            && !owners.iter().any(|owner| at.ends_with(owner))
            && !(name == "count" && count_is_told)
    }

    fn compare_error(&self, error: &Error) {
        let at = |pointer: &str| self.body.pointer(pointer).and_then(Json::as_str);
        let first = |pointers: &[&str]| {
            let found = pointers.iter().find_map(|pointer| at(pointer));
            found.unwrap_or_default()
        };
        let reason = first(&[
            "/error/reason",
            "/error/code",
            "/reason",
            "/code",
            "/Error",
            "/error",
        ]);
        let details = first(&["/error/details", "/error/message", "/details", "/message"]);
        let text = self.text.as_deref().or_else(|| self.body.as_str());
        let html = text.is_some_and(|text| text.trim_start().starts_with('<'));
        let meant = match (self.status, reason) {
            (200, _) => html && error.kind == ErrorKind::CaptivePortal,
            (_, "NO_SCOPES_FOUND") => matches!(error.kind, ErrorKind::MissingScope(_)),
            (401, _)
            | (
                _,
                "INVALID_CREDENTIALS"
                | "API_KEY_REVOKED"
                | "KEYS_MUST_BE_STRINGS"
                | "ERR_AUTH_MISSING"
                | "ERR_INVALID_TOKEN",
            ) => error.kind == ErrorKind::Unauthorized,
            (_, "CURRENT_USER_HAS_NOT_PINNED_CID") => error.kind == ErrorKind::NotPinned,
            (403, "FORBIDDEN") => error.kind == ErrorKind::QuotaExceeded,
            (404, _) => error.kind == ErrorKind::NotFound,
            (429, _) => matches!(error.kind, ErrorKind::RateLimited { .. }),
            (405, _) if html => matches!(error.kind, ErrorKind::Unexpected { .. }),
            (405, _) => matches!(error.kind, ErrorKind::Rejected { .. }),
            (500.., _) => {
                matches!(error.kind, ErrorKind::Unexpected { status, .. } if status == self.status)
            }
            (_, reason) => {
                let reason = text.unwrap_or(reason);
                matches!(&error.kind, ErrorKind::Rejected { reason: told, details: why } if told == reason && why == details)
            }
        };
        assert!(meant, "{}: {error:?}", self.name);
        // A status that is not recorded is a guess of this test.
        assert_eq!(error.status, Some(self.status), "{}", self.name);
    }
}

/// Text of a value; dates as the moment that they name.
fn plain(value: &Json) -> String {
    let Some(text) = value.as_str() else {
        return value.to_string();
    };
    let moment: Option<jiff::Timestamp> = text.replacen(' ', "T", 1).parse().ok();
    let day = || text.parse::<jiff::civil::Date>().ok();
    let at_noon = |day: jiff::civil::Date| day.to_zoned(jiff::tz::TimeZone::UTC).ok();
    let moment = moment.or_else(|| Some(day().and_then(at_noon)?.timestamp()));
    moment.map_or_else(|| text.to_owned(), |moment| moment.to_string())
}
