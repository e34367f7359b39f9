//! The real Secret Service: each test runs itself again inside a D-Bus session of its own, with a gnome-keyring-daemon
//! that no other session knows. A missing tool fails.
#![cfg(target_os = "linux")]

use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use secrecy::{ExposeSecret as _, SecretString};
use secrets::{Keychain, Limits, SecretError, SecretStore as _};

/// Names the scene to play, in the process inside the session.
const SCENE: &str = "KEYCHAIN_SCENE";
/// The password of the test's own keyring.
const PASSWORD: &str = "correct horse";

fn tool(name: &str) -> Command {
    let found = std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join(name).is_file()));
    assert!(
        found,
        "{name} is not installed: install dbus, gnome-keyring and libsecret-tools"
    );
    Command::new(name)
}

/// Whether this is the process inside the session that plays `scene`.
fn inside(scene: &str) -> bool {
    std::env::var_os(SCENE).is_some_and(|playing| playing == scene)
}

/// Plays the test `scene` in a session of its own and fails as it fails.
fn play(scene: &str, bus_options: &[&str]) {
    let home = tempfile::tempdir().expect("a temporary folder");
    let folder = |name: &str| {
        let path = home.path().join(name);
        std::fs::create_dir(&path).expect("a folder");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o700)).expect("0700");
        path
    };
    let output = tool("dbus-run-session")
        .args(bus_options)
        .arg("--")
        .arg(std::env::current_exe().expect("this program"))
        .args([scene, "--exact", "--nocapture", "--test-threads=1"])
        .env(SCENE, scene)
        .env("XDG_DATA_HOME", folder("data"))
        .env("XDG_RUNTIME_DIR", folder("run"))
        .env("HOME", folder("home"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .env_remove("GNOME_KEYRING_CONTROL")
        .output()
        .expect("dbus-run-session runs");
    assert!(
        output.status.success(),
        "{scene} failed:\n{}",
        both(&output)
    );
    let text = both(&output);
    assert!(
        text.contains("1 passed"),
        "{scene} did not run inside the session:\n{text}"
    );
}

fn both(output: &Output) -> String {
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// Runs a tool with `input` on its standard input and gives its standard output.
fn run(command: &mut Command, input: &str) -> String {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    child
        .stdin
        .take()
        .expect("piped")
        .write_all(input.as_bytes())
        .expect("reads its input");
    let output = child.wait_with_output().expect("ends");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A keyring daemon in the foreground, ended with its handle.
struct Daemon(Child);

impl Daemon {
    /// Starts it and waits until it has said its control socket: then its name is on the bus.
    fn start(unlock: Option<&str>) -> Self {
        let mut command = tool("gnome-keyring-daemon");
        command.args(["--foreground", "--components=secrets"]);
        if unlock.is_some() {
            command.arg("--unlock");
        }
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        // Closing its input tells it that the password is complete.
        let mut input = child.stdin.take().expect("piped");
        input
            .write_all(unlock.unwrap_or_default().as_bytes())
            .expect("reads the password");
        drop(input);
        wait_for_name(true);
        Self(child)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        // Already gone is as good.
        let _gone = self.0.kill();
        let _status = self.0.wait();
        if !std::thread::panicking() {
            wait_for_name(false);
        }
    }
}

/// This session's bus, as a client of its own.
fn bus() -> zbus::blocking::Connection {
    zbus::blocking::Connection::session().expect("the session has a bus")
}

/// Asks the bus until `org.freedesktop.secrets` is (or is not) owned; the bus itself answers, nothing is started.
fn wait_for_name(owned: bool) {
    let bus = bus();
    let names = zbus::blocking::fdo::DBusProxy::new(&bus).expect("the bus answers");
    let mut changes = names
        .receive_name_owner_changed()
        .expect("the bus tells of changes");
    let name = || "org.freedesktop.secrets".try_into().expect("a bus name");
    while names.name_has_owner(name()).expect("the bus answers") != owned {
        // Some name changed its owner: look again.
        changes.next();
    }
}

/// Calls a method of the keychain's own object and gives its answer.
fn ask_keychain<A, R>(
    bus: &zbus::blocking::Connection,
    interface: &str,
    method: &str,
    arguments: &A,
) -> R
where
    A: serde::Serialize + zbus::zvariant::DynamicType,
    R: serde::de::DeserializeOwned + zbus::zvariant::Type,
{
    let path = "/org/freedesktop/secrets";
    let answer = bus.call_method(
        Some("org.freedesktop.secrets"),
        path,
        Some(interface),
        method,
        arguments,
    );
    answer
        .expect("the keychain answers")
        .body()
        .deserialize()
        .expect("of the known type")
}

fn login_collection() -> zbus::zvariant::OwnedObjectPath {
    "/org/freedesktop/secrets/collection/login"
        .try_into()
        .expect("a path")
}

const SERVICE: &str = "org.freedesktop.Secret.Service";

fn lock_login_keyring() {
    type Locked = (
        Vec<zbus::zvariant::OwnedObjectPath>,
        zbus::zvariant::OwnedObjectPath,
    );
    let (locked, _): Locked = ask_keychain(&bus(), SERVICE, "Lock", &(vec![login_collection()],));
    assert_eq!(locked, [login_collection()]);
}

/// Unlocks the running daemon's keyring by its password, as the login screen does.
fn unlock_login_keyring() {
    let bus = bus();
    let plain = ("plain", zbus::zvariant::Value::from(""));
    let (_, session): (zbus::zvariant::OwnedValue, zbus::zvariant::OwnedObjectPath) =
        ask_keychain(&bus, SERVICE, "OpenSession", &plain);
    let secret = (
        session,
        Vec::<u8>::new(),
        PASSWORD.as_bytes().to_vec(),
        "text/plain",
    );
    let interface = "org.gnome.keyring.InternalUnsupportedGuiltRiddenInterface";
    let () = ask_keychain(
        &bus,
        interface,
        "UnlockWithMasterPassword",
        &(login_collection(), secret),
    );
}

fn seen_from_outside(account: &str) -> String {
    run(
        tool("secret-tool").args(["lookup", "service", "pinfold", "username", account]),
        "",
    )
}

fn quick() -> Keychain {
    Keychain::with_limits(Limits {
        quiet: Duration::from_secs(20),
        prompt: Duration::from_secs(20),
    })
}

/// Where no `.service` file can start a keychain by itself.
fn bus_without_services(folder: &Path) -> String {
    let path = folder.join("bus.conf");
    let text = format!(
        "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\" \
         \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">\
         <busconfig><type>session</type><listen>unix:tmpdir={}</listen>\
         <policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/><allow eavesdrop=\"true\"/>\
         <allow own=\"*\"/></policy></busconfig>",
        folder.display()
    );
    std::fs::write(&path, text).expect("written");
    format!("--config-file={}", path.display())
}

fn play_alone(scene: &str) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    play(scene, &[&bus_without_services(folder.path())]);
}

#[tokio::test]
async fn without_a_service_there_is_no_keychain_and_one_that_appears_later_works() {
    if !inside("without_a_service_there_is_no_keychain_and_one_that_appears_later_works") {
        return play_alone(
            "without_a_service_there_is_no_keychain_and_one_that_appears_later_works",
        );
    }
    let keychain = quick();
    let secret = SecretString::from("hunter2");
    for result in [
        keychain.get("main").await.map(drop),
        keychain.set("main", &secret).await,
        keychain.remove("main").await,
    ] {
        assert!(
            matches!(result, Err(SecretError::NoKeychain { .. })),
            "{result:?}"
        );
    }
    let daemon = Daemon::start(Some(PASSWORD));
    keychain.set("main", &secret).await.expect("works now");
    drop(daemon);
    let gone = keychain.get("main").await.map(drop);
    assert!(
        matches!(gone, Err(SecretError::NoKeychain { .. })),
        "{gone:?}"
    );
    let _daemon = Daemon::start(Some(PASSWORD));
    assert_eq!(
        keychain
            .get("main")
            .await
            .expect("works again")
            .expose_secret(),
        "hunter2"
    );
}

#[tokio::test]
async fn an_unlocked_keychain_keeps_replaces_and_forgets() {
    if !inside("an_unlocked_keychain_keeps_replaces_and_forgets") {
        return play_alone("an_unlocked_keychain_keeps_replaces_and_forgets");
    }
    let _daemon = Daemon::start(Some(PASSWORD));
    let keychain = quick();
    assert_eq!(
        keychain.get("main").await.map(drop),
        Err(SecretError::Missing)
    );
    keychain
        .set("main", &SecretString::from("first"))
        .await
        .expect("kept");
    keychain
        .set("main", &SecretString::from("sécond\n"))
        .await
        .expect("replaced");
    keychain
        .set("other", &SecretString::from("third"))
        .await
        .expect("kept beside it");
    assert_eq!(
        keychain.get("main").await.expect("there").expose_secret(),
        "sécond\n"
    );
    assert_eq!(seen_from_outside("main"), "sécond\n");
    assert_eq!(seen_from_outside("other"), "third");
    keychain.remove("main").await.expect("removed");
    assert_eq!(keychain.remove("main").await, Err(SecretError::Missing));
    assert_eq!(seen_from_outside("main"), "");
    assert_eq!(
        keychain
            .get("other")
            .await
            .expect("untouched")
            .expose_secret(),
        "third"
    );
}

#[tokio::test]
async fn a_locked_keychain_says_so_and_works_after_unlocking_without_a_restart() {
    if !inside("a_locked_keychain_says_so_and_works_after_unlocking_without_a_restart") {
        return play_alone("a_locked_keychain_says_so_and_works_after_unlocking_without_a_restart");
    }
    let _daemon = Daemon::start(Some(PASSWORD));
    let keychain = quick();
    keychain
        .set("main", &SecretString::from("kept"))
        .await
        .expect("kept");
    lock_login_keyring();
    for result in [
        keychain.get("main").await.map(drop),
        keychain.set("main", &SecretString::from("changed")).await,
        keychain.set("new", &SecretString::from("changed")).await,
        keychain.remove("main").await,
    ] {
        assert!(
            matches!(result, Err(SecretError::Locked { .. })),
            "{result:?}"
        );
        let shown = format!("{result:?}");
        assert!(
            !shown.contains("kept") && !shown.contains("changed"),
            "{shown}"
        );
    }
    unlock_login_keyring();
    assert_eq!(
        keychain
            .get("main")
            .await
            .expect("Try again works")
            .expose_secret(),
        "kept"
    );
    keychain
        .set("new", &SecretString::from("changed"))
        .await
        .expect("and so does keeping");
}

#[tokio::test]
async fn a_keychain_that_is_locked_when_the_program_starts_works_after_unlocking() {
    if !inside("a_keychain_that_is_locked_when_the_program_starts_works_after_unlocking") {
        return play_alone(
            "a_keychain_that_is_locked_when_the_program_starts_works_after_unlocking",
        );
    }
    {
        let _daemon = Daemon::start(Some(PASSWORD));
        quick()
            .set("main", &SecretString::from("kept"))
            .await
            .expect("kept");
    }
    let _daemon = Daemon::start(None);
    let keychain = quick();
    let locked = keychain.get("main").await.map(drop);
    assert!(
        matches!(locked, Err(SecretError::Locked { .. })),
        "{locked:?}"
    );
    unlock_login_keyring();
    assert_eq!(
        keychain
            .get("main")
            .await
            .expect("Try again works")
            .expose_secret(),
        "kept"
    );
}
