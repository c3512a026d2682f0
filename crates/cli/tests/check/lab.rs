//! Against quell's own server, with a real device behind it.

use quell_testkit::{Application, Victim, World};
use serde_json::Value;

use super::{JSON, QUELL, SHA1, about};

fn check(world: &World, application: &Application, arguments: &[&str]) -> (i32, Value) {
    let outcome = world.run_as(application, &[&["check"], arguments, &JSON].concat());
    (outcome.code, outcome.document())
}

fn words(findings: &[&Value]) -> String {
    let reasons = findings.iter().filter_map(|it| it["reason"].as_str());
    reasons.collect::<Vec<_>>().join("; ")
}

#[test]
fn check_foretells_what_the_server_then_does() {
    let mut world = World::new(QUELL);
    world.start_agent();
    let application = world.responder();
    let machine = world.machine_id().to_owned();
    let mut victim = Victim::create(&world.files(), "victim");
    victim.start();
    let sha1 = victim.sha1();
    world.wait_until_seen(&application, &sha1);

    let (code, found) = check(&world, &application, &[&sha1]);
    assert_eq!((code, &found["clear"]), (0, &Value::Bool(true)), "{found}");
    assert_eq!(found["machines"][0]["id"], machine.as_str());
    assert_eq!(about(&found, "platform")[0]["verdict"], "holds", "{found}");
    assert_eq!(about(&found, "permission")[0]["verdict"], "holds");

    let (code, found) = check(&world, &application, &[&sha1, "--machine", "nobody"]);
    assert_eq!(code, 3);
    let unknown = words(&about(&found, "machine"));
    assert!(unknown.contains("Machine nobody was not found"), "{found}");

    let (code, found) = check(&world, &application, &[SHA1, "--machine", &machine]);
    assert_eq!(code, 3);
    assert_eq!(about(&found, "sighting")[0]["verdict"], "fails");
    let lookups = words(&about(&found, "lookup"));
    assert!(lookups.contains("404 ResourceNotFound"), "{found}");

    assert_eq!(world.take_agent().terminate(), 0);
    let asked = [
        "quarantine",
        &sha1,
        "--machine",
        &machine,
        "--comment",
        "c",
        "--yes",
    ];
    assert_eq!(world.run_as(&application, &asked).code, 0);
    let (code, found) = check(&world, &application, &[&sha1]);
    assert_eq!(code, 3);
    assert_eq!(
        about(&found, "openAction")[0]["verdict"],
        "fails",
        "{found}"
    );
    let actions = world.run_as(&application, &[&["action", "list"][..], &JSON].concat());
    let actions = actions.json();
    assert_eq!(
        actions["actions"].as_array().map(Vec::len),
        Some(1),
        "{actions}"
    );
}

#[test]
fn what_the_application_may_not_read_is_a_warning_that_names_the_permission() {
    let world = World::new(QUELL);
    let reader = world.application(&["Machine.Read.All"]);
    let machine = world.machine_id().to_owned();
    let (_, found) = check(&world, &reader, &[SHA1, "--machine", &machine]);
    let permission = about(&found, "permission");
    assert_eq!(permission[0]["verdict"], "cannotBeTold");
    assert!(words(&permission).contains("Machine.StopAndQuarantine"));
    let lookups = words(&about(&found, "lookup"));
    assert!(lookups.contains("File.Read.All"), "{found}");

    let shown = world.run_as(&reader, &["file", "show", SHA1]);
    assert_eq!(shown.code, 6, "{shown:?}");
    assert!(
        shown.stderr.contains("grant the application File.Read.All"),
        "{shown:?}"
    );
}

#[test]
fn unknown_file_and_wrong_secret_end_as_everywhere() {
    let world = World::new(QUELL);
    let application = world.responder();
    let unknown = world.run_as(&application, &["file", "show", SHA1]);
    assert_eq!(unknown.code, 3, "{unknown:?}");
    let words = format!("File {SHA1} was not found");
    assert!(unknown.stderr.contains(&words), "{unknown:?}");
    assert!(unknown.stdout.is_empty());

    let stranger = Application {
        client_secret: "canary-5e11".to_owned(),
        ..application
    };
    for arguments in [vec!["check", SHA1], vec!["file", "show", SHA1]] {
        let outcome = world.run_as(&stranger, &arguments);
        assert_eq!(outcome.code, 6, "{outcome:?}");
        assert!(outcome.stdout.is_empty() && !outcome.stderr.contains("canary"));
    }
}
