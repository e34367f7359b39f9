//! What a person pasted: looked at while it is typed, and asked for.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use pinning::Service;

use super::lists::Listed;
use super::paste::{Piece, content, pieces, spellings};
use super::rows::{self, Wish};
use super::{JobOptions, Jobs, LineKind, Pasted, PastedLine, nodes};
use crate::accounts::{AccountId, service_name};
use crate::announce::Noun;
use crate::error::{CommandError, ErrorCode};
use crate::message::shortened;
use crate::pins::MOST_KEYVALUES;
use crate::pins::Scalar;
use crate::store::Urgency;

/// Lines that are spoken of one by one.
const MOST_LINES: usize = 100;
/// The longest piece that is quoted in a sentence.
const QUOTED: usize = 48;
/// Rows put in by one transaction: other writes are not held up by a long list.
const AT_ONCE: usize = 500;
/// Host nodes that Pinata takes ("Pin by CID"), and origins that the pinning services API allows.
pub(super) const MOST_NODES: [usize; 2] = [5, 20];

/// What a piece turned out to be.
enum Found {
    Ready(String),
    Said(LineKind),
}

impl Jobs {
    /// What a text holds, for the account that it would be asked of.
    pub fn look_at(&self, account: AccountId, text: &str) -> Result<Pasted, CommandError> {
        let pieces = things(text)?;
        let found = self.sorted(account, &pieces)?;
        let several = {
            let mut lines: Vec<usize> = pieces.iter().map(|piece| piece.line).collect();
            lines.dedup();
            lines.len() != pieces.len()
        };
        let mut pasted = Pasted::default();
        let mut lines: Vec<(LineKind, usize)> = Vec::new();
        for (at, found) in found.iter().enumerate() {
            let kind = match found {
                Found::Ready(_) => {
                    pasted.ready += 1;
                    let inside = pieces[at]
                        .read
                        .as_ref()
                        .is_ok_and(|read| read.inside.is_some());
                    if !inside {
                        continue;
                    }
                    LineKind::Note
                }
                Found::Said(kind) => {
                    match kind {
                        LineKind::Wrong => pasted.wrong += 1,
                        LineKind::Repeated => pasted.repeated += 1,
                        LineKind::Asked => pasted.asked += 1,
                        LineKind::Pinned => pasted.pinned += 1,
                        LineKind::Note => {}
                    }
                    *kind
                }
            };
            lines.push((kind, at));
        }
        lines.sort_by_key(|(kind, at)| (*kind != LineKind::Wrong, *at));
        lines.truncate(MOST_LINES);
        let units = units_before(text, lines.iter().map(|(_, at)| pieces[*at].start));
        pasted.lines = lines
            .into_iter()
            .map(|(kind, at)| said(units[&pieces[at].start], &pieces[at], kind, several))
            .collect();
        Ok(pasted)
    }

    /// Asks for every CID of a text and of a list from a file, each once. Answers how many are asked for.
    pub async fn import(
        self: &Arc<Self>,
        account: AccountId,
        text: &str,
        list: Option<&str>,
        options: JobOptions,
    ) -> Result<u32, CommandError> {
        let listed = list.map(|id| self.lists().get(id)).transpose()?;
        self.require_jobs(account).await?;
        let service = self.accounts.service(account).await?;
        let wish = self.checked(account, &service, options)?;
        let (this, all) = (self.clone(), whole(text, listed.as_ref()));
        let cids = tokio::task::spawn_blocking(move || this.ready(account, &all))
            .await
            .map_err(|_| CommandError::gone("What was pasted"))??;
        if cids.is_empty() {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "There is no CID in this that is not pinned or asked for already.",
            ));
        }
        let now = self.clock.now();
        for some in cids.chunks(AT_ONCE) {
            let (some, wish) = (some.to_vec(), wish.clone());
            self.store
                .ledger
                .write(Urgency::Click, move |tx| {
                    for cid in some {
                        rows::insert(
                            tx,
                            account,
                            &Wish {
                                cid,
                                ..wish.clone()
                            },
                            now,
                        )?;
                    }
                    Ok(())
                })
                .await?;
        }
        if let Some(listed) = listed {
            self.lists().forget(&listed.id);
        }
        self.store.announcer.changed(Noun::Job, None);
        self.ask.notify_one();
        Ok(u32::try_from(cids.len()).unwrap_or(u32::MAX))
    }

    /// The CIDs of a text that can be asked for, each once.
    fn ready(&self, account: AccountId, text: &str) -> Result<Vec<String>, CommandError> {
        let found = self.sorted(account, &things(text)?)?;
        let ready = found.into_iter().filter_map(|found| match found {
            Found::Ready(cid) => Some(cid),
            Found::Said(_) => None,
        });
        Ok(ready.collect())
    }

    /// What is wrong with the address of a computer, as typed; `None` where nothing is.
    pub fn check_node(&self, text: &str) -> Option<String> {
        nodes::mistake(text)
    }

    pub(super) fn check_nodes(
        &self,
        account: AccountId,
        service: &Arc<dyn Service>,
        given: &[String],
    ) -> Result<Vec<String>, CommandError> {
        let given: Vec<String> = given
            .iter()
            .map(|node| node.trim().to_owned())
            .filter(|node| !node.is_empty())
            .collect();
        if let Some(why) = given.iter().find_map(|node| nodes::mistake(node)) {
            return Err(CommandError::new(ErrorCode::BadInput, why));
        }
        let most = MOST_NODES[usize::from(service.requests().is_some())];
        if given.len() > most {
            let name = service_name(&self.accounts.get(account)?);
            return Err(CommandError::new(
                ErrorCode::BadInput,
                format!("{name} takes at most {most} addresses."),
            ));
        }
        Ok(given)
    }

    fn checked(
        &self,
        account: AccountId,
        service: &Arc<dyn Service>,
        options: JobOptions,
    ) -> Result<Wish, CommandError> {
        let nodes = self.check_nodes(account, service, &options.host_nodes)?;
        let keyvalues: BTreeMap<String, Scalar> = options.keyvalues.into_iter().collect();
        if keyvalues.keys().any(|key| key.trim().is_empty()) {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                "A key-value needs a key. Nothing was asked for.",
            ));
        }
        if keyvalues.len() > MOST_KEYVALUES {
            return Err(CommandError::new(
                ErrorCode::BadInput,
                format!("A pin takes at most {MOST_KEYVALUES} key-values. Remove one first."),
            ));
        }
        let name = options.name.map(|name| name.trim().to_owned());
        Ok(Wish {
            cid: String::new(),
            name: name.filter(|name| !name.is_empty()),
            keyvalues,
            group: options.group,
            nodes,
        })
    }

    fn sorted(&self, account: AccountId, pieces: &[Piece<'_>]) -> Result<Vec<Found>, CommandError> {
        let spelled: Vec<Vec<String>> = pieces
            .iter()
            .map(|piece| {
                let read = piece.read.as_ref().map(|address| spellings(&address.cid));
                read.unwrap_or_default()
            })
            .collect();
        let kept = self
            .pins
            .kept(account, spelled.iter().flatten().map(String::as_str))?;
        let open = self
            .store
            .ledger
            .read(|tx| rows::open_contents(tx, account))?;
        let mut seen = HashSet::new();
        let found = pieces.iter().zip(&spelled).map(|(piece, spellings)| {
            let Ok(address) = &piece.read else {
                return Found::Said(LineKind::Wrong);
            };
            let content = content(&address.cid);
            if spellings.iter().any(|cid| kept.contains(cid.as_str())) {
                Found::Said(LineKind::Pinned)
            } else if open.contains(&content) {
                Found::Said(LineKind::Asked)
            } else if seen.insert(content) {
                Found::Ready(address.cid.clone())
            } else {
                Found::Said(LineKind::Repeated)
            }
        });
        Ok(found.collect())
    }
}

/// Everything in a text, where it is no more than a list has.
pub(super) fn things(text: &str) -> Result<Vec<Piece<'_>>, CommandError> {
    let sentence = "There is more in this than a list may hold. Cut it into several lists.";
    pieces(text).ok_or_else(|| CommandError::new(ErrorCode::TooLarge, sentence))
}

/// The text as typed, and the list below it.
fn whole(text: &str, listed: Option<&Listed>) -> String {
    match listed {
        Some(listed) => format!("{text}\n{}", listed.text),
        None => text.to_owned(),
    }
}

/// How many units of UTF-16 stand before each of these places of a text. It is gone through once, however many they are.
fn units_before(text: &str, places: impl Iterator<Item = usize>) -> BTreeMap<usize, usize> {
    let places: BTreeSet<usize> = places.collect();
    let (mut from, mut units) = (0, 0);
    let counted = places.into_iter().map(|place| {
        units += text[from..place].encode_utf16().count();
        from = place;
        (place, units)
    });
    counted.collect()
}

fn said(start: usize, piece: &Piece<'_>, kind: LineKind, several: bool) -> PastedLine {
    let what = if several {
        format!("Line {}, “{}”,", piece.line, shortened(piece.text, QUOTED))
    } else {
        format!("Line {}", piece.line)
    };
    let sentence = match (kind, &piece.read) {
        (_, Err(why)) => format!("{what} {why}"),
        (LineKind::Repeated, _) => format!("{what} stands here already."),
        (LineKind::Asked, _) => format!("{what} is being looked for already."),
        (LineKind::Pinned, _) => format!("{what} is pinned already."),
        (_, Ok(address)) => {
            let inside = shortened(address.inside.as_deref().unwrap_or_default(), QUOTED);
            format!("{what} names {inside} inside a CID. The whole CID is pinned.")
        }
    };
    let units = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    PastedLine {
        kind,
        sentence,
        start: units(start),
        end: units(start + piece.text.encode_utf16().count()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_units_of_utf_16_and_a_long_list_is_gone_through_once() {
        let places = units_before("aä\u{1f600}b", [7, 0, 3, 7].into_iter());
        assert_eq!(places, [(0, 0), (3, 2), (7, 4)].into());
        let long = "hello\n".repeat(300_000);
        let ends = (0..100).map(|n| long.len() - 6 * n);
        let (time, places) = fuzzing::working_time(|| units_before(&long, ends));
        assert!(time < fuzzing::SECOND, "{time:?}");
        assert_eq!(places[&long.len()], long.len());
    }
}
