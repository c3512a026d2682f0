//! Either half of the agent dies, or the agent is replaced, in the very middle of an action: the
//! action is finished, nothing is left stopped, and the report arrives.
#![cfg(all(target_os = "linux", feature = "crash-points"))]
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
use std::os::unix::process::ExitStatusExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;

use quell_protocol::Verdict;
use rustix::fs::{CWD, Mode, mkfifoat};
use rustix::process::{Pid, Signal, kill_process};
use stage::{Stage, Started, end, order, verdict};

/// An agent that waits after it has frozen a process, until the gate is opened.
struct Waiting {
    stage: Stage,
    agent: Started,
    gate: PathBuf,
    path: PathBuf,
    victim: Started,
}

impl Waiting {
    /// Orders the file to be taken, and lets the agent begin.
    fn new() -> Self {
        let stage = Stage::new();
        stage.enrol();
        let (path, sha1) = stage.sample();
        let gate = stage.directory.path().join("gate");
        mkfifoat(CWD, &gate, Mode::RUSR | Mode::WUSR).unwrap();
        let mut program = Command::new(&path);
        let victim = Started(program.arg("600").stdin(Stdio::null()).spawn().unwrap());
        let agent = stage.run_in(&[
            ("QUELL_WAIT_AT", "after-freeze".as_ref()),
            ("QUELL_WAIT_FOR", gate.as_os_str()),
        ]);
        stage.server.order(order(sha1));
        Self {
            stage,
            agent,
            gate,
            path,
            victim,
        }
    }

    /// Answers when the agent is in the middle. It goes on when what is answered is dropped.
    fn middle(&self) -> File {
        // Opening waits for the agent to open the other end.
        let gate = File::options().write(true).open(&self.gate).unwrap();
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.victim.0.id())).unwrap();
        assert!(stat.contains(") T "), "not stopped: {stat}");
        gate
    }

    fn has_ended_well(&mut self) {
        assert_eq!(verdict(&self.stage, "a1"), Verdict::Succeeded);
        assert!(!self.path.exists());
        let killed = self.victim.0.wait().unwrap().signal();
        assert_eq!(killed, Some(Signal::KILL.as_raw()));
    }
}

#[test]
fn network_half_dies_in_the_middle_and_the_report_arrives_all_the_same() {
    let mut waiting = Waiting::new();
    let gate = waiting.middle();
    let events = waiting.stage.logged("the network half is shut in");
    let half = i32::try_from(events[0]["fields"]["pid"].as_i64().unwrap()).unwrap();
    kill_process(Pid::from_raw(half).unwrap(), Signal::KILL).unwrap();
    while waiting.stage.logged("the network half is shut in").len() < 2 {
        thread::yield_now();
    }
    drop(gate);
    waiting.has_ended_well();
    assert_eq!(end(&mut waiting.agent), Some(0));
}

#[test]
fn executor_dies_in_the_middle_and_the_next_one_finishes() {
    let mut waiting = Waiting::new();
    let gate = waiting.middle();
    waiting.agent.0.kill().unwrap();
    waiting.agent.0.wait().unwrap();
    drop(gate);
    let mut next = waiting.stage.run();
    waiting.has_ended_well();
    assert_eq!(end(&mut next), Some(0));
}

#[test]
fn agent_that_is_replaced_in_the_middle_ends_when_nothing_stands_still() {
    let mut waiting = Waiting::new();
    let gate = waiting.middle();
    let pid = Pid::from_child(&waiting.agent.0);
    kill_process(pid, Signal::TERM).unwrap();
    let ends = "the agent ends as soon as nothing is left stopped";
    while waiting.stage.logged(ends).is_empty() {
        thread::yield_now();
    }
    assert!(
        waiting.agent.0.try_wait().unwrap().is_none(),
        "it left a process stopped"
    );
    drop(gate);
    assert_eq!(waiting.agent.0.wait().unwrap().code(), Some(0));
    let killed = waiting.victim.0.wait().unwrap().signal();
    assert_eq!(killed, Some(Signal::KILL.as_raw()), "it was left stopped");
    let mut next = waiting.stage.run();
    assert_eq!(verdict(&waiting.stage, "a1"), Verdict::Succeeded);
    assert_eq!(end(&mut next), Some(0));
}
