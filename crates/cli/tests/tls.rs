//! A server with a certificate of an authority of its own.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::path::{Path, PathBuf};

use quell_testkit::{Outcome, Process, Quell};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use serde_json::Value;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");

/// Writes an authority and a certificate for `localhost` from it, and says where the authority is.
fn certify(directory: &Path) -> PathBuf {
    let mut params = CertificateParams::new(Vec::new()).expect("no names are fine");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key can be made");
    let authority = CertifiedIssuer::self_signed(params, key).expect("an authority can be made");
    let key = KeyPair::generate().expect("a key can be made");
    let certificate = CertificateParams::new(vec!["localhost".to_owned()])
        .and_then(|params| params.signed_by(&key, &authority))
        .expect("a certificate can be made");
    for (name, text) in [
        ("authority.pem", authority.pem()),
        ("certificate.pem", certificate.pem()),
        ("key.pem", key.serialize_pem()),
    ] {
        std::fs::write(directory.join(name), text).expect("the directory is ours");
    }
    directory.join("authority.pem")
}

fn serve(quell: &Quell, directory: &Path) -> (Process, String) {
    let mut command = quell.command();
    command
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--output",
            "json",
            "--data",
        ])
        .arg(directory.join("data"));
    for (option, file) in [
        ("--tls-certificate", "certificate.pem"),
        ("--tls-key", "key.pem"),
        ("--tls-authority", "authority.pem"),
    ] {
        command.arg(option).arg(directory.join(file));
    }
    let mut process = Process::start(&mut command, &directory.join("server.log"));
    let ready: Value =
        serde_json::from_str(&process.first_line()).expect("the server says where it listens");
    let listen = ready["listen"].as_str().expect("it has an address");
    let port = listen.rsplit(':').next().expect("an address has a port");
    (process, format!("https://localhost:{port}"))
}

#[test]
fn own_authority_is_trusted_only_when_it_is_named() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let quell = Quell::new(QUELL);
    let authority = certify(directory.path());
    let (_server, base_url) = serve(&quell, directory.path());
    let data = directory.path().join("data");
    let data = data.to_str().expect("the path is text");
    let add = [
        "server",
        "app",
        "add",
        "x",
        "--permission",
        "Machine.Read.All",
        "--output",
        "json",
        "--data",
        data,
    ];
    let application = quell.run(add).json();
    let text = |name: &str| application[name].as_str().expect("it is said").to_owned();

    for carrier in ["reqwest", "hyper"] {
        let list = |more: &[&str]| {
            let mut command = quell.command();
            command
                .env("QUELL_BASE_URL", &base_url)
                .env("QUELL_TENANT_ID", text("tenantId"))
                .env("QUELL_CLIENT_ID", text("clientId"))
                .env("QUELL_CLIENT_SECRET", text("clientSecret"))
                .args(["machine", "list", "--transport", carrier])
                .args(more);
            Outcome::of(&mut command)
        };
        let refused = list(&[]);
        assert_eq!(refused.code, 4, "{carrier}: {refused:?}");
        assert!(
            refused.stderr.contains("--ca FILE"),
            "{carrier}: {refused:?}"
        );
        let trusted = list(&["--ca", authority.to_str().expect("the path is text")]);
        assert_eq!(trusted.code, 0, "{carrier}: {trusted:?}");
    }
}
