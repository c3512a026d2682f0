//! A server on loopback that does what a script says, byte by byte, and counts
//! what arrives. It is driven by hand because a proper server would refuse to
//! truncate, stall or reset.

use std::collections::VecDeque;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use http::Uri;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

use super::super::lock;
use super::arrival::Arrival;

/// What the server does with one request, once it has read the whole of it.
#[derive(Clone, Debug)]
pub(super) enum Reaction {
    /// Writes these bytes and reads on.
    Answer(Vec<u8>),
    /// Writes these bytes and closes the connection.
    AnswerAndClose(Vec<u8>),
    /// Writes these bytes and then nothing more.
    AnswerAndStall(Vec<u8>),
    /// Answers 200 with the request's own body.
    Echo,
    /// Writes the first if the request accepts gzip, else the second.
    IfGzip(Vec<u8>, Vec<u8>),
    /// Breaks the connection with a TCP reset.
    Reset,
    /// Writes these bytes and then breaks the connection with a TCP reset.
    AnswerAndReset(Vec<u8>),
    /// Answers, and breaks the connection at the first byte of the next request.
    AnswerAndResetNext(Vec<u8>),
    /// Writes these bytes, and then the last one again and again, slowly.
    Drip(Vec<u8>),
    /// Writes this beginning, then this line a great many times, and closes.
    Flood(Vec<u8>, Vec<u8>),
    /// Opens a tunnel, hears what comes through it, and answers with something that is not TLS.
    Tunnel,
}

/// For whoever reads what went wrong: bytes as text.
impl fmt::Display for Reaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, bytes) = match self {
            Self::Answer(bytes) => ("after the answer", bytes),
            Self::AnswerAndClose(bytes) if bytes.is_empty() => {
                return f.write_str("closed without an answer");
            }
            Self::AnswerAndClose(bytes) => ("closed after", bytes),
            Self::AnswerAndStall(bytes) => ("stalled after", bytes),
            Self::AnswerAndReset(bytes) => ("reset after", bytes),
            Self::AnswerAndResetNext(bytes) => ("reset at the request after", bytes),
            Self::Drip(bytes) => ("slow after", bytes),
            Self::Flood(bytes, _) => ("flooded after", bytes),
            Self::IfGzip(bytes, _) => ("after the gzip answer", bytes),
            Self::Reset => return f.write_str("reset without an answer"),
            Self::Echo => return f.write_str("after an echo"),
            Self::Tunnel => return f.write_str("in a tunnel"),
        };
        write!(f, "{what} \"{}\"", bytes.escape_ascii())
    }
}

/// Far more than any stack takes for a head.
const FLOOD: usize = 16 * 1024 * 1024;

/// The pause between two drops: a hundred would fit into any case's time limit.
const DROP: Duration = Duration::from_millis(3);

/// Speaks before it is spoken to, like a service that is not HTTP; or listens only.
#[derive(Clone, Copy, Debug)]
pub(super) enum Manner {
    ReadsFirst,
    Greets(&'static [u8]),
}

#[derive(Debug)]
pub(super) struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct Shared {
    manner: Manner,
    script: Mutex<VecDeque<Reaction>>,
    arrivals: Mutex<Vec<Arrival>>,
    overheard: Mutex<Vec<u8>>,
    connections: AtomicUsize,
    ended: AtomicUsize,
}

impl Server {
    /// Meets the requests with these reactions in the order of arrival, and any
    /// further one with an empty 200.
    pub(super) async fn scripted(script: impl IntoIterator<Item = Reaction>) -> io::Result<Self> {
        Self::start(Manner::ReadsFirst, script.into_iter().collect()).await
    }

    /// Writes these bytes to whoever connects.
    pub(super) async fn greeting(words: &'static [u8]) -> io::Result<Self> {
        Self::start(Manner::Greets(words), VecDeque::new()).await
    }

    async fn start(manner: Manner, script: VecDeque<Reaction>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            manner,
            script: Mutex::new(script),
            arrivals: Mutex::new(Vec::new()),
            overheard: Mutex::new(Vec::new()),
            connections: AtomicUsize::new(0),
            ended: AtomicUsize::new(0),
        });
        let accepting = tokio::spawn(accept(listener, Arc::clone(&shared)));
        Ok(Self {
            address,
            shared,
            accepting,
        })
    }

    pub(super) fn authority(&self) -> String {
        self.address.to_string()
    }

    pub(super) fn uri(&self, path_and_query: &str) -> Result<Uri, http::uri::InvalidUri> {
        format!("http://{}{path_and_query}", self.address).parse()
    }

    /// All that arrived so far, complete requests only, in the order of arrival.
    pub(super) fn arrivals(&self) -> Vec<Arrival> {
        lock(&self.shared.arrivals).clone()
    }

    /// How many connections are over, whoever ended them.
    pub(super) fn ended(&self) -> usize {
        self.shared.ended.load(Ordering::Relaxed)
    }

    /// What came through tunnels so far.
    pub(super) fn overheard(&self) -> Vec<u8> {
        lock(&self.shared.overheard).clone()
    }

    /// How many connections were made so far, with or without a request.
    pub(super) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// The connections end with this task, because they live in its set.
async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
        let shared = Arc::clone(&shared);
        connections.spawn(async move {
            // A client that goes away is none of the server's errors.
            let _gone = serve(stream, number, &shared).await;
            shared.ended.fetch_add(1, Ordering::Relaxed);
        });
        while connections.try_join_next().is_some() {}
    }
}

async fn serve(mut stream: TcpStream, connection: usize, shared: &Shared) -> io::Result<()> {
    if let Manner::Greets(words) = shared.manner {
        stream.write_all(words).await?;
        return read_to_end(&mut stream).await;
    }
    let mut pending = Vec::new();
    while let Some(arrival) = Arrival::read(&mut stream, &mut pending, connection).await? {
        lock(&shared.arrivals).push(arrival.clone());
        let next = lock(&shared.script).pop_front();
        match next.unwrap_or_else(|| Reaction::Answer(super::wire::answer("200 OK", b""))) {
            Reaction::Answer(bytes) => stream.write_all(&bytes).await?,
            Reaction::AnswerAndClose(bytes) => return stream.write_all(&bytes).await,
            Reaction::AnswerAndStall(bytes) => {
                stream.write_all(&bytes).await?;
                return read_to_end(&mut stream).await;
            }
            Reaction::Echo => {
                stream
                    .write_all(&super::wire::answer("200 OK", &arrival.body))
                    .await?;
            }
            Reaction::IfGzip(coded, plain) => {
                let bytes = if arrival.accepts_gzip() { coded } else { plain };
                stream.write_all(&bytes).await?;
            }
            Reaction::Reset => return stream.set_zero_linger(),
            Reaction::AnswerAndReset(bytes) => {
                stream.write_all(&bytes).await?;
                return stream.set_zero_linger();
            }
            Reaction::AnswerAndResetNext(bytes) => {
                stream.write_all(&bytes).await?;
                stream.read_u8().await?;
                return stream.set_zero_linger();
            }
            Reaction::Drip(bytes) => return drip(&mut stream, &bytes).await,
            Reaction::Flood(beginning, line) => {
                stream.write_all(&beginning).await?;
                for _ in 0..FLOOD / line.len().max(1) {
                    stream.write_all(&line).await?;
                }
                return Ok(());
            }
            Reaction::Tunnel => return tunnel(&mut stream, shared).await,
        }
    }
    Ok(())
}

/// Ends when the client does.
async fn drip(stream: &mut TcpStream, bytes: &[u8]) -> io::Result<()> {
    stream.set_nodelay(true)?;
    stream.write_all(bytes).await?;
    let drop = bytes.last().copied().unwrap_or_default();
    loop {
        sleep(DROP).await;
        stream.write_u8(drop).await?;
    }
}

async fn tunnel(stream: &mut TcpStream, shared: &Shared) -> io::Result<()> {
    stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await?;
    let mut heard = [0; 4096];
    let length = stream.read(&mut heard).await?;
    lock(&shared.overheard).extend_from_slice(heard.get(..length).unwrap_or_default());
    stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await
}

async fn read_to_end(stream: &mut TcpStream) -> io::Result<()> {
    let mut ignored = [0; 1024];
    while stream.read(&mut ignored).await? > 0 {}
    Ok(())
}
