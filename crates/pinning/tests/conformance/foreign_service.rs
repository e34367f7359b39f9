//! A service whose answers nobody meant: those of the Sandbox, changed in body, status and headers.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use fuzzing::{Dice, Watch, mutated};
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader,
};
use tokio::net::{TcpListener, TcpStream};

use crate::recorded::{Answer, Recorded};
use crate::support::{API_SECRET, token};

/// Bytes of an answer; once in a while more than is read of any.
const MOST: usize = 64 * 1024;
const TOO_MANY: usize = 17 * 1024 * 1024;
/// Statuses that mean something somewhere, or nothing at all.
const STATUSES: [u16; 32] = [
    100, 101, 200, 201, 202, 204, 206, 301, 302, 304, 307, 400, 401, 402, 403, 404, 405, 408, 409,
    410, 412, 413, 422, 423, 429, 460, 500, 502, 503, 511, 520, 999,
];
/// Headers that are read, with sound values.
const HEADERS: [(&str, &[&str]); 11] = [
    (
        "Retry-After",
        &["1", "120", "Fri, 02 Jan 2026 12:00:30 GMT"],
    ),
    ("X-RateLimit-Reset", &["1767355230"]),
    (
        "Location",
        &[
            "/v3/files/an-id",
            "https://elsewhere.invalid/a",
            "//a/b",
            "",
        ],
    ),
    ("Upload-Offset", &["0", "3", "5"]),
    (
        "Upload-Cid",
        &[
            "pending",
            "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq",
        ],
    ),
    ("X-Request-Id", &["5ec2e75e-0000-4000-8000-5ec2e75ec2e7"]),
    (
        "Content-Type",
        &[
            "text/html; charset=utf-8",
            "application/json",
            "text/plain; charset=utf-16",
        ],
    ),
    ("Content-Encoding", &["gzip", "br", "identity"]),
    ("Content-Length", &["0", "5", "100000"]),
    ("Transfer-Encoding", &["chunked"]),
    ("Set-Cookie", &["a=b; Path=/"]),
];

/// A request, read whole.
pub(crate) struct Asked {
    /// With the empty line at its end.
    pub(crate) head: String,
    pub(crate) body: Vec<u8>,
}

impl Asked {
    /// The next one of a connection.
    pub(crate) async fn read(from: &mut (impl AsyncBufRead + Unpin)) -> Option<Self> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            if from.read_until(b'\n', &mut head).await.ok()? == 0 {
                return None;
            }
        }
        let head = String::from_utf8_lossy(&head).into_owned();
        let length = head.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            let is_length = name.eq_ignore_ascii_case("content-length");
            is_length.then(|| value.trim().parse().expect("a number"))
        });
        let mut body = vec![0; length.unwrap_or(0)];
        from.read_exact(&mut body).await.ok()?;
        Some(Self { head, body })
    }

    fn method(&self) -> &str {
        self.head.split(' ').next().unwrap_or_default()
    }

    /// Method and path, without what names one thing only.
    pub(crate) fn kind(&self) -> String {
        let path = self.head.split(' ').nth(1).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        let names_one = |segment: &str| {
            let digits = segment.bytes().any(|byte| byte.is_ascii_digit()) && segment != "v3";
            digits || segment.contains('-') || segment.len() > 30
        };
        let segments = path
            .split('/')
            .map(|segment| if names_one(segment) { "*" } else { segment });
        let path: Vec<&str> = segments.collect();
        let head = self.head.to_ascii_lowercase();
        let chunks = if head.contains("\r\ntus-resumable:") {
            " in chunks"
        } else {
            ""
        };
        format!("{} {}{chunks}", self.method(), path.join("/"))
    }
}

/// What a service answers next.
struct Plan {
    recorded: Arc<Recorded>,
    /// Where the service is.
    address: String,
    /// None: every answer is sound.
    dice: Option<Dice>,
    asked: usize,
    watch: Arc<Watch>,
}

/// The service.
pub(crate) struct Foreign {
    pub(crate) address: String,
    plan: Arc<Mutex<Plan>>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Foreign {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Foreign {
    /// Serves on the runtime that this is called in.
    pub(crate) async fn new(recorded: Arc<Recorded>, watch: Arc<Watch>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = format!("http://{}", listener.local_addr().expect("bound"));
        let plan = Arc::new(Mutex::new(Plan {
            recorded,
            address: address.clone(),
            dice: None,
            asked: 0,
            watch,
        }));
        let planned = Arc::clone(&plan);
        let serving = tokio::spawn(async move {
            let mut connections = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let planned = Arc::clone(&planned);
                connections.spawn(async move { serve(stream, &planned).await });
                while connections.try_join_next().is_some() {}
            }
        });
        Self {
            address,
            plan,
            serving,
        }
    }

    /// From now on answers are changed by these throws; without any they are sound.
    pub(crate) fn turn(&self, dice: Option<Dice>) {
        let mut plan = self.plan.lock().expect("one at a time");
        plan.dice = dice;
        plan.asked = 0;
    }

    /// Requests since the last turn.
    pub(crate) fn asked(&self) -> usize {
        self.plan.lock().expect("one at a time").asked
    }
}

async fn serve(stream: TcpStream, plan: &Mutex<Plan>) {
    let _ = stream.set_nodelay(true);
    let mut stream = BufReader::new(stream);
    while let Some(asked) = Asked::read(&mut stream).await {
        let (answer, goes_on) = plan.lock().expect("one at a time").answer(&asked);
        if stream.write_all(&answer).await.is_err() || !goes_on {
            let _ = stream.shutdown().await;
            return;
        }
    }
}

impl Plan {
    /// The bytes of an answer, and whether the connection goes on after it.
    fn answer(&mut self, asked: &Asked) -> (Vec<u8>, bool) {
        self.asked += 1;
        let recorded = Arc::clone(&self.recorded);
        let mut sound = recorded
            .answers
            .get(&asked.kind())
            .map_or(&[][..], Vec::as_slice);
        let all = recorded.all.as_slice();
        let Some(dice) = &mut self.dice else {
            let first = sound.first().unwrap_or(&all[0]);
            return (
                first.bytes(asked, &self.address, &recorded.address, true),
                true,
            );
        };
        if sound.is_empty() || dice.one_in(20) {
            sound = std::slice::from_ref(dice.pick(all));
        }
        // The first one is a success where there is any.
        let chosen = if dice.one_in(3) {
            dice.pick(sound)
        } else {
            &sound[0]
        };
        let mut answer = chosen.clone();
        let mut goes_on = true;
        if !dice.one_in(5) {
            let (token, one, other) = (token(), &dice.pick(all).body, &dice.pick(all).body);
            let body = chosen.body.as_slice();
            let secrets = [token.as_bytes(), API_SECRET.as_bytes()];
            let bodies = [
                body, body, body, body, body, one, other, secrets[0], secrets[1],
            ];
            let most = if dice.one_in(100) { TOO_MANY } else { MOST };
            answer.body = mutated(dice, &bodies, most);
        }
        if dice.one_in(5) {
            answer.status = *dice.pick(&STATUSES);
            goes_on = answer.status >= 200;
        }
        if dice.one_in(5) {
            goes_on = false;
            for _ in 0..=dice.below(2) {
                answer.headers.push(header(dice));
            }
        }
        let framed = !answer.headers.iter().any(|(name, _)| {
            name.eq_ignore_ascii_case("content-length")
                || name.eq_ignore_ascii_case("transfer-encoding")
        });
        let mut bytes = answer.bytes(asked, &self.address, &recorded.address, framed);
        if dice.one_in(40) {
            goes_on = false;
            bytes = mutated(
                dice,
                &[&bytes, &bytes, &bytes, b"HTTP/1.1 200 OK\r\n\r\n"],
                MOST,
            );
        }
        self.watch.give(&bytes);
        (bytes, goes_on)
    }
}

/// A header that is read, with a value that may be anything, the token among it.
fn header(dice: &mut Dice) -> (String, String) {
    let (name, values) = *dice.pick(&HEADERS);
    let token = format!("Bearer {}", token());
    let mut sound: Vec<&[u8]> = values.iter().map(|value| value.as_bytes()).collect();
    sound.push(token.as_bytes());
    let value = if dice.one_in(3) {
        dice.pick(&sound).to_vec()
    } else {
        mutated(dice, &sound, 1_000)
    };
    (
        name.to_owned(),
        String::from_utf8_lossy(&value).into_owned(),
    )
}

impl Answer {
    /// As it is sent from `here`, where it was recorded `there`.
    fn bytes(&self, asked: &Asked, here: &str, there: &str, framed: bool) -> Vec<u8> {
        let mut head = format!("HTTP/1.1 {} X\r\n", self.status);
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {}\r\n", value.replace(there, here));
        }
        if framed {
            let _ = write!(head, "Content-Length: {}\r\n", self.body.len());
        }
        head += "\r\n";
        let bodiless = asked.method() == "HEAD" || matches!(self.status, 204 | 304);
        let body = if bodiless { &[][..] } else { &self.body };
        [head.as_bytes(), body].concat()
    }
}
