//! A connection to a server, and as much of HTTP/1.1 as it takes to tell where an answer ends.

use super::resp;
use anyhow::{Context, bail, ensure};
use std::pin::Pin;
use std::task::ready;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Most bytes of an answer, head and body.
const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Bytes to make room for before the size of an answer is known.
const ROOM_BYTES: usize = 16 * 1024;

/// A connection that is kept open, one request at a time.
pub(super) struct Connection {
    stream: TcpStream,
    protocol: Protocol,
    buffer: Vec<u8>,
}

/// What is spoken over a connection.
#[derive(Clone, Copy)]
pub(super) enum Protocol {
    /// HTTP/1.1.
    Http,
    /// That of Redis: a reply is an answer without a head, with status 200.
    Redis,
}

/// An answer, within the connection's buffer.
#[derive(Clone, Copy)]
pub(super) struct Answer<'a> {
    /// The status code.
    pub(super) status: u16,
    /// Status line and header lines, without the empty line.
    pub(super) head: &'a [u8],
    /// The body.
    pub(super) body: &'a [u8],
}

/// Where the parts of an answer are.
#[derive(Debug, PartialEq, Eq)]
struct Extent {
    status: u16,
    head_end: usize,
    body_start: usize,
    end: usize,
}

impl Connection {
    /// Connects.
    pub(super) async fn open(address: std::net::SocketAddr, protocol: Protocol) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await.with_context(|| format!("cannot connect to {address}"))?;
        stream.set_nodelay(true).context("cannot set up a connection")?;
        Ok(Self { stream, protocol, buffer: vec![0; ROOM_BYTES] })
    }

    /// Sends one request and reads its whole answer.
    pub(super) async fn ask(&mut self, request: &[u8]) -> anyhow::Result<Answer<'_>> {
        self.send(request).await.context("cannot send a request")?;
        let mut filled = 0;
        loop {
            let read = self.read(filled).await.context("cannot read an answer")?;
            ensure!(read > 0, "the server closed the connection instead of answering");
            filled += read;
            if let Some(Extent { status, head_end, body_start, end }) = self.protocol.measure(&self.buffer[..filled])? {
                ensure!(end <= ANSWER_MAX_BYTES, "an answer of {end} bytes");
                if filled >= end {
                    let (head, body) = (&self.buffer[..head_end], &self.buffer[body_start..end]);
                    return Ok(Answer { status, head, body });
                }
            }
            if filled == self.buffer.len() {
                ensure!(filled < ANSWER_MAX_BYTES, "an answer of more than {ANSWER_MAX_BYTES} bytes");
                self.buffer.resize(filled * 2, 0);
            }
        }
    }

    async fn send(&mut self, mut rest: &[u8]) -> std::io::Result<()> {
        while !rest.is_empty() {
            let sent = std::future::poll_fn(|cx| Pin::new(&mut self.stream).poll_write(cx, rest)).await?;
            rest = &rest[sent..];
        }
        Ok(())
    }

    /// Reads behind what is there. By `poll_read`, which after a short read waits without asking the system again.
    async fn read(&mut self, filled: usize) -> std::io::Result<usize> {
        let Self { stream, buffer, .. } = self;
        std::future::poll_fn(|cx| {
            let mut room = ReadBuf::new(&mut buffer[filled..]);
            ready!(Pin::new(&mut *stream).poll_read(cx, &mut room))?;
            std::task::Poll::Ready(Ok(room.filled().len()))
        })
        .await
    }
}

impl Protocol {
    /// The parts of the first answer, once its length is known.
    fn measure(self, bytes: &[u8]) -> anyhow::Result<Option<Extent>> {
        match self {
            Self::Http => measure(bytes),
            Self::Redis => Ok(resp::end(bytes)?.map(|end| Extent { status: 200, head_end: 0, body_start: 0, end })),
        }
    }
}

fn measure(bytes: &[u8]) -> anyhow::Result<Option<Extent>> {
    let Some(head_end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let status =
        bytes.get(9..12).and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|text| text.parse().ok());
    let (Some(status), Some(length)) = (status, content_length(&bytes[..head_end])) else {
        bail!("an answer without a status or a content length: {}", String::from_utf8_lossy(&bytes[..head_end]));
    };
    let body_start = head_end + 4;
    Ok(Some(Extent { status, head_end, body_start, end: body_start + length }))
}

fn content_length(head: &[u8]) -> Option<usize> {
    const NAME: &[u8] = b"content-length:";
    let line = head
        .split(|&byte| byte == b'\n')
        .find(|line| line.get(..NAME.len()).is_some_and(|start| start.eq_ignore_ascii_case(NAME)))?;
    std::str::from_utf8(&line[NAME.len()..]).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{Extent, measure};

    #[test]
    fn an_answer_ends_where_its_content_length_says() {
        let bytes = b"HTTP/1.1 200 OK\r\nDate: x\r\nContent-Length: 3\r\n\r\nabc";
        let body_start = bytes.len() - "abc".len();
        let extent = Extent { status: 200, head_end: body_start - 4, body_start, end: bytes.len() };
        assert_eq!(measure(bytes).unwrap(), Some(extent));
        assert_eq!(measure(&bytes[..40]).unwrap(), None);
    }

    #[test]
    fn an_answer_without_a_length_is_refused() {
        assert!(measure(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").is_err());
    }
}
