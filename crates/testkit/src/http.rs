//! A blocking HTTP/1.1 client: one connection, kept open, one request at a time.

use serde_json::Value;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// How long to wait for a server that says nothing.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Somebody with a secret key.
pub struct Client {
    address: SocketAddr,
    key: String,
    stream: Option<TcpStream>,
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// The status code.
    pub status: u16,
    /// Names in lower case, in the order they came.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Client {
    /// A client that connects with its first request.
    pub fn new(address: SocketAddr, key: &str) -> Self {
        Self { address, key: key.to_owned(), stream: None }
    }

    /// Asks for a path with its query.
    pub fn get(&mut self, path: &str) -> io::Result<Reply> {
        self.send("GET", path, &[], "")
    }

    /// Posts a form.
    pub fn post(&mut self, path: &str, form: &[(&str, &str)]) -> io::Result<Reply> {
        self.send("POST", path, &[], &encode(form))
    }

    /// Posts a form under an idempotency key.
    pub fn post_once(&mut self, key: &str, path: &str, form: &[(&str, &str)]) -> io::Result<Reply> {
        self.send("POST", path, &[("idempotency-key", key)], &encode(form))
    }

    /// Sends JSON in the PriceOS dialect; null for no body.
    pub fn call(&mut self, method: &str, path: &str, body: &Value) -> io::Result<Reply> {
        let key = self.key.clone();
        let text = if body.is_null() { String::new() } else { body.to_string() };
        self.send(method, path, &[("x-api-key", &key), ("content-type", "application/json")], &text)
    }

    /// Sends one request and reads the whole answer. A connection that failed is not used again. An `authorization`
    /// among the headers stands in for that of the key.
    pub fn send(&mut self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> io::Result<Reply> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => connect(self.address)?,
        };
        stream.write_all(self.request(method, path, headers, body).as_bytes())?;
        let reply = read_reply(&mut stream)?;
        if reply.header("connection") != Some("close") {
            self.stream = Some(stream);
        }
        Ok(reply)
    }

    fn request(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
        let mut lines = vec![format!("{method} {path} HTTP/1.1")];
        lines.push(format!("host: {}", self.address));
        let has = |name: &str| headers.iter().any(|(given, _)| *given == name);
        if !has("authorization") && !has("x-api-key") {
            lines.push(format!("authorization: Bearer {}", self.key));
        }
        lines.extend(headers.iter().map(|(name, value)| format!("{name}: {value}")));
        if method == "POST" && !has("content-type") {
            lines.push("content-type: application/x-www-form-urlencoded".to_owned());
        }
        if matches!(method, "POST" | "PUT") {
            lines.push(format!("content-length: {}", body.len()));
        }
        format!("{}\r\n\r\n{body}", lines.join("\r\n"))
    }
}

impl Reply {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error} in {}", self.body))
    }

    /// The body as JSON, of an answer that is a 200.
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.body);
        self.json()
    }
}

/// Pairs as a form, every byte but letters and digits escaped.
pub fn encode(form: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = form.iter().map(|(name, value)| format!("{}={}", escape(name), escape(value))).collect();
    pairs.join("&")
}

fn escape(text: &str) -> String {
    let byte =
        |byte: u8| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(byte).collect()
}

fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(TIMEOUT))?;
    Ok(stream)
}

fn read_reply(stream: &mut TcpStream) -> io::Result<Reply> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end;
        }
        read_more(stream, &mut bytes)?;
    };
    let text = String::from_utf8_lossy(&bytes[..head]).into_owned();
    let headers: Vec<_> = text.lines().skip(1).filter_map(|line| line.split_once(':')).collect();
    let headers: Vec<_> =
        headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    let status = text.get(9..12).and_then(|status| status.parse().ok()).ok_or_else(|| fault(&text))?;
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.and_then(|(_, value)| value.parse().ok()).ok_or_else(|| fault(&text))?;
    while bytes.len() < head + 4 + length {
        read_more(stream, &mut bytes)?;
    }
    let body = String::from_utf8(bytes.split_off(head + 4)).map_err(|_| fault("a body that is not UTF-8"))?;
    Ok(Reply { status, headers, body })
}

fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut room = [0; 16 * 1024];
    let read = stream.read(&mut room)?;
    if read == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    bytes.extend_from_slice(&room[..read]);
    Ok(())
}

fn fault(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what.to_owned())
}
