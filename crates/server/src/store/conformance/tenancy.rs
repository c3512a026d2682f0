//! Tenants, device groups and roles.

use std::sync::Arc;

use super::{add_token, at, by, enrolment, machine_id, with_machine};
use crate::core::{Extent, GroupId, Powers, RolePermission, Tag, TenantId};
use crate::store::Store;
use crate::store::record::{Changed, Holder, Holdings, Named, NamedReach, NewRole, Person, Tenant};

fn tenant(name: &str) -> Tenant {
    Tenant {
        id: TenantId::fresh(),
        name: name.to_owned(),
        created: at(1),
    }
}

pub(in crate::store) async fn tenant_goes_with_no_more_than_was_known_of_it(store: Arc<dyn Store>) {
    let first = with_machine(&store, "m1").await;
    let contoso = tenant("Contoso");
    assert!(store.add_tenant(contoso.clone(), by()).await.unwrap());
    assert!(!store.add_tenant(tenant("CONTOSO"), by()).await.unwrap());
    let known: Vec<_> = store.tenants().await.unwrap();
    assert_eq!(known.len(), 2);
    assert_eq!((known[0].id, &known[1]), (first, &contoso));
    add_token(&store, contoso.id, "s2", 1).await;
    store.enrol(enrolment("s2", "m1", 2, at(1))).await.unwrap();
    let holdings = store.holdings(contoso.id).await.unwrap();
    let one_machine = Holdings {
        machines: 1,
        ..Holdings::default()
    };
    assert_eq!(holdings, one_machine);
    let remove = async |known| {
        let removed = store.remove_tenant(contoso.id, known, by(), at(2)).await;
        removed.unwrap()
    };
    assert!(!remove(Holdings::default()).await);
    assert!(remove(one_machine).await);
    assert!(!remove(one_machine).await);
    assert!(!store.has_tenant(contoso.id).await.unwrap());
    assert!(
        store
            .machine(contoso.id.into(), "m1")
            .await
            .unwrap()
            .is_none()
    );
    // Of the other tenant nothing is gone, and the trail stays.
    assert!(store.machine(first.into(), "m1").await.unwrap().is_some());
    assert!(store.trail_end(contoso.id).await.unwrap().sequence > 0);
}

pub(in crate::store) async fn machine_is_where_it_was_put_else_where_its_tags_say(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    let web: Tag = "web".parse().unwrap();
    let add = async |name, tag| {
        let added = store.add_device_group(tenant, name, tag, by(), at(1)).await;
        added.unwrap()
    };
    let Changed::Done(servers) = add("Servers", None).await else {
        panic!("it is new")
    };
    assert_eq!(add("SERVERS", None).await, Changed::NameTaken);
    let Changed::Done(tagged) = add("Tagged", Some(web.clone())).await else {
        panic!("it is new")
    };
    let group = async || {
        let machine = store.machine(tenant.into(), "m1").await.unwrap().unwrap();
        machine.group
    };
    assert_eq!(group().await, GroupId::NONE);
    let machine = machine_id("m1");
    let tag = store.tag(tenant, &machine, vec![web], vec![], by(), at(2));
    tag.await.unwrap();
    assert_eq!(group().await, tagged);
    let assign = async |machine: &str, to: Option<&str>| {
        let (machines, to) = (vec![machine.to_owned()], to.map(str::to_owned));
        let assigned = store.assign_group(tenant, machines, to, by(), at(3)).await;
        assigned.unwrap()
    };
    assert_eq!(assign("M1", Some("servers")).await, Changed::Done(()));
    assert_eq!(group().await, servers);
    let nobody = Named::Machine("m2".to_owned());
    assert_eq!(
        assign("m2", Some("Servers")).await,
        Changed::Unknown(nobody)
    );
    let listed = store.device_groups(tenant).await.unwrap();
    let counts: Vec<_> = listed
        .iter()
        .map(|group| (group.id, group.machines))
        .collect();
    assert_eq!(counts, [(servers, 1), (tagged, 0)]);
    let remove = async |name| {
        let removed = store.remove_device_group(tenant, name, by(), at(4)).await;
        removed.unwrap()
    };
    assert_eq!(remove("servers").await, Changed::Done(()));
    assert_eq!(group().await, tagged, "its tags say so again");
    let gone = Changed::Unknown(Named::DeviceGroup("servers".to_owned()));
    assert_eq!(remove("servers").await, gone);
    let Changed::Done(another) = add("Servers", None).await else {
        panic!("the name is free")
    };
    assert!(another > tagged, "no number is used twice");
    assert!(
        store
            .device_groups(TenantId::fresh())
            .await
            .unwrap()
            .is_empty()
    );
}

pub(in crate::store) async fn person_may_what_the_roles_say_that_he_and_his_groups_hold(
    store: Arc<dyn Store>,
) {
    let tenant = with_machine(&store, "m1").await;
    let ana = "ana@contoso.example";
    let person = Person {
        tenant,
        name: ana.to_owned(),
        display_name: "Ana".to_owned(),
        id: "o1".to_owned(),
        password: "$hash".to_owned(),
        scopes: Vec::new(),
        created: at(0),
    };
    assert!(store.add_person(person, by()).await.unwrap());
    let powers = async || store.powers(tenant, "o1").await.unwrap();
    assert_eq!(powers().await, Powers::UNLIMITED);
    assert_eq!(store.roles(tenant).await.unwrap(), None);
    let added = store
        .add_device_group(tenant, "Servers", None, by(), at(1))
        .await;
    let Changed::Done(servers) = added.unwrap() else {
        panic!("it is new")
    };
    let role = |name: &str, permissions: &[RolePermission], reach| NewRole {
        name: name.to_owned(),
        permissions: permissions.to_vec(),
        reach,
    };
    let of_servers = |ungrouped| NamedReach::Groups {
        names: vec!["servers".to_owned()],
        ungrouped,
    };
    let add = async |role| store.add_role(tenant, role, by(), at(2)).await.unwrap();
    let hunters = role("Hunters", &RolePermission::ALL, of_servers(false));
    assert_eq!(add(hunters.clone()).await, Changed::Done(()));
    assert_eq!(add(hunters).await, Changed::NameTaken);
    let nothing = Powers::of(&[]);
    assert_eq!(powers().await, nothing, "from the first role on");
    let readers = role("Readers", &[RolePermission::ViewData], of_servers(true));
    assert_eq!(add(readers).await, Changed::Done(()));
    let grant = async |role, add, remove| {
        let granted = store
            .grant_role(tenant, role, add, remove, by(), at(3))
            .await;
        granted.unwrap()
    };
    let himself = vec![Holder::User("ANA@contoso.example".to_owned())];
    let team = vec![Holder::UserGroup("soc".to_owned())];
    assert_eq!(grant("readers", team, vec![]).await, Changed::Done(()));
    assert_eq!(
        grant("hunters", himself.clone(), vec![]).await,
        Changed::Done(())
    );
    let nobody = vec![Holder::User("ben@contoso.example".to_owned())];
    let unknown = grant("hunters", nobody, vec![]).await;
    assert!(
        matches!(unknown, Changed::Unknown(Named::User(_))),
        "{unknown:?}"
    );
    let groups = |numbers: &[GroupId]| Extent::Groups(numbers.iter().copied().collect());
    let own = Powers {
        sees: groups(&[servers]),
        acts: groups(&[servers]),
    };
    assert_eq!(powers().await, own);
    let join = async |add: &[&str], remove: &[&str]| {
        let words = |list: &[&str]| list.iter().map(|word| (*word).to_owned()).collect();
        let joined = store.join_groups(tenant, ana, words(add), words(remove), by(), at(4));
        joined.await.unwrap()
    };
    assert_eq!(
        join(&["soc"], &[]).await,
        Changed::Done(vec!["soc".to_owned()])
    );
    let more = Powers {
        sees: groups(&[GroupId::NONE, servers]),
        acts: groups(&[servers]),
    };
    assert_eq!(powers().await, more);
    assert_eq!(store.user_groups(tenant).await.unwrap().len(), 1);
    assert_eq!(join(&[], &["soc"]).await, Changed::Done(vec![]));
    assert_eq!(powers().await, own);
    assert_eq!(grant("Hunters", vec![], himself).await, Changed::Done(()));
    assert_eq!(powers().await, nothing);
    let remove = async |name| store.remove_role(tenant, name, by(), at(5)).await.unwrap();
    assert_eq!(remove("Hunters").await, Changed::Done(()));
    assert_eq!(remove("readers").await, Changed::Done(()));
    assert_eq!(store.roles(tenant).await.unwrap(), Some(vec![]));
    assert_eq!(
        powers().await,
        nothing,
        "the last role gives nobody anything"
    );
    let other = store.powers(TenantId::fresh(), "o1").await.unwrap();
    assert_eq!(other, Powers::UNLIMITED);
}
