//! Where to go, and as whom: profiles, credentials, regions and what completions know of them.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};

use quell_testkit::{Application, Outcome, Quell, World};
use serde_json::Value;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");

fn write(directory: &Path, name: &str, content: &str) -> PathBuf {
    let file = directory.join(name);
    std::fs::write(&file, content).expect("the directory is ours");
    file
}

fn with_config(quell: &Quell, config: &Path, arguments: &[&str]) -> Outcome {
    let mut command = quell.command();
    command.env("QUELL_CONFIG", config).args(arguments);
    Outcome::of(&mut command)
}

/// A token for the application, as any OAuth2 client would get it.
fn token(world: &World, application: &Application) -> String {
    let address = world
        .base_url()
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}\
         &scope=https%3A%2F%2Fapi.securitycenter.microsoft.com%2F.default",
        application.client_id, application.client_secret
    );
    let mut stream = TcpStream::connect(address).expect("the server listens");
    write!(
        stream,
        "POST /{}/oauth2/v2.0/token HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\
         content-type: application/x-www-form-urlencoded\r\ncontent-length: {}\r\n\r\n{form}",
        application.tenant_id,
        form.len()
    )
    .expect("the server reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("the server answers");
    let body = answer.split("\r\n\r\n").nth(1).expect("there is a body");
    let body: Value =
        serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {answer}"));
    body["access_token"]
        .as_str()
        .unwrap_or_else(|| panic!("no token: {body}"))
        .to_owned()
}

#[test]
fn profile_is_used_shown_and_named() {
    let world = World::new(QUELL);
    let application = world.responder();
    let directory = world.files();
    let secret = write(&directory, "secret", &application.client_secret);
    let config = format!(
        "[profiles.own]\nbase_url = '{}'\ntenant_id = '{}'\nclient_id = '{}'\nclient_secret_file = '{}'\n\
         limits = '50/60s'\n",
        world.base_url(),
        application.tenant_id,
        application.client_id,
        secret.display()
    );
    let config = write(&directory, "config.toml", &config);
    let run = |arguments: &[&str]| with_config(world.quell(), &config, arguments);

    assert_eq!(run(&["machine", "list", "--profile", "own"]).code, 0);
    let listed = run(&["profile", "list", "--output", "json"]).json();
    assert_eq!(listed["profiles"][0]["name"], "own", "{listed}");
    let shown = run(&["profile", "show", "own", "--limits", "40/60s"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    let line = |name: &str| {
        let found = shown.stdout.lines().find(|line| line.starts_with(name));
        found
            .unwrap_or_else(|| panic!("no {name} in {shown:?}"))
            .to_owned()
    };
    assert!(line("base_url").ends_with("profile own"), "{shown:?}");
    assert!(line("limits").ends_with("--limits"), "{shown:?}");
    assert!(line("state ").ends_with("default"), "{shown:?}");
    assert!(!shown.stdout.contains(&application.client_secret));
    let unknown = run(&["profile", "show", "other"]);
    assert_eq!(unknown.code, 2, "{unknown:?}");
    assert!(unknown.stderr.contains("it has: own"), "{unknown:?}");
}

#[test]
fn profile_with_an_unknown_region_is_told_the_known_ones() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let config = "[profiles.default]\ntenant_id='t'\nclient_id='c'\nclient_secret_file='/s'\nregion='mars'\n";
    let config = write(directory.path(), "config.toml", config);
    let outcome = with_config(&Quell::new(QUELL), &config, &["profile", "show"]);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(outcome.stderr.contains("auto"), "{outcome:?}");
}

#[test]
fn secret_of_the_environment_is_not_shown() {
    let mut command = Quell::new(QUELL).command();
    command
        .env("AZURE_TENANT_ID", "t")
        .env("AZURE_CLIENT_ID", "c")
        .env("AZURE_CLIENT_SECRET", "canary-77")
        .args(["profile", "show", "--region", "auto"]);
    let shown = Outcome::of(&mut command);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert!(shown.stdout.contains("AZURE_CLIENT_SECRET"), "{shown:?}");
    assert!(!format!("{shown:?}").contains("canary-77"));
}

#[test]
fn token_in_a_file_is_enough() {
    let world = World::new(QUELL);
    let application = world.responder();
    let file = write(&world.files(), "token", &token(&world, &application));
    let file = file.to_str().expect("the path is text");
    let list = ["machine", "list", "--base-url", world.base_url()];
    let outcome = world
        .quell()
        .run([&list[..], &["--token-file", file]].concat());
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

#[test]
fn certificate_that_is_none_is_told_by_its_file() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let file = write(directory.path(), "c.pem", "canary");
    let mut command = Quell::new(QUELL).command();
    command
        .env("AZURE_TENANT_ID", "t")
        .env("AZURE_CLIENT_ID", "c")
        .env("AZURE_CLIENT_CERTIFICATE_PATH", &file)
        .args(["machine", "list"]);
    let outcome = Outcome::of(&mut command);
    assert_eq!(outcome.code, 2, "{outcome:?}");
    assert!(outcome.stderr.contains("private key"), "{outcome:?}");
    assert!(!outcome.stderr.contains("canary"), "{outcome:?}");
}

#[test]
fn regions_without_a_network_are_told_one_by_one() {
    let mut command = Quell::new(QUELL).command();
    command
        .env("HTTPS_PROXY", "http://127.0.0.1:9")
        .arg("region");
    let outcome = Outcome::of(&mut command);
    assert_eq!(outcome.code, 4, "{outcome:?}");
    for host in [
        "api.securitycenter.microsoft.com",
        "api-eu.securitycenter.microsoft.com",
    ] {
        let told = outcome
            .stdout
            .lines()
            .any(|line| line.contains(host) && line.contains("3 times"));
        assert!(told, "{host}: {outcome:?}");
    }
    assert!(outcome.stderr.contains("next:"), "{outcome:?}");
}

#[test]
fn completions_know_the_values() {
    let script = Quell::new(QUELL).run(["completions", "bash"]).stdout;
    for value in ["gcc-high", "device-code", "securitycenter", "repeat-once"] {
        assert!(script.contains(value), "`{value}` is not completed");
    }
}
