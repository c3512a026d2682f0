//! No credential shows its secret, in no log, error or `Debug`, even to an authority that
//! repeats everything it is told.

use std::error::Error as StdError;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use quell::{
    Client, ClientSecret, Credential, DeviceCode, ManagedIdentity, RefreshToken, TokenCache,
    TokenCacheKey, WorkloadIdentity,
};
use tracing_subscriber::fmt::MakeWriter;

use crate::authority::{Authority, TENANT, reply, token};
use crate::workload::Scratch;

const CANARY: &str = "c4nary&value";
/// As it stands in a form.
const ENCODED: &str = "c4nary%26value";

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Takes down what this thread logs from now on.
    fn everything(&self) -> tracing::subscriber::DefaultGuard {
        let subscriber = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_writer(self.clone())
            .with_ansi(false)
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    fn text(&self) -> String {
        String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// A cache that has the canary, and fails with it.
#[derive(Debug)]
struct Leaking;

#[async_trait]
impl TokenCache for Leaking {
    async fn load(
        &self,
        _: &TokenCacheKey,
    ) -> Result<Option<RefreshToken>, Box<dyn StdError + Send + Sync>> {
        Ok(Some(RefreshToken::new(CANARY)))
    }

    async fn store(
        &self,
        _: &TokenCacheKey,
        token: Option<&RefreshToken>,
    ) -> Result<(), Box<dyn StdError + Send + Sync>> {
        Err(format!("cannot keep {:?}", token.map(RefreshToken::expose)).into())
    }
}

/// Everything that can be seen of a client that was refused.
async fn seen(credential: Credential, authority: Authority) -> String {
    let log = Log::default();
    let logging = log.everything();
    let mut shown = format!("{credential:?}");
    let builder = Client::builder().credential(credential);
    shown.push_str(&format!("{builder:?}"));
    let client = builder.transport(authority.clone()).build().unwrap();
    if let Err(error) = client.sign_in().await {
        shown.push_str(&format!("{error} {error:?}"));
        let mut cause = error.source();
        while let Some(error) = cause {
            shown.push_str(&format!(" {error} {error:?}"));
            cause = error.source();
        }
    }
    shown.push_str(&format!("{client:?}"));
    drop(logging);
    assert!(!authority.asked().is_empty());
    shown.push_str(&log.text());
    shown
}

fn echo() -> crate::authority::Reply {
    reply(
        400,
        format!(
            r#"{{"error":"invalid_client","error_description":"you said {CANARY} and {ENCODED}",
                "trace_id":"{CANARY}","message":"{CANARY}"}}"#
        ),
    )
}

fn is_clean(shown: &str) {
    for secret in [CANARY, ENCODED, "c4nary"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[tokio::test]
async fn what_an_application_proves_itself_with_is_not_shown() {
    let file = Scratch::new("canary", CANARY);
    let key = Scratch::new("canary.key", CANARY);
    let challenge = reply(401, "").with(
        "www-authenticate",
        format!("Basic realm={}", key.0.display()),
    );
    let keys = std::env::temp_dir();
    let arc = ManagedIdentity::arc_with_keys("http://localhost:1/himds", keys);
    let app = ManagedIdentity::app_service("http://localhost:1/msi/token", CANARY);
    let cases: [(Credential, Vec<_>); 4] = [
        (
            ClientSecret::new(TENANT, "app", CANARY).into(),
            vec![echo()],
        ),
        (
            WorkloadIdentity::new(TENANT, "app", &file.0).into(),
            vec![echo()],
        ),
        (app.into(), vec![echo()]),
        (arc.into(), vec![challenge, echo()]),
    ];
    for (credential, script) in cases {
        let shown = seen(credential, Authority::new().replies(script)).await;
        assert!(
            shown.contains("[secret]"),
            "the echo was seen and cleaned: {shown}"
        );
        is_clean(&shown);
    }
}

#[tokio::test(start_paused = true)]
async fn what_a_person_signs_in_with_is_not_shown() {
    let code = format!(
        r#"{{"user_code":"{CANARY}","device_code":"{CANARY}","verification_uri":"https://x","message":"{CANARY}"}}"#
    );
    let person = || DeviceCode::new(TENANT, "app", |_| {});
    let shown = seen(
        person().into(),
        Authority::new().replies([reply(200, code), echo()]),
    )
    .await;
    assert!(shown.contains("[secret]"), "{shown}");
    is_clean(&shown);

    let issued = format!(r#"{{"access_token":"{CANARY}","refresh_token":"{CANARY}"}}"#);
    let authority = Authority::new().replies([reply(200, issued)]);
    let shown = seen(person().cache(Leaking).into(), authority).await;
    assert!(shown.contains("the token cache failed"), "{shown}");
    is_clean(&shown);
}

#[tokio::test]
async fn an_issued_token_is_not_shown() {
    let authority = Authority::new().replies([token("c4nary")]);
    is_clean(&seen(ClientSecret::new(TENANT, "app", "secret").into(), authority).await);
}

#[cfg(feature = "certificate")]
#[tokio::test]
async fn a_private_key_and_its_assertions_are_not_shown() {
    use quell::{Certificate, ClientCertificate};

    let pem = crate::certificate::registered().pem;
    let certificate = Certificate::from_pem(&pem).unwrap();
    let authority = Authority::new().replies([reply(401, r#"{"error":"invalid_client"}"#)]);
    let credential = ClientCertificate::new(TENANT, "app", certificate);
    let shown = seen(credential.into(), authority.clone()).await;
    let assertion = authority.asked()[0].parameter("client_assertion").unwrap();
    assert!(!shown.contains(&assertion));
    let key = pem.split("PRIVATE KEY-----").nth(1).unwrap();
    for line in key.lines().filter(|line| line.len() > 40) {
        assert!(!shown.contains(line));
    }
}

#[cfg(any(feature = "reqwest", feature = "hyper"))]
#[tokio::test]
async fn the_built_in_transport_logs_no_secret_and_no_token_either() {
    use crate::authority::ACTION;
    use quell::Service;

    let log = Log::default();
    let logging = log.everything();
    let authority = Authority::new().replies([token("c4nary")]);
    let base = crate::socket::served(&authority).await;
    let service = Service::custom(&base, &base).client_secret("mine", "app", CANARY);
    let client = Client::builder().service(service).build().unwrap();
    client.action(ACTION).get().await.unwrap();
    drop(logging);
    assert_eq!(authority.calls()[0].bearer(), "c4nary");
    assert!(log.text().contains("got a token"));
    is_clean(&log.text());
}
