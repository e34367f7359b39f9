//! What a desktop offers on its session bus, played by the test: a tray, and notifications.
#![allow(
    clippy::used_underscore_binding,
    reason = "what the interface hands over and the test does not read is named by the macro"
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zbus::object_server::SignalEmitter;
use zbus::zvariant::{OwnedValue, Value};
use zbus::{Connection, connection, interface};

use super::desktop::Desktop;
use super::wait::until;

const SOON: Duration = Duration::from_secs(30);

/// A tray: the watcher with which signs are registered, and the host that shows them.
pub(crate) struct Tray {
    bus: Connection,
    signs: Arc<Mutex<Vec<String>>>,
}

struct Watcher {
    signs: Arc<Mutex<Vec<String>>>,
}

#[interface(name = "org.kde.StatusNotifierWatcher")]
#[allow(clippy::unused_self, reason = "the interface wants methods")]
impl Watcher {
    fn register_status_notifier_item(&self, service: String) {
        self.signs.lock().expect("no test panicked").push(service);
    }

    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> bool {
        true
    }
}

/// The layout of a menu: revision, then the root with its properties and children.
type Layout = (u32, (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>));

impl Tray {
    pub(crate) async fn start(desktop: &Desktop) -> Self {
        let signs = Arc::<Mutex<Vec<String>>>::default();
        let watcher = Watcher {
            signs: signs.clone(),
        };
        let bus = offer(
            desktop,
            "org.kde.StatusNotifierWatcher",
            "/StatusNotifierWatcher",
            watcher,
        )
        .await;
        Self { bus, signs }
    }

    /// The panel is gone.
    pub(crate) async fn stop(self) {
        self.bus.close().await.expect("it leaves the bus");
    }

    /// Waits until a Pinfold that runs has put its sign up.
    pub(crate) async fn sign(&self) -> String {
        let last = || async {
            let name = self
                .signs
                .lock()
                .expect("no test panicked")
                .last()
                .cloned()?;
            let bus = "org.freedesktop.DBus";
            let there = self
                .bus
                .call_method(
                    Some(bus),
                    "/org/freedesktop/DBus",
                    Some(bus),
                    "NameHasOwner",
                    &name.as_str(),
                )
                .await;
            let there: bool = there.ok()?.body().deserialize().ok()?;
            there.then_some(name)
        };
        until(SOON, "the sign in the tray", last).await
    }

    /// The lines of its menu, each with its number and whether it can be chosen.
    pub(crate) async fn menu(&self) -> Vec<(i32, String, bool)> {
        let none = Vec::<String>::new();
        let answer = self
            .bus
            .call_method(
                Some(self.sign().await.as_str()),
                "/MenuBar",
                Some("com.canonical.dbusmenu"),
                "GetLayout",
                &(0_i32, -1_i32, none),
            )
            .await
            .expect("the menu");
        let (_, (_, _, lines)): Layout = answer.body().deserialize().expect("a menu's layout");
        lines.into_iter().filter_map(line).collect()
    }

    /// Chooses a line of the menu.
    pub(crate) async fn choose(&self, label: &str) {
        let menu = self.menu().await;
        let (id, ..) = menu
            .iter()
            .find(|(_, text, enabled)| text == label && *enabled)
            .unwrap_or_else(|| panic!("no {label:?} in {menu:?}"));
        let event = (*id, "clicked", Value::from(0_i32), 0_u32);
        let answer = self
            .bus
            .call_method(
                Some(self.sign().await.as_str()),
                "/MenuBar",
                Some("com.canonical.dbusmenu"),
                "Event",
                &event,
            )
            .await;
        // What is chosen may end the program before it answers.
        let ended = matches!(&answer, Err(zbus::Error::MethodError(name, ..)) if name.as_str().ends_with(".NoReply"));
        assert!(ended || answer.is_ok(), "{label}: {answer:?}");
    }
}

fn line(value: OwnedValue) -> Option<(i32, String, bool)> {
    let (id, properties, _): (i32, HashMap<String, OwnedValue>, Vec<OwnedValue>) =
        value.try_into().ok()?;
    let label = properties.get("label")?.try_clone().ok()?;
    let enabled = properties
        .get("enabled")
        .is_none_or(|enabled| bool::try_from(enabled).unwrap_or(true));
    Some((id, String::try_from(label).ok()?, enabled))
}

/// One call of the notification service.
#[derive(Clone, Debug)]
pub(crate) struct Notification {
    pub(crate) replaces: u32,
    pub(crate) title: String,
    pub(crate) body: String,
}

/// The desktop's notification service.
pub(crate) struct Notifications {
    bus: Connection,
    shown: Arc<Mutex<Vec<Notification>>>,
}

struct Service {
    shown: Arc<Mutex<Vec<Notification>>>,
}

/// The number of every notification: there is one place on this screen.
const NUMBER: u32 = 7;
const PATH: &str = "/org/freedesktop/Notifications";

#[interface(name = "org.freedesktop.Notifications")]
#[allow(
    clippy::unused_self,
    clippy::too_many_arguments,
    reason = "the interface wants these"
)]
impl Service {
    fn get_capabilities(&self) -> Vec<String> {
        ["actions", "body", "body-markup"]
            .map(str::to_owned)
            .to_vec()
    }

    fn notify(
        &self,
        _app_name: String,
        replaces: u32,
        _icon: String,
        title: String,
        body: String,
        _actions: Vec<String>,
        _hints: HashMap<String, OwnedValue>,
        _expires: i32,
    ) -> u32 {
        let shown = Notification {
            replaces,
            title,
            body,
        };
        self.shown.lock().expect("no test panicked").push(shown);
        NUMBER
    }

    #[zbus(signal)]
    async fn action_invoked(
        emitter: &SignalEmitter<'_>,
        id: u32,
        action_key: &str,
    ) -> zbus::Result<()>;
}

impl Notifications {
    pub(crate) async fn start(desktop: &Desktop) -> Self {
        let shown = Arc::<Mutex<Vec<Notification>>>::default();
        let service = Service {
            shown: shown.clone(),
        };
        let bus = offer(desktop, "org.freedesktop.Notifications", PATH, service).await;
        Self { bus, shown }
    }

    /// Everything that was shown so far.
    pub(crate) fn shown(&self) -> Vec<Notification> {
        self.shown.lock().expect("no test panicked").clone()
    }

    /// Clicks on what is shown.
    pub(crate) async fn click(&self) {
        let emitter = SignalEmitter::new(&self.bus, PATH).expect("its path");
        Service::action_invoked(&emitter, NUMBER, "default")
            .await
            .expect("the click is told");
    }
}

async fn offer(
    desktop: &Desktop,
    name: &str,
    path: &str,
    object: impl zbus::object_server::Interface,
) -> Connection {
    connection::Builder::address(desktop.bus())
        .and_then(|builder| builder.name(name))
        .and_then(|builder| builder.serve_at(path, object))
        .expect("an address, a name, a path")
        .build()
        .await
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}
