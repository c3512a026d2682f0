//! Services that enforce less than they document: few refusals, and nearly all that is possible.

use std::time::Duration;

use quell_ratelimit::{Policy, Quota, RollingLog};

use crate::world::{Backlog, Delay, Kind, Service};

const EIGHT_HOURS: Duration = Duration::from_secs(8 * 3600);
const DOCUMENTED: &str = "100/60s,1500/3600s";

/// Eight hours of backlog against a service that enforces something else than documented.
fn eight_hours(kind: Kind, enforced: &str, learning: bool, seed: u64) -> Service {
    let policy = Policy::new(Quota::parse(DOCUMENTED).unwrap())
        .spacing(Duration::from_millis(100))
        .max_in_flight(20)
        .learning(learning);
    let mut services = [Service::new(kind, &Quota::parse(enforced).unwrap())];
    let mut backlog = Backlog::new(
        seed,
        Delay::Uniform {
            from_ms: 5,
            to_ms: 2000,
        },
    );
    backlog.run(
        &mut RollingLog::new(policy),
        &mut services,
        usize::MAX / 2,
        EIGHT_HOURS,
    );
    let [service] = services;
    service
}

#[test]
fn stricter_service_is_learned_within_a_few_refusals() {
    // Least admitted, in parts of a hundred of what the limits admit in eight hours; most refused.
    let table = [
        (Kind::Rolling, "80/60s,1200/3600s", 9600, 97, 50),
        (Kind::FixedFromFirstCall, "80/60s,1200/3600s", 9600, 97, 50),
        (Kind::Rolling, "50/60s,750/3600s", 6000, 97, 80),
        (
            Kind::Bucket { burst_percent: 10 },
            DOCUMENTED,
            12_000,
            97,
            50,
        ),
        (Kind::TwoCounters, DOCUMENTED, 12_000, 94, 50),
    ];
    for (kind, enforced, possible, least_percent, most_refused) in table {
        for seed in 0..4 {
            let service = eight_hours(kind, enforced, true, seed);
            let (admitted, refused) = (service.admitted.len(), service.refused);
            let figures =
                format!("{kind:?} {enforced}, seed {seed}: {admitted}, {refused} refused");
            assert!((1..=most_refused).contains(&refused), "{figures}");
            assert!(admitted * 100 >= possible * least_percent, "{figures}");
        }
    }
}

#[test]
fn without_learning_a_stricter_service_refuses_for_ever() {
    let service = eight_hours(Kind::Rolling, "80/60s,1200/3600s", false, 1);
    assert!(service.refused > 500, "{} refusals", service.refused);
}

#[test]
fn learning_costs_nothing_at_a_service_that_keeps_its_word() {
    let service = eight_hours(Kind::Rolling, DOCUMENTED, true, 1);
    assert_eq!((service.admitted.len(), service.refused), (12_000, 0));
}
