//! The HTTP client that carries webhooks. It connects only to addresses within its [`Reach`], follows no redirects, keeps
//! connections for the next request, and reads of an answer what there is room for.

use super::address::Reach;
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper::{Request, Uri};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use std::error::Error;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tower::Service;

/// Most bytes of an answer that are read, and thrown away; a connection whose answer is longer is given up.
const ANSWER_MAX_BYTES: usize = 64 * 1024;
/// Most connections to one host that wait for the next request.
const IDLE_MAX: usize = 128;
/// How long they wait.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Most addresses of one host that are tried.
const ADDRESSES_MAX: usize = 4;

/// A client.
pub(super) struct Client {
    pool: Pool<Connector, Full<Bytes>>,
    timeout: Duration,
}

/// Why there is no answer.
pub(super) enum Failure {
    /// There was none in time.
    TimedOut,
    /// Said for people.
    Said(String),
}

impl Client {
    pub(super) fn new(reach: Reach, timeout: Duration) -> Self {
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(IDLE_TIMEOUT)
            .pool_max_idle_per_host(IDLE_MAX)
            .build(Connector { reach, trust: Arc::default() });
        Self { pool, timeout }
    }

    /// Sends a request; gives the status of the answer.
    pub(super) async fn send(&self, request: Request<Full<Bytes>>) -> Result<u16, Failure> {
        let exchange = async {
            let answer = self.pool.request(request).await.map_err(|error| Failure::Said(innermost(&error)))?;
            let status = answer.status().as_u16();
            // What it says does not matter; that the connection is free again does. Whoever says too much loses it.
            let _ = Limited::new(answer.into_body(), ANSWER_MAX_BYTES).collect().await;
            Ok(status)
        };
        tokio::time::timeout(self.timeout, exchange).await.unwrap_or(Err(Failure::TimedOut))
    }
}

/// The cause of an error that knows most of it.
fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

/// Makes connections.
#[derive(Clone)]
struct Connector {
    reach: Reach,
    trust: Arc<OnceLock<Arc<ClientConfig>>>,
}

impl Service<Uri> for Connector {
    type Response = Stream;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Stream>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.clone();
        Box::pin(async move { connector.connect(&uri).await })
    }
}

impl Connector {
    async fn connect(&self, uri: &Uri) -> io::Result<Stream> {
        let is_encrypted = uri.scheme_str() == Some("https");
        let host = uri.host().ok_or_else(|| io::Error::other("the URL has no host"))?.trim_matches(['[', ']']);
        let port = uri.port_u16().unwrap_or(if is_encrypted { 443 } else { 80 });
        let stream = self.reach(host, port).await?;
        stream.set_nodelay(true)?;
        if !is_encrypted {
            return Ok(Stream(TokioIo::new(Box::new(stream))));
        }
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let stream = TlsConnector::from(self.trust()?).connect(name, stream).await?;
        Ok(Stream(TokioIo::new(Box::new(stream))))
    }

    /// Connects to an address that was looked at; not to a name, which may lead elsewhere the next time it is asked for.
    async fn reach(&self, host: &str, port: u16) -> io::Result<TcpStream> {
        let addresses: Vec<SocketAddr> = match host.parse::<IpAddr>() {
            Ok(address) => vec![SocketAddr::new(address, port)],
            Err(_) => tokio::net::lookup_host((host, port)).await?.collect(),
        };
        let mut last = io::Error::other("the host has no address");
        for address in addresses.into_iter().take(ADDRESSES_MAX) {
            if !self.reach.allows(address.ip()) {
                last = io::Error::other(format!("the address {} is private", address.ip()));
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => return Ok(stream),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// Whom to believe: whoever the system believes.
    fn trust(&self) -> io::Result<Arc<ClientConfig>> {
        if let Some(config) = self.trust.get() {
            return Ok(config.clone());
        }
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(self.trust.get_or_init(|| Arc::new(config)).clone())
    }
}

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Duplex for S {}

/// A connection, encrypted or not.
struct Stream(TokioIo<Box<dyn Duplex>>);

impl Connection for Stream {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Stream {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl Write for Stream {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, slices)
    }
}
