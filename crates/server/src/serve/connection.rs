//! One connection: TLS if there is any, then HTTP/1.1 or HTTP/2 within bounds.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use super::panics::CatchPanic;
use super::tls::Tls;
use crate::api;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long the head of a request may take, how long a connection may be idle before it, and how
/// long one may be open without ever asking anything.
const HEAD: Duration = Duration::from_secs(60);
/// The most bytes of a request's head; the longest query has half of them.
const MAX_HEAD: usize = 128 * 1024;
/// The most header lines of a request.
const MAX_HEADERS: usize = 100;
/// The most requests at once on one connection of HTTP/2.
const MAX_STREAMS: u32 = 128;

/// What connections are served with.
#[derive(Debug)]
pub(super) struct Connections {
    pub(super) router: Router,
    pub(super) tls: Option<Tls>,
    pub(super) closing: CancellationToken,
    pub(super) tasks: TaskTracker,
    pub(super) free: Arc<Semaphore>,
}

impl Connections {
    /// Serves a connection beside the others.
    pub(super) fn serve(&self, stream: TcpStream, peer: SocketAddr, permit: OwnedSemaphorePermit) {
        let router = self.router.clone();
        let acceptor = self.tls.as_ref().map(|tls| tls.acceptor.clone());
        let closing = self.closing.clone();
        self.tasks.spawn(async move {
            let _permit = permit;
            // Answers are small and complete: waiting to fill a packet would only delay them.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%peer, %error, "no immediate sending");
            }
            match acceptor {
                None => speak(stream, peer, router, closing).await,
                Some(acceptor) => {
                    match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                        Ok(Ok(stream)) => speak(stream, peer, router, closing).await,
                        Ok(Err(error)) => tracing::debug!(%peer, %error, "no tls"),
                        Err(_) => tracing::debug!(%peer, "the tls handshake took too long"),
                    }
                }
            }
        });
    }
}

async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    closing: CancellationToken,
) {
    let asked = CancellationToken::new();
    let silence = silence(asked.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        asked.cancel();
        let router = router.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let answered = CatchPanic::new(router.oneshot(request)).await;
            Ok::<_, std::convert::Infallible>(match answered {
                Some(Ok(response)) => response,
                None => api::panicked(),
            })
        }
    });
    let builder = http();
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = silence => return tracing::debug!(%peer, "connection asked nothing"),
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "connection ended");
    }
}

/// Ends when a connection has been open for [`HEAD`] and asked nothing. HTTP's own time-outs begin
/// only when it is known which version is spoken, and who sends nothing speaks none.
async fn silence(asked: CancellationToken) {
    if tokio::time::timeout(HEAD, asked.cancelled()).await.is_ok() {
        std::future::pending().await
    }
}

fn http() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD)
        .max_buf_size(MAX_HEAD)
        .max_headers(MAX_HEADERS);
    builder
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(Some(HEAD))
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS);
    builder
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};

    use super::*;

    fn served() -> DuplexStream {
        let (client, server) = duplex(64 * 1024);
        let router = Router::new().fallback(|| async { "answer" });
        let peer = SocketAddr::from(([127, 0, 0, 1], 9));
        tokio::spawn(speak(server, peer, router, CancellationToken::new()));
        client
    }

    /// Reads until the server closes.
    async fn rest_of(mut client: DuplexStream) -> String {
        let mut read = Vec::new();
        let closed = client.read_to_end(&mut read);
        tokio::time::timeout(HEAD * 3, closed)
            .await
            .expect("the server never closes")
            .unwrap();
        String::from_utf8_lossy(&read).into_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn connection_that_never_asks_is_closed() {
        let half_a_preface = b"PRI * HTTP/2.0\r\n";
        for sent in [&b""[..], b"P", half_a_preface, b"GET / HTTP/1.1\r\nHost:"] {
            let mut client = served();
            client.write_all(sent).await.unwrap();
            rest_of(client).await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn connection_that_asked_may_wait_for_its_answer() {
        let (mut client, server) = duplex(64 * 1024);
        let slow = || async {
            tokio::time::sleep(HEAD * 2).await;
            "answer"
        };
        let peer = SocketAddr::from(([127, 0, 0, 1], 9));
        let router = Router::new().fallback(slow);
        tokio::spawn(speak(server, peer, router, CancellationToken::new()));
        let request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        client.write_all(request).await.unwrap();
        assert!(rest_of(client).await.ends_with("answer"));
    }
}
