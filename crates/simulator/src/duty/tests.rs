use std::time::Duration;

use quell_protocol::Verdict;

use super::*;
use crate::profile::Antivirus;

const FILE: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";

fn duty(behavior: Behavior, reinfected: bool) -> Duty {
    let files = BTreeMap::from([(FILE.parse().unwrap(), WirePath::from_bytes(b"/x"))]);
    let machine = MachineId::new("m1").unwrap();
    Duty::new(machine, "n".to_owned(), behavior, files, reinfected)
}

fn order(sequence: u64, action: &str, verb: Verb) -> Order {
    Order {
        sequence,
        machine_id: MachineId::new("m1").unwrap(),
        action_id: ActionId::new(action).unwrap(),
        expires_at: Timestamp::from_unix_seconds(100),
        verb,
    }
}

fn stop(sequence: u64, action: &str) -> Order {
    let verb = Verb::StopAndQuarantineFile {
        sha1: FILE.parse().unwrap(),
        comment: "c".to_owned(),
        requestor: None,
        force: false,
        hints: quell_protocol::Hints::default(),
        dry_run: false,
        stop_mappers: false,
    };
    order(sequence, action, verb)
}

fn answer(at: i64, orders: Vec<Order>) -> HoldResponse {
    HoldResponse {
        server_time: Timestamp::from_unix_seconds(at),
        orders,
        frozen: false,
        rotate_key: false,
    }
}

fn phase(turn: Turn) -> Phase {
    match turn {
        Turn::Report(report) => report.phase,
        other => panic!("no report: {other:?}"),
    }
}

fn reason(turn: Turn) -> Option<FailureReason> {
    match phase(turn) {
        Phase::Finished { result } => match result.verdict {
            Verdict::Succeeded => None,
            Verdict::Failed { reason, .. } => Some(reason),
        },
        other => panic!("not finished: {other:?}"),
    }
}

/// How an action ends that is taken up and carried out at once.
fn ending(duty: &mut Duty, sequence: u64) -> Option<FailureReason> {
    let now = Instant::now();
    duty.held(answer(0, vec![stop(sequence, "a")]), now);
    assert_eq!(phase(duty.next(now)), Phase::InProgress);
    reason(duty.next(now))
}

#[test]
fn file_that_was_taken_is_gone_unless_it_comes_back() {
    let mut once = duty(Behavior::default(), false);
    assert_eq!(ending(&mut once, 1), None);
    assert_eq!(ending(&mut once, 2), Some(FailureReason::FileNotFound));
    let mut again = duty(Behavior::default(), true);
    assert_eq!(ending(&mut again, 1), None);
    assert_eq!(ending(&mut again, 2), None);
}

#[test]
fn machine_fails_as_it_is_told_and_whenever_its_antivirus_is_off() {
    let fails = |antivirus, fails| Behavior {
        antivirus,
        fails,
        ..Behavior::default()
    };
    let full = Some(FailureReason::VaultUnavailable);
    let of = |behavior| ending(&mut duty(behavior, false), 1);
    assert_eq!(of(fails(Antivirus::Active, full)), full);
    assert_eq!(
        of(fails(Antivirus::Off, full)),
        Some(FailureReason::EngineOff)
    );
    for runs in [Antivirus::Active, Antivirus::Passive, Antivirus::Unknown] {
        assert_eq!(of(fails(runs, None)), None, "{runs:?}");
    }
}

#[test]
fn slow_machine_works_until_it_is_due_and_says_so_in_every_hold() {
    let slow = Behavior {
        delay: Duration::from_secs(30),
        ..Behavior::default()
    };
    let mut duty = duty(slow, false);
    let now = Instant::now();
    duty.held(answer(0, vec![stop(1, "a")]), now);
    assert_eq!(phase(duty.next(now)), Phase::InProgress);
    let due = now + slow.delay;
    assert_eq!(duty.next(now), Turn::At(due));
    assert_eq!(duty.hold().in_progress, [ActionId::new("a").unwrap()]);
    assert_eq!(reason(duty.next(due)), None);
    assert!(duty.hold().in_progress.is_empty());
    assert_eq!(duty.next(due), Turn::Idle);
}

#[test]
fn cancelled_action_is_given_up_and_the_file_stays() {
    let slow = Behavior {
        delay: Duration::from_secs(30),
        ..Behavior::default()
    };
    let mut duty = duty(slow, false);
    let now = Instant::now();
    duty.held(answer(0, vec![stop(1, "a")]), now);
    assert_eq!(phase(duty.next(now)), Phase::InProgress);
    duty.held(answer(0, vec![order(2, "a", Verb::CancelAction)]), now);
    assert_eq!(phase(duty.next(now)), Phase::Cancelled);
    assert_eq!(duty.next(now + slow.delay), Turn::Idle);
    assert_eq!(duty.files.len(), 1);
}

#[test]
fn order_is_acknowledged_carried_out_once_and_refused_when_late_or_for_another() {
    let mut duty = duty(Behavior::default(), true);
    assert_eq!(ending(&mut duty, 7), None);
    assert_eq!(duty.hold().acknowledged, 7);
    let now = Instant::now();
    duty.held(answer(0, vec![stop(7, "a")]), now);
    assert_eq!(duty.next(now), Turn::Idle, "the same order again");
    duty.held(answer(100, vec![stop(8, "b")]), now);
    assert_eq!(reason(duty.next(now)), Some(FailureReason::Expired));
    let mut foreign = stop(9, "c");
    foreign.machine_id = MachineId::new("m2").unwrap();
    duty.held(answer(0, vec![foreign]), now);
    assert_eq!(duty.next(now), Turn::Idle);
}

#[test]
fn lost_machine_takes_up_and_is_gone() {
    let lost = Behavior {
        connection: Connection::Lost,
        ..Behavior::default()
    };
    let mut duty = duty(lost, false);
    let now = Instant::now();
    assert_eq!(duty.next(now), Turn::Idle);
    duty.held(answer(0, vec![stop(1, "a")]), now);
    assert_eq!(phase(duty.next(now)), Phase::InProgress);
    assert_eq!(duty.next(now), Turn::Gone);
}

#[test]
fn impaired_machine_speaks_what_nobody_serves() {
    let impaired = Behavior {
        connection: Connection::Impaired,
        ..Behavior::default()
    };
    let spoken = duty(impaired, false).hold().protocol_version;
    assert!(spoken.check().is_err());
}

#[test]
fn report_that_nobody_heard_is_said_again_first() {
    let mut duty = duty(Behavior::default(), false);
    let now = Instant::now();
    duty.held(answer(0, vec![stop(1, "a")]), now);
    let Turn::Report(unheard) = duty.next(now) else {
        panic!("nothing to say")
    };
    duty.put_back(*unheard.clone());
    assert_eq!(duty.next(now), Turn::Report(unheard));
}

#[test]
fn every_hold_tells_the_same_life_and_another_count() {
    let mut duty = duty(Behavior::default(), false);
    let (one, two) = (duty.hold().life, duty.hold().life);
    assert_eq!((&one.nonce, one.start), (&two.nonce, two.start));
    assert_eq!((one.count, two.count), (1, 2));
}

#[test]
fn frozen_machine_begins_nothing_until_that_is_over() {
    let mut duty = duty(Behavior::default(), false);
    let now = Instant::now();
    let frozen = HoldResponse {
        frozen: true,
        ..answer(0, vec![stop(1, "a")])
    };
    duty.held(frozen, now);
    assert_eq!(phase(duty.next(now)), Phase::InProgress);
    assert_eq!(duty.next(now), Turn::Idle);
    assert!(duty.hold().frozen);
    duty.held(answer(0, Vec::new()), now);
    assert_eq!(reason(duty.next(now)), None);
}

#[test]
fn file_that_was_taken_can_be_put_back_once() {
    let mut duty = duty(Behavior::default(), false);
    assert_eq!(ending(&mut duty, 1), None);
    let now = Instant::now();
    for (sequence, expected) in [(2, None), (3, Some(FailureReason::FileNotFound))] {
        let verb = Verb::RestoreFile {
            sha1: FILE.parse().unwrap(),
            taken_by: None,
            conflict: quell_protocol::Conflict::default(),
            comment: "c".to_owned(),
            requestor: None,
        };
        duty.held(answer(0, vec![order(sequence, "r", verb)]), now);
        assert_eq!(phase(duty.next(now)), Phase::InProgress);
        assert_eq!(reason(duty.next(now)), expected);
    }
    assert_eq!(duty.files.len(), 1);
}
