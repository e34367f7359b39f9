//! `pinfold groups`.

use clap::{Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
pub(crate) struct Groups {
    #[command(subcommand)]
    pub(crate) what: Option<GroupsWhat>,
}

/// A group is named by its whole name or the service's id.
#[derive(Debug, Subcommand)]
pub(crate) enum GroupsWhat {
    /// Lists groups; so does `pinfold groups` alone.
    Ls,
    /// Makes a group.
    Create {
        /// Its name.
        name: String,
        /// Whose pins it holds.
        #[arg(long, value_enum, default_value_t)]
        network: Network,
        /// Anyone may see it, without a key.
        #[arg(long)]
        open: bool,
    },
    /// Gives a group another name.
    Rename {
        /// As it is called now.
        group: String,
        /// As it is to be called.
        name: String,
    },
    /// Changes who may see a group, and its name.
    Edit {
        /// As it is called now.
        group: String,
        /// As it is to be called.
        #[arg(long, required_unless_present_any = ["open", "closed"])]
        name: Option<String>,
        /// Anyone may see it, without a key.
        #[arg(long, conflicts_with = "closed")]
        open: bool,
        /// Only who holds a key of the account may see it.
        #[arg(long)]
        closed: bool,
    },
    /// Removes groups. Their pins stay, in no group.
    Rm {
        #[arg(required = true, value_name = "GROUP")]
        groups: Vec<String>,
        /// Does not ask.
        #[arg(long, short)]
        yes: bool,
    },
    /// Puts pins into a group.
    Add {
        /// The group.
        group: String,
        /// CIDs, or whole names.
        #[arg(required = true, value_name = "PIN")]
        pins: Vec<String>,
    },
    /// Takes pins out of a group. The pins stay.
    Remove {
        /// The group.
        group: String,
        /// CIDs, or whole names.
        #[arg(required = true, value_name = "PIN")]
        pins: Vec<String>,
    },
}

/// Who may read what is there.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Network {
    /// Anyone who has the CID.
    #[default]
    Public,
    /// Who holds the account's key, or a link made with it.
    Private,
}
