//! Machine actions and orders.

use std::sync::Arc;
use std::time::Duration;

use quell_model::ActionId;
use quell_protocol::{Hints, Verb, WirePath};

use super::{at, by, machine_id, sha1, submission, with_machine};
use crate::core::{Ask, Ending, Event, Status, TenantId};
use crate::odata::{Kind, Property, Query, Schema};
use crate::store::Store;
use crate::store::record::{
    ActionRecord, ActionScope, Change, Happened, Submission, Submitted, SweepRule,
};

const THREE_DAYS: i64 = 3 * 86_400;
const RULE: SweepRule = SweepRule {
    inactive_after: Duration::from_secs(300),
    sightings_kept: Duration::from_secs(86_400),
    held_back: Duration::ZERO,
};

fn id(text: &str) -> ActionId {
    ActionId::new(text).unwrap()
}

async fn take(store: &Arc<dyn Store>, tenant: TenantId, name: &str, seconds: i64) -> ActionRecord {
    let taken = store.submit(submission(tenant, name, at(seconds))).await;
    let Submitted::New(action) = taken.unwrap() else {
        panic!("not a new action")
    };
    action
}

async fn happen(store: &Arc<dyn Store>, tenant: TenantId, name: &str, event: Event) -> Status {
    let advanced = store
        .advance(
            tenant,
            &id(name),
            None,
            Happened {
                event,
                details: None,
                by: by(),
                now: at(50),
            },
        )
        .await
        .unwrap()
        .unwrap();
    let kept = store
        .action(tenant.into(), &id(name))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(kept, advanced.action);
    kept.state.status
}

pub(in crate::store) async fn repeat_is_the_same_action_and_later_a_refusal(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let first = take(&store, tenant, "a1", 0).await;
    assert_eq!(first.state.status, Status::Pending);
    let again = store
        .submit(submission(tenant, "a2", at(59)))
        .await
        .unwrap();
    assert_eq!(again, Submitted::Again(first.clone()));
    let refused = store
        .submit(submission(tenant, "a3", at(60)))
        .await
        .unwrap();
    assert_eq!(refused, Submitted::Refused);
    assert_eq!(store.action(tenant.into(), &id("a2")).await.unwrap(), None);
    assert_eq!(
        store.action(tenant.into(), &id("A1")).await.unwrap(),
        Some(first)
    );
    let orders = store.orders(tenant, &machine_id("m1"), 0, at(60)).await;
    assert_eq!(orders.unwrap().len(), 1);
}

pub(in crate::store) async fn ended_action_makes_room_for_another(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    take(&store, tenant, "a1", 0).await;
    let ended = Event::Ended(Ending::Failed { hresult: -5 });
    assert_eq!(happen(&store, tenant, "a1", ended).await, Status::Failed);
    take(&store, tenant, "a2", 1).await;
}

pub(in crate::store) async fn orders_wait_until_they_are_acknowledged(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    let action = take(&store, tenant, "a1", 0).await;
    let orders = store.orders(tenant, &machine, 0, at(1)).await.unwrap();
    assert_eq!(orders.len(), 1);
    let sequence = orders[0].sequence;
    assert_eq!(orders[0].action_id, action.id);
    assert_eq!(orders[0].machine_id, machine);
    assert_eq!(orders[0].expires_at, at(THREE_DAYS));
    assert_eq!(
        orders[0].verb,
        Verb::StopAndQuarantineFile {
            sha1: sha1(),
            comment: "why".to_owned(),
            requestor: Some("SOC".to_owned()),
            force: false,
            hints: Hints::default(),
            dry_run: false,
            stop_mappers: false,
        }
    );
    let above = store.orders(tenant, &machine, sequence, at(1)).await;
    assert!(above.unwrap().is_empty());
    let again = store.orders(tenant, &machine, 0, at(1)).await.unwrap();
    assert_eq!(again, orders);
    store.acknowledge(tenant, &machine, sequence).await.unwrap();
    let none = store.orders(tenant, &machine, 0, at(1)).await.unwrap();
    assert!(none.is_empty());
}

pub(in crate::store) async fn order_says_all_that_was_asked(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let hints = Hints {
        file_size: Some(7),
        paths: vec![WirePath::from_bytes(b"/opt/\xff")],
    };
    let asking = |name: &str, stop_mappers| Submission {
        ask: Ask::StopAndQuarantineFile {
            force: true,
            hints: hints.clone(),
            dry_run: false,
            stop_mappers,
        },
        ..submission(tenant, name, at(0))
    };
    store.submit(asking("a1", true)).await.unwrap();
    let [order] = store
        .orders(tenant, &machine_id("m1"), 0, at(1))
        .await
        .unwrap()
        .try_into()
        .unwrap();
    let expected = Verb::StopAndQuarantineFile {
        sha1: sha1(),
        comment: "why".to_owned(),
        requestor: Some("SOC".to_owned()),
        force: true,
        hints: hints.clone(),
        dry_run: false,
        stop_mappers: true,
    };
    assert_eq!(order.verb, expected);
    let less = store.submit(asking("a2", false)).await.unwrap();
    assert!(matches!(less, Submitted::Refused), "{less:?}");
}

pub(in crate::store) async fn acknowledgement_from_lost_data_hides_no_order(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    take(&store, tenant, "a1", 0).await;
    let lost = 1 << 60;
    store.acknowledge(tenant, &machine, lost).await.unwrap();
    let orders = store.orders(tenant, &machine, lost, at(1)).await.unwrap();
    assert_eq!(orders.len(), 1);
    let sequence = orders[0].sequence;
    store.acknowledge(tenant, &machine, sequence).await.unwrap();
    happen(&store, tenant, "a1", Event::Ended(Ending::Succeeded)).await;
    take(&store, tenant, "a2", 1).await;
    let orders = store.orders(tenant, &machine, sequence, at(1)).await;
    let orders = orders.unwrap();
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].action_id, id("a2"));
}

pub(in crate::store) async fn numbers_grow_though_the_clock_does_not(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let mut above = 0;
    for (name, seconds) in [("a1", 20), ("a2", 20), ("a3", 10)] {
        take(&store, tenant, name, seconds).await;
        let orders = store.orders(tenant, &machine_id("m1"), above, at(20)).await;
        let orders = orders.unwrap();
        assert_eq!(orders.len(), 1, "{name}");
        above = orders[0].sequence;
        happen(&store, tenant, name, Event::Ended(Ending::Succeeded)).await;
    }
}

pub(in crate::store) async fn cancelled_order_is_recalled(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    take(&store, tenant, "a1", 0).await;
    let given = store.orders(tenant, &machine_id("m1"), 0, at(1)).await;
    let given = given.unwrap()[0].sequence;
    let cancel = Event::CancelRequested {
        requestor: "SOC".to_owned(),
        comment: "mistake".to_owned(),
    };
    assert_eq!(
        happen(&store, tenant, "a1", cancel.clone()).await,
        Status::Cancelled
    );
    let orders = store.orders(tenant, &machine_id("m1"), 0, at(51)).await;
    let orders = orders.unwrap();
    assert_eq!(orders.len(), 1);
    assert!(orders[0].sequence > given);
    assert_eq!(orders[0].verb, Verb::CancelAction);

    let twice = store
        .advance(
            tenant,
            &id("a1"),
            None,
            Happened {
                event: cancel,
                details: None,
                by: by(),
                now: at(52),
            },
        )
        .await
        .unwrap()
        .unwrap();
    assert_eq!(twice.verdict.unwrap_err().0, Status::Cancelled);
    let by = twice.action.state.cancellation.unwrap();
    assert_eq!((by.comment.as_str(), by.at), ("mistake", at(50)));
}

pub(in crate::store) async fn order_expires_with_its_action(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    take(&store, tenant, "a1", 0).await;
    let early = store.sweep(RULE, at(THREE_DAYS - 1)).await.unwrap();
    assert_eq!(early.timed_out, 0);
    let orders = store.orders(tenant, &machine, 0, at(THREE_DAYS)).await;
    assert!(orders.unwrap().is_empty());
    let late = store.sweep(RULE, at(THREE_DAYS)).await.unwrap();
    assert_eq!(late.timed_out, 1);
    let action = store
        .action(tenant.into(), &id("a1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(action.state.status, Status::TimeOut);
    assert_eq!(action.state.last_update, at(THREE_DAYS));
    take(&store, tenant, "a2", THREE_DAYS).await;
    let orders = store.orders(tenant, &machine, 0, at(THREE_DAYS)).await;
    assert_eq!(orders.unwrap()[0].action_id, id("a2"));
}

pub(in crate::store) async fn action_of_which_nothing_is_heard_times_out(store: Arc<dyn Store>) {
    const DAY: i64 = 86_400;
    let tenant = with_machine(&store, "m1").await;
    take(&store, tenant, "a1", 0).await;
    for day in [1, 3] {
        store
            .advance(
                tenant,
                &id("a1"),
                None,
                Happened {
                    event: Event::TakenUp,
                    details: None,
                    by: by(),
                    now: at(day * DAY),
                },
            )
            .await
            .unwrap();
    }
    let taken_up = store
        .action(tenant.into(), &id("a1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(taken_up.state.status, Status::InProgress);
    assert_eq!(taken_up.state.last_update, at(DAY));

    let early = store.sweep(RULE, at(6 * DAY - 1)).await.unwrap();
    assert_eq!(early.timed_out, 0);
    let set_forward = SweepRule {
        held_back: Duration::from_secs(1),
        ..RULE
    };
    let spared = store.sweep(set_forward, at(6 * DAY)).await.unwrap();
    assert_eq!(spared.timed_out, 0);
    let late = store.sweep(RULE, at(6 * DAY)).await.unwrap();
    assert_eq!(late.timed_out, 1);
    let action = store
        .action(tenant.into(), &id("a1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(action.state.status, Status::TimeOut);
    take(&store, tenant, "a2", 6 * DAY).await;
}

pub(in crate::store) async fn only_its_machine_moves_an_action(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    take(&store, tenant, "a1", 0).await;
    let by = |machine: &'static str| {
        let store = Arc::clone(&store);
        async move {
            let machine = machine_id(machine);
            store
                .advance(
                    tenant,
                    &id("a1"),
                    Some(&machine),
                    Happened {
                        event: Event::TakenUp,
                        details: None,
                        by: by(),
                        now: at(1),
                    },
                )
                .await
                .unwrap()
        }
    };
    assert!(by("m2").await.is_none());
    assert_eq!(by("m1").await.unwrap().verdict, Ok(Change::Moved));
    assert_eq!(by("m1").await.unwrap().verdict, Ok(Change::Stayed));
}

pub(in crate::store) async fn first_details_are_kept(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    take(&store, tenant, "a1", 0).await;
    for (details, ending) in [
        ("first", Ending::Succeeded),
        ("second", Ending::Failed { hresult: -1 }),
    ] {
        store
            .advance(
                tenant,
                &id("a1"),
                None,
                Happened {
                    event: Event::Ended(ending),
                    details: Some(details.to_owned()),
                    by: by(),
                    now: at(5),
                },
            )
            .await
            .unwrap();
    }
    let kept = store.details(tenant, &id("a1")).await.unwrap();
    assert_eq!(kept.as_deref(), Some("first"));
    let action = store
        .action(tenant.into(), &id("a1"))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(action.state.status, Status::Succeeded);
}

const ACTIONS: Schema = Schema::new(
    "MachineAction",
    &[
        Property::stored("status", "status", Kind::Text).filterable(),
        Property::stored("created", "created", Kind::DateTime).filterable(),
    ],
);

pub(in crate::store) async fn list_is_newest_first_and_filtered_and_counted(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    for (name, seconds) in [("a1", 0), ("a2", 10), ("a3", 20)] {
        take(&store, tenant, name, seconds).await;
        happen(&store, tenant, name, Event::Ended(Ending::Succeeded)).await;
    }
    take(&store, tenant, "a4", 30).await;
    let list = |query: &'static str| {
        let store = Arc::clone(&store);
        async move {
            let query = Query::parse(query, &ACTIONS).unwrap();
            let page = store
                .actions(tenant.into(), ActionScope::All, query)
                .await
                .unwrap();
            assert!(!page.more);
            let ids: Vec<_> = page.items.iter().map(|one| one.id.to_string()).collect();
            (ids.join(" "), page.count)
        }
    };
    assert_eq!(list("").await, ("a4 a3 a2 a1".to_owned(), None));
    assert_eq!(
        list("$filter=status+eq+'Succeeded'&$top=2&$count=true").await,
        ("a3 a2".to_owned(), Some(3))
    );
    assert_eq!(
        list("$orderby=created&$skip=1&$top=2").await,
        ("a2 a3".to_owned(), None)
    );
    let injection = "$filter=status+eq+'x''+OR+1=1--'&$count=true";
    assert_eq!(list(injection).await, (String::new(), Some(0)));
}
