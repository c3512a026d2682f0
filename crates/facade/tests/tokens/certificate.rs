//! A certificate: the assertion is checked by another implementation than the one that signs.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use quell::{AssertionSignature, Certificate, Client, ClientCertificate, Service};
use serde_json::Value;

use crate::authority::{ACTION, Asked, Authority, TENANT};

/// A key that `rcgen` made and the public half that the authority was told.
pub(crate) struct Registered {
    pub(crate) pem: String,
    public: String,
}

pub(crate) fn registered() -> Registered {
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048)
        .unwrap();
    let params = rcgen::CertificateParams::new(["quell.example".to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    Registered {
        pem: certificate.pem() + &key.serialize_pem(),
        public: key.public_key_pem(),
    }
}

/// The claims, if the assertion is for this audience, of this time and signed by this key.
fn claims(asked: &Asked, key: &Registered, algorithm: Algorithm, audience: &str) -> Value {
    let kind = asked.parameter("client_assertion_type");
    let bearer = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    assert_eq!(kind.as_deref(), Some(bearer));
    let assertion = asked.parameter("client_assertion").unwrap();
    let mut validation = Validation::new(algorithm);
    validation.set_audience(&[audience]);
    validation.set_issuer(&["app"]);
    validation.sub = Some("app".to_owned());
    validation.validate_nbf = true;
    validation.leeway = 5;
    validation.set_required_spec_claims(&["aud", "iss", "sub", "exp", "nbf"]);
    let public = DecodingKey::from_rsa_pem(key.public.as_bytes()).unwrap();
    decode::<Value>(&assertion, &public, &validation)
        .unwrap()
        .claims
}

#[tokio::test]
async fn the_authority_verifies_each_assertion_and_no_two_are_the_same() {
    let key = registered();
    let authority = Authority::new();
    let certificate = Certificate::from_pem(&key.pem).unwrap();
    let audience = format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token");
    let mut ids = Vec::new();
    for number in 0..2 {
        let credential = ClientCertificate::new(TENANT, "app", certificate.clone());
        let client = authority.client(credential);
        client.action(ACTION).get().await.unwrap();
        let asked = authority.asked().remove(number);
        assert!(asked.body.starts_with(
            "grant_type=client_credentials&client_id=app&\
             scope=https%3A%2F%2Fapi.securitycenter.microsoft.com%2F.default&client_assertion_type="
        ));
        let claims = claims(&asked, &key, Algorithm::PS256, &audience);
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_secs();
        assert!(claims["exp"].as_u64().unwrap() <= now + 600);
        ids.push(claims["jti"].as_str().unwrap().to_owned());
    }
    assert_ne!(ids[0], ids[1]);
}

#[tokio::test]
async fn an_authority_of_ones_own_gets_its_own_assertion() {
    let key = registered();
    let authority = Authority::new();
    let certificate = Certificate::from_pem(&key.pem)
        .unwrap()
        .signature(AssertionSignature::Rs256)
        .send_chain();
    let service = Service::custom("https://edr.example", "https://login.example/sts")
        .client_certificate("mine", "app", certificate)
        .token_endpoint(quell::TokenEndpoint::V1)
        .audience("api://edr");
    let client = Client::builder()
        .service(service)
        .transport(authority.clone())
        .build()
        .unwrap();
    client.action(ACTION).get().await.unwrap();

    let asked = authority.asked().remove(0);
    assert_eq!(asked.uri, "https://login.example/sts/mine/oauth2/token");
    assert_eq!(asked.parameter("resource").as_deref(), Some("api://edr"));
    let audience = "https://login.example/sts/mine/oauth2/token";
    claims(&asked, &key, Algorithm::RS256, audience);
    let header = decode_header(asked.parameter("client_assertion").unwrap()).unwrap();
    assert_eq!(header.x5c.unwrap().len(), 1);
    assert!(header.x5t.is_some() && header.x5t_s256.is_some());
}
