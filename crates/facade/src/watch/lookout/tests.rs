use quell_model::ActionStatus;

use super::*;

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const UNIT: Duration = Duration::from_secs(30);

pub(super) fn at(now: Duration) -> Timestamp {
    Timestamp::from_unix_seconds(1_750_000_000).saturating_add(now)
}

fn id(text: &str) -> ActionId {
    ActionId::new(text).unwrap()
}

pub(super) fn action(name: &str, status: ActionStatus, created: Timestamp) -> MachineAction {
    let mut action = MachineAction::new(id(name));
    action.kind = ActionType::StopAndQuarantineFile;
    action.status = status;
    action.creation_date_time_utc = created;
    action
}

pub(super) fn watched(name: &str, created: Timestamp) -> Watched {
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

pub(super) fn span(query: &Query) -> Span {
    match query {
        Query::Created(span, _) => *span,
        Query::Ids(_) | Query::One(_) => panic!("a list by creation"),
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
    assert_eq!(lost(&mut lookout, 60 * SECOND), id("a100"));
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
    assert_eq!(lost(&mut lookout, later), id("b"));
}

/// What is in no list of ids either is asked for by itself, and only then lost.
fn lost(lookout: &mut Lookout, now: Duration) -> ActionId {
    let Some(Query::Ids(ids)) = lookout.query().cloned() else {
        panic!("a list of ids")
    };
    assert_eq!(lookout.answered(Vec::new(), at(now), now), []);
    lookout.queue.rotate_right(1);
    assert_eq!(lookout.query(), Some(&Query::One(ids[0].clone())));
    let [Seen::Lost(id)] = &lookout.answered(Vec::new(), at(now), now)[..] else {
        panic!("it is lost")
    };
    id.clone()
}

#[test]
fn a_list_that_hides_what_exists_loses_nothing() {
    let mut lookout = lookout(&["a"]);
    lookout.look(60 * SECOND);
    for _ in 0..2 {
        assert_eq!(
            lookout.answered(Vec::new(), at(60 * SECOND), 60 * SECOND),
            []
        );
    }
    assert_eq!(lookout.query(), Some(&Query::One(id("a"))));
    assert_eq!(
        lookout.answered(vec![pending("a")], at(60 * SECOND), 60 * SECOND),
        []
    );
    assert!(!lookout.is_done());
}

#[test]
fn a_service_that_lists_no_ids_is_asked_for_each_from_then_on() {
    let mut lookout = Lookout::new(UNIT);
    for name in ["a", "b"] {
        lookout.add(id(name).into(), Duration::ZERO, Duration::ZERO);
    }
    lookout.look(Duration::ZERO);
    lookout.ask_one_by_one();
    assert_eq!(lookout.queue, [Query::One(id("a")), Query::One(id("b"))]);
    for _ in 0..2 {
        assert_eq!(
            lookout.answered(Vec::new(), at(SECOND), SECOND),
            [],
            "too fresh to be lost"
        );
    }
    lookout.look(30 * SECOND);
    assert_eq!(lookout.query(), Some(&Query::One(id("a"))));
}

/// A full page of others' actions, the newest of them made this many seconds after the beginning.
fn full(newest: u64) -> Vec<MachineAction> {
    let others = (1..page_size()).map(|n| pending(&format!("o{n}")));
    let newest = at(Duration::from_secs(newest));
    others
        .chain([action("newest", ActionStatus::Pending, newest)])
        .collect()
}

#[test]
fn a_full_page_is_halved_until_all_is_seen() {
    let names: Vec<String> = (0..=IDS).map(|n| format!("a{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut lookout = lookout(&names);
    lookout.look(Duration::ZERO);
    lookout.answered(full(100), at(100 * SECOND), 100 * SECOND);
    let halves: Vec<Span> = lookout.queue.iter().map(span).collect();
    assert_eq!(halves.len(), 2);
    assert_eq!(
        (halves[0].until, halves[1].until),
        (Some(halves[1].from), None)
    );
    assert!(halves[0].from < halves[1].from && halves[1].from < at(100 * SECOND));

    // What is missing was made in the second half.
    lookout.answered(full(0), at(101 * SECOND), 101 * SECOND);
    assert_eq!(lookout.queue.len(), 1);
    let ends = names
        .iter()
        .map(|name| action(name, ActionStatus::Failed, at(Duration::ZERO)));
    let seen = lookout.answered(ends.collect(), at(101 * SECOND), 101 * SECOND);
    assert_eq!((seen.len(), lookout.query()), (names.len(), None));

    // The next look cuts where this one had to.
    let late = watched("b", at(Duration::ZERO));
    lookout.add(late, Duration::ZERO, 102 * SECOND);
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
fn a_full_page_that_shows_all_that_is_open_is_enough_and_few_that_it_hides_are_asked_for() {
    let mut lookout = lookout(&["a", "b"]);
    let mut page = full(0);
    page[0] = pending("a");
    page[1] = pending("b");
    lookout.look(Duration::ZERO);
    lookout.answered(page.clone(), at(SECOND), SECOND);
    assert_eq!(lookout.query(), None);

    page[1] = pending("another");
    lookout.look(30 * SECOND);
    lookout.answered(page, at(30 * SECOND), 30 * SECOND);
    assert_eq!(lookout.queue, [Query::Ids(vec![id("b")])]);
}

#[test]
fn pages_full_of_one_moment_come_to_an_end() {
    let names: Vec<String> = (0..250).map(|n| format!("a{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    for one_by_one in [false, true] {
        let mut lookout = lookout(&names);
        lookout.one_by_one = one_by_one;
        lookout.look(Duration::ZERO);
        let (mut lists, mut asked) = (0, HashSet::new());
        while let Some(query) = lookout.query().cloned() {
            let rows = match query {
                Query::Created(span, _) if span.holds(at(Duration::ZERO)) => full(0),
                Query::Created(..) => Vec::new(),
                Query::Ids(ids) => {
                    asked.extend(ids);
                    Vec::new()
                }
                Query::One(id) => {
                    asked.insert(id);
                    Vec::new()
                }
            };
            lookout.answered(rows, at(SECOND), SECOND);
            lists += 1;
            assert!(lists < 300, "it does not end");
        }
        assert_eq!(asked.len(), names.len());
    }
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
            until: Some(at(2 * SECOND))
        }
        .halves(None)
        .map(|h| h.len()),
        Some(2)
    );
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
