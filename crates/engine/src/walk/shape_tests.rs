use super::*;

#[test]
fn keys_wallets_and_tokens_are_known_by_their_shape() {
    let web = [
        "eyJ".to_owned() + &"a".repeat(20),
        "eyJ".to_owned() + &"b".repeat(24),
        "c".repeat(30),
    ]
    .join(".");
    let held = [
        "text before\n-----BEGIN OPENSSH PRIVATE KEY-----\nabc".to_owned(),
        format!("key = AKIA{}", "ABCDEFGH12345678"),
        format!("token: ghp_{}", "a1".repeat(18)),
        format!("Bearer {web}"),
        format!("aws_secret_access_key = {}", "Ab1/".repeat(10)),
        "legal winner thank year wave sausage worth useful legal winner thank yellow".to_owned(),
        format!("[{}]", vec!["7"; 64].join(",")),
        r#"{"crypto":{"ciphertext":"00","kdfparams":{},"mac":"00"}}"#.to_owned(),
    ];
    for text in held {
        assert!(secret_shape(text.as_bytes()).is_some(), "{text}");
    }
}

#[test]
fn what_only_speaks_of_secrets_is_none() {
    for text in [
        "Put your AWS key (it begins with AKIA) into the settings.",
        "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        "-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----",
        "client_secret = <your secret here>",
        "let private_key = read_private_key(path);",
        "the quick brown fox jumps over the lazy dog and then sleeps",
        "[1,2,3]",
        "",
        "ask_live_music_tonight_in_town_hall",
    ] {
        assert_eq!(secret_shape(text.as_bytes()), None, "{text}");
    }
}

#[test]
fn no_prefix_of_random_bytes_makes_it_panic() {
    let mut state = 7_u64;
    for length in 0..600 {
        let bytes: Vec<u8> = (0..length)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 56) as u8
            })
            .collect();
        let _ = secret_shape(&bytes);
    }
}

#[test]
fn a_file_full_of_beginnings_of_tokens_takes_no_longer_than_another() {
    for beginning in ["eyJ", ".eyJ", "eyJ_", "xoxb-", "AKIA", "xprv", "SG."] {
        let full = beginning.repeat(LOOKED_AT / beginning.len());
        let (time, _) = fuzzing::working_time(|| secret_shape(full.as_bytes()));
        assert!(time < fuzzing::SECOND, "{beginning}: {time:?}");
    }
}
