//! An application's secret, in each cloud and at both endpoints, byte by byte.

use std::time::Duration;

use quell::{Client, ClientSecret, Cloud, ErrorKind, RefusalReason, TokenEndpoint, TokenError};

use crate::authority::{ACTION, Authority, TENANT, reply};

const CLOUDS: [(Cloud, &str, &str, &str); 4] = [
    (
        Cloud::Commercial,
        "login.microsoftonline.com",
        "api.securitycenter.microsoft.com",
        "api.securitycenter.microsoft.com",
    ),
    (
        Cloud::Gcc,
        "login.microsoftonline.com",
        "api-gcc.securitycenter.microsoft.us",
        "api-gcc.securitycenter.microsoft.us",
    ),
    (
        Cloud::GccHigh,
        "login.microsoftonline.us",
        "api-gov.securitycenter.microsoft.us",
        "api-gov.securitycenter.microsoft.us",
    ),
    (
        Cloud::Dod,
        "login.microsoftonline.us",
        "api-gov.securitycenter.microsoft.us",
        "api-gov.securitycenter.microsoft.us",
    ),
];

#[tokio::test(start_paused = true)]
async fn each_cloud_is_asked_at_its_own_authority_for_its_own_audience_in_both_versions() {
    for (cloud, login, audience, host) in CLOUDS {
        for (endpoint, path, last) in [
            (
                TokenEndpoint::V1,
                "oauth2/token",
                format!("resource=https%3A%2F%2F{audience}"),
            ),
            (
                TokenEndpoint::V2,
                "oauth2/v2.0/token",
                format!("scope=https%3A%2F%2F{audience}%2F.default"),
            ),
        ] {
            let authority = Authority::new();
            let secret = ClientSecret::new(TENANT, "app id", "can ary&+").token_endpoint(endpoint);
            let client = Client::builder()
                .credential(secret)
                .cloud(cloud)
                .transport(authority.clone())
                .build()
                .unwrap();
            client.action(ACTION).get().await.unwrap();

            let asked = authority.asked().remove(0);
            assert_eq!(
                asked.uri.to_string(),
                format!("https://{login}/{TENANT}/{path}")
            );
            assert_eq!(
                asked.body,
                format!(
                    "grant_type=client_credentials&client_id=app+id&{last}&\
                     client_secret=can+ary%26%2B"
                )
            );
            assert_eq!(
                asked.header("content-type"),
                Some("application/x-www-form-urlencoded")
            );
            assert_eq!(asked.header("authorization"), None);
            let call = authority.calls().remove(0);
            assert_eq!(call.uri.host(), Some(host));
            assert_eq!(call.bearer(), "canary-token-1");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_refusal_says_what_to_do_and_is_not_asked_for_again_within_a_minute() {
    let body = r#"{"error":"invalid_client","error_description":"AADSTS7000222: The provided client secret keys are expired.\r\nTrace ID: t-1\r\nCorrelation ID: c-1","error_codes":[7000222],"trace_id":"t-1","correlation_id":"c-1"}"#;
    let authority = Authority::new().replies([reply(401, body)]);
    let client = authority.client(ClientSecret::new(TENANT, "app", "s3cr3t"));
    for _ in 0..50 {
        let error = client.action(ACTION).get().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        let source = std::error::Error::source(&error).unwrap();
        assert_eq!(
            source.to_string(),
            "the token endpoint refused (401 invalid_client): AADSTS7000222: The provided client \
             secret keys are expired; make a new secret for the application; \
             correlation id c-1; trace id t-1"
        );
    }
    assert_eq!(authority.asked().len(), 1);
    tokio::time::advance(Duration::from_secs(60)).await;
    client.action(ACTION).get().await.unwrap();
    assert_eq!(authority.asked().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn the_refusal_is_found_in_the_chain_of_errors() {
    let body = r#"{"error":"unauthorized_client","error_description":"AADSTS700016: x"}"#;
    let authority = Authority::new().replies([reply(400, body)]);
    let client = authority.client(ClientSecret::new(TENANT, "app", "s3cr3t"));
    let error = client.sign_in().await.unwrap_err();
    let source = std::error::Error::source(&error).unwrap();
    let source = source.downcast_ref::<std::sync::Arc<TokenError>>().unwrap();
    let refusal = source.refusal().unwrap();
    assert_eq!(refusal.reason(), Some(RefusalReason::UnknownApplication));
}

#[tokio::test(start_paused = true)]
async fn an_authority_that_sends_elsewhere_is_not_followed_and_its_page_is_no_token() {
    for status in [301, 302, 307, 308] {
        let elsewhere =
            reply(status, "<html>").with("location", "https://evil.example/oauth2/token");
        let authority = Authority::new().replies([elsewhere]);
        let client = authority.client(ClientSecret::new(TENANT, "app", "canary"));
        let error = client.sign_in().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication, "{status}");
        assert_eq!(authority.asked().len(), 1);
    }
    let portal = reply(200, "<html>log in to our network</html>").with("content-type", "text/html");
    let authority = Authority::new().replies([portal]);
    let client = authority.client(ClientSecret::new(TENANT, "app", "canary"));
    let error = client.sign_in().await.unwrap_err();
    assert!(format!("{error:?}").contains("not the JSON of a token"));
}
