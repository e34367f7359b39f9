//! What a change makes of one pin: no clock, no requests.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{ChangeWhat, EditOfMany};
use crate::error::{CommandError, ErrorCode};
use crate::pins::{MOST_KEYVALUES, PinEdit, Scalar, edited};

/// The most characters of a name.
const LONGEST_NAME: usize = 245;

/// What an edit does to one pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Effect {
    /// It is so already.
    Nothing,
    /// This is asked for.
    Edit(PinEdit),
    /// It cannot be, for this reason.
    Cannot(CommandError),
}

/// Whether it makes sense for any pin.
pub(super) fn check(what: &ChangeWhat) -> Result<(), CommandError> {
    let ChangeWhat::Edit(edit) = what else {
        return Ok(());
    };
    let wrong = |sentence: &str| Err(CommandError::new(ErrorCode::BadInput, sentence));
    if edit.rename.is_none() && edit.set.is_empty() && edit.remove.is_empty() {
        return wrong("Say what is to change: the name, or a key-value.");
    }
    if let Some(template) = &edit.rename {
        if template.trim().is_empty() {
            return wrong("A name needs at least one character, {name} for instance.");
        }
        if let Some(word) = unknown_word(template) {
            return wrong(&format!(
                "{{{word}}} is not known in a name. Use {{name}}, {{stem}}, {{ext}} or {{n}}."
            ));
        }
    }
    let mut keys = edit.set.iter().map(|(key, _)| key).chain(&edit.remove);
    if keys.any(|key| key.trim().is_empty()) {
        return wrong("A key-value needs a key.");
    }
    if edit.set.len() > MOST_KEYVALUES {
        return wrong(&format!("A pin takes at most {MOST_KEYVALUES} key-values."));
    }
    if let Some((key, _)) = edit.set.iter().find(|(key, _)| edit.remove.contains(key)) {
        return wrong(&format!("“{key}” is both set and removed. Choose one."));
    }
    Ok(())
}

/// What an edit does to the pin at this place of so many. `keyvalues`: those it has.
pub(super) fn effect(
    edit: &EditOfMany,
    name: Option<&str>,
    cid: &str,
    keyvalues: &BTreeMap<String, Scalar>,
    (place, total): (usize, usize),
) -> Effect {
    let rename = edit
        .rename
        .as_ref()
        .map(|template| named(template, name.unwrap_or(cid), place + 1, total))
        .filter(|new| Some(new.as_str()) != name);
    let set = edit.set.iter();
    let set = set.filter(|(key, value)| keyvalues.get(key) != Some(value));
    let remove = edit.remove.iter();
    let remove = remove.filter(|key| keyvalues.contains_key(*key));
    let made = PinEdit {
        name: rename,
        set: set.cloned().collect(),
        remove: remove.cloned().collect(),
    };
    if made.name.is_none() && made.set.is_empty() && made.remove.is_empty() {
        return Effect::Nothing;
    }
    match edited(keyvalues, &made) {
        Ok(_) => Effect::Edit(made),
        Err(error) => Effect::Cannot(error),
    }
}

/// A template filled: `{n}` counts from 1, with zeros so that all are as long as the last. What the name itself holds is
/// taken as it is.
fn named(template: &str, name: &str, n: usize, total: usize) -> String {
    let (stem, ext) = match name.rsplit_once('.') {
        Some((stem, ext)) if !stem.is_empty() => (stem, ext),
        _ => (name, ""),
    };
    let width = total.to_string().len();
    let mut filled = String::new();
    let mut rest = template;
    while let Some(at) = rest.find('{') {
        filled.push_str(&rest[..at]);
        rest = &rest[at..];
        let Some(end) = rest.find('}') else { break };
        match &rest[1..end] {
            "name" => filled.push_str(name),
            "stem" => filled.push_str(stem),
            "ext" => filled.push_str(ext),
            "n" => {
                let _ = write!(filled, "{n:0width$}");
            }
            _ => filled.push_str(&rest[..=end]),
        }
        rest = &rest[end + 1..];
    }
    filled.push_str(rest);
    filled.trim().chars().take(LONGEST_NAME).collect()
}

fn unknown_word(template: &str) -> Option<&str> {
    template
        .split('{')
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(word, _)| word)
        .find(|word| !["name", "stem", "ext", "n"].contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(template: &str, name: &str, n: usize, total: usize) -> String {
        named(template, name, n, total)
    }

    #[test]
    fn a_template_numbers_with_zeros_and_takes_a_name_as_it_is() {
        assert_eq!(of("Print {n}.{ext}", "a.tif", 7, 120), "Print 007.tif");
        assert_eq!(of("{stem}-web.{ext}", "a.b.png", 1, 1), "a.b-web.png");
        assert_eq!(of("x {name}", "{n} {stem}.txt", 3, 9), "x {n} {stem}.txt");
        assert_eq!(of("{name", "a", 1, 1), "{name");
        assert_eq!(of("{ext}|{stem}", ".profile", 1, 1), "|.profile");
    }

    #[test]
    fn what_is_so_already_is_not_asked_for_and_what_does_not_fit_is_told() {
        let pairs = |n: usize| (0..n).map(|n| (format!("k{n}"), "v".into())).collect();
        let edit = |set: &[(&str, &str)], remove: &[&str]| EditOfMany {
            rename: Some("{name}".into()),
            set: set
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).into()))
                .collect(),
            remove: remove.iter().map(|key| (*key).to_owned()).collect(),
        };
        let effect = |edit: &EditOfMany, held: &BTreeMap<String, Scalar>| {
            super::effect(edit, Some("a"), "cid", held, (0, 1))
        };
        assert_eq!(
            effect(&edit(&[("k0", "v")], &["gone"]), &pairs(1)),
            Effect::Nothing
        );
        let Effect::Edit(made) = effect(&edit(&[("k0", "v"), ("new", "1")], &["k1"]), &pairs(2))
        else {
            panic!("it is an edit");
        };
        assert_eq!((made.set.len(), made.remove.len()), (1, 1));
        assert!(matches!(
            effect(&edit(&[("one more", "1")], &[]), &pairs(10)),
            Effect::Cannot(_)
        ));
    }

    #[test]
    fn an_edit_that_makes_no_sense_for_any_pin_is_refused_at_once() {
        let check = |edit: EditOfMany| check(&ChangeWhat::Edit(edit)).is_err();
        assert!(check(EditOfMany::default()));
        let rename = |template: &str| EditOfMany {
            rename: Some(template.into()),
            ..EditOfMany::default()
        };
        assert!(check(rename("{path}")) && check(rename(" ")));
        assert!(!check(rename("{n} {name}")));
        assert!(check(EditOfMany {
            set: vec![("a".into(), "1".into())],
            remove: vec!["a".into()],
            rename: None,
        }));
    }
}
