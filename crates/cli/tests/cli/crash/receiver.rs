//! A receiver of webhooks, which takes what it is in the mood for.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// Of so many requests one is answered with a failure, one is not answered.
const MOODS: u64 = 12;
/// How long a request is held before it is answered, so that there are some on their way at any moment.
const WORK: Duration = Duration::from_millis(3);

/// Listens until the tests end.
pub(super) struct Receiver {
    address: SocketAddr,
    /// How often each event was taken.
    taken: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Receiver {
    pub(super) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let taken = Arc::<Mutex<BTreeMap<String, u64>>>::default();
        let (log, count) = (Arc::clone(&taken), Arc::<AtomicU64>::default());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, count) = (log.clone(), count.clone());
                // A connection that fails is one that the server gave up, or that died with it.
                thread::spawn(move || while answer(&stream, &log, &count).is_some() {});
            }
        });
        Self { address, taken }
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub(super) fn taken(&self) -> BTreeMap<String, u64> {
        self.taken.lock().expect("nobody panics with it").clone()
    }
}

/// Nothing where the connection is at its end.
fn answer(stream: &TcpStream, log: &Mutex<BTreeMap<String, u64>>, count: &AtomicU64) -> Option<()> {
    let body = read(stream)?;
    let event: Value = serde_json::from_slice(&body).expect("webhooks are JSON");
    let id = event["id"].as_str().expect("an event has an id").to_owned();
    thread::sleep(WORK);
    let status = match count.fetch_add(1, Ordering::Relaxed) % MOODS {
        0 => "500 No",
        1 => return None,
        _ => {
            *log.lock().expect("nobody panics with it").entry(id).or_default() += 1;
            "200 OK"
        }
    };
    let mut stream = stream;
    stream.write_all(format!("HTTP/1.1 {status}\r\ncontent-length: 0\r\n\r\n").as_bytes()).ok()
}

/// The body of one request; requests are not sent before the one before was answered.
fn read(stream: &TcpStream) -> Option<Vec<u8>> {
    let mut reader = BufReader::new(stream);
    let mut length = None;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        match line.trim_end() {
            "" => break,
            line => {
                let (name, value) = line.split_once(':').unwrap_or_default();
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.trim().parse().ok();
                }
            }
        }
    }
    let mut body = vec![0; length?];
    reader.read_exact(&mut body).ok()?;
    Some(body)
}
