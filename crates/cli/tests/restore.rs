//! Taking back, limits and keys with whole processes: a real server, a real agent, real files.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::PathBuf;

use quell_testkit::{Application, Outcome, Quell, Victim, World};
use serde_json::Value;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");
const STOPS: [&str; 3] = [
    "Machine.StopAndQuarantine",
    "Machine.Read.All",
    "File.Read.All",
];
const RESTORE: &str = "Quell.Machine.Restore";
const FORCE: &str = "Quell.Machine.Force";

/// A world with a running agent, and a file of which the server knows.
fn prepared() -> (World, Application, Victim) {
    let mut world = World::new(QUELL);
    world.start_agent();
    let application = world.application(&[&STOPS[..], &[RESTORE]].concat());
    let victim = Victim::create(&world.files(), "victim");
    world.wait_until_seen(&application, &victim.sha1());
    (world, application, victim)
}

fn run(world: &World, application: &Application, command: &[&str]) -> Outcome {
    let manners = ["--comment", "test", "--yes", "--output", "json"];
    world.run_as(application, &[command, &manners].concat())
}

fn quarantine(world: &World, application: &Application, victim: &Victim, more: &[&str]) -> Outcome {
    let (sha1, machine) = (victim.sha1(), world.machine_id());
    let command = ["quarantine", &sha1, "--machine", machine];
    run(world, application, &[&command, more].concat())
}

/// Quarantines it, and gives the action's id.
fn taken(world: &World, application: &Application, victim: &Victim) -> String {
    let done = quarantine(world, application, victim, &["--wait"]).json();
    let action = &done["results"][0]["action"];
    assert_eq!(action["status"], "Succeeded", "{done}");
    assert!(!victim.path().exists(), "the path is still there");
    text(&action["id"])
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn restore(world: &World, application: &Application, victim: &Victim, more: &[&str]) -> Outcome {
    let (sha1, machine) = (victim.sha1(), world.machine_id());
    let command = ["restore", &sha1, "--machine", machine];
    run(world, application, &[&command, more].concat())
}

fn await_end(world: &World, application: &Application, id: &str, deadline: &str) -> Outcome {
    let arguments = ["action", "wait", id, "--deadline", deadline];
    world.run_as(
        application,
        &[&arguments[..], &["--output", "json"]].concat(),
    )
}

fn beside(victim: &Victim, number: u32) -> PathBuf {
    let mut name = victim.path().as_os_str().to_owned();
    name.push(format!(".restored-{number}"));
    name.into()
}

#[test]
fn what_an_action_took_is_put_back_by_the_server_s_order_as_it_was() {
    let (world, application, victim) = prepared();
    let before = fs::metadata(victim.path()).expect("the file is there");
    let id = taken(&world, &application, &victim);

    let planned = run(
        &world,
        &application,
        &["restore", "--action", &id, "--dry-run"],
    );
    assert_eq!(planned.code, 0, "{planned:?}");
    assert!(
        planned
            .stderr
            .contains(&world.base_url().trim_end_matches('/').to_owned()),
        "{planned:?}"
    );
    assert!(!victim.path().exists(), "a dry run put it back");

    let done = run(
        &world,
        &application,
        &["restore", "--action", &id, "--wait"],
    )
    .json();
    assert_eq!(done["actionId"], id.as_str());
    assert_eq!(done["sha1"], victim.sha1().as_str());
    let action = &done["results"][0]["action"];
    assert_eq!(
        (&action["type"], &action["status"]),
        (&"RestoreFile".into(), &"Succeeded".into()),
        "{done}"
    );
    let after = fs::metadata(victim.path()).expect("the file is back");
    assert_eq!(
        fs::read(victim.path()).expect("it is readable"),
        victim.content()
    );
    assert_eq!(after.permissions().mode(), before.permissions().mode());
    assert_eq!(
        (after.mtime(), after.mtime_nsec(), after.uid(), after.gid()),
        (
            before.mtime(),
            before.mtime_nsec(),
            before.uid(),
            before.gid()
        )
    );
}

#[test]
fn file_whose_place_is_taken_stays_in_the_vault_or_comes_beside_it() {
    let (world, application, victim) = prepared();
    taken(&world, &application, &victim);
    fs::write(victim.path(), "something newer").expect("the directory is ours");

    let failed = restore(&world, &application, &victim, &["--wait"]);
    assert_eq!(failed.code, 4, "{failed:?}");
    let action = failed.document()["results"][0]["action"].clone();
    assert_eq!(action["status"], "Failed");
    assert_eq!(action["errorHResult"], -2_147_024_816, "ERROR_FILE_EXISTS");
    assert!(!beside(&victim, 1).exists());

    let renamed = restore(
        &world,
        &application,
        &victim,
        &["--wait", "--conflict", "rename"],
    );
    assert_eq!(
        renamed.json()["results"][0]["action"]["status"],
        "Succeeded"
    );
    assert_eq!(
        fs::read(beside(&victim, 1)).expect("it is beside"),
        victim.content()
    );
    assert_eq!(
        fs::read(victim.path()).expect("it is there"),
        b"something newer"
    );
}

#[test]
fn restoring_takes_a_permission_and_a_server_of_one_s_own() {
    let (world, application, victim) = prepared();
    taken(&world, &application, &victim);
    let stranger = world.application(&STOPS);
    let refused = restore(&world, &stranger, &victim, &[]);
    assert_eq!(refused.code, 6, "{refused:?}");
    let fault = refused.document()["results"][0]["error"].clone();
    assert!(text(&fault["message"]).contains(RESTORE), "{fault}");
    assert!(
        text(&fault["next"]).contains("quell server app add"),
        "{fault}"
    );
    assert!(!victim.path().exists());

    let microsoft = |command: &[&str]| {
        let quell = Quell::new(QUELL);
        let mut given = quell.command();
        given.env("AZURE_TENANT_ID", "contoso.example");
        given
            .env("AZURE_CLIENT_ID", "id")
            .env("AZURE_CLIENT_SECRET", "secret");
        let place = [
            "--machine",
            "m",
            "--comment",
            "c",
            "--yes",
            "--region",
            "eu",
        ];
        Outcome::of(given.args(command).args(place))
    };
    let sha1 = victim.sha1();
    for command in [
        &["restore", &sha1][..],
        &["quarantine", &sha1, "--force"],
        &["quarantine", &sha1, "--stop-mappers"],
    ] {
        let refused = microsoft(command);
        assert_eq!(refused.code, 2, "{refused:?}");
        assert!(refused.stderr.contains("is Microsoft's"), "{refused:?}");
    }
}

#[test]
fn protected_file_takes_a_caller_who_insists_and_may() {
    let (world, application, victim) = prepared();
    let sha1 = victim.sha1();
    let protect = world.server_command(&["protect", "add", &sha1, "--reason", "the ERP"]);
    assert_eq!(protect.code, 0, "{protect:?}");
    let refused = quarantine(&world, &application, &victim, &[]);
    assert_eq!(refused.code, 3, "{refused:?}");
    let refused = quarantine(&world, &application, &victim, &["--force"]);
    assert_eq!(refused.code, 6, "{refused:?}");
    assert!(refused.stdout.contains(FORCE), "{refused:?}");
    assert!(victim.path().exists());

    let mighty = world.application(&[&STOPS[..], &[FORCE]].concat());
    let planned = quarantine(&world, &mighty, &victim, &["--force", "--dry-run"]);
    assert!(planned.stderr.contains("by force"), "{planned:?}");
    let done = quarantine(&world, &mighty, &victim, &["--force", "--wait"]).json();
    assert_eq!(done["force"], true);
    assert_eq!(
        done["results"][0]["action"]["status"], "Succeeded",
        "{done}"
    );
    assert!(!victim.path().exists());
}

#[test]
fn who_insists_already_is_not_advised_to_insist() {
    let (world, _, _) = prepared();
    let mighty = world.application(&[&STOPS[..], &[FORCE]].concat());
    // Every empty file has this hash, and nobody can mean them all.
    let empty = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
    let machine = world.machine_id();
    let command = ["quarantine", empty, "--machine", machine];
    let advice = |more: &[&str]| {
        let refused = run(&world, &mighty, &[&command, more].concat());
        assert_eq!(refused.code, 3, "{refused:?}");
        let told: Value = serde_json::from_str(&refused.stdout).expect("json");
        text(&told["results"][0]["error"]["next"])
    };
    assert!(advice(&[]).contains("--force insists"));
    let insisting = advice(&["--force"]);
    assert!(insisting.contains("does not change that"), "{insisting}");
}

#[test]
fn frozen_server_keeps_an_action_pending_until_it_is_thawed() {
    let (world, application, victim) = prepared();
    assert_eq!(
        world.server_command(&["freeze", "--reason", "panic"]).code,
        0
    );
    let asked = quarantine(&world, &application, &victim, &[]).json();
    let id = text(&asked["results"][0]["action"]["id"]);
    let waited = await_end(&world, &application, &id, "3s");
    assert_eq!(waited.code, 7, "{waited:?}");
    let shown = world.run_as(&application, &["action", "show", &id, "--output", "json"]);
    assert_eq!(shown.json()["action"]["status"], "Pending");
    assert!(victim.path().exists());
    assert_eq!(world.server_command(&["thaw"]).code, 0);
    let ended = await_end(&world, &application, &id, "60s").json();
    assert_eq!(ended["action"]["status"], "Succeeded", "{ended}");
    assert!(!victim.path().exists());
}

#[cfg(feature = "crash-points")]
mod killed {
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;

    const SIGKILL: i32 = 9;

    fn dies_at(world: &mut World, point: &str) {
        world.start_agent_until(point);
        let signal = world.take_agent().wait_for_signal();
        assert_eq!(signal, Some(SIGKILL), "it did not reach {point}");
    }

    fn restoring(point: &str) {
        let (mut world, application, victim) = prepared();
        taken(&world, &application, &victim);
        assert_eq!(world.take_agent().terminate(), 0);
        let asked = restore(&world, &application, &victim, &["--conflict", "rename"]).json();
        let id = text(&asked["results"][0]["action"]["id"]);
        dies_at(&mut world, point);
        world.start_agent();
        let ended = await_end(&world, &application, &id, "60s").json();
        assert_eq!(ended["action"]["status"], "Succeeded", "{point}: {ended}");
        assert_eq!(
            fs::read(victim.path()).expect("it is back"),
            victim.content()
        );
        assert!(
            !beside(&victim, 1).exists(),
            "{point}: it was put back twice"
        );
        // It is taken and put back once more: nothing of the first time is in the way.
        taken(&world, &application, &victim);
    }

    #[test]
    fn before_a_restored_file_appears_it_appears_once() {
        restoring("restore-meant");
    }

    #[test]
    fn after_a_restored_file_appeared_it_does_not_appear_again() {
        restoring("restore-published");
    }

    fn rotating(point: &str) {
        let (mut world, application, victim) = prepared();
        assert_eq!(world.take_agent().terminate(), 0);
        let machine = world.machine_id().to_owned();
        let before = identity(&world);
        let asked = world.server_command(&["device", "rotate-key", &machine]);
        assert_eq!(asked.code, 0, "{asked:?}");
        // An order waits, so that the first hold is answered at once.
        let ordered = quarantine(&world, &application, &victim, &[]).json();
        let id = text(&ordered["results"][0]["action"]["id"]);
        dies_at(&mut world, point);
        world.start_agent();
        let ended = await_end(&world, &application, &id, "60s").json();
        assert_eq!(ended["action"]["status"], "Succeeded", "{point}: {ended}");
        let begun = Instant::now();
        loop {
            let now = identity(&world);
            if now["privateKey"] != before["privateKey"] && now.get("nextPrivateKey").is_none() {
                break;
            }
            let patience = Duration::from_secs(60);
            assert!(begun.elapsed() < patience, "{point}: the key never changed");
            thread::sleep(Duration::from_millis(50));
        }
        // The new key alone opens the door, after another start too.
        assert_eq!(world.take_agent().terminate(), 0);
        world.start_agent();
        let done = restore(&world, &application, &victim, &["--wait"]).json();
        assert_eq!(
            done["results"][0]["action"]["status"], "Succeeded",
            "{point}: {done}"
        );
    }

    fn identity(world: &World) -> Value {
        let file = world.agent_state().join("identity.json");
        let text = fs::read_to_string(file).expect("the agent is enrolled");
        serde_json::from_str(&text).expect("the identity is JSON")
    }

    #[test]
    fn with_a_new_key_of_which_nobody_heard_the_machine_is_not_locked_out() {
        rotating("rotate-begun");
    }

    #[test]
    fn with_a_key_proposed_the_machine_is_not_locked_out() {
        rotating("rotate-proposed");
    }

    #[test]
    fn with_the_old_key_dead_the_machine_is_not_locked_out() {
        rotating("rotate-taken");
    }
}
