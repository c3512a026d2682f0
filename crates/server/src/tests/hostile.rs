//! Nothing that anyone sends is a 500.

use axum::body::Body;
use http::{Request, Uri, header};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::world::{BOTH, MACHINE, SHA1, World, called};
use crate::Limits;

#[derive(Clone, Debug)]
struct Attempt {
    method: &'static str,
    path: String,
    query: String,
    content_type: Option<&'static str>,
    body: Vec<u8>,
    authorized: bool,
}

fn segment() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("api".to_owned()),
        Just("v1.0".to_owned()),
        Just("machines".to_owned()),
        Just("machineactions".to_owned()),
        Just("files".to_owned()),
        Just("indicators".to_owned()),
        Just("stats".to_owned()),
        Just("alerts".to_owned()),
        Just("machineActions".to_owned()),
        Just("latestMachineActions".to_owned()),
        Just("availableMachineActions".to_owned()),
        Just("findbytag".to_owned()),
        "findbyip\\((ip|timestamp|[a-z'%=,]{0,9})[='0-9a-fA-F:.%TZ,-]{0,30}\\)",
        Just("findbyip(ip='::1',timestamp=-9999999999999-01-01)".to_owned()),
        Just("cancel".to_owned()),
        Just("StopAndQuarantineFile".to_owned()),
        Just("oauth2".to_owned()),
        Just("token".to_owned()),
        Just("quell/v1/device/hold".to_owned()),
        Just(MACHINE.to_owned()),
        Just(SHA1.to_owned()),
        Just("%00".to_owned()),
        Just("%ff%2f..".to_owned()),
        "[a-z0-9'$(),;:=%-]{0,12}",
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => Just(format!("/api/machines/{MACHINE}/StopAndQuarantineFile")),
        2 => Just("/api/machineactions".to_owned()),
        2 => Just("/api/machines".to_owned()),
        1 => Just(format!("/api/files/{SHA1}/machines")),
        1 => Just(format!("/api/files/{SHA1}/stats")),
        2 => Just("/api/machines/findbytag".to_owned()),
        2 => Just("/api/indicators".to_owned()),
        2 => "/api/machines/findbyip\\(ip='[0-9a-f.:]{0,12}',timestamp=[0-9TZ:.+-]{0,24}\\)",
        4 => proptest::collection::vec(segment(), 0..6).prop_map(|parts| format!("/{}", parts.join("/"))),
    ]
}

fn query() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("status"),
        Just("id"),
        Just("eq"),
        Just("in"),
        Just("("),
        Just(")"),
        Just("'a'"),
        Just("null"),
        Just("and"),
        Just("not"),
        Just("1"),
        Just(","),
        Just("-"),
        Just("any"),
        Just("machineTags/any(t:"),
        Just("t"),
        Just("2026-01-01"),
        Just("contains(id,"),
        Just("''"),
    ];
    let words = proptest::collection::vec(word, 0..10).prop_map(|words| words.join("%20"));
    prop_oneof![
        2 => Just(String::new()),
        4 => words.prop_map(|words| format!("$filter={words}")),
        2 => "(tag|useStartsWithFilter|lookBackHours)=[a-z0-9%+-]{0,9}(&tag=x)?",
        2 => "(\\$(top|skip|orderby|select|count|expand)=[a-zA-Z0-9,%-]{0,9}&){1,3}",
        1 => "[a-z$&=%+']{0,30}",
    ]
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        Just(Vec::new()),
        Just(format!(r#"{{"Comment":"c","Sha1":"{SHA1}"}}"#).into_bytes()),
        "\\{\"(Comment|Sha1|Title)\":[\"0-9a-z{}\\[\\]]{0,20}\\}?".prop_map(String::into_bytes),
        "\\{\"indicatorValue\":\"[a-z0-9.:/]{0,20}\",\"indicatorType\":\"(Url|IpAddress|DomainName|FileMd5)\",\"action\":\"Warn\",\"title\":\"[^\\\\\"]{0,9}\",\"description\":\"\",\"expirationTime\":\"[0-9TZ:.-]{0,30}\"\\}"
            .prop_map(String::into_bytes),
        "grant_type=[a-z_]{0,20}&client_id=[%a-z]{0,9}".prop_map(String::into_bytes),
        proptest::collection::vec(any::<u8>(), 0..200),
        Just(vec![b'['; 60_000]),
    ]
}

fn attempt() -> impl Strategy<Value = Attempt> {
    let method = prop_oneof![
        3 => Just("GET"), 3 => Just("POST"), 1 => Just("DELETE"), 1 => Just("PUT"), 1 => Just("HEAD"),
        1 => Just("OPTIONS"), 1 => Just("BREW"),
    ];
    let content_type = proptest::option::of(prop_oneof![
        3 => Just("application/json"),
        1 => Just("application/x-www-form-urlencoded"),
        1 => Just("\u{7f}"),
    ]);
    (method, path(), query(), content_type, body(), any::<bool>()).prop_map(
        |(method, path, query, content_type, body, authorized)| Attempt {
            method,
            path,
            query,
            content_type,
            body,
            authorized,
        },
    )
}

fn request(attempt: &Attempt, token: &str) -> Option<Request<Body>> {
    let target = format!("{}?{}", attempt.path, attempt.query);
    let uri: Uri = target.parse().ok()?;
    let mut request = called(Request::builder().method(attempt.method).uri(uri));
    if let Some(content_type) = attempt.content_type {
        request = request.header(header::CONTENT_TYPE, content_type);
    }
    if attempt.authorized {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    request.body(Body::from(attempt.body.clone())).ok()
}

#[test]
fn nothing_is_a_500_and_every_refusal_is_json() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (world, token) = runtime.block_on(async {
        let world = World::with(|config| config.limits = Limits::Off).await;
        world.machine_with_file().await;
        let token = world
            .token(
                &[
                    BOTH,
                    &["File.Read.All", "Alert.Read.All", "Ti.ReadWrite.All"],
                ]
                .concat(),
            )
            .await;
        (world, token)
    });
    let mut runner = TestRunner::new(Config::with_cases(600));
    let outcome = runner.run(&attempt(), |attempt| {
        let Some(request) = request(&attempt, &token) else {
            return Ok(());
        };
        let answer = runtime.block_on(world.send(request));
        prop_assert!(answer.status.as_u16() < 500, "{}", answer.text);
        if !answer.status.is_success() && attempt.method != "HEAD" {
            let json: serde_json::Value = serde_json::from_str(&answer.text)
                .map_err(|error| TestCaseError::fail(format!("{error}: {}", answer.text)))?;
            prop_assert!(json.get("error").is_some());
        }
        Ok(())
    });
    outcome.unwrap();
}
