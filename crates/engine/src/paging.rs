//! Reading a list page by page to its end, where it has one.

use std::collections::HashSet;

use crate::error::{CommandError, ErrorCode};

/// The way through a list. One that leads back to where it was, or is longer than a list can be, is given up: who reads
/// it would never be done.
pub(crate) struct Pages {
    most: usize,
    seen: HashSet<String>,
}

impl Pages {
    /// Through a list of at most so many pages.
    pub(crate) fn up_to(most: usize) -> Self {
        Self {
            most,
            seen: HashSet::new(),
        }
    }

    /// Goes on to the page of this token. `service` says that there is one.
    pub(crate) fn go_on(&mut self, token: &str, service: &str) -> Result<(), CommandError> {
        if self.seen.len() + 1 < self.most && self.seen.insert(token.to_owned()) {
            return Ok(());
        }
        let sentence = format!(
            "{service} gives a list that never ends, so it was not read any further. Try again later."
        );
        Err(CommandError::new(ErrorCode::Unexpected, sentence))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_leads_back_to_itself_or_never_ends_is_given_up() {
        let mut circle = Pages::up_to(100);
        assert!(circle.go_on("a", "S").is_ok() && circle.go_on("b", "S").is_ok());
        assert!(circle.go_on("a", "S").is_err());
        let mut endless = Pages::up_to(100);
        let read = (0..).take_while(|n| endless.go_on(&n.to_string(), "S").is_ok());
        assert_eq!(read.count(), 99, "and the first one");
    }
}
