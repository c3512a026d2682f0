//! On how many machines a file is known.

use std::sync::Arc;

use quell_model::Timestamp;

use super::fleet::RULE;
use super::{at, machine_id, sha1, sighting, with_machine};
use crate::core::{Objection, TenantId};
use crate::store::Store;

const KEPT: i64 = 30 * 86_400;

async fn see(store: &Arc<dyn Store>, tenant: TenantId, machine: &str, path: &str, when: Timestamp) {
    let seen = vec![sighting(path, when)];
    let machine = machine_id(machine);
    let kept = store.add_sightings(tenant, &machine, seen, when);
    kept.await.unwrap();
}

/// Neither more nor fewer than so many.
async fn assert_known_on(store: &Arc<dyn Store>, tenant: TenantId, machines: u64) {
    let objection = async |most| store.objection(tenant, sha1(), at(0), most).await.unwrap();
    assert_eq!(objection(machines).await, None);
    if let Some(most) = machines.checked_sub(1) {
        assert_eq!(
            objection(most).await,
            Some(Objection::OnManyMachines { most })
        );
    }
}

pub(in crate::store) async fn file_counts_once_a_machine_until_its_last_copy_is_forgotten(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    assert_known_on(&store, tenant, 0).await;
    for (machine, path, seconds) in [
        ("m1", "/a", 9),
        ("m1", "/b", 12),
        ("m1", "/b", 11),
        // The same end of the id, and another.
        ("am1", "/a", 15),
        ("m2", "/a", 20),
        ("m2", "/a", 20),
    ] {
        see(&store, tenant, machine, path, at(seconds)).await;
    }
    assert_known_on(&store, tenant, 3).await;
    for (seconds, left) in [(10, 3), (13, 2), (16, 1), (16, 1), (21, 0)] {
        store.sweep(RULE, at(KEPT + seconds)).await.unwrap();
        assert_known_on(&store, tenant, left).await;
    }
    see(&store, tenant, "m1", "/a", at(KEPT + 30)).await;
    assert_known_on(&store, tenant, 1).await;
}
