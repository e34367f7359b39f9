//! A service that throws away what it gets. It speaks as much of the resumable protocol as one upload takes, and takes any
//! PUT.

use std::error::Error;
use std::fs::OpenOptions;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use content::{Profile, hash_file};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// It lives in threads of its own until it is dropped.
pub(crate) struct Sink {
    address: String,
    _working: Runtime,
}

/// The one upload.
struct Upload {
    address: String,
    cid: String,
    length: u64,
    offset: AtomicU64,
}

impl Sink {
    /// A sink that names the CID of this file for what it got.
    pub(crate) fn start(path: &Path) -> Result<Self, Box<dyn Error>> {
        let root = hash_file(OpenOptions::new().read(true).open(path)?, Profile::V1Raw)?;
        let working = Runtime::new()?;
        let listener = working.block_on(TcpListener::bind("127.0.0.1:0"))?;
        let address = format!("http://{}", listener.local_addr()?);
        let upload = Arc::new(Upload {
            address: address.clone(),
            cid: root.cid.to_string(),
            length: root.size,
            offset: AtomicU64::new(0),
        });
        working.spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let upload = upload.clone();
                tokio::spawn(async move {
                    // A peer that went away has what it wanted.
                    let _ = serve(stream, &upload).await;
                });
            }
        });
        Ok(Self {
            address,
            _working: working,
        })
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }
}

/// The head of a request, as far as it matters.
#[derive(Default)]
struct Head {
    method: String,
    length: u64,
    waits: bool,
}

async fn serve(stream: TcpStream, upload: &Upload) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut stream = BufReader::with_capacity(256 * 1024, stream);
    while let Some(head) = head(&mut stream).await? {
        if head.waits {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        discard(&mut stream, head.length).await?;
        let answer = answer(&head, upload);
        stream.write_all(answer.as_bytes()).await?;
    }
    Ok(())
}

async fn head(stream: &mut BufReader<TcpStream>) -> io::Result<Option<Head>> {
    let mut head = Head::default();
    let mut line = String::new();
    if stream.read_line(&mut line).await? == 0 {
        return Ok(None);
    }
    line.split(' ')
        .next()
        .unwrap_or_default()
        .clone_into(&mut head.method);
    loop {
        line.clear();
        stream.read_line(&mut line).await?;
        let line = line.trim().to_ascii_lowercase();
        match line.split_once(':') {
            None => return Ok(Some(head)),
            Some(("content-length", length)) => {
                head.length = length.trim().parse().map_err(io::Error::other)?;
            }
            Some(("expect", _)) => head.waits = true,
            Some(_) => {}
        }
    }
}

async fn discard(stream: &mut BufReader<TcpStream>, mut left: u64) -> io::Result<()> {
    while left > 0 {
        let here = stream.fill_buf().await?.len();
        if here == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let taken = usize::try_from(left).unwrap_or(here).min(here);
        stream.consume(taken);
        left -= taken as u64;
    }
    Ok(())
}

fn answer(head: &Head, upload: &Upload) -> String {
    let empty = "Content-Length: 0\r\nTus-Resumable: 1.0.0\r\n";
    match head.method.as_str() {
        "POST" => {
            upload.offset.store(0, Ordering::Relaxed);
            let address = &upload.address;
            format!(
                "HTTP/1.1 201 Created\r\n{empty}Location: {address}/v3/files/one/a\r\nUpload-Offset: 0\r\n\r\n"
            )
        }
        "PATCH" => {
            let offset = upload.offset.fetch_add(head.length, Ordering::Relaxed) + head.length;
            let cid = (offset == upload.length).then(|| format!("Upload-Cid: {}\r\n", upload.cid));
            let cid = cid.unwrap_or_default();
            format!(
                "HTTP/1.1 204 No Content\r\nTus-Resumable: 1.0.0\r\nUpload-Offset: {offset}\r\n{cid}\r\n"
            )
        }
        "HEAD" => {
            let (offset, length) = (upload.offset.load(Ordering::Relaxed), upload.length);
            format!(
                "HTTP/1.1 200 OK\r\n{empty}Upload-Offset: {offset}\r\nUpload-Length: {length}\r\n\r\n"
            )
        }
        "PUT" => "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_owned(),
        _ => {
            let nothing = r#"{"data":{"files":[],"next_page_token":""},"count":0,"rows":[]}"#;
            let length = nothing.len();
            format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{nothing}"
            )
        }
    }
}
