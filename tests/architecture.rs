//! The arrows of ARCHITECTURE.md, read from the manifests and the sources.

#![expect(
    clippy::disallowed_methods,
    reason = "reads the project itself, not anybody's files"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");
const OURS: [&str; 10] = [
    "cli",
    "content",
    "engine",
    "fuzzing",
    "leak",
    "oracle",
    "pinfold-desktop",
    "pinning",
    "sandbox",
    "secrets",
];

/// Which of our crates a package depends on, normal and dev apart.
fn edges(section: &str) -> BTreeMap<String, BTreeSet<String>> {
    let output = std::process::Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--format-version",
            "1",
            "--offline",
        ])
        .current_dir(ROOT)
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value =
        serde_json::from_slice(&output.stdout).expect("cargo metadata is JSON");
    let mut edges = BTreeMap::new();
    for package in metadata["packages"].as_array().expect("packages") {
        let dependencies = package["dependencies"].as_array().expect("dependencies");
        let to = dependencies
            .iter()
            .filter(|dependency| dependency["kind"].as_str().unwrap_or("normal") == section)
            .filter_map(|dependency| dependency["name"].as_str())
            .filter(|name| OURS.contains(name))
            .map(str::to_owned)
            .collect();
        edges.insert(package["name"].as_str().expect("a name").to_owned(), to);
    }
    edges
}

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn crates_depend_on_each_other_only_as_drawn() {
    let normal = edges("normal");
    assert_eq!(
        normal["pinfold-desktop"],
        set(&["engine", "sandbox", "secrets"])
    );
    assert_eq!(normal["cli"], set(&["engine", "sandbox", "secrets"]));
    assert_eq!(normal["engine"], set(&["content", "pinning", "secrets"]));
    for alone in [
        "content", "fuzzing", "leak", "oracle", "pinning", "sandbox", "secrets", "xtask",
    ] {
        assert_eq!(normal[alone], set(&[]), "{alone}");
    }
}

#[test]
fn tests_may_use_the_sandbox_and_the_sandbox_knows_none_of_its_clients() {
    let dev = edges("dev");
    for (package, to) in &dev {
        let allowed = match package.as_str() {
            "engine" => set(&["fuzzing", "leak", "oracle", "sandbox"]),
            "pinning" => set(&["fuzzing", "sandbox"]),
            "pinfold-desktop" => set(&["leak", "oracle"]),
            "oracle" => set(&["sandbox"]),
            "cli" => set(&["fuzzing", "leak", "oracle"]),
            "content" | "sandbox" => set(&["fuzzing"]),
            _ => set(&[]),
        };
        assert!(to.is_subset(&allowed), "{package} tests with {to:?}");
    }
    assert!(edges("build")["sandbox"].is_empty());
}

#[test]
fn the_command_line_links_no_window() {
    let output = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--package", "cli", "--edges", "normal"])
        .args(["--prefix", "none", "--format", "{p}", "--offline"])
        .current_dir(ROOT)
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8(output.stdout).expect("text");
    let linked: BTreeSet<&str> = tree
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(linked.contains("engine"), "{tree}");
    for window in ["tauri", "wry", "tao", "webkit2gtk", "gtk", "rfd"] {
        assert!(!linked.contains(window), "{window}");
    }
}

fn sources(folder: &Path, end: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the project") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == end) {
                let text = std::fs::read_to_string(&path).expect("text");
                found.push((path, text));
            }
        }
    }
    assert!(!found.is_empty(), "no .{end} below {}", folder.display());
    found
}

/// The nouns of the engine, and which others each may use.
const MAY_USE: [(&str, &[&str]); 12] = [
    ("store", &[]),
    ("accounts", &["store"]),
    ("pins", &["accounts", "store"]),
    ("groups", &["pins", "accounts", "store"]),
    ("changes", &["groups", "pins", "accounts", "store"]),
    ("uploads", &["pins", "accounts", "store"]),
    ("jobs", &["uploads", "pins", "accounts", "store"]),
    ("swaps", &["jobs", "pins", "accounts", "store"]),
    ("watches", &["uploads", "pins", "accounts", "store"]),
    ("keys", &["accounts", "store"]),
    ("json", &["uploads", "pins", "accounts", "store"]),
    ("usage", &["pins", "accounts", "store"]),
];

#[test]
fn inside_the_engine_a_noun_uses_only_those_that_its_arrows_point_to() {
    for (noun, uses) in MAY_USE {
        let folder = Path::new(ROOT).join("crates/engine/src").join(noun);
        for (path, text) in sources(&folder, "rs") {
            // A reader of another noun's stored text is not an arrow of work.
            let text = text.replace("crate::uploads::source_words", "");
            for (other, _) in MAY_USE {
                if other == noun || uses.contains(&other) {
                    continue;
                }
                let names = [
                    format!("crate::{other}::"),
                    format!("super::super::{other}"),
                ];
                assert!(
                    names.iter().all(|name| !text.contains(name.as_str())),
                    "{} uses {other}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn only_rows_files_and_the_store_name_the_database() {
    for (path, text) in sources(&Path::new(ROOT).join("crates/engine/src"), "rs") {
        let allowed = path.ends_with("rows.rs")
            || path.components().any(|part| {
                ["rows", "store"]
                    .iter()
                    .any(|room| part.as_os_str() == *room)
            });
        assert!(
            allowed || !text.contains("rusqlite"),
            "{} names rusqlite",
            path.display()
        );
    }
}

#[test]
fn the_engine_knows_no_window_and_content_knows_no_path() {
    for (path, text) in sources(&Path::new(ROOT).join("crates/engine/src"), "rs") {
        assert!(!text.contains("tauri"), "{} names tauri", path.display());
    }
    for (path, text) in sources(&Path::new(ROOT).join("crates/content/src"), "rs") {
        for banned in ["std::path", "std::net", "tokio", "rusqlite", "async fn"] {
            assert!(!text.contains(banned), "{} names {banned}", path.display());
        }
    }
}

#[test]
fn the_page_calls_rust_in_one_file_only() {
    for end in ["ts", "svelte"] {
        for (path, text) in sources(&Path::new(ROOT).join("ui/src"), end) {
            let called = text.contains("invoke(")
                || text.contains("invoke<")
                || text.contains("@tauri-apps/api/core");
            let test = path.to_string_lossy().contains(".test.");
            assert!(
                path.ends_with("bindings.ts") || test || !called,
                "{} calls Rust by itself",
                path.display()
            );
        }
    }
}

#[test]
fn the_libraries_of_the_card_are_direct_dependencies_that_are_used() {
    let used = |package: &str, library: &str, folder: &str| {
        let manifest = std::fs::read_to_string(Path::new(ROOT).join(package)).expect("a manifest");
        let direct = manifest.lines().any(|line| {
            line.split(['.', ' ', '='])
                .next()
                .is_some_and(|name| name == library)
                && !line.starts_with('#')
        });
        assert!(direct, "{library} is no direct dependency of {package}");
        let name = format!("{library}::");
        let named = sources(&Path::new(ROOT).join(folder), "rs")
            .iter()
            .any(|(_, text)| text.contains(&name));
        assert!(named, "{library} is not used in {folder}");
    };
    used("Cargo.toml", "tauri", "src-tauri");
    used("Cargo.toml", "rfd", "src-tauri");
    used("Cargo.toml", "serde", "src-tauri");
    used("crates/engine/Cargo.toml", "tokio", "crates/engine/src");
    used("crates/pinning/Cargo.toml", "reqwest", "crates/pinning/src");
    used("crates/secrets/Cargo.toml", "keyring", "crates/secrets/src");
    used("crates/engine/Cargo.toml", "notify", "crates/engine/src");
}

#[test]
fn the_window_is_closed_to_everything_but_its_own_page() {
    let config: serde_json::Value = serde_json::from_str(
        &std::fs::read_to_string(Path::new(ROOT).join("tauri.conf.json"))
            .expect("the configuration"),
    )
    .expect("JSON");
    let security = &config["app"]["security"];
    let csp = security["csp"].as_str().expect("a policy");
    assert!(csp.starts_with("default-src 'none'"), "{csp}");
    for banned in ["unsafe-inline", "unsafe-eval", "https:", "*"] {
        assert!(!csp.contains(banned), "{csp} allows {banned}");
    }
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(security["assetProtocol"]["enable"], false);
    assert_eq!(security["capabilities"], serde_json::json!(["main"]));
    assert_eq!(config["app"]["withGlobalTauri"], false);
    assert_eq!(config["app"]["windows"].as_array().map(Vec::len), Some(1));
    let capabilities = std::fs::read_dir(Path::new(ROOT).join("src-tauri/capabilities"))
        .expect("the folder")
        .count();
    assert_eq!(capabilities, 1);
}

/// The names of the project's Rust tests, and of behaviours that are made into one test for each kind of key.
fn rust_tests() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for folder in ["crates", "src-tauri", "tests"] {
        for (_, text) in sources(&Path::new(ROOT).join(folder), "rs") {
            let mut marked = false;
            for line in text.lines().map(str::trim) {
                marked |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
                let name = line
                    .split_once("fn ")
                    .and_then(|(_, rest)| rest.split('(').next());
                if let Some(name) = name.filter(|_| std::mem::take(&mut marked)) {
                    names.insert(name.to_owned());
                }
            }
            for behaviours in text.split("\non_every_profile!([").skip(1) {
                let list = behaviours.split(");").next().unwrap_or("");
                let list = list.split_once(']').map_or("", |(_, list)| list);
                names.extend(list.split(',').map(|name| name.trim().to_owned()));
            }
        }
    }
    names
}

/// What stands between two of these signs, in order.
fn between(text: &str, sign: char) -> impl Iterator<Item = &str> {
    text.split(sign).skip(1).step_by(2)
}

#[test]
fn every_test_that_the_list_of_calls_names_is_there() {
    let list = std::fs::read_to_string(Path::new(ROOT).join("docs/endpoints.md")).expect("text");
    let rust = rust_tests();
    let page: Vec<String> = sources(&Path::new(ROOT).join("ui/src"), "ts")
        .into_iter()
        .filter(|(path, _)| path.to_string_lossy().ends_with(".test.ts"))
        .map(|(_, text)| text)
        .collect();
    let mut rows = 0;
    for row in list.lines().filter(|line| line.starts_with('|')) {
        let shown = row.trim_end_matches('|').rsplit('|').next().unwrap_or("");
        let shown = shown.trim();
        if shown == "Shown by" || shown.starts_with("---") {
            continue;
        }
        rows += 1;
        let mut named = 0;
        for name in between(shown, '`') {
            assert!(rust.contains(name), "no test is called {name}: {row}");
            named += 1;
        }
        for name in between(shown, '"') {
            let quoted = format!("\"{name}\"");
            assert!(
                page.iter().any(|text| text.contains(&quoted)),
                "no test of the page is called {name}: {row}"
            );
            named += 1;
        }
        assert!(
            named > 0 || shown.starts_with("None: "),
            "nothing shows it, and no reason is given: {row}"
        );
    }
    assert!(rows > 70, "{rows} calls");
}

#[test]
fn every_test_that_the_reliability_page_names_is_there() {
    let page = std::fs::read_to_string(Path::new(ROOT).join("docs/reliability.md")).expect("text");
    let rust = rust_tests();
    let is_name = |text: &&str| {
        let plain = |sign: char| sign.is_ascii_lowercase() || sign.is_ascii_digit() || sign == '_';
        text.matches('_').count() > 2 && text.chars().all(plain)
    };
    let named: BTreeSet<&str> = between(&page, '`').filter(is_name).collect();
    for name in &named {
        assert!(rust.contains(*name), "no test is called {name}");
    }
    assert!(named.len() > 40, "only {} names were read", named.len());
    let rows = ["D4", "D5", "E1", "E2", "E3", "E4", "E5", "E6", "E7", "E8"];
    let faults = (1..=15).map(|n| format!("F{n}"));
    for row in rows.map(str::to_owned).into_iter().chain(faults) {
        assert!(page.contains(&format!("\n| {row} |")), "{row} has no row");
    }
}
