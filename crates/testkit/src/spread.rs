//! An address behind which there are several nodes: each request goes to the next of them, also where a client keeps
//! its connection, as behind a balancer that people put there.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How much is passed on at once.
const BUFFER_BYTES: usize = 16 * 1024;

/// Serves for as long as the process lives; gives its address.
pub fn spread(nodes: Vec<SocketAddr>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    let address = listener.local_addr().expect("a listener has an address");
    let spread = Arc::new(Spread { nodes, next: AtomicUsize::new(0) });
    thread::spawn(move || {
        for client in listener.incoming().flatten() {
            let spread = Arc::clone(&spread);
            // Whatever breaks, the client sees its connection end.
            thread::spawn(move || spread.serve(&client));
        }
    });
    address
}

struct Spread {
    nodes: Vec<SocketAddr>,
    next: AtomicUsize,
}

/// The lines up to the body, with how long that is.
struct Head {
    text: Vec<u8>,
    body: Body,
    /// Whether the connection ends with this message.
    last: bool,
}

enum Body {
    Bytes(u64),
    Chunks,
}

impl Spread {
    /// Passes on request after request, each to the next node over a connection of its own.
    fn serve(&self, client: &TcpStream) -> io::Result<()> {
        client.set_nodelay(true)?;
        let mut from_client = BufReader::new(client);
        while let Some(request) = read_head(&mut from_client)? {
            let node = self.nodes[self.next.fetch_add(1, Ordering::Relaxed) % self.nodes.len()];
            let node = TcpStream::connect(node)?;
            node.set_nodelay(true)?;
            // A node may answer, and end the connection, before it has read a body that it does not want.
            let taken = pass(&request, &mut from_client, &node);
            let mut from_node = BufReader::new(&node);
            let Some(answer) = read_head(&mut from_node)? else { break };
            pass(&answer, &mut from_node, client)?;
            if taken.is_err() || request.last || answer.last {
                break;
            }
        }
        client.shutdown(Shutdown::Write)
    }
}

/// Nothing at the end of the connection.
fn read_head(from: &mut impl BufRead) -> io::Result<Option<Head>> {
    let mut text = Vec::new();
    loop {
        let before = text.len();
        if from.read_until(b'\n', &mut text)? == 0 {
            return Ok(None);
        }
        if matches!(&text[before..], b"\r\n" | b"\n") {
            return Ok(Some(Head::of(text)));
        }
    }
}

impl Head {
    fn of(text: Vec<u8>) -> Self {
        let lines = String::from_utf8_lossy(&text).to_ascii_lowercase();
        let value =
            |name: &str| lines.lines().filter_map(|line| line.split_once(':')).find(|(found, _)| *found == name);
        let value = |name: &str| value(name).map(|(_, value)| value.trim());
        let body = if value("transfer-encoding") == Some("chunked") {
            Body::Chunks
        } else {
            Body::Bytes(value("content-length").and_then(|length| length.parse().ok()).unwrap_or(0))
        };
        let last = value("connection") == Some("close");
        Self { text, body, last }
    }
}

fn pass(head: &Head, from: &mut impl BufRead, mut to: &TcpStream) -> io::Result<()> {
    to.write_all(&head.text)?;
    match head.body {
        Body::Bytes(count) => pass_bytes(from, to, count),
        Body::Chunks => pass_chunks(from, to),
    }
}

fn pass_bytes(from: &mut impl BufRead, mut to: &TcpStream, count: u64) -> io::Result<()> {
    let mut room = [0; BUFFER_BYTES];
    let mut from = from.take(count);
    loop {
        let read = from.read(&mut room)?;
        if read == 0 {
            return Ok(());
        }
        to.write_all(&room[..read])?;
    }
}

/// Each chunk is a line with its length in hex, the bytes, and the end of a line; the last one has none.
fn pass_chunks(from: &mut impl BufRead, mut to: &TcpStream) -> io::Result<()> {
    loop {
        let mut line = String::new();
        from.read_line(&mut line)?;
        to.write_all(line.as_bytes())?;
        let length = u64::from_str_radix(line.trim(), 16).map_err(|_| io::ErrorKind::InvalidData)?;
        pass_bytes(from, to, length + 2)?;
        if length == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Client;

    /// Answers every request with its name, and with the length of what it was sent.
    fn node(name: &'static str) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let mut from = BufReader::new(&client);
                let head = read_head(&mut from).unwrap().unwrap();
                let mut bytes = Vec::new();
                match head.body {
                    Body::Bytes(count) => drop(from.take(count).read_to_end(&mut bytes).unwrap()),
                    Body::Chunks => {
                        while !bytes.ends_with(b"0\r\n\r\n") {
                            from.read_until(b'\n', &mut bytes).unwrap();
                        }
                    }
                }
                let body = format!("{name} {}", bytes.len());
                write!(&client, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).unwrap();
            }
        });
        address
    }

    #[test]
    fn requests_of_one_connection_go_to_one_node_after_the_other() {
        let mut client = Client::new(spread(vec![node("a"), node("b")]), "key");
        let answers: Vec<_> = (0..4).map(|_| client.post("/", &[("x", "y")]).unwrap().body).collect();
        assert_eq!(answers, ["a 3", "b 3", "a 3", "b 3"]);
    }

    #[test]
    fn bodies_in_chunks_are_passed_on() {
        let client = TcpStream::connect(spread(vec![node("a")])).unwrap();
        let request = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
        (&client).write_all(request.as_bytes()).unwrap();
        let answer = io::read_to_string(&client).unwrap();
        assert!(answer.ends_with("a 13"), "{answer}");
    }
}
