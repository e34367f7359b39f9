//! Runs of a simulation: each has a number that replays it, `PINFOLD_SEED=<number> cargo test -p engine simulation`.

/// A number of the surroundings.
fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// `count` runs, or as many as the variable `name` says, on all cores; each core prepares its own ground. A failure names
/// its seed.
pub(crate) fn each<G>(
    name: &str,
    count: u64,
    ground: impl Fn() -> G + Sync,
    run: impl Fn(u64, &G) + Sync,
) {
    if let Some(seed) = number("PINFOLD_SEED") {
        return run(seed, &ground());
    }
    let count = number(name).unwrap_or(count);
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for core in 0..cores as u64 {
            let (ground, run) = (&ground, &run);
            scope.spawn(move || {
                let ground = ground();
                for seed in (core..count).step_by(cores) {
                    run(seed, &ground);
                }
            });
        }
    });
}
