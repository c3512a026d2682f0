//! Tenants, applications, machines and files.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use quell_model::Timestamp;
use quell_protocol::{Inventory, Protection, ProtocolVersion, Sighting};

use super::{
    SHA1, add_token, at, by, enrolment, facts, machine_id, sha1, sighting, submission, with_machine,
};
use crate::core::{Health, TenantId};
use crate::odata::Query;
use crate::secret::SecretHash;
use crate::store::Store;
use crate::store::record::{
    ActionScope, Admission, Application, Enrolled, FileName, MachineScope, Registration, Submitted,
    SweepRule,
};

pub(in crate::store) async fn server_keeps_its_name_and_its_first_tenant(store: Arc<dyn Store>) {
    let name = store.server_name().await.unwrap();
    assert_eq!(store.server_name().await.unwrap(), name);
    let tenant = store.first_tenant(at(0)).await.unwrap();
    assert_eq!(store.first_tenant(at(9)).await.unwrap(), tenant);
    assert!(store.has_tenant(tenant).await.unwrap());
    assert!(!store.has_tenant(TenantId::fresh()).await.unwrap());
}

pub(in crate::store) async fn application_belongs_to_its_tenant(store: Arc<dyn Store>) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    let application = Application {
        tenant,
        client_id: "c1".to_owned(),
        display_name: "SOC".to_owned(),
        roles: vec!["Machine.Read.All".to_owned()],
        secret: Some(SecretHash::of("s").unwrap()),
        certificate: Some(vec![1]),
        scopes: vec!["Machine.Read".to_owned()],
        redirect_uris: vec!["http://localhost".to_owned()],
        created: at(1),
    };
    store
        .add_application(application.clone(), by())
        .await
        .unwrap();
    let found = store.application(tenant, "C1").await.unwrap();
    assert_eq!(found.as_ref(), Some(&application));
    let registration = Registration {
        roles: application.roles.clone(),
        scopes: application.scopes.clone(),
    };
    let found = store.registration(tenant, "C1").await.unwrap();
    assert_eq!(found, Some(registration));
    assert_eq!(store.registration(tenant, "c9").await.unwrap(), None);
    assert_eq!(store.tenant_of("C1").await.unwrap(), Some(tenant));
    assert_eq!(store.tenant_of("c2").await.unwrap(), None);
    let public = Application {
        client_id: "c2".to_owned(),
        secret: None,
        certificate: None,
        ..application.clone()
    };
    store.add_application(public.clone(), by()).await.unwrap();
    let found = store.application(tenant, "c2").await.unwrap();
    assert_eq!(found, Some(public));
    let removed = store.remove_application(tenant, "c2", by(), at(0)).await;
    assert!(removed.unwrap());
    let elsewhere = TenantId::fresh();
    assert_eq!(store.application(elsewhere, "c1").await.unwrap(), None);
    assert!(
        !store
            .remove_application(elsewhere, "c1", by(), at(0))
            .await
            .unwrap()
    );
    assert_eq!(store.applications(tenant).await.unwrap(), [application]);
    assert!(
        store
            .remove_application(tenant, "c1", by(), at(0))
            .await
            .unwrap()
    );
    assert!(store.applications(tenant).await.unwrap().is_empty());
}

pub(in crate::store) async fn token_lets_in_as_often_and_as_long_as_it_says(store: Arc<dyn Store>) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    add_token(&store, tenant, "secret", 2).await;
    let ask = |secret: &'static str, machine: &'static str, now| {
        let store = Arc::clone(&store);
        async move {
            store
                .enrol(enrolment(secret, machine, 1, now))
                .await
                .unwrap()
        }
    };
    assert_eq!(ask("other", "m1", at(1)).await, Enrolled::BadToken);
    assert_eq!(ask("secret", "m1", at(3600)).await, Enrolled::BadToken);
    assert_eq!(ask("secret", "m1", at(3599)).await, is_in(tenant, "m1"));
    assert_eq!(ask("secret", "m2", at(1)).await, is_in(tenant, "m2"));
    assert_eq!(ask("secret", "m3", at(1)).await, Enrolled::BadToken);
}

pub(in crate::store) async fn same_key_is_let_in_again_and_uses_nothing_up(store: Arc<dyn Store>) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    add_token(&store, tenant, "secret", 1).await;
    for _ in 0..3 {
        let again = store.enrol(enrolment("secret", "m1", 1, at(1))).await;
        assert_eq!(again.unwrap(), is_in(tenant, "m1"));
    }
}

pub(in crate::store) async fn another_key_is_refused_until_the_first_is_revoked(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    add_token(&store, tenant, "second", 1).await;
    let copy = || store.enrol(enrolment("second", "M1", 2, at(1)));
    assert_eq!(copy().await.unwrap(), Enrolled::Taken);
    assert!(
        store
            .revoke(tenant, &machine_id("M1"), by(), at(2))
            .await
            .unwrap()
    );
    let keys = store.device_keys(&machine_id("m1")).await.unwrap();
    assert!(keys.iter().all(|key| key.revoked) && keys.len() == 1);
    let revoked_key = store.enrol(enrolment("second", "m1", 1, at(1))).await;
    assert_eq!(revoked_key.unwrap(), Enrolled::RevokedKey);
    assert_eq!(copy().await.unwrap(), is_in(tenant, "m1"));
    let keys = store.device_keys(&machine_id("m1")).await.unwrap();
    assert_eq!((keys.len(), keys[0].revoked), (1, false));
    assert_eq!(keys[0].public_key, [2; 32]);
    assert_eq!(keys[0].machine, machine_id("m1"));
    let nobody = store.revoke(tenant, &machine_id("m9"), by(), at(2)).await;
    assert!(!nobody.unwrap());
}

pub(in crate::store) async fn revoked_machine_is_ordered_nothing(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let before = store.submit(submission(tenant, "a1", at(1))).await.unwrap();
    assert!(matches!(before, Submitted::New(_)));
    store
        .revoke(tenant, &machine_id("M1"), by(), at(2))
        .await
        .unwrap();
    let after = store.submit(submission(tenant, "a2", at(3))).await.unwrap();
    assert_eq!(after, Submitted::Revoked);
    let orders = store.orders(tenant, &machine_id("m1"), 0, at(3)).await;
    assert_eq!(orders.unwrap(), []);
}

fn is_in(tenant: TenantId, machine: &str) -> Enrolled {
    Enrolled::In(tenant, machine_id(machine))
}

fn admission(tenant: TenantId, jti: &str, seconds: i64) -> Admission {
    Admission {
        tenant,
        machine: machine_id("m1"),
        jti: jti.to_owned(),
        forget_after: at(seconds + 360),
        address: Some(IpAddr::from([203, 0, 113, 5])),
        now: at(seconds),
    }
}

pub(super) const RULE: SweepRule = SweepRule {
    inactive_after: Duration::from_secs(300),
    sightings_kept: Duration::from_secs(30 * 86_400),
    held_back: Duration::ZERO,
};

pub(in crate::store) async fn assertion_is_admitted_once(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    assert!(store.admit(admission(tenant, "j1", 0)).await.unwrap());
    assert!(!store.admit(admission(tenant, "j1", 10)).await.unwrap());
    assert!(store.admit(admission(tenant, "j2", 10)).await.unwrap());
    store.sweep(RULE, at(360)).await.unwrap();
    assert!(!store.admit(admission(tenant, "j1", 360)).await.unwrap());
}

pub(in crate::store) async fn machine_is_found_by_either_name_in_any_case(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    for name in ["m1", "M1", "host.example", "HOST.example"] {
        let machine = store.machine(tenant.into(), name).await.unwrap().unwrap();
        assert_eq!(machine.id, machine_id("m1"));
        assert_eq!(machine.facts, facts("host.example"));
        assert_eq!(machine.first_seen, at(0));
        assert_eq!(machine.last_address.as_deref(), Some("198.51.100.1"));
    }
    for name in ["", "m", "m1%", "host"] {
        assert_eq!(store.machine(tenant.into(), name).await.unwrap(), None);
    }
}

pub(in crate::store) async fn silent_machine_becomes_inactive_and_a_call_makes_it_active(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    let health = || async {
        store
            .machine(tenant.into(), "m1")
            .await
            .unwrap()
            .unwrap()
            .health
    };
    assert_eq!(store.sweep(RULE, at(300)).await.unwrap().inactive, 0);
    assert_eq!(health().await, Health::Active);
    assert_eq!(store.sweep(RULE, at(301)).await.unwrap().inactive, 1);
    assert_eq!(health().await, Health::Inactive);
    store.admit(admission(tenant, "j", 400)).await.unwrap();
    assert_eq!(health().await, Health::Active);
    store.impair(tenant, &machine_id("m1")).await.unwrap();
    assert_eq!(health().await, Health::ImpairedCommunication);
}

fn with_file(since: Timestamp) -> MachineScope {
    MachineScope::WithFile {
        sha1: sha1(),
        since,
    }
}

fn inventory(complete: bool, sightings: Vec<Sighting>) -> Inventory {
    Inventory {
        protocol_version: ProtocolVersion::CURRENT,
        machine: facts("host.example"),
        complete,
        sightings,
    }
}

pub(in crate::store) async fn file_stays_seen_after_it_has_gone(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    for (seconds, seen) in [
        (
            10,
            vec![sighting("/opt/a", at(10)), sighting("/opt/b", at(9))],
        ),
        (20, Vec::new()),
    ] {
        store
            .record_inventory(tenant, &machine, inventory(true, seen), at(seconds))
            .await
            .unwrap();
    }
    let sighted = |since| store.sighted(tenant, &machine, sha1(), since);
    assert!(sighted(at(10)).await.unwrap().is_some());
    assert!(sighted(at(11)).await.unwrap().is_none());

    let by_sha256 = FileName::Sha256("ab".repeat(32));
    for name in [FileName::Sha1(sha1()), by_sha256] {
        let file = store.file(tenant.into(), name).await.unwrap().unwrap();
        assert_eq!((file.sha1, file.size, file.prevalence), (sha1(), 7, 1));
        assert_eq!((file.first_seen, file.last_seen), (at(9), at(10)));
    }
    let unknown = FileName::Sha1("0000000000000000000000000000000000000000".parse().unwrap());
    assert_eq!(store.file(tenant.into(), unknown).await.unwrap(), None);

    let machines = store
        .machines(tenant.into(), with_file(at(0)), Query::default())
        .await
        .unwrap();
    assert_eq!(machines.items.len(), 1);
    store.sweep(RULE, at(31 * 86_400)).await.unwrap();
    assert!(sighted(at(0)).await.unwrap().is_none());
}

pub(in crate::store) async fn protection_of_one_copy_protects_the_file(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    let guarded = Sighting {
        protection: Some(Protection::Shell),
        ..sighting("/bin/sh", at(1))
    };
    store
        .add_sightings(
            tenant,
            &machine,
            vec![sighting("/tmp/sh", at(1)), guarded],
            at(2),
        )
        .await
        .unwrap();
    let sighted = store.sighted(tenant, &machine, sha1(), at(0)).await;
    assert_eq!(
        sighted.unwrap().unwrap().protection,
        Some(Protection::Shell)
    );
}

pub(in crate::store) async fn sighting_from_the_future_is_of_now(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    store
        .add_sightings(
            tenant,
            &machine_id("m1"),
            vec![sighting("/a", at(1_000_000))],
            at(5),
        )
        .await
        .unwrap();
    let file = store.file(tenant.into(), FileName::Sha1(SHA1.parse().unwrap()));
    assert_eq!(file.await.unwrap().unwrap().last_seen, at(5));
}

pub(in crate::store) async fn tenants_see_nothing_of_each_other(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    store
        .add_sightings(tenant, &machine, vec![sighting("/a", at(1))], at(1))
        .await
        .unwrap();
    store.submit(submission(tenant, "a1", at(1))).await.unwrap();

    let other = TenantId::fresh();
    let action = "a1".parse().unwrap();
    let all = Query::default;
    assert!(store.machine(other.into(), "m1").await.unwrap().is_none());
    for scope in [MachineScope::All, with_file(at(0))] {
        let found = store.machines(other.into(), scope, all()).await.unwrap();
        assert!(found.items.is_empty());
    }
    assert!(store.action(other.into(), &action).await.unwrap().is_none());
    for scope in [
        ActionScope::All,
        ActionScope::OfMachine(machine.clone()),
        ActionScope::LatestOfMachine(machine.clone()),
    ] {
        let found = store.actions(other.into(), scope, all()).await.unwrap();
        assert!(found.items.is_empty());
    }
    let file = FileName::Sha1(sha1());
    assert!(store.file(other.into(), file).await.unwrap().is_none());
    let sightings = store
        .file_sightings(other.into(), sha1(), at(0))
        .await
        .unwrap();
    assert_eq!((sightings.machines, sightings.names.len()), (0, 0));
    let sighted = store.sighted(other, &machine, sha1(), at(0)).await;
    assert!(sighted.unwrap().is_none());
    let orders = store.orders(other, &machine, 0, at(1)).await.unwrap();
    assert!(orders.is_empty());
    assert!(!store.revoke(other, &machine, by(), at(1)).await.unwrap());
    store.acknowledge(other, &machine, 99).await.unwrap();
    let orders = store.orders(tenant, &machine, 0, at(1)).await.unwrap();
    assert_eq!(orders.len(), 1);
}
