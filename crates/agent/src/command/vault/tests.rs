use quell_model::Timestamp;
use quell_protocol::WirePath;
use quell_terminal::{Exit, Failure};

use super::clear::{NotWrapped, Pruned, RotatedView, pruned_for_people, rotated_for_people};
use super::look::{Verified, verified_for_people};
use super::view::{Known, List, View, list_for_people, oldest_first, show_for_people};
use crate::vault::{Hold, ItemId, ItemState, Listed, ParseItemIdError, Removal, VaultError};

const ID: &str = "9b2f4c1e-0000-4000-8000-0123456789ab";

fn item(paths: &[&[u8]]) -> View {
    View {
        id: ID.to_owned(),
        state: ItemState::Kept,
        item: Some(Known {
            action_id: "0696c900-b8ce-42ce-96f6-1b68268b7bea".to_owned(),
            sha1: "87662bc3d60e4200ceaf7aae249d1c343f4b83c9".to_owned(),
            sha256: "00".repeat(32),
            size: 35_224,
            paths: paths
                .iter()
                .map(|path| WirePath::from_bytes(path))
                .collect(),
            uid: 1000,
            gid: 1000,
            mode: "0755".to_owned(),
            modified: Timestamp::from_unix_seconds(1_700_000_000),
            accessed: Timestamp::from_unix_seconds(1_700_000_010),
            created: Some(Timestamp::from_unix_seconds(1_600_000_000)),
            flags: "iA".to_owned(),
            links: Some(2),
            data_bytes: 4096,
            extended_attributes: vec!["security.capability".to_owned()],
            comment: "alert 441688558380765161".to_owned(),
            requestor: Some("kim@contoso.example".to_owned()),
            captured_at: Timestamp::from_unix_seconds(1_700_000_100),
        }),
        damage: None,
        hold: None,
    }
}

fn held() -> View {
    View {
        hold: Some(Hold {
            since: Some(Timestamp::UNIX_EPOCH),
            reason: Some("case 9".to_owned()),
        }),
        ..item(&[b"/opt/a"])
    }
}

fn damaged() -> View {
    let id: ItemId = ID.parse().unwrap();
    View::from(Listed {
        id,
        item: Err(VaultError::OtherKey(id)),
        state: ItemState::Kept,
        hold: None,
    })
}

#[test]
fn a_list_for_people_hides_no_trick_in_a_path() {
    let restored_at = Timestamp::UNIX_EPOCH;
    let restored = View {
        state: ItemState::Restored { restored_at },
        ..item(&[b"/opt/a", b"/opt/b", b"/opt/c"])
    };
    let tricky = item(&[b"/tmp/\x1b[2Jinnocent\nkept  \xff"]);
    insta::assert_snapshot!(list_for_people(&[
        tricky,
        restored,
        item(&[]),
        held(),
        damaged()
    ]));
    insta::assert_snapshot!(list_for_people(&[]), @"the vault is empty");
}

#[test]
fn one_link_is_told_in_the_singular() {
    let text = list_for_people(&[item(&[b"/opt/a", b"/opt/b"])]);
    assert!(text.contains("/opt/a (and 1 link)"), "{text}");
}

#[test]
fn a_list_begins_with_what_was_taken_first() {
    let captured_at = |seconds: i64| {
        let mut view = item(&[b"/opt/a"]);
        view.item.as_mut().unwrap().captured_at = Timestamp::from_unix_seconds(seconds);
        view
    };
    let sorted = oldest_first(vec![
        damaged(),
        captured_at(3),
        captured_at(1),
        captured_at(2),
    ]);
    let times = sorted
        .iter()
        .map(|view| Some(view.item.as_ref()?.captured_at));
    let expected = [1, 2, 3].map(|seconds| Some(Timestamp::from_unix_seconds(seconds)));
    assert_eq!(times.collect::<Vec<_>>(), [&expected[..], &[None]].concat());
}

#[test]
fn one_item_for_people() {
    insta::assert_snapshot!(show_for_people(&item(&[b"/opt/a", b"/opt/b"])));
    assert!(show_for_people(&held()).contains("1970-01-01T00:00:00Z case 9"));
}

#[test]
fn a_list_for_programs() {
    let list = List {
        items: vec![item(&[b"/tmp/\xff"]), held(), damaged()],
    };
    insta::assert_json_snapshot!(list);
}

#[test]
fn an_id_that_is_none_is_wrong_usage() {
    assert_eq!(Failure::from(ParseItemIdError).exit(), Exit::Usage);
}

#[test]
fn what_was_verified_for_people() {
    let whole = Verified {
        id: ID.to_owned(),
        whole: true,
        damage: None,
    };
    let broken = Verified {
        id: ID.replace('9', "a"),
        whole: false,
        damage: damaged().damage,
    };
    insta::assert_snapshot!(verified_for_people(&[whole, broken]));
}

#[test]
fn what_was_pruned_for_people() {
    let pruned = |why| Pruned {
        id: ID.to_owned(),
        why,
    };
    let all = [pruned(Removal::Expired), pruned(Removal::TooMuch)];
    insta::assert_snapshot!(pruned_for_people(&all, true));
    insta::assert_snapshot!(pruned_for_people(&[], false), @"nothing to remove");
}

#[test]
fn a_change_of_key_for_people() {
    let view = RotatedView {
        key: "0011223344556677".to_owned(),
        wrapped: 12,
        keys_removed: 0,
        failed: vec![NotWrapped {
            id: ID.to_owned(),
            why: "item is damaged".to_owned(),
        }],
    };
    insta::assert_snapshot!(rotated_for_people(&view));
}
