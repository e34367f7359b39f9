//! `pinfold keys`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Subcommand)]
pub(crate) enum Keys {
    /// Makes a key and prints it, once. It crosses no socket and is written nowhere else.
    Create(NewKey),
    /// Lists keys.
    Ls {
        /// Part of a name.
        #[arg(default_value = "")]
        text: String,
        /// Which.
        #[arg(long, value_enum, default_value_t)]
        shown: Shown,
        /// At most so many.
        #[arg(long, value_name = "N")]
        limit: Option<usize>,
    },
    /// Revokes keys. This cannot be taken back.
    Revoke {
        /// Public ids, or whole names.
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
        /// Does not ask.
        #[arg(long, short)]
        yes: bool,
        /// Also a key that an account of Pinfold works with; the account stops.
        #[arg(long)]
        in_use: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct NewKey {
    /// Its name.
    pub(crate) name: String,
    /// It may do everything.
    #[arg(long, conflicts_with = "scope", required_unless_present = "scope")]
    pub(crate) admin: bool,
    /// Something that it may do; may be repeated.
    #[arg(long, value_name = "SCOPE", value_parser = scopes())]
    pub(crate) scope: Vec<String>,
    /// How often it may be used; without it without end.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) uses: Option<u64>,
    /// Writes the token into this new file of mode 0600 instead of printing anything secret.
    #[arg(long, value_name = "FILE")]
    pub(crate) to: Option<PathBuf>,
}

/// Which keys are listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Shown {
    /// All of them.
    #[default]
    All,
    /// Those not revoked.
    Good,
    /// Those with a number of uses.
    Limited,
    /// Those whose uses are all spent.
    Exhausted,
    /// Those revoked.
    Revoked,
}

/// All that a key can be allowed, by the service's names.
fn scopes() -> PossibleValuesParser {
    let all = engine::keys::Keys::scopes();
    let all = all.resources.into_iter().chain(all.legacy);
    PossibleValuesParser::new(
        all.map(|scope| clap::builder::PossibleValue::new(scope.scope).help(scope.label)),
    )
}
