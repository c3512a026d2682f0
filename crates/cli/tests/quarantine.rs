//! The main job with whole processes: a real server, a real agent, real victims.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use quell_testkit::{Application, Victim, World};
use serde_json::Value;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");

/// A world with a running agent, and a victim with two processes that the server knows of.
fn prepared() -> (World, Application, Victim) {
    let mut world = World::new(QUELL);
    world.start_agent();
    let application = world.responder();
    let mut victim = Victim::create(&world.files(), "victim");
    victim.start();
    victim.start();
    world.wait_until_seen(&application, &victim.sha1());
    (world, application, victim)
}

/// `quell quarantine … --output json`, and its one result.
fn quarantine(world: &World, application: &Application, sha1: &str, more: &[&str]) -> Value {
    let machine = world.machine_id().to_owned();
    let arguments = [
        "quarantine",
        sha1,
        "--machine",
        &machine,
        "--comment",
        "test",
        "--yes",
        "--output",
        "json",
    ];
    let outcome = world.run_as(application, &[&arguments, more].concat());
    let document = outcome.json();
    assert_eq!(document["schemaVersion"], 1);
    document["results"][0].clone()
}

/// Ends the agent, asks for the victim, and gives the id of the action, which must be pending.
fn ask_while_offline(world: &mut World, application: &Application, victim: &Victim) -> String {
    assert_eq!(world.take_agent().terminate(), 0);
    let result = quarantine(world, application, &victim.sha1(), &[]);
    let action = &result["action"];
    assert_eq!(
        action["status"], "Pending",
        "an offline machine is no error: {result}"
    );
    action["id"]
        .as_str()
        .expect("an action has an id")
        .to_owned()
}

/// `quell action wait`, and what it says.
fn await_end(world: &World, application: &Application, id: &str) -> Value {
    let arguments = [
        "action",
        "wait",
        id,
        "--deadline",
        "60s",
        "--output",
        "json",
    ];
    world.run_as(application, &arguments).json()
}

fn vault_items(world: &World) -> Vec<Value> {
    let listed = world
        .agent_command(&["vault", "list", "--output", "json"])
        .json();
    listed["items"].as_array().expect("a list of items").clone()
}

fn item_of(world: &World, sha1: &str) -> String {
    let items = vault_items(world);
    let item = items
        .iter()
        .find(|item| item["sha1"] == sha1)
        .unwrap_or_else(|| panic!("no {sha1} in {items:?}"));
    item["id"].as_str().expect("an item has an id").to_owned()
}

fn stop_take_and_restore(carrier: &str) {
    let (world, application, victim) = prepared();
    let before = fs::metadata(victim.path()).expect("the victim is there");
    let sha1 = victim.sha1();

    let result = quarantine(
        &world,
        &application,
        &sha1,
        &["--wait", "--transport", carrier],
    );

    assert_eq!(result["action"]["status"], "Succeeded", "{result}");
    assert_eq!(result["action"]["type"], "StopAndQuarantineFile");
    assert_eq!(
        result["action"]["relatedFileInfo"]["fileIdentifier"],
        sha1.as_str()
    );
    assert_eq!(result["action"]["errorHResult"], 0);
    assert!(victim.all_ended(), "a process survived");
    assert!(!victim.path().exists(), "the path is still there");

    let restored = world.agent_command(&["vault", "restore", &item_of(&world, &sha1)]);
    assert_eq!(restored.code, 0, "{restored:?}");
    let after = fs::metadata(victim.path()).expect("the file is back");
    assert_eq!(
        fs::read(victim.path()).expect("it is readable"),
        victim.content()
    );
    assert_eq!(after.permissions().mode(), before.permissions().mode());
    assert_eq!(
        (after.mtime(), after.mtime_nsec()),
        (before.mtime(), before.mtime_nsec())
    );
    assert_eq!((after.uid(), after.gid()), (before.uid(), before.gid()));
}

#[test]
fn running_file_is_stopped_taken_and_restored_over_reqwest() {
    stop_take_and_restore("reqwest");
}

#[test]
fn running_file_is_stopped_taken_and_restored_over_hyper() {
    stop_take_and_restore("hyper");
}

#[test]
fn restore_never_replaces_a_file() {
    let (world, application, victim) = prepared();
    quarantine(&world, &application, &victim.sha1(), &["--wait"]);
    fs::write(victim.path(), "something newer").expect("the directory is ours");
    let refused = world.agent_command(&["vault", "restore", &item_of(&world, &victim.sha1())]);
    assert_ne!(refused.code, 0);
    let told = format!(
        "error: something is at {} by now: it stays",
        victim.path().display()
    );
    assert!(refused.stderr.starts_with(&told), "{refused:?}");
    assert!(refused.stderr.contains("--on-conflict"), "{refused:?}");
    assert_eq!(
        fs::read_to_string(victim.path()).expect("it is readable"),
        "something newer"
    );
    assert_eq!(vault_items(&world).len(), 1, "the item is kept");
}

#[test]
fn file_renamed_while_running_is_taken_from_its_new_name() {
    let (world, application, victim) = prepared();
    let renamed = world.files().join("renamed");
    fs::rename(victim.path(), &renamed).expect("the file is ours");
    let result = quarantine(&world, &application, &victim.sha1(), &["--wait"]);
    assert_eq!(result["action"]["status"], "Succeeded", "{result}");
    assert!(victim.all_ended(), "a process survived");
    assert!(!renamed.exists(), "the new name is still there");
}

#[test]
fn file_deleted_while_running_is_stopped_and_kept() {
    let (world, application, victim) = prepared();
    fs::remove_file(victim.path()).expect("the file is ours");
    let sha1 = victim.sha1();
    let result = quarantine(&world, &application, &sha1, &["--wait"]);
    assert_eq!(result["action"]["status"], "Succeeded", "{result}");
    assert!(victim.all_ended(), "a process survived");
    let restored = world.files().join("restored");
    let to = restored.to_str().expect("the path is text");
    let outcome = world.agent_command(&["vault", "restore", &item_of(&world, &sha1), "--to", to]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(
        fs::read(&restored).expect("it is readable"),
        victim.content()
    );
}

#[test]
fn every_path_of_the_file_is_taken_and_nothing_else() {
    let (world, application, mut victim) = prepared();
    let copy = world.files().join("copy");
    fs::copy(victim.path(), &copy).expect("the directory is ours");
    fs::hard_link(victim.path(), world.files().join("link")).expect("the directory is ours");
    let mut innocent = Victim::create(&world.files(), "innocent");
    innocent.start();
    victim.start();
    let result = quarantine(&world, &application, &victim.sha1(), &["--wait"]);
    assert_eq!(result["action"]["status"], "Succeeded", "{result}");
    assert!(victim.all_ended(), "a process survived");
    for name in ["victim", "copy", "link"] {
        assert!(!world.files().join(name).exists(), "{name} is still there");
    }
    assert!(innocent.path().exists() && innocent.alive() == 1 && !innocent.any_stopped());
}

#[test]
fn process_outside_the_agents_confinement_is_not_touched() {
    let (world, application, victim) = prepared();
    // The same bytes, but outside the directory that the agent may touch.
    let elsewhere = tempfile::tempdir().expect("a directory can be made");
    let outside = elsewhere.path().join("outside");
    fs::copy(victim.path(), &outside).expect("the directory is ours");
    let result = quarantine(&world, &application, &victim.sha1(), &["--wait"]);
    assert_eq!(result["action"]["status"], "Succeeded", "{result}");
    assert!(outside.exists(), "a file outside the roots was taken");
}

#[test]
fn pending_action_survives_a_killed_server() {
    let (mut world, application, victim) = prepared();
    let id = ask_while_offline(&mut world, &application, &victim);
    world.kill_server();
    assert_eq!(
        victim.alive(),
        2,
        "nothing happens while the machine is offline"
    );
    world.start_server();
    world.start_agent();
    let ended = await_end(&world, &application, &id);
    assert_eq!(ended["action"]["status"], "Succeeded", "{ended}");
    assert!(victim.all_ended(), "a process survived");
    assert_eq!(vault_items(&world).len(), 1);
}

#[cfg(feature = "crash-points")]
fn agent_dies_and_comes_back(crash_point: &str) {
    let (mut world, application, victim) = prepared();
    let id = ask_while_offline(&mut world, &application, &victim);

    world.start_agent_until(crash_point);
    assert_eq!(
        world.take_agent().wait_for_signal(),
        Some(9),
        "it did not reach {crash_point}"
    );
    world.start_agent();

    let ended = await_end(&world, &application, &id);
    assert_eq!(
        ended["action"]["status"], "Succeeded",
        "{crash_point}: {ended}"
    );
    assert!(victim.all_ended(), "{crash_point}: a process survived");
    assert!(
        !victim.path().exists(),
        "{crash_point}: the path is still there"
    );
    let restored = world.agent_command(&["vault", "restore", &item_of(&world, &victim.sha1())]);
    assert_eq!(restored.code, 0, "{crash_point}: {restored:?}");
    assert_eq!(
        fs::read(victim.path()).expect("it is back"),
        victim.content(),
        "{crash_point}"
    );
}

#[cfg(feature = "crash-points")]
#[test]
fn agent_killed_after_freezing_finishes_when_it_is_back() {
    agent_dies_and_comes_back("after-freeze");
}

#[cfg(feature = "crash-points")]
#[test]
fn agent_killed_between_capture_and_vault_finishes_when_it_is_back() {
    agent_dies_and_comes_back("after-capture");
}

#[cfg(feature = "crash-points")]
#[test]
fn agent_killed_after_killing_finishes_when_it_is_back() {
    agent_dies_and_comes_back("after-kill");
}

#[cfg(feature = "crash-points")]
#[test]
fn agent_killed_after_sealing_finishes_when_it_is_back() {
    agent_dies_and_comes_back("after-vault");
}

#[cfg(feature = "crash-points")]
#[test]
fn agent_killed_after_releasing_finishes_when_it_is_back() {
    agent_dies_and_comes_back("after-release");
}

#[test]
fn cancelled_action_of_an_offline_machine_is_never_carried_out() {
    let (mut world, application, victim) = prepared();
    let id = ask_while_offline(&mut world, &application, &victim);
    let arguments = [
        "action",
        "cancel",
        &id,
        "--comment",
        "a mistake",
        "--yes",
        "--output",
        "json",
    ];
    let cancelled = world.run_as(&application, &arguments).json();
    assert_eq!(cancelled["action"]["status"], "Cancelled", "{cancelled}");
    assert_eq!(cancelled["action"]["cancellationComment"], "a mistake");
    world.start_agent();
    // The agent is up when it has told of a new file; by then it has taken up its orders.
    let mut later = Victim::create(&world.files(), "later");
    later.start();
    world.wait_until_seen(&application, &later.sha1());
    assert!(
        victim.alive() == 2 && victim.path().exists(),
        "a cancelled action was carried out"
    );
}
