//! Indicators.

use std::sync::Arc;

use quell_model::{IndicatorAction, IndicatorId, IndicatorType, SubmitIndicatorRequest};

use super::*;
use crate::core::{Draft, Reach};
use crate::odata::Query;
use crate::store::record::{Author, IndicatorRecord, Kept, SweepRule};

fn draft(value: u8, title: &str, expires: Option<i64>) -> Draft {
    let mut request = SubmitIndicatorRequest::new(
        format!("{value:02x}").repeat(20),
        IndicatorType::FileSha1,
        IndicatorAction::Block,
        title.to_owned(),
        "why".to_owned(),
    );
    request.application = Some(format!("of {title}"));
    request.rbac_group_names = vec!["Group 1".to_owned()];
    request.expiration_time = expires.map(at);
    Draft::check(request, at(0)).unwrap()
}

fn author(id: &str) -> Author {
    Author {
        id: id.to_owned(),
        display_name: id.to_uppercase(),
    }
}

fn own(id: &str) -> Reach {
    Reach::Own(id.to_owned())
}

async fn keep(
    store: &Arc<dyn Store>,
    tenant: TenantId,
    draft: Draft,
    who: &str,
    reach: Reach,
    seconds: i64,
) -> Kept {
    store
        .keep_indicator(tenant, draft, author(who), reach, by(), at(seconds))
        .await
        .unwrap()
}

fn kept(kept: Kept) -> IndicatorRecord {
    match kept {
        Kept::As(record) => *record,
        other => panic!("{other:?}"),
    }
}

async fn listed(
    store: &Arc<dyn Store>,
    tenant: TenantId,
    reach: Reach,
    seconds: i64,
) -> Vec<IndicatorRecord> {
    let page = store.indicators(tenant, reach, at(seconds), Query::default());
    page.await.unwrap().items
}

pub(in crate::store) async fn indicator_of_the_same_value_is_changed_and_keeps_its_author(
    store: Arc<dyn Store>,
) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    let first = kept(keep(&store, tenant, draft(1, "one", None), "a", own("a"), 1).await);
    assert_eq!(first.id.as_str(), "1");
    assert_eq!((first.created, first.last_update), (at(1), at(1)));
    let changed = kept(
        keep(
            &store,
            tenant,
            draft(1, "two", Some(90)),
            "b",
            Reach::Everyone,
            2,
        )
        .await,
    );
    let expected = IndicatorRecord {
        content: Draft {
            application: Some("of one".to_owned()),
            ..draft(1, "two", Some(90))
        },
        last_update: at(2),
        last_updated_by: "b".to_owned(),
        ..first
    };
    assert_eq!(changed, expected);
    assert_eq!(listed(&store, tenant, own("a"), 3).await, [expected]);
}

pub(in crate::store) async fn indicators_out_of_reach_are_neither_seen_nor_changed_nor_deleted(
    store: Arc<dyn Store>,
) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    let mine = kept(keep(&store, tenant, draft(1, "one", None), "a", own("a"), 1).await);
    let refused = keep(&store, tenant, draft(1, "two", None), "b", own("b"), 2).await;
    assert_eq!(refused, Kept::SomeoneElses);
    assert!(listed(&store, tenant, own("b"), 3).await.is_empty());
    let delete = |reach| store.delete_indicator(tenant, &mine.id, reach, by(), at(3));
    assert!(!delete(own("b")).await.unwrap());
    assert_eq!(
        listed(&store, tenant, Reach::Everyone, 3).await,
        std::slice::from_ref(&mine)
    );
    for odd in ["0", "01", "+1", "x", "1 ", "9999999999999999999999"] {
        let id = IndicatorId::new(odd).unwrap();
        let deleted = store.delete_indicator(tenant, &id, Reach::Everyone, by(), at(3));
        assert!(!deleted.await.unwrap(), "{odd}");
    }
    assert!(delete(own("a")).await.unwrap());
    assert!(!delete(own("a")).await.unwrap());
    let next = kept(keep(&store, tenant, draft(1, "one", None), "a", own("a"), 4).await);
    assert_eq!(next.id.as_str(), "2", "an id is never used again");
}

pub(in crate::store) async fn indicator_that_has_ended_is_none(store: Arc<dyn Store>) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    let ending = || draft(1, "one", Some(10));
    let first = kept(keep(&store, tenant, ending(), "a", own("a"), 1).await);
    assert_eq!(listed(&store, tenant, Reach::Everyone, 9).await.len(), 1);
    assert!(listed(&store, tenant, Reach::Everyone, 10).await.is_empty());
    let deleted = store.delete_indicator(tenant, &first.id, Reach::Everyone, by(), at(10));
    assert!(!deleted.await.unwrap());
    let again = kept(keep(&store, tenant, draft(1, "two", Some(20)), "b", own("b"), 11).await);
    assert_eq!((again.author, again.created), (author("b"), at(11)));
    let rule = SweepRule {
        inactive_after: std::time::Duration::from_secs(1),
        sightings_kept: std::time::Duration::from_secs(1),
        held_back: std::time::Duration::ZERO,
    };
    store.sweep(rule, at(20)).await.unwrap();
    assert!(listed(&store, tenant, Reach::Everyone, 0).await.is_empty());
}

pub(in crate::store) async fn indicators_belong_to_their_tenant(store: Arc<dyn Store>) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    let mine = kept(keep(&store, tenant, draft(1, "one", None), "a", own("a"), 1).await);
    let other = TenantId::fresh();
    assert!(listed(&store, other, Reach::Everyone, 2).await.is_empty());
    let deleted = store.delete_indicator(other, &mine.id, Reach::Everyone, by(), at(2));
    assert!(!deleted.await.unwrap());
    assert_eq!(listed(&store, tenant, Reach::Everyone, 2).await, [mine]);
}
