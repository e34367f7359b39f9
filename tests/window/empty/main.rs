//! An empty window, built from the same lock file: what Pinfold's first paint and memory are measured against.

fn main() {
    tauri::Builder::default()
        .run(tauri::generate_context!(
            "tests/window/empty/tauri.conf.json"
        ))
        .expect("an empty window");
}
