//! Pins that a rule let go, and the ledger as a file.

use std::io::Write;

use serde::Serialize;
use serde_json::{Value, json};
use specta::Type;

use super::rows::{self, Query, Unpin};
use super::view::LedgerRow;
use super::{Watches, words};
use crate::clock::Millis;
use crate::error::CommandError;
use crate::export::{Export, ExportForm};
use crate::pins::{PinText, Scalar};
use crate::store::{Tx, Urgency};

/// Rows read at a time for an export.
const AT_ONCE: usize = 1_000;

/// What an exported row tells.
const HEADS: [&str; 8] = [
    "path", "state", "reason", "size", "at", "cid", "check", "version",
];

/// What became of a pin that a rule let go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum UnpinState {
    /// The service is still to be asked.
    Due,
    /// The service no longer keeps it.
    Done,
    /// It stayed: another file has the same content.
    Needed,
    /// It stayed: it was pinned before, and not by this folder.
    NotOurs,
    /// It was pinned again.
    TakenBack,
}

/// A pin that a rule let go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct UnpinRow {
    /// Its number.
    #[specta(type = u32)]
    pub id: i64,
    /// The file's path; text to show.
    pub path: String,
    /// When the rule spoke.
    #[specta(type = u32)]
    pub at: Millis,
    /// Why, and what became of it.
    pub sentence: String,
    /// What became of it.
    pub state: UnpinState,
    /// The CID.
    pub cid: String,
    /// The pin's name.
    pub name: Option<String>,
    /// Its key-values.
    pub keyvalues: Vec<(String, Scalar)>,
}

/// A window of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
pub struct UnpinPage {
    /// Rows of the folder.
    #[specta(type = u32)]
    pub total: u64,
    /// The window, newest first.
    pub rows: Vec<UnpinRow>,
}

impl Watches {
    /// A window of the journal of unpins, at most 200 rows.
    pub fn journal(&self, id: i64, from: usize, n: usize) -> Result<UnpinPage, CommandError> {
        let (total, found) = self
            .store
            .ledger
            .read(|tx| rows::unpins(tx, id, from, n.clamp(1, 200)))?;
        Ok(UnpinPage {
            total,
            rows: found.into_iter().map(row).collect(),
        })
    }

    /// Pins again what a rule let go. What the service was not asked about yet just stays.
    pub async fn take_back(&self, id: i64, unpin: i64) -> Result<(), CommandError> {
        let found = self.store.ledger.read(|tx| rows::unpin_of(tx, id, unpin))?;
        let Some(found) = found else {
            return Err(CommandError::gone("This entry of the journal"));
        };
        // Marked first, so that the folder does not let go of it meanwhile.
        let write = move |tx: &Tx| rows::set_unpin(tx, unpin, "taken_back");
        self.store.ledger.write(Urgency::Click, write).await?;
        if found.state == "done" {
            let text = PinText {
                name: found.name,
                keyvalues: serde_json::from_str(&found.keyvalues).unwrap_or_default(),
            };
            let again = self
                .pins
                .pin_again(found.account, &found.service_cid, text)
                .await;
            if let Err(error) = again {
                let write = move |tx: &Tx| rows::set_unpin(tx, unpin, "done");
                self.store.ledger.write(Urgency::Click, write).await?;
                return Err(error);
            }
        }
        self.changed(id);
        Ok(())
    }

    /// Writes the whole ledger of a folder. Reads it in portions, so that memory does not grow with it.
    pub fn export(
        &self,
        id: i64,
        form: ExportForm,
        to: &mut dyn Write,
    ) -> Result<u64, CommandError> {
        let stored = self.stored(id)?;
        let service = words::service(&self.accounts.get(stored.account)?);
        let query = Query {
            by_path: true,
            ..Query::default()
        };
        let mut export = Export::begin(to, form, &HEADS)?;
        let mut from = 0;
        loop {
            let (_, found) = self
                .store
                .ledger
                .read(|tx| rows::page(tx, id, &query, from, AT_ONCE))?;
            for shown in &found {
                export.row(values(&self.entry_row(shown, &stored, &service)?))?;
            }
            from += found.len();
            if found.len() < AT_ONCE {
                return export.end();
            }
        }
    }
}

fn row(unpin: Unpin) -> UnpinRow {
    let (state, became) = match unpin.state.as_str() {
        "due" => (UnpinState::Due, "The service is still to be asked."),
        "needed" => (
            UnpinState::Needed,
            "Its pin stayed: another file has the same content.",
        ),
        "not_ours" => (
            UnpinState::NotOurs,
            "Its pin stayed: it was pinned before this folder was watched.",
        ),
        "taken_back" => (
            UnpinState::TakenBack,
            "You took it back; its pin stays or was asked for again.",
        ),
        _ => (UnpinState::Done, "The service no longer keeps it."),
    };
    let why = if unpin.why == "replaced" {
        "A newer version took its place."
    } else {
        "It was deleted from the folder."
    };
    let keyvalues: std::collections::BTreeMap<String, Scalar> =
        serde_json::from_str(&unpin.keyvalues).unwrap_or_default();
    UnpinRow {
        id: unpin.id,
        path: unpin.shown,
        at: unpin.at,
        sentence: format!("{why} {became}"),
        state,
        cid: unpin.service_cid,
        name: unpin.name,
        keyvalues: keyvalues.into_iter().collect(),
    }
}

fn time(at: Millis) -> String {
    jiff::Timestamp::from_millisecond(at)
        .map(|at| at.to_string())
        .unwrap_or_default()
}

/// The values of a row, in the order of [`HEADS`].
fn values(row: &LedgerRow) -> Vec<Value> {
    vec![
        json!(row.path),
        json!(row.state),
        json!(row.sentence),
        json!(row.size),
        json!(time(row.at)),
        json!(row.cid),
        json!(row.check),
        json!(row.version),
    ]
}
