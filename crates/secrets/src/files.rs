//! Tokens in files, for machines without a keychain: a file of one's own, or a credential that systemd hands over.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

use crate::{SecretError, SecretStore};

/// No token is longer.
const LONGEST: u64 = 64 * 1024;
/// How the entry of a token in a file begins; the path follows.
const FILE: &str = "file:";
/// How the entry of a credential begins; its name in `$CREDENTIALS_DIRECTORY` follows.
const CREDENTIAL: &str = "credential:";

/// Reads entries that name a file from there, and hands every other entry on.
pub struct TokenFiles<S> {
    others: S,
    credentials: Option<PathBuf>,
}

impl<S> TokenFiles<S> {
    /// Before `others`. `credentials`: `$CREDENTIALS_DIRECTORY`, where it is set.
    pub fn before(others: S, credentials: Option<PathBuf>) -> Self {
        Self {
            others,
            credentials,
        }
    }

    /// The entry of a token in this file; `None` where the path is not absolute text.
    pub fn entry_of_file(path: &Path) -> Option<String> {
        let path = path.to_str().filter(|_| path.is_absolute())?;
        Some(format!("{FILE}{path}"))
    }

    /// The entry of a credential of this name.
    pub fn entry_of_credential(name: &str) -> String {
        format!("{CREDENTIAL}{name}")
    }

    fn token_in_file(&self, entry: &str) -> Option<Result<SecretString, SecretError>> {
        if let Some(path) = entry.strip_prefix(FILE) {
            return Some(read(Path::new(path), true));
        }
        let name = entry.strip_prefix(CREDENTIAL)?;
        let Some(folder) = &self.credentials else {
            return Some(Err(SecretError::File {
                detail: format!(
                    "The token is the credential {name}, and $CREDENTIALS_DIRECTORY is not set."
                ),
            }));
        };
        // systemd itself keeps others out of the folder.
        Some(read(&folder.join(name.replace('/', "_")), false))
    }
}

fn read(path: &Path, private: bool) -> Result<SecretString, SecretError> {
    let shown = path.display();
    let refused = |detail: String| Err(SecretError::File { detail });
    // Not blocking: a pipe in the file's place must not hang.
    let nonblocking = i32::try_from(rustix::fs::OFlags::NONBLOCK.bits()).unwrap_or(0);
    let file = match OpenOptions::new()
        .read(true)
        .custom_flags(nonblocking)
        .open(path)
    {
        Ok(file) => file,
        Err(error) => return refused(format!("{shown} cannot be read: {error}.")),
    };
    let looks = match file.metadata() {
        Ok(looks) => looks,
        Err(error) => return refused(format!("{shown} cannot be read: {error}.")),
    };
    if !looks.is_file() {
        return refused(format!("{shown} is not a file."));
    }
    let mode = looks.mode() & 0o7777;
    if private && mode & 0o077 != 0 {
        return refused(format!(
            "Others may read {shown} (mode {mode:04o}), so its token is not used. Run chmod 600 on it."
        ));
    }
    let mut text = Zeroizing::new(String::new());
    match file.take(LONGEST + 1).read_to_string(&mut text) {
        Ok(length) if length as u64 <= LONGEST => {}
        Ok(_) => return refused(format!("{shown} is too long for a token.")),
        Err(error) => return refused(format!("{shown} cannot be read: {error}.")),
    }
    match text.trim() {
        "" => refused(format!("{shown} is empty.")),
        token => Ok(SecretString::from(token.to_owned())),
    }
}

#[async_trait]
impl<S: SecretStore> SecretStore for TokenFiles<S> {
    async fn get(&self, account: &str) -> Result<SecretString, SecretError> {
        match self.token_in_file(account) {
            Some(token) => token,
            None => self.others.get(account).await,
        }
    }

    async fn set(&self, account: &str, secret: &SecretString) -> Result<(), SecretError> {
        if account.starts_with(FILE) || account.starts_with(CREDENTIAL) {
            let detail = "A token file is only read. Write the token into it yourself.".to_owned();
            return Err(SecretError::File { detail });
        }
        self.others.set(account, secret).await
    }

    async fn remove(&self, account: &str) -> Result<(), SecretError> {
        // The file is its owner's.
        if account.starts_with(FILE) || account.starts_with(CREDENTIAL) {
            return Ok(());
        }
        self.others.remove(account).await
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use secrecy::ExposeSecret;

    use super::*;
    use crate::UntilQuit;

    #[tokio::test]
    async fn a_token_is_read_from_a_file_that_only_its_owner_can_read() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("token");
        std::fs::write(&path, " the-token\n").expect("writes");
        let store = TokenFiles::before(UntilQuit::new(), Some(folder.path().to_owned()));
        let entry = TokenFiles::<UntilQuit>::entry_of_file(&path).expect("absolute text");
        for (mode, good) in [(0o644, false), (0o640, false), (0o600, true), (0o400, true)] {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&path, mode).expect("sets");
            let token = store.get(&entry).await;
            assert_eq!(token.is_ok(), good, "{:?}", token.map(drop));
        }
        assert_eq!(
            store.get(&entry).await.expect("a token").expose_secret(),
            "the-token"
        );
        let credential = TokenFiles::<UntilQuit>::entry_of_credential("token");
        assert!(store.get(&credential).await.is_ok());
        let outside = TokenFiles::<UntilQuit>::entry_of_credential("../token");
        assert!(store.get(&outside).await.is_err());
        assert!(store.set(&entry, &"other".into()).await.is_err());
        store.remove(&entry).await.expect("nothing to do");
        assert!(path.exists());
    }

    #[tokio::test]
    async fn every_other_entry_is_the_keychains() {
        let store = TokenFiles::before(UntilQuit::new(), None);
        store.set("a", &"one".into()).await.expect("kept");
        assert_eq!(store.get("a").await.expect("there").expose_secret(), "one");
        store.remove("a").await.expect("removed");
        assert_eq!(store.get("a").await.map(drop), Err(SecretError::Missing));
    }
}
