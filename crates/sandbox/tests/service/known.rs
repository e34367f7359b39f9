//! CIDs that another implementation published: Kubo's own tests name them for its profile
//! `unixfs-v0-2015` (chunks of 262,144 bytes, 174 links a node, shards above 262,144 bytes of links).
//! Their content comes from a seed: the key stream of ChaCha20 (RFC 8439) under the seed's SHA-256.

use crate::stranger::{Form, Stranger};
use reqwest::StatusCode;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};
use sha2::Digest as _;

/// The first bytes of the key stream for a nonce and a counter of zeros. From the second block on it is
/// what the cipher with an authenticator makes of zeros; that one keeps the first to itself.
fn stream(seed: &str, length: usize) -> Vec<u8> {
    let key = sha2::Sha256::digest(seed.as_bytes());
    let mut bytes = first_block(&key);
    let mut rest = vec![0; length];
    let cipher = LessSafeKey::new(UnboundKey::new(&CHACHA20_POLY1305, &key).unwrap());
    let nonce = Nonce::assume_unique_for_key([0; 12]);
    // The authenticator is of no use here.
    let _ = cipher
        .seal_in_place_separate_tag(nonce, Aad::empty(), &mut rest)
        .unwrap();
    bytes.append(&mut rest);
    bytes.truncate(length);
    bytes
}

fn first_block(key: &[u8]) -> Vec<u8> {
    let mut state = [0; 16];
    state[..4].copy_from_slice(&[0x6170_7865, 0x3320_646e, 0x7962_2d32, 0x6b20_6574]);
    for (word, bytes) in state[4..12].iter_mut().zip(key.chunks(4)) {
        *word = u32::from_le_bytes(bytes.try_into().unwrap());
    }
    let mut words = state;
    for _ in 0..10 {
        for [a, b, c, d] in [
            [0, 4, 8, 12],
            [1, 5, 9, 13],
            [2, 6, 10, 14],
            [3, 7, 11, 15],
            [0, 5, 10, 15],
            [1, 6, 11, 12],
            [2, 7, 8, 13],
            [3, 4, 9, 14],
        ] {
            for (x, y, z, by) in [(a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)] {
                words[x] = u32::wrapping_add(words[x], words[y]);
                words[z] = (words[z] ^ words[x]).rotate_left(by);
            }
        }
    }
    let sums = words
        .iter()
        .zip(state)
        .map(|(word, start)| word.wrapping_add(start));
    sums.flat_map(u32::to_le_bytes).collect()
}

async fn cid(stranger: &Stranger, form: &Form) -> String {
    let (status, body) = stranger.pin(form).await;
    assert_eq!(status, StatusCode::OK, "{body}");
    body["IpfsHash"].as_str().unwrap().to_owned()
}

/// A folder of `files` files with names of this length, each with the content `x`.
fn folder(files: usize, length: usize) -> Form {
    const LETTERS: &[u8; 39] = b"abcdefghijklmnopqrstuvwxyz01234567890-_";
    let names = stream("hamt-unixfs-v0-2015", files * length);
    names.chunks(length).fold(Form::new(), |form, name| {
        let letters = name
            .iter()
            .map(|byte| LETTERS[usize::from(*byte) % LETTERS.len()]);
        let name = String::from_utf8(letters.collect()).unwrap();
        form.file(&format!("folder/{name}"), b"x")
    })
}

#[tokio::test]
async fn files_of_one_chunk_and_of_one_byte_more() {
    let stranger = Stranger::new().await;
    let bytes = stream("chunk-v0-seed", 262_145);
    for (length, known) in [
        (262_144, "QmWmRj3dFDZdb6ABvbmKhEL6TmPbAfBZ1t5BxsEyJrcZhE"),
        (262_145, "QmYyLxtzZyW22zpoVAtKANLRHpDjZtNeDjQdJrcQNWoRkJ"),
    ] {
        let form = Form::new().file("f", &bytes[..length]);
        assert_eq!(cid(&stranger, &form).await, known, "{length}");
    }
}

#[tokio::test]
async fn files_of_174_chunks_and_of_one_byte_more() {
    let stranger = Stranger::new().await;
    let bytes = stream("v0-seed", 174 * 262_144 + 1);
    for (length, known) in [
        (
            bytes.len() - 1,
            "QmUbBALi174SnogsUzLpYbD4xPiBSFANF4iztWCsHbMKh2",
        ),
        (
            bytes.len(),
            "QmV81WL765sC8DXsRhE5fJv2rwhS4icHRaf3J9Zk5FdRnW",
        ),
    ] {
        let form = Form::new().file("f", &bytes[..length]);
        let cid = cid(&stranger, &form).await;
        assert_eq!(cid, known, "{length}");
        assert!(stranger.bytes(&format!("/ipfs/{cid}")).await == bytes[..length]);
    }
}

#[tokio::test]
async fn a_folder_at_the_threshold_is_plain_and_one_byte_more_makes_it_a_shard() {
    let stranger = Stranger::new().await;
    for (files, length, known) in [
        (4096, 30, "QmX5GtRk3TSSEHtdrykgqm4eqMEn3n2XhfkFAis5fjyZmN"),
        (4033, 31, "QmeMiJzmhpJAUgynAcxTQYek5PPKgdv3qEvFsdV3XpVnvP"),
    ] {
        assert_eq!(
            cid(&stranger, &folder(files, length)).await,
            known,
            "{files}"
        );
    }
}
