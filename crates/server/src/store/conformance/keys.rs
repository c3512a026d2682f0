//! Signing keys.

use std::sync::Arc;

use super::{at, by};
use crate::store::Store;
use crate::store::record::SigningKey;

fn key(id: &str, begins: i64) -> SigningKey {
    SigningKey {
        id: id.to_owned(),
        pkcs8: vec![1, 2, 3],
        created: at(0),
        begins: at(begins),
    }
}

pub(in crate::store) async fn signing_keys_stand_in_the_order_of_their_turns(
    store: Arc<dyn Store>,
) {
    for (id, begins, last) in [("b", 5, None), ("c", 9, Some(5)), ("a", 7, Some(9))] {
        let added = store
            .add_signing_key(key(id, begins), last.map(at), by())
            .await;
        assert!(added.unwrap(), "{id}");
    }
    let all = [key("b", 5), key("a", 7), key("c", 9)];
    assert_eq!(store.signing_keys().await.unwrap(), all);
    assert!(store.remove_signing_key("a", by(), at(9)).await.unwrap());
    assert!(!store.remove_signing_key("a", by(), at(9)).await.unwrap());
    let left = [key("b", 5), key("c", 9)];
    assert_eq!(store.signing_keys().await.unwrap(), left);
}

pub(in crate::store) async fn signing_key_is_added_once_however_many_make_one(
    store: Arc<dyn Store>,
) {
    let add = async |id, begins, last: Option<i64>| {
        let added = store
            .add_signing_key(key(id, begins), last.map(at), by())
            .await;
        added.unwrap()
    };
    assert!(!add("zero", 1, Some(0)).await, "there is none to follow");
    assert!(add("one", 1, None).await);
    assert!(!add("two", 1, None).await, "the first is everyone's");
    assert!(add("three", 9, Some(1)).await);
    assert!(!add("four", 9, Some(1)).await, "another followed already");
    assert_eq!(
        store.signing_keys().await.unwrap(),
        [key("one", 1), key("three", 9)]
    );
}
