//! Intents, alone and together with their permits.

use std::time::{Duration, SystemTime};

use quell_ratelimit::{Margins, Policy, Priority, Quota, Turn};
use quell_state::{Attempts, Begun, Filter, Intent, IntentId, Settlement, SqliteState, StateError};

use crate::database::Database;
use crate::worker::{TIMEOUT, budget};

fn intent(machine: &str) -> Intent {
    let begun = SystemTime::UNIX_EPOCH + Duration::from_nanos(1_700_000_000_000_000_001);
    Intent::new(budget(), machine)
        .file("3395856ce81f2b7382dee72602f798b642f14140")
        .comment("alert [quell:campaign/item/1]")
        .begun(begun)
        .within(TIMEOUT)
}

async fn keeps_intents(journal: &dyn Attempts) {
    let mut ids = Vec::new();
    for machine in ["m1", "m2", "m3", "m4", "m5"] {
        ids.push(journal.intend(intent(machine)).await.unwrap());
    }
    let settlements = [
        Settlement::Created("action".to_owned()),
        Settlement::Adopted("other".to_owned()),
        Settlement::Refused("InvalidInput".to_owned()),
        Settlement::Unknown,
    ];
    for (id, settlement) in ids.iter().zip(settlements.clone()) {
        journal.settle(*id, settlement).await.unwrap();
    }
    for (id, settlement) in ids.iter().zip(settlements) {
        let entry = journal.entry(*id).await.unwrap().unwrap();
        assert_eq!(entry.settlement, Some(settlement));
    }
    let open = journal.open_intents(Filter::open()).await.unwrap();
    let open: Vec<_> = open
        .into_iter()
        .map(|entry| (entry.intent, entry.settlement))
        .collect();
    assert_eq!(
        open,
        [
            (intent("m4"), Some(Settlement::Unknown)),
            (intent("m5"), None)
        ]
    );

    journal
        .settle(ids[3], Settlement::Adopted("found".to_owned()))
        .await
        .unwrap();
    journal.settle(ids[0], Settlement::NotSent).await.unwrap();
    let first = journal.entry(ids[0]).await.unwrap().unwrap();
    let created = Some(Settlement::Created("action".to_owned()));
    assert_eq!(first.settlement, created, "the first settlement stands");
    let none = journal
        .settle(IntentId::from(999), Settlement::NotSent)
        .await;
    assert!(matches!(none, Err(StateError::UnknownIntent(_))));

    let elsewhere = quell_ratelimit::BudgetName::new("tenant", "application", "other");
    let filters = [
        (Filter::open().of(budget()), 1),
        (Filter::open().of(elsewhere), 0),
        (Filter::open().begun_before(intent("m").begun), 0),
        (Filter::open().begun_before(SystemTime::now()), 1),
    ];
    for (filter, count) in filters {
        let found = journal.open_intents(filter.clone()).await.unwrap();
        assert_eq!(found.len(), count, "{filter:?}");
    }
    journal.settle(ids[4], Settlement::NotSent).await.unwrap();
    assert!(
        journal
            .open_intents(Filter::open())
            .await
            .unwrap()
            .is_empty()
    );
}

async fn takes_permit_and_intent_together(attempts: &dyn Attempts) {
    let policy = Policy::new(Quota::parse("1/1h").unwrap()).margins(Margins::NONE);
    let begin = async |machine| {
        let begun = attempts
            .begin(intent(machine), &policy, Priority::Batch, TIMEOUT)
            .await;
        begun.unwrap()
    };
    let Begun::Sending(attempt) = begin("m1").await else {
        panic!("nothing was used yet")
    };
    let Begun::Wait(Turn::AfterCompletion { .. }) = begin("m2").await else {
        panic!("the only permit is out")
    };
    let open = attempts.open_intents(Filter::open()).await.unwrap();
    let machines: Vec<_> = open
        .iter()
        .map(|entry| entry.intent.machine.as_str())
        .collect();
    assert_eq!(machines, ["m1"], "who waits has written nothing down");
    let store = attempts.open(&budget(), &policy).await.unwrap();
    assert_eq!(store.snapshot().await.unwrap().in_flight, 1);

    let created = Settlement::Created("action".to_owned());
    attempts
        .end(attempt.clone(), &policy, None, created.clone())
        .await
        .unwrap();
    let entry = attempts.entry(attempt.intent).await.unwrap().unwrap();
    assert_eq!(entry.settlement, Some(created));
    let snapshot = store.snapshot().await.unwrap();
    assert_eq!((snapshot.in_flight, snapshot.windows[0].used), (0, 1));
}

#[tokio::test]
async fn file_keeps_intents() {
    let directory = tempfile::tempdir().unwrap();
    keeps_intents(&SqliteState::open(directory.path().join("state.db")).unwrap()).await;
}

#[tokio::test]
async fn file_takes_permit_and_intent_together() {
    let directory = tempfile::tempdir().unwrap();
    let state = SqliteState::open(directory.path().join("state.db")).unwrap();
    takes_permit_and_intent_together(&state).await;
}

#[tokio::test]
async fn database_keeps_intents_on_postgres() {
    keeps_intents(&Database::create().await.state().await).await;
}

#[tokio::test]
async fn database_takes_permit_and_intent_together_on_postgres() {
    takes_permit_and_intent_together(&Database::create().await.state().await).await;
}

#[tokio::test]
async fn settled_intents_are_forgotten_after_30_days_and_open_ones_never_on_postgres() {
    let database = Database::create().await;
    database.stop_clock().await;
    forgets(&database.state().await, async |by| {
        database.advance(by).await
    })
    .await;
}

#[tokio::test]
async fn settled_intents_are_forgotten_after_30_days_and_open_ones_never() {
    let directory = tempfile::tempdir().unwrap();
    let clock = std::sync::Arc::new(crate::clock::SetClock::new());
    let file = directory.path().join("state.db");
    let state = SqliteState::open_with_clock(file, std::sync::Arc::clone(&clock) as _).unwrap();
    forgets(&state, async |by| clock.advance(by)).await;
}

async fn forgets(journal: &dyn Attempts, advance: impl AsyncFn(Duration)) {
    const DAY: Duration = Duration::from_secs(24 * 3600);
    let settled = journal.intend(intent("m1")).await.unwrap();
    journal.settle(settled, Settlement::NotSent).await.unwrap();
    let open = journal.intend(intent("m2")).await.unwrap();
    advance(29 * DAY).await;
    journal.intend(intent("m3")).await.unwrap();
    assert!(journal.entry(settled).await.unwrap().is_some());
    advance(2 * DAY).await;
    journal.intend(intent("m4")).await.unwrap();
    assert!(journal.entry(settled).await.unwrap().is_none());
    assert!(journal.entry(open).await.unwrap().is_some());
}
