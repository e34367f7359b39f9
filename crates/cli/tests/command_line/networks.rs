//! Servers whose TLS is wrong, proxies, and names that lead nowhere: where the token goes, and where it never does.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::house::{House, TOKEN};
use crate::processes::Pinfold;

/// The exit code of what cannot be reached.
const UNREACHABLE: i32 = 4;

/// What a listener was told, in the clear.
type Heard = Arc<Mutex<Vec<u8>>>;

fn heard(by: &Heard) -> String {
    String::from_utf8_lossy(&by.lock().expect("no panic")).into_owned()
}

/// A server on this computer that answers each request with 401. Its port, and what it heard.
fn listens(serves: impl Fn(TcpStream, &Heard) + Send + 'static) -> (u16, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("binds");
    let port = listener.local_addr().expect("an address").port();
    let heard = Heard::default();
    let hears = heard.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
            serves(stream, &hears);
        }
    });
    (port, heard)
}

/// Reads a request's head, keeps it, and refuses.
fn refuses(stream: &mut (impl Read + Write), heard: &Heard) {
    let (mut head, mut piece) = (Vec::new(), [0; 1024]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut piece) {
            Ok(read @ 1..) => head.extend_from_slice(&piece[..read]),
            _ => break,
        }
    }
    heard.lock().expect("no panic").extend_from_slice(&head);
    let _ = stream.write_all(
        b"HTTP/1.1 401 Unauthorized\r\ncontent-type: application/json\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{}",
    );
    let _ = stream.flush();
}

/// A certificate's authority, and what makes certificates by it.
fn authority() -> (String, Issuer<'static, KeyPair>) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(Vec::new()).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let certificate = params.self_signed(&key).expect("a certificate");
    (certificate.pem(), Issuer::new(params, key))
}

/// A server that shows this certificate.
fn speaks_tls(certificate: CertificateDer<'static>, key: &KeyPair) -> (u16, Heard) {
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .expect("a certificate and its key");
    let config = Arc::new(config);
    listens(move |stream, heard| {
        let tls = rustls::ServerConnection::new(config.clone()).expect("a connection");
        refuses(&mut rustls::StreamOwned::new(tls, stream), heard);
    })
}

/// A server with a certificate for this name, good until that year, by this authority or by itself.
fn certified(by: Option<&Issuer<'static, KeyPair>>, name: &str, until: i32) -> (u16, Heard) {
    let key = KeyPair::generate().expect("a key");
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    params.not_before = date_time_ymd(1999, 1, 1);
    params.not_after = date_time_ymd(until, 1, 1);
    let certificate = match by {
        Some(authority) => params.signed_by(&key, authority),
        None => params.self_signed(&key),
    };
    speaks_tls(certificate.expect("a certificate").into(), &key)
}

/// Adds an account at this server, on a computer that trusts this authority alone.
fn add(house: &House, name: &str, [api, gateway]: [&str; 2], trusted: &Path) -> Pinfold {
    let arguments = [
        "account",
        "add",
        "--name",
        name,
        "--api",
        api,
        "--gateway",
        gateway,
    ];
    house
        .pinfold(&arguments)
        .env("SSL_CERT_FILE", trusted)
        .env_remove("SSL_CERT_DIR")
}

fn outcome(command: Pinfold) -> (i32, String) {
    let output = command.output();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code().unwrap_or(-1), told)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_is_expired_or_of_another_name_or_of_nobody_never_sees_the_token() {
    let house = House::new().await;
    let (pem, authority) = authority();
    let (_, stranger) = self::authority();
    let trusted = house.path("authority.pem");
    std::fs::write(&trusted, pem).expect("writes");
    let at = |(port, _): &(u16, Heard)| format!("https://localhost:{port}");

    // With a certificate that is good, the same server is asked, and shown the token.
    let good = certified(Some(&authority), "localhost", 4_000);
    let (code, told) = outcome(add(&house, "good", [&at(&good), &at(&good)], &trusted));
    assert!(heard(&good.1).contains(TOKEN), "{told}");
    assert_ne!(code, UNREACHABLE, "{told}");

    let wrong = [
        ("expired", certified(Some(&authority), "localhost", 2_000)),
        (
            "another name",
            certified(Some(&authority), "elsewhere.example", 4_000),
        ),
        ("its own", certified(None, "localhost", 4_000)),
        (
            "a stranger's",
            certified(Some(&stranger), "localhost", 4_000),
        ),
    ];
    for (what, server) in &wrong {
        let (code, told) = outcome(add(&house, what, [&at(server), &at(server)], &trusted));
        assert_eq!(code, UNREACHABLE, "{what}: {told}");
        assert_eq!(heard(&server.1), "", "{what}");
        assert!(told.contains("certificate"), "{what}: {told}");
    }
    assert!(house.objects(&["account", "ls"], "account").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_asked_for_a_tunnel_and_never_shown_the_token() {
    let house = House::new().await;
    let trusted = house.path("nobody.pem");
    std::fs::write(&trusted, authority().0).expect("writes");
    let (port, proxy) = listens(|mut stream, heard| refuses(&mut stream, heard));
    let through = |mut command: Pinfold| {
        let address = format!("http://127.0.0.1:{port}");
        for name in [
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "ALL_PROXY",
            "http_proxy",
            "https_proxy",
            "all_proxy",
        ] {
            command = command.env(name, &address);
        }
        command.env_remove("NO_PROXY").env_remove("no_proxy")
    };
    let (code, told) = outcome(through(add(
        &house,
        "far",
        ["https://pinning.invalid", "https://gateway.invalid"],
        &trusted,
    )));
    assert_eq!(code, UNREACHABLE, "{told}");
    let asked = heard(&proxy);
    assert!(
        asked.starts_with("CONNECT pinning.invalid:443 HTTP/1.1\r\n"),
        "{asked}"
    );
    assert!(!asked.contains(TOKEN) && !asked.contains("GET "), "{asked}");

    // What is on this computer is not asked for through anybody, wherever the gateway is.
    proxy.lock().expect("no panic").clear();
    let (api, near) = (house.server.api_url(), house.server.gateway_url());
    for (name, gateway) in [("one", near.as_str()), ("two", "https://gateway.invalid")] {
        let adding = add(&house, name, [&api, gateway], &trusted);
        let (code, told) = outcome(through(adding));
        assert_eq!((code, heard(&proxy)), (0, String::new()), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_nowhere_is_unreachable_and_says_so() {
    let house = House::new().await;
    let trusted = house.path("nobody.pem");
    std::fs::write(&trusted, authority().0).expect("writes");
    let nowhere = "https://pinning.invalid";
    let (code, told) = outcome(add(&house, "nowhere", [nowhere, nowhere], &trusted));
    assert_eq!(code, UNREACHABLE, "{told}");
    assert!(told.contains("pinning.invalid"), "{told}");
}
