//! How close hashing with the DAG comes to hashing alone, and in how much memory.
//!
//! `cargo bench -p content` (1 GiB), or `cargo bench -p content -- --quick` (128 MiB). Exits 1 above a limit.

#![expect(clippy::print_stdout, reason = "the figures are what it is for")]

#[path = "../examples/cid/walk.rs"]
mod walk;

use std::{
    error::Error,
    fs::{self, File},
    hint::black_box,
    io::{self, BufWriter, Write},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    sync::atomic::{AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use content::{Profile, hash_file};
use ring::digest::{SHA256, digest};

const PIECE: usize = 256 * 1024;
const PAIRS: usize = 7;
const RATIO_LIMIT: f64 = 1.15;
const MEMORY_LIMIT_KIB: u64 = 64 * 1024;
const SMALL_FILES: usize = 10_000;
const SMALL_FILES_LIMIT: Duration = Duration::from_millis(1500);
/// Tells a second process of this program to hash a file and to report its own memory.
const CHILD: &str = "--peak-memory-of";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<ExitCode> {
    let arguments: Vec<_> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == CHILD) {
        return report_peak_memory(Path::new(&arguments[at + 1]));
    }
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let mib = if quick { 128 } else { 1024 };
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let large = random_file(&folder.join(format!("random-{mib}-mib")), mib << 20)?;
    let small = small_files(&folder.join("small-files"))?;

    let within = [
        compare_speed(&large, mib)?,
        compare_memory(&large)?,
        time_small_files(&small)?,
    ];
    Ok(if within.into_iter().all(|ok| ok) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

#[expect(clippy::disallowed_methods, reason = "a bench reads the clock")]
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = work();
    (start.elapsed(), result)
}

#[expect(clippy::disallowed_methods, reason = "a bench opens its own files")]
fn open(path: &Path) -> io::Result<File> {
    File::open(path)
}

fn verdict(within: bool) -> &'static str {
    if within { "ok" } else { "TOO MUCH" }
}

fn median<T: Copy + PartialOrd>(values: &mut [T]) -> T {
    values.sort_by(|a, b| a.partial_cmp(b).expect("no value is undefined"));
    values[values.len() / 2]
}

/// Pairs of both ways in turn, so that whatever else the machine does hits both alike.
fn compare_speed(path: &Path, mib: u64) -> Outcome<bool> {
    hash_pieces(path)?;
    let (mut alone, mut with_dag, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for pair in 0..PAIRS {
        let first = timed(|| {
            if pair % 2 == 0 {
                hash_pieces(path)
            } else {
                hash_dag(path)
            }
        });
        let second = timed(|| {
            if pair % 2 == 0 {
                hash_dag(path)
            } else {
                hash_pieces(path)
            }
        });
        first.1?;
        second.1?;
        let (pieces, dag) = if pair % 2 == 0 {
            (first.0, second.0)
        } else {
            (second.0, first.0)
        };
        alone.push(pieces.as_secs_f64());
        with_dag.push(dag.as_secs_f64());
        ratios.push(dag.as_secs_f64() / pieces.as_secs_f64());
    }
    let (alone, with_dag, ratio) = (
        median(&mut alone),
        median(&mut with_dag),
        median(&mut ratios),
    );
    let mib = mib as f64;
    println!("hash {mib} MiB, median of {PAIRS} pairs:");
    println!(
        "  SHA-256 of 256 KiB pieces, all cores  {alone:.3} s  {:.0} MiB/s",
        mib / alone
    );
    println!(
        "  hash_file with the DAG                {with_dag:.3} s  {:.0} MiB/s",
        mib / with_dag
    );
    let within = ratio <= RATIO_LIMIT;
    println!(
        "  ratio {ratio:.3}, limit {RATIO_LIMIT}: {}",
        verdict(within)
    );
    // `median` has sorted them. A wide range says that the machine was busy with other things.
    println!(
        "  ratios of the pairs {:.3} to {:.3}",
        ratios[0],
        ratios[PAIRS - 1]
    );
    Ok(within)
}

/// The baseline: no order, no DAG, no lock.
fn hash_pieces(path: &Path) -> io::Result<()> {
    let file = open(path)?;
    let pieces = file.metadata()?.len().div_ceil(PIECE as u64);
    let next = AtomicU64::new(0);
    let work = || -> io::Result<()> {
        let mut piece = vec![0; PIECE];
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            if index >= pieces {
                return Ok(());
            }
            let count = file.read_at(&mut piece, index * PIECE as u64)?;
            black_box(digest(&SHA256, &piece[..count]));
        }
    };
    thread::scope(|scope| {
        let workers: Vec<_> = (0..thread::available_parallelism()?.get())
            .map(|_| scope.spawn(work))
            .collect();
        workers
            .into_iter()
            .try_for_each(|worker| worker.join().expect("no worker panics"))
    })
}

fn hash_dag(path: &Path) -> io::Result<()> {
    black_box(hash_file(open(path)?, Profile::V1Raw)?);
    Ok(())
}

fn compare_memory(path: &Path) -> Outcome<bool> {
    let child = Command::new(std::env::current_exe()?)
        .arg(CHILD)
        .arg(path)
        .output()?;
    let said = String::from_utf8(child.stdout)?;
    let kib: u64 = said.trim().parse()?;
    let within = kib <= MEMORY_LIMIT_KIB;
    println!(
        "peak memory of a process that hashes it: {:.1} MiB, limit {} MiB: {}",
        kib as f64 / 1024.0,
        MEMORY_LIMIT_KIB / 1024,
        verdict(within)
    );
    Ok(within)
}

fn report_peak_memory(path: &Path) -> Outcome<ExitCode> {
    hash_dag(path)?;
    let status = fs::read_to_string("/proc/self/status")?;
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"))
        .ok_or("the system does not tell the peak")?;
    println!("{peak}");
    Ok(ExitCode::SUCCESS)
}

fn time_small_files(folder: &Path) -> Outcome<bool> {
    let mut times = Vec::new();
    for _ in 0..3 {
        let (time, root) = timed(|| walk::hash_path(folder, Profile::V1Raw));
        black_box(root?);
        times.push(time);
    }
    let time = median(&mut times);
    let within = time <= SMALL_FILES_LIMIT;
    println!(
        "a folder of {SMALL_FILES} files of 4 KiB, median of 3: {:.3} s, limit {} s: {}",
        time.as_secs_f64(),
        SMALL_FILES_LIMIT.as_secs_f64(),
        verdict(within)
    );
    Ok(within)
}

/// Random enough for a hash function, the same every time.
struct Noise(u64);

impl Noise {
    fn fill(&mut self, bytes: &mut [u8]) {
        for word in bytes.chunks_exact_mut(8) {
            self.0 ^= self.0 << 13;
            self.0 ^= self.0 >> 7;
            self.0 ^= self.0 << 17;
            word.copy_from_slice(&self.0.to_le_bytes());
        }
    }
}

/// Makes the file unless it is there.
fn random_file(path: &Path, length: u64) -> io::Result<PathBuf> {
    if fs::metadata(path).is_ok_and(|metadata| metadata.len() == length) {
        return Ok(path.to_owned());
    }
    let mut out = BufWriter::new(File::create(path)?);
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    let mut piece = vec![0; PIECE];
    for _ in 0..length / PIECE as u64 {
        noise.fill(&mut piece);
        out.write_all(&piece)?;
    }
    out.flush()?;
    Ok(path.to_owned())
}

fn small_files(folder: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let mut noise = Noise(0xd1b5_4a32_d192_ed03);
    let mut content = vec![0; 4096];
    for index in 0..SMALL_FILES {
        noise.fill(&mut content);
        fs::write(folder.join(format!("file {index:05}")), &content)?;
    }
    Ok(folder.to_owned())
}
