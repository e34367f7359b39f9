//! Which pins to list.

use jiff::Timestamp;

use crate::{Network, Order, Pin, Value};

/// Pins of which state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum PinState {
    /// Pinned now.
    #[default]
    Pinned,
    /// Unpinned once: history, which the legacy API keeps.
    Unpinned,
    /// Both.
    All,
}

impl PinState {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Unpinned => "unpinned",
            Self::All => "all",
        }
    }
}

/// Pins in which group.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum GroupFilter {
    /// In the group of this id.
    In(String),
    /// In no group.
    None,
}

/// How a key-value is compared (Pinata's reference, "Query by metadata").
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// The same.
    Equal(Value),
    /// Not the same.
    NotEqual(Value),
    /// Greater.
    Greater(Value),
    /// Greater or the same.
    AtLeast(Value),
    /// Less.
    Less(Value),
    /// Less or the same.
    AtMost(Value),
    /// Between the two, both included.
    Between(Value, Value),
    /// Outside the two.
    NotBetween(Value, Value),
    /// Like a pattern in which `%` stands for anything.
    Like(String),
    /// Not like it.
    NotLike(String),
    /// Like it, whatever the case of the letters.
    LikeAnyCase(String),
    /// Not like it, whatever the case of the letters.
    NotLikeAnyCase(String),
    /// Matched by a regular expression of the service's kind.
    Matches(String),
    /// Matched by one, whatever the case of the letters.
    MatchesAnyCase(String),
}

impl Test {
    /// The service's name of the operator.
    pub(crate) fn op(&self) -> &'static str {
        match self {
            Self::Equal(_) => "eq",
            Self::NotEqual(_) => "ne",
            Self::Greater(_) => "gt",
            Self::AtLeast(_) => "gte",
            Self::Less(_) => "lt",
            Self::AtMost(_) => "lte",
            Self::Between(..) => "between",
            Self::NotBetween(..) => "notBetween",
            Self::Like(_) => "like",
            Self::NotLike(_) => "notLike",
            Self::LikeAnyCase(_) => "iLike",
            Self::NotLikeAnyCase(_) => "notILike",
            Self::Matches(_) => "regexp",
            Self::MatchesAnyCase(_) => "iRegexp",
        }
    }

    /// What the key-value is compared with; two of them for a range.
    pub(crate) fn operands(&self) -> (Value, Option<Value>) {
        match self {
            Self::Equal(value)
            | Self::NotEqual(value)
            | Self::Greater(value)
            | Self::AtLeast(value)
            | Self::Less(value)
            | Self::AtMost(value) => (value.clone(), None),
            Self::Between(from, to) | Self::NotBetween(from, to) => {
                (from.clone(), Some(to.clone()))
            }
            Self::Like(text)
            | Self::NotLike(text)
            | Self::LikeAnyCase(text)
            | Self::NotLikeAnyCase(text)
            | Self::Matches(text)
            | Self::MatchesAnyCase(text) => (Value::Text(text.clone()), None),
        }
    }
}

/// A condition on one key-value. All of a query's conditions must hold.
#[derive(Debug, Clone, PartialEq)]
pub struct KeyValueTest {
    /// The key; its case counts.
    pub key: String,
    /// What must be true of its value.
    pub test: Test,
}

/// What to list. The default is everything pinned now on the public network, newest first. Where a filter is not the
/// chosen API's own, the pages are filtered here: they are then smaller, and may be empty although more follow.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PinQuery {
    /// The network; the legacy API knows the public one only.
    pub network: Network,
    /// Part of the name, matched by the service.
    pub name_contains: Option<String>,
    /// Part of the CID.
    pub cid_contains: Option<String>,
    /// Pinned now, unpinned, or both; only the legacy API has history.
    pub state: PinState,
    /// Pinned at this moment or later.
    pub pinned_from: Option<Timestamp>,
    /// Pinned at this moment or before.
    pub pinned_to: Option<Timestamp>,
    /// Unpinned at this moment or later.
    pub unpinned_from: Option<Timestamp>,
    /// Unpinned at this moment or before.
    pub unpinned_to: Option<Timestamp>,
    /// At least so many bytes.
    pub size_min: Option<u64>,
    /// At most so many bytes.
    pub size_max: Option<u64>,
    /// Conditions on key-values; v3 knows equality only.
    pub keyvalues: Vec<KeyValueTest>,
    /// In this group, or in none.
    pub group: Option<GroupFilter>,
    /// Of this MIME type.
    pub mime: Option<String>,
    /// By date; the legacy API knows newest first only.
    pub order: Order,
    /// Pins of one page, 1 to 1,000; the most that the service gives where it is missing.
    pub limit: Option<u32>,
}

impl PinQuery {
    /// Whether v3 answers all of it by itself.
    pub(crate) fn fits_v3(&self) -> bool {
        let dates = [
            self.pinned_from,
            self.pinned_to,
            self.unpinned_from,
            self.unpinned_to,
        ];
        self.cid_contains.is_none()
            && self.state == PinState::Pinned
            && dates.iter().all(Option::is_none)
            && self.size_min.is_none()
            && self.size_max.is_none()
            && self
                .keyvalues
                .iter()
                .all(|condition| matches!(condition.test, Test::Equal(_)))
    }

    /// Whether only the legacy API can answer it at all.
    pub(crate) fn needs_history(&self) -> bool {
        self.state != PinState::Pinned || self.unpinned_from.is_some() || self.unpinned_to.is_some()
    }

    /// Whether the legacy API answers all of it by itself.
    pub(crate) fn fits_legacy(&self) -> bool {
        self.network == Network::Public
            && self.order == Order::NewestFirst
            // Its rows do not name their group.
            && self.group != Some(GroupFilter::None)
    }

    /// Whether a pin is asked for, by everything that can be told from the pin itself. Patterns and regular
    /// expressions on key-values are the service's own and count as true here.
    pub fn wants(&self, pin: &Pin) -> bool {
        let within = |at: Option<Timestamp>, from: Option<Timestamp>, to: Option<Timestamp>| {
            from.is_none_or(|from| at.is_some_and(|at| at >= from))
                && to.is_none_or(|to| at.is_some_and(|at| at <= to))
        };
        let state = match self.state {
            PinState::Pinned => pin.unpinned_at.is_none(),
            PinState::Unpinned => pin.unpinned_at.is_some(),
            PinState::All => true,
        };
        let group = match &self.group {
            None => true,
            Some(GroupFilter::None) => pin.group.is_none(),
            Some(GroupFilter::In(id)) => pin.group.as_ref() == Some(id),
        };
        let size = |fits: &dyn Fn(u64) -> bool| pin.dag_size.is_some_and(fits);
        state
            && group
            && self
                .cid_contains
                .as_ref()
                .is_none_or(|part| pin.cid.contains(part))
            && within(pin.pinned_at, self.pinned_from, self.pinned_to)
            && within(pin.unpinned_at, self.unpinned_from, self.unpinned_to)
            && self.size_min.is_none_or(|min| size(&|size| size >= min))
            && self.size_max.is_none_or(|max| size(&|size| size <= max))
            && self
                .mime
                .as_ref()
                .is_none_or(|mime| pin.mime.as_ref() == Some(mime))
            && self
                .keyvalues
                .iter()
                .all(|condition| holds(&condition.test, pin.keyvalues.get(&condition.key)))
    }
}

/// Numbers are compared as numbers where both sides are, dates as dates, and all else as text, in which the case of the
/// letters counts; a key that is missing equals nothing.
fn holds(test: &Test, value: Option<&Value>) -> bool {
    let Some(value) = value else { return false };
    let compare = |with: &Value| order(value, with);
    match test {
        Test::Equal(with) => compare(with).is_eq(),
        Test::NotEqual(with) => compare(with).is_ne(),
        Test::Greater(with) => compare(with).is_gt(),
        Test::AtLeast(with) => compare(with).is_ge(),
        Test::Less(with) => compare(with).is_lt(),
        Test::AtMost(with) => compare(with).is_le(),
        Test::Between(from, to) => compare(from).is_ge() && compare(to).is_le(),
        Test::NotBetween(from, to) => compare(from).is_lt() || compare(to).is_gt(),
        Test::Like(_)
        | Test::NotLike(_)
        | Test::LikeAnyCase(_)
        | Test::NotLikeAnyCase(_)
        | Test::Matches(_)
        | Test::MatchesAnyCase(_) => true,
    }
}

fn order(one: &Value, two: &Value) -> std::cmp::Ordering {
    let (one, two) = (one.to_string(), two.to_string());
    if let (Ok(one), Ok(two)) = (one.parse::<f64>(), two.parse::<f64>()) {
        return one.total_cmp(&two);
    }
    match (one.parse::<Timestamp>(), two.parse::<Timestamp>()) {
        (Ok(one), Ok(two)) => one.cmp(&two),
        _ => one.cmp(&two),
    }
}
