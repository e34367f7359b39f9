//! What the Sandbox answers to every kind of request, heard on the way between it and accounts that use it.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};

use pinning::{
    Deadlines, Endpoints, GroupEdit, GroupQuery, GroupRef, Groups, JobQuery, Jobs, KeyQuery, Keys,
    Network, NewGroup, NewJob, PinEdit, PinRef, PinRequest, Pinata, Pins, Priority, Psa, PsaBudget,
    PsaEndpoint, RequestQuery, Requests, Service, Swaps as _, Uploads as _, Value,
};
use sandbox::{Config, Jobs as Rules, Key, Sandbox, Scopes};
use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::foreign_calls::every;
use crate::foreign_service::Asked;
use crate::hostile::CID;
use crate::support::{API_SECRET, NOON, Noon, account, file, folder, plenty, token};

/// The key of the older pair; its secret is the one in the token's claims.
pub(crate) const KEY: &str = "k3yk3yk3yk3yk3yk3yk3";

/// One answer, without what is of its connection alone.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

/// Answers by the kind of their request.
#[derive(Debug, Default)]
pub(crate) struct Recorded {
    /// Where they were given: some name it.
    pub(crate) address: String,
    pub(crate) answers: BTreeMap<String, Vec<Answer>>,
    /// All of them once more.
    pub(crate) all: Vec<Answer>,
}

impl Recorded {
    /// Successes first: what is refused is refused alike.
    fn sorted(mut self) -> Self {
        for answers in self.answers.values_mut() {
            answers.sort_by_key(|answer| (answer.status, std::cmp::Reverse(answer.body.len())));
            answers.dedup_by_key(|answer| (answer.status, answer.body.len()));
        }
        self.all = self.answers.values().flatten().cloned().collect();
        self
    }
}

/// Uses a Sandbox in every way, once with each kind of account.
pub(crate) async fn recorded() -> Recorded {
    let data = tempfile::tempdir().expect("a temporary folder");
    let mut config = Config::new(data.path(), "the-owners-own-token");
    config.keys.push(Key::new(token(), Scopes::admin()));
    config.pair = Some((KEY.to_owned(), API_SECRET.to_owned()));
    config.paid = true;
    config.jobs = Rules::default();
    let sandbox = Sandbox::start(config).await.expect("starts");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = format!("http://{}", listener.local_addr().expect("bound"));
    let heard: Arc<Mutex<Recorded>> = Arc::default();
    let (behind, kept) = (sandbox.api_url(), Arc::clone(&heard));
    let listening = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (behind, kept) = (behind.clone(), Arc::clone(&kept));
            tokio::spawn(async move { pass_on(stream, &behind, &kept).await });
        }
    });
    let accounts: [Box<dyn Service>; 3] = [
        Box::new(account(&address)),
        Box::new(pair(&address)),
        Box::new(psa(&address)),
    ];
    for service in &accounts {
        for (_, call) in every(service.as_ref(), &address) {
            let _ = call.await;
        }
    }
    use_all_of(&account(&address)).await;
    use_all_of(&pair(&address)).await;
    use_requests(&psa(&address)).await;
    listening.abort();
    let mut heard = std::mem::take(&mut *heard.lock().expect("one at a time"));
    heard.address = address;
    heard.answers.extend([traffic()]);
    heard.sorted()
}

/// The older kind of account at this address, which only the legacy API takes.
pub(crate) fn pair(address: &str) -> Pinata {
    pair_with(address, API_SECRET)
}

/// The same with this secret.
pub(crate) fn pair_with(address: &str, secret: &str) -> Pinata {
    let endpoints = Endpoints::single(address, address).expect("loopback");
    let secret = SecretString::from(secret);
    let (clock, deadlines) = (Arc::new(Noon), Deadlines::default());
    let pair = Pinata::with_key_pair(endpoints, (KEY, &secret), clock, plenty(), deadlines);
    pair.expect("a pair")
}

/// A pinning service's account at this address.
pub(crate) fn psa(address: &str) -> Psa {
    psa_with(address, &token())
}

/// The same with this token.
pub(crate) fn psa_with(address: &str, token: &str) -> Psa {
    let many = NonZeroU32::new(60_000).expect("not zero");
    let budget = PsaBudget {
        lists: many,
        others: many,
    };
    let endpoint = PsaEndpoint::new(&format!("{address}/psa")).expect("loopback");
    let secret = SecretString::from(token);
    let deadlines = Deadlines::default();
    Psa::new(endpoint, Some(&secret), Arc::new(Noon), budget, deadlines).expect("a token")
}

/// What needs ids that the service gave. Whatever fails is an answer too.
async fn use_all_of(pinata: &Pinata) {
    let click = Priority::Click;
    let (pins, groups): (&dyn Pins, &dyn Groups) = (pinata, pinata);
    let (jobs, keys): (&dyn Jobs, &dyn Keys) = (pinata, pinata);
    let _ = pinata.file(file("a", b"hello")).await;
    let _ = pinata
        .folder(folder("r", &[("a", b"x"), ("b", b"y")]))
        .await;
    let found = pins.find(CID, click).await.unwrap_or_default();
    let pin = found.first().map(PinRef::from).expect("it is pinned");
    let edit = PinEdit {
        name: Some("named".to_owned()),
        keyvalues: [("k".to_owned(), Some(Value::Text("v".to_owned())))].into(),
    };
    let _ = pins.edit(&pin, &edit).await;
    let _ = pins.record(&pin, click).await;
    let _ = pins.expire(&pin, NOON.parse().ok()).await;
    let wish = NewGroup {
        name: "g".to_owned(),
        ..NewGroup::default()
    };
    if let Ok(group) = groups.create(&wish).await {
        let (group, only) = (GroupRef::from(&group), std::slice::from_ref(&pin));
        let edit = GroupEdit {
            name: Some("h".to_owned()),
            ..GroupEdit::default()
        };
        let _ = groups.get(&group, click).await;
        let _ = groups.edit(&group, &edit).await;
        let _ = groups.add(&group, only).await;
        let _ = groups.page(&GroupQuery::default(), None, click).await;
        let _ = groups.remove(&group, only).await;
        let _ = groups.delete(&group).await;
    }
    let _ = pinata.set(Network::Public, CID, CID).await;
    let _ = pinata.history(Network::Public, CID, "pets", click).await;
    let wish = NewJob {
        cid: "bafkreifxjaz4llkgph3htb6gksxzr3gm3uh6tpiaoolllrngx4kcb46ckm".to_owned(),
        ..NewJob::default()
    };
    if let Ok(job) = jobs.add(&wish).await {
        let _ = jobs.page(&JobQuery::default(), None, click).await;
        let _ = jobs.cancel(&job.id).await;
    }
    if let Ok(listed) = keys.page(&KeyQuery::default(), None, click).await {
        for key in listed
            .keys
            .iter()
            .filter(|key| key.name.as_deref() == Some("k"))
        {
            let _ = keys.revoke(&key.key).await;
        }
    }
    let _ = pins.unpin(&pin).await;
    let _ = pinata.file(file("a", b"hello")).await;
}

async fn use_requests(psa: &Psa) {
    let wish = PinRequest {
        cid: CID.to_owned(),
        name: Some("n".to_owned()),
        meta: [("app".to_owned(), "pinfold".to_owned())].into(),
        ..PinRequest::default()
    };
    let requests: &dyn Requests = psa;
    if let Ok(made) = requests.add(&wish).await {
        let _ = requests.get(&made.request_id, Priority::Click).await;
        let _ = requests.replace(&made.request_id, &wish).await;
    }
    let few = RequestQuery::default();
    let listed = requests.list(&few, None, Priority::Click).await;
    for row in listed.iter().flat_map(|page| &page.requests) {
        let _ = requests.remove(&row.request_id).await;
    }
}

/// Of a call that the Sandbox does not have.
fn traffic() -> (String, Vec<Answer>) {
    let body = br#"{"data":{"total_requests":12,"total_bandwidth":3456,"time_periods":[{"period_start_time":"2026-01-02T00:00:00Z","requests":12,"bandwidth":3456},{"period_start_time":"2026-01-03","requests":"1","bandwidth":null}]}}"#;
    let answer = Answer {
        status: 200,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_vec(),
    };
    let kind = "GET /v3/analytics/gateways/time_series".to_owned();
    (kind, vec![answer])
}

/// One request to the Sandbox, and its answer back. Its connection ends with it.
async fn pass_on(stream: TcpStream, behind: &str, kept: &Mutex<Recorded>) {
    let mut stream = BufReader::new(stream);
    let Some(asked) = Asked::read(&mut stream).await else {
        return;
    };
    let here = stream.get_ref().local_addr().expect("bound").to_string();
    let there = behind.strip_prefix("http://").expect("a plain address");
    let mut service = TcpStream::connect(there).await.expect("connects");
    // The Sandbox serves its own name only, and names its uploads by it.
    let head = asked.head.replace(&here, there);
    let head = head.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    let sent = [head.as_bytes(), &asked.body].concat();
    service.write_all(&sent).await.expect("sent");
    let mut answer = Vec::new();
    service.read_to_end(&mut answer).await.expect("read");
    let end = answer.windows(4).position(|end| end == b"\r\n\r\n");
    let (head, body) = answer.split_at(end.expect("a head"));
    let head = String::from_utf8_lossy(head).replace(there, &here);
    if let Some(heard) = parsed(&head, &body[4..]) {
        let mut kept = kept.lock().expect("one at a time");
        kept.answers.entry(asked.kind()).or_default().push(heard);
    }
    let _ = stream.write_all(&[head.as_bytes(), body].concat()).await;
    let _ = stream.shutdown().await;
}

fn parsed(head: &str, body: &[u8]) -> Option<Answer> {
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let of_connection = ["content-length", "connection", "transfer-encoding", "date"];
    let headers = lines.filter_map(|line| line.split_once(": "));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()));
    Some(Answer {
        status,
        headers: headers
            .filter(|(name, _)| !of_connection.contains(&name.as_str()))
            .collect(),
        body: body.to_vec(),
    })
}
