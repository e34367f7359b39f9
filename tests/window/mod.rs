//! The real window on a display without a screen: a desktop of its own for each test, a hand that drags real files,
//! and `WebDriver` that reads what the window shows.
#![allow(dead_code, reason = "each of the test programs uses a part of it")]

pub(crate) mod app;
pub(crate) mod bus;
pub(crate) mod desktop;
pub(crate) mod drag;
pub(crate) mod driver;
pub(crate) mod files;
pub(crate) mod filled;
pub(crate) mod gateway;
pub(crate) mod hostile;
pub(crate) mod page;
pub(crate) mod processes;
pub(crate) mod wait;
pub(crate) mod walk;
