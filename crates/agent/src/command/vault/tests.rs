use quell_protocol::WirePath;

use super::*;
use crate::vault::ParseItemIdError;

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
            extended_attributes: vec!["security.capability".to_owned()],
            comment: "alert 441688558380765161".to_owned(),
            requestor: Some("kim@contoso.example".to_owned()),
            captured_at: Timestamp::from_unix_seconds(1_700_000_100),
        }),
        damage: None,
    }
}

fn damaged() -> View {
    let id: ItemId = ID.parse().unwrap();
    View::from(Listed {
        id,
        item: Err(VaultError::OtherKey(id)),
        state: ItemState::Kept,
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
    insta::assert_snapshot!(list_for_people(&[tricky, restored, item(&[]), damaged()]));
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
}

#[test]
fn a_list_for_programs() {
    let list = List {
        items: vec![item(&[b"/tmp/\xff"]), damaged()],
    };
    insta::assert_json_snapshot!(list);
}

#[test]
fn an_id_that_is_none_is_wrong_usage() {
    assert_eq!(Failure::from(ParseItemIdError).exit(), Exit::Usage);
}
