//! The yardstick: a bare hyper server, on the runtime the real one uses, that answers with the same bytes.

use super::answer::Answer;
use super::process::Process;
use super::scratch::Scratch;
use anyhow::Context;
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use std::convert::Infallible;
use std::path::Path;
use tokio::net::{TcpListener, TcpStream};

/// What rows call it.
pub(super) const NAME: &str = "bare hyper, same bytes";

/// Headers that hyper sets by itself.
const OWN_HEADERS: [&str; 4] = ["date", "content-length", "connection", "keep-alive"];

/// An answer of the real server.
#[derive(Serialize, Deserialize)]
pub(super) struct Sample {
    headers: Vec<(String, String)>,
    body: String,
}

impl Sample {
    /// Keeps what hyper has to be told.
    pub(super) fn of(answer: Answer<'_>) -> anyhow::Result<Self> {
        let head = std::str::from_utf8(answer.head).context("an answer's head is no text")?;
        let headers = head.lines().skip(1).filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()));
        let headers = headers.filter(|(name, _)| !OWN_HEADERS.contains(&name.as_str())).collect();
        let body = std::str::from_utf8(answer.body).context("an answer's body is no text")?.to_owned();
        Ok(Self { headers, body })
    }

    fn header_map(&self) -> anyhow::Result<HeaderMap> {
        let pair = |(name, value): &(String, String)| {
            anyhow::Ok((HeaderName::try_from(name.as_str())?, HeaderValue::try_from(value.as_str())?))
        };
        self.headers.iter().map(pair).collect::<Result<_, _>>().context("a header of the sample")
    }
}

/// Starts a yardstick that answers with the sample.
pub(super) async fn start(scratch: &Scratch, sample: &Sample) -> anyhow::Result<Process> {
    let file = scratch.file("sample.json");
    std::fs::write(&file, serde_json::to_vec(sample)?).context("cannot write a sample")?;
    Process::start_own(&scratch.file("yardstick.log"), |command| {
        command.args(["bench", "--yardstick"]).arg(&file);
    })
    .await
}

/// Is the yardstick, until standard input ends.
pub(super) fn run(sample: &Path) -> anyhow::Result<()> {
    let sample = std::fs::read(sample).with_context(|| format!("cannot read {}", sample.display()))?;
    let sample: Sample = serde_json::from_slice(&sample).context("the sample")?;
    // An end of standard input is the end of whoever measures, killed or not.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("cannot start the runtime")?;
    runtime.block_on(serve(sample))
}

async fn serve(sample: Sample) -> anyhow::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("cannot listen")?;
    println!("The yardstick serves on http://{}", listener.local_addr()?);
    let (headers, body) = (sample.header_map()?, Bytes::from(sample.body));
    loop {
        let (stream, _) = listener.accept().await.context("cannot accept a connection")?;
        tokio::spawn(answer_all(stream, headers.clone(), body.clone()));
    }
}

async fn answer_all(stream: TcpStream, headers: HeaderMap, body: Bytes) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut response = Response::new(Full::new(body.clone()));
        headers.clone_into(response.headers_mut());
        async move {
            // A body is read, as whoever answers it for real has to.
            let _ = request.into_body().collect().await;
            Ok::<_, Infallible>(response)
        }
    });
    let _ = stream.set_nodelay(true);
    // An error is a client that went away.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
