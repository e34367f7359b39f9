//! How close sending a large file in chunks, hashing included, comes to `curl -T`, and in how much memory.
//!
//! `cargo bench -p engine` (1 GiB, and 8 GiB without content), or `cargo bench -p engine -- --quick` (128 MiB and 1 GiB).
//! Both go to the same sink, which throws all away. Exits 1 above a limit.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

#[path = "sending/sink.rs"]
mod sink;

use std::{
    error::Error,
    fs,
    io::{BufWriter, Write},
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use engine::accounts::{RunningSandbox, SandboxHost, Services};
use engine::error::CommandError;
use engine::pins::CheckState;
use engine::uploads::{Secrets, UploadNetwork, UploadOptions, UploadState, UploadsFilter};
use engine::{Engine, Parts};

const PAIRS: usize = 7;
const RATIO_LIMIT: f64 = 2.2;
const GROWTH_LIMIT_KIB: u64 = 64 * 1024;
/// Tells a second process of this program what to send and where, and to report its time and its growth.
const CHILD: &str = "--send";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<ExitCode> {
    engine::heap::keep_together();
    let arguments: Vec<_> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == CHILD) {
        return send(Path::new(&arguments[at + 1]), &arguments[at + 2]);
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let (random, sparse) = if quick {
        (128, 1_024)
    } else {
        (1_024, 8 * 1_024)
    };
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?;
    let large = random_file(&folder.path().join("random.bin"), random << 20)?;
    let compared = compare(&large, random)?;
    fs::remove_file(&large)?;
    let hollow = folder.path().join("sparse.bin");
    fs::File::create_new(&hollow)?.set_len(sparse << 20)?;
    let growth = grown(&hollow, sparse)?.max(compared.growth_kib);
    println!(
        "SOAK times_of_curl={:.2} mib_of_growth={:.0}",
        compared.ratio,
        mib(growth)
    );
    Ok(
        if compared.ratio <= RATIO_LIMIT && growth <= GROWTH_LIMIT_KIB {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        },
    )
}

fn verdict(within: bool) -> &'static str {
    if within { "ok" } else { "TOO MUCH" }
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn now() -> Instant {
    Instant::now()
}

/// Random bytes, which nothing can make smaller.
fn random_file(path: &Path, bytes: u64) -> Outcome<PathBuf> {
    let mut out = BufWriter::with_capacity(1 << 20, fs::File::create_new(path)?);
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..bytes / 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        out.write_all(&state.to_le_bytes())?;
    }
    out.into_inner()?.sync_all()?;
    Ok(path.to_owned())
}

/// What a child says of itself.
struct Sent {
    time: Duration,
    growth_kib: u64,
}

fn sent_by_us(path: &Path, address: &str) -> Outcome<Sent> {
    let child = Command::new(std::env::current_exe()?)
        .arg(CHILD)
        .arg(path)
        .arg(address)
        .output()?;
    let said = String::from_utf8(child.stdout)?;
    let numbers = said.lines().last().unwrap_or_default().split_once(' ');
    let Some((micros, growth)) = numbers.filter(|_| child.status.success()) else {
        return Err(format!("{said}{}", String::from_utf8_lossy(&child.stderr)).into());
    };
    Ok(Sent {
        time: Duration::from_micros(micros.parse()?),
        growth_kib: growth.parse()?,
    })
}

fn sent_by_curl(path: &Path, address: &str) -> Outcome<Duration> {
    let begun = now();
    let curl = Command::new("curl")
        .args(["--silent", "--fail", "--noproxy", "*", "--upload-file"])
        .arg(path)
        .arg(format!("{address}/put"))
        .status()?;
    if !curl.success() {
        return Err(format!("curl: {curl}").into());
    }
    Ok(begun.elapsed())
}

/// Our way beside `curl -T`.
struct Compared {
    /// Our time to its time.
    ratio: f64,
    growth_kib: u64,
}

/// Pairs of both ways in turn, so that whatever else the machine does hits both alike.
fn compare(path: &Path, mib: u64) -> Outcome<Compared> {
    let sink = sink::Sink::start(path)?;
    let (mut ours, mut curls, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    let mut growth = 0;
    for pair in 0..PAIRS {
        let first = (pair % 2 == 0)
            .then(|| sent_by_curl(path, sink.address()))
            .transpose()?;
        let sent = sent_by_us(path, sink.address())?;
        let curl = match first {
            Some(time) => time,
            None => sent_by_curl(path, sink.address())?,
        };
        growth = growth.max(sent.growth_kib);
        ours.push(sent.time.as_secs_f64());
        curls.push(curl.as_secs_f64());
        ratios.push(sent.time.as_secs_f64() / curl.as_secs_f64());
    }
    let (ours, curls, ratio) = (median(&mut ours), median(&mut curls), median(&mut ratios));
    println!("send {mib} MiB to a sink, median of {PAIRS} pairs:");
    println!("  curl -T                               {curls:.3} s");
    println!("  dropped, hashed, sent in chunks       {ours:.3} s");
    let within = ratio <= RATIO_LIMIT;
    println!(
        "  ratio {ratio:.3}, limit {RATIO_LIMIT}: {}",
        verdict(within)
    );
    let (least, most) = (ratios[0], ratios[PAIRS - 1]);
    println!("  ratios of the pairs {least:.3} to {most:.3}");
    tell_growth(mib, growth);
    Ok(Compared {
        ratio,
        growth_kib: growth,
    })
}

/// How much a process grows that sends a file, in KiB.
fn grown(path: &Path, mib: u64) -> Outcome<u64> {
    let sink = sink::Sink::start(path)?;
    let growth = sent_by_us(path, sink.address())?.growth_kib;
    tell_growth(mib, growth);
    Ok(growth)
}

fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

fn tell_growth(size: u64, growth: u64) {
    println!(
        "growth of a process that sends {size} MiB: {:.1} MiB, limit {} MiB: {}",
        mib(growth),
        mib(GROWTH_LIMIT_KIB),
        verdict(growth <= GROWTH_LIMIT_KIB)
    );
}

struct Known(Arc<RunningSandbox>);

#[async_trait]
impl SandboxHost for Known {
    async fn running(&self) -> Result<Arc<RunningSandbox>, CommandError> {
        Ok(self.0.clone())
    }

    fn folder(&self) -> Option<PathBuf> {
        None
    }

    async fn erase(&self) -> Result<(), CommandError> {
        Err(CommandError::gone("The sink"))
    }
}

/// A line of this process's status, in kB.
fn status(name: &str) -> Outcome<u64> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.ok_or("the system does not tell")?.trim().parse()?)
}

/// The child: an engine in a new folder sends one file to its end.
#[tokio::main]
async fn send(path: &Path, address: &str) -> Outcome<ExitCode> {
    let data = tempfile::tempdir()?;
    let running = RunningSandbox {
        api: address.to_owned(),
        gateway: address.to_owned(),
        token: "a-token".to_owned().into(),
    };
    let parts = Parts {
        clock: Arc::new(engine::clock::SystemClock),
        files: Arc::new(engine::walk::Disk),
        keychain: Arc::new(secrets::UntilQuit::default()),
        connect: Arc::new(Services),
        sandbox: Arc::new(Known(Arc::new(running))),
        jitter: Arc::new(|| 0.5),
        watching: Arc::new(engine::walk::SystemWatching),
        home: None,
    };
    let engine = Arc::new(Engine::open(data.path(), parts)?);
    tokio::spawn(engine.uploads.clone().run());
    let account = engine.accounts.try_sandbox().await?.id.parse()?;
    // From now on the peak is counted anew.
    fs::write("/proc/self/clear_refs", "5")?;
    let (before, begun) = (status("VmRSS:")?, now());
    let drop = engine.uploads.look_at(vec![path.to_owned()]).await?.id;
    let options = UploadOptions {
        name: None,
        keyvalues: Vec::new(),
        cid_version: 1,
        wrap: false,
        together: None,
        secrets: Secrets::Send,
        allowed: Vec::new(),
        junk: false,
        group: None,
        network: UploadNetwork::Public,
        expires: None,
    };
    engine.uploads.enqueue(account, &drop, options).await?;
    let row = loop {
        let page = engine.uploads.rows(UploadsFilter::Finished, 0, 1)?;
        if let Some(row) = page.rows.into_iter().next() {
            break row;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
        let stuck = engine.uploads.rows(UploadsFilter::NeedsYou, 0, 1)?.rows;
        if let Some(row) = stuck.first() {
            return Err(row.sentence.clone().into());
        }
    };
    let time = begun.elapsed();
    if (row.state, row.check) != (UploadState::Pinned, CheckState::Verified) {
        return Err(row.sentence.into());
    }
    let growth = status("VmHWM:")?.saturating_sub(before);
    println!("{} {growth}", time.as_micros());
    Ok(ExitCode::SUCCESS)
}
