//! A relay between client and server that notes what passes, and stops what a test wants stopped.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// One request and how it was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exchange {
    /// Method and path, without the query.
    pub request: String,
    /// The status of the answer.
    pub status: u16,
}

/// Where a request is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Before the server gets it; it never does.
    Request,
    /// When the server has answered; the answer is never delivered.
    Answer,
}

/// A relay on loopback, in front of a server on loopback that speaks plain HTTP/1.1.
#[derive(Debug)]
pub struct Relay {
    address: SocketAddr,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    server: String,
    state: Mutex<State>,
    stopped: Condvar,
}

#[derive(Debug, Default)]
struct State {
    exchanges: Vec<Exchange>,
    /// Where requests whose line has this text are stopped.
    stop: Option<(&'static str, Stop)>,
    stopped: usize,
    /// What answers said, with the line of their request.
    bodies: Vec<(String, Vec<u8>)>,
    /// What the next answer to a request whose line has this text says instead.
    instead: Option<(&'static str, Vec<u8>)>,
}

impl Relay {
    /// A relay to the server at this base URL. It ends with the test's process.
    ///
    /// # Panics
    /// When there is no port to listen at.
    #[must_use]
    pub fn to(base_url: &str) -> Self {
        let server = base_url
            .strip_prefix("http://")
            .expect("the server speaks plain HTTP")
            .trim_end_matches('/')
            .to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = listener.local_addr().expect("it has an address");
        let shared = Arc::new(Shared {
            server,
            state: Mutex::default(),
            stopped: Condvar::new(),
        });
        let relaying = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = Arc::clone(&relaying);
                // A connection that breaks is what some tests are about.
                std::thread::spawn(move || shared.relay(client));
            }
        });
        Self { address, shared }
    }

    /// Where clients reach the server now.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops requests whose method and path have this text, from now on.
    pub fn stop(&self, text: &'static str, stop: Stop) {
        self.shared.state().stop = Some((text, stop));
    }

    /// Stops nothing any more; what was stopped stays so.
    pub fn go_on(&self) {
        self.shared.state().stop = None;
    }

    /// Waits until a request was stopped.
    ///
    /// # Panics
    /// When half a minute is not enough.
    pub fn wait_until_stopped(&self) {
        let patience = std::time::Duration::from_secs(30);
        let state = self.shared.state();
        let waited = self
            .shared
            .stopped
            .wait_timeout_while(state, patience, |state| state.stopped == 0)
            .unwrap_or_else(PoisonError::into_inner);
        assert!(!waited.1.timed_out(), "nothing was stopped");
    }

    /// The bodies of the answers so far to requests whose method and path have this text.
    #[must_use]
    pub fn captured(&self, text: &str) -> Vec<Vec<u8>> {
        let state = self.shared.state();
        let about = state.bodies.iter();
        about
            .filter(|(line, _)| line.contains(text))
            .map(|(_, body)| body.clone())
            .collect()
    }

    /// Puts this body into the next answer to a request whose method and path have this text.
    pub fn replay(&self, text: &'static str, body: Vec<u8>) {
        self.shared.state().instead = Some((text, body));
    }

    /// Whether what was to be replayed was delivered.
    #[must_use]
    pub fn has_replayed(&self) -> bool {
        self.shared.state().instead.is_none()
    }

    /// What was answered so far, whose method and path have this text.
    #[must_use]
    pub fn exchanges(&self, text: &str) -> Vec<Exchange> {
        let state = self.shared.state();
        let about = state.exchanges.iter();
        about
            .filter(|exchange| exchange.request.contains(text))
            .cloned()
            .collect()
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn relay(&self, client: TcpStream) -> Option<()> {
        let server = TcpStream::connect(&self.server).ok()?;
        let (mut to_client, mut to_server) = (client.try_clone().ok()?, server.try_clone().ok()?);
        let (mut client, mut server) = (BufReader::new(client), BufReader::new(server));
        loop {
            let request = Message::read(&mut client).ok()?;
            let line = request.request_line();
            if self.stops(&line, Stop::Request) {
                self.hold();
            }
            to_server
                .write_all(&request.with_host(&self.server).bytes())
                .ok()?;
            let answer = Message::read(&mut server).ok()?;
            let answer = self.note(&line, answer);
            if self.stops(&line, Stop::Answer) {
                self.hold();
            }
            to_client.write_all(&answer.bytes()).ok()?;
        }
    }

    /// Notes an answer, and says what is delivered in its place.
    fn note(&self, line: &str, answer: Message) -> Message {
        let mut state = self.state();
        state.exchanges.push(Exchange {
            request: line.to_owned(),
            status: answer.status(),
        });
        let body = answer.body.clone();
        state.bodies.push((line.to_owned(), body));
        match state.instead.take_if(|(text, _)| line.contains(*text)) {
            Some((_, body)) => answer.with_body(body),
            None => answer,
        }
    }

    fn stops(&self, line: &str, at: Stop) -> bool {
        let stop = self.state().stop;
        stop.is_some_and(|(text, stop)| stop == at && line.contains(text))
    }

    /// Keeps the connection open, and says nothing on it any more.
    fn hold(&self) -> ! {
        self.state().stopped += 1;
        self.stopped.notify_all();
        loop {
            std::thread::park();
        }
    }
}

/// A request or an answer whose body has a stated length.
struct Message {
    head: Vec<String>,
    body: Vec<u8>,
}

impl Message {
    fn read(from: &mut BufReader<TcpStream>) -> io::Result<Self> {
        let mut head = Vec::new();
        loop {
            let mut line = String::new();
            if from.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let line = line.trim_end().to_owned();
            if line.is_empty() {
                break;
            }
            head.push(line);
        }
        let length = head.iter().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length")
                .then(|| value.trim().parse().ok())?
        });
        let mut body = vec![0; length.unwrap_or(0)];
        from.read_exact(&mut body)?;
        Ok(Self { head, body })
    }

    /// Method and path, without the query.
    fn request_line(&self) -> String {
        let mut words = self.head.first().map_or("", String::as_str).split(' ');
        let (method, target) = (words.next(), words.next());
        let path = target.and_then(|target| target.split('?').next());
        format!("{} {}", method.unwrap_or(""), path.unwrap_or(""))
    }

    fn status(&self) -> u16 {
        let line = self.head.first().map_or("", String::as_str);
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok());
        status.unwrap_or(0)
    }

    /// The server must not wonder at the name by which it was called.
    fn with_host(mut self, host: &str) -> Self {
        for line in &mut self.head {
            if line.to_ascii_lowercase().starts_with("host:") {
                *line = format!("host: {host}");
            }
        }
        self
    }

    fn with_body(mut self, body: Vec<u8>) -> Self {
        for line in &mut self.head {
            if line.to_ascii_lowercase().starts_with("content-length:") {
                *line = format!("content-length: {}", body.len());
            }
        }
        self.body = body;
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = format!("{}\r\n\r\n", self.head.join("\r\n")).into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}
