//! The time that a campaign takes at the documented quota of the API that this crate was made for.

use std::time::Duration;

use quell_ratelimit::{Policy, Quota, RollingLog};

use crate::world::{Backlog, Delay, Kind, Report, Service};

const FOREVER: Duration = Duration::from_secs(1_000_000);

fn campaign(seed: u64, calls: usize) -> (Report, Service) {
    let quota = Quota::parse("100/60s,1500/3600s").unwrap();
    let policy = Policy::new(quota.clone())
        .spacing(Duration::from_millis(100))
        .max_in_flight(20)
        .learning(true);
    let mut services = [Service::new(Kind::Rolling, &quota)];
    let mut backlog = Backlog::new(
        seed,
        Delay::LogNormal {
            median_ms: 60,
            sigma: 0.8,
        },
    );
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
