//! Whether the store works, and how much there is.

use std::sync::Arc;

use uuid::Uuid;

use super::{at, submission, with_machine};
use crate::core::TenantId;
use crate::store::Store;
use crate::store::record::RunningServer;

pub(in crate::store) async fn probe_is_a_write_whatever_the_clock_says(store: Arc<dyn Store>) {
    for seconds in [5, 5, 1] {
        store.probe(at(seconds)).await.unwrap();
    }
}

pub(in crate::store) async fn actions_are_counted_by_status(store: Arc<dyn Store>) {
    assert_eq!(store.actions_by_status().await.unwrap(), []);
    let tenant: TenantId = with_machine(&store, "m1").await;
    store.submit(submission(tenant, "a1", at(0))).await.unwrap();
    let counted = store.actions_by_status().await.unwrap();
    assert_eq!(counted, [("Pending".to_owned(), 1)]);
}

pub(in crate::store) async fn servers_are_known_until_they_end_or_fall_silent(
    store: Arc<dyn Store>,
) {
    let told = |id: u128, started: i64, seen: i64, held_polls| RunningServer {
        id: Uuid::from_u128(id),
        started: at(started),
        seen: at(seen),
        held_polls,
    };
    store.server_runs(told(2, 5, 5, 7), at(0)).await.unwrap();
    store.server_runs(told(1, 9, 9, 1), at(0)).await.unwrap();
    store.server_runs(told(2, 5, 15, 8), at(5)).await.unwrap();
    let known = store.servers().await.unwrap();
    assert_eq!(known, [told(2, 5, 15, 8), told(1, 9, 9, 1)]);
    store.server_runs(told(2, 5, 25, 9), at(15)).await.unwrap();
    assert_eq!(store.servers().await.unwrap(), [told(2, 5, 25, 9)]);
    store.server_ends(Uuid::from_u128(2)).await.unwrap();
    assert_eq!(store.servers().await.unwrap(), []);
}
