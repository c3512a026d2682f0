//! How a server ends, and how it tells of that.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;

use rustix::process::Signal;

use super::act::Act;

/// A request whose body does not come.
fn open_request(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    let head = "POST /t/oauth2/token HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n";
    stream.write_all(head.as_bytes()).expect("it reads");
    // It says so when it begins to read the body: from now on the request is open.
    let mut line = String::new();
    let mut reader = BufReader::new(stream.try_clone().expect("a handle"));
    reader.read_line(&mut line).expect("it answers");
    assert!(line.contains("100"), "{line}");
    reader.read_line(&mut line).expect("an empty line");
    stream
}

#[test]
fn server_told_to_stop_is_not_ready_and_finishes_what_it_began() {
    let act = Act::new();
    let running = act.start(&mut act.command(&[]));
    let mut open = open_request(&running.address);
    assert_eq!(running.beside("/readyz").0, 200);
    running.signal(Signal::TERM);
    running.until_ready_is(503);
    assert!(running.beside("/readyz").1.contains("draining"));
    assert_eq!(running.beside("/healthz").0, 200);
    open.write_all(b"a=b").expect("it still reads");
    let mut answer = String::new();
    open.read_to_string(&mut answer).expect("it still answers");
    assert!(answer.contains("HTTP/1.1 400"), "{answer}");
    assert_eq!(running.process.terminate(), 0);
}

#[test]
fn second_signal_ends_a_server_at_once() {
    let act = Act::new();
    let running = act.start(&mut act.command(&["--drain-seconds", "3600"]));
    let _open = open_request(&running.address);
    running.signal(Signal::TERM);
    running.until_ready_is(503);
    // The open request would keep it for an hour.
    assert_eq!(running.process.terminate(), 0);
}

#[test]
fn open_request_keeps_a_server_only_for_so_long() {
    let act = Act::new();
    let running = act.start(&mut act.command(&["--drain-seconds", "0"]));
    let _open = open_request(&running.address);
    assert_eq!(running.process.terminate(), 0);
}

#[test]
fn supervisor_is_told_of_beginning_life_and_end() {
    let act = Act::new();
    let socket = UnixDatagram::bind(act.path("notify")).expect("a socket");
    let mut command = act.command(&[]);
    command
        .env("NOTIFY_SOCKET", act.path("notify"))
        .env("WATCHDOG_USEC", "20000");
    let running = act.start(&mut command);
    let told = || {
        let mut buffer = [0; 64];
        let length = socket.recv(&mut buffer).expect("a message");
        String::from_utf8_lossy(&buffer[..length]).into_owned()
    };
    assert_eq!(told(), "READY=1");
    assert_eq!(told(), "WATCHDOG=1");
    running.signal(Signal::TERM);
    while told() != "STOPPING=1" {}
}
