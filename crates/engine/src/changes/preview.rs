//! What an edit would do, before anything is sent.

use serde::Serialize;
use specta::Type;

use super::plan::{self, Effect};
use super::{AT_ONCE, ChangeWhat, Changes, EditOfMany};
use crate::error::CommandError;
use crate::message::shortened;
use crate::pins::{PinEdit, Scalar, Selection};

/// Rows that are shown one by one.
const SHOWN: usize = 5;

/// What an edit would do to the selected pins.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangePreview {
    /// Pins that are selected.
    #[specta(type = u32)]
    pub total: usize,
    /// Pins that would be changed.
    #[specta(type = u32)]
    pub changed: usize,
    /// Pins that are so already.
    #[specta(type = u32)]
    pub unchanged: usize,
    /// Pins that cannot be changed so.
    #[specta(type = u32)]
    pub impossible: usize,
    /// The first of those that would be changed, and of those that cannot be.
    pub rows: Vec<PreviewRow>,
}

/// One pin, before and after.
#[derive(Debug, Clone, PartialEq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PreviewRow {
    /// Its name now, or its CID where it has none.
    pub before: String,
    /// Its name afterwards, where that is another.
    pub after: Option<String>,
    /// Key-values that are set.
    pub set: Vec<(String, String)>,
    /// Keys that are taken away.
    pub removed: Vec<String>,
    /// Why it cannot be.
    pub problem: Option<String>,
}

/// Names and values come from anywhere, and are as long as anyone likes.
fn shown(text: &str) -> String {
    shortened(text, 300)
}

impl Changes {
    /// What an edit makes of one pin, at this place of so many; `None` where it is so already.
    pub(crate) fn edit_of(
        &self,
        id: i64,
        edit: &EditOfMany,
        of: (usize, usize),
    ) -> Result<Option<PinEdit>, CommandError> {
        plan::check(&ChangeWhat::Edit(edit.clone()))?;
        let row = self.pins.named(&[id])?.pop();
        let pin = row.ok_or_else(|| CommandError::gone("This pin"))?.pin;
        match plan::effect(edit, pin.name.as_deref(), &pin.cid, &pin.keyvalues, of) {
            Effect::Nothing => Ok(None),
            Effect::Edit(made) => Ok(Some(made)),
            Effect::Cannot(error) => Err(error),
        }
    }

    /// What an edit would do to these.
    pub fn preview(
        &self,
        selection: &Selection,
        edit: &EditOfMany,
    ) -> Result<ChangePreview, CommandError> {
        plan::check(&ChangeWhat::Edit(edit.clone()))?;
        let (account, ids) = self.pins.selected(selection)?;
        let edit = &self.kept(account, edit.clone())?;
        let mut preview = ChangePreview::default();
        let mut impossible = Vec::new();
        for some in ids.chunks(AT_ONCE) {
            for row in self.pins.named(some)? {
                let place = (preview.total, ids.len());
                preview.total += 1;
                let (pin, name) = (&row.pin, row.pin.name.as_deref());
                let mut told = PreviewRow {
                    before: shown(name.unwrap_or(&pin.cid)),
                    after: None,
                    set: Vec::new(),
                    removed: Vec::new(),
                    problem: None,
                };
                match plan::effect(edit, name, &pin.cid, &pin.keyvalues, place) {
                    Effect::Nothing => preview.unchanged += 1,
                    Effect::Edit(made) => {
                        preview.changed += 1;
                        if preview.rows.len() < SHOWN {
                            told.after = made.name.as_deref().map(shown);
                            let set = made.set.iter();
                            let words = |(key, value): &(String, Scalar)| {
                                (shown(key), shown(&value.to_string()))
                            };
                            told.set = set.map(words).collect();
                            told.removed = made.remove.iter().map(|key| shown(key)).collect();
                            preview.rows.push(told);
                        }
                    }
                    Effect::Cannot(error) => {
                        preview.impossible += 1;
                        if impossible.len() < SHOWN {
                            told.problem = Some(error.message);
                            impossible.push(told);
                        }
                    }
                }
            }
        }
        preview.rows.append(&mut impossible);
        Ok(preview)
    }
}
