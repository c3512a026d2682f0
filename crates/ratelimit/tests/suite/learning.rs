//! Services that enforce less than they document, and neighbors: few refusals, and nearly all that
//! is possible.

use std::time::Duration;

use quell_ratelimit::{
    Decision, Learned, LogState, Moment, Policy, Priority, PushBack, Quota, RollingLog, Share,
    Window,
};

use crate::world::{Backlog, Delay, Kind, Neighbor, Service};

const EIGHT_HOURS: Duration = Duration::from_secs(8 * 3600);
const DOCUMENTED: &str = "100/60s,1500/3600s";

const NEAR: Delay = Delay::LogNormal {
    median_ms: 60,
    sigma: 0.8,
};
const FAR: Delay = Delay::Uniform {
    from_ms: 5,
    to_ms: 2000,
};

fn policy() -> Policy {
    Policy::new(Quota::parse(DOCUMENTED).unwrap())
        .spacing(Duration::from_millis(100))
        .max_in_flight(20)
}

/// Eight hours of backlog against a service that enforces something else than documented.
fn eight_hours(kind: Kind, enforced: &str, policy: Policy, delay: Delay, seed: u64) -> Service {
    let mut services = [Service::new(kind, &Quota::parse(enforced).unwrap())];
    let mut log = RollingLog::new(policy);
    let calls = usize::MAX / 2;
    Backlog::new(seed, delay).run(&mut log, &mut services, calls, EIGHT_HOURS);
    let [service] = services;
    service
}

/// Kind, what is enforced, the calls that eight hours of it admit, the least of them in parts of a
/// hundred, and the most refusals.
type Row = (Kind, &'static str, usize, usize, usize);

fn holds(rows: &[Row], delay: Delay, seeds: std::ops::Range<u64>) {
    for (kind, enforced, possible, least_percent, most_refused) in rows {
        for seed in seeds.clone() {
            let service = eight_hours(*kind, enforced, policy(), delay, seed);
            let (admitted, refused) = (service.admitted.len(), service.refused);
            let figures =
                format!("{kind:?} {enforced}, seed {seed}: {admitted}, {refused} refused");
            assert!((1..=*most_refused).contains(&refused), "{figures}");
            assert!(admitted * 100 >= possible * least_percent, "{figures}");
        }
    }
}

const ALIGNED: Kind = Kind::Aligned {
    phase: Duration::from_secs(17),
};
const FULL_BURST: Kind = Kind::Bucket { burst_percent: 100 };
const TENTH_OF_THE_BURST: Kind = Kind::Bucket { burst_percent: 10 };

#[test]
fn service_that_enforces_less_is_learned_within_fifty_refusals() {
    let (eighty, fifty) = ("80/60s,1200/3600s", "50/60s,750/3600s");
    let rows: Vec<Row> = [Kind::Rolling, Kind::FixedFromFirstCall, ALIGNED, FULL_BURST]
        .into_iter()
        .flat_map(|kind| [(kind, eighty, 9600, 95, 50), (kind, fifty, 6000, 95, 50)])
        .collect();
    holds(&rows, NEAR, 0..4);
}

#[test]
fn service_that_counts_otherwise_is_learned_within_fifty_refusals() {
    let rows = [
        (TENTH_OF_THE_BURST, DOCUMENTED, 12_000, 99, 50),
        (Kind::TwoCounters, DOCUMENTED, 12_000, 95, 50),
    ];
    holds(&rows, NEAR, 0..4);
    let rows = [
        (TENTH_OF_THE_BURST, DOCUMENTED, 12_000, 99, 50),
        (Kind::TwoCounters, DOCUMENTED, 12_000, 94, 50),
    ];
    holds(&rows, FAR, 0..4);
}

/// With delays of up to two seconds, twenty calls are on their way when the first refusal is read.
#[test]
fn far_service_that_enforces_less_costs_few_refusals_more() {
    let rows = [
        (Kind::Rolling, "80/60s,1200/3600s", 9600, 97, 50),
        (Kind::FixedFromFirstCall, "80/60s,1200/3600s", 9600, 97, 50),
        (Kind::Rolling, "50/60s,750/3600s", 6000, 97, 60),
        (TENTH_OF_THE_BURST, "20/60s,300/3600s", 2400, 97, 60),
    ];
    holds(&rows, FAR, 0..4);
}

#[test]
fn without_learning_a_stricter_service_refuses_for_ever() {
    let deaf = policy().learning(false);
    let service = eight_hours(Kind::Rolling, "80/60s,1200/3600s", deaf, FAR, 1);
    assert!(service.refused > 500, "{} refusals", service.refused);
}

#[test]
fn learning_costs_nothing_at_a_service_that_keeps_its_word() {
    for kind in [
        Kind::Rolling,
        Kind::RollingCountsRefused,
        Kind::FixedFromFirstCall,
        ALIGNED,
        FULL_BURST,
    ] {
        for delay in [NEAR, FAR] {
            let service = eight_hours(kind, DOCUMENTED, policy(), delay, 1);
            let admitted = service.admitted.len();
            assert_eq!(
                (admitted, service.refused),
                (12_000, 0),
                "{kind:?} {delay:?}"
            );
        }
    }
}

#[test]
fn share_keeps_a_neighbor_and_us_from_every_refusal() {
    for kind in [
        Kind::Rolling,
        Kind::RollingCountsRefused,
        Kind::FixedFromFirstCall,
        ALIGNED,
        FULL_BURST,
    ] {
        let quota = Quota::parse(DOCUMENTED).unwrap();
        // 20% of the quota, at an even pace.
        let neighbor = Neighbor::every(Duration::from_secs(12));
        let mut services = [Service::new(kind, &quota).with_neighbor(neighbor)];
        let mut log = RollingLog::new(policy().share(Share::percent(75)));
        Backlog::new(3, NEAR).run(&mut log, &mut services, usize::MAX / 2, EIGHT_HOURS);
        let [service] = services;
        let neighbor = service.neighbor.unwrap();
        assert_eq!((service.refused, neighbor.refused), (0, 0), "{kind:?}");
        assert!(neighbor.admitted > 2000, "{kind:?}: {}", neighbor.admitted);
        assert!(
            (8990..=9000).contains(&service.admitted.len()),
            "{kind:?}: {}",
            service.admitted.len()
        );
    }
}

#[test]
fn full_share_starves_the_neighbor_and_says_nothing_of_it() {
    let quota = Quota::parse(DOCUMENTED).unwrap();
    let neighbor = Neighbor::every(Duration::from_secs(12));
    let mut services = [Service::new(Kind::Rolling, &quota).with_neighbor(neighbor)];
    let mut log = RollingLog::new(policy().learning(false));
    Backlog::new(3, NEAR).run(&mut log, &mut services, usize::MAX / 2, EIGHT_HOURS);
    let neighbor = services[0].neighbor.unwrap();
    assert!(neighbor.refused > neighbor.admitted, "{neighbor:?}");
}

fn at(seconds: u64) -> Moment {
    Moment::after_epoch(Duration::from_secs(seconds))
}

fn granted(log: &mut RollingLog, now: Moment) -> quell_ratelimit::PermitId {
    match log.acquire(Priority::Batch, now) {
        Decision::Granted(id) => id,
        Decision::Wait(wait) => panic!("a permit was due, not {wait:?}"),
    }
}

/// The limits in force after one lonely call was refused as if an hour were full.
fn limits_after_one_refusal(push_back: &PushBack) -> Vec<u32> {
    let mut log = RollingLog::new(Quota::parse(DOCUMENTED).unwrap());
    let id = granted(&mut log, at(0));
    log.refused(id, push_back, at(1));
    let snapshot = log.snapshot(at(1));
    snapshot.windows.iter().map(|window| window.limit).collect()
}

#[test]
fn one_refusal_does_not_cost_an_idle_client_its_limits() {
    let half_an_hour = PushBack::new().retry_after(Duration::from_secs(1800));
    assert_eq!(limits_after_one_refusal(&half_an_hour), [100, 1500]);
    let documented = Window::new(1500, Duration::from_secs(3600)).unwrap();
    let named = half_an_hour.window(documented);
    assert_eq!(limits_after_one_refusal(&named), [100, 1500]);
    assert_eq!(limits_after_one_refusal(&PushBack::new()), [100, 1500]);
    let lower = Window::new(200, Duration::from_secs(3600)).unwrap();
    let told = half_an_hour.window(lower);
    assert_eq!(
        limits_after_one_refusal(&told),
        [100, 200],
        "what it says, it may have"
    );
}

/// Sixty calls were admitted; the refused ones after them say nothing of what the service allows.
#[test]
fn refused_calls_are_not_taken_for_admitted_ones() {
    let mut log = RollingLog::new(Quota::parse("100/60s").unwrap());
    let out: Vec<_> = (0..62).map(|_| granted(&mut log, at(0))).collect();
    let (admitted, refused) = out.split_at(60);
    for id in admitted {
        log.complete(*id, at(1));
    }
    let refusal = PushBack::new().retry_after(Duration::from_secs(10));
    for id in refused {
        log.refused(*id, &refusal, at(2));
    }
    let missing = |log: &mut RollingLog, now| log.snapshot(now).shortfall.unwrap().missing;
    assert_eq!(missing(&mut log, at(2)), 40);
    assert_eq!(log.snapshot(at(2)).windows[0].limit, 57);

    // The two refused ones still count for us, and were never counted by the service.
    let named = refusal.window(Window::new(40, Duration::from_secs(60)).unwrap());
    let mut later = RollingLog::resume(
        Quota::parse("100/60s").unwrap(),
        &LogState {
            learned: Learned::default(),
            ..log.state()
        },
    );
    let id = granted(&mut later, at(20));
    later.refused(id, &named, at(20));
    assert_eq!(missing(&mut later, at(20)), 40);
}

#[test]
fn what_was_learned_is_half_forgotten_in_a_day_without_calls() {
    let policy = Policy::new(Quota::parse(DOCUMENTED).unwrap());
    let named = Window::new(500, Duration::from_secs(3600)).unwrap();
    let refusal = PushBack::new()
        .retry_after(Duration::from_secs(600))
        .window(named);
    let mut log = RollingLog::resume(policy.clone(), &LogState::default());
    let id = granted(&mut log, at(0));
    log.refused(id, &refusal, at(1));
    let state = log.state();
    assert_ne!(state.learned, Learned::default());

    let hour = |days: u64| {
        let mut log = RollingLog::resume(policy.clone(), &state);
        log.snapshot(at(days * 24 * 3600)).windows[1].limit
    };
    let limits = [0, 1, 2, 4].map(hour);
    assert_eq!(limits[0], 500);
    assert!((980..=1020).contains(&limits[1]), "{limits:?}");
    assert!((1235..=1260).contains(&limits[2]), "{limits:?}");
    assert!((1430..=1445).contains(&limits[3]), "{limits:?}");
}

/// Two programs share a budget; what the one learned outlives a refusal of the other, which has
/// another window or may not learn.
#[test]
fn what_another_user_learned_is_not_lost() {
    let policy = |quota| Policy::new(Quota::parse(quota).unwrap());
    let refused_after = |policy: Policy, state: &LogState, second, push_back: PushBack| {
        let mut log = RollingLog::resume(policy, state);
        let id = granted(&mut log, at(second));
        log.refused(id, &push_back, at(second));
        log.state()
    };
    let lower = Window::new(40, Duration::from_secs(60)).unwrap();
    let named = PushBack::new()
        .retry_after(Duration::from_secs(9))
        .window(lower);
    let too_fast = PushBack::new().retry_after(Duration::from_secs(1));
    let taught = refused_after(policy("100/60s"), &LogState::default(), 0, named);
    let taught = refused_after(policy("100/60s"), &taught, 60, too_fast);
    let learned = |state: &LogState| {
        let snapshot = RollingLog::resume(policy("100/60s"), state).snapshot(at(200));
        (snapshot.windows[0].limit, snapshot.spacing)
    };
    let (limit, spacing) = learned(&taught);
    assert!(limit == 40 && !spacing.is_zero(), "{limit} {spacing:?}");
    for other in [policy("1500/3600s"), policy("100/60s").learning(false)] {
        let after = refused_after(other, &taught, 200, named);
        assert_eq!(learned(&after).0, limit);
        assert!(!learned(&after).1.is_zero());
    }
}
