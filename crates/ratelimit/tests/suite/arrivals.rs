//! What the service sees: never more than the quota, however the network delays and reorders.

use std::time::Duration;

use proptest::prelude::*;
use quell_ratelimit::{Margins, Policy, Quota, RollingLog};

use crate::world::{Backlog, Delay, Fates, Kind, Service};

const FOREVER: Duration = Duration::from_secs(1_000_000);

/// One of each kind that must never refuse a client that keeps the quota exactly.
fn all_exact_services(quota: &Quota, phase: Duration) -> Vec<Service> {
    let kinds = [
        Kind::Rolling,
        Kind::RollingCountsRefused,
        Kind::FixedFromFirstCall,
        Kind::Aligned { phase },
        Kind::Bucket { burst_percent: 100 },
    ];
    kinds
        .into_iter()
        .map(|kind| Service::new(kind, quota))
        .collect()
}

fn delays() -> impl Strategy<Value = Delay> {
    prop_oneof![
        Just(Delay::None),
        (0_u32..50, 50_u32..3000).prop_map(|(from_ms, to_ms)| Delay::Uniform { from_ms, to_ms }),
        (1_u32..400, 1_u32..20).prop_map(|(median_ms, sigma)| Delay::LogNormal {
            median_ms,
            sigma: f64::from(sigma) / 10.0
        }),
    ]
}

fn fates() -> impl Strategy<Value = Fates> {
    (0_u32..30, 0_u32..10, 1_u64..4000, 0_u64..4000).prop_map(|(unsent, lost, timeout, grace)| {
        let (timeout, grace) = (Duration::from_millis(timeout), Duration::from_millis(grace));
        Fates {
            unsent,
            lost,
            timeout,
            grace,
        }
    })
}

/// The most that fell into any half-open window, counted afresh from the arrivals.
fn most_in_a_window(service: &Service, length: Duration) -> usize {
    let arrivals = &service.admitted;
    let in_window_from = |first: usize| {
        arrivals[first..]
            .iter()
            .take_while(|at| at.since(arrivals[first]) < length)
            .count()
    };
    (0..arrivals.len()).map(in_window_from).max().unwrap_or(0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn backlog_is_never_refused_by_any_service_that_keeps_its_word(
        seed in any::<u64>(),
        delay in delays(),
        fates in fates(),
        limits in (1_u32..20, 1_u32..60),
        spacing in prop_oneof![Just(0), 1_u64..300],
        in_flight in prop_oneof![Just(usize::MAX), 1_usize..20],
        phase in 0_u64..30_000,
    ) {
        let quota = Quota::parse(&format!("{}/2s,{}/30s", limits.0, limits.1)).unwrap();
        let policy = Policy::new(quota.clone())
            .spacing(Duration::from_millis(spacing))
            .max_in_flight(in_flight)
            .grace(fates.grace);
        let mut log = RollingLog::new(policy);
        let mut services = all_exact_services(&quota, Duration::from_millis(phase));

        let mut backlog = Backlog::new(seed, delay);
        backlog.fates = fates;
        let report = backlog.run(&mut log, &mut services, 200, FOREVER);

        prop_assert_eq!(report.sent, 200, "nothing is stuck and nothing was sent twice");
        for service in &services {
            prop_assert_eq!(service.refused, 0, "{:?}", service);
        }
        for window in quota.windows() {
            prop_assert!(
                most_in_a_window(&services[0], window.period()) <= window.limit() as usize
            );
        }
    }
}

/// The quota is not only kept but used: with an instant network there is one best schedule.
#[test]
fn backlog_over_an_instant_network_takes_the_least_possible_time() {
    let quota = Quota::parse("100/60s,1500/3600s").unwrap();
    let policy = Policy::new(quota.clone()).margins(Margins::NONE);
    let mut services = [Service::new(Kind::Rolling, &quota)];
    let mut backlog = Backlog::new(1, Delay::None);
    backlog.service_time = Duration::ZERO;
    let report = backlog.run(&mut RollingLog::new(policy), &mut services, 10_000, FOREVER);
    // 6:09:00, ratelimit theory: floor(9999 / 1500) hours and floor(999 / 100) minutes.
    assert_eq!(report.ended, Duration::from_secs(6 * 3600 + 9 * 60));
    assert_eq!(services[0].refused, 0);
}

/// The whole margin is needed: a service that closes its window at both ends refuses without it.
#[test]
fn closed_window_refuses_a_client_without_margin_only() {
    let quota = Quota::parse("5/60s").unwrap();
    for (margins, refused) in [(Margins::NONE, true), (Margins::default(), false)] {
        let policy = Policy::new(quota.clone()).margins(margins);
        let mut services = [Service::new(Kind::FixedFromFirstCall, &quota)];
        let mut backlog = Backlog::new(1, Delay::None);
        backlog.service_time = Duration::ZERO;
        backlog.run(&mut RollingLog::new(policy), &mut services, 20, FOREVER);
        assert_eq!(services[0].refused > 0, refused, "{margins:?}");
    }
}
