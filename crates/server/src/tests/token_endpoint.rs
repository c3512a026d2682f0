//! The token endpoint.

use axum::body::Body;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::{Request, header};
use serde_json::{Value, json};

use super::world::{BASE_URL, BOTH, RESOURCE, World, called};
use crate::Clients;

fn form(id: &str, secret: &str, more: &str) -> String {
    format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&{more}")
}

fn claims(token: &str) -> Value {
    let payload = token.split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
}

#[tokio::test]
async fn claims_are_those_of_the_service_s_first_version() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let claims = claims(&world.token_of(&client).await);
    let (tenant, now) = (world.tenant(), world.now().unix_seconds());
    let issuer = format!("{BASE_URL}/{tenant}/");
    assert_eq!(claims["aud"], RESOURCE);
    assert_eq!(claims["iss"], issuer);
    assert_eq!(claims["idp"], issuer);
    assert_eq!(claims["ver"], "1.0");
    assert_eq!(claims["appid"], client.id);
    assert_eq!(claims["appidacr"], "1");
    assert_eq!(claims["app_displayname"], "SOC robot");
    assert_eq!(claims["tid"], tenant);
    assert_eq!(claims["roles"], json!(BOTH));
    assert_eq!(claims["oid"], claims["sub"]);
    assert_eq!(
        (&claims["iat"], &claims["nbf"]),
        (&json!(now - 300), &json!(now - 300))
    );
    assert_eq!(claims["exp"], now - 300 + 3900);
    assert!(claims["uti"].is_string());
}

#[tokio::test]
async fn first_version_writes_strings_and_second_numbers() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let v1 = form(&client.id, &client.secret, &format!("resource={RESOURCE}"));
    let answer = world.ask_token("oauth2/token", &v1).await;
    assert_eq!(answer.json()["expires_in"], "3599");
    assert_eq!(answer.json()["resource"], RESOURCE);
    assert_eq!(answer.json()["token_type"], "Bearer");
    assert_eq!(answer.headers[header::CACHE_CONTROL], "no-store");
    let v2 = form(
        &client.id,
        &client.secret,
        &format!("scope={RESOURCE}/.default"),
    );
    let answer = world.ask_token("OAuth2/V2.0/Token", &v2).await;
    assert_eq!(answer.json()["expires_in"], 3599);
    assert_eq!(answer.json().get("resource"), None);
}

#[tokio::test]
async fn get_with_a_form_body_and_no_content_type_is_answered() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let body = form(&client.id, &client.secret, &format!("resource={RESOURCE}"));
    for method in ["GET", "POST"] {
        let uri = format!("/{}/oauth2/token", world.tenant().to_uppercase());
        let request = called(Request::builder().method(method).uri(uri))
            .body(Body::from(body.clone()))
            .unwrap();
        let answer = world.send(request).await;
        assert_eq!(answer.status.as_u16(), 200, "{method}: {}", answer.text);
    }
}

#[tokio::test]
async fn refusals_have_the_shape_that_clients_know() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let scope = format!("scope={RESOURCE}/.default");
    let unknown = uuid::Uuid::new_v4().to_string();
    for (body, status, error, number) in [
        (
            form(&client.id, "wrong", &scope),
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            form(&unknown, &client.secret, &scope),
            401,
            "invalid_client",
            7_000_215,
        ),
        (
            form(&client.id, &client.secret, ""),
            400,
            "invalid_request",
            900_144,
        ),
        (
            form(&client.id, &client.secret, "scope=openid"),
            400,
            "invalid_scope",
            70_011,
        ),
        (
            form(
                &client.id,
                &client.secret,
                "scope=https://graph.microsoft.com/.default",
            ),
            400,
            "invalid_resource",
            500_011,
        ),
        (
            "grant_type=password".to_owned(),
            400,
            "unsupported_grant_type",
            70_003,
        ),
        (String::new(), 400, "invalid_request", 900_144),
        ("x".repeat(70_000), 400, "invalid_request", 900_023),
    ] {
        let answer = world.ask_token("oauth2/v2.0/token", &body).await;
        let json = answer.json();
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        assert_eq!(json["error"], error);
        assert_eq!(json["error_codes"], json!([number]));
        let description = json["error_description"].as_str().unwrap();
        assert!(description.starts_with(&format!("AADSTS{number}: ")));
        assert!(!answer.text.contains(&client.secret));
    }
}

#[tokio::test]
async fn wrong_secret_and_unknown_client_cannot_be_told_apart() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let scope = format!("scope={RESOURCE}/.default");
    let sentence = async |id: &str| {
        let answer = world
            .ask_token("oauth2/v2.0/token", &form(id, "wrong", &scope))
            .await
            .json();
        let text = answer["error_description"].as_str().unwrap().to_owned();
        text.split(" Trace ID").next().unwrap().to_owned()
    };
    assert_eq!(sentence(&client.id).await, sentence("nobody").await);
}

#[tokio::test]
async fn other_tenants_and_other_content_types_are_refused() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let body = form(&client.id, &client.secret, &format!("resource={RESOURCE}"));
    let ask = |tenant: &str, content_type: &'static str| {
        let request = called(Request::post(format!("/{tenant}/oauth2/token")))
            .header(header::CONTENT_TYPE, content_type)
            .body(Body::from(body.clone()))
            .unwrap();
        world.send(request)
    };
    let urlencoded = "application/x-www-form-urlencoded; charset=UTF-8";
    for tenant in ["common", "00000000-0000-4000-8000-000000000000"] {
        let json = ask(tenant, urlencoded).await.json();
        assert_eq!(json["error_codes"], json!([90_002]), "{tenant}");
    }
    let as_json = ask(&world.tenant(), "application/json").await.json();
    assert_eq!(as_json["error"], "invalid_request");
    let good = ask(&world.tenant(), urlencoded).await;
    assert_eq!(good.status.as_u16(), 200);
}

#[tokio::test]
async fn any_client_has_every_permission_where_the_server_is_told_so() {
    let world = World::with(|config| config.clients = Clients::Any).await;
    world.machine_with_file().await;
    let body = form("anyone", "anything", &format!("scope={RESOURCE}/.default"));
    let answer = world.ask_token("oauth2/v2.0/token", &body).await;
    let token = answer.json()["access_token"].as_str().unwrap().to_owned();
    let action = world.stop(&token).await;
    assert_eq!(action.status.as_u16(), 201, "{}", action.text);
    assert_eq!(action.json()["requestor"], "anyone");
    let no_secret = form("anyone", "", &format!("scope={RESOURCE}/.default"));
    let refused = world.ask_token("oauth2/v2.0/token", &no_secret).await;
    assert_eq!(refused.status.as_u16(), 400);
}

#[tokio::test]
async fn token_from_when_any_client_was_let_in_gives_no_more_than_is_registered() {
    let world = World::with(|config| config.clients = Clients::Any).await;
    let reader = world.client(&["Machine.Read.All"]).await;
    let resource = format!("scope={RESOURCE}/.default");
    let mut tokens = Vec::new();
    for id in [reader.id.as_str(), "anyone"] {
        let answer = world
            .ask_token("oauth2/v2.0/token", &form(id, "x", &resource))
            .await;
        tokens.push(answer.json()["access_token"].as_str().unwrap().to_owned());
    }
    let world = world.restarted(|_| {}).await;
    let read = world.get(&tokens[0], "/api/machines").await;
    assert_eq!(read.status.as_u16(), 200);
    assert_eq!(world.stop(&tokens[0]).await.refusal().0, 403);
    assert_eq!(world.stop(&tokens[1]).await.refusal().0, 401);
}

#[tokio::test]
async fn removed_application_is_out_at_once() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let token = world.token_of(&client).await;
    assert_eq!(
        world.get(&token, "/api/machines").await.status.as_u16(),
        200
    );
    assert!(world.admin.remove_application(&client.id).await.unwrap());
    let answer = world.get(&token, "/api/machines").await;
    assert_eq!(answer.refusal().0, 401);
}

#[tokio::test]
async fn published_key_verifies_what_was_signed() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    let tenant = world.tenant();
    let configuration = world
        .get(
            "",
            &format!("/{tenant}/v2.0/.well-known/openid-configuration"),
        )
        .await
        .json();
    assert_eq!(configuration["issuer"], format!("{BASE_URL}/{tenant}/v2.0"));
    let keys = configuration["jwks_uri"].as_str().unwrap();
    let keys = world.get("", keys.strip_prefix(BASE_URL).unwrap()).await;
    let keys: jsonwebtoken::jwk::JwkSet = serde_json::from_value(keys.json()).unwrap();
    let kid = jsonwebtoken::decode_header(&token).unwrap().kid.unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(keys.find(&kid).unwrap()).unwrap();
    let mut validation = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::RS256);
    validation.validate_exp = false;
    validation.set_audience(&[RESOURCE]);
    jsonwebtoken::decode::<Value>(&token, &key, &validation).unwrap();
    let nowhere = world.get("", "/nobody/discovery/v2.0/keys").await;
    assert_eq!(nowhere.status.as_u16(), 404);
}

#[tokio::test]
async fn secret_may_stand_in_the_header_alone() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let asked = async |secret: &str, more: &str| {
        let pair: String = [client.id.as_str(), secret]
            .map(|part| url::form_urlencoded::byte_serialize(part.as_bytes()).collect::<String>())
            .join(":");
        let body = format!("grant_type=client_credentials&scope={RESOURCE}/.default{more}");
        let path = format!("/{}/oauth2/v2.0/token", world.tenant());
        let request = called(Request::post(path))
            .header(
                header::AUTHORIZATION,
                format!("Basic {}", STANDARD.encode(pair)),
            )
            .body(Body::from(body));
        world.send(request.unwrap()).await
    };
    let same = format!("&client_id={}", client.id);
    for more in ["", same.as_str()] {
        let answer = asked(&client.secret, more).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    }
    let wrong = asked("wrong", "").await;
    assert_eq!(
        (wrong.status.as_u16(), &wrong.json()["error"]),
        (401, &json!("invalid_client"))
    );
    assert_eq!(
        wrong.headers[header::WWW_AUTHENTICATE],
        "Basic realm=\"quell\""
    );
    let both = format!("&client_secret={}", client.secret);
    for more in [both.as_str(), "&client_id=other"] {
        let answer = asked(&client.secret, more).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]),
            (400, &json!("invalid_request"))
        );
    }
}
