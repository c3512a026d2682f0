//! Identities that a platform hands out, each host in its own way.

use std::error::Error as _;

use http::Method;
use quell::{ErrorKind, ManagedIdentity, UserAssigned};

use crate::authority::{ACTION, Authority, reply, token};
use crate::workload::Scratch;

const RESOURCE: &str = "resource=https%3A%2F%2Fapi.securitycenter.microsoft.com";

#[tokio::test(start_paused = true)]
async fn a_machines_metadata_service_is_asked_as_documented() {
    let authority = Authority::new();
    let identity = ManagedIdentity::imds().user_assigned(UserAssigned::ClientId("id".to_owned()));
    let client = authority.client(identity);
    client.action(ACTION).get().await.unwrap();
    let asked = authority.asked().remove(0);
    assert_eq!(
        asked.uri.to_string(),
        format!(
            "http://169.254.169.254/metadata/identity/oauth2/token\
             ?api-version=2018-02-01&client_id=id&{RESOURCE}"
        )
    );
    assert_eq!((&asked.method, asked.body.as_str()), (&Method::GET, ""));
    assert_eq!(asked.header("metadata"), Some("true"));
    assert_eq!(asked.header("authorization"), None);
}

#[tokio::test(start_paused = true)]
async fn a_metadata_service_that_starts_is_waited_for_and_a_missing_identity_is_not() {
    let starting = || reply(410, "");
    let missing = r#"{"error":"invalid_request","error_description":"Identity not found"}"#;
    let authority = Authority::new().replies([starting(), starting(), reply(400, missing)]);
    let client = authority.client(ManagedIdentity::imds());
    let error = client.action(ACTION).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    assert_eq!(authority.seconds(), [0, 10, 20]);
    let source = error.source().unwrap().to_string();
    assert!(source.contains("assign a managed identity"), "{source}");
}

#[tokio::test(start_paused = true)]
async fn a_metadata_service_that_is_updated_is_waited_for_as_long_as_it_is_said_to_take() {
    let updating = || std::iter::repeat_with(|| reply(410, ""));
    let authority = Authority::new().replies(updating().take(7));
    let client = authority.client(ManagedIdentity::imds());
    client.sign_in().await.unwrap();
    assert_eq!(authority.seconds(), [0, 10, 20, 30, 40, 50, 60, 70]);

    let authority = Authority::new().replies(updating().take(8));
    let client = authority.client(ManagedIdentity::imds());
    let error = client.sign_in().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
}

#[tokio::test(start_paused = true)]
async fn an_app_shows_its_header_and_is_told_the_end_alone() {
    let end = r#"{"token_type":"Bearer","expires_on":"1000000600","access_token":"short"}"#;
    let date = "Sun, 09 Sep 2001 01:46:40 GMT";
    let authority = Authority::new().replies([reply(200, end).with("date", date)]);
    let identity = ManagedIdentity::app_service("http://localhost:42356/msi/token", "a header");
    let client = authority.client(identity);
    client.action(ACTION).get().await.unwrap();
    let asked = authority.asked().remove(0);
    assert_eq!(
        asked.uri.to_string(),
        format!("http://localhost:42356/msi/token?api-version=2019-08-01&{RESOURCE}")
    );
    assert_eq!(asked.header("x-identity-header"), Some("a header"));

    tokio::time::advance(std::time::Duration::from_secs(600)).await;
    client.action(ACTION).get().await.unwrap();
    assert_eq!(authority.asked().len(), 2, "ten minutes are over");
}

fn challenge(path: &str) -> crate::authority::Reply {
    reply(401, "").with("www-authenticate", format!("Basic realm={path}"))
}

#[tokio::test]
async fn arc_is_shown_the_key_that_it_names() {
    let key = Scratch::new("arc.key", "key-content");
    let path = key.0.display().to_string();
    let authority = Authority::new().replies([challenge(&path), token("arc")]);
    let identity =
        ManagedIdentity::arc_with_keys("http://localhost:40342/himds", key.0.parent().unwrap());
    let client = authority.client(identity);
    client.action(ACTION).get().await.unwrap();
    let [first, second] = <[_; 2]>::try_from(authority.asked()).unwrap();
    assert_eq!(
        first.uri.to_string(),
        format!("http://localhost:40342/himds?api-version=2020-06-01&{RESOURCE}")
    );
    assert_eq!(first.header("authorization"), None);
    assert_eq!(first.header("metadata"), Some("true"));
    assert_eq!(second.uri, first.uri);
    assert_eq!(second.header("authorization"), Some("Basic key-content"));
    assert_eq!(authority.calls()[0].bearer(), "arc");
}

#[tokio::test]
async fn arc_gets_no_file_that_is_not_a_key_of_its_own() {
    let elsewhere = Scratch::new("elsewhere.key", "canary");
    let directory = std::env::temp_dir().join("quell-tokens-no-such-directory");
    let large = Scratch::new("large.key", &"k".repeat(4097));
    for (path, keys) in [
        (elsewhere.0.clone(), directory),
        (large.0.clone(), std::env::temp_dir()),
    ] {
        let authority = Authority::new().replies([challenge(&path.display().to_string())]);
        let identity = ManagedIdentity::arc_with_keys("http://localhost:40342/himds", keys);
        let error = authority.client(identity).sign_in().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert_eq!(authority.asked().len(), 1, "nothing was shown");
        assert!(!format!("{error:?}").contains("canary"));
    }
}
