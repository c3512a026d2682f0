//! The time that a campaign takes at the documented quota of the API that this crate was made for.

use std::time::Duration;

use quell_ratelimit::{LogState, Moment, Policy, Quota, RollingLog};

use crate::world::{Backlog, Delay, Kind, Report, Service};

const FOREVER: Duration = Duration::from_secs(1_000_000);

const NEAR: Delay = Delay::LogNormal {
    median_ms: 60,
    sigma: 0.8,
};

fn campaign(seed: u64, calls: usize) -> (Report, Service) {
    let quota = Quota::parse("100/60s,1500/3600s").unwrap();
    let policy = Policy::new(quota.clone())
        .spacing(Duration::from_millis(100))
        .max_in_flight(20);
    let mut services = [Service::new(Kind::Rolling, &quota)];
    let mut backlog = Backlog::new(seed, NEAR);
    let report = backlog.run(&mut RollingLog::new(policy), &mut services, calls, FOREVER);
    let [service] = services;
    (report, service)
}

#[test]
fn thousand_calls_take_no_more_than_9_20() {
    for seed in 0..20 {
        let (report, service) = campaign(seed, 1000);
        assert_eq!((service.admitted.len(), service.refused), (1000, 0));
        assert!(
            report.ended <= Duration::from_secs(9 * 60 + 20),
            "{seed}: {:?}",
            report.ended
        );
    }
}

#[test]
fn ten_thousand_calls_take_no_more_than_6_09_30() {
    for seed in 0..5 {
        let (report, service) = campaign(seed, 10_000);
        assert_eq!((service.admitted.len(), service.refused), (10_000, 0));
        let goal = Duration::from_secs(6 * 3600 + 9 * 60 + 30);
        assert!(report.ended <= goal, "{seed}: {:?}", report.ended);
    }
}

/// Two runs of a program in one hour, which keeps its log: the second waits for what the first used.
#[test]
fn second_run_within_the_hour_stays_inside_the_quota() {
    let quota = Quota::parse("100/60s,1500/3600s").unwrap();
    let policy = Policy::new(quota.clone());
    for kind in [Kind::Rolling, Kind::FixedFromFirstCall] {
        let mut services = [Service::new(kind, &quota)];
        let mut kept = LogState::default();
        let mut ended = Duration::ZERO;
        for begins in [0, 20 * 60] {
            let mut log = RollingLog::resume(policy.clone(), &kept);
            let mut backlog = Backlog::new(begins, NEAR);
            backlog.begins = Moment::after_epoch(Duration::from_secs(begins));
            ended = backlog.run(&mut log, &mut services, 1000, FOREVER).ended;
            kept = log.state();
        }
        let [service] = services;
        assert_eq!(
            (service.admitted.len(), service.refused),
            (2000, 0),
            "{kind:?}"
        );
        // 500 of the second thousand have to wait until the first run is an hour old.
        assert!(ended >= Duration::from_secs(64 * 60), "{kind:?}: {ended:?}");
        assert!(
            ended <= Duration::from_secs(64 * 60 + 20),
            "{kind:?}: {ended:?}"
        );
    }
}
