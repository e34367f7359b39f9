//! Inputs that nobody meant, and runs of a parser over them. Only tests use it.
//!
//! A run is a number: the same one makes the same input. [`Runs`] counts by `PINFOLD_FOREIGN`, and `PINFOLD_SEED` sees
//! one again. A parser may take [`SECOND`] and [`MEMORY`] for one input, and may end as it likes but by a panic.

mod alone;
mod dice;
mod limits;
mod mutation;
mod oddities;
mod runs;

pub use alone::alone;
pub use dice::Dice;
pub use limits::{MEMORY, SECOND, growth, working_time};
pub use mutation::mutated;
pub use runs::{Runs, Watch};
