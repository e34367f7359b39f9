//! Bytes of others that reach this crate without a connection, and what is shown of those that came by one.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fuzzing::Runs;
use secrecy::SecretString;

use crate::key::Token;
use crate::redact::excerpt;
use crate::{
    Endpoints, GatewayAddress, LinkStyle, PsaEndpoint, pins_of_pin_list, reserialised,
    with_file_name,
};

/// The largest JSON that is uploaded as JSON.
const LARGEST_JSON: usize = 10_000_000;
/// The most that is read of an answer.
const LARGEST_ANSWER: usize = 16 * 1024 * 1024;
const CID: &str = "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq";

#[test]
fn no_text_makes_the_json_that_is_written_again_fail_hang_or_grow() {
    let texts = [
        r#" { "b" : 1.0 , "a":[ 1 , -0, 1e2 ], "10":2,"2":3,"01":4,"a":{} } "#,
        r#"{"name":"\u00fc\u2028\/\"\n","list":[[],{},[{"x":null}],true],"n":5e-324}"#,
        "[123456789012345680000,1e21,0.0000001]",
    ];
    Runs::of("JSON that is written again", 1_000).text(&texts, LARGEST_JSON, |text| {
        // Numbers may become four times as long: what is long is not read twice within one run's time.
        let written = reserialised(text).ok();
        if let Some(written) = written.filter(|written| written.len() < LARGEST_JSON / 4) {
            assert_eq!(reserialised(&written).as_ref(), Ok(&written));
        }
    });
}

#[test]
fn no_list_of_pins_makes_its_reader_fail_hang_or_grow() {
    let list = format!(
        r#"{{"count":1,"rows":[{{"id":"a","ipfs_pin_hash":"{CID}","size":12,"user_id":"u","date_pinned":"2026-01-02T12:00:00.000Z","date_unpinned":null,"metadata":{{"name":"n","keyvalues":{{"a":"b","c":1.5}}}},"regions":[{{"regionId":"FRA1","currentReplicationCount":1,"desiredReplicationCount":1}}],"mime_type":"text/plain","number_of_files":1}}]}}"#
    );
    let lists = [list.as_bytes(), br#"{"rows":[{"":0},{"":0}]}"#, b"[0,0]"];
    Runs::of("a list of pins", 1_000).bytes(&lists, LARGEST_ANSWER, |body| {
        let pins = pins_of_pin_list(body).unwrap_or_default();
        assert!(pins.iter().all(|pin| !pin.cid.is_empty()));
    });
}

#[test]
fn no_claims_of_a_token_make_their_reader_fail_hang_or_grow() {
    let claims = r#"{"userInformation":{"id":"u","email":"a@b.invalid","pin_policy":{"regions":[]}},"scopedKeyKey":"k1","scopedKeySecret":"s","exp":1}"#;
    let token = format!("h.{}.s", URL_SAFE_NO_PAD.encode(claims));
    let sound = [claims.as_bytes(), token.as_bytes()];
    Runs::of("a token's claims", 700).bytes(&sound, 1024 * 1024, |bytes| {
        let within = format!("h.{}.s", URL_SAFE_NO_PAD.encode(bytes));
        let itself = String::from_utf8_lossy(bytes).into_owned();
        for text in [within, itself] {
            if let Ok(token) = Token::new(&SecretString::from(text)) {
                let (email, key) = token.claims();
                assert!([email, key].iter().flatten().all(|text| !text.is_empty()));
                assert!(!token.headers().is_empty());
            }
        }
    });
}

#[test]
fn no_address_makes_its_reader_fail_hang_or_grow() {
    let sound = [
        "https://api.example.com/psa/pins",
        "http://[::1]:8080/",
        "pets.mypinata.cloud",
        "https://me:pw@host.invalid:65535/?a=b#c",
        CID,
        "QmYwAPJzv5CZsnA625s3Xf2nemtYgPpHdWEz79ojWKPbdG",
    ];
    Runs::of("an address", 400).text(&sound, 256 * 1024, |text| {
        let _ = Endpoints::single(text, text);
        if let Ok(endpoint) = PsaEndpoint::new(text) {
            assert_eq!(PsaEndpoint::new(endpoint.url().as_str()), Ok(endpoint));
        }
        let own = GatewayAddress::new("g.invalid").expect("an address");
        for gateway in [GatewayAddress::new(text), Ok(own)].into_iter().flatten() {
            let again = GatewayAddress::new(gateway.url().as_str());
            assert_eq!(again.as_ref(), Ok(&gateway));
            for style in [LinkStyle::Path, LinkStyle::Subdomain, LinkStyle::Native] {
                let _ = gateway.link(style, CID, &[text]);
                let _ = gateway.link(style, text, &["a"]);
            }
        }
        let link = with_file_name("https://g.invalid/ipfs/bafy", text);
        let read = url::Url::parse(&link).expect("a link");
        assert_eq!(read.query_pairs().count(), 1);
    });
}

#[test]
fn no_answer_makes_its_excerpt_long_or_tells_the_secret_in_it() {
    const TOKEN: &str = "headerheader.claimsclaims.signature-123";
    let sound = [
        "{\"error\":{\"reason\":\"Bearer headerheader.claimsclaims.signature-123\"}}",
        "claimsclaims and signature-123, headerheader",
        "<html>\r\n\t\u{7}</html>",
    ];
    Runs::of("an excerpt", 1_500).text(&sound, LARGEST_ANSWER, |text| {
        let short = excerpt(text, TOKEN);
        assert!(short.chars().count() <= 241 && !short.chars().any(char::is_control));
        for secret in ["headerheader", "claimsclaims", "signature-123"] {
            assert!(!short.contains(secret), "{short}");
        }
    });
}
