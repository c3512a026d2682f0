//! What a campaign's watch costs, in virtual time.

use quell_model::ActionStatus;

use super::tests::{SECOND, UNIT, action, at, span, watched};
use super::*;
use crate::retry::Jitter;

/// When the n-th call of a campaign may be made: 1,500 an hour in bursts of 100 a minute.
fn legal(number: u64) -> Duration {
    SECOND * u32::try_from(number / 1500 * 3600 + number % 1500 / 100 * 60).unwrap()
}

/// Three quarters end after some 90 s, a fifth within hours, the rest never: those time out after
/// three days.
fn life(jitter: &Jitter) -> Duration {
    let [lot, one, two] = [(); 3].map(|()| jitter.fraction());
    let normal = (-2.0 * one.max(1e-12).ln()).sqrt() * (std::f64::consts::TAU * two).cos();
    let seconds = match lot {
        lot if lot < 0.75 => 90.0 * normal.exp(),
        lot if lot < 0.95 => -4.0 * 3600.0 * one.max(1e-12).ln(),
        _ => f64::INFINITY,
    };
    Duration::from_secs_f64(seconds.min(259_200.0))
}

/// A campaign in virtual time: lists, and how late each end was seen, in seconds.
fn campaign(machines: u64, seed: u64) -> (u32, Vec<u64>) {
    let jitter = Jitter::seeded(seed);
    let actions: Vec<(String, Duration, Duration)> = (0..machines)
        .map(|number| {
            let created = legal(number);
            (number.to_string(), created, created + life(&jitter))
        })
        .collect();
    let ends: HashMap<&str, Duration> = actions
        .iter()
        .map(|(id, _, end)| (id.as_str(), *end))
        .collect();
    let (mut lookout, mut added) = (Lookout::new(UNIT), 0);
    let (mut now, mut lists, mut delays) = (Duration::ZERO, 0, Vec::new());
    while delays.len() < actions.len() {
        for (name, created, _) in actions
            .iter()
            .skip(added)
            .take_while(|(_, created, _)| *created <= now)
        {
            lookout.add(watched(name, at(*created)), Duration::ZERO, *created);
            added += 1;
        }
        lookout.look(now);
        while let Some(query) = lookout.query() {
            lists += 1;
            let span = span(query);
            let rows = actions
                .iter()
                .take(added)
                .filter(|(_, created, _)| span.holds(at(*created)));
            let rows = rows.map(|(name, created, end)| {
                let status = if *end <= now {
                    ActionStatus::Succeeded
                } else {
                    ActionStatus::Pending
                };
                action(name, status, at(*created))
            });
            for seen in lookout.answered(rows.take(page_size()).collect(), at(now), now) {
                let Seen::Ended(ended) = seen else {
                    panic!("nothing is lost")
                };
                delays.push((now - ends[ended.id.as_str()]).as_secs());
            }
        }
        let next = actions.get(added).map(|(_, created, _)| *created);
        let due = lookout.due(now).map(|due| due.max(now + SECOND / 1000));
        now = next.into_iter().chain(due).min().unwrap_or(now);
    }
    (lists, delays)
}

#[test]
fn a_thousand_machines_cost_some_two_hundred_lists() {
    for seed in 0..5 {
        let (lists, mut delays) = campaign(1_000, seed);
        delays.sort_unstable();
        assert!((100..=250).contains(&lists), "{lists} lists");
        assert!(delays[500] <= 30, "median {} s", delays[500]);
        assert!(delays[950] <= 1_800, "95% {} s", delays[950]);
        assert!(
            delays.iter().all(|delay| *delay <= 1_800),
            "an end is never seen more than half an hour late"
        );
    }
}

#[test]
fn ten_thousand_machines_cost_some_five_hundred_lists() {
    let (lists, mut delays) = campaign(10_000, 7);
    delays.sort_unstable();
    assert!((400..=500).contains(&lists), "{lists} lists");
    assert!(delays[5_000] <= 30, "median {} s", delays[5_000]);
}
