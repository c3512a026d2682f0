//! Servers that do the same thing at the same time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use quell_model::Sha1;
use quell_protocol::Sighting;
use tokio::task::JoinSet;

use super::super::{ATTEMPTS_BESIDE_OTHERS, Postgres};
use super::Database;
use crate::store::conformance::{
    add_token, at, enrolment, machine_id, sighting, submission, with_machine,
};
use crate::store::database::{Sql, values};
use crate::store::record::{Caller, Submission, Submitted};
use crate::store::{SqlStore, Store, StoreError};

async fn two(database: &Database) -> [Arc<dyn Store>; 2] {
    let open = || async { SqlStore::connect(database.options()).await.unwrap() };
    // Both find an empty database.
    let (one, other) = tokio::join!(open(), open());
    [Arc::new(one), Arc::new(other)]
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_that_ask_for_one_action_one_makes_it_on_postgres() {
    let database = Database::create().await;
    let stores = two(&database).await;
    let tenant = with_machine(&stores[0], "m1").await;
    let mut asking = JoinSet::new();
    for nth in 0..40_usize {
        let store = Arc::clone(&stores[nth % 2]);
        let asked = submission(tenant, &format!("a{nth}"), at(1));
        asking.spawn(async move { store.submit(asked).await.unwrap() });
    }
    let answers = asking.join_all().await;
    let made: Vec<_> = answers
        .iter()
        .filter_map(|answer| match answer {
            Submitted::New(action) => Some(action),
            _ => None,
        })
        .collect();
    let [made] = made.as_slice() else {
        panic!("{} were made", made.len())
    };
    for answer in &answers {
        let (Submitted::New(action) | Submitted::Again(action)) = answer else {
            panic!("{answer:?}")
        };
        assert_eq!(action, *made);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn orders_of_one_machine_are_numbered_without_a_double_on_postgres() {
    let database = Database::create().await;
    let stores = two(&database).await;
    let tenant = with_machine(&stores[0], "m1").await;
    let mut asking = JoinSet::new();
    for nth in 0..30_u8 {
        let store = Arc::clone(&stores[usize::from(nth) % 2]);
        let asked = Submission {
            sha1: Sha1::from_bytes([nth; 20]),
            ..submission(tenant, &format!("a{nth}"), at(1))
        };
        asking.spawn(async move { store.submit(asked).await.unwrap() });
    }
    asking.join_all().await;
    let orders = stores[1].orders(tenant, &machine_id("m1"), 0, at(1)).await;
    let orders = orders.unwrap();
    let numbers: BTreeSet<_> = orders.iter().map(|order| order.sequence).collect();
    let actions: BTreeSet<_> = orders
        .iter()
        .map(|order| order.action_id.as_str())
        .collect();
    assert_eq!((numbers.len(), actions.len()), (30, 30));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn inventories_of_many_machines_at_once_are_all_kept_on_postgres() {
    const MACHINES: u8 = 48;
    let database = Database::create().await;
    let store: Arc<dyn Store> = Arc::new(SqlStore::connect(database.options()).await.unwrap());
    let tenant = store.first_tenant(at(0)).await.unwrap();
    add_token(&store, tenant, "many", u32::from(MACHINES)).await;
    let mut telling = JoinSet::new();
    for nth in 0..MACHINES {
        let store = Arc::clone(&store);
        telling.spawn(async move {
            let name = format!("m{nth}");
            let enrolment = enrolment("many", &name, nth, at(1));
            store.enrol(enrolment).await.unwrap();
            // A file that every machine has, and forty of its own.
            let files = (0..=40_u8).map(|file| Sighting {
                sha1: Sha1::from_bytes([file.wrapping_mul(nth); 20]),
                ..sighting(&format!("/opt/{file}"), at(1))
            });
            let machine = machine_id(&name);
            let told = store.add_sightings(tenant, &machine, files.collect(), at(2));
            told.await.unwrap();
        });
    }
    telling.join_all().await;
    for nth in 0..MACHINES {
        let shared = Sha1::from_bytes([0; 20]);
        let machine = machine_id(&format!("m{nth}"));
        let sighted = store.sighted(tenant, &machine, shared, at(0)).await;
        assert!(sighted.unwrap().is_some(), "{machine}");
    }
}

/// Has somebody in its way, as PostgreSQL says it.
fn be_hindered(sql: &mut dyn Sql) -> Result<(), StoreError> {
    let never_done = "SELECT count(*) FROM machines FOR UPDATE";
    sql.exists(never_done, values![]).map(drop)
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_were_hindered_too_often_go_one_after_another_on_postgres() {
    const ATTEMPTS_ALONE: u32 = 4;
    let database = Database::create().await;
    let postgres = Postgres::open(database.options()).await.unwrap();
    let (at_work, most_at_work) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut writing = JoinSet::new();
    for _ in 0..8 {
        let (postgres, attempts) = (postgres.clone(), AtomicU32::new(0));
        let (at_work, most_at_work) = (Arc::clone(&at_work), Arc::clone(&most_at_work));
        let work = move |sql: &mut dyn Sql| {
            let attempt = attempts.fetch_add(1, Ordering::SeqCst);
            if attempt < ATTEMPTS_BESIDE_OTHERS {
                return be_hindered(sql);
            }
            let now = at_work.fetch_add(1, Ordering::SeqCst) + 1;
            most_at_work.fetch_max(now, Ordering::SeqCst);
            // Whoever may come in beside it has the time of these statements to do so.
            let looked = (0..20).try_for_each(|_| sql.exists("SELECT 1", values![]).map(drop));
            at_work.fetch_sub(1, Ordering::SeqCst);
            looked?;
            match attempt + 1 < ATTEMPTS_BESIDE_OTHERS + ATTEMPTS_ALONE {
                true => be_hindered(sql),
                false => Ok(()),
            }
        };
        writing.spawn(async move { postgres.write(work).await.unwrap() });
    }
    writing.join_all().await;
    assert_eq!(most_at_work.load(Ordering::SeqCst), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_are_counted_together_and_exactly_on_postgres() {
    let database = Database::create().await;
    let stores = two(&database).await;
    let tenant = stores[0].first_tenant(at(0)).await.unwrap();
    let caller = |application: &str| Caller {
        tenant,
        application: application.to_owned(),
        operation: "ListMachines",
    };
    let mut asking = JoinSet::new();
    for nth in 0..30_usize {
        let store = Arc::clone(&stores[nth % 2]);
        let counted = (caller("a"), "17/1h".parse().unwrap());
        asking.spawn(async move { store.count_calls(counted.0, counted.1, 2).await.unwrap() });
    }
    let verdicts = asking.join_all().await.concat();
    let admitted =
        |verdict: &&quell_ratelimit::Verdict| **verdict == quell_ratelimit::Verdict::Admitted;
    assert_eq!(verdicts.iter().filter(admitted).count(), 17);
    let other = stores[1].count_calls(caller("b"), "17/1h".parse().unwrap(), 1);
    assert_eq!(other.await.unwrap(), [quell_ratelimit::Verdict::Admitted]);
}
