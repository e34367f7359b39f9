//! The sign in the desktop's tray: a StatusNotifierItem on the session bus, where somebody shows such signs.

use std::sync::Arc;
use std::time::Duration;

use engine::announce::Noun;
use engine::uploads::Event;
use engine::watches::PauseFor;
use engine::{Engine, Standing, StandingState};
use futures::StreamExt;
use ksni::menu::{MenuItem, StandardItem};
use ksni::{Icon, Status, ToolTip, TrayMethods};
use tauri::{AppHandle, Manager};
use tokio::sync::broadcast::error::{RecvError, TryRecvError};
use tokio::sync::watch;

use crate::window;

const WATCHER: &str = "org.kde.StatusNotifierWatcher";
/// Changes are gathered for so long.
const GATHER: Duration = Duration::from_millis(500);
/// sRGB of the dot on the sign: something needs the person, something is on its way.
const AMBER: [u8; 3] = [0xd9, 0x8e, 0x04];
const BLUE: [u8; 3] = [0x2b, 0x6c, 0xf0];

#[zbus::proxy(
    interface = "org.kde.StatusNotifierWatcher",
    default_service = "org.kde.StatusNotifierWatcher",
    default_path = "/StatusNotifierWatcher"
)]
trait StatusNotifierWatcher {
    #[zbus(property)]
    fn is_status_notifier_host_registered(&self) -> zbus::Result<bool>;
    #[zbus(signal)]
    fn status_notifier_host_registered(&self) -> zbus::Result<()>;
    #[zbus(signal)]
    fn status_notifier_host_unregistered(&self) -> zbus::Result<()>;
}

/// Whether somebody shows signs, from now on. Without a session bus nobody does.
pub(crate) fn presence() -> (watch::Sender<bool>, watch::Receiver<bool>) {
    watch::channel(false)
}

/// Puts the sign up and keeps it true until the engine is gone.
pub(crate) fn start(app: &AppHandle, engine: &Arc<Engine>, present: watch::Sender<bool>) {
    let (announcer, told) = (engine.clone(), present.subscribe());
    tauri::async_runtime::spawn(async move {
        if let Err(error) = follow_hosts(&present).await {
            tracing::info!(%error, "no tray: the session bus cannot be used");
            present.send_replace(false);
        }
    });
    tauri::async_runtime::spawn(tell_the_page(announcer, told));
    tauri::async_runtime::spawn(keep_true(app.clone(), engine.clone()));
}

async fn follow_hosts(present: &watch::Sender<bool>) -> zbus::Result<()> {
    let bus = zbus::Connection::session().await?;
    let names = zbus::fdo::DBusProxy::new(&bus).await?;
    let mut owners = names
        .receive_name_owner_changed_with_args(&[(0, WATCHER)])
        .await?;
    let watcher = StatusNotifierWatcherProxy::builder(&bus)
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
        .await?;
    let mut came = watcher.receive_status_notifier_host_registered().await?;
    let mut went = watcher.receive_status_notifier_host_unregistered().await?;
    loop {
        // Asking for a property would start a watcher that is not there.
        let there = names.name_has_owner(WATCHER.try_into()?).await?
            && watcher
                .is_status_notifier_host_registered()
                .await
                .unwrap_or(false);
        present.send_if_modified(|known| std::mem::replace(known, there) != there);
        let more = tokio::select! {
            owner = owners.next() => owner.is_some(),
            host = came.next() => host.is_some(),
            host = went.next() => host.is_some(),
        };
        if !more {
            return Err(zbus::Error::Failure("the bus hung up".to_owned()));
        }
    }
}

/// The settings on the screen say what closing does here.
async fn tell_the_page(engine: Arc<Engine>, mut present: watch::Receiver<bool>) {
    while present.changed().await.is_ok() {
        engine.store.announcer.changed(Noun::Setting, None);
    }
}

async fn keep_true(app: AppHandle, engine: Arc<Engine>) {
    let mut changes = engine.store.announcer.listen();
    let standing = match engine.standing() {
        Ok(standing) => standing,
        Err(error) => return tracing::error!(%error, "the tray has nothing to tell"),
    };
    let sign = Sign {
        icon: app.default_window_icon().map(argb),
        app,
        standing,
    };
    // A tray may come later: a panel is started, or started again.
    let sign = match sign.assume_sni_available(true).spawn().await {
        Ok(sign) => sign,
        Err(error) => return tracing::info!(%error, "no tray"),
    };
    loop {
        match changes.recv().await {
            Ok(_) | Err(RecvError::Lagged(_)) => {}
            Err(RecvError::Closed) => return,
        }
        tokio::time::sleep(GATHER).await;
        // What was missed among them is in the store.
        while !matches!(
            changes.try_recv(),
            Err(TryRecvError::Empty | TryRecvError::Closed)
        ) {}
        match engine.standing() {
            Ok(standing) => {
                sign.update(|sign: &mut Sign| sign.standing = standing)
                    .await;
            }
            Err(error) => tracing::warn!(%error, "the tray could not be brought up to date"),
        }
    }
}

struct Sign {
    app: AppHandle,
    icon: Option<Icon>,
    standing: Standing,
}

impl Sign {
    fn quit(&self) {
        self.app.exit(0);
    }

    fn pause(&self, on: bool) {
        let engine = self.app.state::<Arc<Engine>>().inner().clone();
        tauri::async_runtime::spawn(async move {
            let (event, until) = if on {
                (Event::Pause, Some(PauseFor::Resumed))
            } else {
                (Event::Resume, None)
            };
            let (uploads, folders) = (
                engine.uploads.ask_all(&event).await,
                engine.watches.pause_all(until).await,
            );
            for problem in [uploads.err(), folders.err()].into_iter().flatten() {
                tracing::error!(error = %problem, "not everything was paused or resumed");
            }
        });
    }
}

impl ksni::Tray for Sign {
    fn id(&self) -> String {
        "pinfold".to_owned()
    }

    fn title(&self) -> String {
        "Pinfold".to_owned()
    }

    fn status(&self) -> Status {
        match self.standing.state {
            StandingState::NeedsYou => Status::NeedsAttention,
            _ => Status::Active,
        }
    }

    fn icon_pixmap(&self) -> Vec<Icon> {
        let dot = match self.standing.state {
            StandingState::NeedsYou => Some(AMBER),
            StandingState::Working => Some(BLUE),
            StandingState::Idle | StandingState::Paused => None,
        };
        let with_dot = |icon: &Icon| dotted(icon.clone(), dot);
        self.icon.as_ref().map(with_dot).into_iter().collect()
    }

    fn attention_icon_pixmap(&self) -> Vec<Icon> {
        self.icon_pixmap()
    }

    fn tool_tip(&self) -> ToolTip {
        let mut lines = vec![self.standing.queue.clone()];
        lines.extend(self.standing.folders.clone());
        ToolTip {
            title: "Pinfold".to_owned(),
            description: lines.join("\n"),
            ..ToolTip::default()
        }
    }

    fn activate(&mut self, _x: i32, _y: i32) {
        window::show(&self.app);
    }

    fn menu(&self) -> Vec<MenuItem<Self>> {
        let line = |label: &str| {
            let line = StandardItem {
                label: label.to_owned(),
                enabled: false,
                ..StandardItem::default()
            };
            MenuItem::Standard(line)
        };
        let action = |label: &str, enabled: bool, run: fn(&Self)| {
            let action = StandardItem {
                label: label.to_owned(),
                enabled,
                activate: Box::new(move |sign: &mut Self| run(sign)),
                ..StandardItem::default()
            };
            MenuItem::Standard(action)
        };
        let standing = &self.standing;
        let pause = if standing.can_resume && !standing.can_pause {
            action("Resume all", true, |sign| sign.pause(false))
        } else {
            action("Pause all", standing.can_pause, |sign| sign.pause(true))
        };
        let mut menu = vec![
            action("Open Pinfold", true, |sign| window::show(&sign.app)),
            MenuItem::Separator,
            line(&standing.queue),
        ];
        menu.extend(standing.folders.as_deref().map(line));
        menu.extend([
            pause,
            MenuItem::Separator,
            action("Quit Pinfold", true, Self::quit),
        ]);
        menu
    }
}

/// The window's icon as the bus wants it.
fn argb(image: &tauri::image::Image<'_>) -> Icon {
    let side = |length: u32| i32::try_from(length).unwrap_or(i32::MAX);
    Icon {
        width: side(image.width()),
        height: side(image.height()),
        data: image
            .rgba()
            .chunks_exact(4)
            .flat_map(|rgba| [rgba[3], rgba[0], rgba[1], rgba[2]])
            .collect(),
    }
}

/// The icon with a dot in its right lower corner, a third as wide as the icon.
fn dotted(mut icon: Icon, colour: Option<[u8; 3]>) -> Icon {
    let Some([red, green, blue]) = colour else {
        return icon;
    };
    let (width, height) = (icon.width, icon.height);
    let radius = width.min(height) / 6;
    for (at, pixel) in (0_i32..).zip(icon.data.chunks_exact_mut(4)) {
        let (x, y) = (at % width, at / width);
        let (dx, dy) = (x - (width - 1 - radius), y - (height - 1 - radius));
        if dx * dx + dy * dy <= radius * radius {
            pixel.copy_from_slice(&[0xff, red, green, blue]);
        }
    }
    icon
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dot_is_in_the_corner_and_nowhere_else() {
        let icon = Icon {
            width: 12,
            height: 12,
            data: vec![0; 12 * 12 * 4],
        };
        let dotted = dotted(icon, Some(AMBER));
        let pixel = |x: usize, y: usize| &dotted.data[(y * 12 + x) * 4..][..4];
        assert_eq!(pixel(9, 9), [0xff, AMBER[0], AMBER[1], AMBER[2]]);
        assert_eq!(pixel(2, 2), [0; 4]);
        assert_eq!(pixel(11, 11), [0; 4]);
    }
}
