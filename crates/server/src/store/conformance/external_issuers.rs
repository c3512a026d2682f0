//! Issuers of others.

use std::sync::Arc;

use super::{at, by};
use crate::core::TenantId;
use crate::store::Store;
use crate::store::record::ExternalIssuer;

pub(in crate::store) async fn issuer_is_trusted_for_one_tenant(store: Arc<dyn Store>) {
    let tenant = store.first_tenant(at(0)).await.unwrap();
    let issuer = |foreign: Option<&str>| ExternalIssuer {
        tenant,
        issuer: "https://login.example/".to_owned(),
        foreign_tenant: foreign.map(str::to_owned),
        audiences: vec!["api://quell".to_owned()],
        keys_url: foreign.map(|_| "https://login.example/keys".to_owned()),
        algorithms: vec!["RS256".to_owned()],
        created: at(1),
    };
    for foreign in [None, Some("t1"), Some("t2")] {
        let add = || store.add_external_issuer(issuer(foreign), by());
        assert!(add().await.unwrap());
        assert!(!add().await.unwrap(), "it is trusted already");
    }
    let all = [issuer(None), issuer(Some("t1")), issuer(Some("t2"))];
    assert_eq!(store.external_issuers().await.unwrap(), all);
    let remove =
        |tenant| store.remove_external_issuer(tenant, "https://login.example/", by(), at(2));
    assert!(!remove(TenantId::fresh()).await.unwrap());
    assert!(remove(tenant).await.unwrap());
    assert!(!remove(tenant).await.unwrap());
    assert!(store.external_issuers().await.unwrap().is_empty());
}
