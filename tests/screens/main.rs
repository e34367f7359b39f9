//! The real window on a display of its own: each test starts Pinfold on a desktop that nobody shares.

#[path = "../window/mod.rs"]
mod window;

mod accounts;
mod background;
mod drop;
mod holds;
mod jobs;
mod json;
mod keys;
mod kinds;
mod narrow;
mod secrets;
mod some;
mod starts;
mod states;
mod strange;
mod swaps;
mod walk;
mod watch;
