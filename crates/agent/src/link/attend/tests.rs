use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use quell_model::MachineId;
use quell_protocol::{Fault, Phase, ProtocolVersion, Verb};
use quell_transport::{Transport, TransportError, TransportErrorKind};
use tokio::sync::mpsc::unbounded_channel;

use super::*;
use crate::link::identity::tests::identity;

/// What the server does with the next message to a route.
enum Behaviour {
    Answer(String),
    Fault(FaultCode),
    NoAnswer,
    /// Hold the request for as long as the test lasts.
    Hold,
}

/// A server in memory: it plays a script for each route, and notes what it was sent.
#[derive(Default)]
struct Script {
    hold: Vec<Behaviour>,
    report: Vec<Behaviour>,
    heard: Vec<(String, serde_json::Value)>,
}

#[derive(Clone, Default)]
struct Server(Arc<Mutex<Script>>);

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Server")
    }
}

#[async_trait]
impl Transport for Server {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        assert!(
            request.headers()[header::AUTHORIZATION]
                .to_str()
                .unwrap()
                .starts_with("Bearer ")
        );
        let route = request.uri().path().to_owned();
        let behaviour = {
            let mut script = self.0.lock().unwrap();
            let body = serde_json::from_slice(request.body()).unwrap();
            script.heard.push((route.clone(), body));
            let steps = if route == route::HOLD {
                &mut script.hold
            } else {
                &mut script.report
            };
            if steps.is_empty() {
                Behaviour::Hold
            } else {
                steps.remove(0)
            }
        };
        let response = |status: StatusCode, body: String| {
            Ok(Response::builder()
                .status(status)
                .body(Bytes::from(body))
                .unwrap())
        };
        match behaviour {
            Behaviour::Answer(body) => response(StatusCode::OK, body),
            Behaviour::Fault(error) => {
                let fault = Fault {
                    error,
                    message: "because".to_owned(),
                };
                let status = StatusCode::from_u16(error.status()).unwrap();
                response(status, serde_json::to_string(&fault).unwrap())
            }
            Behaviour::NoAnswer => Err(TransportError::new(TransportErrorKind::Timeout)),
            Behaviour::Hold => std::future::pending().await,
        }
    }
}

impl Server {
    fn heard(&self, route: &str) -> Vec<serde_json::Value> {
        let script = self.0.lock().unwrap();
        let to_route = script.heard.iter().filter(|(at, _)| at == route);
        to_route.map(|(_, body)| body.clone()).collect()
    }
}

fn order() -> Order {
    Order {
        sequence: 1,
        machine_id: MachineId::new("m1").unwrap(),
        action_id: ActionId::new("a1").unwrap(),
        expires_at: Timestamp::LAST,
        verb: Verb::CancelAction,
    }
}

fn orders(orders: Vec<Order>) -> Behaviour {
    let server_time = Timestamp::UNIX_EPOCH;
    Behaviour::Answer(
        serde_json::to_string(&HoldResponse {
            server_time,
            orders,
            frozen: false,
            rotate_key: false,
        })
        .unwrap(),
    )
}

fn last_word() -> Report {
    Report {
        protocol_version: ProtocolVersion::CURRENT,
        action_id: ActionId::new("a1").unwrap(),
        phase: Phase::Cancelled,
    }
}

/// Starts the conversation; answers the device's ends.
fn converse(
    server: &Server,
) -> (
    tokio::task::JoinHandle<Result<(), Stop>>,
    tokio::sync::mpsc::UnboundedSender<FromDevice>,
    mpsc::Receiver<ToDevice>,
) {
    let exchange = Exchange::new(server.clone().into(), Arc::new(identity()));
    let (to_link, events) = unbounded_channel();
    let (orders, arriving) = mpsc::channel();
    let session = Session::new(MachineId::new("m1").unwrap(), 1, "n".to_owned(), 0);
    let root = tempfile::tempdir().unwrap();
    let keys = Keys {
        state: Arc::new(StateDir::open(&root.path().join("s")).unwrap()),
        lifetime: Duration::MAX,
    };
    let conversation = tokio::spawn(async move {
        let _kept = root;
        attend(&exchange, session, Device { orders, events }, keys).await
    });
    (conversation, to_link, arriving)
}

/// Lets the conversation go on until the device hears something; time passes by itself.
async fn next(arriving: &mut mpsc::Receiver<ToDevice>) -> ToDevice {
    loop {
        match arriving.try_recv() {
            Ok(message) => return message,
            Err(mpsc::TryRecvError::Empty) => tokio::time::sleep(Duration::from_millis(10)).await,
            Err(mpsc::TryRecvError::Disconnected) => panic!("the conversation ended"),
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_order_reaches_the_device_and_its_report_the_server_whatever_gets_lost() {
    let server = Server::default();
    {
        let mut script = server.0.lock().unwrap();
        script
            .hold
            .extend([Behaviour::NoAnswer, orders(vec![order()])]);
        script
            .report
            .extend([Behaviour::NoAnswer, Behaviour::Answer(String::new())]);
    }
    let (conversation, to_link, mut arriving) = converse(&server);
    assert!(matches!(next(&mut arriving).await, ToDevice::Order(arrived) if arrived == order()));
    to_link.send(FromDevice::TakenUp(1)).unwrap();
    to_link.send(FromDevice::Report(last_word())).unwrap();
    assert!(
        matches!(next(&mut arriving).await, ToDevice::Heard(action) if action.as_str() == "a1")
    );
    assert_eq!(server.heard(route::REPORT).len(), 2);
    let asked = server.heard(route::HOLD);
    assert_eq!(asked.last().unwrap()["acknowledged"], 1);
    drop(to_link);
    assert_eq!(conversation.await.unwrap(), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_report_goes_out_while_orders_are_waited_for() {
    let server = Server::default();
    server
        .0
        .lock()
        .unwrap()
        .report
        .push(Behaviour::Answer("{}".to_owned()));
    let (_conversation, to_link, mut arriving) = converse(&server);
    to_link.send(FromDevice::Report(last_word())).unwrap();
    assert!(matches!(next(&mut arriving).await, ToDevice::Heard(_)));
    assert_eq!(server.heard(route::HOLD).len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_ends_the_conversation_is_obeyed() {
    for (code, expected) in [
        (FaultCode::UnknownDevice, Stop::UnknownDevice),
        (FaultCode::Revoked, Stop::Revoked),
    ] {
        let server = Server::default();
        server.0.lock().unwrap().hold.push(Behaviour::Fault(code));
        let (conversation, _to_link, _arriving) = converse(&server);
        assert_eq!(conversation.await.unwrap(), Err(expected));
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_no_answer_is_asked_again_later() {
    let server = Server::default();
    let nonsense = ["", "<html>", r#"{"orders":[{"verb":"RunScript"}]}"#];
    server
        .0
        .lock()
        .unwrap()
        .hold
        .extend(nonsense.map(|text| Behaviour::Answer(text.to_owned())));
    server.0.lock().unwrap().hold.push(orders(vec![order()]));
    let (_conversation, _to_link, mut arriving) = converse(&server);
    assert!(matches!(next(&mut arriving).await, ToDevice::Order(_)));
    assert_eq!(server.heard(route::HOLD).len(), 4);
}
