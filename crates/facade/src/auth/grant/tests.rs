use quell_transport::{Transport, TransportError};

use super::*;

#[derive(Debug)]
struct Silent;

#[async_trait]
impl Transport for Silent {
    async fn send(&self, _request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        Err(TransportError::new(
            quell_transport::TransportErrorKind::Connect,
        ))
    }
}

fn grant(endpoint: TokenEndpoint) -> Grant {
    let secret =
        ClientSecret::new("contoso.example", "app id", "can ary&+").token_endpoint(endpoint);
    Grant::new(
        &"https://login.example/".parse().unwrap(),
        secret,
        Silent.into(),
    )
    .unwrap()
}

fn read(status: u16, body: &str) -> Result<AccessToken, TokenError> {
    let answer = Response::builder()
        .status(status)
        .header("retry-after", "5");
    grant(TokenEndpoint::V2).read(
        &answer
            .body(Bytes::copy_from_slice(body.as_bytes()))
            .unwrap(),
    )
}

#[test]
fn each_version_asks_in_its_own_words() {
    let asked = TokenRequest::new("https://audience.example");
    let common = "grant_type=client_credentials&client_id=app+id&client_secret=can+ary%26%2B";

    let request = grant(TokenEndpoint::V2).request(&asked).unwrap();
    assert_eq!(
        request.uri(),
        "https://login.example/contoso.example/oauth2/v2.0/token"
    );
    let scope = "scope=https%3A%2F%2Faudience.example%2F.default";
    assert_eq!(request.body(), &format!("{common}&{scope}"));

    let request = grant(TokenEndpoint::V1).request(&asked).unwrap();
    assert_eq!(
        request.uri(),
        "https://login.example/contoso.example/oauth2/token"
    );
    assert_eq!(
        request.body(),
        &format!("{common}&resource=https%3A%2F%2Faudience.example")
    );
}

#[test]
fn the_life_is_read_as_number_and_as_text() {
    for life in ["3599", "\"3599\""] {
        let body = format!(r#"{{"token_type":"Bearer","expires_in":{life},"access_token":"t"}}"#);
        assert_eq!(
            read(200, &body).unwrap().life(),
            Some(Duration::from_secs(3599)),
            "{life}"
        );
    }
    let body = r#"{"token_type":"bearer","access_token":"t"}"#;
    assert_eq!(read(200, body).unwrap().life(), None);
}

#[test]
fn what_is_no_token_is_said_without_repeating_it() {
    for body in [
        "",
        "{}",
        "<html>",
        r#"{"access_token":""}"#,
        r#"{"access_token":"ca nary"}"#,
        r#"{"token_type":"mac","access_token":"canary"}"#,
    ] {
        let error = read(200, body).unwrap_err();
        assert!(
            matches!(error, TokenError::Unreadable { .. }),
            "{body}: {error:?}"
        );
        assert!(!format!("{error:?} {error}").contains("nary"), "{error:?}");
    }
}

#[test]
fn a_refusal_is_told_on_one_line_without_the_secret() {
    let body = r#"{"error":"invalid_client","error_description":
        "AADSTS7000215: not good: can ary&+ (can+ary%26%2B).\r\nTrace ID: 7"}"#;
    let error = read(401, &body.replace('\n', " ")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "the token endpoint refused (401 invalid_client): \
         AADSTS7000215: not good: [secret] ([secret]). Trace ID: 7"
    );
    assert!(!error.may_pass());
    assert!(
        read(400, "<html>")
            .unwrap_err()
            .to_string()
            .contains("does not say why")
    );
}

#[test]
fn what_may_pass_says_when() {
    for status in [429, 500, 503] {
        let error = read(status, "").unwrap_err();
        assert!(error.may_pass(), "{status}");
        assert_eq!(error.retry_after(), Some(Duration::from_secs(5)));
    }
}

#[test]
fn debug_shows_no_secret() {
    assert!(!format!("{:?}", grant(TokenEndpoint::V1)).contains("ary"));
}
