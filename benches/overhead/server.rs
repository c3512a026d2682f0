//! The service that both clients call: it reads a request whole and answers with the same bytes each time.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::place;

/// Started with this argument, the program is the server.
pub(crate) const ARGUMENT: &str = "--serve-for-overhead";
/// Whom the tokens are for.
pub(crate) const AUDIENCE: &str = "https://overhead.example";

const ACTION: &str = include_str!("../../docs/api/examples/stop-and-quarantine-file.created.json");

/// The server's process; it ends with this value, because its standard input does.
pub(crate) struct Server {
    process: Child,
    base_url: String,
}

impl Server {
    pub(crate) fn start() -> Self {
        let this = std::env::current_exe().expect("this program has a path");
        let mut process = Command::new(this)
            .arg(ARGUMENT)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server starts");
        let mut base_url = String::new();
        let output = process.stdout.take().expect("it is a pipe");
        BufReader::new(output)
            .read_line(&mut base_url)
            .expect("the server says where it is");
        Self {
            process,
            base_url: base_url.trim().to_owned(),
        }
    }

    pub(crate) fn base_url(&self) -> &str {
        &self.base_url
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        self.process.wait().expect("the server ends");
    }
}

/// Serves until standard input ends.
pub(crate) fn serve() {
    place::server();
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it is bound");
    println!("http://{address}");
    std::thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            std::thread::spawn(move || answer_all(connection));
        }
    });
    let end = std::io::stdin().read_to_end(&mut Vec::new());
    end.expect("standard input can be read");
}

/// Answers request after request, until the client closes the connection.
fn answer_all(connection: TcpStream) {
    connection.set_nodelay(true).expect("it is TCP");
    let mut writer = connection.try_clone().expect("a second handle");
    let mut reader = BufReader::new(connection);
    let (action, token) = (created(), issued());
    while let Some(line) = read_request(&mut reader) {
        let answer = if line.contains("/oauth2/") {
            &token
        } else {
            &action
        };
        if writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}

/// Reads a request to its end; its first line, or nothing when the connection ends.
fn read_request(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let first = read_line(reader)?;
    let mut length = 0;
    loop {
        let line = read_line(reader)?.to_ascii_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    reader.read_exact(&mut vec![0; length]).ok()?;
    Some(first)
}

fn read_line(reader: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    match reader.read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end().to_owned()),
    }
}

fn created() -> String {
    answer("201 Created", ACTION)
}

fn issued() -> String {
    let token = token();
    let body = format!(r#"{{"token_type":"Bearer","expires_in":3599,"access_token":"{token}"}}"#);
    answer("200 OK", &body)
}

fn answer(status: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    )
}

/// An application's token as an authority issues it, but for the signature: about as long, and as readable.
pub(crate) fn token() -> String {
    let claims = format!(
        r#"{{"aud":"{AUDIENCE}","iss":"{AUDIENCE}/","tid":"tenant","appid":"application","exp":4102444800,"roles":["Machine.StopAndQuarantine","Machine.Read.All","File.Read.All"]}}"#
    );
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    format!(
        "{}.{}.{}",
        encode(br#"{"typ":"JWT","alg":"RS256"}"#),
        encode(claims.as_bytes()),
        encode(&[0x5a; 256])
    )
}
