//! A client of a running server, for the commands that speak to one as any program would.

use anyhow::{Context, anyhow, bail};
use bytes::Bytes;
use clap::Args;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// Largest answer that is read, in bytes.
const ANSWER_MAX_BYTES: usize = 64 * 1024 * 1024;

/// Which server, and with which key.
#[derive(Args)]
pub(crate) struct ApiArgs {
    /// Where the server is
    #[arg(long, env = "TOLLGATE_BASE_URL", value_name = "URL", default_value = "http://127.0.0.1:4242")]
    url: String,

    /// A secret key of the environment to speak to
    #[arg(long, env = "TOLLGATE_API_KEY", value_name = "KEY", hide_env_values = true)]
    key: Option<String>,
}

/// A connection to a server.
pub(crate) struct Api {
    sender: SendRequest<Full<Bytes>>,
    authority: String,
    /// What stands before every path.
    prefix: String,
    key: String,
}

impl ApiArgs {
    /// Where the server is.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }
}

impl Api {
    /// Whether the key opens the live environment.
    pub(crate) fn is_live(&self) -> bool {
        self.key.starts_with("sk_live_")
    }

    /// Connects.
    pub(crate) async fn connect(args: &ApiArgs) -> anyhow::Result<Self> {
        let key = args.key.clone().context("name a secret key: --key sk_test_…, or TOLLGATE_API_KEY")?;
        let uri: Uri = args.url.parse().with_context(|| format!("--url {}", args.url))?;
        let authority = uri.authority().with_context(|| format!("--url {}: a host is missing", args.url))?.clone();
        let host = authority.host().trim_matches(['[', ']']).to_owned();
        let is_encrypted = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => bail!("--url {}: it must begin with http:// or https://", args.url),
        };
        let port = authority.port_u16().unwrap_or(if is_encrypted { 443 } else { 80 });
        let stream = tokio::time::timeout(TIMEOUT, TcpStream::connect((host.as_str(), port)));
        let stream = stream.await.map_err(|_| anyhow!("no answer")).and_then(|stream| Ok(stream?));
        let stream = stream.with_context(|| format!("cannot reach {}; is the server running?", args.url))?;
        stream.set_nodelay(true)?;
        let sender = if is_encrypted {
            let name = ServerName::try_from(host).context("the host of --url is no name of a server")?;
            let stream = TlsConnector::from(Arc::new(trust()?)).connect(name, stream).await;
            talk(stream.with_context(|| format!("cannot encrypt the connection to {}", args.url))?).await?
        } else {
            talk(stream).await?
        };
        let prefix = uri.path().trim_end_matches('/').to_owned();
        Ok(Self { sender, authority: authority.to_string(), prefix, key })
    }

    /// Asks for something.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Value> {
        self.send(Method::GET, path, None).await
    }

    /// Sends something.
    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Puts something in the place of what is there.
    pub(crate) async fn put(&mut self, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Sends a form, in the dialect of Stripe.
    pub(crate) async fn post_form(&mut self, path: &str, form: &str) -> anyhow::Result<Value> {
        let request = self.request(Method::POST, path).header("authorization", format!("Bearer {}", self.key));
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let request = request.body(Full::new(Bytes::copy_from_slice(form.as_bytes())))?;
        self.exchange(path, request).await
    }

    async fn send(&mut self, method: Method, path: &str, body: Option<&Value>) -> anyhow::Result<Value> {
        let request = self.request(method, path).header("x-api-key", &self.key);
        let request = match body {
            Some(body) => {
                let bytes = Bytes::from(serde_json::to_vec(body)?);
                request.header(CONTENT_TYPE, "application/json").body(Full::new(bytes))
            }
            None => request.body(Full::default()),
        };
        self.exchange(path, request?).await
    }

    fn request(&self, method: Method, path: &str) -> hyper::http::request::Builder {
        Request::builder().method(method).uri(format!("{}{path}", self.prefix)).header(HOST, &self.authority)
    }

    async fn exchange(&mut self, path: &str, request: Request<Full<Bytes>>) -> anyhow::Result<Value> {
        let answering = async {
            self.sender.ready().await?;
            let response = self.sender.send_request(request).await?;
            let status = response.status();
            let body = Limited::new(response.into_body(), ANSWER_MAX_BYTES).collect().await;
            anyhow::Ok((status, body.map_err(|error| anyhow!(error))?.to_bytes()))
        };
        let (status, bytes) = tokio::time::timeout(TIMEOUT, answering)
            .await
            .map_err(|_| anyhow!("no answer within {} seconds", TIMEOUT.as_secs()))
            .and_then(|answer| answer)
            .with_context(|| path.to_owned())?;
        let body: Value = serde_json::from_slice(&bytes)
            .with_context(|| format!("{path}: the answer ({status}) is not from a Tollgate server"))?;
        if status.is_success() {
            return Ok(body);
        }
        // The PriceOS dialect says it outright, Stripe's one step further in.
        let message = body["error"].as_str().or_else(|| body["error"]["message"].as_str()).unwrap_or("no reason given");
        bail!("{path}: {message} ({status})")
    }
}

/// Speaks HTTP over a stream.
async fn talk<S>(stream: S) -> anyhow::Result<SendRequest<Full<Bytes>>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    // It ends with the connection; whoever waits for an answer is told.
    tokio::spawn(connection);
    Ok(sender)
}

/// Whom to believe: whoever the system believes.
fn trust() -> anyhow::Result<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Runs something that waits for a server.
pub(crate) fn block_on<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start the runtime")?;
    runtime.block_on(work)
}
