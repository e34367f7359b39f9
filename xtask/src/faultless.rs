//! What people get has no planted fault in it: an optimised build refuses the feature, and a bundle's programs are looked
//! through for what only planted faults ask for.

use std::path::Path;

use crate::process::Run;
use crate::{Outcome, checkout};

/// The variable that a program with planted faults reads, and no other program knows.
const ASKED_FOR: &str = "PINFOLD_PLANTED";
/// What the compiler says of an optimised build with the feature.
const REFUSAL: &str = "a program for people is built without the feature `planted`";

/// Compiles the engine's file of planted faults alone, as for tests and as for people: only the second is refused.
pub(crate) fn is_refused_where_it_is_optimised() -> Outcome<String> {
    compile("on")?.into_output()?;
    let for_people = compile("off")?;
    if for_people.success || !for_people.output.contains(REFUSAL) {
        return Err(format!(
            "an optimised build with planted faults is not refused. {}",
            for_people.failure
        ));
    }
    Ok(String::new())
}

fn compile(debug_assertions: &str) -> Outcome<crate::process::Finished> {
    let to = checkout::target().join("xtask/planted");
    std::fs::create_dir_all(&to).map_err(|error| format!("{}: {error}", to.display()))?;
    Run::new(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into()))
        .args(["--edition", "2024", "--crate-type", "lib"])
        .args(["--emit", "metadata", "--cap-lints", "allow"])
        .args(["--cfg", "feature=\"planted\"", "--out-dir"])
        .args([&to])
        .args(["-C", &format!("debug-assertions={debug_assertions}")])
        .args(["crates/engine/src/planted.rs"])
        .quiet()
        .finish()
}

/// Whether a program can have planted faults.
pub(crate) fn can_have_faults(program: &Path) -> Outcome<bool> {
    let bytes =
        std::fs::read(program).map_err(|error| format!("{}: {error}", program.display()))?;
    let wanted = ASKED_FOR.as_bytes();
    Ok(bytes.windows(wanted.len()).any(|window| window == wanted))
}

/// A program for people has none.
pub(crate) fn has_none(program: &Path) -> Outcome {
    if can_have_faults(program)? {
        return Err(format!(
            "{} was built with planted faults: it is for nobody",
            program.display()
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_planted_faults_is_refused_by_what_it_asks_for() {
        let program = |content: &str| {
            let folder = checkout::target().join("xtask");
            std::fs::create_dir_all(&folder).expect("a folder");
            let path = folder.join(format!("program-of-{}", content.len()));
            std::fs::write(&path, content).expect("written");
            path
        };
        let sound = program("\u{7f}ELF and PINFOLD_PATIENCE");
        assert_eq!(has_none(&sound), Ok(()));
        let planted = program("\u{7f}ELF and PINFOLD_PATIENCE and PINFOLD_PLANTED");
        let refused = has_none(&planted).expect_err("refused");
        assert!(refused.contains("planted faults"), "{refused}");
        assert!(has_none(Path::new("/nothing/is/here")).is_err());
    }
}
