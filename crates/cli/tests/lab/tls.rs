//! https by an authority that is thrown away.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use quell_testkit::{Lab, Outcome};

use crate::QUELL;

#[test]
fn authority_is_enough_to_be_served_and_without_it_nobody_is() {
    let lab = Lab::start(QUELL, &["--tls", "--devices", "3"]);
    assert!(lab.text("baseUrl").starts_with("https://127.0.0.1:"));
    let listed = lab.run(&["machine", "list", "--output", "json"]);
    assert_eq!(listed.code, 0, "{listed:?}");
    let machines = listed.document()["machines"].as_array().map(Vec::len);
    assert_eq!(machines, Some(4), "{listed:?}");
    let mut command = lab.command(&["machine", "list"]);
    command.env_remove("QUELL_CA").env_remove("SSL_CERT_FILE");
    assert_ne!(Outcome::of(&mut command).code, 0);
    let answered = lab.quarantine(lab.text("sha1"), "c", true);
    assert_eq!(answered["status"], "Succeeded", "{answered}");
}

#[test]
fn every_language_is_told_of_the_authority_and_no_key_is_left() {
    let lab = Lab::start(QUELL, &["--tls"]);
    let authority = lab.text("authority");
    for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS"] {
        assert_eq!(lab.ready()["environment"][name], authority, "{name}");
    }
    let directory = Path::new(authority).parent().expect("it is in a directory");
    let mode = std::fs::metadata(directory)
        .expect("it is there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o700);
    for entry in std::fs::read_dir(directory).expect("it is ours") {
        let path = entry.expect("it can be listed").path();
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(!text.contains("PRIVATE KEY"), "{}", path.display());
    }
}

#[test]
fn lab_without_tls_names_no_authority() {
    let lab = Lab::start(QUELL, &[]);
    assert!(lab.ready().get("authority").is_none());
    assert!(lab.ready()["environment"].get("SSL_CERT_FILE").is_none());
}

#[test]
fn server_reads_its_key_again_and_has_nothing_to_complain_about() {
    let lab = Lab::start(QUELL, &["--tls", "--devices", "20"]);
    let listed = lab.run(&["machine", "list", "--output", "json"]);
    assert_eq!(listed.code, 0, "{listed:?}");
    let authority = Path::new(lab.text("authority"));
    let log = authority.with_file_name("server.log");
    assert_eq!(std::fs::read_to_string(log).expect("it is there"), "");
}
