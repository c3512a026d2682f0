//! The description of the API that the server gives of itself.

use axum::body::Body;
use http::{Request, header};
use quell_model::operations::OPERATIONS;
use serde_json::Value;

use super::world::{Answer, BASE_URL, World, called};
use crate::generated::routes::{Found, Route};

async fn ask(world: &World, path: &str, tag: Option<&str>) -> Answer {
    let mut request = called(Request::get(path));
    if let Some(tag) = tag {
        request = request.header(header::IF_NONE_MATCH, tag);
    }
    world.send(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn description_names_this_server_and_is_given_without_a_token() {
    let world = World::new().await;
    for path in ["/api/openapi.json", "/API/v1.0/OpenAPI.json"] {
        let answer = ask(&world, path, None).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
        assert_eq!(answer.headers[header::CONTENT_TYPE], "application/json");
        let document = answer.json();
        assert_eq!(document["openapi"], "3.1.0");
        assert_eq!(document["servers"][0]["url"], BASE_URL);
    }
    let public = World::with(|config| {
        config.public_url = Some("https://quell.example:8443".to_owned());
    })
    .await;
    let answer = ask(&public, "/api/openapi.json", None).await;
    assert_eq!(
        answer.json()["servers"][0]["url"],
        "https://quell.example:8443"
    );
}

#[tokio::test]
async fn description_is_not_sent_again_to_who_has_it() {
    let world = World::new().await;
    let first = ask(&world, "/api/openapi.json", None).await;
    let tag = first.headers[header::ETAG].to_str().unwrap();
    let again = ask(&world, "/api/openapi.json", Some(tag)).await;
    assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""));
    assert_eq!(again.headers[header::ETAG], tag);
    let other = ask(&world, "/api/openapi.json", Some("\"other\"")).await;
    assert_eq!(other.status.as_u16(), 200);
}

#[tokio::test]
async fn every_operation_described_has_a_route_and_every_route_of_the_api_is_described() {
    let document = described().await;
    let mut described = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item
            .as_object()
            .unwrap()
            .keys()
            .filter(|key| *key != "parameters")
        {
            let found = Route::find(&method.to_uppercase(), path);
            assert!(matches!(found, Found::Route(_)), "{method} {path}");
            described += 1;
        }
    }
    for operation in OPERATIONS {
        let method = operation.method.as_str().to_lowercase();
        assert!(
            document["paths"][operation.path][&method].is_object(),
            "{}",
            operation.name
        );
    }
    // The rest are the token endpoint's four and the description.
    assert_eq!(described, OPERATIONS.len() + 5);
}

async fn described() -> Value {
    ask(&World::new().await, "/api/openapi.json", None)
        .await
        .json()
}

/// Whether the description knows of an answer that is no refusal.
fn can_succeed(document: &Value, path: &str, method: &str) -> bool {
    let responses = &document["paths"][path][method.to_lowercase()]["responses"];
    let statuses = responses.as_object().unwrap().keys();
    statuses.into_iter().any(|status| status.starts_with('2'))
}

#[tokio::test]
async fn what_no_agent_does_is_described_as_refused_and_nothing_else_is() {
    let document = described().await;
    for operation in OPERATIONS {
        assert_eq!(
            can_succeed(&document, operation.path, operation.method.as_str()),
            !super::permissions::is_disabled(operation),
            "{}",
            operation.name
        );
    }
}
