//! What becomes of a property whose value is not of its type: the answer around it is read all the
//! same, and the value is written back as it came.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where it fails"
)]

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use quell_model::odata::ODataPage;
use quell_model::precondition::{Facts, check};
use quell_model::{
    ActionType, Alert, DownloadLink, ErrorEnvelope, File, InOrgFileStats, Indicator, ListMachines,
    Machine, MachineAction, Operation, Sha1, Timestamp, TokenError, TokenResponse,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

fn example(file: &str) -> Value {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/examples");
    let text = fs::read_to_string(folder.join(file)).expect("an example");
    serde_json::from_str(&text).expect("json")
}

fn read<T: DeserializeOwned>(body: &Value) -> T {
    serde_json::from_str(&body.to_string()).expect("an answer")
}

/// Values that fit no property, or as they are, one that may hold anything.
fn misfits(original: &Value) -> Vec<Value> {
    let mut misfits = vec![json!(1.5), json!(["x", 1.5, {"y": null}, "z"])];
    if !original.is_object() && !original.is_null() {
        misfits.push(json!({"odd": [true, {"deep": 1}]}));
    }
    misfits
}

/// Puts misfits in the place of each property: those that are named fail the answer, all others
/// are read and written as they came, and nothing beside them is changed.
fn survives<T: DeserializeOwned + Serialize>(file: &str, strict: &[&str]) {
    let body = example(file);
    let mut failed: Vec<&String> = Vec::new();
    for (name, original) in body.as_object().expect("an object") {
        for misfit in misfits(original) {
            let mut changed = body.clone();
            changed[name] = misfit;
            match serde_json::from_str::<T>(&changed.to_string()) {
                Ok(answer) => assert_eq!(serde_json::to_value(&answer).expect("json"), changed),
                Err(_) => failed.push(name),
            }
        }
    }
    failed.dedup();
    assert_eq!(failed, strict, "{file}");
}

#[test]
fn only_keys_and_what_would_mislead_fail_an_answer() {
    survives::<Machine>("machine.json", &["id"]);
    survives::<MachineAction>("machine-action.live-response.json", &["id", "status"]);
    survives::<MachineAction>("stop-and-quarantine-file.created.json", &["id", "status"]);
    survives::<File>("file.json", &["sha1"]);
    survives::<InOrgFileStats>("file-stats.both.json", &["sha1"]);
    survives::<Alert>("alert.json", &["id"]);
    survives::<ODataPage<Indicator>>("indicators.page.json", &["value"]);
    survives::<ErrorEnvelope>("error.odata.json", &["error"]);
    survives::<TokenError>("error.token.json", &["error"]);
    survives::<TokenResponse>("token.v2.json", &["access_token", "expires_in"]);
    survives::<DownloadLink>("package-uri.json", &["value"]);
}

#[test]
fn one_odd_property_does_not_cost_a_list() {
    let mut odd = example("machine.json");
    odd["lastSeen"] = json!(1_710_000_000);
    odd["rbacGroupId"] = json!("all");
    odd["machineTags"] = json!(["server", 7]);
    odd["vmMetadata"] = json!({"vmId": 4, "cloudProvider": false});
    let body = json!({"@odata.count": "2", "value": [example("machine.json"), odd]});
    let page = ListMachines::decode(200, body.to_string().as_bytes()).expect("a page");
    assert_eq!(page.count, Some(2));
    let machine = &page.value[1];
    assert_eq!(machine.last_seen, None);
    assert_eq!(machine.extra["lastSeen"], 1_710_000_000);
    assert_eq!(machine.rbac_group_id, 0);
    assert!(machine.machine_tags.is_empty());
    let metadata = machine.vm_metadata.as_ref().expect("the rest of it");
    assert_eq!(metadata.extra["vmId"], 4);
    let written = serde_json::to_value(machine).expect("json");
    assert_eq!(written["rbacGroupId"], "all");
    assert_eq!(written["machineTags"], json!(["server", 7]));
    assert_eq!(written["vmMetadata"]["vmId"], 4);
    assert_eq!(written["vmMetadata"]["cloudProvider"], false);
}

#[test]
fn what_is_set_afterwards_counts() {
    let mut action: MachineAction = read(&json!({
        "id": "a", "type": 7, "commands": "none", "title": [], "creationDateTimeUtc": "yesterday"
    }));
    assert_eq!(action.extra.len(), 4);
    assert_eq!(action.kind, ActionType::Unknown);
    action.kind = ActionType::Isolate;
    action.title = Some("set".to_owned());
    action.creation_date_time_utc = Timestamp::UNIX_EPOCH;
    let written = serde_json::to_string(&action).expect("json");
    assert_eq!(written.matches("\"type\"").count(), 1);
    let written: Value = serde_json::from_str(&written).expect("json");
    assert_eq!(written["type"], "Isolate");
    assert_eq!(written["title"], "set");
    assert_eq!(written["creationDateTimeUtc"], "1970-01-01T00:00:00Z");
    assert_eq!(written["commands"], "none");
}

#[test]
fn no_name_is_written_twice() {
    let mut machine: Machine = read(&json!({"id": "m"}));
    for name in ["id", "ID", "osBuild", "isExcluded", "novel"] {
        machine.extra.insert(name.to_owned(), json!("x"));
    }
    let written = serde_json::to_string(&machine).expect("json");
    for name in ["id", "osBuild", "isExcluded", "novel"] {
        let count = written
            .to_lowercase()
            .matches(&format!("\"{}\":", name.to_lowercase()))
            .count();
        assert_eq!(count, 1, "{name} in {written}");
    }
    assert_eq!(read::<Machine>(&json!({"id": "m"})).id, machine.id);
}

#[test]
fn of_several_values_the_one_that_fits_counts() {
    for body in [
        r#"{"id":"m","osBuild":[],"OSBUILD":19045}"#,
        r#"{"id":"m","osBuild":19045,"osbuild":[]}"#,
    ] {
        let machine: Machine = serde_json::from_str(body).expect("a machine");
        assert_eq!(machine.os_build, Some(19045));
        assert!(machine.extra.is_empty(), "{body}");
    }
}

#[test]
fn moment_without_a_zone_is_utc_and_one_that_is_none_is_kept() {
    let machine: Machine = read(&json!({
        "id": "m", "firstSeen": "0001-01-01T00:00:00", "lastSeen": "2024-03-05T06:07:08.1234567"
    }));
    assert_eq!(machine.first_seen, Some(Timestamp::NEVER));
    let seen = machine.last_seen.expect("a moment");
    assert_eq!(seen.to_string(), "2024-03-05T06:07:08.1234567Z");
    for none in ["", "2024-03-05", "2024-02-30T00:00:00Z", "soon"] {
        let machine: Machine = read(&json!({"id": "m", "lastSeen": none}));
        assert_eq!(machine.last_seen, None);
        assert_eq!(machine.extra["lastSeen"], none);
    }
}

#[test]
fn what_is_not_said_or_not_readable_fails_no_precondition() {
    let sha1 = Sha1::from_bytes([7; 20]);
    let nothing_said = read::<Machine>(&json!({"id": "m"}));
    let example = example("machine.json");
    let names = example.as_object().expect("an object").keys();
    let unreadable = names.filter(|name| *name != "id").map(|name| {
        let mut body = example.clone();
        body[name] = json!(1.5);
        read::<Machine>(&body)
    });
    for machine in unreadable.chain([nothing_said]) {
        let findings = check(&Facts::new(sha1, &machine, Timestamp::UNIX_EPOCH));
        let failed: Vec<String> = findings.failed().map(ToString::to_string).collect();
        assert!(failed.is_empty(), "{failed:?} {:?}", machine.extra);
    }
}

#[test]
fn error_says_which_property_and_shows_nothing_of_it() {
    for (body, expected) in [
        (json!({"id": 7}), "`id` cannot be this number"),
        (
            json!({"id": "a", "status": []}),
            "`status` cannot be this list",
        ),
        (json!({"id": ""}), "`id` cannot be this text"),
    ] {
        let error = serde_json::from_str::<MachineAction>(&body.to_string()).expect_err("odd");
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    let body = r#"{"value":{"sig":"s3cret"}}"#;
    let error = serde_json::from_str::<DownloadLink>(body).expect_err("an object");
    assert!(!error.to_string().contains("s3cret"), "{error}");
}

#[test]
fn what_stands_beside_a_secret_is_not_shown() {
    let body = r#"{"access_token":"a","refresh_token":"canary","resource":["canary"]}"#;
    let answer: TokenResponse = serde_json::from_str(body).expect("an answer");
    let shown = format!("{answer:?}");
    assert!(
        !shown.contains("canary") && shown.contains("refresh_token"),
        "{shown}"
    );

    let action: MachineAction = read(&json!({"id": "a", "commands": [{"command": {"params": [
        {"key": "FileUri", "value": "https://example.net/?sig=canary"},
        {"key": "Args", "value": ["canary"]}
    ]}}]}));
    let shown = format!("{action:?}");
    assert!(
        !shown.contains("canary") && shown.contains("FileUri"),
        "{shown}"
    );
    let written = serde_json::to_string(&action).expect("json");
    assert_eq!(written.matches("canary").count(), 2);
}

/// Any JSON.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-z]{1,4}", inner, 0..4)
                .prop_map(|map| map.into_iter().collect::<Value>()),
        ]
    })
}

proptest! {
    #[test]
    fn no_value_of_any_other_property_fails_a_machine(at in any::<prop::sample::Index>(), value in any_json()) {
        let mut body = example("machine.json");
        let properties = body.as_object_mut().expect("an object");
        let names: Vec<String> = properties.keys().filter(|name| *name != "id").cloned().collect();
        properties.insert(at.get(&names).clone(), value);
        let machine: Machine = read(&body);
        let written = serde_json::to_value(&machine).expect("json");
        prop_assert_eq!(read::<Machine>(&written), machine);
    }
}
