//! What a token says of itself is told before the service is asked.

use std::error::Error as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quell::{Client, ClientSecret, ErrorKind, Outcome, Service, StaticToken};

use crate::authority::{ACTION, Authority, TENANT, token};

const AUDIENCE: &str = "https://api.securitycenter.microsoft.com";
const SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";

fn jwt(claims: &str) -> String {
    format!(
        "eyJhbGciOiJSUzI1NiJ9.{}.c2ln",
        URL_SAFE_NO_PAD.encode(claims)
    )
}

fn cause(error: &quell::Error) -> String {
    error.source().unwrap().to_string()
}

fn secret() -> ClientSecret {
    ClientSecret::new(TENANT, "app", "secret")
}

#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_named_and_nothing_is_sent() {
    let roles = format!(r#"{{"aud":"{AUDIENCE}","tid":"{TENANT}","roles":["Machine.Read.All"]}}"#);
    let authority = Authority::new().replies([token(&jwt(&roles))]);
    let client = authority.client(secret());
    let machine = client.machine("1e5bc9d7e413ddd7902c2932e418702b84d0cc07");
    let error = machine
        .stop_and_quarantine_file(SHA1, "alert 7")
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.outcome(), error.attempts()),
        (ErrorKind::Forbidden, Outcome::NotPerformed, 0)
    );
    assert!(
        cause(&error).contains("grant Machine.StopAndQuarantine"),
        "{}",
        cause(&error)
    );
    assert!(authority.calls().is_empty());
    client.action(ACTION).get().await.unwrap();
    assert_eq!(authority.calls().len(), 1, "what it may do it does");
}

#[tokio::test(start_paused = true)]
async fn a_token_of_another_audience_or_tenant_is_not_sent() {
    for (claims, part) in [
        (
            r#"{"aud":"https://api.security.microsoft.com"}"#.to_owned(),
            "is for https://api.security",
        ),
        (
            format!(r#"{{"aud":"{AUDIENCE}","tid":"00000000-604b-40ac-a9d7-9fd97c0b779f"}}"#),
            "of the tenant 00000000",
        ),
    ] {
        let authority = Authority::new().replies([token(&jwt(&claims))]);
        let error = authority
            .client(secret())
            .action(ACTION)
            .get()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert!(cause(&error).contains(part), "{}", cause(&error));
        assert!(authority.calls().is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_token_of_ones_own_is_told_and_an_opaque_one_is_sent() {
    let authority = Authority::new();
    let expired = jwt(&format!(r#"{{"aud":"{AUDIENCE}","exp":1000000000}}"#));
    let client = authority.client(StaticToken::new(expired).unwrap());
    let error = client.action(ACTION).get().await.unwrap_err();
    assert!(cause(&error).contains("expired"), "{}", cause(&error));
    assert!(authority.calls().is_empty());

    let opaque = authority.client(StaticToken::new("opaque").unwrap());
    opaque.action(ACTION).get().await.unwrap();
    assert_eq!(authority.calls()[0].bearer(), "opaque");
    assert_eq!(opaque.sign_in().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn microsofts_token_does_not_reach_a_service_of_ones_own() {
    let real = jwt(&format!(
        r#"{{"aud":"{AUDIENCE}","iss":"https://sts.windows.net/{TENANT}/"}}"#
    ));
    let at = |service: Service, authority: &Authority| {
        let builder = Client::builder().service(service);
        builder.transport(authority.clone()).build().unwrap()
    };
    let service = || {
        let token = StaticToken::new(&real).unwrap();
        Service::custom("https://edr.example", "https://login.example").token_source(token)
    };
    let authority = Authority::new();
    let error = at(service(), &authority)
        .action(ACTION)
        .get()
        .await
        .unwrap_err();
    assert!(
        cause(&error).contains("not sent to a service of your own"),
        "{}",
        cause(&error)
    );
    assert!(authority.calls().is_empty());

    let declared = at(service().audience(AUDIENCE), &authority);
    declared.action(ACTION).get().await.unwrap();
    assert_eq!(authority.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn signing_in_tells_what_the_token_says() {
    let claims = format!(r#"{{"aud":"{AUDIENCE}","tid":"{TENANT}","roles":["File.Read.All"]}}"#);
    let authority = Authority::new().replies([token(&jwt(&claims))]);
    let client = authority.client(secret());
    let claims = client.sign_in().await.unwrap().unwrap();
    assert_eq!(claims.tenant(), Some(TENANT));
    assert_eq!(claims.permissions(), ["File.Read.All"]);
    client.sign_in().await.unwrap();
    assert_eq!(authority.asked().len(), 1);
}
