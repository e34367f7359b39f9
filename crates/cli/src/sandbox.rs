//! `pinfold sandbox`: a local Pinata for tests and demonstrations.

use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use sandbox::{Config, Sandbox};

use crate::arguments;
use crate::exit::Failure;
use crate::print::Out;
use crate::serve::Ending;

pub(crate) async fn run(options: arguments::Sandbox, out: &Out) -> Result<(), Failure> {
    let mut ending = Ending::listen();
    let token = uuid::Uuid::new_v4().simple().to_string();
    let file = options.data.join("token");
    write_token(&options.data, &file, &token)
        .map_err(|error| Failure::system("The Sandbox's folder cannot be used", &error))?;
    let config = Config {
        listen: options.listen,
        gateway: options.gateway,
        paid: options.paid,
        ..Config::new(&options.data, token)
    };
    let server = Sandbox::start(config)
        .await
        .map_err(|error| Failure::system("The Sandbox cannot start", &error))?;
    let (api, gateway) = (server.api_url(), server.gateway_url());
    out.facts(&[
        ("api", api.clone()),
        ("gateway", gateway.clone()),
        ("token", file.display().to_string()),
    ])?;
    out.object(&serde_json::json!({
        "kind": "sandbox",
        "api": api,
        "gateway": gateway,
        "token_file": file.display().to_string(),
    }))?;
    ending.comes().await;
    server.stop().await;
    Ok(())
}

/// A token of this run, in a file that PINFOLD_TOKEN_FILE can name.
fn write_token(folder: &Path, file: &Path, token: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut to = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(file)?;
    to.write_all(token.as_bytes())
}
