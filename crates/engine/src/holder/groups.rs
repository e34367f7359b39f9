//! Groups of pins, as other processes ask for them.

use serde::{Deserialize, Serialize};

use super::answer::Say;
use super::{Reply, meant, pins};
use crate::Engine;
use crate::accounts::AccountId;
use crate::error::{CommandError, ErrorCode};
use crate::groups::GroupRow;
use crate::pins::{InGroup, PinNetwork};
use crate::store::Urgency;

/// What is asked of groups. A group is named by its whole name or the service's id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "each variant says what its fields are")]
pub enum GroupsAsked {
    /// A line for each, by name.
    List,
    /// Makes one.
    Create {
        name: String,
        network: PinNetwork,
        /// It may be seen without a key; `None` leaves that to the service.
        public: Option<bool>,
    },
    /// Gives one another name, or says who may see it.
    Edit {
        group: String,
        name: Option<String>,
        public: Option<bool>,
    },
    /// Removes groups; their pins stay, in no group.
    Remove { groups: Vec<String> },
    /// Puts pins, named by CID or whole name, into a group.
    PutIn { group: String, pins: Vec<String> },
    /// Takes pins out of a group; the pins stay.
    TakeOut { group: String, pins: Vec<String> },
}

/// A group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupLine {
    /// The service's id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `public` or `private`.
    pub network: String,
    /// It may be seen without a key; `None` where the service does not say.
    pub public: Option<bool>,
    /// Pins of the list that are in it.
    pub pins: usize,
}

impl GroupLine {
    fn new(row: &GroupRow) -> Self {
        Self {
            id: row.service_id.clone(),
            name: row.name.clone(),
            network: super::lines::word(row.network),
            public: row.public,
            pins: row.pins,
        }
    }
}

/// Answers what is asked of groups.
pub(super) async fn asked(
    engine: &Engine,
    account: AccountId,
    asked: GroupsAsked,
    say: &Say,
) -> Result<(), CommandError> {
    let groups = &engine.groups;
    match asked {
        GroupsAsked::List => {
            for group in &read(engine, account).await? {
                say.line(Reply::Group(GroupLine::new(group))).await?;
            }
            Ok(())
        }
        GroupsAsked::Create {
            name,
            network,
            public,
        } => {
            let made = groups.create(account, &name, network, public).await?;
            say.line(Reply::Group(GroupLine::new(&made))).await
        }
        GroupsAsked::Edit {
            group,
            name,
            public,
        } => {
            let id = the_one(engine, account, &group).await?.id;
            let edited = groups.edit(id, name.as_deref(), public).await?;
            say.line(Reply::Group(GroupLine::new(&edited))).await
        }
        GroupsAsked::Remove { groups: named } => {
            let mut meant = Vec::new();
            for name in named {
                meant.push(the_one(engine, account, &name).await?);
            }
            for group in meant {
                groups.delete(group.id).await?;
                say.line(Reply::Group(GroupLine::new(&group))).await?;
            }
            Ok(())
        }
        GroupsAsked::PutIn { group, pins } => {
            change(engine, account, (&group, true), &pins, say).await
        }
        GroupsAsked::TakeOut { group, pins } => {
            change(engine, account, (&group, false), &pins, say).await
        }
    }
}

/// Puts pins in, or takes them out; a line for each that was.
async fn change(
    engine: &Engine,
    account: AccountId,
    (group, add): (&str, bool),
    named: &[String],
    say: &Say,
) -> Result<(), CommandError> {
    let group = the_one(engine, account, group).await?;
    let mut meant = Vec::new();
    for pin in named {
        meant.push(meant::the_one(engine, account, pin).await?);
    }
    let what = if add {
        "was not put into"
    } else {
        "is still in"
    };
    let mut failed = Vec::new();
    for id in meant {
        let mut report = engine
            .groups
            .change_members(group.id, account, &[id], add, Urgency::Click)
            .await?;
        match report.failed.pop() {
            Some(not) => {
                let sentence = format!("{} {what} {}. {}", not.name, group.name, not.sentence);
                failed.push(CommandError::new(not.code, sentence));
            }
            None => pins::say_one(engine, account, id, say).await?,
        }
    }
    say.all_failed(failed).await
}

/// The service's groups as they are now.
async fn read(engine: &Engine, account: AccountId) -> Result<Vec<GroupRow>, CommandError> {
    engine.groups.refresh(account).await?;
    let list = engine.groups.list(account)?;
    if list.offered {
        return Ok(list.groups);
    }
    Err(CommandError::new(
        ErrorCode::MissingScope,
        "This service has no groups for this key.",
    ))
}

/// The one group that is meant by a whole name or the service's id.
pub(super) async fn the_one(
    engine: &Engine,
    account: AccountId,
    named: &str,
) -> Result<GroupRow, CommandError> {
    let known = engine.groups.list(account)?.groups;
    if let Some(one) = meant(known, named)? {
        return Ok(one);
    }
    meant(read(engine, account).await?, named)?.ok_or_else(|| {
        CommandError::new(
            ErrorCode::NotFound,
            format!("No group is called “{named}”."),
        )
    })
}

fn meant(known: Vec<GroupRow>, named: &str) -> Result<Option<GroupRow>, CommandError> {
    let is = |group: &GroupRow| group.service_id == named || group.name == named;
    let mut meant: Vec<GroupRow> = known.into_iter().filter(is).collect();
    if meant.len() > 1 {
        return Err(CommandError::new(
            ErrorCode::BadInput,
            format!(
                "{} groups are called “{named}”. Use the id of the one that is meant.",
                meant.len()
            ),
        ));
    }
    Ok(meant.pop())
}

/// The filter for a group that a person named, or for pins in none.
pub(super) async fn filter(
    engine: &Engine,
    account: AccountId,
    named: &str,
) -> Result<InGroup, CommandError> {
    if named == "none" {
        return Ok(InGroup::None);
    }
    let group = the_one(engine, account, named).await?;
    Ok(InGroup::Group(group.service_id))
}
