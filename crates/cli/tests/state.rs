//! What outlives a command: how much of a limit is used, and what was asked.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use quell_testkit::{Application, Exchange, Outcome, Process, Relay, Stop, Victim, World};
use serde_json::Value;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");
/// What the relay calls the request of `quell quarantine`.
const POST: &str = "StopAndQuarantineFile";

/// A world whose machine is away, with a file that it has seen, behind a relay.
struct Behind {
    world: World,
    application: Application,
    victim: Victim,
    relay: Relay,
}

impl Behind {
    fn new() -> Self {
        let mut world = World::new(QUELL);
        world.start_agent();
        let application = world.responder();
        let mut victim = Victim::create(&world.files(), "victim");
        victim.start();
        world.wait_until_seen(&application, &victim.sha1());
        assert_eq!(world.take_agent().terminate(), 0);
        let relay = Relay::to(world.base_url());
        Self {
            world,
            application,
            victim,
            relay,
        }
    }

    fn command(&self, arguments: &[&str]) -> std::process::Command {
        let base_url = self.relay.base_url();
        self.world
            .command_as(&self.application, &base_url, arguments)
    }

    fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut self.command(arguments))
    }

    fn quarantine(&self, more: &[&str]) -> std::process::Command {
        self.quarantine_because("c", more)
    }

    fn quarantine_because(&self, why: &str, more: &[&str]) -> std::process::Command {
        self.quarantine_on(self.world.machine_id(), why, more)
    }

    fn quarantine_on(&self, machine: &str, why: &str, more: &[&str]) -> std::process::Command {
        let sha1 = self.victim.sha1();
        let arguments = ["quarantine", &sha1, "--machine", machine, "--comment", why];
        let rest = ["--yes", "--output", "json"];
        self.command(&[&arguments[..], &rest, more].concat())
    }

    /// Starts `quell quarantine` and kills it where the relay stops its request.
    fn kill_at(&self, stop: Stop, more: &[&str]) {
        self.kill_when(stop, &mut self.quarantine(more));
    }

    fn kill_when(&self, stop: Stop, command: &mut std::process::Command) {
        self.relay.stop(POST, stop);
        let log = self.world.files().join("killed.log");
        let process = Process::start(command, &log);
        self.relay.wait_until_stopped();
        process.kill_hard();
        self.relay.go_on();
    }

    fn posts(&self) -> Vec<Exchange> {
        self.relay.exchanges(POST)
    }
}

fn result(outcome: &Outcome) -> Value {
    outcome.document()["results"][0].clone()
}

#[test]
fn processes_at_once_stay_inside_one_limit() {
    const LIMITS: &str = "3/2s";
    let world = World::with_limits(QUELL, LIMITS);
    let application = world.responder();
    let relay = Relay::to(world.base_url());
    let children: Vec<_> = (0..9)
        .map(|_| {
            let arguments = ["machine", "list", "--output", "json", "--limits", LIMITS];
            let mut command = world.command_as(&application, &relay.base_url(), &arguments);
            command.stdout(std::process::Stdio::null());
            command.stderr(std::process::Stdio::piped());
            command.spawn().expect("the executable starts")
        })
        .collect();
    for child in children {
        let output = child.wait_with_output().expect("it is ours to wait for");
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{told}");
    }
    let lists = relay.exchanges("GET /api/machines");
    assert_eq!(lists.len(), 9, "none was refused and repeated: {lists:?}");
    assert!(lists.iter().all(|list| list.status == 200), "{lists:?}");
}

fn killed_after_the_server_answered(more: &[&str]) {
    let behind = Behind::new();
    behind.kill_at(Stop::Answer, more);
    let dry = behind.run(&[
        "quarantine",
        &behind.victim.sha1(),
        "--machine",
        behind.world.machine_id(),
        "--comment",
        "c",
        "--dry-run",
    ]);
    assert!(
        dry.stderr.contains("outcome of an earlier request"),
        "{dry:?}"
    );

    let again = Outcome::of(&mut behind.quarantine(more));
    assert_eq!(again.code, 0, "{again:?}");
    let result = result(&again);
    assert_eq!(result["placement"], "Adopted", "{result}");
    assert_eq!(result["action"]["status"], "Pending", "{result}");
    assert_eq!(behind.posts().len(), 1, "it was asked twice");

    let unsettled = behind.run(&["action", "unsettled", "--output", "json"]);
    assert_eq!(unsettled.json()["unsettled"], serde_json::json!([]));
}

#[test]
fn action_whose_answer_was_lost_with_its_process_is_adopted() {
    killed_after_the_server_answered(&[]);
}

#[test]
fn tagged_action_whose_answer_was_lost_with_its_process_is_adopted() {
    killed_after_the_server_answered(&["--tag"]);
}

fn dns_name(behind: &Behind) -> String {
    let show = ["machine", "show", behind.world.machine_id()];
    let shown = behind
        .run(&[&show[..], &["--output", "json"]].concat())
        .json();
    let name = shown["machine"]["computerDnsName"].as_str();
    name.expect("the agent tells its name").to_owned()
}

#[test]
fn machine_of_two_names_is_asked_once_and_by_its_id() {
    let behind = Behind::new();
    let (name, id) = (dns_name(&behind), behind.world.machine_id());
    let asked = Outcome::of(&mut behind.quarantine_on(&name, "c", &["--machine", id]));
    let results = asked.json()["results"].clone();
    assert_eq!(results.as_array().map(Vec::len), Some(1), "{results}");
    assert_eq!(results[0]["machineId"], name.as_str());
    assert_eq!(results[0]["placement"], "Created", "{results}");
    assert_eq!(results[0]["action"]["machineId"], id);
}

#[test]
fn earlier_request_is_found_by_the_other_name_of_its_machine() {
    for by_name_first in [true, false] {
        let behind = Behind::new();
        let (name, id) = (dns_name(&behind), behind.world.machine_id().to_owned());
        let (then, now) = if by_name_first {
            (name, id)
        } else {
            (id, name)
        };
        behind.kill_when(Stop::Answer, &mut behind.quarantine_on(&then, "c", &[]));
        let again = Outcome::of(&mut behind.quarantine_on(&now, "c", &[]));
        assert_eq!(result(&again)["placement"], "Adopted", "{then}: {again:?}");
        assert_eq!(behind.posts().len(), 1, "it was asked twice");
    }
}

#[test]
fn nothing_is_sent_while_a_lost_request_may_still_arrive() {
    let behind = Behind::new();
    behind.kill_at(Stop::Request, &[]);

    let again = Outcome::of(&mut behind.quarantine(&[]));
    assert_eq!(again.code, 5, "{again:?}");
    let result_now = result(&again);
    assert_eq!(result_now["outcome"], "Unknown", "{result_now}");
    let told = result_now["error"]["message"]
        .as_str()
        .expect("it says why");
    assert!(told.contains("may still arrive"), "{told}");
    assert_eq!(behind.posts(), [], "something was sent");

    let unsettled = behind.run(&["action", "unsettled", "--output", "json"]);
    assert_eq!(unsettled.code, 5, "{unsettled:?}");
    let found = unsettled.document()["unsettled"][0].clone();
    assert_eq!(found["finding"], "MayArrive", "{found}");
    assert_eq!(found["sha1"], behind.victim.sha1().as_str());
    let request = found["request"].as_str().expect("it has a name").to_owned();

    let settle = ["action", "settle", &request, "--not-performed"];
    let asked = behind.run(&settle);
    assert_eq!(asked.code, 2, "there is no terminal to ask on: {asked:?}");
    for word in [behind.world.machine_id(), "never executed", "--yes"] {
        assert!(asked.stderr.contains(word), "`{word}`: {asked:?}");
    }
    let settle = [&settle[..], &["--yes"]].concat();
    assert_eq!(behind.run(&settle).code, 0);
    assert_eq!(behind.run(&settle).code, 2, "it was settled before");
    let created = Outcome::of(&mut behind.quarantine(&[]));
    assert_eq!(result(&created)["placement"], "Created", "{created:?}");
}

#[test]
fn repeat_within_the_open_action_says_so() {
    let behind = Behind::new();
    let first = result(&Outcome::of(&mut behind.quarantine(&[])));
    assert_eq!(first["placement"], "Created", "{first}");
    let second = Outcome::of(&mut behind.quarantine_because("another reason", &[]));
    let second = result(&second);
    assert_eq!(second["placement"], "AlreadyActive", "{second}");
    assert_eq!(second["action"]["id"], first["action"]["id"]);
    let table = behind.run(&[
        "quarantine",
        &behind.victim.sha1(),
        "--machine",
        behind.world.machine_id(),
        "--comment",
        "a third reason",
        "--yes",
    ]);
    assert!(table.stdout.contains("was open already"), "{table:?}");
}

#[test]
fn cancelling_names_machine_and_file_before_it_asks() {
    let behind = Behind::new();
    let placed = result(&Outcome::of(&mut behind.quarantine(&[])));
    let id = placed["action"]["id"].as_str().expect("it has an id");
    let asked = behind.run(&["action", "cancel", id, "--comment", "a mistake"]);
    assert_eq!(asked.code, 2, "there is no terminal to ask on: {asked:?}");
    for word in [behind.world.machine_id(), &behind.victim.sha1(), "Pending"] {
        assert!(
            asked.stderr.contains(word),
            "`{word}` is not said: {asked:?}"
        );
    }
    assert_eq!(
        behind.relay.exchanges("cancel"),
        [],
        "it was cancelled unasked"
    );
}

#[test]
fn two_names_of_a_machine_are_waited_for_by_one_list() {
    let mut behind = Behind::new();
    let (sha1, machine) = (behind.victim.sha1(), behind.world.machine_id().to_owned());
    let name = machine.to_uppercase();
    behind.world.start_agent();
    let outcome = behind.run(&[
        "quarantine",
        &sha1,
        "--machine",
        &machine,
        &name,
        "--comment",
        "c",
        "--yes",
        "--wait",
        "--output",
        "json",
    ]);
    let results = outcome.json()["results"].clone();
    for result in results.as_array().expect("there are results") {
        assert_eq!(result["action"]["status"], "Succeeded", "{results}");
    }
    assert!(behind.victim.all_ended(), "a process survived");
}

#[test]
fn state_that_cannot_be_used_sends_nothing() {
    let world = World::new(QUELL);
    let application = world.responder();
    let relay = Relay::to(world.base_url());
    let damaged = world.files().join("damaged.db");
    std::fs::write(&damaged, "no database ".repeat(1000)).expect("the directory is ours");
    let damaged = damaged.to_str().expect("the path is text");
    let run = |arguments: &[&str]| {
        Outcome::of(&mut world.command_as(&application, &relay.base_url(), arguments))
    };
    let refused = run(&["machine", "list", "--state", damaged]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.stderr.contains("nothing was sent"), "{refused:?}");
    assert!(refused.stderr.contains("next:"), "{refused:?}");
    assert_eq!(relay.exchanges(""), [], "something was sent");

    let alone = run(&["machine", "list", "--state", "none"]);
    assert_eq!(alone.code, 0, "{alone:?}");
    assert!(alone.stderr.contains("for this process alone"), "{alone:?}");
}

#[test]
fn state_is_where_the_standard_says_and_for_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = World::new(QUELL);
    let application = world.responder();
    assert_eq!(world.run_as(&application, &["machine", "list"]).code, 0);
    let file = world.quell().state_home().join("quell").join("state.db");
    let mode = std::fs::metadata(&file).expect("it is there").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}
