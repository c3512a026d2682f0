//! Quirks of the wire that belong to no operation: what may be written in how many ways, in which
//! order a request is looked at, and what every answer looks like.

use std::time::Duration;

use axum::body::Body;
use http::{Request, header};
use serde_json::json;

use super::world::{ACTION, Answer, BODY, BOTH, MACHINE, SHA1, World, called, stop_path};

const ODATA_JSON: &str = "application/json; odata.metadata=minimal";

async fn send(
    world: &World,
    token: &str,
    method: &str,
    path: &str,
    body: impl Into<Body>,
) -> Answer {
    let request = called(Request::builder().method(method).uri(path))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(body.into());
    world.send(request.unwrap()).await
}

/// One request with everything wrong, put right step by step: what is wrong first is answered.
#[tokio::test]
async fn host_token_permission_machine_type_body_file_and_repeat_are_looked_at_in_this_order() {
    let world = World::new().await;
    world.machine_with_file().await;
    let none = world.token(&["Machine.Isolate"]).await;
    let both = world.token(BOTH).await;
    let unknown = "0".repeat(40);
    let other = BODY.replace(SHA1, &unknown);
    let (good, nowhere) = (stop_path(MACHINE), stop_path("nowhere"));
    let (ours, theirs) = ("127.0.0.1:8642", "evil.example");
    let (json, text) = ("application/json", "text/plain");
    let steps = [
        (theirs, "x", &nowhere, text, "{", 400, "BadRequest"),
        (ours, "x", &nowhere, text, "{", 401, "Unauthorized"),
        (ours, &none, &nowhere, text, "{", 403, "Forbidden"),
        (ours, &both, &nowhere, text, "{", 404, "ResourceNotFound"),
        (ours, &both, &good, text, "{", 415, "InvalidRequestBody"),
        (ours, &both, &good, json, "{", 400, "InvalidRequestBody"),
        (
            ours,
            &both,
            &good,
            json,
            "{}",
            400,
            "MissingRequiredParameter",
        ),
        (ours, &both, &good, json, &other, 404, "ResourceNotFound"),
        (ours, &both, &good, json, BODY, 201, "?"),
    ];
    for (host, token, path, content_type, body, status, code) in steps {
        let request = Request::post(path)
            .header(header::HOST, host)
            .header(header::AUTHORIZATION, format!("Bearer {token}"))
            .header(header::CONTENT_TYPE, content_type)
            .body(Body::from(body.to_owned()));
        let answer = world.send(request.unwrap()).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        if status != 201 {
            assert_eq!(answer.refusal().1, code);
            assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
        }
    }
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(
        world.stop(&both).await.refusal().1,
        "ActiveRequestAlreadyExists"
    );
}

#[tokio::test]
async fn envelope_is_code_message_and_target_and_nothing_between() {
    let world = World::new().await;
    let answer = world
        .get(&world.token(BOTH).await, "/api/machines/123123123")
        .await;
    let target = answer.json()["error"]["target"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        answer.text,
        format!(
            r#"{{"error":{{"code":"ResourceNotFound","message":"Machine 123123123 was not found","target":"{target}"}}}}"#
        )
    );
}

#[tokio::test]
async fn times_have_seven_digits_without_the_zeros_at_their_end() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    for (ticks, time) in [
        (0, "2026-03-01T10:00:00.1234567Z"),
        (2_233, "2026-03-01T10:00:00.12368Z"),
        (763_200, "2026-03-01T10:00:00.2Z"),
        (8_000_000, "2026-03-01T10:00:01Z"),
    ] {
        world.clock.advance(Duration::from_nanos(ticks * 100));
        let action = world.stop(&token).await.json();
        if ticks == 0 {
            assert_eq!(action["creationDateTimeUtc"], time);
        }
        let cancel = format!(
            "/api/machineactions/{}/cancel",
            action["id"].as_str().unwrap()
        );
        let cancelled = world
            .post(&token, &cancel, r#"{"Comment":"c"}"#)
            .await
            .json();
        assert_eq!(cancelled["cancellationDateTimeUtc"], time);
        assert_eq!(cancelled["lastUpdateDateTimeUtc"], time);
    }
}

#[tokio::test]
async fn answers_are_odata_s_json_whatever_is_accepted() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    for accept in [
        "*/*",
        "application/json;odata.metadata=none",
        "application/xml",
    ] {
        for path in [
            "/api/machines".to_owned(),
            format!("/api/machines/{MACHINE}"),
        ] {
            let request = called(Request::get(&path))
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .header(header::ACCEPT, accept)
                .header(header::ACCEPT_ENCODING, "gzip, br")
                .body(Body::empty());
            let answer = world.send(request.unwrap()).await;
            assert_eq!(answer.status.as_u16(), 200, "{accept}");
            assert_eq!(answer.headers[header::CONTENT_TYPE], ODATA_JSON);
            assert!(!answer.headers.contains_key(header::CONTENT_ENCODING));
            answer.json();
        }
    }
}

#[tokio::test]
async fn path_has_many_spellings() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let upper = MACHINE.to_uppercase();
    for path in [
        format!("/api/machines/{MACHINE}/"),
        format!("/api/v1.0/Machines/{upper}"),
        format!("/API/V1.0/MACHINES/{MACHINE}/"),
        // The first digit of the id, encoded.
        format!("/api/machines/%31{}", &MACHINE[1..]),
        "/api/machines/HOST%2eexample".to_owned(),
    ] {
        let answer = world.get(&token, &path).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
        assert_eq!(answer.json()["id"], MACHINE);
    }
    for (path, code) in [
        // Decoded once and no more.
        (
            format!("/api/machines/%2531{}", &MACHINE[1..]),
            "ResourceNotFound",
        ),
        (format!("/api/machines/x%2f{MACHINE}"), "ResourceNotFound"),
        ("/api/machines/..%2f..%2fetc".to_owned(), "ResourceNotFound"),
        ("/api/machines/%ff".to_owned(), "ResourceNotFound"),
        ("/api/machines/%".to_owned(), "ResourceNotFound"),
        (format!("/api/machines/{MACHINE}//"), "NotFound"),
        (format!("/api//machines/{MACHINE}"), "NotFound"),
        (format!("/api/v1/machines/{MACHINE}"), "NotFound"),
        (format!("/api/%6dachines/{MACHINE}"), "NotFound"),
        (format!("/api/./machines/{MACHINE}"), "NotFound"),
    ] {
        let (status, named, _) = world.get(&token, &path).await.refusal();
        assert_eq!((status, named.as_str()), (404, code), "{path}");
    }
}

#[tokio::test]
async fn action_is_found_by_its_guid_in_any_case() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let id = world.stop(&token).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let upper = id.to_uppercase();
    assert_ne!(id, upper);
    let got = world
        .get(&token, &format!("/api/machineactions/{upper}"))
        .await;
    assert_eq!(got.json()["id"], id.as_str());
    let cancel = format!("/api/machineactions/{upper}/cancel");
    let cancelled = world.post(&token, &cancel, r#"{"Comment":"c"}"#).await;
    assert_eq!(cancelled.json()["id"], id.as_str(), "{}", cancelled.text);
}

#[tokio::test]
async fn other_methods_are_405_and_name_those_that_there_are() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    let action = format!("/api/machineactions/{ACTION}");
    for (path, allowed) in [
        ("/api/machines", "GET"),
        (action.as_str(), "GET"),
        ("/api/indicators", "GET, POST"),
        ("/api/openapi.json", "GET"),
    ] {
        for method in ["HEAD", "OPTIONS", "TRACE", "PUT", "PATCH", "get"] {
            let answer = send(&world, &token, method, path, Body::empty()).await;
            assert_eq!(answer.status.as_u16(), 405, "{method} {path}");
            assert_eq!(answer.headers[header::ALLOW], allowed, "{method} {path}");
        }
    }
}

#[tokio::test]
async fn body_of_a_get_is_nobody_s_business() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    for body in ["{}".to_owned(), "{".to_owned(), "x".repeat(100 * 1024)] {
        let answer = send(&world, &token, "GET", "/api/machines", body).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    }
}

#[tokio::test]
async fn parameters_that_are_nobody_s_are_passed_over_however_many() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let many = "x=1&".repeat(10_000);
    for query in [
        "api-version=2",
        "=",
        "&&&",
        "x",
        "%24%24=1&x=%24",
        many.as_str(),
    ] {
        let path = format!("/api/machines?{query}");
        let answer = world.get(&token, &path).await;
        let expected = if query.starts_with("%24") { 400 } else { 200 };
        assert_eq!(
            answer.status.as_u16(),
            expected,
            "{query:.40}: {:.200}",
            answer.text
        );
    }
    let longer = format!("/api/machines?{}", "x=1&".repeat(17_000));
    // As long a target as hyper hands on is still refused in the shape of the OData layer.
    if let Ok(request) = called(Request::get(longer))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .body(Body::empty())
    {
        assert_eq!(world.send(request).await.status.as_u16(), 400);
    }
}

#[tokio::test]
async fn key_that_stands_twice_has_the_last_of_its_values() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let body = format!(r#"{{"Comment":"first","Sha1":"x","Comment":"last","Sha1":"{SHA1}"}}"#);
    let answer = world.post(&token, &stop_path(MACHINE), body).await;
    assert_eq!(answer.json()["requestorComment"], "last", "{}", answer.text);
}

#[tokio::test]
async fn comment_is_given_back_as_it_was_whatever_it_holds() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let comment = " <b>'\"; DROP TABLE actions; --\\ \u{1F980} é \u{202e}\n\t";
    let body = json!({ "Comment": comment, "Sha1": SHA1 }).to_string();
    let answer = world.post(&token, &stop_path(MACHINE), body).await;
    assert_eq!(
        answer.json()["requestorComment"],
        comment,
        "{}",
        answer.text
    );
    for lone in [r#""\ud800""#, r#""\udc00x""#] {
        let body = format!(r#"{{"Comment":{lone},"Sha1":"{SHA1}"}}"#);
        let answer = world.post(&token, &stop_path(MACHINE), body).await;
        assert_eq!(answer.refusal().1, "InvalidRequestBody", "{lone}");
    }
}
