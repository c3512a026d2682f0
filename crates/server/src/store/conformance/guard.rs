//! What limits a mistake.

use std::sync::Arc;

use quell_protocol::Protection;

use super::{at, by, machine_id, sha1, sighting, submission, with_machine};
use crate::core::{Event, Objection, TenantId};
use crate::store::Store;
use crate::store::record::{Census, Freeze, Happened, ProtectedFile};

fn freeze(tenant: Option<TenantId>, seconds: i64) -> Freeze {
    Freeze {
        tenant,
        since: at(seconds),
        reason: "panic".to_owned(),
        by: "ana".to_owned(),
    }
}

async fn is_handed_out(store: &Arc<dyn Store>, tenant: TenantId) -> bool {
    let machine = machine_id("m1");
    let orders = store.orders(tenant, &machine, 0, at(5)).await.unwrap();
    let standing = store.standing(tenant, &machine).await.unwrap().unwrap();
    assert_ne!(standing.frozen, !orders.is_empty());
    !orders.is_empty()
}

pub(in crate::store) async fn freeze_withholds_orders_until_each_of_its_reach_is_thawed(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    store.submit(submission(tenant, "a1", at(1))).await.unwrap();
    assert!(is_handed_out(&store, tenant).await);
    let elsewhere = Some(TenantId::fresh());
    store.freeze(freeze(elsewhere, 2), by()).await.unwrap();
    assert!(is_handed_out(&store, tenant).await);
    for reach in [None, Some(tenant)] {
        store.freeze(freeze(reach, 3), by()).await.unwrap();
        // What is frozen stays so since when it was.
        store.freeze(freeze(reach, 4), by()).await.unwrap();
        assert!(!is_handed_out(&store, tenant).await);
    }
    let mut frozen = store.freezes().await.unwrap();
    frozen.retain(|freeze| freeze.tenant != elsewhere);
    assert_eq!(frozen, [freeze(None, 3), freeze(Some(tenant), 3)]);
    let thaw = async |reach| store.thaw(reach, String::new(), by(), at(5)).await.unwrap();
    assert!(thaw(None).await);
    assert!(!thaw(None).await);
    assert!(!is_handed_out(&store, tenant).await);
    assert!(thaw(Some(tenant)).await);
    assert!(is_handed_out(&store, tenant).await);
}

pub(in crate::store) async fn file_is_objected_to_for_what_it_is_and_for_how_many_have_it(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    let stranger = TenantId::fresh();
    let objection = async |tenant, since, most| {
        let found = store.objection(tenant, sha1(), at(since), most).await;
        found.unwrap()
    };
    assert_eq!(objection(tenant, 0, 0).await, None);
    let seen = sighting("/opt/sample", at(10));
    let machine = machine_id("m1");
    let seen_at = async |sighting| {
        let told = store.add_sightings(tenant, &machine, vec![sighting], at(10));
        told.await.unwrap();
    };
    seen_at(seen.clone()).await;
    assert_eq!(objection(tenant, 0, 1).await, None);
    let many = Some(Objection::OnManyMachines { most: 0 });
    assert_eq!(objection(tenant, 0, 0).await, many);
    let mut protected = sighting("/bin/sample", at(10));
    protected.protection = Some(Protection::Shell);
    seen_at(protected).await;
    let shell = Some(Objection::Protected(Protection::Shell));
    assert_eq!(objection(tenant, 10, 1).await, shell);
    assert_eq!(objection(tenant, 11, 1).await, None);

    let file = |reason: &str, seconds| ProtectedFile {
        sha1: sha1(),
        reason: reason.to_owned(),
        created: at(seconds),
    };
    for (reason, seconds) in [("the ERP", 1), ("the new ERP", 2)] {
        let listed = store.protect(tenant, file(reason, seconds), by());
        listed.await.unwrap();
    }
    let known = store.protected_files(tenant).await.unwrap();
    assert_eq!(known, [file("the new ERP", 1)]);
    let listed = Some(Objection::OnTheServersList("the new ERP".to_owned()));
    assert_eq!(objection(tenant, 10, 1).await, listed);
    assert_eq!(objection(stranger, 0, 0).await, None);
    let unprotect = async || store.unprotect(tenant, sha1(), by(), at(3)).await.unwrap();
    assert!(unprotect().await);
    assert!(!unprotect().await);
    assert_eq!(objection(tenant, 11, 1).await, None);
}

pub(in crate::store) async fn what_there_is_is_counted_by_tenant(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    store.submit(submission(tenant, "a1", at(1))).await.unwrap();
    let census = store.census(tenant).await.unwrap();
    let count = |counts: Vec<u64>| counts.into_iter().sum::<u64>();
    let machines = |counts: &[(_, u64)]| count(counts.iter().map(|(_, count)| *count).collect());
    assert_eq!(machines(&census.machines), 1);
    assert_eq!((census.revoked, census.cloned), (0, 0));
    assert_eq!(
        census.actions.iter().map(|(_, count)| count).sum::<u64>(),
        1
    );
    assert_eq!(store.machines_enrolled(tenant).await.unwrap(), 1);
    let machine = machine_id("m1");
    assert!(store.revoke(tenant, &machine, by(), at(2)).await.unwrap());
    let census = store.census(tenant).await.unwrap();
    assert_eq!((machines(&census.machines), census.revoked), (0, 1));
    assert_eq!(store.machines_enrolled(tenant).await.unwrap(), 0);
    let nobody = store.census(TenantId::fresh()).await.unwrap();
    assert_eq!(nobody, Census::default());
}

pub(in crate::store) async fn file_was_quarantined_once_its_machine_began_to(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    let was = async |tenant| {
        store
            .was_quarantined(tenant, &machine, sha1())
            .await
            .unwrap()
    };
    let action = submission(tenant, "a1", at(1));
    let id = action.id.clone();
    store.submit(action).await.unwrap();
    assert!(!was(tenant).await);
    let happened = Happened {
        event: Event::TakenUp,
        details: None,
        by: by(),
        now: at(2),
    };
    store.advance(tenant, &id, None, happened).await.unwrap();
    assert!(was(tenant).await);
    assert!(!was(TenantId::fresh()).await);
}
