//! Whether the store works, and how much there is.

use std::sync::Arc;

use super::{at, submission, with_machine};
use crate::core::TenantId;
use crate::store::Store;

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
