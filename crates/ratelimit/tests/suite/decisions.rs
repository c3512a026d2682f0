//! The exact answers of the pure log.

use std::time::Duration;

use quell_ratelimit::{
    Decision, Margins, Moment, PermitId, Policy, Priority, Quota, RollingLog, UnknownPermit, Wait,
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
