//! Tokens that must not open anything.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

use super::world::{BASE_URL, BOTH, RESOURCE, World, called};

const PROTECTED: &str = "/api/machines";

fn part(json: &Value) -> String {
    URL_SAFE_NO_PAD.encode(json.to_string())
}

fn claims(world: &World) -> Value {
    let now = world.now().unix_seconds();
    let tenant = world.tenant();
    json!({
        "aud": RESOURCE, "iss": format!("{BASE_URL}/{tenant}/"), "tid": tenant,
        "iat": now, "nbf": now, "exp": now + 3600, "appid": "x", "roles": BOTH, "ver": "1.0"
    })
}

async fn assert_invalid(world: &World, name: &str, token: &str) {
    let answer = world.get(token, PROTECTED).await;
    let expected = (
        401,
        "Unauthorized".to_owned(),
        "The access token is invalid.".to_owned(),
    );
    assert_eq!(answer.refusal(), expected, "{name}");
}

#[tokio::test]
async fn forged_tokens() {
    let world = World::new().await;
    let good = world.token(BOTH).await;
    assert_eq!(world.get(&good, PROTECTED).await.status.as_u16(), 200);
    let mut parts = good.split('.');
    let (header, payload, signature) = (
        parts.next().unwrap(),
        parts.next().unwrap(),
        parts.next().unwrap(),
    );
    let kid = jsonwebtoken::decode_header(&good).unwrap().kid.unwrap();
    let forged = part(&claims(&world));
    let with_alg = |alg: &str| part(&json!({"typ": "JWT", "alg": alg, "kid": kid}));

    assert_invalid(&world, "none", &format!("{}.{forged}.", with_alg("none"))).await;
    assert_invalid(
        &world,
        "none, signed",
        &format!("{}.{payload}.{signature}", with_alg("none")),
    )
    .await;
    assert_invalid(
        &world,
        "other claims",
        &format!("{header}.{forged}.{signature}"),
    )
    .await;
    assert_invalid(&world, "no signature", &format!("{header}.{payload}.")).await;
    assert_invalid(&world, "four parts", &format!("{good}.x")).await;
    assert_invalid(&world, "two parts", &format!("{header}.{payload}")).await;
    assert_invalid(
        &world,
        "oversized",
        &format!("{good}{}", "A".repeat(20_000)),
    )
    .await;
    let other_key = part(&json!({"typ": "JWT", "alg": "RS256", "kid": "other"}));
    assert_invalid(
        &world,
        "other kid",
        &format!("{other_key}.{payload}.{signature}"),
    )
    .await;
    let no_key = part(&json!({"typ": "JWT", "alg": "RS256"}));
    assert_invalid(&world, "no kid", &format!("{no_key}.{payload}.{signature}")).await;
}

#[tokio::test]
async fn public_key_is_no_secret_to_sign_with() {
    let world = World::new().await;
    let good = world.token(BOTH).await;
    let kid = jsonwebtoken::decode_header(&good).unwrap().kid;
    let keys = world
        .get("", &format!("/{}/discovery/keys", world.tenant()))
        .await;
    let modulus = keys.json()["keys"][0]["n"].as_str().unwrap().to_owned();
    for secret in [
        modulus.clone().into_bytes(),
        URL_SAFE_NO_PAD.decode(&modulus).unwrap(),
        keys.text.into_bytes(),
    ] {
        let mut header = Header::new(Algorithm::HS256);
        header.kid = kid.clone();
        let key = EncodingKey::from_secret(&secret);
        let token = encode(&header, &claims(&world), &key).unwrap();
        assert_invalid(&world, "HS256", &token).await;
    }
}

#[tokio::test]
async fn token_of_another_server_is_signed_by_another_key() {
    let world = World::new().await;
    let foreign = World::new().await;
    let token = foreign.token(BOTH).await;
    assert_invalid(&world, "foreign", &token).await;
}

#[tokio::test]
async fn expired_and_early_tokens_say_so() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    let message = async || world.get(&token, PROTECTED).await.refusal().2;
    world.clock.advance(Duration::from_secs(3600 + 59));
    assert_eq!(world.get(&token, PROTECTED).await.status.as_u16(), 200);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(message().await, "The access token has expired.");
    world.clock.set("2026-03-01T09:00:00Z".parse().unwrap());
    assert_eq!(message().await, "The access token is not valid yet.");
}

#[tokio::test]
async fn two_authorization_headers_are_none() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    let request = called(http::Request::get(PROTECTED))
        .header(http::header::AUTHORIZATION, format!("Bearer {token}"))
        .header(http::header::AUTHORIZATION, "Bearer other")
        .body(axum::body::Body::empty())
        .unwrap();
    assert_eq!(world.send(request).await.status.as_u16(), 401);
}

/// A token that our own key signed, whatever it says.
async fn signed_by_us(world: &World, header: impl FnOnce(&mut Header), claims: &Value) -> String {
    let store = crate::store::SqlStore::open(&world.store_file()).unwrap();
    let key = crate::store::Keys::signing_keys(&store)
        .await
        .unwrap()
        .remove(0);
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
        base64::engine::general_purpose::STANDARD.encode(&key.pkcs8)
    );
    let mut head = Header::new(Algorithm::RS256);
    head.kid = Some(key.id);
    header(&mut head);
    let key = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    encode(&head, claims, &key).unwrap()
}

#[tokio::test]
async fn our_own_signature_is_not_enough() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let now = world.now().unix_seconds();
    let with = |more: Value| {
        let mut claims = claims(&world);
        claims["appid"] = json!(client.id);
        for (name, value) in more.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims
    };
    let good = signed_by_us(&world, |_| {}, &with(json!({}))).await;
    assert_eq!(world.get(&good, PROTECTED).await.status.as_u16(), 200);
    let other = "00000000-0000-4000-8000-000000000000";
    for more in [
        json!({"aud": "https://graph.microsoft.com"}),
        json!({"aud": client.id}),
        json!({"iss": format!("{BASE_URL}/{other}/"), "tid": other}),
        json!({"iss": format!("{BASE_URL}/{}/v2.0", world.tenant())}),
        json!({"iss": "https://sts.windows.net/x/"}),
        json!({"tid": other}),
        json!({"exp": now - 60}),
        json!({"exp": -1}),
        json!({"exp": i64::MAX}),
        json!({"exp": 1e300}),
        json!({"exp": null}),
        json!({"nbf": now + 61}),
        json!({"appid": "nobody"}),
        json!({"appid": null}),
        json!({"aud": [RESOURCE]}),
        json!({"roles": "Machine.Read.All"}),
        // A person's token needs a sign-in that has not ended.
        json!({"scp": "Machine.Read"}),
        json!({"scp": "Machine.Read", "oid": other, "sid": other}),
        json!({"scp": ""}),
    ] {
        let token = signed_by_us(&world, |_| {}, &with(more.clone())).await;
        let answer = world.get(&token, PROTECTED).await;
        assert_eq!(answer.refusal().0, 401, "{more}");
    }
    let nothing = signed_by_us(&world, |_| {}, &with(json!({"roles": []}))).await;
    assert_eq!(world.get(&nothing, PROTECTED).await.refusal().0, 403);
    let more = with(json!({"roles": ["Machine.Offboard", "Machine.Read.All"]}));
    let more = signed_by_us(&world, |_| {}, &more).await;
    assert_eq!(world.get(&more, PROTECTED).await.status.as_u16(), 200);
    assert_eq!(
        world.stop(&more).await.refusal().0,
        403,
        "registered roles alone count"
    );
}

#[tokio::test]
async fn headers_lead_nowhere() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let mut good = claims(&world);
    good["appid"] = json!(client.id);
    for kid in [
        "../../../etc/passwd",
        "' OR 1=1 --",
        "\0",
        "http://evil.example/keys",
        &"k".repeat(8000),
    ] {
        let named = |header: &mut Header| header.kid = Some(kid.to_owned());
        let token = signed_by_us(&world, named, &good).await;
        assert_invalid(&world, "kid", &token).await;
    }
    let whole = signed_by_us(&world, |_| {}, &good).await;
    let (payload, signature) = whole.split_once('.').unwrap().1.split_once('.').unwrap();
    let kid = jsonwebtoken::decode_header(&whole).unwrap().kid.unwrap();
    for header in [
        json!({"alg": "RS256", "kid": kid, "crit": ["b64"], "b64": false}),
        json!({"alg": "RS256", "kid": [kid]}),
        json!({"alg": ["RS256"], "kid": kid}),
        json!({"alg": "rs256", "kid": kid}),
    ] {
        let token = format!("{}.{payload}.{signature}", part(&header));
        assert_invalid(&world, "header", &token).await;
    }
    let bomb = URL_SAFE_NO_PAD.encode(format!("{}{}", "[".repeat(5000), "]".repeat(5000)));
    let header = part(&json!({"alg": "RS256", "kid": kid}));
    assert_invalid(&world, "bomb", &format!("{header}.{bomb}.{signature}")).await;
    assert_invalid(&world, "bomb", &format!("{bomb}.{payload}.{signature}")).await;
    let twice = URL_SAFE_NO_PAD.encode(good.to_string().replacen('{', r#"{"tid":"x","#, 1));
    assert_invalid(&world, "twice", &format!("{header}.{twice}.{signature}")).await;
}
