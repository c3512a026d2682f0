//! The smallest server that an agent can work with: one thread a connection, one order at most.
#![allow(dead_code, reason = "each group of tests uses a part of it")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::Duration;

use quell_model::Timestamp;
use quell_protocol::{EnrolmentToken, HoldRequest, HoldResponse, Inventory, Order, Report, route};

use crate::stage::MACHINE;

/// How long a request for orders is held.
const HELD: Duration = Duration::from_secs(20);

/// A message of the agent.
pub(crate) enum Said {
    Report(Report),
    Inventory(Inventory),
}

/// A running server. It ends with the test's process.
pub(crate) struct Server {
    pub(crate) token: EnrolmentToken,
    pub(crate) said: Receiver<Said>,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    order: Mutex<Option<Order>>,
    arrived: Condvar,
}

impl Server {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let token = EnrolmentToken::new(base, "srv".to_owned(), "secret".to_owned(), None);
        let (tell, said) = mpsc::channel();
        let shared = Arc::new(Shared::default());
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (tell, shared) = (tell.clone(), Arc::clone(&serving));
                thread::spawn(move || serve(&stream.unwrap(), &tell, &shared));
            }
        });
        Self {
            token,
            said,
            shared,
        }
    }

    pub(crate) fn order(&self, order: Order) {
        *self.shared.order.lock().unwrap() = Some(order);
        self.shared.arrived.notify_all();
    }
}

fn serve(stream: &TcpStream, tell: &Sender<Said>, shared: &Shared) {
    let Some((path, body)) = request(stream) else {
        return;
    };
    let answer = match path.as_str() {
        route::ENROL => format!(r#"{{"machineId":"{MACHINE}","tenantId":"t1"}}"#),
        route::HOLD => hold(&serde_json::from_slice(&body).unwrap(), shared),
        route::REPORT => {
            // The test may have ended by now.
            let _ = tell.send(Said::Report(serde_json::from_slice(&body).unwrap()));
            "{}".to_owned()
        }
        route::INVENTORY => {
            let _ = tell.send(Said::Inventory(serde_json::from_slice(&body).unwrap()));
            "{}".to_owned()
        }
        other => panic!("the agent asked for {other}"),
    };
    let length = answer.len();
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    let mut stream = stream;
    let _ = stream.write_all(format!("{head}{answer}").as_bytes());
}

fn request(stream: &TcpStream) -> Option<(String, Vec<u8>)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim().to_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((path, body))
}

fn hold(request: &HoldRequest, shared: &Shared) -> String {
    let due = |order: &Option<Order>| {
        order
            .as_ref()
            .is_some_and(|order| order.sequence > request.acknowledged)
    };
    let guard = shared.order.lock().unwrap();
    let waited = shared
        .arrived
        .wait_timeout_while(guard, HELD, |order| !due(order))
        .unwrap();
    let orders = waited
        .0
        .clone()
        .filter(|order| order.sequence > request.acknowledged);
    let response = HoldResponse {
        server_time: Timestamp::UNIX_EPOCH,
        orders: orders.into_iter().collect(),
        frozen: false,
        rotate_key: false,
    };
    serde_json::to_string(&response).unwrap()
}
