//! The agent as two processes: what the network half can do, and what becomes of one half when the
//! other dies.
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

use std::fs;
use std::process::{Command, Stdio};
use std::thread;

use quell_protocol::{Phase, Verdict};
use rustix::process::{Pid, Signal, kill_process, test_kill_process};
use server::Said;
use stage::{Stage, end, order, verdict};

/// The field of `/proc/PID/status`.
fn status(pid: u32, field: &str) -> String {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    line.unwrap().trim_start_matches(':').trim().to_owned()
}

/// The process id of the network half that the agent says carries now, other than `before`.
fn network_half(stage: &Stage, before: Option<u32>) -> u32 {
    loop {
        let events = stage.logged("the network half is shut in");
        let mut pids = events.iter().map(|event| event["fields"]["pid"].as_u64());
        let pid = pids
            .next_back()
            .flatten()
            .and_then(|pid| u32::try_from(pid).ok());
        match pid {
            Some(pid) if Some(pid) != before => return pid,
            _ => thread::yield_now(),
        }
    }
}

fn kill(pid: u32) {
    let pid = Pid::from_raw(i32::try_from(pid).unwrap()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
}

fn is_gone(pid: u32) -> bool {
    test_kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap()).is_err()
}

#[test]
fn network_half_can_do_nothing_of_what_it_must_not() {
    let stage = Stage::new();
    stage.enrol();
    let told = stage.json(&["sandbox"]);
    let attempts = told["attempts"].as_array().unwrap();
    assert_eq!(attempts.len(), 14);
    for attempt in attempts {
        assert_eq!(attempt["held"], true, "{attempt}");
    }
    for deadly in ["execute", "trace"] {
        let of = |attempt: &&serde_json::Value| attempt["attempt"] == deadly;
        let tried = attempts.iter().find(of).unwrap();
        assert_eq!(tried["detail"], "killed by the kernel");
    }
}

#[test]
fn network_half_of_a_running_agent_has_no_privileges() {
    let stage = Stage::new();
    stage.enrol();
    let mut agent = stage.run();
    let half = network_half(&stage, None);
    for set in ["CapInh", "CapPrm", "CapEff", "CapAmb"] {
        assert_eq!(status(half, set), "0000000000000000", "{set}");
    }
    assert_eq!(status(half, "NoNewPrivs"), "1");
    assert_eq!(status(half, "Seccomp"), "2");
    // Whoever lists processes sees what it is.
    assert_eq!(status(half, "Name"), "quell-agent-net");
    let line = fs::read(format!("/proc/{half}/cmdline")).unwrap();
    assert!(line.starts_with(b"quell-agent\0"), "{line:?}");
    assert_eq!(status(half, "PPid"), agent.0.id().to_string());
    if rustix::process::geteuid().is_root() {
        assert_eq!(status(half, "CapBnd"), "0000000000000000");
        assert!(!status(half, "Uid").split('\t').any(|uid| uid == "0"));
        assert!(!status(half, "Gid").split('\t').any(|gid| gid == "0"));
        assert_eq!(status(half, "Groups"), "");
    }
    assert_eq!(end(&mut agent), Some(0));
}

#[test]
fn network_half_that_dies_is_started_anew_and_carries_on() {
    let stage = Stage::new();
    stage.enrol();
    let (path, sha1) = stage.sample();
    let mut agent = stage.run();
    let first = network_half(&stage, None);
    kill(first);
    let second = network_half(&stage, Some(first));
    stage.server.order(order(sha1));
    assert_eq!(verdict(&stage, "a1"), Verdict::Succeeded);
    assert!(!path.exists());
    kill(second);
    network_half(&stage, Some(second));
    assert_eq!(end(&mut agent), Some(0));
}

#[test]
fn network_half_ends_with_the_executor() {
    let stage = Stage::new();
    stage.enrol();
    let mut agent = stage.run();
    let half = network_half(&stage, None);
    agent.0.kill().unwrap();
    agent.0.wait().unwrap();
    // Nobody here is its parent, so whoever is takes it away; only its end can be waited for.
    while !is_gone(half) && !status_is_dead(half) {
        thread::yield_now();
    }
}

/// Whether a process has ended and only its parent has not heard yet.
fn status_is_dead(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status.is_empty() || status.contains("State:\tZ") || status.contains("State:\tX")
}

#[test]
fn network_half_started_by_hand_does_nothing() {
    let own = std::process::id().to_string();
    for (parent, told) in [("1", "parent"), (own.as_str(), "for the agent itself")] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quell-agent"));
        command.args(["network", "--executor", parent]);
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert!(!output.status.success());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(told), "{said}");
    }
}

#[test]
fn executor_keeps_of_root_only_what_it_needs_as_root() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root has something to give up");
        return;
    }
    let stage = Stage::new();
    stage.enrol();
    let mut agent = stage.run();
    network_half(&stage, None);
    let pid = agent.0.id();
    // KILL, SYS_PTRACE, CHECKPOINT_RESTORE, DAC_READ_SEARCH, DAC_OVERRIDE, FOWNER, LINUX_IMMUTABLE, LEASE,
    // CHOWN, FSETID, SETFCAP, SYS_ADMIN, SETUID, SETGID, SETPCAP: the numbers of capabilities(7).
    let kept = [5, 19, 40, 2, 1, 3, 9, 28, 0, 4, 31, 21, 7, 6, 8];
    let kept = kept.iter().fold(0_u64, |set, number| set | 1 << number);
    for set in ["CapBnd", "CapPrm", "CapEff"] {
        let held = u64::from_str_radix(&status(pid, set), 16).unwrap();
        assert_eq!(held & !kept, 0, "{set} is {held:x}");
    }
    assert_eq!(status(pid, "CapInh"), "0000000000000000");
    assert_eq!(status(pid, "NoNewPrivs"), "1");
    assert_eq!(end(&mut agent), Some(0));
}

#[test]
fn nothing_is_begun_while_the_agent_is_paused_and_a_restart_does_not_end_the_pause() {
    let stage = Stage::new();
    stage.enrol();
    let (path, sha1) = stage.sample();
    assert_eq!(
        stage.json(&["pause", "--reason", "maintenance"])["changed"],
        true
    );
    let mut agent = stage.run();
    stage.server.order(order(sha1));
    // The order is durable, and waits.
    stage.hears(|said| match said {
        Said::Report(report) => matches!(report.phase, Phase::InProgress).then_some(()),
        Said::Inventory(_) => None,
    });
    assert_eq!(end(&mut agent), Some(0));
    assert!(path.exists());
    let mut agent = stage.run();
    let told = stage.hears(|said| match said {
        Said::Inventory(it) => Some(it.machine.degraded),
        Said::Report(report) => {
            assert_eq!(report.phase, Phase::InProgress);
            None
        }
    });
    assert!(
        told.iter().any(|one| one.ends_with(": maintenance")),
        "{told:?}"
    );
    let status = stage.json(&["status"]);
    assert_eq!(status["paused"]["reason"], "maintenance");
    assert!(path.exists());
    assert_eq!(stage.json(&["resume"])["changed"], true);
    assert_eq!(verdict(&stage, "a1"), Verdict::Succeeded);
    assert!(!path.exists());
    let status = stage.json(&["status"]);
    assert!(status["paused"].is_null());
    assert_eq!(status["networkHalf"]["walls"].as_array().unwrap().len(), 6);
    assert_eq!(end(&mut agent), Some(0));
}
