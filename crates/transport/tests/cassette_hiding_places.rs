//! Places where a secret could hide from the rules, one by one.

#![cfg(feature = "testing")]
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Write as _;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{Request, Response};
use quell_transport::Transport;
use quell_transport::testing::{Recorder, ScriptedTransport};
use serde_json::json;

/// Ordinary to the eye: nothing but its name or its place tells that it is a secret.
const SECRET: &str = "c4n4ry/S3cr~t+v";
/// Kept, so that a rule that removes everything is noticed.
const INNOCENT: &str = "innocent";

fn get(path: &str) -> Request<Bytes> {
    Request::get(format!("https://api.example{path}"))
        .body(Bytes::new())
        .unwrap()
}

fn answer(body: impl Into<Bytes>) -> Response<Bytes> {
    Response::new(body.into())
}

async fn recorded(exchanges: Vec<(Request<Bytes>, Response<Bytes>)>) -> String {
    let service = ScriptedTransport::new();
    let recorder = Recorder::new(service.clone());
    for (request, answer) in exchanges {
        service.answer(answer);
        recorder.send(request).await.unwrap();
    }
    recorder.cassette().to_json().unwrap()
}

#[track_caller]
fn assert_gone(json: &str) {
    for form in [
        SECRET.to_owned(),
        SECRET.replace('/', "\\\\/"),
        SECRET.replace('/', "%2F"),
    ] {
        assert!(!json.contains(&form), "{form} in {json}");
    }
    assert!(json.contains(INNOCENT), "nothing is left of {json}");
}

async fn body_is_clean(body: &str) {
    assert_gone(&recorded(vec![(get("/innocent"), answer(body.to_owned()))]).await);
}

#[tokio::test]
async fn json_in_json_in_json() {
    let mut nested = json!({"access_token": SECRET, "kept": INNOCENT}).to_string();
    for _ in 0..3 {
        nested = json!({"kept": INNOCENT, "inner": nested}).to_string();
        body_is_clean(&nested).await;
        // The same in what is no JSON as a whole, as in a line of a log.
        body_is_clean(&format!("12:00 innocent {nested} and")).await;
    }
}

#[tokio::test]
async fn a_quotation_mark_in_a_value_does_not_end_it() {
    let body = format!(r#"{{"password":"before\"{SECRET}","kept":"innocent","cut":"#);
    body_is_clean(&body).await;
}

#[tokio::test]
async fn a_value_without_quotation_marks() {
    for body in [
        r#"{"innocent":1,"password": 12345678, "#.to_owned(),
        json!({"inner": r#"{"innocent":1,"user_code":12345678}"#}).to_string(),
        json!({"innocent": "it was 12345678", "user_code": 12345678}).to_string(),
    ] {
        let json = recorded(vec![(get("/innocent"), answer(body))]).await;
        assert!(!json.contains("12345678"), "{json}");
        assert!(json.contains(INNOCENT), "{json}");
    }
}

#[tokio::test]
async fn names_in_any_company() {
    for body in [
        format!("innocent {{'access_token': '{SECRET}'}}"),
        format!("innocent (client_secret={SECRET})"),
        format!("innocent\tclient_secret={SECRET}"),
        format!("innocent password: \"{SECRET}\""),
        format!("innocent#access_token={SECRET}"),
        format!("innocent?X-Amz-Signature={SECRET}"),
        format!("AccountName=innocent;AccountKey={SECRET}"),
    ] {
        body_is_clean(&body).await;
    }
}

#[tokio::test]
async fn a_redirect_s_fragment() {
    let mut answer = answer("innocent");
    let location = format!("https://app.example/#access_token={SECRET}&token_type=Bearer");
    answer
        .headers_mut()
        .insert("location", location.parse().unwrap());
    assert_gone(&recorded(vec![(get("/"), answer)]).await);
}

#[tokio::test]
async fn a_name_or_a_whole_object_in_percent_encoding() {
    for query in [
        "access%5Ftoken=c4n4ry%2FS3cr~t%2Bv".to_owned(),
        "next=https%3A%2F%2Fx%2F%3Fsig%3Dc4n4ry%252FS3cr~t%252Bv".to_owned(),
        "q=%7B%22access_token%22%3A%22c4n4ry%2FS3cr~t%2Bv%22%7D".to_owned(),
    ] {
        let url = format!("/innocent?kept=1&{query}");
        assert_gone(&recorded(vec![(get(&url), answer(format!("innocent {SECRET}")))]).await);
    }
    let form = "kept=1&client%5Fsecret=c4n4ry%2FS3cr~t%2Bv&scope=innocent";
    let mut request = get("/innocent");
    *request.body_mut() = form.into();
    assert_gone(&recorded(vec![(request, answer(SECRET))]).await);
}

#[tokio::test]
async fn a_field_that_is_kept_keeps_no_secret_in_it() {
    let mut request = get("/innocent");
    let headers = request.headers_mut();
    headers.insert(
        "content-type",
        "application/x-www-form-urlencoded".parse().unwrap(),
    );
    let resource = format!("resource=https%3A%2F%2Fx%2F%3Fsig%3D{SECRET}");
    *request.body_mut() = resource.into();
    assert_gone(&recorded(vec![(request, answer("innocent"))]).await);
}

#[tokio::test]
async fn a_token_in_parts() {
    let parts = [
        "eyJ0eXAiOiJKV1QifQ",
        "eyJzdWIiOiJjYW5hcnkifQ",
        "c2lnbmF0dXJlLWNhbmFyeQ",
    ];
    let mut request = get("/innocent");
    let bearer = format!("Bearer {}", parts.join("."));
    request
        .headers_mut()
        .insert("authorization", bearer.parse().unwrap());
    let told = json!({"payload": parts[1], "signature": parts[2], "kept": INNOCENT});
    let json = recorded(vec![(request, answer(told.to_string()))]).await;
    assert!(
        !json.contains(parts[1]) && !json.contains(parts[2]),
        "{json}"
    );
    assert!(json.contains(INNOCENT), "{json}");
}

/// RFC 6749 §2.3.1: name and password are form-encoded within `Basic`.
#[tokio::test]
async fn a_password_that_was_encoded_before_it_was_encoded() {
    let mut request = get("/innocent");
    // "client:c4n4ry%2FS3cr~t%2Bv"
    let basic = "Basic Y2xpZW50OmM0bjRyeSUyRlMzY3J+dCUyQnY=";
    request
        .headers_mut()
        .insert("authorization", basic.parse().unwrap());
    let exchanges = vec![(request, answer("innocent")), (get("/2"), answer(SECRET))];
    assert_gone(&recorded(exchanges).await);
}

#[tokio::test]
async fn an_echo_that_was_escaped() {
    let secret = "c4n4ry/<S3cr>&t'v\"é";
    for echo in [
        secret.replace('/', "\\/"),
        secret.replace('<', "\\u003c"),
        secret.replace('é', "\\u00e9"),
        secret
            .replace('&', "&amp;")
            .replace('<', "&lt;")
            .replace('>', "&gt;"),
        secret.replace('\'', "&#39;").replace('"', "&quot;"),
        secret.replace('\'', "&#x27;"),
    ] {
        let service = ScriptedTransport::new();
        service.answer(answer(format!("<p>innocent</p> you said {echo}, did you")));
        let recorder = Recorder::new(service).hiding(secret);
        recorder.send(get("/")).await.unwrap();
        let json = recorder.cassette().to_json().unwrap();
        assert!(!json.contains("c4n4ry"), "{echo} in {json}");
    }
}

#[tokio::test]
async fn a_file_that_is_compressed_and_does_not_say_so() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(SECRET.as_bytes()).unwrap();
    let packed = gzip.finish().unwrap();
    let json = recorded(vec![(get("/innocent"), answer(packed))]).await;
    assert!(json.contains("\"removed\""), "{json}");
}

/// A hostile text costs time in proportion to its length, and no stack.
#[tokio::test]
async fn encodings_without_end() {
    let endless = format!("%{}", "25".repeat(200_000));
    let nested = "{\"a\":".repeat(100_000);
    for body in [
        endless,
        nested,
        "\\".repeat(200_000),
        "token=\"\\".repeat(50_000),
    ] {
        recorded(vec![(get("/"), answer(body))]).await;
    }
}

#[tokio::test]
async fn another_name_is_written_in_a_url_too() {
    let service = ScriptedTransport::new();
    service.answer(answer(r#"{"next":"https://x/?of=kim%40CORP.example"}"#));
    let recorder = Recorder::new(service).replacing("kim@CORP.example", "lee@x");
    let request = get("/of/kim@CORP.example?$filter=who%20eq%20%27kim%40CORP%2eexample%27");
    recorder.send(request).await.unwrap();
    let json = recorder.cassette().to_json().unwrap();
    assert!(
        json.contains("/of/lee@x?$filter=who%20eq%20%27lee%40x%27"),
        "{json}"
    );
    assert!(json.contains("of=lee%40x"), "{json}");
}

#[tokio::test]
async fn another_name_is_written_wherever_the_private_one_stands() {
    let service = ScriptedTransport::new();
    let machines = r#"{"kim-pc":{"kim-pc":"kim-pc"}}"#;
    service.answer(answer(machines));
    let mut broken = answer(Bytes::from_static(b"\xffkim-pc"));
    broken
        .headers_mut()
        .insert("etag", "\"kim-pc\"".parse().unwrap());
    service.answer(broken);
    let recorder = Recorder::new(service).replacing("kim-pc", "pc-1");
    let mut request = get("/kim-pc?kim-pc=1");
    *request.body_mut() = machines.into();
    recorder.send(request).await.unwrap();
    let mut form = get("/");
    let headers = form.headers_mut();
    headers.insert(
        "content-type",
        "application/x-www-form-urlencoded".parse().unwrap(),
    );
    *form.body_mut() = "kim-pc=1".into();
    recorder.send(form).await.unwrap();
    let json = recorder.cassette().to_json().unwrap();
    assert!(!json.contains("kim-pc"), "{json}");
}
