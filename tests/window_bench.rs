//! The window's figures, each beside its baseline of the same run: first paint and memory against an empty window,
//! typing and filtering in 100,000 pins, opening with 10,000 queued uploads, frames while 65,000 files are sent.
//! The arguments name some of them: `opening`, `narrowing`, `queue`, `frames`. `PINFOLD_BENCH` names the folder of the programs to measure; without it nothing is.
#![expect(clippy::print_stdout, reason = "what it prints is its result")]

mod window;

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use window::app;
use window::desktop::Desktop;
use window::drag::Drag;
use window::driver::Driver;
use window::{files, processes};

const RUNS: usize = 5;
const KEYS: usize = 40;
const BACK: &str = "BackSpace";
const QUEUED: usize = 10_000;
const PINS: usize = 100_000;
const SMALL_FILES: usize = 65_000;
/// How long those may take on a slow disk.
const SENT: Duration = Duration::from_mins(10);

/// When the page painted something of its own for the first time, in milliseconds since 1970.
const PAINT: &str = r#"
    const paint = performance.getEntriesByType("paint").find((one) => one.name === "first-contentful-paint");
    return paint ? performance.timeOrigin + paint.startTime : null;
"#;

/// Notes for each key, and each click that a key makes, how long it took until the list had changed and a frame with it was drawn.
const WATCH: &str = r#"
    window.latencies = [];
    let pressed = null;
    for (const kind of ["keydown", "click"]) addEventListener(kind, (event) => { pressed = event.timeStamp; }, true);
    new MutationObserver((changes) => {
        const inList = changes.some((one) => (one.target.nodeType === 1 ? one.target : one.target.parentElement)?.closest("[role=grid]"));
        if (pressed === null || !inList) return;
        const since = pressed;
        pressed = null;
        requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = () => { window.latencies.push(performance.now() - since); window.told?.(); }; channel.port2.postMessage(null); });
    }).observe(document.querySelector("main"), { subtree: true, childList: true, characterData: true, attributes: true });
"#;

/// Waits for the figure of a key without asking the page again and again: that would be measured as well.
const TOLD: &str =
    "if (latencies.length <= arguments[0]) await new Promise((told) => (window.told = told));";

/// What the question of one key takes without drawing what it found: the median of 21 in milliseconds.
const ANSWER: &str = r#"
    const filters = { kinds: [], keyvalues: [], checks: [], duplicates: false };
    const ask = async (text) => {
        const begun = performance.now();
        const query = { text, sort: "pinned_at", descending: true, filters };
        await window.__TAURI_INTERNALS__.invoke("pins_open", { query, carry: null, look: { from: 0, n: 100, pin: null } });
        return performance.now() - begun;
    };
    const times = [];
    for (let number = 0; number < 21; number += 1) times.push(await ask("0421".slice(0, 1 + (number % 4))));
    return Math.round(times.sort((one, other) => one - other)[10] * 10) / 10;
"#;

/// What drawing other rows takes without asking for any: the median of 15 in milliseconds. Each row gets the texts of
/// another one, so that nothing but the web view's own layout and painting is measured.
const DRAWING: &str = r#"
    const textsOf = (row) => {
        const walker = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
        const texts = [];
        while (walker.nextNode()) texts.push(walker.currentNode);
        return texts;
    };
    const rows = [...document.querySelectorAll("[role=grid] [data-row]")].map(textsOf);
    const columns = Math.min(...rows.map((texts) => texts.length));
    const painted = () => new Promise((done) => requestAnimationFrame(() => { const channel = new MessageChannel(); channel.port1.onmessage = done; channel.port2.postMessage(null); }));
    const times = [];
    for (let run = 0; run < 15; run += 1) {
        await painted();
        const begun = performance.now();
        const before = rows.map((texts) => texts.map((text) => text.data));
        rows.forEach((texts, at) => { for (let column = 0; column < columns; column += 1) texts[column].data = before[(at + 7) % rows.length][column]; });
        await painted();
        times.push(performance.now() - begun);
    }
    return Math.round(times.sort((one, other) => one - other)[7] * 10) / 10;
"#;

/// Notes from now on how long after one frame the next one comes.
const FRAMES: &str = r"
    window.gaps = [];
    let before = performance.now();
    const frame = (now) => { window.gaps.push(now - before); before = now; requestAnimationFrame(frame); };
    requestAnimationFrame(frame);
";

fn main() {
    if std::env::var_os("PINFOLD_BENCH").is_none() {
        println!("The window's figures are measured by `cargo xtask bench`.");
        return;
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let asked: Vec<String> = std::env::args().skip(1).collect();
    let wants = |name: &str| {
        let mut names = asked.iter().filter(|argument| !argument.starts_with('-'));
        names.clone().next().is_none() || names.any(|asked| asked == name)
    };
    let figures = runtime.block_on(async {
        let mut figures = Vec::new();
        if wants("opening") {
            figures.extend(opening().await);
        }
        if wants("narrowing") {
            figures.extend(narrowing().await);
        }
        if wants("queue") {
            figures.push(queue().await);
        }
        if wants("frames") {
            figures.extend(frames().await);
        }
        figures
    });
    println!("\n{:<58} {:>9} {:>9}", "figure", "measured", "at most");
    for figure in &figures {
        let verdict = if figure.measured <= figure.most {
            ""
        } else {
            "  TOO MUCH"
        };
        println!(
            "{:<58} {:>9.2} {:>9.2}{verdict}",
            figure.name, figure.measured, figure.most
        );
    }
    if figures.iter().any(|figure| figure.measured > figure.most) {
        std::process::exit(1);
    }
}

#[derive(Clone)]
struct Figure {
    name: &'static str,
    measured: f64,
    most: f64,
}

/// First paint and memory, in turns with the empty window, so that a busy machine is busy for both.
async fn opening() -> Vec<Figure> {
    let desktop = Desktop::start();
    app::start_with_sandbox(&desktop).await.quit().await;
    let (mut ours, mut empty) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        ours.push(open(&desktop, &app::program(), "Pins").await);
        empty.push(open(&desktop, &empty_window(), "Empty").await);
    }
    let of = |runs: &[Opened], what: fn(&Opened) -> f64| median(runs.iter().map(what).collect());
    let paint = (of(&ours, |run| run.paint), of(&empty, |run| run.paint));
    let memory = (of(&ours, |run| run.memory), of(&empty, |run| run.memory));
    println!(
        "first paint {:.0} ms, empty window {:.0} ms (median of {RUNS})",
        paint.0, paint.1
    );
    let stood = (of(&ours, |run| run.stood), of(&empty, |run| run.stood));
    println!(
        "its screen stands after {:.0} ms, the empty window's after {:.0} ms (median of {RUNS})",
        stood.0, stood.1
    );
    println!(
        "memory (PSS) {:.0} MB, empty window {:.0} MB (median of {RUNS})",
        memory.0, memory.1
    );
    vec![
        Figure {
            name: "first paint, times an empty window",
            measured: paint.0 / paint.1,
            most: 1.3,
        },
        Figure {
            name: "memory of all processes, times an empty window",
            measured: memory.0 / memory.1,
            most: 1.3,
        },
    ]
}

/// From a key's event to the frame in which the list shows what it found or was narrowed to.
async fn narrowing() -> Vec<Figure> {
    let desktop = Desktop::start();
    app::seed_sandbox(&desktop, PINS).await;
    let driver = app::start_with_sandbox(&desktop).await;
    app::wait_for_total(&driver, PINS).await;
    driver.script(WATCH, Vec::new()).await;
    desktop.output("wmctrl", &["-a", app::TITLE]);
    driver.click("textbox", "~Search").await;
    // Each key finds something else: the names hold numbers of six digits.
    let word = ["0", "4", "2", "1"];
    let keys = word.into_iter().chain([BACK; 4]).cycle().take(KEYS);
    let typed = pressed(&desktop, &driver, keys).await;
    let answer = driver.promise(ANSWER, Vec::new()).await;
    driver.click("button", "Filter").await;
    driver.click("menuitem", "Type").await;
    driver.wait_for("checkbox", "Images").await;
    let focus = "byRole('checkbox', 'Images')[0].focus()";
    driver.read(focus, Vec::new()).await;
    // On and off: images only, then all of them again.
    let filtered = pressed(&desktop, &driver, ["space"; KEYS]).await;
    desktop.output("xdotool", &["key", "Escape"]);
    let drawing = driver.promise(DRAWING, Vec::new()).await;
    driver.quit().await;
    println!(
        "of that the engine's answer, with its way: median {} ms",
        answer.expect("a time")
    );
    println!(
        "of that drawing as many other rows, which asks for nothing: median {} ms",
        drawing.expect("a time")
    );
    vec![
        Figure {
            name: "a key to painted rows in 100,000 pins, p95 in ms",
            measured: p95("a key", &typed),
            most: 50.0,
        },
        Figure {
            name: "a filter to painted rows in 100,000 pins, p95 in ms",
            measured: p95("a filter", &filtered),
            most: 100.0,
        },
    ]
}

/// Presses each key once the rows of the one before are painted; milliseconds from each to its rows, in order of size.
async fn pressed(
    desktop: &Desktop,
    driver: &Driver,
    keys: impl IntoIterator<Item = &str>,
) -> Vec<f64> {
    driver.script("window.latencies = []", Vec::new()).await;
    for (number, key) in keys.into_iter().enumerate() {
        desktop.output("xdotool", &["key", key]);
        let told = driver.promise(TOLD, vec![json!(number)]).await;
        told.unwrap_or_else(|error| panic!("no rows for key {number} ({key}): {error}"));
    }
    let latencies = driver.script("return latencies", Vec::new()).await;
    let latencies = latencies.as_array().expect("figures").iter();
    let mut latencies: Vec<f64> = latencies.filter_map(Value::as_f64).collect();
    latencies.sort_unstable_by(f64::total_cmp);
    latencies
}

fn p95(what: &str, latencies: &[f64]) -> f64 {
    let p95 = latencies[latencies.len() * 95 / 100];
    println!(
        "{what} to painted rows, {PINS} pins: median {:.1} ms, p95 {p95:.1} ms of {}",
        latencies[latencies.len() / 2],
        latencies.len()
    );
    p95
}

/// What 10,000 queued uploads add to the time until the list stands, in milliseconds.
async fn queue() -> Figure {
    let desktop = Desktop::start();
    app::start_with_sandbox(&desktop).await.quit().await;
    let without = stands(&desktop).await;
    let driver = app::start(&desktop).await;
    app::wait_for_list(&driver).await;
    // A pause of all is one of those that are there; a rest is one of what comes as well.
    app::invoke(&driver, "uploads_rest", json!({"rest": "hour"}))
        .await
        .expect("uploads rest");
    let folder = desktop.path("f");
    let many: Vec<PathBuf> = (0..QUEUED)
        .map(|number| files::write(&folder, &number.to_string(), number.to_string().as_bytes()))
        .collect();
    let drag = Drag::over(&desktop, &many, (640, 400)).await;
    app::wait_for_overlay(&driver).await;
    drag.drop_here().await;
    let queued = || async { app::uploads(&driver).await.0 == QUEUED as u64 };
    driver
        .wait_within(app::UPLOADED, "10,000 queued uploads", queued)
        .await;
    driver.quit().await;
    let with = stands(&desktop).await;
    println!(
        "the list stands after {with:.0} ms with {QUEUED} queued uploads, after {without:.0} ms without (median of {RUNS})"
    );
    Figure {
        name: "10,000 queued uploads add to opening, ms",
        measured: with - without,
        most: 100.0,
    }
}

/// 1,024 bytes that no compression makes smaller, others for each number.
fn noise(number: usize) -> Vec<u8> {
    let mut state = number as u64 + 0x9e37_79b9_7f4a_7c15;
    let next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    std::iter::repeat_with(next).take(128).flatten().collect()
}

/// The gaps between frames, in milliseconds, while a folder of very many small files is looked at, hashed, sent and checked.
async fn frames() -> Vec<Figure> {
    let desktop = Desktop::start();
    let driver = app::start_with_sandbox(&desktop).await;
    let folder = desktop.path("many");
    for number in 0..SMALL_FILES {
        let place = folder.join((number % 100).to_string());
        files::write(&place, &number.to_string(), &noise(number));
    }
    let drag = Drag::over(&desktop, &[folder], (640, 400)).await;
    app::wait_for_overlay(&driver).await;
    driver.script(FRAMES, Vec::new()).await;
    drag.drop_here().await;
    let sent = || async { app::uploads(&driver).await.2 == 1 };
    let what = format!("a folder of {SMALL_FILES} files is sent");
    driver.wait_within(SENT, &what, sent).await;
    let gaps = driver.script("return gaps", Vec::new()).await;
    driver.quit().await;
    let gaps = gaps.as_array().expect("figures").iter();
    let mut gaps: Vec<f64> = gaps.filter_map(Value::as_f64).collect();
    gaps.sort_unstable_by(f64::total_cmp);
    let (p99, most) = (gaps[gaps.len() * 99 / 100], gaps[gaps.len() - 1]);
    println!(
        "frames while {SMALL_FILES} files are sent: {} of them, median {:.1} ms apart, p99 {p99:.1}, the longest {most:.1}",
        gaps.len(),
        gaps[gaps.len() / 2]
    );
    println!(
        "SOAK frames={} p99_ms={p99:.0} longest_ms={most:.0}",
        gaps.len()
    );
    vec![
        Figure {
            name: "ms from frame to frame, 65,000 files being sent, p99",
            measured: p99,
            most: 100.0,
        },
        Figure {
            name: "ms from frame to frame, 65,000 files being sent, longest",
            measured: most,
            most: 300.0,
        },
    ]
}

async fn stands(desktop: &Desktop) -> f64 {
    let mut times = Vec::new();
    for _ in 0..RUNS {
        times.push(open(desktop, &app::program(), "Pins").await.stood);
    }
    median(times)
}

/// One opening: milliseconds from the program's start to its first paint and to its heading, and MB of memory.
struct Opened {
    paint: f64,
    stood: f64,
    memory: f64,
}

async fn open(desktop: &Desktop, program: &Path, heading: &str) -> Opened {
    let driver = Driver::start(desktop, program, &[]).await;
    driver.wait_for("heading", heading).await;
    let stood = driver
        .script("return Date.now()", Vec::new())
        .await
        .as_f64()
        .expect("a time");
    let painted = || async { driver.script(PAINT, Vec::new()).await.is_number() };
    driver.wait_until("a first paint", painted).await;
    let paint = driver
        .script(PAINT, Vec::new())
        .await
        .as_f64()
        .expect("a time");
    let id = driver.program().expect("the program runs");
    let begun = begun(id);
    let memory = processes::memory(&driver.processes()) as f64 / 1e6;
    driver.quit().await;
    Opened {
        paint: paint - begun,
        stood: stood - begun,
        memory,
    }
}

/// When a process began, in milliseconds since 1970; exact to a clock tick of 10 ms.
fn begun(id: i32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{id}/stat")).expect("the process's state");
    let ticks = stat
        .rsplit(')')
        .next()
        .and_then(|rest| rest.split_whitespace().nth(19)?.parse::<f64>().ok());
    let uptime = std::fs::read_to_string("/proc/uptime").expect("the uptime");
    let uptime: f64 = uptime
        .split_whitespace()
        .next()
        .and_then(|text| text.parse().ok())
        .expect("seconds");
    #[expect(
        clippy::disallowed_methods,
        reason = "the page's clock is the system's, and is compared with it"
    )]
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_secs_f64();
    (now - (uptime - ticks.expect("its start") / 100.0)) * 1000.0
}

/// The empty window is an example of the app's own package.
fn empty_window() -> PathBuf {
    let path = app::program()
        .with_file_name("examples")
        .join("empty_window");
    assert!(
        path.is_file(),
        "{} is not built: cargo build --release --example empty_window",
        path.display()
    );
    path
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_unstable_by(f64::total_cmp);
    figures[figures.len() / 2]
}
