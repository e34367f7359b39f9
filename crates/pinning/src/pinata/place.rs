//! Where a list is continued.

use crate::{Error, PageToken};

/// A page token that says which list it belongs to.
pub(super) enum Place {
    /// The service's own token.
    V3(String),
    /// A row of a list that is counted by rows, and the id of the first row of the page before it: a server that
    /// gives that row again does not count, and its list would never end.
    Row { row: usize, before: Option<String> },
}

impl Place {
    pub(super) fn of(token: &PageToken) -> Result<Self, Error> {
        match token.as_str().split_once(':') {
            Some(("v3", place)) => Ok(Self::V3(place.to_owned())),
            Some(("legacy", place)) => {
                let (row, before) = match place.split_once(':') {
                    Some((row, before)) => (row, Some(before.to_owned())),
                    None => (place, None),
                };
                let row = row.parse().map_err(|_| bad_token())?;
                Ok(Self::Row { row, before })
            }
            _ => Err(bad_token()),
        }
    }

    /// The place after a page of `rows` rows that began at `row` with the row `first`; `None` at the end, which is
    /// an empty page (a short one may be a server with a smaller limit) or one that was there before.
    pub(super) fn after_rows(
        row: usize,
        rows: usize,
        first: Option<&str>,
        before: Option<&str>,
    ) -> Option<Self> {
        if rows == 0 || (first.is_some() && first == before) {
            return None;
        }
        Some(Self::Row {
            row: row + rows,
            before: first.map(str::to_owned),
        })
    }

    pub(super) fn token(&self) -> PageToken {
        PageToken::new(match self {
            Self::V3(place) => format!("v3:{place}"),
            Self::Row { row, before: None } => format!("legacy:{row}"),
            Self::Row {
                row,
                before: Some(before),
            } => format!("legacy:{row}:{before}"),
        })
    }
}

/// A token of another service, or of another kind of list.
pub(super) fn bad_token() -> Error {
    Error::refused(
        "BAD_PAGE_TOKEN",
        "the page token is not one of this service",
    )
}
