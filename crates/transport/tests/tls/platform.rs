//! What the operating system trusts, and that pinning an authority excludes it.
//!
//! The trust store is the environment's (`SSL_CERT_FILE`), hence a process of its own.

use std::process::Stdio;

use quell_transport::{RootCertificates, TransportErrorKind};
use tokio::process::Command;

use crate::fixture::{Authority, carriers, request};
use crate::trust::serve;

const PORT: &str = "QUELL_TEST_PORT";

#[tokio::test]
async fn an_authority_of_the_platform_is_trusted_unless_another_is_pinned() {
    let platform = Authority::new();
    let port = serve(&platform).await;
    let store = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(store.path(), platform.pem_text()).unwrap();

    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "platform::under_this_platform"])
        .env("SSL_CERT_FILE", store.path())
        .env_remove("SSL_CERT_DIR")
        .env(PORT, port.to_string())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    let told = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{told}");
    assert!(
        told.contains("1 passed"),
        "the other half did not run: {told}"
    );
}

#[tokio::test]
#[ignore = "run in the environment that the test above makes for it"]
async fn under_this_platform() {
    let port = std::env::var(PORT).unwrap().parse().unwrap();
    let other = Authority::new().der();
    for roots in [
        RootCertificates::Platform,
        RootCertificates::PlatformAnd(vec![other.clone()]),
    ] {
        for carrier in carriers(roots) {
            assert_eq!(carrier.send(request(port)).await.unwrap().body(), "secure");
        }
    }
    for carrier in carriers(RootCertificates::Only(vec![other])) {
        let error = carrier.send(request(port)).await.unwrap_err();
        assert_eq!(error.kind(), TransportErrorKind::Tls);
    }
}
