//! Faults that are planted on purpose, to see that the tests find them: `cargo xtask test` plants one at a time and wants the
//! test that it names to fail. Only a build with the feature `planted` knows them; in any other none is there.

#[cfg(all(feature = "planted", not(debug_assertions)))]
compile_error!("a program for people is built without the feature `planted`");

/// Whether this fault is planted. Says on standard error, past the harness, that a process came to it for the first time: a
/// test that fails before that has not found it.
#[cfg(feature = "planted")]
pub(crate) fn planted(fault: &str) -> bool {
    use std::io::Write as _;
    static SAID: std::sync::Once = std::sync::Once::new();
    let planted = std::env::var("PINFOLD_PLANTED").is_ok_and(|planted| planted == fault);
    if planted {
        let line = format!("\nplanted fault reached: {fault}\n");
        SAID.call_once(|| drop(std::io::stderr().write_all(line.as_bytes())));
    }
    planted
}

/// None is, and what asks is compiled away.
#[cfg(not(feature = "planted"))]
pub(crate) const fn planted(_: &str) -> bool {
    false
}
