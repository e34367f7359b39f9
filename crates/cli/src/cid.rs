//! `pinfold cid`: no account, no network, no data folder.

use std::path::{Path, PathBuf};

use engine::error::CommandError;
use engine::uploads::{Computed, cid_of, cid_of_reader};
use engine::walk::Disk;

use crate::arguments::Cid;
use crate::exit::{self, Failure, code_of};
use crate::print::Out;

pub(crate) async fn run(cid: Cid, out: &Out) -> Result<(), Failure> {
    let mut worst = exit::OK;
    for path in &cid.paths {
        match computed(path.clone(), &cid).await {
            Ok(computed) => said(out, path, &computed)?,
            Err(error) => {
                out.failed(&error);
                worst = worst.max(code_of(error.code));
            }
        }
    }
    match worst {
        exit::OK => Ok(()),
        code => Err(Failure::Said(code)),
    }
}

async fn computed(path: PathBuf, cid: &Cid) -> Result<Computed, CommandError> {
    let (version, wrap, patterns) = (cid.cid_version, cid.wrap, cid.ignore.join("\n"));
    let work = tokio::task::spawn_blocking(move || {
        if path == Path::new("-") {
            // Not locked: the reader is handed to the threads that hash.
            return cid_of_reader(std::io::stdin(), version, wrap.then_some("stdin"));
        }
        let path = std::path::absolute(&path).unwrap_or(path);
        cid_of(&Disk, &path, version, wrap, &patterns)
    });
    work.await
        .unwrap_or_else(|_| Err(CommandError::gone("This file")))
}

fn said(out: &Out, path: &Path, computed: &Computed) -> Result<(), Failure> {
    let path = path.display().to_string();
    for sentence in &computed.left_out {
        out.aside(&format!("pinfold: {path}: {sentence}"));
    }
    out.line(&format!("{}  {path}", computed.cid))?;
    out.object(&serde_json::json!({
        "kind": "cid",
        "path": path,
        "cid": computed.cid,
        "bytes": computed.bytes,
        "files": computed.files,
        "left_out": computed.left_out,
    }))
}
