//! Names that usually hold secrets. What is public on IPFS cannot be taken back, so these are asked about first.

use crate::planted::planted;

/// Whole names, in lower case.
const NAMES: [&str; 40] = [
    ".env",
    ".envrc",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".pgpass",
    ".htpasswd",
    ".git-credentials",
    "credentials",
    "credentials.json",
    "secrets.json",
    "secrets.yml",
    "secrets.yaml",
    "wallet.dat",
    "wallet.json",
    "keystore.json",
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ed25519",
    "service-account.json",
    "mnemonic.txt",
    "logins.json",
    "key3.db",
    "key4.db",
    "cookies.sqlite",
    "login data",
    ".s3cfg",
    ".boto",
    ".my.cnf",
    ".dockercfg",
    ".vault-token",
    "terraform.tfvars",
    "id_ed25519_sk",
    "id_ecdsa_sk",
    "secring.gpg",
    "kubeconfig",
    "default_wallet",
    "seed.txt",
    "recovery-phrase.txt",
];
/// Ends of names, in lower case.
const ENDS: [&str; 13] = [
    ".pem",
    ".key",
    ".p12",
    ".pfx",
    ".jks",
    ".kdbx",
    ".keystore",
    ".ppk",
    ".asc.key",
    ".ovpn",
    ".tfstate",
    ".pkcs12",
    ".wallet",
];

/// Whether a file of this name is usually a secret. Never looks at the content.
pub fn looks_like_secret(name: &[u8]) -> bool {
    if planted("secret") {
        return false;
    }
    let name = String::from_utf8_lossy(name).to_lowercase();
    NAMES.contains(&name.as_str())
        || ENDS.iter().any(|end| name.ends_with(end))
        || (name.starts_with(".env.")
            && !matches!(
                name.as_str(),
                ".env.example" | ".env.sample" | ".env.template"
            ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_environments_are_held_and_their_public_twins_are_not() {
        for name in [
            "id_ed25519",
            ".env",
            ".env.production",
            "Server.PEM",
            "wallet.json",
        ] {
            assert!(looks_like_secret(name.as_bytes()), "{name}");
        }
        for name in [
            "id_ed25519.pub",
            ".env.example",
            "keynote.pdf",
            "environment.md",
            "monkey.png",
        ] {
            assert!(!looks_like_secret(name.as_bytes()), "{name}");
        }
    }
}
