//! What a person reads when something is wrong, and that nothing is done then.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use quell_testkit::{Application, Outcome, Quell, Victim, World};

const QUELL: &str = env!("CARGO_BIN_EXE_quell");
const NO_SUCH_SHA1: &str = "0123456789abcdef0123456789abcdef01234567";

fn quarantine(world: &World, application: &Application, sha1: &str, machine: &str) -> Outcome {
    world.run_as(
        application,
        &[
            "quarantine",
            sha1,
            "--machine",
            machine,
            "--comment",
            "test",
            "--yes",
        ],
    )
}

#[track_caller]
fn assert_told(outcome: &Outcome, code: i32, words: &[&str]) {
    assert_eq!(outcome.code, code, "{outcome:?}");
    let told = format!("{}{}", outcome.stdout, outcome.stderr);
    for word in words {
        assert!(told.contains(word), "`{word}` is not said: {outcome:?}");
    }
}

#[test]
fn wrong_hash_is_refused_before_anything_is_sent() {
    let quell = Quell::new(QUELL);
    let cases = [
        ("", "40"),
        ("d41d8cd98f00b204e9800998ecf8427e", "MD5"),
        (
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "SHA-256",
        ),
        ("0123456789abcdef0123456789abcdef0123456g", "hex"),
    ];
    for (sha1, word) in cases {
        let outcome = quell.run([
            "quarantine",
            sha1,
            "--machine",
            "m",
            "--comment",
            "c",
            "--yes",
        ]);
        assert_told(&outcome, 2, &[word]);
        assert!(outcome.stdout.is_empty());
    }
}

#[test]
fn missing_or_empty_comment_and_machine_are_wrong_usage() {
    let quell = Quell::new(QUELL);
    assert_told(
        &quell.run(["quarantine", NO_SUCH_SHA1, "--machine", "m"]),
        2,
        &["--comment"],
    );
    assert_told(
        &quell.run(["quarantine", NO_SUCH_SHA1, "--comment", "c"]),
        2,
        &["--machine"],
    );
    let empty = quell.run([
        "quarantine",
        NO_SUCH_SHA1,
        "--machine",
        "m",
        "--comment",
        "",
    ]);
    assert_told(&empty, 2, &["comment"]);
}

#[test]
fn without_a_service_it_says_what_to_set() {
    let outcome = Quell::new(QUELL).run(["machine", "list"]);
    assert_told(
        &outcome,
        2,
        &["AZURE_CLIENT_ID", "QUELL_BASE_URL", "quell lab"],
    );
}

#[test]
fn unknown_machine_and_unknown_file_are_refused_with_the_services_words() {
    let world = World::new(QUELL);
    let application = world.responder();
    let machine = world.machine_id().to_owned();
    assert_told(
        &quarantine(&world, &application, NO_SUCH_SHA1, "no-such-machine"),
        3,
        &[
            "ResourceNotFound",
            "Machine no-such-machine was not found",
            "next:",
        ],
    );
    let unknown = world.run_as(&application, &["action", "show", NO_SUCH_SHA1]);
    assert_told(&unknown, 3, &["ResourceNotFound", "quell action list"]);
    let words = format!("Sha1 {NO_SUCH_SHA1} was not found in machine {machine}");
    assert_told(
        &quarantine(&world, &application, NO_SUCH_SHA1, &machine),
        3,
        &["ResourceNotFound", &words],
    );
}

#[test]
fn either_half_of_the_permissions_alone_is_not_enough() {
    let world = World::new(QUELL);
    let machine = world.machine_id().to_owned();
    for (has, lacks) in [
        (
            "Machine.StopAndQuarantine",
            "(Machine.Read.All, Machine.ReadWrite.All)",
        ),
        ("Machine.Read.All", "(Machine.StopAndQuarantine)"),
    ] {
        let application = world.application(&[has]);
        assert_told(
            &quarantine(&world, &application, NO_SUCH_SHA1, &machine),
            6,
            &["Forbidden", lacks],
        );
    }
}

#[test]
fn wrong_secret_is_an_authentication_error_that_does_not_show_it() {
    let world = World::new(QUELL);
    let application = Application {
        client_secret: "canary-5e11".to_owned(),
        ..world.responder()
    };
    let outcome = world.run_as(&application, &["machine", "list"]);
    assert_told(&outcome, 6, &["invalid_client"]);
    assert!(!outcome.stderr.contains("canary-5e11"));
}

#[test]
fn protected_file_is_refused_and_its_processes_go_on() {
    let mut world = World::new(QUELL);
    world.start_agent();
    let application = world.responder();
    let machine = world.machine_id().to_owned();
    // Every empty file has this hash.
    let empty = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    assert_told(
        &quarantine(&world, &application, empty, &machine),
        3,
        &["DisallowedOperation"],
    );
    // A shell stays a shell under any name.
    let copy = world.files().join("not-a-shell");
    std::fs::copy("/bin/sh", &copy).expect("the directory is ours");
    let sha1 = sha1_of(&copy);
    world.wait_until_seen(&application, &sha1);
    assert_told(
        &quarantine(&world, &application, &sha1, &machine),
        3,
        &["DisallowedOperation", "protected"],
    );
    assert!(copy.exists());
}

#[test]
fn without_a_terminal_nothing_happens_unasked() {
    let mut world = World::new(QUELL);
    world.start_agent();
    let application = world.responder();
    let mut victim = Victim::create(&world.files(), "victim");
    victim.start();
    let sha1 = victim.sha1();
    world.wait_until_seen(&application, &sha1);
    let machine = world.machine_id().to_owned();
    let arguments = ["quarantine", &sha1, "--machine", &machine, "--comment", "c"];
    let unasked = world.run_as(&application, &arguments);
    assert_told(&unasked, 2, &["--yes", world.base_url()]);
    let dry = world.run_as(&application, &[&arguments[..], &["--dry-run"]].concat());
    assert_told(&dry, 0, &["nothing but reads was sent", &machine]);
    let actions = world
        .run_as(&application, &["action", "list", "--output", "json"])
        .json();
    assert_eq!(
        actions["actions"].as_array().map(Vec::len),
        Some(0),
        "{actions}"
    );
    assert_eq!(victim.alive(), 1);
}

#[test]
fn server_refuses_to_listen_for_the_network_without_tls() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let data = directory.path().to_str().expect("the path is text");
    let outcome = Quell::new(QUELL).run(["serve", "--data", data, "--listen", "0.0.0.0:0"]);
    assert_told(&outcome, 2, &["TLS", "loopback"]);
}

#[test]
fn application_is_added_only_where_a_server_has_run() {
    let directory = tempfile::tempdir().expect("a directory can be made");
    let data = directory.path().to_str().expect("the path is text");
    let quell = Quell::new(QUELL);
    let add = [
        "server",
        "app",
        "add",
        "x",
        "--permission",
        "Machine.Read.All",
    ];
    assert_told(&quell.run(add), 2, &["--data"]);
    assert_told(
        &quell.run([&add[..], &["--data", data]].concat()),
        2,
        &["quell serve"],
    );
    assert_eq!(directory.path().read_dir().expect("it is ours").count(), 0);
}

#[test]
fn server_that_is_not_there_is_a_transport_error() {
    let world = World::new(QUELL);
    let application = world.responder();
    let mut command = world.quell().command();
    command
        .env("QUELL_BASE_URL", "http://127.0.0.1:9")
        .env("QUELL_TENANT_ID", &application.tenant_id)
        .env("QUELL_CLIENT_ID", &application.client_id)
        .env("QUELL_CLIENT_SECRET", &application.client_secret)
        .args(["machine", "list"]);
    assert_told(&Outcome::of(&mut command), 4, &["127.0.0.1:9"]);
}

fn sha1_of(path: &std::path::Path) -> String {
    let output = std::process::Command::new("sha1sum")
        .arg(path)
        .output()
        .expect("coreutils' sha1sum exists");
    String::from_utf8_lossy(&output.stdout)
        .chars()
        .take(40)
        .collect()
}
