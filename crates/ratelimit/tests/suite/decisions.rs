//! The exact answers of the pure log.

use std::time::Duration;

use quell_ratelimit::{
    Decision, LogState, Margins, Moment, PermitId, Policy, Priority, PushBack, Quota, RollingLog,
    Share, UnknownPermit, Wait, Window,
};

fn at(seconds: u64) -> Moment {
    Moment::after_epoch(Duration::from_secs(seconds))
}

fn log(quota: &str) -> RollingLog {
    let quota = Quota::parse(quota).unwrap();
    RollingLog::new(
        Policy::new(quota)
            .margins(Margins::NONE)
            .grace(Duration::from_secs(30)),
    )
}

fn granted(log: &mut RollingLog, now: Moment) -> PermitId {
    match log.acquire(Priority::Batch, now) {
        Decision::Granted(id) => id,
        Decision::Wait(wait) => panic!("a permit was due, not {wait:?}"),
    }
}

#[test]
fn wait_names_the_moment_when_the_slot_frees() {
    let mut log = log("2/60s,3/3600s");
    for second in [0, 5] {
        let id = granted(&mut log, at(second));
        log.complete(id, at(second + 1));
    }
    assert_eq!(
        log.acquire(Priority::Batch, at(10)),
        Decision::Wait(Wait::Until(at(61)))
    );
    let id = granted(&mut log, at(61));
    log.complete(id, at(62));
    assert_eq!(
        log.acquire(Priority::Batch, at(70)),
        Decision::Wait(Wait::Until(at(3601)))
    );
    granted(&mut log, at(3601));
}

#[test]
fn wait_for_a_completion_bounds_the_time_on_both_sides() {
    let mut log = log("1/60s");
    let id = granted(&mut log, at(0));
    let wait = |not_before, expiry| Decision::Wait(Wait::Completion { not_before, expiry });
    assert_eq!(
        log.acquire(Priority::Batch, at(1)),
        wait(at(61), None),
        "not sent: no expiry"
    );
    log.sent(id, at(6), at(2)).unwrap();
    assert_eq!(
        log.acquire(Priority::Batch, at(3)),
        wait(at(63), Some(at(36)))
    );
    assert_eq!(
        log.acquire(Priority::Batch, at(40)),
        Decision::Wait(Wait::Until(at(96))),
        "given up at 36"
    );
}

#[test]
fn pause_outlasts_a_free_slot_and_ends() {
    let mut log = log("9/60s");
    log.pause(at(100), at(0));
    log.pause(at(50), at(0));
    assert_eq!(
        log.acquire(Priority::Batch, at(1)),
        Decision::Wait(Wait::Until(at(100)))
    );
    granted(&mut log, at(100));
}

#[test]
fn time_that_runs_backwards_frees_nothing_early() {
    let mut log = log("1/60s");
    let id = granted(&mut log, at(100));
    log.complete(id, at(90));
    assert_eq!(
        log.acquire(Priority::Batch, at(0)),
        Decision::Wait(Wait::Until(at(160)))
    );
}

#[test]
fn permit_that_is_not_out_cannot_be_sent() {
    let mut log = log("1/60s");
    let id = granted(&mut log, at(0));
    log.abandon(id, at(0));
    assert_eq!(log.sent(id, at(9), at(1)), Err(UnknownPermit(id)));
}

#[test]
fn forecast_is_the_schedule_of_a_backlog() {
    let mut log = log("2/60s,5/3600s");
    let id = granted(&mut log, at(0));
    log.complete(id, at(0));
    let schedule = [0, 60, 60, 120, 3600, 3600, 3660, 3660, 3720, 7200].map(at);
    for (ahead, expected) in (0..).zip(schedule) {
        assert_eq!(
            log.forecast(ahead, Priority::Batch, at(0)),
            expected,
            "{ahead} ahead"
        );
    }
}

#[test]
fn times_at_the_end_of_the_range_do_not_panic() {
    let mut log = log("1/60s");
    let end = Moment::after_epoch(Duration::MAX);
    let id = granted(&mut log, end);
    log.sent(id, end, end).unwrap();
    log.complete(id, end);
    let _ = log.acquire(Priority::Batch, end);
    let _ = (log.forecast(9, Priority::Batch, end), log.snapshot(end));
}

/// A store that lost a row must not hand out the name of a permit that is out.
#[test]
fn damaged_state_gives_no_name_twice() {
    let mut log = log("5/60s");
    for _ in 0..3 {
        granted(&mut log, at(0));
    }
    let state = LogState {
        next_id: 0,
        ..log.state()
    };
    let mut resumed = RollingLog::resume(Quota::parse("5/60s").unwrap(), &state);
    let id = granted(&mut resumed, at(1));
    assert!(state.open.iter().all(|permit| permit.id != id));
    assert_eq!(resumed.snapshot(at(1)).in_flight, 4);
}

#[test]
fn even_pace_follows_the_share_and_what_was_learned() {
    let hour = Duration::from_secs(3600);
    let policy = Policy::new(Quota::parse("100/60s,1500/3600s").unwrap()).margins(Margins::NONE);
    let even = |policy: Policy| RollingLog::new(policy).snapshot(at(0)).spacing;
    let evenly = policy.even_over(hour).unwrap();
    assert_eq!(even(evenly.clone()), Duration::from_millis(2400));
    assert_eq!(
        even(evenly.clone().share(Share::percent(50))),
        Duration::from_millis(4800)
    );
    let slower = Duration::from_secs(9);
    assert_eq!(even(evenly.clone().spacing(slower)), slower);

    let mut log = RollingLog::new(evenly);
    let id = granted(&mut log, at(0));
    let named = Window::new(750, hour).unwrap();
    let refusal = PushBack::new()
        .retry_after(Duration::from_secs(60))
        .window(named);
    log.refused(id, &refusal, at(1));
    assert_eq!(log.snapshot(at(1)).spacing, Duration::from_millis(4800));
}

#[test]
fn unsent_permit_is_taken_back_at_the_end_of_its_lease() {
    let policy = Policy::new(Quota::parse("1/60s").unwrap()).lease(Duration::from_secs(10));
    let mut log = RollingLog::new(policy);
    let lost = granted(&mut log, at(0));
    let wait = Wait::Completion {
        not_before: at(60) + Duration::from_millis(50),
        expiry: Some(at(10)),
    };
    assert_eq!(log.acquire(Priority::Batch, at(0)), Decision::Wait(wait));
    let next = granted(&mut log, at(10));
    assert_eq!(log.sent(lost, at(99), at(10)), Err(UnknownPermit(lost)));
    log.sent(next, at(99), at(19)).unwrap();
    assert!(matches!(
        log.acquire(Priority::Batch, at(30)),
        Decision::Wait(_)
    ));
    assert_eq!(
        log.snapshot(at(30)).in_flight,
        1,
        "a sent permit has no lease"
    );
}
