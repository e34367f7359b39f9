//! `pinfold-sandbox`: the service as a program of its own.
#![expect(clippy::print_stdout, reason = "a program that tells where it listens")]

use lexopt::prelude::*;
use sandbox::{Config, JobStatus, Jobs, Sandbox};
use std::process::ExitCode;
use std::time::Duration;

const HELP: &str = "\
A pinning service on this computer that behaves like Pinata.

Usage: pinfold-sandbox --data DIR --token TOKEN [OPTIONS]

  --data DIR            the folder for everything that is kept (created when missing)
  --token TOKEN         the token that clients must send as 'Authorization: Bearer TOKEN'
                        (or set PINFOLD_SANDBOX_TOKEN, which other users cannot see)
  --listen HOST:PORT    the API's address [default: 127.0.0.1:0, a free port]
  --gateway HOST:PORT   the gateway's address [default: 127.0.0.1:0, a free port]
  --seed N              add N made-up pins before serving
  --key KEY --secret S  a pair that clients of the legacy API may send instead of the token,
                        as 'pinata_api_key' and 'pinata_secret_api_key'
  --psa strict|pinata   the pinning services API at /psa as the specification has it, or as Pinata
                        has it [default: pinata]
  --paid                the account has a paid plan: uploads may be CARs (refused otherwise)
  --jobs instant|S      pins by CID are at their end at once, or stay S seconds in each state
                        [default: 1, 2 and 2 seconds]
  --job-end CID=STATUS  where the jobs of a CID end: pinned, expired, over_free_limit, over_max_size,
                        invalid_object, bad_host_node, backfilled; or prechecking, searching,
                        retrieving, which they then never leave (may be repeated)
  --peer URL            the gateway of another sandbox whose public content pins by CID find
                        (may be repeated)
  --upload-lasts S      seconds until a resumable upload is given up [default: 86400]
  --idle-timeout S      seconds that a request's body may bring nothing [default: 120]
  --rate-limits         answer 429 above 30 requests a minute on /data and the list of /psa,
                        60 on the rest of the legacy API
  -h, --help            this text

It prints the two URLs when it is ready, and serves until it is interrupted or terminated.
";

struct Arguments {
    config: Config,
    seed: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    match arguments() {
        Ok(Some(arguments)) => serve(arguments).await,
        Ok(None) => {
            print!("{HELP}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("pinfold-sandbox: {error}\nTry 'pinfold-sandbox --help'.");
            ExitCode::from(2)
        }
    }
}

fn arguments() -> Result<Option<Arguments>, lexopt::Error> {
    let mut parser = lexopt::Parser::from_env();
    // The folder and the token are demanded when all was read.
    let mut config = Config::new("", "");
    let (mut data, mut token, mut key, mut secret) = (None, None, None, None);
    let mut seed = 0;
    while let Some(argument) = parser.next()? {
        match argument {
            Long("data") => data = Some(parser.value()?),
            Long("token") => token = Some(parser.value()?.string()?),
            Long("key") => key = Some(parser.value()?.string()?),
            Long("secret") => secret = Some(parser.value()?.string()?),
            Long("listen") => config.listen = parser.value()?.parse()?,
            Long("gateway") => config.gateway = parser.value()?.parse()?,
            Long("psa") => config.strict_psa = strict(&parser.value()?.string()?)?,
            Long("paid") => config.paid = true,
            Long("jobs") => times(&config.jobs, &parser.value()?.string()?)?,
            Long("job-end") => end(&config.jobs, &parser.value()?.string()?)?,
            Long("peer") => config.jobs.add_peer(parser.value()?.string()?),
            Long("upload-lasts") => config.upload_lasts = seconds(&mut parser)?,
            Long("idle-timeout") => config.idle_timeout = seconds(&mut parser)?,
            Long("seed") => seed = parser.value()?.parse()?,
            Long("rate-limits") => config.rate_limits = sandbox::RateLimits::FREE_PLAN,
            Short('h') | Long("help") => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    config.data = data.ok_or("--data is missing")?.into();
    config.token = token
        .or_else(|| std::env::var("PINFOLD_SANDBOX_TOKEN").ok())
        .filter(|token| !token.is_empty())
        .ok_or("--token is missing")?;
    config.pair = match (key, secret) {
        (Some(key), Some(secret)) => Some((key, secret)),
        (None, None) => None,
        _ => return Err("--key and --secret go together".into()),
    };
    Ok(Some(Arguments { config, seed }))
}

fn strict(word: &str) -> Result<bool, lexopt::Error> {
    match word {
        "strict" => Ok(true),
        "pinata" => Ok(false),
        _ => Err("--psa is strict or pinata".into()),
    }
}

fn times(jobs: &Jobs, word: &str) -> Result<(), lexopt::Error> {
    let (stay, expires) = match word {
        "instant" => (Duration::ZERO, Duration::ZERO),
        seconds => {
            let seconds = seconds.parse();
            let seconds = seconds.map_err(|_| "--jobs is instant or a number of seconds")?;
            (Duration::from_secs(seconds), Duration::from_hours(24))
        }
    };
    jobs.set_times(stay, stay, stay, expires);
    Ok(())
}

fn end(jobs: &Jobs, rule: &str) -> Result<(), lexopt::Error> {
    let (cid, status) = rule.split_once('=').unwrap_or((rule, ""));
    let status = JobStatus::parse(status).ok_or("--job-end is CID=STATUS")?;
    jobs.set_end(cid, status);
    Ok(())
}

fn seconds(parser: &mut lexopt::Parser) -> Result<Duration, lexopt::Error> {
    Ok(Duration::from_secs(parser.value()?.parse()?))
}

async fn serve(Arguments { config, seed }: Arguments) -> ExitCode {
    let sandbox = match Sandbox::start(config).await {
        Ok(sandbox) => sandbox,
        Err(error) => {
            eprintln!("pinfold-sandbox: {error}");
            return ExitCode::FAILURE;
        }
    };
    if seed > 0
        && let Err(error) = sandbox.seed(seed).await
    {
        eprintln!("pinfold-sandbox: {error}");
        return ExitCode::FAILURE;
    }
    println!("api {}", sandbox.api_url());
    println!("gateway {}", sandbox.gateway_url());
    terminated().await;
    sandbox.stop().await;
    ExitCode::SUCCESS
}

#[cfg(unix)]
async fn terminated() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        // Without the handler the signal ends the process by itself.
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(not(unix))]
async fn terminated() {
    let _ = tokio::signal::ctrl_c().await;
}
