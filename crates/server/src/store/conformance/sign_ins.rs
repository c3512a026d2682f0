//! Persons and their sign-ins.

use std::sync::Arc;

use super::{at, by};
use crate::core::TenantId;
use crate::store::Store;
use crate::store::record::{
    Granted, NewCode, NewDeviceCode, NewSignIn, Person, Polled, Redeemed, Redemption,
};

const CODE: [u8; 32] = [1; 32];

fn person(tenant: TenantId, id: &str, name: &str) -> Person {
    Person {
        tenant,
        id: id.to_owned(),
        name: name.to_owned(),
        display_name: "Ana".to_owned(),
        password: "$hash".to_owned(),
        scopes: vec!["Machine.Read".to_owned()],
        created: at(0),
    }
}

async fn with_person(store: &Arc<dyn Store>) -> TenantId {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    let ana = person(tenant, "p1", "ana@contoso.example");
    assert!(store.add_person(ana, by()).await.unwrap());
    tenant
}

fn code(tenant: TenantId) -> NewCode {
    NewCode {
        digest: CODE,
        tenant,
        client_id: "c1".to_owned(),
        person: "p1".to_owned(),
        scope: "openid".to_owned(),
        redirect_uri: "http://localhost:1".to_owned(),
        challenge: "challenge".to_owned(),
        nonce: Some("n".to_owned()),
        expires: at(60),
    }
}

fn sign_in(id: &str, refresh: u8) -> NewSignIn {
    NewSignIn {
        id: id.to_owned(),
        refresh: [refresh; 32],
        expires: at(1000),
    }
}

fn shown(tenant: TenantId) -> Redemption {
    Redemption {
        digest: CODE,
        tenant,
        client_id: "c1".to_owned(),
        redirect_uri: "http://localhost:1".to_owned(),
        challenge: "challenge".to_owned(),
        new: sign_in("s1", 10),
        now: at(59),
    }
}

async fn is_signed_in(store: &Arc<dyn Store>, tenant: TenantId, seconds: i64) -> bool {
    let found = store.signed_in(tenant, "s1", "c1", at(seconds)).await;
    found.unwrap().is_some_and(|person| person.id == "p1")
}

pub(in crate::store) async fn person_is_found_by_name_in_any_case(store: Arc<dyn Store>) {
    let tenant = with_person(&store).await;
    let ana = person(tenant, "p1", "ana@contoso.example");
    let named = store.person_named(tenant, "ANA@contoso.example").await;
    assert_eq!(named.unwrap(), Some(ana.clone()));
    assert_eq!(store.person(tenant, "p1").await.unwrap(), Some(ana.clone()));
    let again = person(tenant, "p2", "ana@contoso.example");
    assert!(!store.add_person(again, by()).await.unwrap());
    assert_eq!(store.people(tenant).await.unwrap(), [ana]);
    let elsewhere = TenantId::fresh();
    assert_eq!(store.person(elsewhere, "p1").await.unwrap(), None);
    let removed = store.remove_person(elsewhere, "ana@contoso.example", by(), at(1));
    assert!(!removed.await.unwrap());
    let removed = store.remove_person(tenant, "Ana@contoso.example", by(), at(1));
    assert!(removed.await.unwrap());
    assert!(store.people(tenant).await.unwrap().is_empty());
}

pub(in crate::store) async fn code_is_good_once_and_shown_again_ends_the_sign_in(
    store: Arc<dyn Store>,
) {
    let tenant = with_person(&store).await;
    store.add_code(code(tenant)).await.unwrap();
    let granted = Redeemed::For(Granted {
        sign_in: "s1".to_owned(),
        person: "p1".to_owned(),
        scope: "openid".to_owned(),
        nonce: Some("n".to_owned()),
    });
    assert_eq!(store.redeem_code(shown(tenant)).await.unwrap(), granted);
    assert!(is_signed_in(&store, tenant, 999).await);
    assert!(!is_signed_in(&store, tenant, 1000).await);
    let again = Redemption {
        new: sign_in("s2", 11),
        now: at(3600),
        ..shown(tenant)
    };
    assert_eq!(store.redeem_code(again).await.unwrap(), Redeemed::Reused);
    assert!(!is_signed_in(&store, tenant, 61).await);
    let refresh = store.refresh(tenant, "c1", [10; 32], [12; 32], at(61));
    assert_eq!(refresh.await.unwrap(), Redeemed::Invalid);
}

pub(in crate::store) async fn code_shown_with_anything_wrong_is_of_no_more_use(
    store: Arc<dyn Store>,
) {
    let tenant = with_person(&store).await;
    let wrong: [fn(&mut Redemption); 5] = [
        |shown| shown.tenant = TenantId::fresh(),
        |shown| shown.client_id = "c2".to_owned(),
        |shown| shown.redirect_uri = "http://localhost:2".to_owned(),
        |shown| shown.challenge = "other".to_owned(),
        |shown| shown.now = at(60),
    ];
    for (number, change) in (20..).zip(wrong) {
        let digest = [number; 32];
        let new = NewCode {
            digest,
            ..code(tenant)
        };
        store.add_code(new).await.unwrap();
        let mut bad = Redemption {
            digest,
            ..shown(tenant)
        };
        let good = bad.clone();
        change(&mut bad);
        assert_eq!(store.redeem_code(bad).await.unwrap(), Redeemed::Invalid);
        assert_ne!(
            std::mem::discriminant(&store.redeem_code(good).await.unwrap()),
            std::mem::discriminant(&Redeemed::For(Granted {
                sign_in: String::new(),
                person: String::new(),
                scope: String::new(),
                nonce: None,
            })),
            "{number}"
        );
        assert!(!is_signed_in(&store, tenant, 60).await);
    }
}

pub(in crate::store) async fn refresh_token_is_good_once_and_shown_again_ends_all(
    store: Arc<dyn Store>,
) {
    let tenant = with_person(&store).await;
    store.add_code(code(tenant)).await.unwrap();
    store.redeem_code(shown(tenant)).await.unwrap();
    let refresh = async |client: &str, shown: u8, next: u8, seconds| {
        store
            .refresh(tenant, client, [shown; 32], [next; 32], at(seconds))
            .await
            .unwrap()
    };
    assert_eq!(refresh("c2", 10, 90, 61).await, Redeemed::Invalid);
    assert_eq!(refresh("c1", 10, 90, 1000).await, Redeemed::Invalid);
    assert!(matches!(refresh("c1", 10, 11, 61).await, Redeemed::For(_)));
    assert!(matches!(refresh("c1", 11, 12, 62).await, Redeemed::For(_)));
    assert!(is_signed_in(&store, tenant, 63).await);
    assert_eq!(refresh("c1", 10, 13, 64).await, Redeemed::Reused);
    assert_eq!(refresh("c1", 12, 14, 65).await, Redeemed::Invalid);
    assert!(!is_signed_in(&store, tenant, 66).await);
}

pub(in crate::store) async fn device_waits_until_its_person_has_decided(store: Arc<dyn Store>) {
    let tenant = with_person(&store).await;
    let code = |digest, user_code: &str| NewDeviceCode {
        digest: [digest; 32],
        user_code: user_code.to_owned(),
        tenant,
        client_id: "c1".to_owned(),
        scope: "openid x".to_owned(),
        expires: at(900),
        pause: 5,
    };
    assert!(store.add_device_code(code(1, "ONE")).await.unwrap());
    assert!(!store.add_device_code(code(2, "ONE")).await.unwrap());
    assert!(store.add_device_code(code(2, "TWO")).await.unwrap());
    let poll = async |digest: u8, client: &str, seconds| {
        store
            .poll_device(tenant, client, [digest; 32], sign_in("s1", 10), at(seconds))
            .await
            .unwrap()
    };
    assert_eq!(poll(1, "c2", 1).await, Polled::Unknown);
    assert_eq!(poll(1, "c1", 1).await, Polled::Pending);
    assert_eq!(poll(1, "c1", 3).await, Polled::TooSoon);
    assert_eq!(
        poll(1, "c1", 10).await,
        Polled::TooSoon,
        "it waits longer now"
    );
    assert_eq!(poll(1, "c1", 40).await, Polled::Pending);
    let waiting = store.device_request("ONE", at(41)).await.unwrap().unwrap();
    assert_eq!((waiting.tenant, &*waiting.scope), (tenant, "openid x"));
    let grant = Some(("p1".to_owned(), "openid".to_owned()));
    let decide = async |code: &str, grant: Option<(String, String)>, seconds| {
        store.decide_device(code, grant, at(seconds)).await.unwrap()
    };
    assert!(!decide("ONE", grant.clone(), 900).await);
    assert!(decide("ONE", grant.clone(), 42).await);
    assert!(!decide("ONE", None, 43).await, "decided is decided");
    assert_eq!(store.device_request("ONE", at(43)).await.unwrap(), None);
    let Polled::For(granted) = poll(1, "c1", 43).await else {
        panic!("not granted")
    };
    assert_eq!((&*granted.person, &*granted.scope), ("p1", "openid"));
    assert!(is_signed_in(&store, tenant, 44).await);
    assert_eq!(poll(1, "c1", 44).await, Polled::Unknown, "once");
    assert!(decide("TWO", None, 45).await);
    assert_eq!(poll(2, "c1", 45).await, Polled::Denied);
    assert!(store.add_device_code(code(3, "THREE")).await.unwrap());
    assert_eq!(poll(3, "c1", 900).await, Polled::Expired);
}

pub(in crate::store) async fn other_password_ends_what_the_old_one_began(store: Arc<dyn Store>) {
    let tenant = with_person(&store).await;
    store.add_code(code(tenant)).await.unwrap();
    store.redeem_code(shown(tenant)).await.unwrap();
    assert!(is_signed_in(&store, tenant, 61).await);
    let set = store.set_password(tenant, "ANA@contoso.example", "$2".to_owned(), by(), at(62));
    assert!(set.await.unwrap());
    assert!(!is_signed_in(&store, tenant, 63).await);
    let ana = store.person(tenant, "p1").await.unwrap().unwrap();
    assert_eq!(ana.password, "$2");
    let nobody = store.set_password(tenant, "nobody", "$2".to_owned(), by(), at(62));
    assert!(!nobody.await.unwrap());
}
