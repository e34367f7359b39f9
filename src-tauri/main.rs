//! The window. Everything else is in the library, so that tests can have it.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

fn main() -> std::process::ExitCode {
    engine::heap::keep_together();
    pinfold_shell::run()
}
