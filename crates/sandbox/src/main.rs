//! `pinfold-sandbox`: the service as a program of its own.
#![expect(clippy::print_stdout, reason = "a program that tells where it listens")]

use lexopt::prelude::*;
use sandbox::{Config, Sandbox};
use std::process::ExitCode;

const HELP: &str = "\
A pinning service on this computer that behaves like Pinata.

Usage: pinfold-sandbox --data DIR --token TOKEN [OPTIONS]

  --data DIR            the folder for everything that is kept (created when missing)
  --token TOKEN         the token that clients must send as 'Authorization: Bearer TOKEN'
                        (or set PINFOLD_SANDBOX_TOKEN, which other users cannot see)
  --listen HOST:PORT    the API's address [default: 127.0.0.1:0, a free port]
  --gateway HOST:PORT   the gateway's address [default: 127.0.0.1:0, a free port]
  --seed N              add N made-up pins before serving
  --rate-limits         answer 429 above 30 requests a minute on /data, 60 on /pinning
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
    let (mut data, mut token, mut listen, mut gateway) = (None, None, None, None);
    let (mut seed, mut enforce) = (0, false);
    while let Some(argument) = parser.next()? {
        match argument {
            Long("data") => data = Some(parser.value()?),
            Long("token") => token = Some(parser.value()?.string()?),
            Long("listen") => listen = Some(parser.value()?.parse()?),
            Long("gateway") => gateway = Some(parser.value()?.parse()?),
            Long("seed") => seed = parser.value()?.parse()?,
            Long("rate-limits") => enforce = true,
            Short('h') | Long("help") => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    let data = data.ok_or("--data is missing")?;
    let token = token
        .or_else(|| std::env::var("PINFOLD_SANDBOX_TOKEN").ok())
        .filter(|token| !token.is_empty())
        .ok_or("--token is missing")?;
    let mut config = Config::new(data, token);
    config.listen = listen.unwrap_or(config.listen);
    config.gateway = gateway.unwrap_or(config.gateway);
    config.enforce_rate_limits = enforce;
    Ok(Some(Arguments { config, seed }))
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
