use quell_model::ActionStatus;

use super::*;
use crate::retry::Jitter;

const SECOND: Duration = Duration::from_secs(1);
const UNIT: Duration = Duration::from_secs(30);

fn at(now: Duration) -> Timestamp {
    Timestamp::from_unix_seconds(1_750_000_000).saturating_add(now)
}

fn id(text: &str) -> ActionId {
    ActionId::new(text).unwrap()
}

fn action(name: &str, status: ActionStatus, created: Timestamp) -> MachineAction {
    let mut action = MachineAction::new(id(name));
    action.kind = ActionType::StopAndQuarantineFile;
    action.status = status;
    action.creation_date_time_utc = created;
    action
}

fn watched(name: &str, created: Timestamp) -> Watched {
    Watched::from(&action(name, ActionStatus::Pending, created))
}

/// A lookout that watches actions made at its beginning.
fn lookout(names: &[&str]) -> Lookout {
    let mut lookout = Lookout::new(UNIT);
    for name in names {
        lookout.add(
            watched(name, at(Duration::ZERO)),
            Duration::ZERO,
            Duration::ZERO,
        );
    }
    lookout
}

fn span(query: &Query) -> Span {
    match query {
        Query::Created(span, _) => *span,
        Query::Ids(_) => panic!("a list by creation"),
    }
}

fn pending(name: &str) -> MachineAction {
    action(name, ActionStatus::Pending, at(Duration::ZERO))
}

#[test]
fn one_list_shows_all_and_each_end_is_told_once() {
    let mut lookout = lookout(&["a", "b"]);
    lookout.look(Duration::ZERO);
    let expected = Span {
        from: at(Duration::ZERO).saturating_sub(120 * SECOND),
        until: None,
    };
    let kind = Some(ActionType::StopAndQuarantineFile);
    assert_eq!(lookout.query(), Some(&Query::Created(expected, kind)));

    let done = action("a", ActionStatus::TimeOut, at(Duration::ZERO));
    let foreign = action("foreign", ActionStatus::Succeeded, at(Duration::ZERO));
    let both = vec![done.clone(), done.clone(), foreign, pending("b")];
    let seen = lookout.answered(both, at(SECOND), SECOND);
    assert_eq!(seen, [Seen::Ended(Box::new(done))]);
    assert_eq!(lookout.query(), None);
    assert_eq!(lookout.open().collect::<Vec<_>>(), [&id("b")]);
    assert_eq!(lookout.due(SECOND), Some(30 * SECOND));
}

#[test]
fn ids_alone_are_asked_for_by_id_until_their_age_is_known() {
    let mut lookout = Lookout::new(UNIT);
    for number in 0..101 {
        lookout.add(
            id(&format!("a{number:03}")).into(),
            Duration::ZERO,
            Duration::ZERO,
        );
    }
    lookout.look(Duration::ZERO);
    let Some(Query::Ids(first)) = lookout.query() else {
        panic!("ids are asked for")
    };
    assert_eq!(first.len(), 100);
    let created = at(Duration::ZERO).saturating_sub(3600 * SECOND);
    let shown = first
        .iter()
        .map(|id| action(id.as_str(), ActionStatus::Pending, created))
        .collect();
    lookout.answered(shown, at(Duration::ZERO), Duration::ZERO);
    assert_eq!(lookout.query(), Some(&Query::Ids(vec![id("a100")])));
    lookout.answered(Vec::new(), at(Duration::ZERO), Duration::ZERO);

    lookout.look(60 * SECOND);
    let queries: Vec<bool> = lookout
        .queue
        .iter()
        .map(|query| matches!(query, Query::Ids(_)))
        .collect();
    assert_eq!(
        queries,
        [true, false],
        "the rest is listed by creation from now on"
    );
    assert_eq!(
        lookout.answered(Vec::new(), at(60 * SECOND), 60 * SECOND),
        [Seen::Lost(id("a100"))]
    );
    assert_eq!(lookout.open().count(), 100);
}

#[test]
fn what_does_not_show_is_asked_for_by_id_and_then_lost() {
    let mut lookout = lookout(&["a", "b"]);
    lookout.look(Duration::ZERO);
    assert_eq!(lookout.answered(Vec::new(), at(SECOND), SECOND), []);
    assert_eq!(lookout.query(), None, "it may be too fresh to show");

    let later = 60 * SECOND;
    lookout.look(later);
    lookout.answered(vec![pending("a")], at(later), later);
    assert_eq!(lookout.query(), Some(&Query::Ids(vec![id("b")])));
    assert_eq!(
        lookout.answered(Vec::new(), at(later), later),
        [Seen::Lost(id("b"))]
    );
}

#[test]
fn a_full_page_is_halved_until_all_is_seen() {
    let mut lookout = lookout(&["a"]);
    lookout.look(Duration::ZERO);
    let full = |newest: u64| {
        let others = (1..page_size()).map(|n| pending(&format!("o{n}")));
        let newest = action(
            "newest",
            ActionStatus::Pending,
            at(Duration::from_secs(newest)),
        );
        others.chain([newest]).collect::<Vec<_>>()
    };
    lookout.answered(full(100), at(100 * SECOND), 100 * SECOND);
    let halves: Vec<Span> = lookout.queue.iter().map(span).collect();
    assert_eq!(halves.len(), 2);
    assert_eq!(
        (halves[0].until, halves[1].until),
        (Some(halves[1].from), None)
    );
    assert!(halves[0].from < halves[1].from && halves[1].from < at(100 * SECOND));

    // The first half is full again, the second shows the action's end.
    lookout.answered(full(0), at(101 * SECOND), 101 * SECOND);
    assert_eq!(lookout.queue.len(), 3);
    let end = action("a", ActionStatus::Failed, at(Duration::ZERO));
    let seen = lookout.answered(vec![end], at(101 * SECOND), 101 * SECOND);
    assert_eq!(seen.len(), 1);

    // The next look cuts where this one had to.
    lookout.give_up_look();
    lookout.add(
        watched("b", at(Duration::ZERO)),
        Duration::ZERO,
        102 * SECOND,
    );
    lookout.look(200 * SECOND);
    let spans: Vec<Span> = lookout.queue.iter().map(span).collect();
    assert!(spans.len() > 1, "{spans:?}");
    assert!(
        spans
            .windows(2)
            .all(|pair| pair[0].until == Some(pair[1].from)),
        "{spans:?}"
    );
    assert_eq!(spans.last().map(|span| span.until), Some(None));
}

#[test]
fn a_span_that_cannot_be_halved_is_not() {
    let now = at(Duration::ZERO);
    assert_eq!(
        Span {
            from: now,
            until: None
        }
        .halves(Some(now)),
        None
    );
    assert_eq!(
        Span {
            from: now,
            until: None
        }
        .halves(None),
        None
    );
    assert_eq!(
        Span {
            from: now,
            until: Some(at(SECOND))
        }
        .halves(None)
        .map(|h| h.len()),
        Some(2)
    );
}

#[test]
fn a_look_that_failed_is_made_again_in_its_turn() {
    let mut lookout = lookout(&["a"]);
    lookout.look(Duration::ZERO);
    lookout.give_up_look();
    assert_eq!(lookout.due(SECOND), Some(30 * SECOND));
    lookout.look(30 * SECOND);
    assert!(lookout.query().is_some());
}

#[test]
fn types_are_asked_for_only_while_they_are_one() {
    let mut lookout = lookout(&["a"]);
    let mut other = action("b", ActionStatus::Pending, at(Duration::ZERO));
    other.kind = ActionType::from("Isolate");
    lookout.add(Watched::from(&other), Duration::ZERO, Duration::ZERO);
    lookout.look(Duration::ZERO);
    assert!(matches!(lookout.query(), Some(Query::Created(_, None))));
}

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
