//! One connection: TLS if there is any, then HTTP/1.1 or HTTP/2 within bounds.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::activity::Activity;
use super::door::Answer;
use super::doors::Doors;
use super::meters::{Closed, Meters};
use super::patience::{PATIENCE, Patient};
use super::renewal::LiveTls;
use super::sent::Sent;

/// How long a TLS handshake may take.
const HANDSHAKE: Duration = Duration::from_secs(10);
/// How long the head of a request may take, and how long a connection of HTTP/1.1 may be idle before it.
const HEAD: Duration = Duration::from_secs(60);
/// The most bytes of a request's head; the longest query has half of them.
const MAX_HEAD: usize = 128 * 1024;
/// The most header lines of a request.
const MAX_HEADERS: usize = 100;
/// The most requests at once on one connection of HTTP/2.
const MAX_STREAMS: u32 = 128;
/// The most requests on one connection of HTTP/2 that were taken back before they were looked at.
const MAX_UNSEEN_RESETS: usize = 20;
/// The most streams on one connection of HTTP/2 that its client's faults made us reset.
const MAX_PROVOKED_RESETS: usize = 100;
/// How long the other end of an idle connection of HTTP/2 may take to say that it is there.
const ECHO: Duration = Duration::from_secs(20);

/// What connections are served with.
#[derive(Debug)]
pub(super) struct Connections<A> {
    pub(super) door: Arc<A>,
    pub(super) tls: Option<Arc<LiveTls>>,
    pub(super) closing: CancellationToken,
    pub(super) tasks: TaskTracker,
    pub(super) free: Arc<Semaphore>,
    pub(super) doors: Doors,
    pub(super) meters: Arc<Meters>,
}

impl<A: Answer> Connections<A> {
    /// Serves a connection beside the others.
    pub(super) fn serve(&self, stream: TcpStream, peer: SocketAddr, permit: OwnedSemaphorePermit) {
        let Some(seat) = self.doors.enter(peer.ip()) else {
            self.meters.closed(Closed::TooManyOfAddress);
            return tracing::debug!(%peer, "too many connections of one address");
        };
        let door = Arc::clone(&self.door);
        let acceptor = self.tls.as_ref().map(|tls| tls.acceptor());
        let closing = self.closing.clone();
        let meters = Arc::clone(&self.meters);
        self.tasks.spawn(async move {
            let _counted = (permit, seat, meters.connected());
            // Answers are small and complete: waiting to fill a packet would only delay them.
            if let Err(error) = stream.set_nodelay(true) {
                tracing::debug!(%peer, %error, "no immediate sending");
            }
            let stream = Patient::new(stream);
            let closed = match acceptor {
                None => speak(stream, peer, door, closing).await,
                Some(acceptor) => match timeout(HANDSHAKE, acceptor.accept(stream)).await {
                    Ok(Ok(stream)) => speak(stream, peer, door, closing).await,
                    Ok(Err(error)) => {
                        tracing::debug!(%peer, %error, "no tls");
                        Some(Closed::Handshake)
                    }
                    Err(_) => Some(Closed::Handshake),
                },
            };
            if let Some(closed) = closed {
                meters.closed(closed);
                tracing::debug!(%peer, ?closed, "connection closed");
            }
        });
    }
}

/// Serves a connection to its end; says why it was closed from this side, if it was.
async fn speak<A: Answer>(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    door: Arc<A>,
    closing: CancellationToken,
) -> Option<Closed> {
    let activity = Activity::new();
    let watched = Arc::clone(&activity);
    let service = service_fn(move |request: Request<Incoming>| {
        let asked = activity.asked();
        let (activity, door) = (Arc::clone(&activity), Arc::clone(&door));
        async move {
            let answer = door.answer(peer, request.map(Body::new)).await;
            asked.answered();
            Ok::<_, std::convert::Infallible>(answer.map(|body| Sent::new(body, &activity)))
        }
    });
    let builder = http();
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        closed = watched.ends() => {
            // Whoever is merely idle is told; whoever is not is gone.
            connection.as_mut().graceful_shutdown();
            if closed == Closed::Silent {
                let _ = timeout(PATIENCE, connection).await;
            }
            return Some(closed);
        }
        () = closing.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    let error = ended.err()?;
    tracing::debug!(%peer, %error, "connection ended");
    is_late(&*error).then_some(Closed::NotReading)
}

/// Whether a write waited for too long.
fn is_late(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |error| error.source())
        .filter_map(|error| error.downcast_ref::<io::Error>())
        .any(|error| error.kind() == io::ErrorKind::TimedOut)
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
        .keep_alive_timeout(ECHO)
        .max_header_list_size(u32::try_from(MAX_HEAD).unwrap_or(u32::MAX))
        .max_concurrent_streams(MAX_STREAMS)
        .max_pending_accept_reset_streams(Some(MAX_UNSEEN_RESETS))
        .max_local_error_reset_streams(Some(MAX_PROVOKED_RESETS));
    builder
}

#[cfg(test)]
mod tests {
    use axum::response::Response;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream, duplex};
    use tokio::task::JoinHandle;
    use tokio::time::Instant;

    use super::*;

    /// Says the same to everybody, after a while.
    #[derive(Debug)]
    struct Says(&'static str, Duration);

    impl Answer for Says {
        async fn answer(&self, _: SocketAddr, _: Request<Body>) -> Response {
            tokio::time::sleep(self.1).await;
            Response::new(Body::from(self.0))
        }
    }

    fn served_by(says: Says) -> (DuplexStream, JoinHandle<Option<Closed>>) {
        let (client, server) = duplex(64 * 1024);
        let peer = SocketAddr::from(([127, 0, 0, 1], 9));
        let closing = CancellationToken::new();
        let served = speak(Patient::new(server), peer, Arc::new(says), closing);
        (client, tokio::spawn(served))
    }

    fn served() -> DuplexStream {
        served_by(Says("answer", Duration::ZERO)).0
    }

    /// Reads until the server closes.
    async fn rest_of(mut client: DuplexStream) -> String {
        let mut read = Vec::new();
        let closed = client.read_to_end(&mut read);
        timeout(HEAD * 3, closed)
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
        let (mut client, _) = served_by(Says("answer", HEAD * 2));
        let request = b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
        client.write_all(request).await.unwrap();
        assert!(rest_of(client).await.ends_with("answer"));
    }

    #[tokio::test(start_paused = true)]
    async fn head_that_comes_byte_by_byte_is_not_waited_for() {
        let (mut client, served) = served_by(Says("answer", Duration::ZERO));
        let began = Instant::now();
        client.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        // Until the server has closed.
        while client.write_all(b"x-slow: 1\r\n").await.is_ok() {
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        assert!(began.elapsed() <= HEAD * 2);
        served.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn client_that_never_reads_is_given_up() {
        let long = "x".repeat(1024 * 1024).leak();
        let (mut client, served) = served_by(Says(long, Duration::ZERO));
        client
            .write_all(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            .await
            .unwrap();
        assert_eq!(served.await.unwrap(), Some(Closed::NotReading));
        drop(client);
    }

    async fn http2(client: DuplexStream) -> h2::client::SendRequest<bytes::Bytes> {
        let (requests, connection) = h2::client::handshake(client).await.unwrap();
        tokio::spawn(connection);
        requests.ready().await.unwrap()
    }

    fn get() -> Request<()> {
        Request::get("http://a/").body(()).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn client_that_opens_no_window_is_given_up() {
        let long = "x".repeat(1024 * 1024).leak();
        let (client, served) = served_by(Says(long, Duration::ZERO));
        let mut requests = http2(client).await;
        let (response, _) = requests.send_request(get(), true).unwrap();
        // Its head is taken, and nothing of its body; pings are answered meanwhile.
        let _unread = response.await.unwrap();
        assert_eq!(served.await.unwrap(), Some(Closed::NotReading));
    }

    #[tokio::test(start_paused = true)]
    async fn client_that_asks_and_takes_back_is_shut_out() {
        let (client, served) = served_by(Says("answer", HEAD));
        let requests = http2(client).await;
        // As fast as the server sees them, so that none waits unseen.
        while let Ok(mut free) = requests.clone().ready().await {
            let Ok((response, _)) = free.send_request(get(), true) else {
                break;
            };
            tokio::time::sleep(Duration::from_millis(1)).await;
            drop(response);
        }
        assert_eq!(served.await.unwrap(), Some(Closed::Resets));
        requests.ready().await.unwrap_err();
    }
}
