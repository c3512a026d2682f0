//! Who a machine is, and whether it still is.

use std::sync::Arc;

use quell_protocol::Life;

use super::{add_token, at, by, enrolment, machine_id, submission, with_machine};
use crate::core::TenantId;
use crate::store::Store;
use crate::store::record::{Attendance, Attended, Enrolled, Rotated, Rotation};

fn attendance(tenant: TenantId, nonce: &str, count: u64) -> Attendance {
    Attendance {
        tenant,
        machine: machine_id("m1"),
        life: Life {
            start: 5,
            nonce: nonce.to_owned(),
            count,
        },
        made: 1_700_000_000 + count,
        address: Some("198.51.100.1".parse().unwrap()),
        now: at(1),
    }
}

pub(in crate::store) async fn clones_get_no_orders_until_they_are_settled(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    store.submit(submission(tenant, "a1", at(1))).await.unwrap();
    let orders = async || {
        let orders = store.orders(tenant, &machine, 0, at(2)).await;
        orders.unwrap().len()
    };
    let shown_twice = async || {
        let shown = store.machine(tenant.into(), "m1").await.unwrap().unwrap();
        shown.cloned
    };
    let attend = async |nonce, count| {
        store
            .attend(attendance(tenant, nonce, count))
            .await
            .unwrap()
    };
    assert_eq!(attend("ours", 1).await, Attended::Present);
    assert_eq!((orders().await, shown_twice().await), (1, false));
    let news = Attended::Cloned { is_news: true };
    assert_eq!(attend("theirs", 1).await, news);
    let known = Attended::Cloned { is_news: false };
    assert_eq!(attend("ours", 2).await, known);
    assert_eq!((orders().await, shown_twice().await), (0, true));
    let clones = store.clones(tenant).await.unwrap();
    assert_eq!((clones.len(), &clones[0].machine), (1, &machine));
    assert_eq!(clones[0].since, at(1));
    assert!(store.clones(TenantId::fresh()).await.unwrap().is_empty());
    let settle = async |tenant| store.settle(tenant, &machine, by(), at(3)).await.unwrap();
    assert!(!settle(TenantId::fresh()).await);
    assert!(settle(tenant).await);
    assert!(!settle(tenant).await);
    assert_eq!(attend("theirs", 2).await, Attended::Present);
    assert_eq!((orders().await, shown_twice().await), (1, false));
}

pub(in crate::store) async fn key_changes_in_two_halves_and_an_old_one_is_dead(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    let rotate = async |signed_by: u8, new_key: u8| {
        let rotation = Rotation {
            tenant,
            machine: machine.clone(),
            signed_by: vec![signed_by; 32],
            new_key: vec![new_key; 32],
            now: at(1),
        };
        store.rotate(rotation).await.unwrap()
    };
    let standing = async || store.standing(tenant, &machine).await.unwrap().unwrap();
    let ask = async || {
        store
            .ask_to_rotate(tenant, &machine, by(), at(1))
            .await
            .unwrap()
    };
    assert!(ask().await);
    assert!(standing().await.rotates);
    assert_eq!(rotate(1, 2).await, Rotated::Proposed);
    assert_eq!(standing().await.public_key, [1; 32]);
    assert_eq!(rotate(3, 3).await, Rotated::Unknown);
    // A proposal that is changed before it is taken into use.
    assert_eq!(rotate(1, 4).await, Rotated::Proposed);
    assert_eq!(rotate(2, 2).await, Rotated::Unknown);
    assert_eq!(rotate(4, 4).await, Rotated::Taken);
    assert_eq!(rotate(4, 4).await, Rotated::Taken);
    let now = standing().await;
    assert_eq!((now.public_key, now.rotates), (vec![4; 32], false));
    assert_eq!(rotate(1, 5).await, Rotated::Unknown);
    assert_eq!(rotate(4, 1).await, Rotated::Dead);
    assert!(store.revoke(tenant, &machine, by(), at(2)).await.unwrap());
    assert!(!ask().await);
}

pub(in crate::store) async fn token_that_was_revoked_lets_nobody_in_and_is_listed(
    store: Arc<dyn Store>,
) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    add_token(&store, tenant, "s1", 2).await;
    let [token] = store
        .enrolment_tokens(tenant)
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!((token.uses, token.made_for, token.revoked), (2, 2, false));
    let enrol = async |machine, key| {
        store
            .enrol(enrolment("s1", machine, key, at(1)))
            .await
            .unwrap()
    };
    assert_eq!(enrol("m1", 1).await, Enrolled::In(tenant, machine_id("m1")));
    let revoke = async |tenant| {
        let revoked = store.revoke_enrolment_token(tenant, &token.id, by(), at(2));
        revoked.await.unwrap()
    };
    assert!(!revoke(TenantId::fresh()).await);
    assert!(revoke(tenant).await);
    assert_eq!(enrol("m2", 2).await, Enrolled::BadToken);
    let listed = &store.enrolment_tokens(tenant).await.unwrap()[0];
    assert_eq!((listed.uses, listed.revoked), (1, true));
}

pub(in crate::store) async fn machine_enrols_anew_once_it_was_allowed_and_its_old_key_is_dead(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    add_token(&store, tenant, "s2", 5).await;
    let enrol = async |key, seconds| {
        let enrolled = store.enrol(enrolment("s2", "m1", key, at(seconds))).await;
        enrolled.unwrap()
    };
    let allow = async |until| {
        let allowed = store.allow_reenrolment(tenant, &machine, at(until), by(), at(1));
        assert!(allowed.await.unwrap());
    };
    assert_eq!(enrol(2, 1).await, Enrolled::Taken);
    allow(5).await;
    assert_eq!(
        enrol(2, 6).await,
        Enrolled::Taken,
        "the allowance has ended"
    );
    allow(9).await;
    assert_eq!(enrol(2, 6).await, Enrolled::In(tenant, machine.clone()));
    assert_eq!(enrol(3, 7).await, Enrolled::Taken, "it was used");
    let standing = store.standing(tenant, &machine).await.unwrap().unwrap();
    assert_eq!(standing.public_key, [2; 32]);
    allow(9).await;
    assert_eq!(enrol(1, 8).await, Enrolled::RevokedKey);
}
