//! `pinfold account`. A token is read here, tested here and put into the keychain here; it crosses no socket.

use std::io::{self, IsTerminal, Read};
use std::path::PathBuf;
use std::sync::Arc;

use engine::accounts::{Abilities, Account as Stored, Addresses, Chosen, Credential, Keep};
use engine::error::{CommandError, ErrorCode};
use engine::holder::{AccountLine, Reply, Request};
use secrecy::{ExposeSecret, SecretString};
use secrets::{Keychain, SecretStore, TokenFiles, UntilQuit};

use crate::add::plain;
use crate::arguments::{Account, AddAccount};
use crate::exit::Failure;
use crate::house::House;
use crate::items::sure;
use crate::print::{Out, Side};
use crate::service;

/// No token is longer.
const LONGEST: u64 = 64 * 1024;

pub(crate) async fn run(
    what: Account,
    account: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    one_account(&what, account.as_deref(), house).await?;
    let request = match what {
        Account::Add(add) if add.sandbox => Request::AddSandbox,
        Account::Add(add) => return self::add(add, house, out).await,
        Account::Ls { stat: true } => Request::AccountCounts { account },
        Account::Ls { stat: false } => Request::Accounts { account },
        Account::Test { name } => Request::TestAccount {
            account: name.or(account),
        },
        Account::Key {
            name,
            pair,
            credential,
        } => return key(name, pair, credential, house, out).await,
        Account::Rename { name, label } => Request::RenameAccount {
            account: name,
            label,
        },
        Account::Use { name } => Request::UseAccount { account: name },
        Account::Rm { name, yes } => {
            if !yes {
                // Nobody else waits for the answer.
                house.leave().await;
                sure(&format!(
                    "Forget the account {name} and its token here? Its pins stay where they are."
                ))
                .await?;
            }
            Request::RemoveAccount { account: name }
        }
    };
    let mut lines = Vec::new();
    let asked = house
        .ask(request, |reply| {
            match &reply {
                Reply::Heard => lines.clear(),
                Reply::Account(line) => lines.push(line.clone()),
                _ => plain(out, &reply)?,
            }
            Ok(())
        })
        .await;
    shown(&lines, out)?;
    asked
}

/// Refuses where `--account` names another account than the command itself: which of them is meant is for the person to
/// say.
async fn one_account(
    what: &Account,
    account: Option<&str>,
    house: &mut House,
) -> Result<(), Failure> {
    let Some(account) = account else {
        return Ok(());
    };
    let named = match what {
        Account::Add(_) => {
            let words = "An account that is added is named with --name: leave --account out.";
            return Err(Failure::Usage(words.into()));
        }
        Account::Ls { .. } | Account::Test { name: None } => return Ok(()),
        Account::Test { name: Some(name) }
        | Account::Key { name, .. }
        | Account::Rename { name, .. }
        | Account::Use { name }
        | Account::Rm { name, .. } => name,
    };
    let request = Request::Accounts {
        account: Some(account.to_owned()),
    };
    for reply in house.gather(request).await? {
        if let Reply::Account(line) = reply
            && line.id != *named
            && !line.label.eq_ignore_ascii_case(named)
        {
            return Err(Failure::Usage(format!(
                "--account names {}, the command {named}. Name one account.",
                line.label
            )));
        }
    }
    Ok(())
}

fn shown(lines: &[AccountLine], out: &Out) -> Result<(), Failure> {
    let mut rows = Vec::new();
    let counted = lines.iter().any(|line| line.counts.is_some());
    for line in lines {
        out.object(&Reply::Account(line.clone()))?;
        let hold = line.hold.clone().unwrap_or_else(|| "ready".into());
        let mark = if line.active { "*" } else { "" };
        let cells = [mark, &line.id, &line.label, &line.place, &hold];
        let mut cells = cells.map(str::to_owned).to_vec();
        if counted {
            let counts = line
                .counts
                .map(|of| [of.queued, of.pinning, of.pinned, of.failed]);
            let counts = counts.map(|counts| counts.map(|count| count.to_string()));
            cells.extend(counts.unwrap_or_default());
        }
        rows.push(cells);
    }
    let mut heads = vec![
        ("", Side::Left),
        ("NO", Side::Right),
        ("NAME", Side::Left),
        ("PLACE", Side::Left),
        ("STATE", Side::Left),
    ];
    if counted {
        heads.extend(["QUEUED", "PINNING", "PINNED", "FAILED"].map(|head| (head, Side::Right)));
    }
    out.table(&heads, &rows)?;
    for line in lines {
        // Only a test tells these.
        let mut facts: Vec<(&str, String)> = Vec::new();
        facts.extend(line.may.iter().map(|may| ("May", may.clone())));
        facts.extend(line.may_not.iter().map(|lack| {
            let words = format!("{}: needs the scope {}", lack.feature, lack.scope);
            ("May not", words)
        }));
        facts.extend(
            line.not_offered
                .iter()
                .map(|noun| ("Not offered", noun.clone())),
        );
        out.facts(&facts)?;
    }
    Ok(())
}

/// Where the token is, and stays.
enum Source {
    Keychain,
    /// A file or a credential, by its entry.
    Elsewhere(String),
}

async fn add(add: AddAccount, house: &mut House, out: &Out) -> Result<(), Failure> {
    let chosen = match (add.psa, add.api) {
        (Some(address), _) => Chosen::Psa {
            service: String::new(),
            address,
        },
        (None, api) => Chosen::Pinata {
            addresses: api.map(|api| Addresses {
                uploads: add.uploads.unwrap_or_else(|| api.clone()),
                gateway: add.gateway.unwrap_or_else(|| api.clone()),
                api,
            }),
        },
    };
    let kept = kept(&chosen, add.credential, add.pair).await?;
    let request = Request::AdoptAccount {
        account: Box::new(kept.account.clone()),
        abilities: Box::new(kept.abilities.clone()),
        label: add.name,
    };
    handed_over(request, &kept, house, out).await
}

/// Another token for an account that there is.
async fn key(
    name: String,
    pair: bool,
    credential: Option<String>,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let mut stored = None;
    let account = Some(name.clone());
    for reply in house.gather(Request::Stored { account }).await? {
        if let Reply::Stored { account } = reply {
            stored = Some(*account);
        }
    }
    let stored = stored.ok_or_else(|| CommandError::gone("This account"))?;
    let chosen = stored
        .chosen()
        .ok_or_else(|| CommandError::gone("This account"))?;
    // Nobody else waits for the token.
    house.leave().await;
    let kept = kept(&chosen, credential, pair).await?;
    let request = Request::ReplaceKey {
        account: stored.id.to_string(),
        key: Box::new(kept.account.clone()),
        abilities: Box::new(kept.abilities.clone()),
    };
    handed_over(request, &kept, house, out).await
}

/// A token that its service accepted, where it is kept, and what came of its test.
struct Kept {
    account: Stored,
    abilities: Abilities,
    keychain: Arc<dyn SecretStore>,
    /// What was put into the keychain for it.
    entry: String,
}

/// Reads a token, asks the service about it and keeps it.
async fn kept(chosen: &Chosen, named: Option<String>, pair: bool) -> Result<Kept, Failure> {
    let (source, token) = token(named, pair).await?;
    let credential = credential(&token, pair)?;
    let keychain: Arc<dyn SecretStore> = match source {
        Source::Keychain => Arc::new(Keychain::new()),
        Source::Elsewhere(_) => Arc::new(UntilQuit::new()),
    };
    let (mut account, abilities) = tested(credential, chosen, keychain.clone()).await?;
    let entry = account.secret.clone();
    if let Source::Elsewhere(entry) = source {
        account.secret = entry;
    }
    Ok(Kept {
        account,
        abilities,
        keychain,
        entry,
    })
}

/// Whoever holds the data folder takes it in.
async fn handed_over(
    request: Request,
    kept: &Kept,
    house: &mut House,
    out: &Out,
) -> Result<(), Failure> {
    let mut lines = Vec::new();
    let asked = house
        .ask(request, |reply| {
            if let Reply::Account(line) = reply {
                lines.push(line);
            }
            Ok(())
        })
        .await;
    if matches!(asked, Err(Failure::Told(_))) {
        // Nobody knows of it, so nobody would ever take it out. One that was lost may know of it.
        let _ = kept.keychain.remove(&kept.entry).await;
    }
    asked?;
    shown(&lines, out)
}

/// Asks the service about the token and keeps it: in a store of this moment, which is taken down again.
async fn tested(
    credential: Credential,
    chosen: &Chosen,
    keychain: Arc<dyn SecretStore>,
) -> Result<(Stored, Abilities), Failure> {
    let scratch = service::scratch(keychain)?;
    let engine = &scratch.engine;
    let test = engine.accounts.test(chosen, credential).await?;
    let kept = engine.accounts.connect(&test.handle, Keep::Keychain).await;
    let row = kept.map_err(|mut error| {
        // The window's way out, to keep the token until it quits, is none for a command.
        let why = match error.code {
            ErrorCode::NoKeychain => "No keychain can be used here.",
            ErrorCode::KeychainLocked => {
                "The system keychain is locked, or did not answer: unlock it and try again."
            }
            _ => return error,
        };
        error.message = format!(
            "{why} Without a keychain, write the token into a file of mode 0600 and name it in PINFOLD_TOKEN_FILE."
        );
        error
    })?;
    let id = row
        .id
        .parse()
        .map_err(|_| CommandError::gone("This account"))?;
    Ok((engine.accounts.get(id)?, test.abilities))
}

/// The token, from wherever it is.
async fn token(credential: Option<String>, pair: bool) -> Result<(Source, SecretString), Failure> {
    type Files = TokenFiles<UntilQuit>;
    let entry = if let Some(name) = credential {
        Some(Files::entry_of_credential(&name))
    } else if let Some(path) = std::env::var_os("PINFOLD_TOKEN_FILE") {
        if path.is_empty() {
            let words = "PINFOLD_TOKEN_FILE is empty. Name the token's file, or leave it unset.";
            return Err(Failure::Usage(words.into()));
        }
        let path = std::path::absolute(PathBuf::from(path)).unwrap_or_default();
        let entry = Files::entry_of_file(&path);
        Some(
            entry.ok_or_else(|| {
                Failure::Usage("PINFOLD_TOKEN_FILE is not a path in UTF-8.".into())
            })?,
        )
    } else {
        None
    };
    if let Some(entry) = entry {
        let files = TokenFiles::before(UntilQuit::new(), service::credentials());
        let token = files.get(&entry).await.map_err(|error| {
            Failure::Told(CommandError::new(ErrorCode::KeyMissing, error.to_string()))
        })?;
        return Ok((Source::Elsewhere(entry), token));
    }
    let read = tokio::task::spawn_blocking(move || read_token(pair)).await;
    let read = read.map_err(io::Error::other).and_then(|read| read);
    let token = read.map_err(|error| Failure::system("The token cannot be read", &error))?;
    Ok((Source::Keychain, token))
}

fn read_token(pair: bool) -> io::Result<SecretString> {
    if io::stdin().is_terminal() && pair {
        let key = rpassword::prompt_password("API key: ")?;
        let secret = rpassword::prompt_password("API secret: ")?;
        return Ok(format!("{key} {secret}").into());
    }
    if io::stdin().is_terminal() {
        return rpassword::prompt_password("Token: ").map(SecretString::from);
    }
    let mut text = String::new();
    io::stdin().lock().take(LONGEST).read_to_string(&mut text)?;
    Ok(SecretString::from(text))
}

fn credential(text: &SecretString, pair: bool) -> Result<Credential, Failure> {
    if !pair {
        return Ok(Credential::typed(None, text));
    }
    let words: Vec<&str> = text.expose_secret().split_whitespace().collect();
    let [key, secret] = words[..] else {
        let words = "--pair takes the API key and the API secret, one a line.";
        return Err(Failure::Usage(words.into()));
    };
    Ok(Credential::typed(Some(key), &secret.into()))
}
