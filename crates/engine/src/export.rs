//! Lists as files for other programs: CSV (RFC 4180) and JSON, written row by row, so that memory does not grow with them.

use std::io::Write;
use std::path::Path;

use serde::Deserialize;
use serde_json::{Map, Value};
use specta::Type;

use crate::error::{CommandError, ErrorCode};

/// The form of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "snake_case")]
pub enum ExportForm {
    /// A table; lists and objects stand in one cell.
    Csv,
    /// A list of objects.
    Json,
}

impl ExportForm {
    /// How the names of such files end.
    pub fn end(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// Writes a file where a person chose to have it: it is there whole, or as it was before. Blocks.
pub fn save<T>(
    path: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    // A link stays, and what it leads to is written.
    let path = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = path.with_file_name(format!(".pinfold-{}", uuid::Uuid::new_v4().simple()));
    let saved = save_beside(&path, &beside, write);
    if saved.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    saved
}

fn save_beside<T>(
    path: &Path,
    beside: &Path,
    write: impl FnOnce(&mut dyn Write) -> Result<T, CommandError>,
) -> Result<T, CommandError> {
    let not_written = |error: std::io::Error| failed(&error);
    let file = std::fs::File::create_new(beside).map_err(not_written)?;
    let mut to = std::io::BufWriter::new(file);
    let written = write(&mut to)?;
    let file = to
        .into_inner()
        .map_err(|error| not_written(error.into_error()))?;
    file.sync_all().map_err(not_written)?;
    std::fs::rename(beside, path).map_err(not_written)?;
    Ok(written)
}

/// A file that is being written.
pub(crate) struct Export<'a> {
    to: &'a mut dyn Write,
    form: ExportForm,
    heads: &'a [&'a str],
    rows: u64,
}

impl<'a> Export<'a> {
    /// Begins it.
    pub(crate) fn begin(
        to: &'a mut dyn Write,
        form: ExportForm,
        heads: &'a [&'a str],
    ) -> Result<Self, CommandError> {
        let mut export = Self {
            to,
            form,
            heads,
            rows: 0,
        };
        match form {
            ExportForm::Csv => export.write(&csv_line(heads.iter()))?,
            ExportForm::Json => export.write("[")?,
        }
        Ok(export)
    }

    /// Writes a row: a value for each head.
    pub(crate) fn row(&mut self, values: Vec<Value>) -> Result<(), CommandError> {
        let text = match self.form {
            ExportForm::Csv => csv_line(values.iter().map(cell)),
            ExportForm::Json => {
                let names = self.heads.iter().map(|head| (*head).to_owned());
                let object: Map<String, Value> = names.zip(values).collect();
                let comma = if self.rows == 0 { "" } else { "," };
                format!("{comma}\n{}", Value::Object(object))
            }
        };
        self.rows += 1;
        self.write(&text)
    }

    /// Ends it; answers how many rows it has.
    pub(crate) fn end(mut self) -> Result<u64, CommandError> {
        if self.form == ExportForm::Json {
            self.write("\n]\n")?;
        }
        self.to.flush().map_err(|error| failed(&error))?;
        Ok(self.rows)
    }

    fn write(&mut self, text: &str) -> Result<(), CommandError> {
        put(self.to, text)
    }
}

/// Writes a text.
pub(crate) fn put(to: &mut dyn Write, text: &str) -> Result<(), CommandError> {
    to.write_all(text.as_bytes())
        .map_err(|error| failed(&error))
}

fn failed(error: &std::io::Error) -> CommandError {
    let sentence = "The file could not be written. Choose another place.";
    CommandError::new(ErrorCode::Internal, sentence).with_detail(error.to_string())
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A line of CSV, with its end. No cell is taken for a formula by a spreadsheet, and each may hold anything.
pub fn csv_line(cells: impl Iterator<Item = impl AsRef<str>>) -> String {
    let cells: Vec<String> = cells.map(|cell| quote(cell.as_ref())).collect();
    format!("{}\r\n", cells.join(","))
}

fn quote(field: &str) -> String {
    let harmless = if field.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{field}")
    } else {
        field.to_owned()
    };
    if harmless.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", harmless.replace('"', "\"\""))
    } else {
        harmless
    }
}

#[cfg(test)]
#[expect(clippy::disallowed_methods, reason = "a file of the test's own")]
mod tests {
    use super::*;

    #[test]
    fn a_cell_can_hold_anything_and_is_no_formula() {
        assert_eq!(quote("a,b"), "\"a,b\"");
        assert_eq!(quote("a\"b\nc"), "\"a\"\"b\nc\"");
        assert_eq!(quote("=1+1"), "'=1+1");
        assert_eq!(quote("plain.txt"), "plain.txt");
    }

    #[test]
    fn what_cannot_be_written_whole_leaves_what_was_there_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("pins.csv");
        let text = |path: &Path| std::fs::read_to_string(path).expect("reads");
        let all = || std::fs::read_dir(folder.path()).expect("a folder").count();
        let fails = |to: &mut dyn Write| {
            to.write_all(b"half of").expect("writes");
            Err::<(), _>(CommandError::gone("This list"))
        };
        assert!(save(&path, fails).is_err());
        assert_eq!(all(), 0, "there was nothing");

        let whole = |to: &mut dyn Write| {
            to.write_all(b"whole").expect("writes");
            Ok(5)
        };
        assert_eq!(save(&path, whole), Ok(5));
        assert!(save(&path, fails).is_err());
        assert_eq!((text(&path), all()), ("whole".to_owned(), 1));
        assert!(save(&folder.path().join("not/there.csv"), whole).is_err());
        #[cfg(unix)]
        {
            // A link stays one, and what it leads to is written.
            let link = folder.path().join("link.csv");
            std::os::unix::fs::symlink(&path, &link).expect("links");
            let other = |to: &mut dyn Write| to.write_all(b"other").map_err(|error| failed(&error));
            assert_eq!(save(&link, other), Ok(()));
            assert!(link.is_symlink() && text(&path) == "other");
        }
    }

    #[test]
    fn both_forms_hold_the_same_rows() {
        let written = |form| {
            let mut bytes = Vec::new();
            let heads = ["name", "size", "keyvalues"];
            let mut export = Export::begin(&mut bytes, form, &heads).expect("begins");
            let pairs = serde_json::json!({"a": "1"});
            export
                .row(vec!["@x".into(), 7.into(), pairs])
                .expect("writes");
            export
                .row(vec![Value::Null, Value::Null, Value::Null])
                .expect("writes");
            assert_eq!(export.end().expect("ends"), 2);
            String::from_utf8(bytes).expect("is text")
        };
        assert_eq!(
            written(ExportForm::Csv),
            "name,size,keyvalues\r\n'@x,7,\"{\"\"a\"\":\"\"1\"\"}\"\r\n,,\r\n"
        );
        let json: Value = serde_json::from_str(&written(ExportForm::Json)).expect("is JSON");
        assert_eq!(json[0]["keyvalues"]["a"], "1");
        assert!(json[1]["name"].is_null());
    }
}
