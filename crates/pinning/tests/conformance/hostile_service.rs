//! A service that answers nothing but what is bad: packed, endless, dripping, with heads and lengths of its own making.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpSocket, TcpStream};

/// Bytes that the system takes of an answer before the other side has them. It doubles the number for what it keeps beside them.
const SENDING: u32 = 64 * 1024;

/// Bytes that were sent and that nobody has read yet, at most: what the service's side holds, one piece of [`Body::Endless`]
/// that is on its way there, and what the client's side may hold, which is a setting of the system.
pub(crate) fn on_the_way() -> u64 {
    let receiving = std::fs::read_to_string("/proc/sys/net/ipv4/tcp_rmem").ok();
    let most = receiving.and_then(|three| three.split_whitespace().nth(2)?.parse().ok());
    3 * u64::from(SENDING) + most.unwrap_or(8 * 1024 * 1024)
}

/// What is sent for any request.
#[derive(Clone)]
pub(crate) struct Bad {
    pub(crate) head: String,
    pub(crate) body: Body,
}

#[derive(Clone)]
pub(crate) enum Body {
    Whole(Vec<u8>),
    /// The same bytes again and again.
    Endless(Vec<u8>),
    /// One byte, and a pause, for ever.
    Drip(Duration),
}

impl Bad {
    pub(crate) fn json(status: u16, more: &str, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        let length = body.len();
        Self {
            head: format!(
                "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n{more}\r\n"
            ),
            body: Body::Whole(body),
        }
    }

    pub(crate) fn without_end(status: u16, body: Body) -> Self {
        Self {
            head: format!("HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n\r\n"),
            body,
        }
    }

    async fn send(&self, stream: &mut (impl tokio::io::AsyncWrite + Unpin), sent: &AtomicU64) {
        if stream.write_all(self.head.as_bytes()).await.is_err() {
            return;
        }
        let (piece, pause) = match &self.body {
            Body::Whole(body) => {
                let _ = stream.write_all(body).await;
                return;
            }
            Body::Endless(piece) => (piece.as_slice(), None),
            Body::Drip(pause) => (b" ".as_slice(), Some(*pause)),
        };
        while stream.write_all(piece).await.is_ok() {
            sent.fetch_add(piece.len() as u64, Ordering::Relaxed);
            if let Some(pause) = pause {
                tokio::time::sleep(pause).await;
            }
        }
    }
}

/// A service that answers nothing but this.
pub(crate) struct Hostile {
    pub(crate) address: String,
    pub(crate) asked: Arc<AtomicUsize>,
    /// Bytes of the longest answer.
    longest: Arc<Mutex<Vec<Arc<AtomicU64>>>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Hostile {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Hostile {
    pub(crate) fn new(bad: Bad) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_send_buffer_size(SENDING).expect("a small one");
        let here = "127.0.0.1:0".parse().expect("an address");
        socket.bind(here).expect("a port");
        let listener = socket.listen(1024).expect("listens");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let (asked, longest) = (Arc::new(AtomicUsize::new(0)), Arc::default());
        let bad = Arc::new(bad);
        let (counted, kept) = (Arc::clone(&asked), Arc::clone(&longest));
        let serving = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let (bad, counted) = (Arc::clone(&bad), Arc::clone(&counted));
                let sent = Arc::new(AtomicU64::new(0));
                let list: &Mutex<Vec<Arc<AtomicU64>>> = &kept;
                list.lock().expect("one at a time").push(Arc::clone(&sent));
                connections.spawn(async move { serve(stream, &bad, &counted, &sent).await });
            }
        });
        Self {
            address,
            asked,
            longest,
            serving,
        }
    }

    pub(crate) fn longest(&self) -> u64 {
        let sent = self.longest.lock().expect("one at a time");
        let sent = sent.iter().map(|sent| sent.load(Ordering::Relaxed));
        sent.max().unwrap_or_default()
    }
}

/// One request of a connection; the answer begins when its head is there, and the rest of it is thrown away.
async fn serve(stream: TcpStream, bad: &Bad, asked: &AtomicUsize, sent: &AtomicU64) {
    let (mut read, mut write) = stream.into_split();
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match read.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    asked.fetch_add(1, Ordering::Relaxed);
    let head = String::from_utf8_lossy(&head).to_ascii_lowercase();
    assert!(!head.contains("accept-encoding"), "{head}");
    let drained = async {
        let mut rest = [0; 4096];
        while matches!(read.read(&mut rest).await, Ok(read) if read > 0) {}
    };
    tokio::select! {
        // Whoever closes its side has heard enough.
        () = drained => {}
        () = async {
            bad.send(&mut write, sent).await;
            let _ = write.shutdown().await;
            std::future::pending::<()>().await;
        } => {}
    }
}
