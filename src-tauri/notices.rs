//! The desktop's notifications: what the engine gathered, one at a time, while nobody looks at the window.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use engine::Engine;
use engine::announce::Noun;
use engine::clock::{Clock, Millis, SystemClock};
use engine::notices::{About, Gathered, Message, QueueSeen};
use futures::StreamExt;
use tauri::AppHandle;
use tokio::sync::Mutex;
use tokio::sync::broadcast::error::RecvError;
use zbus::zvariant::Value;

use crate::events::{Asked, emit};
use crate::window;

/// The queue is looked at so long after a change of it.
const LOOK: Millis = 1_000;
/// A notification service that does not answer is passed over.
const PATIENCE: Duration = Duration::from_secs(5);
/// The name of the menu entry and its icon, as the packages install them.
const ENTRY: &str = "Pinfold";
const ICON: &str = "pinfold-desktop";

#[zbus::proxy(
    interface = "org.freedesktop.Notifications",
    default_service = "org.freedesktop.Notifications",
    default_path = "/org/freedesktop/Notifications"
)]
trait Notifications {
    fn get_capabilities(&self) -> zbus::Result<Vec<String>>;
    #[allow(clippy::too_many_arguments, reason = "the specification's method")]
    fn notify(
        &self,
        app_name: &str,
        replaces_id: u32,
        app_icon: &str,
        summary: &str,
        body: &str,
        actions: &[&str],
        hints: HashMap<&str, &Value<'_>>,
        expire_timeout: i32,
    ) -> zbus::Result<u32>;
    #[zbus(signal)]
    fn action_invoked(&self, id: u32, action_key: String) -> zbus::Result<()>;
}

/// Tells of what happens until the engine is gone.
pub(crate) fn follow(app: &AppHandle, engine: &Arc<Engine>) {
    let mut folders = engine.watches.notices();
    let mut changes = engine.store.announcer.listen();
    let (app, engine) = (app.clone(), engine.clone());
    tauri::async_runtime::spawn(async move {
        let clock = SystemClock;
        let mut queue = match engine.uploads.head() {
            Ok(head) => QueueSeen::new(&head),
            Err(error) => return tracing::error!(%error, "the queue could not be read"),
        };
        let (mut gathered, mut look, mut shown) = (Gathered::default(), None, Shown::default());
        loop {
            let next = gathered.due().into_iter().chain(look).min();
            tokio::select! {
                notice = folders.recv() => match notice {
                    Ok(notice) => gathered.folder(notice, clock.now()),
                    Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                },
                change = changes.recv() => match change {
                    Ok(change) if change.noun != Noun::Upload => {}
                    Ok(_) | Err(RecvError::Lagged(_)) => {
                        look.get_or_insert(clock.now() + LOOK);
                    }
                    Err(RecvError::Closed) => return,
                },
                () = until(&clock, next) => {
                    let now = clock.now();
                    if look.is_some_and(|at| at <= now) {
                        look = None;
                        let news = engine.uploads.head().map(|head| queue.look(&head));
                        if let Ok(Some(news)) = news {
                            gathered.queue(news, now);
                        }
                    }
                    if gathered.due().is_some_and(|at| at <= now) {
                        let wanted = engine.settings.get().unwrap_or_default().notify_about;
                        let looking = window::is_looked_at(&app);
                        if let Some(message) = gathered.take(wanted, looking, now) {
                            shown.show(&app, message).await;
                        }
                    }
                }
            }
        }
    });
}

async fn until(clock: &SystemClock, at: Option<Millis>) {
    match at {
        Some(at) => clock.sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// The one notification of ours; a new one takes its place.
#[derive(Default)]
struct Shown {
    service: Option<NotificationsProxy<'static>>,
    /// Hears clicks, on the bus of that service.
    clicks: Option<tauri::async_runtime::JoinHandle<()>>,
    /// The number on the screen, and where a click on it leads. Held while a notification is on its way: a click may
    /// be heard before its number is.
    last: Arc<Mutex<Option<(u32, About)>>>,
}

impl Shown {
    async fn show(&mut self, app: &AppHandle, message: Message) {
        let shown = tokio::time::timeout(PATIENCE, self.try_show(app, &message)).await;
        match shown {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                self.service = None;
                tracing::info!(%error, "a notification could not be shown");
            }
            Err(_) => tracing::info!("the notification service does not answer"),
        }
    }

    async fn try_show(&mut self, app: &AppHandle, message: &Message) -> zbus::Result<()> {
        let service = match &self.service {
            Some(service) => service.clone(),
            None => self.connect(app).await?,
        };
        let markup = service.get_capabilities().await?;
        let body = if markup.iter().any(|one| one == "body-markup") {
            without_markup(&message.body)
        } else {
            message.body.clone()
        };
        let entry = Value::from(ENTRY);
        let mut last = self.last.lock().await;
        let id = service
            .notify(
                "Pinfold",
                last.map_or(0, |(id, _)| id),
                ICON,
                &message.title,
                &body,
                &["default", "Open"],
                HashMap::from([("desktop-entry", &entry)]),
                -1,
            )
            .await?;
        *last = Some((id, message.about));
        Ok(())
    }

    /// Connects, and hears clicks from now on.
    async fn connect(&mut self, app: &AppHandle) -> zbus::Result<NotificationsProxy<'static>> {
        let bus = zbus::Connection::session().await?;
        let service = NotificationsProxy::new(&bus).await?;
        let mut clicks = service.receive_action_invoked().await?;
        let (app, last) = (app.clone(), self.last.clone());
        let hearing = tauri::async_runtime::spawn(async move {
            while let Some(click) = clicks.next().await {
                let Ok(click) = click.args() else { continue };
                let ours = *last.lock().await;
                if let Some((_, about)) = ours.filter(|(id, _)| *id == click.id) {
                    window::show(&app);
                    emit(&app, &Asked::open(about));
                }
            }
        });
        // The one before would hear the same clicks, and keep its connection for ever.
        if let Some(before) = self.clicks.replace(hearing) {
            before.abort();
        }
        self.service = Some(service.clone());
        Ok(service)
    }
}

/// File names are shown as they are, also where the service reads tags.
fn without_markup(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_named_like_a_tag_is_shown_as_it_is() {
        assert_eq!(
            without_markup("<b>a</b> & b"),
            "&lt;b&gt;a&lt;/b&gt; &amp; b"
        );
    }
}
