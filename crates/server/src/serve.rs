//! The accept loop: connections in, connections out, and an end that finishes what was begun.

use crate::app::App;
use crate::webhooks::Dispatcher;
use crate::{jobs, routes};
use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::Service;

/// Connections open at a time; further ones wait in the listener's queue.
pub const CONNECTIONS_MAX: usize = 8192;
/// How long a connection may take to send the head of its next request, idle time included.
pub const HEAD_TIMEOUT: Duration = Duration::from_secs(75);
/// Most bytes of a request's head.
pub const HEAD_MAX_BYTES: usize = 64 * 1024;
/// How long requests that were accepted may take to finish once the server is told to stop.
pub const DRAIN_TIMEOUT: Duration = Duration::from_secs(20);
/// How long to wait after the system refused a connection for want of resources.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until `stop` is done, then finishes the requests it accepted and closes the store.
pub async fn serve(app: Arc<App>, listener: TcpListener, stop: impl Future<Output = ()>) {
    let router = routes::router(app.clone());
    let jobs = tokio::spawn(jobs::run(app.clone()));
    let webhooks = Dispatcher::start(app.clone());
    let connections = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let permit = connections.clone().acquire_owned().await.expect("the semaphore is never closed");
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, _)) => {
                let connection = graceful.watch(connection(stream, router.clone()));
                tokio::spawn(async move {
                    // An error here is a client that went away or spoke no HTTP; hyper has answered what can be answered.
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "connection ended");
                    }
                    drop(permit);
                });
            }
            Err(error) => pause_after(&error).await,
        }
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIMEOUT, graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = DRAIN_TIMEOUT.as_secs(), "some requests did not finish in time");
    }
    jobs.abort();
    webhooks.stop().await;
    app.store.close().await;
}

type Connection = http1::Connection<TokioIo<TcpStream>, RoutedService>;

/// The router as hyper calls it.
#[derive(Clone)]
struct RoutedService(Router);

impl hyper::service::Service<Request<Incoming>> for RoutedService {
    type Response = axum::response::Response;
    type Error = std::convert::Infallible;
    type Future = <Router as Service<Request<Incoming>>>::Future;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.0.clone().call(request)
    }
}

fn connection(stream: TcpStream, router: Router) -> Connection {
    // Answers are whole when they are written; waiting to fill a packet would only delay them.
    let _ = stream.set_nodelay(true);
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .max_buf_size(HEAD_MAX_BYTES)
        .serve_connection(TokioIo::new(stream), RoutedService(router))
}

async fn pause_after(error: &io::Error) {
    // A connection that was gone before it was accepted concerns nobody; all else is a want of files or memory.
    if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        return;
    }
    tracing::warn!(%error, "cannot accept a connection");
    tokio::time::sleep(ACCEPT_PAUSE).await;
}
