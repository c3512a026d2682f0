//! Orders that come a second time, to whomever: a real server, real agents, and a wire that repeats what
//! it heard.

#![forbid(unsafe_code)]
#![cfg(target_os = "linux")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use quell_testkit::{Application, Outcome, Process, Quell, Relay, Setup, Victim, World};
use serde_json::Value;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");
const HOLD: &str = "/device/hold";
/// Longer than anything takes; only a test that fails waits for it.
const PATIENCE: Duration = Duration::from_secs(60);

fn world() -> (World, Application) {
    // Nobody has to wait until a machine has told of its files.
    let world = World::of(
        QUELL,
        Setup {
            allow_unknown_files: true,
            limits: "off",
            ..Setup::default()
        },
    );
    let application = world.responder();
    (world, application)
}

/// A machine of its own, which reaches the server through a relay.
const FIRST: &str = "1111111111111111111111111111111111111111";
const SECOND: &str = "2222222222222222222222222222222222222222";

struct Machine {
    id: &'static str,
    state: PathBuf,
    files: PathBuf,
}

impl Machine {
    fn enrolled(world: &World, relay: &Relay, id: &'static str) -> Self {
        let place = world.files().join(id);
        let machine = Self {
            id,
            state: place.join("state"),
            files: place.join("files"),
        };
        fs::create_dir_all(&machine.files).expect("the directory is ours");
        let url = relay.base_url();
        let made = [
            "device",
            "enrol-token",
            "--server",
            &url,
            "--output",
            "json",
        ];
        let token = world.server_command(&made).json();
        let file = place.join("token");
        fs::write(&file, token["token"].as_str().expect("a token")).expect("it is ours");
        let mut command = Quell::new(QUELL).command();
        command
            .args(["agent", "enrol", "--machine-id", id, "--token-file"])
            .arg(&file)
            .arg("--state")
            .arg(&machine.state);
        let enrolled = Outcome::of(&mut command);
        assert_eq!(enrolled.code, 0, "{enrolled:?}");
        machine
    }

    fn run(&self) -> Process {
        let mut command = Quell::new(QUELL).command();
        command
            .args(["agent", "run", "--state"])
            .arg(&self.state)
            .arg("--root")
            .arg(&self.files)
            .args([
                "--confine-to-descendants-of",
                &std::process::id().to_string(),
            ]);
        Process::start(&mut command, &self.state.with_file_name("agent.log"))
    }

    fn victim(&self, name: &str) -> Victim {
        let mut victim = Victim::create(&self.files, name);
        victim.start();
        victim
    }
}

/// Has a file stopped on a machine and taken from it.
fn take(world: &World, application: &Application, machine: &str, victim: &Victim) {
    let sha1 = victim.sha1();
    let command = ["quarantine", &sha1, "--machine", machine, "--wait"];
    let manners = ["--comment", "test", "--yes", "--output", "json"];
    let done = world
        .run_as(application, &[&command[..], &manners].concat())
        .json();
    let action = &done["results"][0]["action"];
    assert_eq!(action["status"], "Succeeded", "{done}");
    assert!(victim.all_ended() && !victim.path().exists());
}

/// The same content, at this path, running.
fn again(victim: &Victim, path: &Path) -> Victim {
    fs::write(path, victim.content()).expect("the directory is ours");
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o750))
        .expect("the file is ours");
    let mut victim = Victim::adopt(path);
    victim.start();
    victim
}

fn assert_unharmed(victim: &Victim) {
    assert!(victim.path().exists(), "the file was taken");
    assert_eq!(victim.alive(), 1, "its process was stopped");
}

/// The answer that handed out the only order so far.
fn captured(relay: &Relay) -> Vec<u8> {
    let answers = relay.captured(HOLD);
    let orders = |body: &Vec<u8>| {
        let answer: Value = serde_json::from_slice(body).expect("answers are JSON");
        answer["orders"].as_array().map_or(0, Vec::len)
    };
    let mut handed_out = answers.into_iter().filter(|body| orders(body) == 1);
    handed_out.next().expect("an order was handed out")
}

#[test]
fn order_replayed_to_its_machine_or_to_another_has_no_effect() {
    let (world, application) = world();
    let relay = Relay::to(world.base_url());
    let first = Machine::enrolled(&world, &relay, FIRST);
    let agent = first.run();
    let victim = first.victim("victim");
    take(&world, &application, first.id, &victim);
    let order = captured(&relay);
    let victim = again(&victim, victim.path());

    // The next order wakes the machine, which gets the captured one in its place, and then itself.
    relay.replay(HOLD, order.clone());
    take(&world, &application, first.id, &first.victim("next"));
    assert!(relay.has_replayed());
    assert_unharmed(&victim);
    assert_eq!(agent.terminate(), 0);

    let second = Machine::enrolled(&world, &relay, SECOND);
    let agent = second.run();
    let elsewhere = again(&victim, &second.files.join("victim"));
    relay.replay(HOLD, order);
    take(&world, &application, second.id, &second.victim("next"));
    assert!(relay.has_replayed());
    assert_unharmed(&elsewhere);
    assert!(agent.log().contains("another machine"), "{}", agent.log());
    assert_eq!(agent.terminate(), 0);
}

#[test]
fn agent_put_back_to_before_an_order_is_not_given_it_again() {
    let (mut world, application) = world();
    let kept = world.agent_state().with_file_name("agent-before");
    copy(&world.agent_state(), &kept);
    world.start_agent();
    let mut victim = Victim::create(&world.files(), "victim");
    victim.start();
    let machine = world.machine_id().to_owned();
    take(&world, &application, &machine, &victim);
    assert_eq!(world.take_agent().terminate(), 0);

    fs::remove_dir_all(world.agent_state()).expect("the state is ours");
    copy(&kept, &world.agent_state());
    let victim = again(&victim, victim.path());
    world.start_agent();
    let patience = Instant::now() + PATIENCE;
    while state(&world) != "Cloned" {
        assert!(Instant::now() < patience, "it is {}", state(&world));
    }
    assert_unharmed(&victim);

    // Settled, it gets what is new, which comes after what was before.
    let settled = world.server_command(&["device", "settle", &machine, "--yes"]);
    assert_eq!(settled.code, 0, "{settled:?}");
    let mut next = Victim::create(&world.files(), "next");
    next.start();
    take(&world, &application, &machine, &next);
    assert_unharmed(&victim);
}

fn state(world: &World) -> String {
    let listed = world
        .server_command(&["device", "list", "--output", "json"])
        .json();
    let state = listed["devices"][0]["state"].as_str();
    state.expect("a machine is listed").to_owned()
}

fn copy(from: &Path, to: &Path) {
    let copied = std::process::Command::new("cp")
        .arg("-a")
        .args([from, to])
        .status();
    assert!(copied.expect("coreutils' cp exists").success());
}
