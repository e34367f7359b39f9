//! How much goes to the page at once. Names and reasons come from anywhere and are as long as anyone likes, so a list is
//! told up to a number of bytes, not of rows; the rest is counted.

use serde::Serialize;

/// No message between the page and the engine has more bytes of JSON.
pub const MOST: usize = 256 * 1024;

/// A part of one message.
pub(crate) struct Room {
    left: usize,
}

impl Room {
    /// So many bytes of JSON.
    pub(crate) fn of(bytes: usize) -> Self {
        Self { left: bytes }
    }

    /// Whether this is told too. Where something was not, nothing after it is: what is told is the beginning of its list.
    pub(crate) fn takes(&mut self, told: &impl Serialize) -> bool {
        // The comma that stands after it counts too.
        let bytes = serde_json::to_string(told).map_or(usize::MAX, |text| text.len() + 1);
        let left = self.left.checked_sub(bytes);
        self.left = left.unwrap_or_default();
        left.is_some()
    }
}

/// The beginning and the end of a text of which at most so many characters are shown.
pub(crate) fn shortened(text: &str, most: usize) -> String {
    let count = text.chars().count();
    if count <= most {
        return text.to_owned();
    }
    let head: String = text.chars().take(most - most / 3 - 1).collect();
    let tail: String = text.chars().skip(count - most / 3).collect();
    format!("{head}…{tail}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_the_beginning_of_a_list_however_it_is_escaped() {
        let mut room = Room::of(30);
        let told: Vec<&str> = ["plain", "\u{1}\u{2}", "\u{1}\u{2}\u{3}", "x"]
            .into_iter()
            .filter(|name| room.takes(name))
            .collect();
        assert_eq!(told, ["plain", "\u{1}\u{2}"]);
    }

    #[test]
    fn a_long_text_keeps_its_beginning_and_its_end() {
        assert_eq!(shortened("short", 9), "short");
        assert_eq!(shortened("a long name.txt", 9), "a lon…txt");
    }
}
