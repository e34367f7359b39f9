//! Every sentence about a key.

use std::collections::BTreeSet;

use pinning::{Key, LegacyCall, Level, NewKey, Permissions, Resource, ResourceScope};

use super::work::User;
use super::{KeyPreview, KeyScope, KeyScopes, KeyState, KeyWish};
use crate::accounts::{AccountId, Keep};
use crate::error::{CommandError, ErrorCode};

/// What a key may that may nothing.
pub(super) const NOTHING: &str = "Nothing";

/// Names of unknown permissions that are shown; the rest is counted.
const OTHERS_SHOWN: usize = 5;

/// What can be ticked, as the form shows it: reading beside writing. Writing includes reading. Everything of the
/// account (`org:read`, `org:write`) comes last.
const RESOURCES: [(Resource, Level); 10] = [
    (Resource::Files, Level::Read),
    (Resource::Files, Level::Write),
    (Resource::Groups, Level::Read),
    (Resource::Groups, Level::Write),
    (Resource::Gateways, Level::Read),
    (Resource::Gateways, Level::Write),
    (Resource::Analytics, Level::Read),
    (Resource::Analytics, Level::Write),
    (Resource::Org, Level::Read),
    (Resource::Org, Level::Write),
];

fn resource(scope: ResourceScope) -> &'static str {
    match (scope.resource, scope.level) {
        (Resource::Org, Level::Read) => "Read everything",
        (Resource::Org, Level::Write) => "Change everything",
        (Resource::Files, Level::Read) => "List files",
        (Resource::Files, Level::Write) => "Upload, edit, unpin",
        (Resource::Groups, Level::Read) => "Read groups",
        (Resource::Groups, Level::Write) => "Edit groups",
        (Resource::Gateways, Level::Read) => "Read gateways",
        (Resource::Gateways, Level::Write) => "Edit gateways",
        (Resource::Analytics, Level::Read) => "Read usage",
        (Resource::Analytics, Level::Write) => "Edit usage reports",
    }
}

fn legacy(call: LegacyCall) -> &'static str {
    match call {
        LegacyCall::PinList => "List pins",
        LegacyCall::UserPinnedDataTotal => "Show totals",
        LegacyCall::HashMetadata => "Edit names and key-values",
        LegacyCall::HashPinPolicy => "Move pins between regions",
        LegacyCall::PinByHash => "Pin by CID",
        LegacyCall::PinFileToIpfs => "Upload files and folders",
        LegacyCall::PinJsonToIpfs => "Upload JSON",
        LegacyCall::PinJobs => "See imports",
        LegacyCall::Unpin => "Unpin",
        LegacyCall::UserPinPolicy => "Choose regions for new pins",
    }
}

/// All that can be ticked.
pub(super) fn scopes() -> KeyScopes {
    let scope = |scope: String, label: &str| KeyScope {
        scope,
        label: label.to_owned(),
    };
    KeyScopes {
        resources: RESOURCES
            .into_iter()
            .map(|(about, level)| ResourceScope {
                resource: about,
                level,
            })
            .map(|named| scope(named.to_string(), resource(named)))
            .collect(),
        legacy: LegacyCall::ALL
            .into_iter()
            .map(|call| scope(call.as_str().to_owned(), legacy(call)))
            .collect(),
    }
}

/// What a key may do: "Upload, list files".
pub(super) fn may(permissions: &Permissions) -> String {
    let phrases = phrases(permissions);
    match phrases.split_first() {
        None => NOTHING.to_owned(),
        Some((first, rest)) => std::iter::once(first.clone())
            .chain(rest.iter().map(|phrase| lower_first(phrase)))
            .collect::<Vec<_>>()
            .join(", "),
    }
}

/// Each thing once, reading left out where writing includes it.
fn phrases(permissions: &Permissions) -> Vec<String> {
    if permissions.admin {
        return vec!["Everything".to_owned()];
    }
    let has = |scope: ResourceScope| permissions.resources.contains(&scope);
    let both = |scope: ResourceScope| {
        let write = ResourceScope {
            level: Level::Write,
            ..scope
        };
        // The writing of files is not called so that listing them is heard in it.
        scope.level == Level::Read && scope.resource != Resource::Files && has(write)
    };
    let newer = RESOURCES
        .into_iter()
        .map(|(resource, level)| ResourceScope { resource, level })
        .filter(|scope| has(*scope) && !both(*scope))
        .map(resource);
    let older = permissions.legacy.iter().map(|call| legacy(*call));
    let mut phrases: Vec<String> = newer.chain(older).map(str::to_owned).collect();
    let others = &permissions.others;
    phrases.extend(others.iter().take(OTHERS_SHOWN).map(|name| clipped(name)));
    if let Some(more) = others
        .len()
        .checked_sub(OTHERS_SHOWN)
        .filter(|more| *more > 0)
    {
        phrases.push(format!("{more} more"));
    }
    phrases
}

fn clipped(name: &str) -> String {
    name.chars().take(60).collect()
}

fn lower_first(phrase: &str) -> String {
    let mut letters = phrase.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(letters).collect()
    })
}

/// What stands below a key's name.
pub(super) fn note(
    key: &Key,
    state: KeyState,
    account: AccountId,
    users: &[User],
) -> Option<String> {
    if let (KeyState::Good, Some(user)) = (state, users.first()) {
        let kept = match user.keep {
            Keep::Keychain => "In the system keychain.",
            Keep::UntilQuit => "Kept until Pinfold quits.",
        };
        return Some(if user.account == account {
            format!("This app uses it. {kept}")
        } else {
            format!("This app uses it for {}. {kept}", user.label)
        });
    }
    match (state, key.max_uses) {
        (KeyState::Spent, Some(1)) => Some("Its one use is spent.".to_owned()),
        (KeyState::Spent, _) => Some("All its uses are spent.".to_owned()),
        (KeyState::Revoked, _) => Some("Revoked.".to_owned()),
        (_, Some(1)) => Some("Ends after 1 use.".to_owned()),
        (_, Some(most)) => Some(format!("Ends after {} uses.", thousands(most))),
        _ => None,
    }
}

/// What revoking a key does.
pub(super) fn revoking(account: AccountId, users: &[User]) -> String {
    const ALWAYS: &str = "Pins stay. This cannot be taken back.";
    let labels: Vec<&str> = users.iter().map(|user| user.label.as_str()).collect();
    match users {
        [] => format!("Whatever uses this key stops working at once. {ALWAYS}"),
        [user] if user.account == account => format!(
            "Pinfold itself works with this key. Uploads, lists and watched folders of this account stop at once, until you give it another key. {ALWAYS}"
        ),
        _ => format!(
            "Pinfold itself works with this key, for {}. Uploads, lists and watched folders stop at once, until you give another key. {ALWAYS}",
            labels.join(" and ")
        ),
    }
}

/// The key that a form asks for, or why it cannot be.
pub(super) fn new_key(wish: &KeyWish) -> Result<NewKey, CommandError> {
    let refused = |sentence: &str| CommandError::new(ErrorCode::BadInput, sentence);
    let name = wish.name.trim();
    if name.is_empty() {
        return Err(refused("A key needs a name. Nothing was made."));
    }
    if wish.max_uses == Some(0) {
        return Err(refused("A key needs at least one use. Nothing was made."));
    }
    let permissions = permissions(wish)
        .ok_or_else(|| refused("There is no such permission. Nothing was made."))?;
    if !permissions.admin && permissions.legacy.is_empty() && permissions.resources.is_empty() {
        return Err(refused(
            "Tick at least one thing that the key may do. Nothing was made.",
        ));
    }
    Ok(NewKey {
        name: name.to_owned(),
        max_uses: wish.max_uses,
        permissions,
    })
}

/// `None` where a name is none.
fn permissions(wish: &KeyWish) -> Option<Permissions> {
    let mut permissions = Permissions {
        admin: wish.admin,
        ..Permissions::default()
    };
    if wish.admin {
        return Some(permissions);
    }
    for name in &wish.scopes {
        if let Some(call) = LegacyCall::named(name) {
            permissions.legacy.insert(call);
        } else {
            permissions.resources.insert(ResourceScope::named(name)?);
        }
    }
    Some(permissions)
}

/// What a key could do that a form describes.
pub(super) fn preview(wish: &KeyWish) -> KeyPreview {
    let permissions = permissions(wish).unwrap_or_default();
    if permissions.admin {
        return KeyPreview {
            sentence: "This key can do everything with the account, also make and revoke keys."
                .into(),
            strong: true,
        };
    }
    let phrases = phrases(&permissions);
    if phrases.is_empty() {
        return KeyPreview {
            sentence: "Tick what this key may do.".into(),
            strong: false,
        };
    }
    let strong = changes(&permissions);
    let unpins = permissions.legacy.contains(&LegacyCall::Unpin)
        || writes(&permissions.resources, &[Resource::Files, Resource::Org]);
    let mut sentence = format!("This key can {}.", listed(&phrases));
    if unpins {
        sentence.push_str(" Whoever has it can unpin every file.");
    } else if !strong {
        sentence.push_str(" It cannot change anything.");
    }
    if permissions.legacy.is_empty() {
        sentence.push_str(" Programs that speak the older API cannot use it.");
    } else if permissions.resources.is_empty() {
        sentence.push_str(" Programs that speak the newer API cannot use it.");
    }
    KeyPreview { sentence, strong }
}

fn writes(resources: &BTreeSet<ResourceScope>, about: &[Resource]) -> bool {
    resources
        .iter()
        .any(|scope| scope.level == Level::Write && about.contains(&scope.resource))
}

fn changes(permissions: &Permissions) -> bool {
    let looks = |call: &LegacyCall| {
        matches!(
            call,
            LegacyCall::PinList | LegacyCall::UserPinnedDataTotal | LegacyCall::PinJobs
        )
    };
    permissions.legacy.iter().any(|call| !looks(call))
        || permissions
            .resources
            .iter()
            .any(|scope| scope.level == Level::Write)
}

/// "list files, read groups and see imports"
fn listed(phrases: &[String]) -> String {
    let phrases: Vec<String> = phrases.iter().map(|phrase| lower_first(phrase)).collect();
    match phrases.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut shown = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            shown.push(',');
        }
        shown.push(digit);
    }
    shown
}

/// A service that has no keys to manage.
pub(super) fn none(service: &str) -> CommandError {
    CommandError::new(
        ErrorCode::MissingScope,
        format!(
            "{service} does not let apps manage API keys. Make and revoke them on its own pages."
        ),
    )
}

/// A service's refusal of a call about keys, in their words.
pub(super) fn refused(told: CommandError, service: &str) -> CommandError {
    let message = match told.code {
        ErrorCode::MissingScope => format!(
            "The key that Pinfold uses may not manage API keys: that takes the scope admin. Make a key with it at {service}, and replace the key of this account."
        ),
        ErrorCode::NotFound => {
            format!("{service} does not know this key any more. Refresh the list.")
        }
        _ => return told,
    };
    CommandError { message, ..told }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(scopes: &[&str]) -> KeyWish {
        KeyWish {
            name: "printer".into(),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            ..KeyWish::default()
        }
    }

    #[test]
    fn every_scope_of_the_form_is_one_that_can_be_asked_for() {
        let scopes = scopes();
        let all = scopes.resources.iter().chain(&scopes.legacy);
        let names: Vec<&str> = all.map(|scope| scope.scope.as_str()).collect();
        assert_eq!(names.len(), 20);
        let made = new_key(&wish(&names)).expect("a key");
        let asked = made.permissions.legacy.len() + made.permissions.resources.len();
        assert_eq!(asked, 20);
    }

    #[test]
    fn a_key_without_a_name_a_use_or_a_permission_is_refused_before_anything_is_asked() {
        let nameless = KeyWish {
            name: " ".into(),
            ..wish(&["unpin"])
        };
        let useless = KeyWish {
            max_uses: Some(0),
            ..wish(&["unpin"])
        };
        for bad in [nameless, useless, wish(&[]), wish(&["org:moon:read"])] {
            let error = new_key(&bad).expect_err("no key");
            assert_eq!(error.code, ErrorCode::BadInput);
            assert!(error.message.ends_with("Nothing was made."));
        }
    }

    #[test]
    fn the_form_says_what_a_key_could_do() {
        let says = |scopes: &[&str]| preview(&wish(scopes)).sentence;
        assert_eq!(says(&[]), "Tick what this key may do.");
        assert_eq!(
            says(&["org:files:read", "org:groups:read", "pinJobs"]),
            "This key can list files, read groups and see imports. It cannot change anything."
        );
        assert_eq!(
            says(&["unpin"]),
            "This key can unpin. Whoever has it can unpin every file. Programs that speak the newer API cannot use it."
        );
    }

    #[test]
    fn figures_have_separators() {
        let shown = [1, 999, 1_000, 1_234_567].map(thousands);
        assert_eq!(shown, ["1", "999", "1,000", "1,234,567"]);
    }
}
