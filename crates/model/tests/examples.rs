//! The contract's examples, read and written by the generated types: what is in `docs/api/examples`
//! is what the code does, and no mutation of it makes a reader panic.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test stops where it fails"
)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;
use quell_model::odata::ODataPage;
use quell_model::{
    ActionAvailabilityStatus, ActionStatus, Alert, CommentRequest, DownloadLink, ErrorEnvelope,
    File, InOrgFileStats, Indicator, IsolateRequest, Machine, MachineAction,
    RunAntiVirusScanRequest, StopAndQuarantineFileRequest, SubmitIndicatorRequest, TokenError,
    TokenResponse,
};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Index {
    example: Vec<Example>,
}

#[derive(Clone, Debug, Deserialize)]
struct Example {
    file: String,
    schema: String,
    round_trip: bool,
    #[serde(default)]
    changed: Vec<String>,
    provenance: String,
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/api/examples")
}

fn text(file: &str) -> String {
    fs::read_to_string(folder().join(file)).expect("an example")
}

fn examples() -> Vec<Example> {
    let all = toml::from_str::<Index>(&text("INDEX.toml")).expect("an index");
    let high_risk = |example: &Example| example.schema == "RunLiveResponseRequest";
    let known = |example: &Example| cfg!(feature = "high-risk") || !high_risk(example);
    all.example.into_iter().filter(known).collect()
}

/// Reads a body as its schema and writes it again.
fn rewritten(schema: &str, body: &[u8]) -> Result<String, String> {
    fn through<T: serde::de::DeserializeOwned + serde::Serialize>(
        body: &[u8],
    ) -> Result<String, String> {
        let value: T = serde_json::from_slice(body).map_err(|error| error.to_string())?;
        serde_json::to_string(&value).map_err(|error| error.to_string())
    }
    /// A request's body by its strict reader.
    macro_rules! strictly {
        ($type:ty) => {
            <$type>::from_json(body)
                .map_err(|fault| fault.to_string())
                .and_then(|request| serde_json::to_string(&request).map_err(|e| e.to_string()))
        };
    }
    match schema {
        "MachineAction" => through::<MachineAction>(body),
        "Machine" => through::<Machine>(body),
        "File" => through::<File>(body),
        "InOrgFileStats" => through::<InOrgFileStats>(body),
        "Alert" => through::<Alert>(body),
        "Indicator" => through::<Indicator>(body),
        "DownloadLink" => through::<DownloadLink>(body),
        "MachineActionPage" => through::<ODataPage<MachineAction>>(body),
        "ActionAvailabilityPage" => through::<ODataPage<ActionAvailabilityStatus>>(body),
        "AlertPage" => through::<ODataPage<Alert>>(body),
        "IndicatorPage" => through::<ODataPage<Indicator>>(body),
        "ErrorEnvelope" => through::<ErrorEnvelope>(body),
        "TokenError" => through::<TokenError>(body),
        "TokenResponse" => through::<TokenResponse>(body),
        "StopAndQuarantineFileRequest" => strictly!(StopAndQuarantineFileRequest),
        "CommentRequest" => strictly!(CommentRequest),
        "IsolateRequest" => strictly!(IsolateRequest),
        "RunAntiVirusScanRequest" => strictly!(RunAntiVirusScanRequest),
        "SubmitIndicatorRequest" => strictly!(SubmitIndicatorRequest),
        #[cfg(feature = "high-risk")]
        "RunLiveResponseRequest" => strictly!(quell_model::RunLiveResponseRequest),
        other => panic!("no type for the schema {other}"),
    }
}

/// The same JSON without white space between its parts, keys in their order.
fn compact(json: &str) -> String {
    let mut in_string = false;
    let mut escaped = false;
    json.chars()
        .filter(|c| {
            let keep = in_string || !c.is_whitespace();
            if *c == '"' && !escaped {
                in_string = !in_string;
            }
            escaped = *c == '\\' && !escaped;
            keep
        })
        .collect()
}

#[test]
fn every_example_is_in_the_index_once() {
    let all = toml::from_str::<Index>(&text("INDEX.toml")).expect("an index");
    let listed: Vec<String> = all
        .example
        .into_iter()
        .map(|example| example.file)
        .collect();
    let files: BTreeSet<String> = fs::read_dir(folder())
        .expect("a folder")
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .into_string()
                .expect("a name")
        })
        .filter(|name| name.ends_with(".json"))
        .collect();
    assert_eq!(files, listed.iter().cloned().collect());
    assert_eq!(files.len(), listed.len());
}

#[test]
fn what_the_service_writes_is_written_back_key_for_key() {
    for example in examples().iter().filter(|example| example.round_trip) {
        let source = text(&example.file);
        let written = rewritten(&example.schema, source.as_bytes()).expect(&example.file);
        assert_eq!(
            written,
            compact(&source),
            "{} ({})",
            example.file,
            example.provenance
        );
    }
}

#[test]
fn older_answers_are_read_and_written_as_today() {
    let written: Vec<String> = examples()
        .iter()
        .filter(|example| !example.round_trip)
        .map(|example| {
            let body = text(&example.file);
            let written = rewritten(&example.schema, body.as_bytes()).expect(&example.file);
            format!("{}\n{written}", example.file)
        })
        .collect();
    insta::assert_snapshot!(written.join("\n\n"));
}

#[test]
fn nothing_that_the_service_says_gets_lost() {
    for example in examples() {
        let source = text(&example.file);
        let written = rewritten(&example.schema, source.as_bytes()).expect(&example.file);
        let kept = leaves(&serde_json::from_str(&written).expect("json"));
        let said = leaves(&serde_json::from_str(&source).expect("json"));
        let lost: Vec<&Value> = said
            .iter()
            .filter(|value| !kept.contains(value))
            .filter(|value| {
                !example
                    .changed
                    .iter()
                    .any(|one| value.as_str() == Some(one))
            })
            .collect();
        assert!(lost.is_empty(), "{} loses {lost:?}", example.file);
    }
}

/// Every value that holds no other and is not null.
fn leaves(json: &Value) -> Vec<Value> {
    let mut copy = json.clone();
    let all = values(&mut copy).into_iter().map(|value| value.clone());
    all.filter(|value| !value.is_null()).collect()
}

#[test]
fn composite_answer_reads_as_it_says() {
    let body = text("stop-and-quarantine-file.created.json");
    let action: MachineAction = serde_json::from_str(&body).expect("an action");
    insta::assert_debug_snapshot!(action);
}

#[test]
fn unknown_properties_and_values_are_kept() {
    let body = r#"{"id":"a","status":"Dreaming","novel":{"deep":[1,2.5,"x"]},"type":"Sing"}"#;
    let action: MachineAction = serde_json::from_str(body).expect("an action");
    assert_eq!(
        action.status,
        ActionStatus::UnknownValue("Dreaming".to_owned())
    );
    assert!(!action.status.is_known());
    let written: Value = serde_json::to_value(&action).expect("json");
    assert_eq!(written["status"], "Dreaming");
    assert_eq!(written["type"], "Sing");
    assert_eq!(written["novel"]["deep"][2], "x");
}

#[test]
fn only_the_key_is_insisted_on() {
    let action: MachineAction = serde_json::from_str(r#"{"id":"a"}"#).expect("an action");
    assert!(action.creation_date_time_utc.is_never());
    assert!(!action.status.is_known() && !action.status.is_final());
    let error =
        serde_json::from_str::<MachineAction>(r#"{"status":"Pending"}"#).expect_err("no id");
    assert!(
        error.to_string().starts_with("missing field `id`"),
        "{error}"
    );
    assert!(serde_json::from_str::<Machine>("{}").is_err());
    assert!(serde_json::from_str::<File>(r#"{"sha1":"short"}"#).is_err());
}

#[test]
fn either_spelling_counts_and_null_takes_nothing_away() {
    let body =
        r#"{"ID":"a","lastUpdateDateTimeUtc":"2024-05-14T08:31:07Z","lastUpdateTimeUtc":null}"#;
    let action: MachineAction = serde_json::from_str(body).expect("an action");
    assert_eq!(
        action.last_update_date_time_utc.to_string(),
        "2024-05-14T08:31:07Z"
    );
    assert_eq!(action.id.as_str(), "a");
}

#[test]
fn access_token_is_not_shown() {
    let answer: TokenResponse = serde_json::from_str(&text("token.v1.json")).expect("an answer");
    assert_eq!(answer.expires_in, 3599);
    assert_eq!(answer.access_token.expose(), "example.access.token");
    assert!(!format!("{answer:?}").contains("example.access.token"));
}

/// One change to a body.
#[derive(Clone, Debug)]
enum Mutation {
    Replace(usize, u8),
    Remove(usize),
    Insert(usize, u8),
    CutAt(usize),
    /// Puts another value where the n-th of those that hold no other is.
    Value(usize, Value),
}

fn mutation() -> impl Strategy<Value = Mutation> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<i32>().prop_map(|eighths| Value::from(f64::from(eighths) / 8.0)),
        "\\PC{0,12}".prop_map(Value::from),
        Just(serde_json::json!([null, {}, []])),
        Just(serde_json::json!({"id": ""})),
    ];
    prop_oneof![
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Replace(at, byte)),
        any::<usize>().prop_map(Mutation::Remove),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Mutation::Insert(at, byte)),
        any::<usize>().prop_map(Mutation::CutAt),
        (any::<usize>(), value).prop_map(|(at, value)| Mutation::Value(at, value)),
    ]
}

fn mutated(body: Vec<u8>, mutation: Mutation) -> Vec<u8> {
    let mut body = body;
    let length = body.len().max(1);
    match mutation {
        Mutation::Replace(at, byte) => {
            if let Some(old) = body.get_mut(at % length) {
                *old = byte;
            }
        }
        Mutation::Remove(at) => {
            if !body.is_empty() {
                body.remove(at % length);
            }
        }
        Mutation::Insert(at, byte) => body.insert(at % length, byte),
        Mutation::CutAt(at) => body.truncate(at % length),
        Mutation::Value(at, value) => {
            if let Ok(mut json) = serde_json::from_slice::<Value>(&body) {
                let count = values(&mut json).len();
                if let Some(old) = values(&mut json).into_iter().nth(at % count.max(1)) {
                    *old = value;
                }
                body = serde_json::to_vec(&json).expect("json");
            }
        }
    }
    body
}

/// Every value that holds no other, however deep.
fn values(json: &mut Value) -> Vec<&mut Value> {
    match json {
        Value::Object(map) => map.values_mut().flat_map(values).collect(),
        Value::Array(list) => list.iter_mut().flat_map(values).collect(),
        leaf => vec![leaf],
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn no_mutation_makes_a_reader_panic(
        at in any::<usize>(),
        mutations in prop::collection::vec(mutation(), 1..4),
    ) {
        let examples = examples();
        let example = &examples[at % examples.len()];
        let body = mutations.into_iter().fold(text(&example.file).into_bytes(), mutated);
        // What can be read at all is written in a form that reads the same.
        if let Ok(written) = rewritten(&example.schema, &body) {
            prop_assert_eq!(rewritten(&example.schema, written.as_bytes()), Ok(written));
        }
    }
}
