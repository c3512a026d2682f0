use std::fmt;
use std::sync::Mutex;

use quell_model::MachineId;
use quell_protocol::{Life, Phase, ProtocolVersion, RotateRequest, Verb, route};
use tempfile::TempDir;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Metadata, Subscriber};

use super::*;
use crate::config::StateDir;
use crate::link::identity::tests::identity;
use crate::link::{Identity, IdentityError};

const SECOND: Duration = Duration::from_secs(1);

struct Scene {
    _directory: TempDir,
    state: Arc<StateDir>,
    conversation: Conversation,
    at: Moment,
}

fn scene() -> Scene {
    let directory = tempfile::tempdir().unwrap();
    let state = Arc::new(StateDir::open(&directory.path().join("s")).unwrap());
    let session = Session::new(MachineId::new("m1").unwrap(), 1, "n".to_owned(), 0);
    let keyring = Keyring::new(identity(), Arc::clone(&state), Duration::MAX);
    let at = Moment {
        now: Instant::now(),
        today: SystemTime::now(),
        chance: 0,
    };
    Scene {
        _directory: directory,
        state,
        conversation: Conversation::new(session, keyring),
        at,
    }
}

impl Scene {
    /// What is sent now, with the path that it goes to.
    fn due(&mut self) -> Vec<Request> {
        self.conversation.due(self.at).unwrap().0
    }

    fn the(&mut self, route: Route) -> Request {
        let mut due = self.due();
        due.retain(|request| request.route == route);
        assert_eq!(due.len(), 1, "{route:?}");
        due.remove(0)
    }

    fn answer(&mut self, to: &Request, answer: Result<Answer, ExchangeError>) -> Vec<ToDevice> {
        self.conversation.answered(to.id, answer, self.at).unwrap()
    }

    fn later(&mut self, by: Duration) {
        self.at.now += by;
    }
}

fn refused(code: FaultCode) -> Result<Answer, ExchangeError> {
    Err(ExchangeError::Refused {
        code,
        message: "because".to_owned(),
        server_time: None,
    })
}

fn orders(orders: Vec<Order>) -> Result<Answer, ExchangeError> {
    Ok(Answer::Orders(HoldResponse {
        server_time: Timestamp::UNIX_EPOCH,
        orders,
        frozen: false,
        rotate_key: false,
    }))
}

fn order(machine: &str) -> Order {
    Order {
        sequence: 1,
        machine_id: MachineId::new(machine).unwrap(),
        action_id: ActionId::new("a1").unwrap(),
        expires_at: Timestamp::LAST,
        verb: Verb::CancelAction,
    }
}

fn last_word() -> FromDevice {
    FromDevice::Report(Report {
        protocol_version: ProtocolVersion::CURRENT,
        action_id: ActionId::new("a1").unwrap(),
        phase: Phase::Cancelled,
    })
}

#[test]
fn an_order_reaches_the_device_and_its_report_the_server_whatever_gets_lost() {
    let mut scene = scene();
    let lost = scene.the(Route::Hold);
    assert!(scene.due().is_empty(), "asks twice at a time");
    scene.answer(&lost, Err(ExchangeError::cut_off("lost")));
    scene.later(SECOND);
    let hold = scene.the(Route::Hold);
    let passed_on = scene.answer(&hold, orders(vec![order("m1")]));
    assert_eq!(passed_on, [ToDevice::Order(order("m1"))]);
    scene.conversation.hear(FromDevice::TakenUp(1));
    scene.conversation.hear(last_word());
    let report = scene.the(Route::Report);
    scene.answer(&report, Err(ExchangeError::cut_off("lost")));
    scene.later(SECOND);
    let report = scene.the(Route::Report);
    let passed_on = scene.answer(&report, Ok(Answer::Heard));
    assert_eq!(passed_on, [ToDevice::Heard(ActionId::new("a1").unwrap())]);
}

#[test]
fn what_the_network_half_had_not_carried_the_next_one_carries() {
    let mut scene = scene();
    scene.conversation.hear(last_word());
    let before: Vec<Route> = scene.due().iter().map(|request| request.route).collect();
    assert_eq!(before, [Route::Hold, Route::Report]);
    scene.conversation.cut_off(scene.at).unwrap();
    assert!(scene.due().is_empty(), "no pause at all");
    scene.later(SECOND);
    let again: Vec<Request> = scene.due();
    assert_eq!(again.len(), 2);
    let asked = |request: &Request| {
        let body: serde_json::Value = serde_json::from_slice(&request.body).unwrap();
        serde_json::from_value::<Life>(body["life"].clone()).unwrap()
    };
    assert_eq!(
        asked(&again[0]).count,
        2,
        "the same request twice looks like a clone"
    );
}

#[test]
fn an_answer_to_nothing_changes_nothing() {
    let mut scene = scene();
    let hold = scene.the(Route::Hold);
    let unasked = scene
        .conversation
        .answered(hold.id + 7, orders(vec![order("m1")]), scene.at);
    assert_eq!(unasked.unwrap(), []);
    scene.answer(&hold, orders(Vec::new()));
    let twice = scene
        .conversation
        .answered(hold.id, orders(vec![order("m1")]), scene.at);
    assert_eq!(twice.unwrap(), []);
}

#[test]
fn an_order_for_another_machine_reaches_nobody() {
    let mut scene = scene();
    let hold = scene.the(Route::Hold);
    assert_eq!(scene.answer(&hold, orders(vec![order("m2")])), []);
}

#[test]
fn an_answer_of_another_kind_brings_no_orders_and_is_asked_for_again() {
    let mut scene = scene();
    let hold = scene.the(Route::Hold);
    assert_eq!(scene.answer(&hold, Ok(Answer::Heard)), []);
    scene.later(SECOND);
    scene.the(Route::Hold);
}

#[test]
fn a_server_that_ends_the_conversation_is_obeyed() {
    for (code, expected) in [
        (FaultCode::UnknownDevice, Stop::UnknownDevice),
        (FaultCode::Revoked, Stop::Revoked),
    ] {
        let mut scene = scene();
        let hold = scene.the(Route::Hold);
        let ended = scene
            .conversation
            .answered(hold.id, refused(code), scene.at);
        assert_eq!(ended, Err(expected));
    }
}

#[test]
fn a_network_half_that_leaves_a_request_unanswered_hangs() {
    let mut scene = scene();
    scene.the(Route::Hold);
    assert!(!scene.conversation.is_overdue(scene.at.now));
    scene.later(OVERDUE);
    assert!(scene.conversation.is_overdue(scene.at.now));
    scene.conversation.cut_off(scene.at).unwrap();
    assert!(!scene.conversation.is_overdue(scene.at.now));
}

/// Lets the server ask for a new key; answers the proposal.
fn proposal(scene: &mut Scene) -> Request {
    let hold = scene.the(Route::Hold);
    let asks = Ok(Answer::Orders(HoldResponse {
        server_time: Timestamp::UNIX_EPOCH,
        orders: Vec::new(),
        frozen: false,
        rotate_key: true,
    }));
    scene.answer(&hold, asks);
    scene.the(Route::Rotate)
}

fn key_in(request: &Request) -> String {
    let message: RotateRequest = serde_json::from_slice(&request.body).unwrap();
    message.new_public_key
}

#[test]
fn the_key_is_on_the_disk_before_it_is_proposed_and_alone_there_in_the_end() {
    let mut scene = scene();
    let first = scene.conversation.keyring.identity().key.public();
    let nothing_yet = matches!(
        Identity::load(&scene.state),
        Err(IdentityError::NotEnrolled)
    );
    assert!(nothing_yet);
    let proposal = proposal(&mut scene);
    let next = key_in(&proposal);
    let stored = Identity::load(&scene.state).unwrap();
    assert_eq!(stored.key.public(), first);
    assert_eq!(stored.next_key.as_ref().unwrap().public(), next);
    scene.answer(&proposal, Ok(Answer::Heard));
    let takeover = scene.the(Route::Rotate);
    assert_eq!(key_in(&takeover), next);
    assert_ne!(takeover.proof, proposal.proof);
    scene.answer(&takeover, Ok(Answer::Heard));
    let stored = Identity::load(&scene.state).unwrap();
    assert_eq!(stored.key.public(), next);
    assert!(stored.next_key.is_none());
    assert_eq!(scene.conversation.keyring.identity().key.public(), next);
}

#[test]
fn a_change_of_the_key_that_was_cut_off_goes_on_with_the_same_key() {
    let mut scene = scene();
    let first = proposal(&mut scene);
    scene.conversation.cut_off(scene.at).unwrap();
    scene.later(SECOND);
    let again = scene.the(Route::Rotate);
    assert_eq!(key_in(&again), key_in(&first));
    // The server had come as far as to forget the old key.
    scene.answer(&again, refused(FaultCode::InvalidAssertion));
    let takeover = scene.the(Route::Rotate);
    assert_eq!(takeover.route.path(), route::ROTATE);
    assert_eq!(key_in(&takeover), key_in(&first));
}

#[test]
fn a_server_that_refuses_a_new_key_leaves_the_old_one_in_use() {
    let mut scene = scene();
    let before = scene.conversation.keyring.identity().key.public();
    let proposal = proposal(&mut scene);
    scene.answer(&proposal, refused(FaultCode::Unavailable));
    assert_eq!(scene.conversation.keyring.identity().key.public(), before);
}

/// What is logged by this thread, as it would stand in a log of text.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<String>>);

impl Visit for Log {
    fn record_debug(&mut self, _: &Field, value: &dyn fmt::Debug) {
        self.0.lock().unwrap().push_str(&format!("{value:?} "));
    }

    /// As it is: a log of text takes no pains with what it is given as text.
    fn record_str(&mut self, _: &Field, value: &str) {
        self.0.lock().unwrap().push_str(value);
    }
}

impl Subscriber for Log {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn event(&self, event: &Event<'_>) {
        event.record(&mut self.clone());
    }
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

#[test]
fn a_server_writes_no_lines_of_its_own_into_the_log() {
    let hostile = "x\n2026 INFO all is well\u{1b}[2J";
    let log = Log::default();
    tracing::subscriber::with_default(log.clone(), || {
        let mut scene = scene();
        let named = |sequence, machine: &str| Order {
            sequence,
            action_id: ActionId::new(hostile).unwrap(),
            ..order(machine)
        };
        let hold = scene.the(Route::Hold);
        scene.answer(&hold, orders(vec![named(1, "m1"), named(2, hostile)]));
        scene.later(SECOND);
        let hold = scene.the(Route::Hold);
        let unreadable = ExchangeError::Unreadable(hostile.to_owned());
        scene.answer(&hold, Err(unreadable));
    });
    let logged = log.0.lock().unwrap();
    assert_eq!(logged.matches("all is well").count(), 4, "{logged}");
    assert!(!logged.contains(char::is_control), "{logged:?}");
}
