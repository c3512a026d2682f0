//! The strict face: what a server makes of bodies that clients send, well or badly.

#![allow(clippy::expect_used, reason = "a test stops where it fails")]

use proptest::prelude::*;
use quell_model::{
    CancelMachineActionRequest, CommentRequest, ErrorCode, IndicatorSeverity, IndicatorType,
    IsolateRequest, IsolationType, ParseSha1Error, RequestFault, RunAntiVirusScanRequest, ScanType,
    StopAndQuarantineFileRequest, SubmitIndicatorRequest,
};

const SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";

fn quarantine(body: &str) -> Result<StopAndQuarantineFileRequest, RequestFault> {
    StopAndQuarantineFileRequest::from_json(body.as_bytes())
}

/// The code and the message that a body is refused with.
fn refusal(body: &str) -> String {
    let fault = quarantine(body).expect_err(body);
    assert_eq!(fault.status(), 400);
    format!("{}: {fault}", fault.code())
}

#[test]
fn documented_request_is_taken() {
    let body = format!(r#"{{"Comment": "why", "Sha1": "{SHA1}"}}"#);
    let request = quarantine(&body).expect("a request");
    assert_eq!(request.comment.as_str(), "why");
    assert_eq!(request.sha1.to_string(), SHA1);
}

#[test]
fn keys_that_clients_send_besides_are_taken_null_or_not() {
    let body = format!(
        r#"{{"Sha1":"{}","Comment":"why","ExternalId":"e","RequestSource":null,"Title":null,"Novel":[1]}}"#,
        SHA1.to_uppercase()
    );
    let request = quarantine(&body).expect("a request");
    assert_eq!(request.external_id.as_deref(), Some("e"));
    assert_eq!(request.request_source, None);
    assert_eq!(request.sha1.to_string(), SHA1);
}

#[test]
fn refusals_have_the_documented_code_and_message() {
    let md5 = &SHA1[..32];
    let long = "f".repeat(5000);
    let bodies = [
        String::new(),
        "\u{feff}{}".to_owned(),
        "{".to_owned(),
        "[]".to_owned(),
        "null".to_owned(),
        "Comment=why".to_owned(),
        format!(r#"{{"Comment":7,"Sha1":"{SHA1}"}}"#),
        format!(r#"{{"Comment":"why","Sha1":{{"a":"{SHA1}"}}}}"#),
        format!(r#"{{"Comment":"why","Sha1":"{SHA1}","Title":3}}"#),
        format!(r#"{{"Sha1":"{SHA1}"}}"#),
        format!(r#"{{"Comment":null,"Sha1":"{SHA1}"}}"#),
        format!(r#"{{"Comment":"","Sha1":"{SHA1}"}}"#),
        format!(r#"{{"Comment":" \t","Sha1":"{SHA1}"}}"#),
        format!(r#"{{"comment":"why","sha1":"{SHA1}"}}"#),
        format!(r#"{{"Commentaire":"why","Sha1":"{SHA1}"}}"#),
        format!(r#"{{"评论":"why","Sha1":"{SHA1}"}}"#),
        r#"{"Comment":"why"}"#.to_owned(),
        r#"{"Comment":"why","Sha1":null}"#.to_owned(),
        r#"{"Comment":"why","Sha1":""}"#.to_owned(),
        format!(r#"{{"Comment":"why","SHA1":"{SHA1}"}}"#),
        format!(r#"{{"Comment":"why","Skuggning1":"{SHA1}"}}"#),
        format!(r#"{{"Comment":"why","Sha1":"{md5}"}}"#),
        format!(r#"{{"Comment":"why","Sha1":" {SHA1}"}}"#),
        format!(r#"{{"Comment":"why","Sha1":"{long}"}}"#),
        r#"{"Comment":"why","Sha1":"\u0000\r\nX"}"#.to_owned(),
    ];
    let refusals: Vec<String> = bodies.iter().map(|body| refusal(body)).collect();
    insta::assert_snapshot!(refusals.join("\n"));
}

#[test]
fn wrong_hash_keeps_its_reason_as_source() {
    let fault = quarantine(r#"{"Comment":"why","Sha1":"0123456789abcdef0123456789abcdef"}"#);
    let fault = fault.expect_err("an md5");
    assert!(matches!(
        &fault,
        RequestFault::InvalidHash {
            reason: ParseSha1Error::Md5,
            ..
        }
    ));
    let source = std::error::Error::source(&fault).expect("a source");
    assert!(source.to_string().contains("MD5"));
}

#[test]
fn cancelling_wants_a_comment_and_nothing_else() {
    assert!(CancelMachineActionRequest::from_json(br#"{"Comment":"enough"}"#).is_ok());
    let fault = CancelMachineActionRequest::from_json(b"{}").expect_err("no comment");
    assert_eq!(fault, RequestFault::MissingParameter { name: "Comment" });
    assert_eq!(fault.code(), ErrorCode::MissingRequiredParameter);
}

#[test]
fn other_actions_want_a_comment_and_what_their_pages_say() {
    let missing = |name| Some(RequestFault::MissingParameter { name });
    let scan = |body: &str| RunAntiVirusScanRequest::from_json(body.as_bytes());
    assert_eq!(scan(r#"{"Comment":"why"}"#).err(), missing("ScanType"));
    assert_eq!(scan(r#"{"ScanType":"Full"}"#).err(), missing("Comment"));
    assert_eq!(
        scan(r#"{"Comment":"why","scanType":"Full"}"#).err(),
        missing("ScanType")
    );
    let deep = scan(r#"{"Comment":"why","ScanType":"Deep"}"#).expect("taken");
    assert_eq!(deep.scan_type, ScanType::UnknownValue("Deep".to_owned()));
    let isolate = |body: &str| IsolateRequest::from_json(body.as_bytes()).expect("taken");
    assert_eq!(isolate(r#"{"Comment":"why"}"#).isolation_type, None);
    assert_eq!(
        isolate(r#"{"Comment":"why","IsolationType":"UnManagedDevice"}"#).isolation_type,
        Some(IsolationType::UnManagedDevice)
    );
    assert_eq!(CommentRequest::from_json(b"{}").err(), missing("Comment"));
}

#[test]
fn indicator_is_read_with_every_kind_of_value() {
    let required = r#""indicatorValue":"v","indicatorType":"FileSha1","action":"Audit","title":"t","description":"d""#;
    let read =
        |more: &str| SubmitIndicatorRequest::from_json(format!("{{{required}{more}}}").as_bytes());
    let least = read("").expect("taken");
    assert_eq!(least.indicator_type, IndicatorType::FileSha1);
    assert!(least.rbac_group_names.is_empty() && least.generate_alert.is_none());
    let most = read(
        r#","severity":"High","expirationTime":"2030-12-12T00:00:00Z","rbacGroupNames":["a","b"],"generateAlert":true,"educateUrl":null"#,
    )
    .expect("taken");
    assert_eq!(most.severity, Some(IndicatorSeverity::High));
    assert_eq!(most.rbac_group_names, ["a", "b"]);
    assert_eq!(most.generate_alert, Some(true));
    for wrong in [
        r#","generateAlert":"yes""#,
        r#","expirationTime":"tomorrow""#,
        r#","rbacGroupNames":"a,b""#,
        r#","rbacGroupNames":["a",null]"#,
        r#","rbacGroupNames":[["a"]]"#,
        r#","severity":3"#,
    ] {
        assert_eq!(read(wrong), Err(RequestFault::InvalidBody), "{wrong}");
    }
    // Keys of actions begin with a capital, keys of indicators do not.
    let fault = SubmitIndicatorRequest::from_json(br#"{"IndicatorValue":"v"}"#);
    let name = "indicatorValue";
    assert_eq!(fault, Err(RequestFault::MissingParameter { name }));
}

#[cfg(feature = "high-risk")]
#[test]
fn live_response_wants_commands() {
    use quell_model::{CommandType, RunLiveResponseRequest};

    let read = |body: &str| RunLiveResponseRequest::from_json(body.as_bytes());
    let name = "Commands";
    assert_eq!(
        read(r#"{"Comment":"why"}"#),
        Err(RequestFault::MissingParameter { name })
    );
    for wrong in [
        "{}",
        "[7]",
        "[null]",
        r#"[{"type":"GetFile","params":"x"}]"#,
    ] {
        let body = format!(r#"{{"Comment":"why","Commands":{wrong}}}"#);
        assert_eq!(read(&body), Err(RequestFault::InvalidBody), "{wrong}");
    }
    let request = read(r#"{"Comment":"why","Commands":[{"type":"GetFile","params":[]}]}"#);
    let request = request.expect("taken");
    assert_eq!(
        request.commands.first().map(|one| &one.kind),
        Some(&CommandType::GetFile)
    );
}

proptest! {
    #[test]
    fn any_bytes_are_taken_or_refused(body: Vec<u8>) {
        let _ = StopAndQuarantineFileRequest::from_json(&body);
        let _ = SubmitIndicatorRequest::from_json(&body);
    }

    #[test]
    fn what_a_client_writes_a_server_reads(comment in "\\PC{1,40}", sha1: [u8; 20]) {
        prop_assume!(!comment.trim().is_empty());
        let request = StopAndQuarantineFileRequest::new(
            comment.parse().expect("not blank"),
            quell_model::Sha1::from_bytes(sha1),
        );
        let body = serde_json::to_vec(&request).expect("json");
        prop_assert_eq!(StopAndQuarantineFileRequest::from_json(&body), Ok(request));
    }
}
