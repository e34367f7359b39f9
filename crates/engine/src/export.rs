//! Lists as files for other programs: CSV (RFC 4180) and JSON, written row by row, so that memory does not grow with them.

use std::io::Write;

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
        self.to
            .write_all(text.as_bytes())
            .map_err(|error| failed(&error))
    }
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
