//! What a campaign's watch costs, in virtual time.

use quell_model::ActionStatus;

use super::tests::{SECOND, UNIT, action, at, watched};
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

/// Number, creation and end.
type Row = (String, Duration, Duration);

/// What the service lists of these, which are in the order of their creation and named by their number.
fn listed<'a>(actions: &'a [Row], query: &Query) -> Vec<&'a Row> {
    let named = |id: &ActionId| actions.get(id.as_str().parse::<usize>().unwrap());
    match query {
        Query::Created(span, _) => {
            let before = |moment| actions.partition_point(|(_, created, _)| at(*created) < moment);
            let until = span.until.map_or(actions.len(), before);
            actions[before(span.from)..until]
                .iter()
                .take(page_size())
                .collect()
        }
        Query::Ids(ids) => ids.iter().filter_map(named).collect(),
        Query::One(id) => named(id).into_iter().collect(),
    }
}

/// A campaign in virtual time, until all ended or for so long: when a list was asked for, and how
/// late each end was seen, in seconds.
fn campaign(machines: u64, seed: u64, most: Duration) -> (Vec<Duration>, Vec<u64>) {
    let jitter = Jitter::seeded(seed);
    let actions: Vec<Row> = (0..machines)
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
    let (mut now, mut lists, mut delays) = (Duration::ZERO, Vec::new(), Vec::new());
    while delays.len() < actions.len() && now < most {
        for (name, created, _) in actions
            .iter()
            .skip(added)
            .take_while(|(_, created, _)| *created <= now)
        {
            lookout.add(watched(name, at(*created)), Duration::ZERO, *created);
            added += 1;
        }
        lookout.look(now);
        while let Some(query) = lookout.query().cloned() {
            if let Err(wait) = lookout.turn(now) {
                now += wait;
                continue;
            }
            lists.push(now);
            let rows = listed(&actions[..added], &query).into_iter();
            let rows = rows.map(|(name, created, end)| {
                let status = if *end <= now {
                    ActionStatus::Succeeded
                } else {
                    ActionStatus::Pending
                };
                action(name, status, at(*created))
            });
            for seen in lookout.answered(rows.collect(), at(now), now) {
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
        let (lists, mut delays) = campaign(1_000, seed, Duration::MAX);
        delays.sort_unstable();
        let lists = lists.len();
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
    let (lists, mut delays) = campaign(10_000, 7, Duration::MAX);
    delays.sort_unstable();
    let lists = lists.len();
    assert!((400..=500).contains(&lists), "{lists} lists");
    assert!(delays[5_000] <= 30, "median {} s", delays[5_000]);
}

/// When the last are asked for, sixteen pages hold what is open.
#[test]
fn a_hundred_thousand_machines_ask_for_two_lists_a_minute_and_never_for_more_than_twenty() {
    let asking = legal(100_000);
    let (lists, delays) = campaign(100_000, 7, asking);
    assert!(delays.len() > 90_000, "{} ends were seen", delays.len());
    assert!(delays.iter().all(|delay| *delay <= 1_860));
    let minutes = asking.as_secs() / 60;
    assert!(lists.len() as u64 <= 2 * minutes, "{} lists", lists.len());
    assert_eq!(busiest(&lists), 20, "as many as are allowed");
}

/// The most that fell into any minute.
fn busiest(lists: &[Duration]) -> usize {
    let minute_from = |first: usize| {
        let end = lists[first] + Duration::from_secs(60);
        lists.partition_point(|list| *list < end) - first
    };
    (0..lists.len()).map(minute_from).max().unwrap_or(0)
}
