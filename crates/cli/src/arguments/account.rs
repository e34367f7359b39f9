//! `pinfold account`.

use clap::{Args, Subcommand};

#[derive(Debug, Subcommand)]
pub(crate) enum Account {
    /// Adds an account. The token is read from standard input or a prompt and goes into the keychain; or it stays in
    /// the file that PINFOLD_TOKEN_FILE names, or in a credential of systemd.
    Add(AddAccount),
    /// Lists accounts.
    Ls {
        /// With what each holds and waits for; its service is asked. With --account, that one alone.
        #[arg(long)]
        stat: bool,
    },
    /// Asks the service whether it accepts the token, and what the key may.
    Test {
        /// By name or number.
        name: Option<String>,
    },
    /// Gives an account another token, which is read as by `add` and tested first. Queue, folders and pins stay.
    Key {
        /// By name or number.
        name: String,
        /// Pinata's older API key and API secret, one a line, instead of a token.
        #[arg(long)]
        pair: bool,
        /// The token is this credential of systemd (LoadCredential=), now and at every later start.
        #[arg(long, value_name = "NAME")]
        credential: Option<String>,
    },
    /// Gives an account another name here.
    Rename {
        /// By name or number.
        name: String,
        /// What to call it.
        #[arg(value_name = "NEW")]
        label: String,
    },
    /// Works with this account where none is named.
    Use {
        /// By name or number.
        name: String,
    },
    /// Forgets an account and its token here. Unpins nothing.
    Rm {
        /// By name or number.
        name: String,
        /// Does not ask.
        #[arg(long, short)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub(crate) struct AddAccount {
    /// What to call it.
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// The built-in Sandbox: on this computer only, no token.
    #[arg(long, conflicts_with_all = ["name", "psa", "api", "uploads", "gateway", "credential"])]
    pub(crate) sandbox: bool,
    /// The address of any other service of the IPFS Pinning Services API; what stands before `/pins`.
    #[arg(long, value_name = "ENDPOINT", conflicts_with = "api")]
    pub(crate) psa: Option<String>,
    /// Base address of a service that answers like Pinata.
    #[arg(long, value_name = "URL")]
    pub(crate) api: Option<String>,
    /// Where it takes uploads, if not there.
    #[arg(long, value_name = "URL", requires = "api")]
    pub(crate) uploads: Option<String>,
    /// Its gateway, if not there.
    #[arg(long, value_name = "URL", requires = "api")]
    pub(crate) gateway: Option<String>,
    /// Pinata's older API key and API secret, one a line, instead of a token.
    #[arg(long, conflicts_with_all = ["psa", "sandbox"])]
    pub(crate) pair: bool,
    /// The token is this credential of systemd (LoadCredential=), now and at every later start.
    #[arg(long, value_name = "NAME")]
    pub(crate) credential: Option<String>,
}
