//! A receiver of webhooks that does as it is told.

use serde_json::Value;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// What is done with a request.
#[derive(Debug, Clone)]
pub(super) enum Act {
    Answer(u16),
    /// An answer that leads elsewhere.
    Redirect(String),
    /// The connection is closed without an answer.
    Drop,
    /// Nothing comes.
    Hang,
    /// An answer that begins and never ends.
    Trickle,
    /// An answer with so many bytes.
    Long(usize),
}

/// A request as it came.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub(super) path: String,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
    /// The number of its connection.
    pub(super) connection: usize,
}

impl Received {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("webhooks are JSON")
    }

    pub(super) fn event(&self) -> String {
        self.json()["id"].as_str().expect("events have an id").to_owned()
    }
}

type Conduct = Arc<Mutex<dyn FnMut(&Received) -> Act + Send>>;
type Log = Arc<Mutex<Vec<Received>>>;

/// A receiver on a port of this machine, until it is dropped.
pub(super) struct Receiver {
    address: SocketAddr,
    log: Log,
    serving: JoinHandle<()>,
}

impl Receiver {
    /// One that does the same with every request.
    pub(super) async fn new(act: Act) -> Self {
        Self::that(move |_| act.clone()).await
    }

    pub(super) async fn that(conduct: impl FnMut(&Received) -> Act + Send + 'static) -> Self {
        Self::at("127.0.0.1:0".parse().unwrap(), conduct).await
    }

    /// One on a port that another one may have had.
    pub(super) async fn at(address: SocketAddr, conduct: impl FnMut(&Received) -> Act + Send + 'static) -> Self {
        let listener = TcpListener::bind(address).await.expect("the port is free");
        let (log, conduct): (Log, Conduct) = (Log::default(), Arc::new(Mutex::new(conduct)));
        let address = listener.local_addr().unwrap();
        let serving = tokio::spawn(serve(listener, log.clone(), conduct));
        Self { address, log, serving }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(super) fn url(&self) -> String {
        format!("http://{}/hook?from=tollgate", self.address)
    }

    pub(super) fn received(&self) -> Vec<Received> {
        self.log.lock().unwrap().clone()
    }

    pub(super) fn count(&self) -> usize {
        self.log.lock().unwrap().len()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn serve(listener: TcpListener, log: Log, conduct: Conduct) {
    static CONNECTIONS: AtomicUsize = AtomicUsize::new(0);
    // Those that are open go with the receiver.
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let number = CONNECTIONS.fetch_add(1, Ordering::Relaxed);
        open.spawn(connection(stream, number, log.clone(), conduct.clone()));
        while open.try_join_next().is_some() {}
    }
}

async fn connection(mut stream: TcpStream, number: usize, log: Log, conduct: Conduct) {
    let mut buffer = Vec::new();
    while let Some(received) = read(&mut stream, &mut buffer, number).await {
        let act = (conduct.lock().unwrap())(&received);
        log.lock().unwrap().push(received);
        let answer = match act {
            Act::Answer(status) => format!("HTTP/1.1 {status} Status\r\ncontent-length: 2\r\n\r\nok"),
            Act::Redirect(to) => format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"),
            Act::Long(bytes) => format!("HTTP/1.1 200 OK\r\ncontent-length: {bytes}\r\n\r\n{}", "x".repeat(bytes)),
            Act::Drop => return,
            Act::Hang => std::future::pending().await,
            Act::Trickle => {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").await;
                while stream.write_all(b"x").await.is_ok() {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                return;
            }
        };
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>, connection: usize) -> Option<Received> {
    loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8(buffer[..end].to_vec()).ok()?;
            let mut lines = head.lines();
            let path = lines.next()?.split(' ').nth(1)?.to_owned();
            let headers: BTreeMap<String, String> = lines
                .filter_map(|line| line.split_once(": "))
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect();
            let length: usize = headers.get("content-length")?.parse().ok()?;
            let whole = end + 4 + length;
            if buffer.len() >= whole {
                let body = String::from_utf8(buffer[end + 4..whole].to_vec()).ok()?;
                buffer.drain(..whole);
                return Some(Received { path, headers, body, connection });
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
}
