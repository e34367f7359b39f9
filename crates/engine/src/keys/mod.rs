//! API keys of an account: listing them, making them, and revoking them. What is secret about a new key is told once.

mod made;
mod view;
mod words;
mod work;

use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use specta::Type;

use crate::accounts::Accounts;
use crate::clock::{Clock, Millis};
use crate::store::Store;

/// Which keys to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeysShown {
    /// All of them.
    #[default]
    All,
    /// Those not revoked.
    Good,
    /// Those with a number of uses.
    Limited,
    /// Those whose uses are all spent.
    Exhausted,
    /// Those revoked.
    Revoked,
}

/// What the person asked to see.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Type)]
pub struct KeysQuery {
    /// Part of the name, whatever the case of its letters; empty for all.
    pub text: String,
    /// Which of them.
    pub shown: KeysShown,
}

/// Whether a key still works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// It does.
    Good,
    /// Its uses are spent.
    Spent,
    /// It was revoked.
    Revoked,
}

/// A key in the list. Nothing secret is in it.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyRow {
    /// Its public id, by which it is revoked.
    pub key: String,
    /// Its name.
    pub name: Option<String>,
    /// Whether it works.
    pub state: KeyState,
    /// Accounts of this app work with it.
    pub in_use: bool,
    /// What there is to say of it, in a sentence.
    pub note: Option<String>,
    /// What it may do, in plain words.
    pub may: String,
    /// How often it was used.
    #[specta(type = Option<u32>)]
    pub uses: Option<u64>,
    /// How often it may be used; without end where it is missing.
    #[specta(type = Option<u32>)]
    pub max_uses: Option<u64>,
    /// When it was made.
    #[specta(type = Option<u32>)]
    pub made_at: Option<Millis>,
    /// What revoking it does.
    pub revoking: String,
}

/// One page of the list.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyList {
    /// At most 200 keys, newest first.
    pub rows: Vec<KeyRow>,
    /// Where the list goes on; `None` at its end.
    pub next: Option<String>,
    /// When the service was asked.
    #[specta(type = u32)]
    pub as_of: Millis,
}

/// A key to make, as the form has it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KeyWish {
    /// Its name.
    pub name: String,
    /// It may do everything.
    pub admin: bool,
    /// What else it may do, by the service's names.
    pub scopes: Vec<String>,
    /// How often it may be used; without end where it is missing.
    #[specta(type = Option<u32>)]
    pub max_uses: Option<u64>,
}

/// Something that a key can be allowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct KeyScope {
    /// The service's name of it.
    pub scope: String,
    /// In plain words.
    pub label: String,
}

/// All that a key can be allowed, in the order of the form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct KeyScopes {
    /// Permissions of the newer API.
    pub resources: Vec<KeyScope>,
    /// Calls of the older API.
    pub legacy: Vec<KeyScope>,
}

/// What a key that is about to be made could do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct KeyPreview {
    /// In words.
    pub sentence: String,
    /// It can change or remove what is there.
    pub strong: bool,
}

/// A key that was just made. Its secrets stay here under the handle.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct MadeKey {
    /// Names it until [`Keys::close`].
    pub handle: String,
    /// Its name.
    pub name: String,
    /// What it may do, in plain words.
    pub may: String,
    /// An account of this app can work with it.
    pub usable: bool,
}

/// What is secret about a new key, told once. It is in no event and no log: neither `Debug` nor `Clone`, and its
/// texts are wiped when it goes.
#[derive(Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct RevealedKey {
    /// The public half of the older pair.
    pub api_key: String,
    /// The secret half, where the service gave one.
    pub api_secret: Option<String>,
    /// The token.
    pub jwt: String,
}

/// One part of a new key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum KeyPart {
    /// The public half of the older pair.
    ApiKey,
    /// The secret half.
    ApiSecret,
    /// The token.
    Jwt,
}

/// The API keys of all accounts.
pub struct Keys {
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    accounts: Arc<Accounts>,
    /// The key that was made last, until its sheet is closed.
    made: Mutex<Option<made::Made>>,
    /// What a service listed beyond one answer's worth.
    rest: Mutex<Option<work::Rest>>,
}

impl Keys {
    /// Takes its neighbours in.
    pub fn new(store: Arc<Store>, clock: Arc<dyn Clock>, accounts: Arc<Accounts>) -> Self {
        Self {
            store,
            clock,
            accounts,
            made: Mutex::default(),
            rest: Mutex::default(),
        }
    }

    /// All that a key can be allowed.
    pub fn scopes() -> KeyScopes {
        words::scopes()
    }

    /// What a key could do, before it is made.
    pub fn preview(wish: &KeyWish) -> KeyPreview {
        words::preview(wish)
    }
}
