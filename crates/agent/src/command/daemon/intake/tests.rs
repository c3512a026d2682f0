use quell_model::{MachineId, Sha1, Timestamp};
use tempfile::TempDir;

use super::super::events::Event;
use super::*;
use crate::engine::EngineConfig;
use crate::find::Scope;
use crate::protect::ProtectedSet;
use crate::vault::Vault;

struct Scene {
    _directory: TempDir,
    intake: Intake,
    events: mpsc::Receiver<Event>,
    doing: mpsc::Receiver<Work>,
}

fn scene() -> Scene {
    let directory = tempfile::tempdir().unwrap();
    let state = directory.path().join("state");
    let config = EngineConfig::new(state.clone(), Scope::machine(Vec::new()));
    let vault = Vault::open(&directory.path().join("vault")).unwrap();
    let protected = Arc::new(ProtectedSet::of_this_machine(None));
    let engine = Arc::new(Engine::open(config, Box::new(vault), Box::new(protected)).unwrap());
    let (main, events) = mpsc::channel();
    let main = ToMain(main);
    let (to_do, doing) = mpsc::channel();
    let gap = Gap::default();
    let intake = Intake {
        engine,
        to_do,
        main,
        gap,
    };
    Scene {
        _directory: directory,
        intake,
        events,
        doing,
    }
}

fn order(sequence: u64, action: &str, verb: Verb) -> Order {
    Order {
        sequence,
        machine_id: MachineId::new("m").unwrap(),
        action_id: ActionId::new(action).unwrap(),
        expires_at: Timestamp::LAST,
        verb,
    }
}

fn stop() -> Verb {
    Verb::StopAndQuarantineFile {
        sha1: Sha1::OF_NOTHING,
        comment: "why".to_owned(),
        requestor: None,
        force: false,
        hints: quell_protocol::Hints::default(),
        dry_run: false,
        stop_mappers: false,
    }
}

fn orders_given(scene: &Scene) -> usize {
    let is_order = |work: &Work| matches!(work, Work::CarryOut(_));
    scene.doing.try_iter().filter(is_order).count()
}

fn said(events: &mpsc::Receiver<Event>) -> Vec<String> {
    let said = |event| match event {
        Event::Device(event) => event,
        other => panic!("{other:?}"),
    };
    events
        .try_iter()
        .map(said)
        .map(|event| match event {
            FromDevice::TakenUp(sequence) => format!("taken {sequence}"),
            FromDevice::NotTakenUp(sequence) => format!("declined {sequence}"),
            FromDevice::Report(report) => match report.phase {
                Phase::InProgress => format!("{} in progress", report.action_id),
                Phase::Cancelled => format!("{} cancelled", report.action_id),
                other => format!("{} {other:?}", report.action_id),
            },
            other => format!("{other:?}"),
        })
        .collect()
}

#[test]
fn an_order_is_taken_up_told_and_passed_on() {
    let mut scene = scene();
    scene.intake.take_up(order(3, "a", stop()));
    assert_eq!(said(&scene.events), ["taken 3", "a in progress"]);
    assert_eq!(orders_given(&scene), 1);
    assert_eq!(scene.intake.engine.acknowledged().unwrap(), 3);
}

#[test]
fn a_cancellation_takes_effect_without_waiting_for_the_worker() {
    let mut scene = scene();
    scene.intake.take_up(order(1, "a", stop()));
    scene.intake.take_up(order(2, "a", Verb::CancelAction));
    scene.intake.take_up(order(3, "b", Verb::CancelAction));
    let expected = [
        "taken 1",
        "a in progress",
        "taken 2",
        "a in progress",
        "taken 3",
        "b cancelled",
    ];
    assert_eq!(said(&scene.events), expected);
    assert_eq!(orders_given(&scene), 1, "a cancellation is no work");
}

#[test]
fn an_action_that_ended_is_only_reported_again() {
    let mut scene = scene();
    scene.intake.take_up(order(1, "a", Verb::CancelAction));
    said(&scene.events);
    scene.intake.take_up(order(2, "a", stop()));
    assert_eq!(said(&scene.events), ["taken 2", "a cancelled"]);
    assert_eq!(orders_given(&scene), 0);
    scene.intake.heard(&ActionId::new("a").unwrap());
    assert!(scene.intake.engine.unreported().unwrap().is_empty());
}

#[test]
fn nothing_overtakes_an_order_that_could_not_be_taken_up() {
    let mut scene = scene();
    scene.intake.gap.opens_at(5);
    scene.intake.take_up(order(6, "b", stop()));
    assert_eq!(said(&scene.events), ["declined 6"]);
    scene.intake.take_up(order(5, "a", stop()));
    scene.intake.take_up(order(6, "b", stop()));
    let expected = ["taken 5", "a in progress", "taken 6", "b in progress"];
    assert_eq!(said(&scene.events), expected);
}
