//! Requests that nobody meant: each is answered, none by a fault of the service, and it goes on afterwards.

use std::net::SocketAddr;
use std::path::Path;

use fuzzing::{Dice, Runs, mutated};
use sandbox::{Config, Jobs, Sandbox};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};

use crate::stranger::tus::metadata;
use crate::stranger::{Form, HELLO_V1, TOKEN};

/// The longest target and header, and the longest body, in bytes.
const LONGEST_LINE: usize = 4_000;
const LONGEST_BODY: usize = 1024 * 1024;
const FORM: &str = "multipart/form-data; boundary=boundary-of-a-stranger";
const JSON: &str = "application/json";
const CHUNK: &str = "application/offset+octet-stream";
const NO_BODY: &[u8] = b"";

/// A request as its parts.
#[derive(Clone)]
struct Sound {
    method: &'static str,
    /// Path and query.
    target: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn sound(method: &'static str, target: &str, kind: &str, body: &[u8]) -> Sound {
    let kind = (!kind.is_empty()).then(|| ("Content-Type", kind.to_owned()));
    Sound {
        method,
        target: target.to_owned(),
        headers: kind.into_iter().collect(),
        body: body.to_vec(),
    }
}

fn with_json(method: &'static str, target: &str, body: &Value) -> Sound {
    sound(method, target, JSON, body.to_string().as_bytes())
}

/// What stands in the service for the requests to name.
struct Kept {
    file: String,
    group: String,
    request: String,
    upload: String,
}

impl Kept {
    fn requests(&self) -> Vec<Sound> {
        let mut all = self.lists();
        all.extend(self.changes());
        all.extend(uploads());
        all.extend(self.chunks());
        all.extend(gateway());
        all
    }

    fn lists(&self) -> Vec<Sound> {
        let conditions = "%7B%22a%22%3A%7B%22value%22%3A%221%22%2C%22op%22%3A%22between%22%2C%22secondValue%22%3A2%7D%7D";
        [
            "/data/pinList?status=all&pageLimit=10&pageOffset=0&pinStart=2020-01-01T00:00:00Z&pinSizeMin=1".to_owned(),
            format!("/data/pinList?hashContains=ba&metadata[name]=a&metadata[keyvalues]={conditions}"),
            "/pinning/pinJobs?sort=ASC&limit=5&offset=1&status=searching".to_owned(),
            "/groups?limit=10&offset=1&nameContains=a".to_owned(),
            "/v3/files/public?limit=2&order=DESC&keyvalues[a]=1&name=a&mimeType=text/plain".to_owned(),
            format!("/v3/files/public/{}", self.file),
            format!("/v3/files/public?group={}&cid={HELLO_V1}&cidPending=true", self.group),
            format!("/v3/files/public/swap/{HELLO_V1}?domain=a.mypinata.cloud"),
            format!("/v3/files/public/signature/{HELLO_V1}"),
            "/v3/files/public/pin_by_cid?order=ASC&status=prechecking&limit=1".to_owned(),
            "/v3/groups/public?nameContains=a&isPublic=true&limit=1".to_owned(),
            "/v3/pinata/keys?revoked=false&limitedUse=true&exhausted=false&name=a&offset=1".to_owned(),
            "/v3/gateways/exists/a".to_owned(),
            format!("/psa/pins?cid={HELLO_V1}&name=a&match=ipartial&status=queued,pinned&before=2030-01-01T01:00:00%2B01:00&limit=3&meta[a]=1"),
            "/psa/pins?meta=%7B%22app%22%3A%22x%22%7D".to_owned(),
            format!("/psa/pins/{}", self.request),
        ]
        .iter()
        .map(|target| sound("GET", target, "", NO_BODY))
        .collect()
    }

    fn changes(&self) -> Vec<Sound> {
        let (file, group) = (&self.file, &self.group);
        let pin = json!({"cid": HELLO_V1, "name": "a", "origins": ["/ip4/1.2.3.4/tcp/4001/p2p/a"], "meta": {"a": "b"}});
        let key = json!({"keyName": "a", "maxUses": 2, "permissions": {"admin": false, "endpoints": {"pinning": {"unpin": true}}}});
        let by_hash = json!({"hashToPin": HELLO_V1, "pinataMetadata": {"name": "a", "keyvalues": {"a": 1}}, "pinataOptions": {"hostNodes": ["/ip4/1.2.3.4/tcp/4001/p2p/a"]}});
        let by_cid = json!({"cid": HELLO_V1, "name": "a", "keyvalues": {"a": "1"}, "group_id": group, "host_nodes": ["/ip4/1.2.3.4/tcp/1/p2p/a"]});
        let edit =
            json!({"name": "b", "keyvalues": {"a": null, "b": "1"}, "expires_at": 2_000_000_000});
        let legacy_edit = json!({"ipfsPinHash": HELLO_V1, "name": "a", "keyvalues": {"a": 5}});
        let policy =
            json!({"newPinPolicy": {"regions": [{"id": "FRA1", "desiredReplicationCount": 1}]}});
        let signature = json!({"signature": "0xab", "address": "0xcd"});
        let link = json!({"url": format!("http://127.0.0.1/files/{HELLO_V1}"), "date": 1_700_000_000, "expires": 30, "method": "GET"});
        let sign = json!({"date": 1_700_000_000, "expires": 30, "max_file_size": 5, "allow_mime_types": ["text/*"], "filename": "a"});
        vec![
            with_json("PUT", &format!("/v3/files/public/{file}"), &edit),
            with_json("POST", "/v3/files/public/pin_by_cid", &by_cid),
            with_json("POST", "/v3/files/private/download_link", &link),
            with_json("POST", "/v3/files/sign", &sign),
            with_json(
                "PUT",
                &format!("/v3/files/public/swap/{HELLO_V1}"),
                &json!({"swap_cid": HELLO_V1}),
            ),
            with_json(
                "POST",
                &format!("/v3/files/public/signature/{HELLO_V1}"),
                &signature,
            ),
            with_json(
                "POST",
                "/v3/groups/public",
                &json!({"name": "a", "is_public": true}),
            ),
            with_json(
                "PUT",
                &format!("/v3/groups/public/{group}"),
                &json!({"name": "b"}),
            ),
            sound(
                "PUT",
                &format!("/v3/groups/public/{group}/ids/{file}"),
                "",
                NO_BODY,
            ),
            with_json("POST", "/v3/pinata/keys", &key),
            with_json("POST", "/users/generateApiKey", &key),
            with_json("PUT", "/users/revokeApiKey", &json!({"apiKey": "a"})),
            with_json("POST", "/pinning/pinByHash", &by_hash),
            with_json("PUT", "/pinning/hashMetadata", &legacy_edit),
            with_json("PUT", "/pinning/userPinPolicy", &policy),
            with_json("POST", "/groups", &json!({"name": "a"})),
            with_json(
                "PUT",
                &format!("/groups/{group}/cids"),
                &json!({"cids": [HELLO_V1]}),
            ),
            with_json("POST", "/psa/pins", &pin),
            with_json("POST", &format!("/psa/pins/{}", self.request), &pin),
            with_json(
                "POST",
                "/pinning/pinJSONToIPFS",
                &json!({"pinataContent": {"a": [1, "b"]}, "pinataMetadata": {"name": "a"}}),
            ),
        ]
    }

    fn chunks(&self) -> Vec<Sound> {
        let pairs = [
            ("filename", "a b.txt"),
            ("network", "public"),
            ("keyvalues", r#"{"a":"1"}"#),
            ("cid_version", "v1"),
        ];
        let mut begin = sound("POST", "/v3/files", "", NO_BODY);
        begin.headers = vec![
            ("Upload-Length", "1000".to_owned()),
            ("Upload-Metadata", metadata(&pairs)),
            ("Tus-Resumable", "1.0.0".to_owned()),
        ];
        let mut chunk = sound("PATCH", &self.upload, CHUNK, b"some of the bytes");
        chunk.headers.push(("Upload-Offset", "0".to_owned()));
        chunk.headers.push((
            "Upload-Checksum",
            "sha1 Ye1rsd2FU9uFtDHOsXf9pnNxqHM=".to_owned(),
        ));
        vec![begin, chunk, sound("HEAD", &self.upload, "", NO_BODY)]
    }
}

fn uploads() -> Vec<Sound> {
    let legacy = Form::new()
        .file("dir/a.txt", b"hello")
        .file("dir/b/c.txt", b"world")
        .text("pinataMetadata", r#"{"name":"a","keyvalues":{"a":1}}"#)
        .text(
            "pinataOptions",
            r#"{"cidVersion":1,"groupId":"g","wrapWithDirectory":true}"#,
        );
    let newer = Form::new()
        .text("network", "public")
        .text("keyvalues", r#"{"a":"1"}"#)
        .text("expires_at", "2000000000")
        .text("cid_version", "v0")
        .file("a.txt", b"hello");
    let car = Form::new()
        .text("network", "public")
        .text("car", "true")
        .file("a.car", &a_car());
    vec![
        sound("POST", "/pinning/pinFileToIPFS", FORM, &legacy.bytes()),
        sound("POST", "/v3/files", FORM, &newer.bytes()),
        sound("POST", "/v3/files", FORM, &car.bytes()),
    ]
}

/// A CAR of one raw block.
fn a_car() -> Vec<u8> {
    let cid = cid::Cid::try_from(HELLO_V1).expect("a CID").to_bytes();
    let mut header = b"\xa2eroots\x81\xd8*X%\x00".to_vec();
    header.extend(&cid);
    header.extend(b"gversion\x01");
    let block = [cid.as_slice(), b"hello"].concat();
    let framed = |part: &[u8]| [&[u8::try_from(part.len()).expect("short")], part].concat();
    [framed(&header), framed(&block)].concat()
}

fn gateway() -> Vec<Sound> {
    let mut part = sound(
        "GET",
        &format!("/ipfs/{HELLO_V1}?download=true&filename=a%20b.txt"),
        "",
        NO_BODY,
    );
    part.headers = vec![
        ("Range", "bytes=1-2,3-".to_owned()),
        ("If-None-Match", "\"a\", W/\"b\"".to_owned()),
        ("Accept", "application/vnd.ipld.raw".to_owned()),
    ];
    let car = format!("/ipfs/{HELLO_V1}?format=car&dag-scope=entity&entity-bytes=0:10");
    let private = format!(
        "/files/{HELLO_V1}?X-Algorithm=PINATA1&X-Date=1700000000&X-Expires=30&X-Method=GET&X-Signature=ab"
    );
    vec![
        part,
        sound("GET", &car, "", NO_BODY),
        sound("GET", &private, "", NO_BODY),
    ]
}

/// A sound request, one part of it changed.
fn foreign(dice: &mut Dice, all: &[Sound], address: SocketAddr) -> Vec<u8> {
    let mut request = all[dice.below(all.len())].clone();
    let Sound {
        target,
        headers,
        body,
        ..
    } = &mut request;
    match dice.below(3) {
        0 if !body.is_empty() => *body = mutated(dice, &[body.as_slice()], LONGEST_BODY),
        1 if !headers.is_empty() => {
            let at = dice.below(headers.len());
            let value = mutated(dice, &[headers[at].1.as_bytes()], LONGEST_LINE);
            headers[at].1 = value
                .into_iter()
                .filter(|byte| matches!(byte, b' '..=b'~'))
                .map(char::from)
                .collect();
        }
        _ => *target = in_a_target(&mutated(dice, &[target.as_bytes()], LONGEST_LINE)),
    }
    request.written(address)
}

/// What may not stand in a request's first line stands there in numbers.
fn in_a_target(bytes: &[u8]) -> String {
    let encoded = |byte: &u8| match byte {
        b'!'..=b'~' => char::from(*byte).to_string(),
        other => format!("%{other:02X}"),
    };
    let target: String = bytes.iter().map(encoded).collect();
    if target.starts_with('/') {
        target
    } else {
        format!("/{target}")
    }
}

impl Sound {
    /// `address`: the name by which the service answers.
    fn written(&self, address: SocketAddr) -> Vec<u8> {
        let Self {
            method,
            target,
            headers,
            body,
        } = self;
        let lines = headers
            .iter()
            .map(|(name, value)| [name, ": ", value, "\r\n"].concat());
        let headers = lines.collect::<String>();
        let length = body.len();
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\nConnection: close\r\n{headers}Content-Length: {length}\r\n\r\n"
        );
        [head.as_bytes(), body].concat()
    }
}

/// The status and all that came behind it.
async fn answer(address: SocketAddr, request: &[u8]) -> (u16, Vec<u8>) {
    let mut stream = TcpStream::connect(address).await.expect("it is there");
    let (mut from, mut to) = stream.split();
    let mut answer = Vec::new();
    // Whoever refuses a request need not read it to its end.
    let (_, read) = tokio::join!(to.write_all(request), from.read_to_end(&mut answer));
    let digits = answer
        .get(9..12)
        .and_then(|digits| str::from_utf8(digits).ok());
    let status = digits.and_then(|digits| digits.parse().ok());
    let status = status.unwrap_or_else(|| panic!("no answer: {read:?} {}", answer.escape_ascii()));
    (status, answer)
}

/// A field of the JSON that a request is answered with.
async fn told(address: SocketAddr, request: &Sound, field: &str) -> String {
    let (status, answer) = answer(address, &request.written(address)).await;
    assert!(status < 300, "{}", answer.escape_ascii());
    let text = String::from_utf8(answer).expect("text");
    let (_, body) = text.split_once("\r\n\r\n").expect("a body");
    let body: Value = serde_json::from_str(body).expect("JSON");
    body.pointer(field)
        .and_then(Value::as_str)
        .expect("a text")
        .to_owned()
}

async fn keep(address: SocketAddr) -> Kept {
    let file = Form::new()
        .text("network", "public")
        .file("hello.txt", b"hello");
    let file = sound("POST", "/v3/files", FORM, &file.bytes());
    let group = with_json("POST", "/v3/groups/public", &json!({"name": "kept"}));
    let request = with_json(
        "POST",
        "/psa/pins",
        &json!({"cid": HELLO_V1, "name": "kept"}),
    );
    let mut upload = sound("POST", "/v3/files", "", NO_BODY);
    upload.headers = vec![("Upload-Length", "1000".to_owned())];
    let (_, begun) = answer(address, &upload.written(address)).await;
    let begun = String::from_utf8(begun).expect("text").to_lowercase();
    let upload = begun
        .lines()
        .find_map(|line| line.strip_prefix("location: "))
        .unwrap_or_else(|| panic!("it did not begin: {begun}"));
    let path = upload.find("/v3/").expect("a path");
    Kept {
        file: told(address, &file, "/data/id").await,
        group: told(address, &group, "/data/id").await,
        request: told(address, &request, "/requestid").await,
        upload: upload[path..].to_owned(),
    }
}

/// A service on this thread, so that the time of its parsers counts (not that of its store), and where it is.
async fn start(folder: &Path) -> (Sandbox, SocketAddr) {
    let mut config = Config::new(folder, TOKEN);
    config.jobs = Jobs::instant();
    config.paid = true;
    let sandbox = Sandbox::start(config).await.expect("starts");
    let url = sandbox.api_url();
    let address = url.strip_prefix("http://").expect("an address");
    let address = address.parse().expect("an address");
    (sandbox, address)
}

fn runtime() -> Runtime {
    let mut one_thread = Builder::new_current_thread();
    one_thread.enable_all().build().expect("a runtime")
}

#[test]
fn no_request_makes_the_service_fail_hang_or_grow() {
    Runs::of("requests to the Sandbox", 600).each(|seeds, watch| {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = runtime();
        let (_sandbox, address) = runtime.block_on(start(folder.path()));
        let all = runtime.block_on(keep(address)).requests();
        for seed in seeds {
            let request = foreign(&mut Dice::new(seed), &all, address);
            watch.begin(seed);
            watch.give(&request);
            let (status, said) = watch.run(|| runtime.block_on(answer(address, &request)));
            assert!((200..500).contains(&status), "{}", said.escape_ascii());
        }
        let sound = sound("GET", "/data/testAuthentication", "", NO_BODY).written(address);
        assert_eq!(runtime.block_on(answer(address, &sound)).0, 200);
    });
}

#[tokio::test]
async fn the_requests_that_are_changed_are_understood_as_they_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_sandbox, address) = start(folder.path()).await;
    let mut odd = Vec::new();
    for request in keep(address).await.requests() {
        let (status, said) = answer(address, &request.written(address)).await;
        let Sound { method, target, .. } = request;
        // Nothing was signed yet, nor with this key.
        let nothing =
            method == "GET" && (target.contains("/signature/") || target.contains("X-Signature"));
        if status >= 400 && !nothing {
            odd.push(format!("{method} {target}: {}", said.escape_ascii()));
        }
    }
    assert!(odd.is_empty(), "{odd:#?}");
}

#[tokio::test]
async fn a_number_that_no_list_reaches_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().expect("a folder");
    let (_sandbox, address) = start(folder.path()).await;
    let permissions = json!({"admin": true});
    let key = json!({"keyName": "a", "maxUses": u64::MAX / 2 + 1, "permissions": permissions});
    let mut all = vec![with_json("POST", "/v3/pinata/keys", &key)];
    for list in [
        "/v3/pinata/keys?offset",
        "/data/pinList?pageOffset",
        "/groups?offset",
        "/pinning/pinJobs?offset",
    ] {
        all.push(sound("GET", &format!("{list}={}", u64::MAX), "", NO_BODY));
    }
    for request in all {
        let (status, said) = answer(address, &request.written(address)).await;
        assert_eq!(status, 400, "{}", said.escape_ascii());
        assert!(
            said.ends_with(b"must be a number\"}"),
            "{}",
            said.escape_ascii()
        );
    }
}
