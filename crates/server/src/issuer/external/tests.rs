//! Another issuer, its keys, and what tokens of it open.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{KeyPair as _, RsaKeyPair, RsaPublicKeyComponents};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use http::StatusCode;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use quell_model::Timestamp;
use serde_json::{Value, json};

use super::super::verified::Token;
use super::{Envelope, ExternalIssuers, FetchError, FetchKeys, Unauthorized, is_safe_url};
use crate::core::{Grant, TenantId};
use crate::issuer::Caller;
use crate::store::record::ExternalIssuer;
use crate::store::{Directory as _, ExternalIssuers as _, SqlStore, Store};

const TID: &str = "72f988bf-86f1-41af-91ab-2d7cd011db47";
const AUDIENCE: &str = "api://quell";
const NOW: i64 = 1_700_000_000;

/// The documents of another issuer, and how often each was asked for.
#[derive(Debug, Default)]
struct Elsewhere {
    documents: Mutex<HashMap<String, String>>,
    asked: Mutex<Vec<String>>,
}

#[async_trait]
impl FetchKeys for Elsewhere {
    async fn get(&self, url: &str) -> Result<Bytes, FetchError> {
        self.asked.lock().unwrap().push(url.to_owned());
        tokio::task::yield_now().await;
        let found = self.documents.lock().unwrap().get(url).cloned();
        found
            .map(Bytes::from)
            .ok_or(FetchError::Status(StatusCode::BAD_GATEWAY))
    }
}

struct Key {
    id: &'static str,
    signer: EncodingKey,
    jwk: Value,
}

fn key(id: &'static str) -> Key {
    let pair = RsaKeyPair::generate(KeySize::Rsa2048).unwrap();
    let der = AsDer::<Pkcs8V1Der<'_>>::as_der(&pair).unwrap();
    let pem = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----",
        base64::engine::general_purpose::STANDARD.encode(der.as_ref())
    );
    let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public_key());
    Key {
        id,
        signer: EncodingKey::from_rsa_pem(pem.as_bytes()).unwrap(),
        jwk: json!({
            "kty": "RSA", "use": "sig", "kid": id,
            "n": URL_SAFE_NO_PAD.encode(public.n), "e": URL_SAFE_NO_PAD.encode(public.e),
        }),
    }
}

struct Scene {
    elsewhere: Arc<Elsewhere>,
    trusted: ExternalIssuers,
    tenant: TenantId,
    key: Key,
    iss: String,
    _dir: tempfile::TempDir,
}

impl Scene {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&dir.path().join("quell.db")).unwrap();
        let now = Timestamp::from_unix_seconds(NOW);
        let tenant = store.first_tenant(now).await.unwrap();
        let iss = format!("https://login.example/{TID}/v2.0");
        let issuer = ExternalIssuer {
            tenant,
            issuer: iss.clone(),
            foreign_tenant: Some(TID.to_owned()),
            audiences: vec![AUDIENCE.to_owned()],
            keys_url: None,
            algorithms: vec!["RS256".to_owned()],
            created: now,
        };
        let by = crate::core::audit::By::server("test");
        assert!(store.add_external_issuer(issuer, by).await.unwrap());
        let elsewhere = Arc::new(Elsewhere::default());
        let store: Arc<dyn Store> = Arc::new(store);
        let fetch: Arc<dyn FetchKeys> = Arc::<Elsewhere>::clone(&elsewhere);
        let trusted = ExternalIssuers::new(store, fetch);
        trusted.look().await.unwrap();
        let scene = Self {
            elsewhere,
            trusted,
            tenant,
            key: key("k1"),
            iss,
            _dir: dir,
        };
        scene.publish(&[&scene.key]);
        scene
    }

    fn publish(&self, keys: &[&Key]) {
        let keys: Vec<&Value> = keys.iter().map(|key| &key.jwk).collect();
        let mut documents = self.elsewhere.documents.lock().unwrap();
        let configuration = json!({"issuer": self.iss, "jwks_uri": "https://keys.example/keys"});
        let place = format!("{}/.well-known/openid-configuration", self.iss);
        documents.insert(place, configuration.to_string());
        let keys = json!({"keys": keys}).to_string();
        documents.insert("https://keys.example/keys".to_owned(), keys);
    }

    fn fall_silent(&self) {
        self.elsewhere.documents.lock().unwrap().clear();
    }

    /// How often keys were fetched.
    fn fetches(&self) -> usize {
        let asked = self.elsewhere.asked.lock().unwrap();
        asked
            .iter()
            .filter(|url| url.contains(".well-known"))
            .count()
    }

    /// The claims of an application, changed by `more`; a null takes one away.
    fn claims(&self, more: Value) -> Value {
        let mut claims = json!({
            "iss": self.iss, "aud": AUDIENCE, "tid": TID, "exp": NOW + 3600, "nbf": NOW,
            "azp": "app-1", "oid": "o-1", "sub": "o-1", "roles": ["Machine.Read.All"], "ver": "2.0",
        });
        let Value::Object(more) = more else {
            panic!("no claims")
        };
        for (name, value) in more {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(&name);
            } else {
                claims[name] = value;
            }
        }
        claims
    }

    fn token(&self, key: &Key, more: Value) -> String {
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(key.id.to_owned());
        encode(&header, &self.claims(more), &key.signer).unwrap()
    }

    async fn caller(&self, token: &str) -> Result<Caller, Unauthorized> {
        self.caller_at(token, NOW).await
    }

    async fn caller_at(&self, token: &str, seconds: i64) -> Result<Caller, Unauthorized> {
        let envelope = Envelope::read(token).ok_or(Unauthorized::BadToken)?;
        let now = Timestamp::from_unix_seconds(seconds);
        let token = Token::of(token);
        self.trusted.caller(&token, &envelope, now).await
    }

    async fn refusal(&self, more: Value) -> String {
        let token = self.token(&self.key, more);
        self.caller(&token).await.unwrap_err().to_string()
    }
}

const BAD: &str = "The access token is invalid.";

#[tokio::test(start_paused = true)]
async fn application_and_person_of_either_version_are_known() {
    let scene = Scene::new().await;
    let caller = async |more| scene.caller(&scene.token(&scene.key, more)).await.unwrap();
    let application = caller(json!({})).await;
    assert_eq!(application.tenant, scene.tenant);
    assert_eq!(application.client_id, "app-1");
    assert_eq!(application.person, None);
    let roles = vec!["Machine.Read.All".to_owned()];
    assert_eq!(application.grant, Grant::Application(roles));
    let first = caller(json!({"azp": null, "appid": "app-2", "app_displayname": "SOC"})).await;
    assert_eq!((&*first.client_id, &*first.requestor), ("app-2", "SOC"));
    let person = json!({
        "scp": "Machine.Read Machine.Scan", "roles": ["Machine.ReadWrite.All"], "oid": "o-7",
        "sub": "pairwise", "preferred_username": "ana@contoso.example"
    });
    let person = caller(person).await;
    assert_eq!(person.requestor, "ana@contoso.example");
    assert_eq!(person.person, Some(format!("{} o-7", scene.iss)));
    let scopes = vec!["Machine.Read".to_owned(), "Machine.Scan".to_owned()];
    assert_eq!(person.grant, Grant::Person(scopes), "scopes make a person");
    assert_eq!(scene.fetches(), 1);
}

#[tokio::test(start_paused = true)]
async fn trust_in_one_tenant_of_an_issuer_comes_before_trust_in_all() {
    let scene = Scene::new().await;
    let all = ExternalIssuer {
        tenant: scene.tenant,
        issuer: scene.iss.clone(),
        foreign_tenant: None,
        audiences: vec!["api://other".to_owned()],
        keys_url: None,
        algorithms: vec!["RS256".to_owned()],
        created: Timestamp::from_unix_seconds(NOW),
    };
    let by = crate::core::audit::By::server("test");
    let store = &scene.trusted.store;
    assert!(store.add_external_issuer(all, by).await.unwrap());
    scene.trusted.look().await.unwrap();
    let caller = async |more| scene.caller(&scene.token(&scene.key, more)).await;
    assert!(caller(json!({})).await.is_ok());
    let other = json!({"tid": "other", "aud": "api://other"});
    assert!(caller(other).await.is_ok());
    assert!(caller(json!({"aud": "api://other"})).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn claims_that_are_not_ours_are_refused() {
    let scene = Scene::new().await;
    let other = "00000000-0000-4000-8000-000000000000";
    for (more, sentence) in [
        (json!({"tid": other}), BAD),
        (json!({"tid": null}), BAD),
        (
            json!({"iss": format!("https://login.example/{other}/v2.0")}),
            BAD,
        ),
        (json!({"iss": format!("{}/", scene.iss)}), BAD),
        (
            json!({"aud": "api://other"}),
            "The access token was issued for another resource.",
        ),
        (
            json!({"aud": []}),
            "The access token was issued for another resource.",
        ),
        (json!({"aud": null}), BAD),
        (json!({"exp": NOW - 60}), "The access token has expired."),
        (json!({"exp": -1}), "The access token has expired."),
        (json!({"exp": null}), BAD),
        (json!({"exp": "soon"}), BAD),
        (
            json!({"exp": i64::MAX}),
            "The access token lives longer than is accepted.",
        ),
        (
            json!({"nbf": NOW + 61}),
            "The access token is not valid yet.",
        ),
        (json!({"azp": null}), BAD),
        // A person's id token, whose roles are his own.
        (json!({"sub": "pairwise"}), BAD),
        (json!({"idtyp": "user"}), BAD),
    ] {
        assert_eq!(scene.refusal(more.clone()).await, sentence, "{more}");
    }
    assert!(
        scene
            .caller(&scene.token(&scene.key, json!({"aud": ["x", AUDIENCE]})))
            .await
            .is_ok()
    );
    let twice = scene
        .claims(json!({}))
        .to_string()
        .replacen('{', r#"{"tid":"x","#, 1);
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","kid":"k1"}"#);
    let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(&twice));
    let signature =
        jsonwebtoken::crypto::sign(message.as_bytes(), &scene.key.signer, Algorithm::RS256);
    let token = format!("{message}.{}", signature.unwrap());
    assert_eq!(scene.caller(&token).await.unwrap_err().to_string(), BAD);
}

#[tokio::test(start_paused = true)]
async fn only_the_issuer_s_keys_and_algorithms_prove_anything() {
    let scene = Scene::new().await;
    let stranger = key("k1");
    let forged = scene.token(&stranger, json!({}));
    assert_eq!(scene.caller(&forged).await.unwrap_err().to_string(), BAD);
    let mut header = Header::new(Algorithm::RS256);
    header.kid = Some("k1".to_owned());
    header.jwk = serde_json::from_value(stranger.jwk.clone()).unwrap();
    header.jku = Some("https://evil.example/keys".to_owned());
    let forged = encode(&header, &scene.claims(json!({})), &stranger.signer).unwrap();
    assert_eq!(scene.caller(&forged).await.unwrap_err().to_string(), BAD);
    let asked = scene.elsewhere.asked.lock().unwrap().clone();
    assert!(asked.iter().all(|url| !url.contains("evil")));
    for algorithm in [Algorithm::RS512, Algorithm::PS256] {
        let mut header = Header::new(algorithm);
        header.kid = Some("k1".to_owned());
        let token = encode(&header, &scene.claims(json!({})), &scene.key.signer).unwrap();
        assert_eq!(
            scene.caller(&token).await.unwrap_err().to_string(),
            BAD,
            "{algorithm:?}"
        );
    }
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("k1".to_owned());
    let secret = EncodingKey::from_secret(scene.key.jwk["n"].as_str().unwrap().as_bytes());
    let token = encode(&header, &scene.claims(json!({})), &secret).unwrap();
    assert_eq!(scene.caller(&token).await.unwrap_err().to_string(), BAD);
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_for_a_new_one_and_never_for_each_bad_token() {
    let scene = Scene::new().await;
    let good = scene.token(&scene.key, json!({}));
    let both = tokio::join!(scene.caller(&good), scene.caller(&good));
    assert!(both.0.is_ok() && both.1.is_ok());
    assert_eq!(
        scene.fetches(),
        1,
        "whoever comes second waits for the first"
    );
    let made_up = key("made-up");
    for _ in 0..50 {
        let token = scene.token(&made_up, json!({}));
        assert_eq!(scene.caller(&token).await.unwrap_err().to_string(), BAD);
    }
    assert_eq!(scene.fetches(), 1);
    tokio::time::advance(Duration::from_secs(60)).await;
    let next = key("k2");
    scene.publish(&[&scene.key, &next]);
    assert!(scene.caller(&scene.token(&next, json!({}))).await.is_ok());
    assert_eq!(scene.fetches(), 2);
}

#[tokio::test(start_paused = true)]
async fn token_that_was_good_is_good_no_longer_than_its_time_and_its_key() {
    let scene = Scene::new().await;
    let good = scene.token(&scene.key, json!({}));
    assert!(scene.caller(&good).await.is_ok());
    assert!(scene.caller_at(&good, NOW + 3600).await.is_ok());
    assert!(scene.caller_at(&good, NOW + 3700).await.is_err());
    assert!(scene.caller_at(&good, NOW - 3700).await.is_err());
    assert!(scene.caller(&good).await.is_ok());

    // The issuer gives the name of the key to another one, as after a theft.
    let heir = key("k1");
    let next = key("k2");
    scene.publish(&[&heir, &next]);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert!(scene.caller(&scene.token(&next, json!({}))).await.is_ok());
    assert_eq!(scene.caller(&good).await.unwrap_err().to_string(), BAD);
}

#[tokio::test(start_paused = true)]
async fn issuer_that_is_down_shuts_nobody_out_for_a_day() {
    let scene = Scene::new().await;
    let good = scene.token(&scene.key, json!({}));
    assert!(scene.caller(&good).await.is_ok());
    scene.fall_silent();
    tokio::time::advance(Duration::from_secs(24 * 60 * 60 - 1)).await;
    assert!(scene.caller(&good).await.is_ok());
    tokio::time::advance(Duration::from_secs(61)).await;
    let error = scene.caller(&good).await.unwrap_err();
    assert!(matches!(error, Unauthorized::NoKeys), "{error:?}");
    scene.publish(&[&scene.key]);
    tokio::time::advance(Duration::from_secs(60)).await;
    assert!(scene.caller(&good).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn document_of_another_issuer_gives_no_keys() {
    let scene = Scene::new().await;
    let place = format!("{}/.well-known/openid-configuration", scene.iss);
    let foreign = r#"{"issuer":"https://evil.example","jwks_uri":"https://keys.example/keys"}"#;
    scene
        .elsewhere
        .documents
        .lock()
        .unwrap()
        .insert(place, foreign.to_owned());
    let error = scene
        .caller(&scene.token(&scene.key, json!({})))
        .await
        .unwrap_err();
    assert!(matches!(error, Unauthorized::NoKeys), "{error:?}");
}

#[test]
fn keys_come_from_where_nobody_changes_them() {
    assert!(is_safe_url("https://login.example/x"));
    for bad in ["http://login.example/x", "x"] {
        assert!(!is_safe_url(bad), "{bad}");
    }
}
