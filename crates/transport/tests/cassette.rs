//! What is recorded is replayed, and no secret is recorded.

#![cfg(feature = "testing")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test may panic"
)]

use std::error::Error as _;
use std::fmt::Write as _;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderValue, Request, Response, StatusCode};
use quell_transport::testing::cassette::{CassetteError, Unmatched};
use quell_transport::testing::{Cassette, Recorder, Replayer, ScriptedTransport};
use quell_transport::{Transport, TransportError, TransportErrorKind};
use std::io::Write as _;

const BASE: &str = "https://api.example";

fn get(path: &str) -> Request<Bytes> {
    Request::get(format!("{BASE}{path}"))
        .body(Bytes::new())
        .unwrap()
}

fn post(path: &str, content_type: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    Request::post(format!("{BASE}{path}"))
        .header("content-type", content_type)
        .body(body.into())
        .unwrap()
}

fn answer(content_type: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    Response::builder()
        .header("content-type", content_type)
        .body(body.into())
        .unwrap()
}

/// Records these exchanges and gives the file's text.
async fn recorded(exchanges: Vec<(Request<Bytes>, Response<Bytes>)>) -> String {
    let service = ScriptedTransport::new();
    let recorder = Recorder::new(service.clone());
    for (request, answer) in exchanges {
        service.answer(answer);
        recorder.send(request).await.unwrap();
    }
    recorder.cassette().to_json().unwrap()
}

fn replayer(json: &str) -> Replayer {
    Replayer::new(json.parse().unwrap())
}

fn hex(text: &str) -> String {
    text.bytes().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        write!(encoded, "%{byte:02X}").unwrap();
        encoded
    })
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::new();
    for group in text.as_bytes().chunks(3) {
        let bits = group
            .iter()
            .fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte))
            << (8 * (3 - group.len()));
        for place in 0..=group.len() {
            encoded.push(char::from(DIGITS[(bits >> (18 - 6 * place) & 63) as usize]));
        }
    }
    while !encoded.len().is_multiple_of(4) {
        encoded.push('=');
    }
    encoded
}

/// Secrets that stand where each is usual; every one is checked in every encoding.
const CANARIES: [&str; 12] = [
    "canary/access+token~1",
    "canary-client secret&2",
    "canary-assertion-3",
    "canary-refresh-4",
    "canary-device-code-5",
    "canary-cookie-6",
    "canary-session-7",
    "canary-proxy-password-8",
    "canary-sas+sig/9=",
    "canary-id-token-10",
    "canary-query-code-11",
    "canary-told-12",
];

fn assert_clean(json: &str) {
    for canary in CANARIES {
        for disguise in [
            canary.to_owned(),
            percent(canary),
            percent(canary).to_lowercase(),
            url::form_urlencoded::byte_serialize(canary.as_bytes()).collect(),
            base64(canary),
            base64(&format!("client:{canary}")),
            base64(canary).trim_end_matches('=').to_owned(),
            hex(canary),
            canary.replace('/', "\\/"),
        ] {
            assert!(
                !json.contains(&disguise),
                "{canary} as {disguise} in {json}"
            );
        }
    }
}

#[tokio::test]
async fn no_secret_survives_in_any_encoding() {
    let form = |pairs: &[(&str, &str)]| -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish()
    };
    let mut token_request = post(
        "/tenant/oauth2/v2.0/token",
        "application/x-www-form-urlencoded",
        form(&[
            ("grant_type", "client_credentials"),
            ("client_secret", CANARIES[1]),
            ("client_assertion", CANARIES[2]),
            ("refresh_token", CANARIES[3]),
            ("device_code", CANARIES[4]),
        ]),
    );
    let basic = format!("Basic {}", base64(&format!("client:{}", CANARIES[7])));
    token_request
        .headers_mut()
        .insert("proxy-authorization", basic.parse().unwrap());
    let token_answer = serde_json::json!({
        "token_type": "Bearer", "expires_in": 3599,
        "access_token": CANARIES[0], "id_token": CANARIES[9],
        "nested": [{"Refresh-Token": {"value": CANARIES[3]}}],
    });

    let mut call = get(&format!("/api/x?code={}&$top=5", percent(CANARIES[10])));
    let bearer = format!("Bearer {}", CANARIES[0]);
    let headers = call.headers_mut();
    headers.insert("authorization", bearer.parse().unwrap());
    headers.insert(
        "cookie",
        format!("a=b; session={}", CANARIES[6]).parse().unwrap(),
    );
    headers.insert("x-unheard-of", HeaderValue::from_static("canary-told-12"));
    let sas = format!(
        "https://blob.example/c/file?sv=2024&sig={}&se=1",
        percent(CANARIES[8])
    );
    let mut told = answer(
        "application/json",
        serde_json::json!({
            "value": sas,
            "echo": format!("you sent {} and {}", CANARIES[0], percent(CANARIES[1])),
            "hidden": [base64(&format!("x {} y", CANARIES[2])), hex(CANARIES[3])],
            "log": format!("GET /?data={}", percent(&base64(CANARIES[7]))),
            CANARIES[4]: 1,
        })
        .to_string(),
    );
    told.headers_mut().append(
        "set-cookie",
        format!("s={}; path=/", CANARIES[5]).parse().unwrap(),
    );
    told.headers_mut().insert(
        "location",
        format!("/next?sig={}", percent(CANARIES[8]))
            .parse()
            .unwrap(),
    );

    let echoes = CANARIES[..11].join(" and ");
    let exchanges = vec![
        // What is learnt later is removed from what was said earlier.
        (
            get(&format!("/early/{}", percent(CANARIES[0]))),
            answer("text/plain", echoes.clone()),
        ),
        (
            token_request,
            answer("application/json", token_answer.to_string()),
        ),
        (call, told),
        (
            get("/late"),
            answer("text/html", format!("<p>{echoes}</p>")),
        ),
        (
            get("/binary"),
            answer(
                "application/octet-stream",
                [b"\xff".as_slice(), echoes.as_bytes()].concat(),
            ),
        ),
        (
            get(&format!("/code/{}", base64(CANARIES[0]))),
            answer("text/plain", hex(&echoes)),
        ),
    ];
    let json = recorded(exchanges).await;
    assert_clean(&json);
    // And what is no secret is there.
    for kept in [
        "client_credentials",
        "\"Bearer\"",
        "$top=5",
        "3599",
        "sv=2024",
        "se=1",
    ] {
        assert!(json.contains(kept), "{kept} is not in {json}");
    }
}

#[tokio::test]
async fn a_compressed_body_hides_nothing() {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::none());
    gzip.write_all(b"{\"access_token\":\"canary-told-12\"}")
        .unwrap();
    let mut coded = answer("application/json", gzip.finish().unwrap());
    let headers = coded.headers_mut();
    headers.insert("content-encoding", HeaderValue::from_static("gzip"));
    let json = recorded(vec![(get("/coded"), coded)]).await;
    assert_clean(&json);
    let error = replayer(&json).send(get("/coded")).await.unwrap_err();
    let told = error.source().unwrap().to_string();
    assert!(told.contains("content coding"), "{told}");
}

#[tokio::test]
async fn tokens_are_known_by_their_looks() {
    let token = "eyJ0eXAiOiJKV1QifQ.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
    let text = format!("{{\"message\":\"bad bearer {token}, sorry\",\"eyJ\":\"eyJ0\"}}");
    let json = recorded(vec![(get("/t"), answer("application/json", text))]).await;
    assert!(!json.contains("eyJzdWIi"), "{json}");
    assert!(json.contains("sorry") && json.contains("eyJ0\""), "{json}");
}

#[tokio::test]
async fn what_is_not_quite_json_or_a_form_hides_nothing() {
    let secret = "canary-told-12";
    let json = recorded(vec![
        (
            post("/1", "text/plain", format!("client_secret={secret}&x=1")),
            answer("text/plain", format!("id_token={secret}")),
        ),
        (
            get("/2"),
            answer(
                "application/json",
                format!("{{\"access_token\" : \"{secret}\", \"cut\":"),
            ),
        ),
        (
            get("/3"),
            answer(
                "application/json",
                format!(r#"{{"password":"{secret}","password":null}}"#),
            ),
        ),
        (
            get("/4"),
            answer(
                "application/x-ndjson",
                format!("{{\"a\":1}}\n{{\"device_code\":\"{secret}\"}}\n"),
            ),
        ),
    ])
    .await;
    assert_clean(&json);
    assert!(json.contains("x=1") && json.contains("cut"), "{json}");
}

#[tokio::test]
async fn what_no_rule_knows_can_be_named() {
    let service = ScriptedTransport::new();
    service.answer_json(
        StatusCode::OK,
        r#"{"who":"kim@corp.example","what":"canary-told-12"}"#,
    );
    let recorder = Recorder::new(service)
        .hiding("canary-told-12")
        .replacing("corp.example", "example.org");
    recorder
        .send(get("/api/users/kim@corp.example"))
        .await
        .unwrap();
    let json = recorder.cassette().to_json().unwrap();
    assert!(!json.contains("canary") && !json.contains("corp"), "{json}");
    let replayed = replayer(&json)
        .send(get("/api/users/kim@example.org"))
        .await;
    assert!(replayed.unwrap().body().starts_with(b"{\"what\""));
}

#[tokio::test]
async fn the_service_is_told_everything() {
    let service = ScriptedTransport::new();
    service.answer_json(StatusCode::OK, r#"{"access_token":"canary-told-12"}"#);
    let recorder = Recorder::new(service.clone());
    let mut request = get("/x?sig=canary");
    let bearer = HeaderValue::from_static("Bearer canary");
    request
        .headers_mut()
        .insert("authorization", bearer.clone());
    let answer = recorder.send(request).await.unwrap();
    assert_eq!(answer.body(), r#"{"access_token":"canary-told-12"}"#);
    let seen = &service.requests()[0];
    assert_eq!(seen.headers()["authorization"], bearer);
    assert_eq!(seen.uri().query(), Some("sig=canary"));
}

#[tokio::test]
async fn answers_come_back_to_the_byte() {
    let quirky =
        "{ \"b\":1.0,\n\"a\": \"2024-01-01T00:00:00.1234567Z\",\"n\":12345678901234567890123 }";
    let bytes: Vec<u8> = (0..=u8::MAX).collect();
    let mut limited = answer("text/plain", "slow down");
    *limited.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    limited
        .headers_mut()
        .insert("retry-after", HeaderValue::from_static("17"));
    let json = recorded(vec![
        (get("/quirky"), answer("application/json", quirky)),
        (
            get("/bytes"),
            answer("application/octet-stream", bytes.clone()),
        ),
        (get("/limited"), limited),
    ])
    .await;
    let replayer = replayer(&json);
    let limited = replayer.send(get("/limited")).await.unwrap();
    assert_eq!(limited.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(limited.headers()["retry-after"], "17");
    assert_eq!(replayer.send(get("/bytes")).await.unwrap().body(), &bytes);
    assert_eq!(replayer.send(get("/quirky")).await.unwrap().body(), quirky);
    assert_eq!(replayer.remaining(), 0);
}

#[tokio::test]
async fn failures_come_back_too() {
    use TransportErrorKind::*;
    let kinds = [
        InvalidRequest,
        Resolve,
        Connect,
        Tls,
        ConnectionClosed,
        Timeout,
        Interrupted,
        BodyTooLarge,
        Decode,
        Other,
    ];
    let service = ScriptedTransport::new();
    let recorder = Recorder::new(service.clone());
    for kind in kinds {
        service.fail(TransportError::with_source(kind, "canary-told-12"));
        recorder.send(get("/")).await.unwrap_err();
    }
    let json = recorder.cassette().to_json().unwrap();
    assert_clean(&json);
    let replayer = replayer(&json);
    for kind in kinds {
        assert_eq!(replayer.send(get("/")).await.unwrap_err().kind(), kind);
    }
}

#[tokio::test]
async fn a_request_is_known_by_its_meaning() {
    let asked = post(
        "/api/x?b=2&a=%31",
        "application/json",
        r#"{"Comment":"c","n":[1,2]}"#,
    );
    let form = "grant_type=client_credentials&client_secret=canary-told-12";
    let form_type = "application/x-www-form-urlencoded";
    let json = recorded(vec![
        (asked, answer("text/plain", "json")),
        (
            post("/token", form_type, form),
            answer("text/plain", "form"),
        ),
    ])
    .await;
    let replayer = replayer(&json);
    let other_order = post(
        "/api/x?a=1&b=2",
        "application/json",
        "{ \"n\": [1, 2], \"Comment\": \"c\" }",
    );
    assert_eq!(replayer.send(other_order).await.unwrap().body(), "json");
    let other_secret = "client_secret=quite-another&grant_type=client_credentials";
    let answered = replayer.send(post("/token", form_type, other_secret)).await;
    assert_eq!(answered.unwrap().body(), "form");
}

#[tokio::test]
async fn what_is_asked_again_is_answered_in_order_and_then_no_more() {
    let json = recorded(vec![
        (get("/action"), answer("text/plain", "Pending")),
        (get("/other"), answer("text/plain", "other")),
        (get("/action"), answer("text/plain", "Succeeded")),
    ])
    .await;
    let replayer = replayer(&json);
    assert_eq!(replayer.send(get("/other")).await.unwrap().body(), "other");
    assert_eq!(
        replayer.send(get("/action")).await.unwrap().body(),
        "Pending"
    );
    assert_eq!(
        replayer.send(get("/action")).await.unwrap().body(),
        "Succeeded"
    );
    let error = replayer.send(get("/action")).await.unwrap_err();
    let cause = error.source().unwrap().downcast_ref::<Unmatched>().unwrap();
    assert_eq!(
        cause.to_string(),
        "no exchange of the cassette answers GET /action; every exchange that answers it was used already"
    );
}

#[tokio::test]
async fn an_unmatched_request_is_told_what_comes_nearest_without_secrets() {
    let json = recorded(vec![
        (get("/far/away"), answer("text/plain", "")),
        (
            post("/api/x?a=1", "application/json", r#"{"Comment":"c"}"#),
            answer("text/plain", ""),
        ),
    ])
    .await;
    let replayer = replayer(&json);
    let told = async |request| {
        let error = replayer.send(request).await.unwrap_err();
        error.source().unwrap().to_string()
    };
    assert_eq!(
        told(post(
            "/api/x?a=1&sig=canary",
            "application/json",
            r#"{"Comment":"d"}"#
        ))
        .await,
        "no exchange of the cassette answers POST /api/x?a=1&sig=‹removed›; \
         the nearest is POST /api/x?a=1, which has another query and body"
    );
    assert_eq!(
        told(get("/far/off")).await,
        "no exchange of the cassette answers GET /far/off; \
         the nearest is GET /far/away, which has another path"
    );
    assert_eq!(replayer.remaining(), 2, "nothing was used up");
}

#[test]
fn what_is_no_cassette_of_this_version_is_refused() {
    let version = r#"{"format":"quell-cassette","version":2,"tracks":[]}"#.parse::<Cassette>();
    assert_eq!(
        version.unwrap_err().to_string(),
        "the cassette is `quell-cassette` in version 2 instead of `quell-cassette` in version 1"
    );
    let request = r#"{"method":"GET","url":"https://a.example/"}"#;
    for exchange in [
        format!(r#"{{"request":{request}}}"#),
        format!(r#"{{"request":{request},"failure":"tls","answer":{{"status":200}}}}"#),
        format!(r#"{{"request":{request},"failure":"boredom"}}"#),
        format!(r#"{{"request":{request},"failure":"tls","comment":""}}"#),
    ] {
        let text = format!(r#"{{"format":"quell-cassette","version":1,"exchanges":[{exchange}]}}"#);
        assert!(
            matches!(text.parse::<Cassette>(), Err(CassetteError::Json(_))),
            "{text}"
        );
    }
    assert!(matches!(
        " ".repeat(17 << 20).parse::<Cassette>(),
        Err(CassetteError::TooLarge)
    ));
}

#[tokio::test]
async fn a_hostile_cassette_is_an_error_and_no_panic() {
    for answer in [
        r#"{"status":7}"#,
        r#"{"status":200,"headers":{"a b":["x"]}}"#,
        r#"{"status":200,"headers":{"a":["x\ny"]}}"#,
        r#"{"status":200,"body":{"base64":"?"}}"#,
    ] {
        let text = format!(
            r#"{{"format":"quell-cassette","version":1,"exchanges":[{{"request":
            {{"method":"GET","url":"https://api.example/"}},"answer":{answer}}}]}}"#
        );
        let error = replayer(&text).send(get("/")).await.unwrap_err();
        assert!(error.source().unwrap().is::<Unmatched>(), "{answer}");
    }
}

#[tokio::test]
async fn a_recorder_stays_within_its_bounds() {
    let service = ScriptedTransport::new();
    let recorder = Recorder::new(service.clone());
    for _ in 0..20 {
        service.answer(answer("text/plain", "x".repeat(1 << 20)));
        recorder.send(get("/")).await.unwrap();
    }
    assert!(recorder.is_full());
    let cassette = recorder.cassette();
    assert!((1..16).contains(&cassette.len()), "{}", cassette.len());
    assert!(cassette.to_json().is_ok());

    let recorder = Recorder::new(service.clone());
    service.answer(answer("text/plain", "x".repeat(17 << 20)));
    recorder.send(get("/")).await.unwrap();
    assert!(recorder.is_full() && recorder.cassette().is_empty());
}

#[tokio::test]
async fn a_file_is_read_as_it_was_written() {
    let json = recorded(vec![(get("/"), answer("text/plain", "x"))]).await;
    let cassette: Cassette = json.parse().unwrap();
    let file = tempfile::NamedTempFile::new().unwrap();
    cassette.save(file.path()).unwrap();
    assert_eq!(Cassette::load(file.path()).unwrap(), cassette);
}
