//! Finding machines, their actions, and where files were seen.

use std::sync::Arc;

use quell_model::Timestamp;
use quell_protocol::{Inventory, MachineFacts, ProtocolVersion, Sighting};

use super::*;
use crate::core::span::ADDRESS_MEMORY;
use crate::core::{Event, Tag};
use crate::odata::Query;
use crate::store::record::{
    ActionScope, Admission, FileSightings, Happened, MachineScope, SweepRule,
};

async fn tells(store: &Arc<dyn Store>, tenant: TenantId, addresses: &[&str], now: Timestamp) {
    let machine = MachineFacts {
        ip_addresses: addresses.iter().map(|&one| one.to_owned()).collect(),
        ..facts("host.example")
    };
    let inventory = Inventory {
        protocol_version: ProtocolVersion::CURRENT,
        machine,
        complete: false,
        sightings: Vec::new(),
    };
    store
        .record_inventory(tenant, &machine_id("m1"), inventory, now)
        .await
        .unwrap();
}

async fn calls(store: &Arc<dyn Store>, tenant: TenantId, seconds: i64) {
    let admission = Admission {
        tenant,
        machine: machine_id("m1"),
        jti: seconds.to_string(),
        forget_after: at(seconds + 60),
        address: None,
        now: at(seconds),
    };
    assert!(store.admit(admission).await.unwrap());
}

/// Whether the machine had the address at some second of these.
async fn had(
    store: &Arc<dyn Store>,
    tenant: TenantId,
    address: &str,
    from: i64,
    until: i64,
) -> bool {
    let scope = MachineScope::WithAddress {
        address: address.parse().unwrap(),
        from: at(from),
        until: at(until),
    };
    let found = store.machines(tenant.into(), scope, Query::default()).await;
    !found.unwrap().items.is_empty()
}

pub(in crate::store) async fn address_is_a_machine_s_from_when_it_tells_it_until_it_tells_others(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    calls(&store, tenant, 500).await;
    tells(
        &store,
        tenant,
        &["10.0.0.1", "FE80:0::1", "no address"],
        at(500),
    )
    .await;
    calls(&store, tenant, 700).await;
    tells(&store, tenant, &["10.0.0.2", "::ffff:10.0.0.3"], at(700)).await;
    calls(&store, tenant, 800).await;
    for (address, from, until, expected) in [
        ("192.0.2.7", 0, 0, true),
        ("192.0.2.7", 501, 900, false),
        ("10.0.0.1", 0, 499, false),
        ("10.0.0.1", 499, 500, true),
        ("fe80::1", 600, 600, true),
        ("10.0.0.1", 700, 701, true),
        ("10.0.0.1", 701, 900, false),
        ("10.0.0.2", 800, 900, true),
        ("10.0.0.2", 801, 900, false),
        ("10.0.0.3", 750, 750, true),
        ("10.0.0.9", 0, 900, false),
    ] {
        let found = had(&store, tenant, address, from, until).await;
        assert_eq!(found, expected, "{address} {from} {until}");
        assert!(!had(&store, TenantId::fresh(), address, from, until).await);
    }
    let later = at(800).saturating_add(ADDRESS_MEMORY * 2);
    let rule = SweepRule {
        inactive_after: ADDRESS_MEMORY,
        sightings_kept: ADDRESS_MEMORY,
        held_back: std::time::Duration::ZERO,
    };
    store.sweep(rule, later).await.unwrap();
    assert!(!had(&store, tenant, "10.0.0.1", 0, 900).await);
    assert!(
        had(&store, tenant, "10.0.0.2", 0, 900).await,
        "it has it still"
    );
}

pub(in crate::store) async fn silent_machine_has_no_address(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    calls(&store, tenant, 900).await;
    calls(&store, tenant, 10_000).await;
    calls(&store, tenant, 10_900).await;
    for (from, until, expected) in [
        (0, 0, true),
        (900, 900, true),
        (901, 9_999, false),
        (10_000, 10_000, true),
        (10_900, 10_900, true),
        (10_901, 20_000, false),
    ] {
        let found = had(&store, tenant, "192.0.2.7", from, until).await;
        assert_eq!(found, expected, "{from} {until}");
    }
}

pub(in crate::store) async fn machine_that_was_shut_out_had_no_address_meanwhile(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    store
        .revoke(tenant, &machine_id("m1"), by(), at(10))
        .await
        .unwrap();
    add_token(&store, tenant, "second", 1).await;
    let again = enrolment("second", "m1", 2, at(3_000));
    store.enrol(again).await.unwrap();
    assert!(had(&store, tenant, "192.0.2.7", 0, 0).await);
    assert!(!had(&store, tenant, "192.0.2.7", 1, 2_999).await);
    assert!(had(&store, tenant, "192.0.2.7", 3_000, 3_000).await);
}

pub(in crate::store) async fn no_more_than_so_many_former_addresses_are_kept(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    for round in 0..5_u8 {
        let told: Vec<_> = (0..=255)
            .map(|host: u8| format!("10.0.{round}.{host}"))
            .collect();
        let told: Vec<_> = told.iter().map(String::as_str).collect();
        tells(&store, tenant, &told, at(i64::from(round) + 1)).await;
    }
    for (address, expected) in [("192.0.2.7", false), ("10.0.1.9", true), ("10.0.4.9", true)] {
        let found = had(&store, tenant, address, 0, 9).await;
        assert_eq!(found, expected, "{address}");
    }
}

fn tags(list: &[&str]) -> Vec<Tag> {
    list.iter().map(|one| one.parse().unwrap()).collect()
}

pub(in crate::store) async fn machines_are_found_by_tags_of_their_tenant(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let machine = machine_id("m1");
    store
        .tag(
            tenant,
            &machine,
            tags(&["web", "Web front", "a%"]),
            Vec::new(),
            by(),
            at(0),
        )
        .await
        .unwrap();
    store
        .tag(
            tenant,
            &machine,
            tags(&["web"]),
            tags(&["web", "a%", "none"]),
            by(),
            at(0),
        )
        .await
        .unwrap();
    let nobody = machine_id("m9");
    store
        .tag(tenant, &nobody, tags(&["ghost"]), Vec::new(), by(), at(0))
        .await
        .unwrap();
    let kept = store.machine(tenant.into(), "m1").await.unwrap().unwrap();
    assert_eq!(kept.tags, ["Web front", "web"]);
    let exactly = |tag: &str| MachineScope::Tagged(tag.to_owned());
    let from = |tag: &str| MachineScope::TaggedFrom(tag.to_owned());
    for (scope, expected) in [
        (exactly("web"), 1),
        (exactly("we"), 0),
        (exactly("WEB"), 0),
        (exactly("a%"), 0),
        (exactly("ghost"), 0),
        (from("we"), 1),
        (from("Web "), 1),
        (from("eb"), 0),
        (from("%"), 0),
        (from("web front"), 0),
        (from(""), 1),
    ] {
        let found = store.machines(tenant.into(), scope.clone(), Query::default());
        assert_eq!(found.await.unwrap().items.len(), expected, "{scope:?}");
        let elsewhere = store.machines(TenantId::fresh().into(), scope, Query::default());
        assert!(elsewhere.await.unwrap().items.is_empty());
    }
}

pub(in crate::store) async fn file_sightings_reach_as_far_back_as_is_asked(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    for (machine, path, seconds) in [
        ("m1", "/opt/a", 10),
        ("m1", "/opt/a", 50),
        ("m2", "/opt/b", 30),
    ] {
        let seen = vec![sighting(path, at(seconds))];
        let machine = machine_id(machine);
        store
            .add_sightings(tenant, &machine, seen, at(60))
            .await
            .unwrap();
    }
    let since = |seconds| store.file_sightings(tenant.into(), sha1(), at(seconds));
    let seen = |machines, first: Option<i64>, last: Option<i64>, names: &[&str]| FileSightings {
        machines,
        first_seen: first.map(at),
        last_seen: last.map(at),
        names: names.iter().map(|&one| one.to_owned()).collect(),
    };
    assert_eq!(
        since(0).await.unwrap(),
        seen(2, Some(10), Some(50), &["a", "b"])
    );
    assert_eq!(
        since(31).await.unwrap(),
        seen(1, Some(10), Some(50), &["a"])
    );
    assert_eq!(since(51).await.unwrap(), seen(0, None, None, &[]));
}

pub(in crate::store) async fn names_of_a_file_are_told_by_frequency(store: Arc<dyn Store>) {
    let tenant = with_machine(&store, "m1").await;
    let paths = ["/a/z", "/b/z", "/c/y", "/d/x", "/e/w", "/f/v", "/g/u"];
    let mut seen: Vec<Sighting> = paths.iter().map(|path| sighting(path, at(1))).collect();
    let mut odd = sighting("", at(1));
    odd.path = WirePath::from_bytes(b"/h/\xff");
    seen.extend([odd.clone(), odd]);
    store
        .add_sightings(tenant, &machine_id("m1"), seen, at(2))
        .await
        .unwrap();
    let told = store
        .file_sightings(tenant.into(), sha1(), at(0))
        .await
        .unwrap();
    assert_eq!(told.names, ["z", "u", "v", "w", "x"]);
}

pub(in crate::store) async fn actions_of_a_machine_are_its_own_and_the_latest_is_one_of_each_type(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    add_token(&store, tenant, "second", 1).await;
    store
        .enrol(enrolment("second", "m2", 2, at(0)))
        .await
        .unwrap();
    for (id, machine, seconds) in [("a1", "m1", 1), ("a2", "m1", 5), ("a3", "m2", 9)] {
        let mut asked = submission(tenant, id, at(seconds));
        asked.machine = machine_id(machine);
        store.submit(asked).await.unwrap();
        let cancel = Event::CancelRequested {
            requestor: "SOC".to_owned(),
            comment: "done".to_owned(),
        };
        let id = ActionId::new(id).unwrap();
        let ended = store.advance(
            tenant,
            &id,
            None,
            Happened {
                event: cancel,
                details: None,
                by: by(),
                now: at(seconds),
            },
        );
        ended.await.unwrap();
    }
    let m1 = machine_id("m1");
    for (scope, expected) in [
        (ActionScope::All, &["a3", "a2", "a1"][..]),
        (ActionScope::OfMachine(m1.clone()), &["a2", "a1"]),
        (ActionScope::LatestOfMachine(m1), &["a2"]),
        (ActionScope::LatestOfMachine(machine_id("m9")), &[]),
    ] {
        let page = store.actions(tenant.into(), scope.clone(), Query::default());
        let page = page.await.unwrap();
        let ids: Vec<_> = page.items.iter().map(|one| one.id.as_str()).collect();
        assert_eq!(ids, expected, "{scope:?}");
    }
}
