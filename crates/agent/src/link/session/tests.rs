use quell_protocol::{FaultCode, Hints, MachineFacts, Verb};

use super::*;

const SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";

fn session() -> Session {
    Session::new(MachineId::new("m1").unwrap(), 3, "n".to_owned(), 4)
}

fn order(sequence: u64) -> Order {
    Order {
        sequence,
        machine_id: MachineId::new("m1").unwrap(),
        action_id: ActionId::new(format!("a{sequence}")).unwrap(),
        expires_at: Timestamp::from_unix_seconds(1000),
        verb: Verb::StopAndQuarantineFile {
            sha1: SHA1.parse().unwrap(),
            comment: "why".to_owned(),
            requestor: None,
            force: false,
            hints: Hints::default(),
            dry_run: false,
            stop_mappers: false,
        },
    }
}

fn answer(orders: Vec<Order>) -> HoldResponse {
    HoldResponse {
        server_time: Timestamp::from_unix_seconds(999),
        orders,
        frozen: false,
        rotate_key: false,
    }
}

fn refused(code: FaultCode) -> ExchangeError {
    ExchangeError::Refused {
        code,
        message: "because".to_owned(),
        server_time: None,
    }
}

fn report(action: &str, phase: Phase) -> Report {
    let action_id = ActionId::new(action).unwrap();
    Report {
        protocol_version: ProtocolVersion::CURRENT,
        action_id,
        phase,
    }
}

fn inventory(complete: bool) -> Inventory {
    Inventory {
        protocol_version: ProtocolVersion::CURRENT,
        machine: MachineFacts {
            computer_dns_name: "h".to_owned(),
            os_platform: "Debian".to_owned(),
            version: None,
            os_architecture: None,
            os_processor: None,
            ip_addresses: Vec::new(),
            agent_version: "0".to_owned(),
            degraded: Vec::new(),
        },
        complete,
        sightings: Vec::new(),
    }
}

fn held(session: &mut Session, orders: Vec<Order>, now: Instant) -> Vec<Ruling> {
    assert!(matches!(session.hold(now), Turn::Now(_)), "not asking");
    session.held(Ok(answer(orders)), now, 0).unwrap()
}

fn asks_with(session: &mut Session, now: Instant) -> u64 {
    match session.hold(now) {
        Turn::Now(request) => request.acknowledged,
        other => panic!("{other:?}"),
    }
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn one_request_is_held_at_a_time() {
    let (mut session, now) = (session(), Instant::now());
    assert_eq!(asks_with(&mut session, now), 4);
    assert_eq!(session.hold(now), Turn::Idle);
}

#[test]
fn a_hold_that_lasted_is_followed_by_the_next_at_once() {
    let (mut session, now) = (session(), Instant::now());
    session.hold(now);
    session
        .held(Ok(answer(Vec::new())), now + 50 * SECOND, 0)
        .unwrap();
    assert!(matches!(session.hold(now + 50 * SECOND), Turn::Now(_)));
}

#[test]
fn a_server_that_does_not_hold_is_not_asked_in_circles() {
    let (mut session, now) = (session(), Instant::now());
    held(&mut session, Vec::new(), now);
    assert_eq!(session.hold(now), Turn::At(now + SECOND));
}

#[test]
fn an_order_is_acknowledged_when_it_is_durable_and_not_before() {
    let (mut session, now) = (session(), Instant::now());
    let rulings = held(&mut session, vec![order(5)], now);
    assert_eq!(rulings, [Ruling::CarryOut(order(5))]);
    assert_eq!(session.hold(now), Turn::At(now + SECOND));
    session.taken_up(5);
    assert_eq!(asks_with(&mut session, now), 5);
}

#[test]
fn a_gap_is_not_acknowledged() {
    let (mut session, now) = (session(), Instant::now());
    held(&mut session, vec![order(5), order(6)], now);
    session.taken_up(6);
    assert_eq!(asks_with(&mut session, now + SECOND), 4);
    session.taken_up(5);
    session
        .held(Ok(answer(Vec::new())), now + SECOND, 0)
        .unwrap();
    assert_eq!(asks_with(&mut session, now + 2 * SECOND), 6);
}

#[test]
fn an_order_is_passed_on_once_until_the_device_declines_it() {
    let (mut session, now) = (session(), Instant::now());
    held(&mut session, vec![order(5)], now);
    assert_eq!(held(&mut session, vec![order(5)], now + SECOND), []);
    session.not_taken_up(5);
    let rulings = held(&mut session, vec![order(5)], now + 2 * SECOND);
    assert_eq!(rulings, [Ruling::CarryOut(order(5))]);
}

#[test]
fn what_follows_a_declined_order_is_not_acknowledged_before_it() {
    let (mut session, now) = (session(), Instant::now());
    held(&mut session, vec![order(5), order(6)], now);
    session.not_taken_up(5);
    session.taken_up(6);
    let later = now + SECOND;
    let rulings = held(&mut session, vec![order(5), order(6)], later);
    assert_eq!(rulings, [Ruling::CarryOut(order(5))]);
    assert_eq!(asks_with(&mut session, later + SECOND), 4);
    session.taken_up(5);
    session
        .held(Ok(answer(Vec::new())), later + SECOND, 0)
        .unwrap();
    assert_eq!(asks_with(&mut session, later + 2 * SECOND), 6);
}

#[test]
fn a_declined_order_that_was_withdrawn_holds_nothing_up() {
    let (mut session, now) = (session(), Instant::now());
    held(&mut session, vec![order(5), order(6)], now);
    session.not_taken_up(5);
    session.taken_up(6);
    held(&mut session, vec![order(6)], now + SECOND);
    assert_eq!(asks_with(&mut session, now + SECOND), 6);
}

#[test]
fn an_old_order_handed_out_again_is_passed_on_so_that_its_report_is_repeated() {
    let (mut session, now) = (session(), Instant::now());
    assert_eq!(
        held(&mut session, vec![order(2)], now),
        [Ruling::CarryOut(order(2))]
    );
    session.taken_up(2);
    assert_eq!(session.hold(now), Turn::At(now + SECOND), "asks in circles");
    assert_eq!(asks_with(&mut session, now + SECOND), 4);
}

#[test]
fn an_expired_order_is_acknowledged_and_reported_as_failed() {
    let (mut session, now) = (session(), Instant::now());
    let expired = Order {
        expires_at: Timestamp::from_unix_seconds(999),
        ..order(5)
    };
    let rulings = held(&mut session, vec![expired.clone()], now);
    assert_eq!(rulings, [Ruling::Expired(expired)]);
    assert_eq!(asks_with(&mut session, now), 5);
    let Turn::Now(Report {
        phase: Phase::Finished { result },
        ..
    }) = session.next_report(now)
    else {
        panic!("no report")
    };
    assert!(matches!(
        result.verdict,
        Verdict::Failed {
            reason: FailureReason::Expired,
            ..
        }
    ));
}

#[test]
fn an_order_for_another_machine_is_neither_carried_out_nor_acknowledged() {
    let (mut session, now) = (session(), Instant::now());
    let foreign = Order {
        machine_id: MachineId::new("m2").unwrap(),
        ..order(5)
    };
    let rulings = held(&mut session, vec![foreign.clone()], now);
    assert_eq!(rulings, [Ruling::NotOurs(foreign)]);
    assert_eq!(asks_with(&mut session, now + SECOND), 4);
}

#[test]
fn codes_that_end_the_asking_end_it_and_others_do_not() {
    let now = Instant::now();
    let stops = [
        (FaultCode::UnknownDevice, Some(Stop::UnknownDevice)),
        (FaultCode::Revoked, Some(Stop::Revoked)),
        (
            FaultCode::UnsupportedVersion,
            Some(Stop::UnsupportedVersion {
                message: "because".to_owned(),
            }),
        ),
        (FaultCode::ClockSkew, None),
        (FaultCode::InvalidAssertion, None),
        (FaultCode::InvalidMessage, None),
        (FaultCode::Unavailable, None),
        (FaultCode::Other, None),
    ];
    for (code, expected) in stops {
        let mut session = session();
        session.hold(now);
        let stopped = session.held(Err(&refused(code)), now, 0).err();
        assert_eq!(stopped, expected, "{code:?}");
        if expected.is_none() {
            assert!(
                matches!(session.hold(now), Turn::At(_)),
                "{code:?} is asked in circles"
            );
        }
    }
}

#[test]
fn failures_are_followed_by_growing_pauses_and_a_skewed_clock_by_a_long_one() {
    let (mut session, mut now) = (session(), Instant::now());
    for milliseconds in [250, 500, 1000] {
        session.hold(now);
        session
            .held(Err(&refused(FaultCode::Unavailable)), now, u32::MAX)
            .unwrap();
        let later = now + Duration::from_millis(milliseconds);
        assert_eq!(session.hold(now), Turn::At(later));
        now = later;
    }
    session.hold(now);
    session
        .held(Err(&refused(FaultCode::ClockSkew)), now, u32::MAX)
        .unwrap();
    assert_eq!(session.hold(now), Turn::At(now + 60 * SECOND));
}

#[test]
fn a_report_is_repeated_until_it_is_acknowledged() {
    let (mut session, now) = (session(), Instant::now());
    let finished = report("a", Phase::Cancelled);
    session.report(finished.clone());
    assert_eq!(session.next_report(now), Turn::Now(finished.clone()));
    let settled = session
        .reported(Err(&refused(FaultCode::Unavailable)), now, 0)
        .unwrap();
    assert_eq!(settled, None);
    assert!(matches!(session.next_report(now), Turn::At(_)));
    let later = now + SECOND;
    assert_eq!(session.next_report(later), Turn::Now(finished));
    let settled = session.reported(Ok(()), later, 0).unwrap();
    assert_eq!(settled, Some(ActionId::new("a").unwrap()));
    assert_eq!(session.next_report(later), Turn::Idle);
}

#[test]
fn a_report_that_the_server_does_not_want_is_not_repeated() {
    for code in [FaultCode::InvalidMessage, FaultCode::UnknownAction] {
        let (mut session, now) = (session(), Instant::now());
        session.report(report("a", Phase::Cancelled));
        session.next_report(now);
        let settled = session.reported(Err(&refused(code)), now, 0).unwrap();
        assert_eq!(settled, Some(ActionId::new("a").unwrap()));
        assert_eq!(session.next_report(now + SECOND), Turn::Idle);
    }
}

#[test]
fn actions_in_progress_are_told_while_orders_are_asked_for() {
    let (mut session, now) = (session(), Instant::now());
    session.report(report("a", Phase::InProgress));
    session.report(report("b", Phase::InProgress));
    session.report(report("a", Phase::Cancelled));
    let Turn::Now(request) = session.hold(now) else {
        panic!("not asking")
    };
    assert_eq!(request.in_progress, [ActionId::new("b").unwrap()]);
}

#[test]
fn no_more_actions_are_told_than_the_server_reads() {
    let (mut session, now) = (session(), Instant::now());
    for action in 0..2 * MAX_IN_PROGRESS {
        session.report(report(&format!("a{action}"), Phase::InProgress));
    }
    let Turn::Now(request) = session.hold(now) else {
        panic!("not asking")
    };
    assert_eq!(request.in_progress.len(), MAX_IN_PROGRESS);
}

#[test]
fn an_inventory_is_told_in_order_and_gives_way_to_a_newer_one() {
    let (mut session, now) = (session(), Instant::now());
    session.everything(vec![inventory(true), inventory(false)]);
    let Turn::Now(first) = session.next_inventory(now) else {
        panic!("nothing to tell")
    };
    assert!(first.complete);
    assert_eq!(session.next_inventory(now), Turn::Idle);
    session
        .listed(first, Err(&refused(FaultCode::Unavailable)), now, 0)
        .unwrap();
    let later = now + SECOND;
    let Turn::Now(again) = session.next_inventory(later) else {
        panic!("nothing to tell")
    };
    assert!(again.complete, "the second part overtook the first");

    session.everything(vec![inventory(true)]);
    session
        .listed(again, Err(&refused(FaultCode::Unavailable)), later, 0)
        .unwrap();
    let later = later + SECOND;
    let Turn::Now(newer) = session.next_inventory(later) else {
        panic!("nothing to tell")
    };
    session.listed(newer, Ok(()), later, 0).unwrap();
    assert_eq!(
        session.next_inventory(later),
        Turn::Idle,
        "the older one was told after the newer"
    );
}

#[test]
fn additions_follow_what_waits_and_do_not_fill_the_memory() {
    let (mut session, now) = (session(), Instant::now());
    session.everything(vec![inventory(true)]);
    for _ in 0..2 * MOST_ADDITIONS {
        session.addition(vec![inventory(false)]);
    }
    assert_eq!(session.inventory.len(), MOST_ADDITIONS);
    let Turn::Now(first) = session.next_inventory(now) else {
        panic!("nothing to tell")
    };
    assert!(first.complete);
}

#[test]
fn every_request_for_orders_tells_the_life_and_has_a_number_of_its_own() {
    let (mut session, now) = (session(), Instant::now());
    let mut counts = Vec::new();
    for minute in 0..3 {
        let now = now + 60 * minute * SECOND;
        let Turn::Now(request) = session.hold(now) else {
            panic!("not asking")
        };
        assert_eq!(session.hold(now), Turn::Idle);
        assert_eq!((request.life.start, &*request.life.nonce), (3, "n"));
        counts.push(request.life.count);
        let answer = match minute {
            // One that is lost is counted too: nobody knows whether it arrived.
            1 => session.held(Err(&refused(FaultCode::Unavailable)), now, 0),
            _ => session.held(Ok(answer(Vec::new())), now, 0),
        };
        answer.unwrap();
    }
    assert_eq!(counts, [1, 2, 3]);
}

#[test]
fn frozen_server_is_told_of_once_and_remembered() {
    let (mut session, now) = (session(), Instant::now());
    let mut ask = |frozen, minute: u32| {
        let now = now + 60 * minute * SECOND;
        let Turn::Now(request) = session.hold(now) else {
            panic!("not asking")
        };
        let answer = HoldResponse {
            frozen,
            ..answer(Vec::new())
        };
        (request.frozen, session.held(Ok(answer), now, 0).unwrap())
    };
    assert_eq!(ask(false, 0), (false, vec![]));
    assert_eq!(ask(true, 1), (false, vec![Ruling::Frozen(true)]));
    assert_eq!(ask(true, 2), (true, vec![]));
    assert_eq!(ask(false, 3), (true, vec![Ruling::Frozen(false)]));
}

#[test]
fn key_is_changed_when_the_server_asks_and_again_after_a_failure() {
    let (mut session, now) = (session(), Instant::now());
    assert_eq!(session.next_rotation(now), Turn::Idle);
    session.hold(now);
    let asks = HoldResponse {
        rotate_key: true,
        ..answer(Vec::new())
    };
    session.held(Ok(asks), now, 0).unwrap();
    assert_eq!(session.next_rotation(now), Turn::Now(()));
    assert_eq!(session.next_rotation(now), Turn::Idle, "two at a time");
    let failure = refused(FaultCode::Unavailable);
    session.rotated(Err(&failure), now, 0).unwrap();
    assert!(matches!(session.next_rotation(now), Turn::At(_)));
    assert_eq!(session.next_rotation(now + 60 * SECOND), Turn::Now(()));
    session.rotated(Ok(()), now, 0).unwrap();
    assert_eq!(session.next_rotation(now + 120 * SECOND), Turn::Idle);
}

#[test]
fn order_to_restore_that_comes_too_late_is_told_so() {
    let (mut session, now) = (session(), Instant::now());
    let late = Order {
        expires_at: Timestamp::from_unix_seconds(999),
        verb: Verb::RestoreFile {
            sha1: SHA1.parse().unwrap(),
            taken_by: None,
            conflict: quell_protocol::Conflict::Fail,
            comment: "why".to_owned(),
            requestor: None,
        },
        ..order(5)
    };
    let ruled = held(&mut session, vec![late.clone()], now);
    assert_eq!(ruled, [Ruling::Expired(late)]);
    assert!(matches!(session.next_report(now), Turn::Now(_)));
}
