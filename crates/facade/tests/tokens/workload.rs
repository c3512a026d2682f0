//! A workload whose platform vouches for it by a file.

use std::error::Error as _;
use std::path::PathBuf;
use std::time::Duration;

use quell::{ErrorKind, WorkloadIdentity};

use crate::authority::{ACTION, Authority, TENANT};

/// A file of this test's own, gone when the test is.
pub(crate) struct Scratch(pub(crate) PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str, content: &str) -> Self {
        let name = format!("quell-tokens-{}-{name}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, content).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.0);
    }
}

#[tokio::test]
async fn the_file_is_read_anew_for_each_token() {
    let file = Scratch::new("rotated", "first.one\n");
    let authority = Authority::new();
    let client = authority.client(WorkloadIdentity::new(TENANT, "app", &file.0));
    client.action(ACTION).get().await.unwrap();
    let asked = authority.asked().remove(0);
    assert_eq!(
        asked.uri.to_string(),
        format!("https://login.microsoftonline.com/{TENANT}/oauth2/v2.0/token")
    );
    assert_eq!(
        asked.body,
        "grant_type=client_credentials&client_id=app&\
         scope=https%3A%2F%2Fapi.securitycenter.microsoft.com%2F.default&\
         client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer&\
         client_assertion=first.one"
    );

    std::fs::write(&file.0, "second.one").unwrap();
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(3600)).await;
    tokio::time::resume();
    client.action(ACTION).get().await.unwrap();
    let second = authority.asked()[1].parameter("client_assertion");
    assert_eq!(second.as_deref(), Some("second.one"));
}

#[tokio::test]
async fn a_missing_file_is_named_and_looked_for_again() {
    let file = Scratch::new("missing", "");
    let authority = Authority::new();
    let client = authority.client(WorkloadIdentity::new(TENANT, "app", &file.0));
    let error = client.action(ACTION).get().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Authentication);
    let source = error.source().unwrap();
    assert!(source.to_string().contains("quell-tokens-"), "{source}");
    assert_eq!(source.source().unwrap().to_string(), "it is empty");

    std::fs::write(&file.0, "there.now").unwrap();
    client.action(ACTION).get().await.unwrap();
    assert_eq!(authority.asked().len(), 1);
}

#[tokio::test]
async fn a_file_that_is_no_token_is_not_sent() {
    for content in [
        "user: kim\npassword: canary\n",
        "-----BEGIN PRIVATE KEY-----\nAAAA",
    ] {
        let file = Scratch::new("another", content);
        let authority = Authority::new();
        let client = authority.client(WorkloadIdentity::new(TENANT, "app", &file.0));
        let error = client.sign_in().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Authentication);
        assert!(authority.asked().is_empty());
        assert!(!format!("{error:?}").contains("canary"));
    }
}
