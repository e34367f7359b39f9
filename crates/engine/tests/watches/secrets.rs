//! 150 secrets planted among 500 innocent files: none is sent, and hardly an innocent one is held.

#![expect(clippy::format_collect, reason = "a few rows of sample text")]

use engine::watches::WatchRules;

use crate::house::House;
use crate::quick;

/// Letters and digits that look random and are the same in every run.
fn noise(seed: usize, length: usize) -> String {
    const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    let mut state = (seed as u64 + 7).wrapping_mul(6_364_136_223_846_793_005);
    (0..length)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(99);
            char::from(LETTERS[usize::try_from(state >> 33).unwrap_or(0) % LETTERS.len()])
        })
        .collect()
}

fn web_token(seed: usize) -> String {
    let part = |start: &str, n| format!("{start}{}", noise(seed + n, 40));
    [part("eyJ", 0), part("eyJ", 1), part("", 2)].join(".")
}

/// Names that give it away, and contents that do under names that do not.
fn secrets() -> Vec<(String, String)> {
    let names = [
        ".env",
        ".env.local",
        ".env.production",
        ".netrc",
        ".npmrc",
        ".pypirc",
        ".pgpass",
        ".git-credentials",
        "credentials",
        "credentials.json",
        "id_rsa",
        "id_ed25519",
        "id_ecdsa",
        "server.pem",
        "tls.key",
        "store.p12",
        "cert.pfx",
        "vault.kdbx",
        "app.keystore",
        "release.jks",
        "wallet.dat",
        "wallet.json",
        "logins.json",
        "key4.db",
        "vpn.ovpn",
        "state.tfstate",
        "putty.ppk",
        ".htpasswd",
        "secrets.yml",
        "service-account.json",
    ];
    let mut all: Vec<(String, String)> = (0..50)
        .map(|n| {
            (
                format!("names/{}/{}", n / names.len(), names[n % names.len()]),
                format!("content {n}"),
            )
        })
        .collect();
    for n in 0..100 {
        let kind = ["RSA ", "EC ", "", "OPENSSH ", "ENCRYPTED ", "DSA "][n % 6];
        let text = match n % 10 {
            0 | 1 => format!(
                "-----BEGIN {kind}PRIVATE KEY-----\n{}\n-----END {kind}PRIVATE KEY-----\n",
                noise(n, 800)
            ),
            2 => format!(
                "[default]\naws_access_key_id = AKIA{}\n",
                noise(n, 16).to_uppercase()
            ),
            3 => format!("export TOKEN=ghp_{}\n", noise(n, 36)),
            4 => format!("Authorization: Bearer {}\n", web_token(n)),
            5 => format!("slack: xoxb-{}-{}\n", "123456789012", noise(n, 24)),
            6 => format!(
                "{{\"address\":\"{}\",\"crypto\":{{\"ciphertext\":\"{}\",\"kdfparams\":{{\"n\":1}},\"mac\":\"00\"}}}}",
                noise(n, 40),
                noise(n, 64)
            ),
            7 => format!("client_secret: \"{}9a\"\n", noise(n, 30)),
            8 => {
                [
                    "legal winner thank year wave sausage worth useful",
                    "legal winner thank yellow",
                ]
                .join(" ")
                    + &"\n".repeat(n / 10 + 1)
            }
            _ => format!(
                "notes\n\n{}\nsk_live_{}\n",
                "x".repeat(n * 20),
                noise(n, 24)
            ),
        };
        all.push((format!("shapes/note-{n}.txt"), text));
    }
    all
}

fn innocents() -> Vec<(String, Vec<u8>)> {
    (0..500)
        .map(|n| {
            let (name, text) = match n % 20 {
                0 => (
                    "readme.md",
                    "Set AWS_SECRET_ACCESS_KEY before you start. The key begins with AKIA."
                        .to_owned(),
                ),
                1 => (
                    "main.rs",
                    "fn private_key(path: &Path) -> Result<Key> { read(path) }".to_owned(),
                ),
                2 => (
                    "package-lock.json",
                    format!("{{\"integrity\":\"sha512-{}==\"}}", noise(n, 86)),
                ),
                3 => (
                    "cert.crt",
                    format!(
                        "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----",
                        noise(n, 700)
                    ),
                ),
                4 => (
                    "id_rsa.pub",
                    format!("ssh-rsa AAAA{} ada@example.org", noise(n, 360)),
                ),
                5 => (".env.example", "API_SECRET=<put yours here>\n".to_owned()),
                6 => (
                    "data.csv",
                    (0..80)
                        .map(|row| format!("{row},{}\n", noise(row + n, 12)))
                        .collect(),
                ),
                7 => (
                    "config.toml",
                    "auth_token = \"changeme\"\nsecret_key = \"\"\n".to_owned(),
                ),
                8 => (
                    "checksums.txt",
                    (0..30)
                        .map(|row| format!("{}  file{row}\n", noise(row + n, 64)))
                        .collect(),
                ),
                9 => (
                    "min.js",
                    format!(
                        "var a=\"{}\";function b(c){{return c.client_secret}}",
                        noise(n, 2_000)
                    ),
                ),
                10 => ("picture.jpg", noise(n, 5_000)),
                11 => (
                    "story.txt",
                    "once upon a time there was a small house near the sea and nobody lived there"
                        .to_owned(),
                ),
                12 => (
                    "keyboard.svg",
                    "<svg><path d=\"M0 0L10 10\"/></svg>".to_owned(),
                ),
                13 => (
                    "public.asc",
                    format!("-----BEGIN PGP PUBLIC KEY BLOCK-----\n{}\n", noise(n, 400)),
                ),
                14 => (
                    "ids.txt",
                    (0..40)
                        .map(|row| format!("{}-{}\n", noise(row, 8), noise(row + 1, 4)))
                        .collect(),
                ),
                15 => (
                    "page.html",
                    format!("<img src=\"data:image/png;base64,{}\">", noise(n, 900)),
                ),
                16 => (
                    "table.json",
                    "{\"private_key\": null, \"password\": \"see the vault\"}".to_owned(),
                ),
                17 => ("tokens.css", ":root { --token-gap: 4px; }".to_owned()),
                18 => ("words.txt", "apple\nbanana\ncherry\n".to_owned()),
                _ => (
                    "env.ts",
                    "const secretKey = process.env.SECRET_KEY;".to_owned(),
                ),
            };
            // A number of its own, so that each is content of its own.
            (
                format!("plain/{n}/{name}"),
                format!("{text}\n{n}\n").into_bytes(),
            )
        })
        .collect()
}

#[expect(clippy::print_stdout, reason = "the figures of this run")]
#[tokio::test(flavor = "multi_thread")]
async fn of_150_secrets_among_500_files_none_is_sent_and_at_most_ten_innocents_are_held() {
    let house = House::new().await;
    let (secrets, innocents) = (secrets(), innocents());
    assert_eq!((secrets.len(), innocents.len()), (150, 500));
    for (name, text) in &secrets {
        house.file(&format!("box/{name}"), text.as_bytes());
    }
    for (name, bytes) in &innocents {
        house.file(&format!("box/{name}"), bytes);
    }
    let rules = WatchRules {
        hidden: true,
        ..quick()
    };
    let id = house.watch(&house.path("box"), rules).await;
    let page = house
        .until_ledger(id, |page| page.counts.held + page.counts.pinned == 650)
        .await;
    let sent: std::collections::HashSet<String> = house
        .sandbox
        .requests()
        .iter()
        .filter_map(|entry| entry.cid.clone())
        .collect();
    let cid = |bytes: &[u8]| {
        let root = content::hash_file(bytes, content::Profile::V1Raw).expect("hashes");
        root.cid.to_string()
    };
    let leaked: Vec<&String> = secrets
        .iter()
        .filter(|(_, text)| sent.contains(&cid(text.as_bytes())))
        .map(|(name, _)| name)
        .collect();
    let held = innocents
        .iter()
        .filter(|(_, bytes)| !sent.contains(&cid(bytes)))
        .count();
    println!(
        "secrets sent: {} of 150; innocent files held: {held} of 500",
        leaked.len()
    );
    assert_eq!(leaked, Vec::<&String>::new());
    assert!(held <= 10, "{held} innocent files were held");
    assert_eq!(page.counts.held, 150 + held as u64);
}
