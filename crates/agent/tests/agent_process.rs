//! The program `quell-agent` as an operator runs it, from enrolment to the end.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

#[path = "agent_process/server.rs"]
mod server;
#[path = "agent_process/stage.rs"]
mod stage;

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Command, Stdio};

use quell_agent::hash::{Budget, Hasher};
use quell_model::ActionId;
use quell_protocol::{FailureReason, Order, Phase, ProcessOutcome, Verdict};
use rustix::process::{Pid, Signal, kill_process};
use server::Said;
use stage::{MACHINE, Stage, Started, end, order, verdict};

#[test]
fn a_running_program_is_reported_stopped_taken_away_and_restored() {
    let stage = Stage::new();
    stage.enrol();
    let (path, sha1) = stage.sample();
    let before = fs::read(&path).unwrap();
    let start = || {
        Started(
            Command::new(&path)
                .arg("600")
                .stdin(Stdio::null())
                .spawn()
                .unwrap(),
        )
    };
    let mut running = [start(), start()];
    let mut agent = stage.run();

    stage.hears(|said| match said {
        Said::Inventory(it) => it
            .sightings
            .iter()
            .find(|s| s.sha1 == sha1 && s.running)
            .cloned(),
        Said::Report(_) => None,
    });
    stage.server.order(order(sha1));
    let result = stage.hears(|said| match said {
        Said::Report(report) => match report.phase {
            Phase::Finished { result } => Some(result),
            _ => None,
        },
        Said::Inventory(_) => None,
    });

    assert_eq!(result.verdict, Verdict::Succeeded, "{result:?}");
    assert_eq!(result.processes.len(), 2);
    assert!(
        result
            .processes
            .iter()
            .all(|p| p.outcome == ProcessOutcome::Stopped)
    );
    for process in &mut running {
        assert_eq!(
            process.0.wait().unwrap().signal(),
            Some(Signal::KILL.as_raw())
        );
    }
    assert!(!path.exists());

    let vault = stage.json(&["vault", "list"]);
    assert_eq!(vault["items"][0]["sha1"], sha1.to_string());
    assert_eq!(vault["items"][0]["comment"], "alert 7");
    let item = vault["items"][0]["id"].as_str().unwrap();
    stage.json(&["vault", "restore", item]);
    assert_eq!(fs::read(&path).unwrap(), before);
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
        0o751
    );
    assert_eq!(
        stage.output(&["vault", "restore", item]).status.code(),
        Some(3)
    );
    assert_eq!(
        stage.output(&["vault", "remove", item]).status.code(),
        Some(2)
    );
    stage.json(&["vault", "remove", item, "--yes"]);
    assert_eq!(
        stage.json(&["vault", "list"])["items"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    assert_eq!(end(&mut agent), Some(0));

    let mut killed: Vec<_> = stage.logged("killed a process");
    killed.sort_by_key(|event| event["fields"]["pid"].as_u64());
    let mut pids = running.each_ref().map(|process| process.0.id());
    pids.sort_unstable();
    assert_eq!(killed.len(), 2);
    for (event, pid) in killed.iter().zip(pids) {
        assert_eq!(event["fields"]["pid"], pid);
        assert_eq!(event["fields"]["executable"], path.to_str().unwrap());
        assert_eq!(event["span"]["id"], "a1");
    }
    let taken = stage.logged("took a file into the vault");
    assert_eq!(taken.len(), 1);
    assert_eq!(taken[0]["fields"]["path"], path.to_str().unwrap());
    assert_eq!(taken[0]["fields"]["item"], item);
    let ended = stage.logged("the action succeeded");
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0]["fields"]["sha1"], sha1.to_string());
}

#[test]
fn a_protected_program_is_refused_and_goes_on() {
    let stage = Stage::new();
    stage.enrol();
    let path = stage.files().join("innocent");
    fs::copy("/bin/sh", &path).unwrap();
    let hashed = Hasher::new().sha1(File::open(&path).unwrap(), &Budget::UNLIMITED);
    let mut shell = Command::new(&path);
    let mut shell = Started(
        shell
            .args(["-c", "read x"])
            .stdin(Stdio::piped())
            .spawn()
            .unwrap(),
    );
    let mut agent = stage.run();
    stage.server.order(order(hashed.unwrap().sha1));
    let result = stage.hears(|said| match said {
        Said::Report(report) => match report.phase {
            Phase::Finished { result } => Some(result),
            _ => None,
        },
        Said::Inventory(_) => None,
    });
    assert!(result.coverage.protection.is_some(), "{result:?}");
    assert!(matches!(result.verdict, Verdict::Failed { .. }));
    assert!(shell.0.try_wait().unwrap().is_none());
    assert!(path.exists());
    assert_eq!(end(&mut agent), Some(0));
}

#[test]
fn an_agent_whose_policy_is_broken_carries_nothing_out_until_it_is_mended() {
    let stage = Stage::new();
    stage.enrol();
    let policy = stage.directory.path().join("policy.toml");
    fs::write(&policy, "actions-per-hour = 20\nfroce = \"honor\"\n").unwrap();
    let (path, sha1) = stage.sample();
    let file = policy.to_str().unwrap();
    let checked = stage.check(file);
    assert_eq!(checked.status.code(), Some(3));
    let mut agent = stage.run_with(&["--policy", file]);
    stage.server.order(order(sha1));
    let Verdict::Failed { reason, message } = verdict(&stage, "a1") else {
        panic!("carried out under a broken policy");
    };
    assert_eq!(reason, FailureReason::Policy);
    assert!(message.contains("line 2"), "{message}");
    assert!(path.exists());

    fs::write(&policy, "actions-per-hour = 20\n").unwrap();
    assert!(stage.check(file).status.success());
    kill_process(Pid::from_child(&agent.0), Signal::HUP).unwrap();
    while !fs::read_to_string(stage.log())
        .unwrap()
        .contains("the policy was read again")
    {
        assert!(agent.0.try_wait().unwrap().is_none(), "the agent has ended");
        std::thread::yield_now();
    }
    stage.server.order(Order {
        sequence: 2,
        action_id: ActionId::new("a2").unwrap(),
        ..order(sha1)
    });
    assert_eq!(verdict(&stage, "a2"), Verdict::Succeeded);
    assert!(!path.exists());
    assert_eq!(end(&mut agent), Some(0));
}

#[test]
fn an_enrolled_machine_is_not_enrolled_again_by_mistake() {
    let stage = Stage::new();
    stage.enrol();
    let identity = fs::read(stage.directory.path().join("state/identity.json")).unwrap();
    let file = stage.directory.path().join("token");
    let again = stage.output(&["enrol", "--token-file", file.to_str().unwrap()]);
    let told = String::from_utf8_lossy(&again.stderr).into_owned();
    assert_eq!(again.status.code(), Some(3), "{told}");
    assert!(
        told.contains(&format!("already enrolled as {MACHINE} at ")),
        "{told}"
    );
    let kept = fs::read(stage.directory.path().join("state/identity.json")).unwrap();
    assert_eq!(kept, identity);
}

#[test]
fn one_agent_works_on_a_directory_and_says_so() {
    let stage = Stage::new();
    assert_eq!(
        stage.output(&["run"]).status.code(),
        Some(2),
        "nobody has enrolled"
    );
    stage.enrol();
    assert!(stage.json(&["status"])["running"].is_null());
    let mut agent = stage.run();
    stage.hears(|said| matches!(said, Said::Inventory(_)).then_some(()));
    assert_eq!(stage.json(&["status"])["running"], agent.0.id());
    let root = stage.files();
    let second = stage.output(&["run", "--root", root.to_str().unwrap()]);
    assert_eq!(second.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&second.stderr).contains("another agent"));
    assert_eq!(end(&mut agent), Some(0));
    assert!(stage.json(&["status"])["running"].is_null());
}
