//! A certificate that is renewed while the server runs.

use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;

use rcgen::{CertifiedKey, KeyPair};
use rustix::process::Signal;

use super::act::{Act, Running, write};

fn make() -> CertifiedKey<KeyPair> {
    rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate")
}

fn put(act: &Act, certificate: &str, key: &str) {
    write(&act.path("cert.pem"), certificate);
    write(&act.path("key.pem"), key);
}

/// Whether the server shows this certificate.
fn shows(running: &Running, made: &CertifiedKey<KeyPair>) -> bool {
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).expect("a root");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "localhost".try_into().expect("a name");
    let mut session = rustls::ClientConnection::new(Arc::new(config), name).expect("a session");
    let mut stream = TcpStream::connect(&running.address).expect("the server listens");
    while session.is_handshaking() {
        if session.complete_io(&mut stream).is_err() {
            return false;
        }
    }
    true
}

fn start(act: &Act) -> Running {
    let (certificate, key) = (act.path("cert.pem"), act.path("key.pem"));
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let files = [text(&certificate), text(&key)];
    act.start(&mut act.command(&["--tls-certificate", &files[0], "--tls-key", &files[1]]))
}

#[test]
fn certificate_is_read_again_when_asked_and_a_broken_one_is_not_taken() {
    let act = Act::new();
    let (first, second) = (make(), make());
    put(&act, &first.cert.pem(), &first.signing_key.serialize_pem());
    let running = start(&act);
    assert!(shows(&running, &first));

    put(&act, &second.cert.pem(), &first.signing_key.serialize_pem());
    running.signal(Signal::HUP);
    running.until_counted(r#"quell_tls_reloads_total{outcome="failed"}"#);
    assert!(shows(&running, &first) && !shows(&running, &second));
    assert!(running.process.log().contains("not taken"));

    put(
        &act,
        &second.cert.pem(),
        &second.signing_key.serialize_pem(),
    );
    running.signal(Signal::HUP);
    running.until_counted(r#"quell_tls_reloads_total{outcome="done"}"#);
    assert!(shows(&running, &second) && !shows(&running, &first));
    assert_eq!(running.process.terminate(), 0);
}

#[test]
fn certificate_that_changes_is_taken_unasked() {
    let act = Act::new();
    let (first, second) = (make(), make());
    put(&act, &first.cert.pem(), &first.signing_key.serialize_pem());
    let running = start(&act);
    put(
        &act,
        &second.cert.pem(),
        &second.signing_key.serialize_pem(),
    );
    while !shows(&running, &second) {
        std::thread::yield_now();
    }
    assert_eq!(running.process.terminate(), 0);
}
