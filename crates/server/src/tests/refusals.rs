//! What bad input gets: one row for each thing that a caller can get wrong, with the exact status,
//! code and message.

use std::time::Duration;

use axum::body::Body;
use http::{Request, header};
use quell_model::MachineId;
use quell_protocol::{Protection, Sighting, WirePath};

use super::world::{Answer, BODY, BOTH, MACHINE, SHA1, World, called, stop_path};

const READING: &str = "The application does not have any of the required application permissions (Machine.Read.All, Machine.ReadWrite.All) to access the resource.";
const STOPPING: &str = "The application does not have any of the required application permissions (Machine.StopAndQuarantine) to access the resource.";

/// Every refusal of the API has a fresh GUID as its target, and the OData layer's have none.
fn assert_envelope(answer: &Answer) {
    let json = answer.json();
    let target = json["error"]["target"].as_str().unwrap();
    uuid::Uuid::parse_str(target).unwrap();
    assert_eq!(json["error"].as_object().unwrap().len(), 3);
}

#[tokio::test]
async fn bodies() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let incorrect = (400, "InvalidRequestBody", "Request body is incorrect");
    let no_sha1 = (
        400,
        "MissingRequiredParameter",
        "Parameter Sha1 is missing.",
    );
    let no_comment = (
        400,
        "MissingRequiredParameter",
        "Parameter Comment is missing.",
    );
    let md5 = "a".repeat(32);
    let sha256 = "b".repeat(64);
    let with_hash = |hash: &str| format!(r#"{{"Comment":"c","Sha1":"{hash}"}}"#);
    let invalid = |hash: &str| format!("Hash value {hash} is invalid.");
    let bad_hash = |hash: &str| (with_hash(hash), 400, "InvalidHashValue", invalid(hash));
    let row = |body: &str, refusal: (u16, &'static str, &str)| {
        (body.to_owned(), refusal.0, refusal.1, refusal.2.to_owned())
    };
    let rows = [
        row(r#"{"Comment":"c"}"#, no_sha1),
        row(r#"{"Comment":"c","Sha1":null}"#, no_sha1),
        row(r#"{"Comment":"c","Sha1":""}"#, no_sha1),
        row(r#"{"Comment":"c","Sha1":7}"#, incorrect),
        bad_hash("abc"),
        bad_hash("z7662bc3d60e4200ceaf7aae249d1c343f4b83c9"),
        bad_hash(&md5),
        bad_hash(&sha256),
        row(&format!(r#"{{"Sha1":"{SHA1}"}}"#), no_comment),
        row(
            &format!(r#"{{"Comment":null,"Sha1":"{SHA1}"}}"#),
            no_comment,
        ),
        row(&format!(r#"{{"Comment":"","Sha1":"{SHA1}"}}"#), no_comment),
        row(
            &format!(r#"{{"Comment":" \t","Sha1":"{SHA1}"}}"#),
            no_comment,
        ),
        row(
            &format!(r#"{{"Comment":["c"],"Sha1":"{SHA1}"}}"#),
            incorrect,
        ),
        row(&format!(r#"{{"comment":"c","Sha1":"{SHA1}"}}"#), no_comment),
        row(&format!(r#"{{"Comment":"c","sha1":"{SHA1}"}}"#), no_sha1),
        row(
            &format!(r#"{{"Kommentar":"c","Sha1":"{SHA1}"}}"#),
            no_comment,
        ),
        row("", incorrect),
        row("{", incorrect),
        row("null", incorrect),
        row("[]", incorrect),
        row("\u{feff}{}", incorrect),
        row(&"[".repeat(10_000), incorrect),
        row(
            &format!(r#"{{"Comment":"c","Sha1":"{SHA1}","Title":7}}"#),
            incorrect,
        ),
    ];
    for (body, status, code, message) in rows {
        let answer = world.post(&token, &stop_path(MACHINE), body.clone()).await;
        let expected = (status, code.to_owned(), message);
        assert_eq!(answer.refusal(), expected, "{body:.80}");
        assert_envelope(&answer);
        let listed = world.get(&token, "/api/machineactions").await;
        assert_eq!(listed.json()["value"], serde_json::json!([]), "{body:.80}");
    }
}

#[tokio::test]
async fn content_types() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let send = |content_type: Option<&'static str>| {
        let mut request = called(Request::post(stop_path(MACHINE)))
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        world.send(request.body(Body::from(BODY)).unwrap())
    };
    for bad in ["text/plain", "application/x-www-form-urlencoded"] {
        assert_eq!(
            send(Some(bad)).await.refusal(),
            (
                415,
                "InvalidRequestBody".to_owned(),
                "Request body must be application/json".to_owned()
            )
        );
    }
    let compressed = called(Request::post(stop_path(MACHINE)))
        .header(header::AUTHORIZATION, format!("Bearer {token}"))
        .header(header::CONTENT_ENCODING, "gzip")
        .body(Body::from(BODY));
    assert_eq!(
        world.send(compressed.unwrap()).await.refusal(),
        (
            415,
            "InvalidRequestBody".to_owned(),
            "Request body must not be encoded".to_owned()
        )
    );
    assert_eq!(send(None).await.status.as_u16(), 201);
    let utf8 = send(Some("application/json; charset=utf-8")).await;
    assert_eq!(utf8.status.as_u16(), 201);
}

#[tokio::test]
async fn body_over_64_kibibytes() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let padded = |length: usize| {
        let frame = format!(r#"{{"Comment":"","Sha1":"{SHA1}"}}"#).len();
        let comment = "c".repeat(length - frame);
        format!(r#"{{"Comment":"{comment}","Sha1":"{SHA1}"}}"#)
    };
    let answer = world
        .post(&token, &stop_path(MACHINE), padded(65_537))
        .await;
    assert_eq!(
        answer.refusal(),
        (
            413,
            "InvalidRequestBody".to_owned(),
            "Request body is too large".to_owned()
        )
    );
    let answer = world
        .post(&token, &stop_path(MACHINE), padded(65_536))
        .await;
    assert_eq!(answer.status.as_u16(), 201);
}

#[tokio::test]
async fn tokens_absent_or_of_another_scheme() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    let absent = "The request has no bearer token in its Authorization header.";
    for (authorization, message, challenge) in [
        (None, absent, "Bearer"),
        (Some("Basic dXNlcjpwYXNz".to_owned()), absent, "Bearer"),
        (Some("Bearer".to_owned()), absent, "Bearer"),
        (Some("Bearer ".to_owned()), absent, "Bearer"),
        (Some(token.clone()), absent, "Bearer"),
        (Some(format!("Porteur {token}")), absent, "Bearer"),
        (
            Some("Bearer not-a-token".to_owned()),
            "The access token is invalid.",
            r#"Bearer error="invalid_token""#,
        ),
    ] {
        let mut request = called(Request::get("/api/machines"));
        if let Some(authorization) = &authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let answer = world.send(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            answer.refusal(),
            (401, "Unauthorized".to_owned(), message.to_owned()),
            "{authorization:?}"
        );
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], challenge);
        assert_envelope(&answer);
    }
    let lower = called(Request::get("/api/machines"))
        .header(header::AUTHORIZATION, format!("bearer {token}"))
        .body(Body::empty());
    assert_eq!(world.send(lower.unwrap()).await.status.as_u16(), 200);
}

#[tokio::test]
async fn half_of_the_permissions() {
    let world = World::new().await;
    world.machine_with_file().await;
    for (permissions, message) in [
        (&["Machine.StopAndQuarantine"][..], READING),
        (&["Machine.Read.All"], STOPPING),
        (&["Machine.ReadWrite.All", "Machine.Isolate"], STOPPING),
        (&[], READING),
    ] {
        let answer = world.stop(&world.token(permissions).await).await;
        let expected = (403, "Forbidden".to_owned(), message.to_owned());
        assert_eq!(answer.refusal(), expected, "{permissions:?}");
    }
    let both = world
        .token(&["Machine.StopAndQuarantine", "Machine.ReadWrite.All"])
        .await;
    assert_eq!(world.stop(&both).await.status.as_u16(), 201);
}

#[tokio::test]
async fn permission_comes_before_the_machine_and_the_machine_before_the_body() {
    let world = World::new().await;
    let path = stop_path("elastic-connector-test");
    let none = world.token(&[]).await;
    assert_eq!(world.post(&none, &path, "{").await.refusal().0, 403);
    let both = world.token(BOTH).await;
    assert_eq!(
        world.post(&both, &path, "{").await.refusal(),
        (
            404,
            "ResourceNotFound".to_owned(),
            "Machine elastic-connector-test was not found".to_owned()
        )
    );
}

#[tokio::test]
async fn machines_actions_and_files_that_are_unknown() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world
        .token(&[
            "Machine.Read.All",
            "Machine.StopAndQuarantine",
            "File.Read.All",
        ])
        .await;
    let zeros = "0".repeat(40);
    for (path, message) in [
        (
            "/api/machines/123123123".to_owned(),
            "Machine 123123123 was not found".to_owned(),
        ),
        (
            "/api/machines/%00%2e%2e".to_owned(),
            "Machine .. was not found".to_owned(),
        ),
        (
            "/api/machineactions/5382f7ea-7557-4ab7-9782-d50480024a4e".to_owned(),
            "Machine action 5382f7ea-7557-4ab7-9782-d50480024a4e was not found".to_owned(),
        ),
        (
            format!("/api/files/{zeros}"),
            format!("File {zeros} was not found"),
        ),
    ] {
        let answer = world.get(&token, &path).await;
        let expected = (404, "ResourceNotFound".to_owned(), message);
        assert_eq!(answer.refusal(), expected, "{path}");
    }
    let body = BODY.replace(SHA1, &zeros);
    let answer = world.post(&token, &stop_path(MACHINE), body).await;
    assert_eq!(
        answer.refusal(),
        (
            404,
            "ResourceNotFound".to_owned(),
            format!("Sha1 {zeros} was not found in machine {MACHINE}")
        )
    );
    for (path, hash) in [
        ("/api/files/abc", "abc"),
        ("/api/files/abc/machines", "abc"),
        (
            &format!("/api/files/{}/machines", "b".repeat(64)),
            &*"b".repeat(64),
        ),
    ] {
        let answer = world.get(&token, path).await;
        let message = format!("Hash value {hash} is invalid.");
        assert_eq!(
            answer.refusal(),
            (400, "InvalidHashValue".to_owned(), message),
            "{path}"
        );
    }
}

#[tokio::test]
async fn second_request_while_one_is_active() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let first = world.stop(&token).await.json()["id"].clone();
    world.clock.advance(Duration::from_secs(59));
    let again = world.stop(&token).await;
    assert_eq!((again.status.as_u16(), &again.json()["id"]), (201, &first));
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(
        world.stop(&token).await.refusal(),
        (
            400,
            "ActiveRequestAlreadyExists".to_owned(),
            "Action is already in progress".to_owned()
        )
    );
}

#[tokio::test]
async fn protected_files() {
    let world = World::new().await;
    world.enrolled(MACHINE).await;
    let token = world.token(BOTH).await;
    let shell = Sighting {
        sha1: SHA1.parse().unwrap(),
        sha256: None,
        size: 5,
        path: WirePath::from_bytes(b"/bin/sh"),
        seen_at: world.now(),
        running: true,
        protection: Some(Protection::Shell),
    };
    world
        .admin
        .add_sightings(&MachineId::new(MACHINE).unwrap(), vec![shell])
        .await
        .unwrap();
    let empty = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    for (sha1, why) in [
        (SHA1, "it is a shell"),
        (empty, "it is the hash of every empty file"),
    ] {
        let body = BODY.replace(SHA1, sha1);
        let answer = world.post(&token, &stop_path(MACHINE), body).await;
        let message = format!(
            "StopAndQuarantineFile is not allowed for Sha1 {sha1}: the file is protected, {why}."
        );
        assert_eq!(
            answer.refusal(),
            (403, "DisallowedOperation".to_owned(), message)
        );
    }
}

#[tokio::test]
async fn routes_and_methods_that_are_none() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    for path in [
        "/",
        "/api",
        "/api/machine",
        "/api/v2.0/machines",
        "/x/oauth2/token/y",
    ] {
        let answer = world.get(&token, path).await;
        let expected = (
            404,
            "NotFound".to_owned(),
            "There is no such resource.".to_owned(),
        );
        assert_eq!(answer.refusal(), expected, "{path}");
    }
    let token_endpoint = format!("/{}/oauth2/token", world.tenant());
    let keys = format!("/{}/discovery/keys", world.tenant());
    for (method, path, allowed) in [
        ("PUT", "/api/machines".to_owned(), "GET"),
        ("GET", stop_path(MACHINE), "POST"),
        ("DELETE", "/api/v1.0/machineactions/x".to_owned(), "GET"),
        ("DELETE", token_endpoint, "GET, POST"),
        ("POST", keys, "GET"),
        ("GET", "/quell/v1/device/hold".to_owned(), "POST"),
    ] {
        let request = called(Request::builder().method(method).uri(&path))
            .body(Body::empty())
            .unwrap();
        let expected = (
            405,
            "BadRequest".to_owned(),
            format!("The resource does not support the method {method}."),
        );
        let answer = world.send(request).await;
        assert_eq!(answer.refusal(), expected, "{path}");
        let listed: Vec<_> = answer.headers.get_all(header::ALLOW).iter().collect();
        assert_eq!(listed, [allowed], "{path}");
    }
}

#[tokio::test]
async fn host_that_was_called_is_not_shown_when_the_server_has_a_public_url() {
    let world = World::with(|config| {
        config.public_url = Some("https://quell.example:8443".to_owned());
    })
    .await;
    let token = world.token(BOTH).await;
    let answer = world.get(&token, "/api/machines").await;
    assert_eq!(
        answer.json()["@odata.context"],
        "https://quell.example:8443/api/$metadata#Machines"
    );
}

#[tokio::test]
async fn hosts_that_are_not_ours() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    for (host, message) in [
        ("evil.example", "The host is not served here."),
        ("a@127.0.0.1", "The Host header is invalid."),
    ] {
        let tenant = world.tenant();
        for path in [
            "/api/machines".to_owned(),
            format!("/{tenant}/oauth2/token"),
            format!("/{tenant}/discovery/keys"),
        ] {
            let request = Request::get(&path)
                .header(header::HOST, host)
                .header(header::AUTHORIZATION, format!("Bearer {token}"))
                .body(Body::empty())
                .unwrap();
            let expected = (400, "BadRequest".to_owned(), message.to_owned());
            assert_eq!(world.send(request).await.refusal(), expected, "{path}");
        }
    }
}

#[tokio::test]
async fn odata_that_is_wrong_has_no_code_and_no_target() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    let answer = world.get(&token, "/api/machineactions?$stop=2").await;
    assert_eq!(answer.status.as_u16(), 400);
    assert_eq!(
        answer.text,
        r#"{"error":{"code":"","message":"The query specified in the URI is not valid. Custom query option '$stop' that starts with '$' is not supported.","details":[]}}"#
    );
}
