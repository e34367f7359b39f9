//! What became of an edit whose answer was lost: the service is asked once what it keeps.

use pinning::{Delivered, Priority};

use super::work::{edited, listed};
use super::{PinEdit, rows};

/// Whether the service kept what an edit asks for although its answer was lost, and under which id where that is another one.
/// `None`: nothing is known of it.
pub(super) async fn kept_all_the_same(
    pins: &dyn pinning::Pins,
    row: &rows::Mirrored,
    edit: &PinEdit,
    error: &pinning::Error,
) -> Option<Option<String>> {
    if error.delivered == Delivered::NotSent {
        return None;
    }
    let found = pins.find(&row.pin.cid, Priority::Click).await.ok()?;
    let mut here: Vec<_> = found
        .into_iter()
        .map(listed)
        .filter(|pin| pin.public == row.pin.public)
        .collect();
    let same = |pin: &rows::Listed| Some(pin.service_id.as_str()) == row.service_id();
    let now = match here.iter().position(same) {
        Some(at) => here.swap_remove(at),
        // Pinning services give what was edited another id. Of several, it could be any.
        None if here.len() == 1 => here.pop()?,
        None => return None,
    };
    let name = edit.name.is_none() || edit.name == now.name;
    let keyvalues = edited(&row.pin.keyvalues, edit).is_ok_and(|after| after == now.keyvalues);
    let renamed = (!same(&now)).then(|| now.service_id.clone());
    (name && keyvalues).then_some(renamed)
}
