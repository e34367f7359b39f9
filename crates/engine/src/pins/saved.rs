//! Searches that a person named and kept, an account's own: groups and key-values are of one account.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{PinQuery, Pins};
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};

/// The most searches that are kept for one account.
const MOST: usize = 50;
/// The longest name, in characters.
const LONGEST_NAME: usize = 80;

/// A search in the side bar.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
pub struct SavedSearch {
    /// Its number.
    pub id: u32,
    /// What the person called it.
    pub name: String,
    /// What is asked.
    pub query: PinQuery,
    /// How many pins it finds now.
    #[specta(type = u32)]
    pub total: usize,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    id: u32,
    name: String,
    query: PinQuery,
}

fn beside_unreadable(mut stored: Vec<serde_json::Value>, kept: &[Kept]) -> Vec<serde_json::Value> {
    stored.retain(|value| readable(value).is_none());
    let known = kept.iter().map(serde_json::to_value);
    stored.extend(known.filter_map(Result::ok));
    stored
}

fn readable(value: &serde_json::Value) -> Option<Kept> {
    Kept::deserialize(as_it_was_meant(value.clone())).ok()
}

/// In searches of older versions the case of letters in key-values never counted.
fn as_it_was_meant(mut value: serde_json::Value) -> serde_json::Value {
    let conditions = value.pointer_mut("/query/filters/keyvalues");
    let conditions = conditions.and_then(serde_json::Value::as_array_mut);
    for condition in conditions.into_iter().flatten() {
        if let Some(members) = condition.as_object_mut() {
            members.entry("anyCase").or_insert(true.into());
        }
    }
    value
}

fn place(account: AccountId) -> String {
    format!("saved_searches:{account}")
}

impl Pins {
    /// The searches that were kept, in the order in which they were.
    pub fn saved(&self, account: AccountId) -> Result<Vec<SavedSearch>, CommandError> {
        let kept = self.kept_searches(account)?;
        self.with_catalogue(account, |catalogue| {
            let row = |kept: Kept| SavedSearch {
                // One that cannot be asked any more finds nothing, and can be removed.
                total: catalogue.count(&kept.query).unwrap_or(0),
                id: kept.id,
                name: kept.name,
                query: kept.query,
            };
            kept.into_iter().map(row).collect()
        })
    }

    /// Keeps a search under a name; another of this name gives way.
    pub async fn save(
        &self,
        account: AccountId,
        name: &str,
        query: PinQuery,
    ) -> Result<Vec<SavedSearch>, CommandError> {
        let name = name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                format!("A saved search needs a name of 1 to {LONGEST_NAME} characters."),
            ));
        }
        query.filters.ready()?;
        let mut kept = self.kept_searches(account)?;
        let id = kept
            .iter()
            .map(|kept| kept.id)
            .max()
            .unwrap_or(0)
            .wrapping_add(1);
        let name = name.to_owned();
        let full = kept.len() >= MOST;
        match kept.iter_mut().find(|kept| kept.name == name) {
            Some(same) => same.query = query,
            None if full => {
                return Err(CommandError::new(
                    ErrorCode::BadInput,
                    format!("{MOST} searches are saved, which is the most. Remove one first."),
                ));
            }
            None => kept.push(Kept { id, name, query }),
        }
        self.keep_searches(account, &kept).await?;
        self.saved(account)
    }

    /// Forgets a search. One that is not there any more needs nothing.
    pub async fn forget_saved(
        &self,
        account: AccountId,
        id: u32,
    ) -> Result<Vec<SavedSearch>, CommandError> {
        let mut kept = self.kept_searches(account)?;
        kept.retain(|kept| kept.id != id);
        self.keep_searches(account, &kept).await?;
        self.saved(account)
    }

    /// One of a newer version, which cannot be read, hides none of the others.
    fn kept_searches(&self, account: AccountId) -> Result<Vec<Kept>, CommandError> {
        let stored = self.stored_searches(account)?.into_iter();
        Ok(stored.filter_map(|value| readable(&value)).collect())
    }

    fn stored_searches(&self, account: AccountId) -> Result<Vec<serde_json::Value>, CommandError> {
        Ok(self.settings.kept(&place(account))?.unwrap_or_default())
    }

    /// Keeps these, and those that a newer version will read again.
    async fn keep_searches(&self, account: AccountId, kept: &[Kept]) -> Result<(), CommandError> {
        let all = beside_unreadable(self.stored_searches(account)?, kept);
        self.settings.keep(&place(account), &all).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_of_a_newer_version_outlives_a_change_by_this_one() {
        let newer = serde_json::json!({ "id": 7, "name": "of tomorrow", "query": { "stars": 5 } });
        let query = PinQuery::default();
        let old = Kept {
            id: 1,
            name: "old".to_owned(),
            query: query.clone(),
        };
        let stored = vec![newer.clone(), serde_json::to_value(&old).expect("JSON")];
        let new = Kept {
            id: 2,
            name: "new".to_owned(),
            query,
        };
        let all = beside_unreadable(stored, &[new]);
        assert_eq!((all.len(), &all[0]), (2, &newer));
        assert_eq!(all[1]["name"], "new");
    }
    #[test]
    fn a_search_that_was_kept_when_case_never_counted_finds_what_it_found() {
        let condition =
            serde_json::json!({ "key": "Paper", "operator": "is", "value": "baryta", "to": "" });
        let mut old = serde_json::to_value(Kept {
            id: 1,
            name: "prints".to_owned(),
            query: PinQuery::default(),
        })
        .expect("JSON");
        old["query"]["filters"]["keyvalues"] = serde_json::json!([condition]);
        let members = old["query"]["filters"].as_object_mut();
        members.expect("filters").remove("mime");
        let read = readable(&old).expect("is read");
        assert!(read.query.filters.keyvalues[0].any_case);
    }
}
