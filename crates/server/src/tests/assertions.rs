//! Clients that prove themselves by an assertion (RFC 7523), as MSAL's do with a certificate.

use std::time::Duration;

use aws_lc_rs::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use quell_model::Timestamp;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, date_time_ymd};
use serde_json::{Value, json};

use super::world::{BASE_URL, RESOURCE, World};
use crate::admin::{AdminError, NewApplication, NewProof};

struct Certified {
    id: String,
    key: EncodingKey,
    certificate: Vec<u8>,
}

fn certificate(change: impl FnOnce(&mut CertificateParams)) -> (EncodingKey, Vec<u8>) {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let mut params = CertificateParams::new(vec!["app.example".to_owned()]).unwrap();
    change(&mut params);
    let certificate = params.self_signed(&key).unwrap();
    let pem = key.serialize_pem();
    let signer = EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap();
    (signer, certificate.der().to_vec())
}

impl Certified {
    async fn register(world: &World) -> Self {
        Self::register_with(world, |_| {}).await
    }

    async fn register_with(world: &World, change: impl FnOnce(&mut CertificateParams)) -> Self {
        let (key, certificate) = certificate(change);
        let added = world
            .admin
            .add_application(NewApplication {
                display_name: "Certified".to_owned(),
                permissions: vec!["Machine.Read.All".to_owned()],
                proof: NewProof::Certificate(certificate.clone()),
                ..NewApplication::default()
            })
            .await
            .unwrap();
        assert_eq!(added.secret, None);
        Self {
            id: added.client_id,
            key,
            certificate,
        }
    }

    fn claims(&self, world: &World) -> Value {
        let now = world.now().unix_seconds();
        json!({
            "aud": format!("{BASE_URL}/{}/oauth2/v2.0/token", world.tenant()),
            "iss": self.id, "sub": self.id, "jti": uuid::Uuid::new_v4().to_string(),
            "iat": now, "nbf": now, "exp": f64::from(i32::try_from(now).unwrap()) + 600.25,
        })
    }

    fn header(&self, algorithm: Algorithm) -> Header {
        let mut header = Header::new(algorithm);
        let thumbprint = digest(&SHA1_FOR_LEGACY_USE_ONLY, &self.certificate);
        header.x5t = Some(URL_SAFE_NO_PAD.encode(thumbprint));
        header.x5t_s256 = Some(URL_SAFE_NO_PAD.encode(digest(&SHA256, &self.certificate)));
        header
    }

    async fn ask(&self, world: &World, assertion: &str) -> (StatusCode, Value) {
        let form = format!(
            "grant_type=client_credentials&client_id={}&scope={RESOURCE}/.default\
             &client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\
             &client_assertion={assertion}",
            self.id
        );
        let answer = world.ask_token("oauth2/v2.0/token", &form).await;
        (answer.status, answer.json())
    }
}

#[tokio::test]
async fn certificate_opens_the_door_while_its_assertion_is_good() {
    let world = World::new().await;
    let app = Certified::register(&world).await;
    for algorithm in [Algorithm::RS256, Algorithm::PS256] {
        let assertion = encode(&app.header(algorithm), &app.claims(&world), &app.key).unwrap();
        for pause in [0, 0, 540] {
            world.clock.advance(Duration::from_secs(pause));
            let (status, tokens) = app.ask(&world, &assertion).await;
            assert_eq!(status, StatusCode::OK, "{tokens}");
            let token = tokens["access_token"].as_str().unwrap();
            let read = world.get(token, "/api/machines").await;
            assert_eq!(read.status, StatusCode::OK);
        }
        world.clock.advance(Duration::from_secs(120));
        let (status, over) = app.ask(&world, &assertion).await;
        assert_eq!(
            (status, &over["error"]),
            (StatusCode::UNAUTHORIZED, &json!("invalid_client"))
        );
    }
}

#[tokio::test]
async fn assertion_is_no_good_elsewhere_nor_when_its_application_is_gone() {
    let world = World::new().await;
    let (app, other) = (
        Certified::register(&world).await,
        Certified::register(&world).await,
    );
    let assertion = encode(&app.header(Algorithm::RS256), &app.claims(&world), &app.key).unwrap();
    assert_eq!(app.ask(&world, &assertion).await.0, StatusCode::OK);
    let (status, _) = other.ask(&world, &assertion).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "another application");
    assert!(world.admin.remove_application(&app.id).await.unwrap());
    let (status, _) = app.ask(&world, &assertion).await;
    assert_eq!(status, StatusCode::UNAUTHORIZED, "removed");
}

#[tokio::test]
async fn assertion_with_anything_wrong_is_refused_alike() {
    let world = World::new().await;
    let app = Certified::register(&world).await;
    let now = world.now().unix_seconds();
    let (other_key, other_certificate) = certificate(|_| {});
    let refused = async |name: &str, assertion: String| {
        let (status, answer) = app.ask(&world, &assertion).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{name}");
        let description = answer["error_description"].as_str().unwrap();
        assert!(
            description
                .starts_with("AADSTS7000215: The client is not known, or its secret is wrong."),
            "{name}: {description}"
        );
    };
    for (name, change) in [
        (
            "aud",
            json!({"aud": "https://login.microsoftonline.com/x/oauth2/v2.0/token"}),
        ),
        ("aud of nobody", json!({"aud": null})),
        (
            "iss",
            json!({"iss": "8f7a2a1c-0000-4000-8000-000000000000"}),
        ),
        (
            "sub",
            json!({"sub": "8f7a2a1c-0000-4000-8000-000000000000"}),
        ),
        ("expired", json!({"exp": now - 60})),
        ("early", json!({"nbf": now + 61})),
        ("for long", json!({"exp": now + 661})),
        ("for ever", json!({"exp": i64::MAX})),
        ("no end", json!({"exp": null})),
    ] {
        let mut claims = app.claims(&world);
        for (key, value) in change.as_object().unwrap() {
            claims[key] = value.clone();
        }
        let header = app.header(Algorithm::RS256);
        refused(name, encode(&header, &claims, &app.key).unwrap()).await;
    }
    let claims = app.claims(&world);
    let header = app.header(Algorithm::RS256);
    refused("another key", encode(&header, &claims, &other_key).unwrap()).await;
    let mut other = app.header(Algorithm::RS256);
    other.x5t_s256 = Some(URL_SAFE_NO_PAD.encode(digest(&SHA256, &other_certificate)));
    refused(
        "another certificate",
        encode(&other, &claims, &app.key).unwrap(),
    )
    .await;
    let mut hs = app.header(Algorithm::HS256);
    hs.jku = Some("https://evil.example/keys".to_owned());
    let public = EncodingKey::from_secret(&app.certificate);
    refused("HS256", encode(&hs, &claims, &public).unwrap()).await;
    let part = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let none = part(json!({"alg": "none"}));
    refused("none", format!("{none}.{}.", part(claims.clone()))).await;
    refused("nothing", "x".to_owned()).await;
    let critical = part(json!({"alg": "RS256", "crit": ["exp"]}));
    refused("crit", format!("{critical}.{}.AAAA", part(claims))).await;
}

#[tokio::test]
async fn certificate_counts_between_its_dates_and_clocks_may_differ_a_little() {
    let world = World::new().await;
    let app = Certified::register_with(&world, |params| {
        params.not_before = date_time_ymd(2026, 3, 1);
        params.not_after = date_time_ymd(2026, 3, 3);
    });
    let app = app.await;
    let [start, end] = ["2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z"];
    let [start, end] = [start, end].map(|text| text.parse::<Timestamp>().unwrap());
    let asked = async |clock: Timestamp| {
        world.clock.set(clock);
        let assertion = encode(&app.header(Algorithm::RS256), &app.claims(&world), &app.key);
        app.ask(&world, &assertion.unwrap()).await.0
    };
    let (soon, later) = (Duration::from_secs(50), Duration::from_secs(70));
    for (clock, status) in [
        (start.saturating_sub(later), StatusCode::UNAUTHORIZED),
        (start.saturating_sub(soon), StatusCode::OK),
        (start, StatusCode::OK),
        (end.saturating_add(soon), StatusCode::OK),
        (end.saturating_add(later), StatusCode::UNAUTHORIZED),
    ] {
        assert_eq!(asked(clock).await, status, "{clock}");
    }
    let over = world.admin.add_application(NewApplication {
        display_name: "App".to_owned(),
        permissions: vec!["Machine.Read.All".to_owned()],
        proof: NewProof::Certificate(app.certificate.clone()),
        ..NewApplication::default()
    });
    assert!(matches!(over.await, Err(AdminError::CertificateOver)));
}

#[tokio::test]
async fn certificate_without_a_usable_key_is_not_registered() {
    let world = World::new().await;
    let elliptic = rcgen::generate_simple_self_signed(vec!["app.example".to_owned()]).unwrap();
    for der in [Vec::new(), vec![0x30, 0x00], elliptic.cert.der().to_vec()] {
        let added = world.admin.add_application(NewApplication {
            display_name: "App".to_owned(),
            permissions: vec!["Machine.Read.All".to_owned()],
            proof: NewProof::Certificate(der),
            ..NewApplication::default()
        });
        assert!(matches!(added.await, Err(AdminError::Certificate)));
    }
}
