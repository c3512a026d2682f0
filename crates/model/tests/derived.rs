//! What is derived from the table of objects: values for property tests, and JSON schemas.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test stops where it fails"
)]

use std::fmt::Debug;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use quell_model::odata::ODataPage;
use quell_model::*;
use schemars::JsonSchema;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Every value that can be made is read as it is written.
fn survives<T: Arbitrary + Serialize + DeserializeOwned + PartialEq>() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..64 {
        let made = any::<T>().new_tree(&mut runner).expect("a value").current();
        let written = serde_json::to_string(&made).expect("json");
        let read: T = serde_json::from_str(&written).expect(&written);
        assert_eq!(read, made, "{written}");
    }
}

/// The names in a type's schema are those that are written, and no others.
fn agrees<T: Arbitrary + Serialize + JsonSchema + Debug>() {
    let schema = serde_json::to_value(schemars::schema_for!(T)).expect("json");
    let properties = schema["properties"].as_object().expect("properties");
    let mut runner = TestRunner::deterministic();
    let mut missing: Vec<&String> = properties.keys().collect();
    for _ in 0..64 {
        let made = any::<T>().new_tree(&mut runner).expect("a value").current();
        let written = serde_json::to_value(&made).expect("json");
        let written = written.as_object().expect("an object");
        for name in written.keys().filter(|name| !name.starts_with("novel")) {
            assert!(properties.contains_key(name), "{name} of {made:?}");
        }
        for name in schema["required"].as_array().into_iter().flatten() {
            let name = name.as_str().expect("a name");
            assert!(written.contains_key(name), "{name} of {made:?}");
        }
        missing.retain(|name| !written.contains_key(*name));
    }
    assert!(missing.is_empty(), "{missing:?}");
}

macro_rules! answers {
    ($($name:ident),+ $(,)?) => {
        #[test]
        fn every_answer_survives_and_agrees_with_its_schema() {
            $(survives::<$name>();
            agrees::<$name>();)+
            survives::<ODataPage<MachineAction>>();
            agrees::<ODataPage<Machine>>();
        }
    };
}

answers!(
    ActionAvailabilityStatus,
    Alert,
    AlertComment,
    AlertEvidence,
    AlertUser,
    Command,
    CommandEntry,
    CommandParameter,
    DownloadLink,
    ErrorEnvelope,
    File,
    FileInstance,
    InOrgFileStats,
    Indicator,
    IpAddress,
    Machine,
    MachineAction,
    RelatedFileInfo,
    ServiceError,
    TokenError,
    TokenResponse,
    TroubleshootInfo,
    VmMetadata,
);

macro_rules! requests {
    ($($name:ident),+ $(,)?) => {
        #[test]
        fn every_request_is_taken_and_agrees_with_its_schema() {
            $(agrees::<$name>();
            let mut runner = TestRunner::deterministic();
            for _ in 0..64 {
                let made = any::<$name>().new_tree(&mut runner).expect("a value").current();
                let written = serde_json::to_vec(&made).expect("json");
                assert_eq!($name::from_json(&written).as_ref(), Ok(&made));
            })+
        }
    };
}

requests!(
    CancelMachineActionRequest,
    CommentRequest,
    IsolateRequest,
    RunAntiVirusScanRequest,
    SubmitIndicatorRequest,
    StopAndQuarantineFileRequest,
);

#[test]
fn schema_of_an_action() {
    let schema = schemars::schema_for!(ODataPage<MachineAction>);
    let action = &schema.as_value()["$defs"]["MachineAction"];
    assert_eq!(action["required"], serde_json::json!(["id"]));
    assert_eq!(
        action["properties"]["status"]["$ref"],
        "#/$defs/ActionStatus"
    );
    let statuses = &schema.as_value()["$defs"]["ActionStatus"];
    assert_eq!(statuses["type"], "string");
    let known = statuses["examples"].as_array().expect("examples");
    assert!(known.contains(&Value::from("TimeOut")) && statuses.get("enum").is_none());
}

proptest! {
    #[test]
    fn an_order_goes_to_its_machine(order in any::<StopAndQuarantineFile>()) {
        let request = order.encode();
        let segment = request.path.split('/').nth(3).expect("a segment");
        let machine = MachineId::from_path_segment(segment);
        prop_assert_eq!(machine.as_ref(), Ok(order.machine()));
        let body = request.body.expect("a body");
        let read = StopAndQuarantineFileRequest::from_json(&body);
        prop_assert_eq!(read.as_ref(), Ok(order.request()));
    }
}
