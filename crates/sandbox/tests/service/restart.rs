//! The program, killed and started again: what was answered is served, what was not leaves no trace.

use crate::stranger::{Form, TOKEN, client, json, noise};
use futures::StreamExt as _;
use reqwest::{Client, StatusCode};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The program as a child process.
struct Program {
    child: Child,
    api: String,
    gateway: String,
}

impl Program {
    fn start(data: &Path, more: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_pinfold-sandbox"))
            .args(["--listen", "127.0.0.1:0", "--gateway", "127.0.0.1:0"])
            .args(["--token", TOKEN, "--data"])
            .arg(data)
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut url = |name: &str| {
            let line = lines.next().unwrap().unwrap();
            line.strip_prefix(name).unwrap().trim().to_owned()
        };
        Self {
            api: url("api"),
            gateway: url("gateway"),
            child,
        }
    }

    /// SIGKILL: no handler runs, nothing is flushed.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    async fn pin(&self, client: &Client, form: &Form) -> String {
        let request = client
            .post(format!("{}/pinning/pinFileToIPFS", self.api))
            .bearer_auth(TOKEN)
            .header(
                "content-type",
                "multipart/form-data; boundary=boundary-of-a-stranger",
            )
            .body(form.bytes());
        let (status, body) = json(request.send().await.unwrap()).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["IpfsHash"].as_str().unwrap().to_owned()
    }

    async fn bytes(&self, client: &Client, path: &str) -> Vec<u8> {
        let response = client
            .get(format!("{}/ipfs/{path}", self.gateway))
            .send()
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        response.bytes().await.unwrap().to_vec()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Of no use after `kill`, and harmless then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "looks into the service's folder from outside"
)]
fn names_in(folder: &Path) -> Vec<String> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

#[tokio::test]
async fn everything_answered_is_served_after_a_kill() {
    let data = tempfile::tempdir().unwrap();
    let client = client();
    let program = Program::start(data.path(), &[]);
    let big = noise(3_000_000);
    let file = program.pin(&client, &Form::new().file("big", &big)).await;
    let folder = Form::new()
        .file("r/a", b"hello")
        .file("r/s/b", &big[..700_000]);
    let folder = program.pin(&client, &folder).await;
    program.kill();

    let program = Program::start(data.path(), &[]);
    assert!(program.bytes(&client, &file).await == big);
    assert_eq!(
        program.bytes(&client, &format!("{folder}/a")).await,
        b"hello"
    );
    assert!(program.bytes(&client, &format!("{folder}/s/b")).await == big[..700_000]);
    let again = program.pin(&client, &Form::new().file("big", &big)).await;
    assert_eq!(again, file);
}

#[tokio::test]
async fn an_upload_that_a_kill_cut_off_leaves_no_trace() {
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path(), &[]);
    let address = program.api.trim_start_matches("http://").to_owned();
    let form = Form::new().file("big", &noise(4_000_000)).bytes();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "POST /pinning/pinFileToIPFS HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: multipart/form-data; boundary=boundary-of-a-stranger\r\n\
         Expect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        form.len()
    )
    .unwrap();
    // The service asks for the body when it has made the partial file.
    let mut line = String::new();
    BufReader::new(&stream).read_line(&mut line).unwrap();
    assert_eq!(line, "HTTP/1.1 100 Continue\r\n");
    stream.write_all(&form[..2_000_000]).unwrap();
    let partial = data.path().join("partial");
    program.kill();
    assert_eq!(names_in(&partial).len(), 1);

    let _program = Program::start(data.path(), &[]);
    assert!(names_in(&partial).is_empty());
    assert!(names_in(&data.path().join("blobs")).is_empty());
}

#[tokio::test]
async fn a_resumable_upload_goes_on_after_a_kill_from_what_is_on_the_disk() {
    let data = tempfile::tempdir().unwrap();
    let client = client();
    let bytes = noise(9_000_000);
    let mut program = Program::start(data.path(), &[]);
    let created = client
        .post(format!("{}/v3/files", program.api))
        .bearer_auth(TOKEN)
        .header("Upload-Length", bytes.len())
        .header("Upload-Metadata", "network cHVibGlj")
        .send()
        .await
        .unwrap();
    let url = created.headers()["location"].to_str().unwrap();
    let path = url.strip_prefix(&program.api).unwrap().to_owned();
    let mut at = 0;
    for _ in 0..3 {
        // A whole chunk, then one that the kill cuts off.
        let whole = chunk(
            &client,
            &program,
            &path,
            at,
            bytes[at..at + 1_000_000].to_vec(),
        );
        assert_eq!(whole.send().await.unwrap().status(), StatusCode::NO_CONTENT);
        let acknowledged = at + 1_000_000;
        let (arrived, arriving) = tokio::sync::oneshot::channel();
        let half = bytes[acknowledged..acknowledged + 1_000_000].to_vec();
        let body = futures::stream::unfold((half, Some(arrived)), |(half, arrived)| async move {
            let arrived = arrived?;
            let _ = arrived.send(());
            Some((Ok::<_, std::io::Error>(half), (Vec::new(), None)))
        })
        .chain(futures::stream::pending());
        let body = reqwest::Body::wrap_stream(body);
        let cut = chunk(&client, &program, &path, acknowledged, Vec::new()).body(body);
        let cut = tokio::spawn(cut.send());
        arriving.await.unwrap();
        program.kill();
        assert!(cut.await.unwrap().is_err());

        program = Program::start(data.path(), &[]);
        let head = client.head(format!("{}{path}", program.api));
        let head = head.bearer_auth(TOKEN).send().await.unwrap();
        at = head.headers()["upload-offset"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!(
            (acknowledged..=acknowledged + 1_000_000).contains(&at),
            "{at}"
        );
    }
    let rest = chunk(&client, &program, &path, at, bytes[at..].to_vec());
    let last = rest.send().await.unwrap();
    let cid = last.headers()["upload-cid"].to_str().unwrap();
    assert!(program.bytes(&client, cid).await == bytes);
    program.kill();
    let program = Program::start(data.path(), &[]);
    assert!(program.bytes(&client, cid).await == bytes);
}

#[tokio::test]
async fn a_kill_while_the_last_chunk_is_imported_loses_nothing_and_pins_once() {
    let client = client();
    let bytes = noise(5_000_000);
    for wait in 0..6 {
        let data = tempfile::tempdir().unwrap();
        let program = Program::start(data.path(), &[]);
        let created = client
            .post(format!("{}/v3/files", program.api))
            .bearer_auth(TOKEN)
            .header("Upload-Length", bytes.len())
            .header("Upload-Metadata", "network cHVibGlj");
        let created = created.send().await.unwrap();
        let url = created.headers()["location"].to_str().unwrap();
        let path = url.strip_prefix(&program.api).unwrap().to_owned();
        let whole = chunk(&client, &program, &path, 0, bytes.clone());
        let sent = tokio::spawn(whole.send());
        // So many looks at the service pass before the kill: it comes earlier and later in the work.
        for _ in 0..wait * 3 {
            let look = client.get(format!("{}/ipfs/none", program.gateway));
            look.send().await.unwrap();
        }
        program.kill();
        let _ = sent.await;

        let program = Program::start(data.path(), &[]);
        let head = client.head(format!("{}{path}", program.api));
        let head = head.bearer_auth(TOKEN).send().await.unwrap();
        let at: usize = head.headers()["upload-offset"]
            .to_str()
            .unwrap()
            .parse()
            .unwrap();
        let whole = head.headers().contains_key("upload-cid");
        let told = if whole {
            head
        } else {
            let rest = chunk(&client, &program, &path, at, bytes[at..].to_vec());
            rest.send().await.unwrap()
        };
        let cid = told.headers()["upload-cid"].to_str().unwrap();
        assert!(program.bytes(&client, cid).await == bytes, "after {wait}");
        let list = client.get(format!("{}/v3/files/public", program.api));
        let (_, list) = json(list.bearer_auth(TOKEN).send().await.unwrap()).await;
        assert_eq!(
            list["data"]["files"].as_array().unwrap().len(),
            1,
            "after {wait}"
        );
    }
}

fn chunk(
    client: &Client,
    program: &Program,
    path: &str,
    offset: usize,
    bytes: Vec<u8>,
) -> reqwest::RequestBuilder {
    client
        .patch(format!("{}{path}", program.api))
        .bearer_auth(TOKEN)
        .header("content-type", "application/offset+octet-stream")
        .header("Upload-Offset", offset)
        .body(bytes)
}

#[tokio::test]
async fn content_that_was_unpinned_is_swept_at_the_next_start_and_shared_content_is_not() {
    let data = tempfile::tempdir().unwrap();
    let client = client();
    let program = Program::start(data.path(), &[]);
    let gone = program.pin(&client, &Form::new().file("a", b"gone")).await;
    let first = Form::new()
        .file("r/shared", b"shared")
        .file("r/own", b"own");
    let first = program.pin(&client, &first).await;
    let second = program
        .pin(&client, &Form::new().file("q/also", b"shared"))
        .await;
    for cid in [&gone, &first] {
        let url = format!("{}/pinning/unpin/{cid}", program.api);
        let request = client.delete(url).bearer_auth(TOKEN);
        assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
    }
    program.kill();

    let program = Program::start(data.path(), &[]);
    assert_eq!(
        program.bytes(&client, &format!("{second}/also")).await,
        b"shared"
    );
    assert_eq!(names_in(&data.path().join("blobs")).len(), 1);
    assert_eq!(
        program.pin(&client, &Form::new().file("a", b"gone")).await,
        gone
    );
    assert_eq!(program.bytes(&client, &gone).await, b"gone");
}

#[tokio::test]
async fn the_program_seeds_explains_itself_and_refuses_what_it_does_not_know() {
    let data = tempfile::tempdir().unwrap();
    let program = Program::start(data.path(), &["--seed", "1200"]);
    let url = format!("{}/data/userPinnedDataTotal", program.api);
    let (_, body) = json(client().get(url).bearer_auth(TOKEN).send().await.unwrap()).await;
    assert_eq!(body["pin_count"], 1200);
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pinfold-sandbox"));
        command
            .args(arguments)
            .env_remove("PINFOLD_SANDBOX_TOKEN")
            .output()
            .unwrap()
    };
    let help = run(&["--help"]);
    assert!(help.status.success());
    assert!(
        String::from_utf8(help.stdout)
            .unwrap()
            .contains("--gateway")
    );
    for wrong in [
        &["--nonsense"][..],
        &["--data", "d"],
        &["--token", "t"],
        &["--data", "d", "--token", "t", "--key", "k"],
        &["--psa", "loose"],
        &["--jobs", "soon"],
        &["--job-end", "cid=done"],
    ] {
        let output = run(wrong);
        assert_eq!(output.status.code(), Some(2));
        assert!(!output.stderr.is_empty());
    }
}

#[tokio::test]
async fn the_program_is_a_strict_pinning_service_with_instant_jobs_and_a_pair_of_keys() {
    const CID: &str = "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm";
    const LOST: &str = "bafkreiauhurhso4yja2r32eekeh7sgii62j6va3xtsvmmf2zysyyngt57y";
    let data = tempfile::tempdir().unwrap();
    let lost = format!("{LOST}=expired");
    let flags = [
        "--psa",
        "strict",
        "--jobs",
        "instant",
        "--job-end",
        &lost,
        "--key",
        "k",
        "--secret",
        "s",
    ];
    let program = Program::start(data.path(), &flags);
    for (cid, status) in [(CID, "pinned"), (LOST, "failed")] {
        let request = client()
            .post(format!("{}/psa/pins", program.api))
            .bearer_auth(TOKEN)
            .json(&serde_json::json!({ "cid": cid }));
        let (code, body) = json(request.send().await.unwrap()).await;
        assert_eq!(
            (code, &body["status"]),
            (StatusCode::ACCEPTED, &status.into())
        );
    }
    let request = client()
        .get(format!("{}/data/testAuthentication", program.api))
        .header("pinata_api_key", "k")
        .header("pinata_secret_api_key", "s");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}
