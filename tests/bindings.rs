//! The page's bindings are made from the commands, and are fresh.

use specta_typescript::Typescript;

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/ui/src/bindings.ts");
/// Names for what a number means, for the page's own code.
const HEADER: &str = "// Made from the Rust commands by `PINFOLD_BINDINGS=write cargo test --test bindings`. Not for editing.
// The one place where the page speaks to the engine. No path of a file and no token ever comes through here.

/** Whole bytes, below 2^53. */
export type Bytes = number;
/** Milliseconds since 1970, UTC. */
export type Millis = number;
/** What may hold a whole account. */
export type AccountHold = Extract<
  ErrorCode,
  | \"unauthorized\" | \"quota_exceeded\" | \"no_keychain\" | \"keychain_locked\" | \"key_missing\" | \"offline\" | \"untrusted\" | \"captive_portal\" | \"rate_limited\"
  | \"unavailable\"
>;
export type AccountId = string;
export type DropId = string;
export type KeyHandle = string;
export type PinId = number;
export type SetId = number;
export type UploadId = number;
export type WatchId = number;
";

/// Where what is sent and what may be received differ (optional fields), a type's plain name means what Rust sends.
fn one_side(line: &str) -> String {
    let plain = line
        .split_once("_Serialize | ")
        .filter(|(before, _)| before.starts_with("export type "));
    plain.map_or_else(
        || format!("{line}\n"),
        |(before, _)| format!("{before}_Serialize;\n"),
    )
}

#[test]
fn the_bindings_are_those_of_the_commands() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let fresh = folder.path().join("bindings.ts");
    pinfold_shell::builder()
        .export(Typescript::default().header(HEADER), &fresh)
        .expect("every type of a command can be said in TypeScript");
    let made: String = std::fs::read_to_string(&fresh)
        .expect("it was just made")
        .lines()
        .map(one_side)
        .collect();
    if std::env::var("PINFOLD_BINDINGS").as_deref() == Ok("write") {
        std::fs::write(PATH, &made).expect("writes the bindings");
    }
    let kept = std::fs::read_to_string(PATH).expect("the bindings are there");
    assert!(
        made == kept,
        "ui/src/bindings.ts is stale: run `PINFOLD_BINDINGS=write cargo test --test bindings`"
    );
}

#[test]
fn every_command_is_permitted_and_nothing_else_is() {
    let names: &[&str] = &include!("../src-tauri/commands/names.rs");
    let capability: serde_json::Value =
        serde_json::from_str(include_str!("../src-tauri/capabilities/main.json"))
            .expect("the capability is JSON");
    let mut permitted: Vec<&str> = capability["permissions"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|name| name.as_str())
        .collect();
    let mut expected: Vec<String> = names
        .iter()
        .map(|name| format!("allow-{}", name.replace('_', "-")))
        .collect();
    expected.extend([
        "core:event:allow-listen".into(),
        "core:event:allow-unlisten".into(),
    ]);
    permitted.sort_unstable();
    expected.sort_unstable();
    assert_eq!(permitted, expected);

    let bindings = std::fs::read_to_string(PATH).expect("the bindings are there");
    for name in names {
        assert!(
            bindings.contains(&format!("\"{name}\"")),
            "{name} is permitted, but no command of the bindings"
        );
    }
    assert_eq!(
        bindings.matches("INVOKE<").count() + bindings.matches("INVOKE(").count(),
        names.len(),
        "commands that are not in names.rs"
    );
}
