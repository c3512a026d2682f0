//! The gate: from before its processes are stopped until a while after, nobody else opens the file.
//! Only root may have one.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says when it was skipped"
)]

mod engine_stage;

use std::env;
use std::fs;
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use engine_stage::mounts::with_own_processes;
use engine_stage::{Nothing, Sleeper, Stage, finished};
use quell_agent::engine::{Engine, EngineConfig};
use quell_agent::find::Scope;
use quell_agent::plan::State;
use quell_agent::policy::{LocalPolicy, Policy};
use quell_protocol::{Phase, ResidualReason, Verdict};

const SIGKILL: i32 = 9;
const BASE: &str = "QUELL_TEST_BASE_OF_THE_GATE";

fn config(stage: &Stage) -> EngineConfig {
    let mut config = stage.config();
    config.scope = Scope::machine(vec![stage.root()]);
    config
}

fn engine(stage: &Stage, config: EngineConfig) -> Engine {
    Engine::open(config, Box::new(stage.vault()), Box::new(Nothing)).unwrap()
}

/// How starting a program fails, if it does. One that starts is ended at once.
fn start(command: &mut Command) -> Option<io::ErrorKind> {
    match command.stderr(Stdio::null()).spawn() {
        Ok(mut child) => {
            child.kill().unwrap();
            child.wait().unwrap();
            None
        }
        Err(error) => Some(error.kind()),
    }
}

fn others_may_read(path: &Path) -> bool {
    let mut cat = Command::new("cat");
    let cat = cat.arg(path).stdout(Stdio::null()).stderr(Stdio::null());
    cat.status().unwrap().success()
}

#[test]
fn nobody_starts_or_reads_the_file_from_the_gate_on_as_root() {
    with_own_processes(
        "nobody_starts_or_reads_the_file_from_the_gate_on_as_root",
        || {
            let stage = Stage::new();
            let program = stage.sample("program");
            let link = stage.base().join("link");
            fs::hard_link(&program, &link).unwrap();
            let innocent = stage.innocent("innocent");
            let mut sleeper = Sleeper::start(&program);
            let seen = Arc::new(Mutex::new(Vec::new()));
            let (told, barred) = (Arc::clone(&seen), program.clone());
            let engine = engine(&stage, config(&stage)).with_progress(Box::new(move |_, state| {
                if state == State::Gated {
                    let mut told = told.lock().unwrap();
                    for path in [&barred, &link] {
                        told.push(start(Command::new(path).arg("600")));
                    }
                    told.push(
                        (!others_may_read(&barred)).then_some(io::ErrorKind::PermissionDenied),
                    );
                    // The agent itself is let through, and other files are nobody's business.
                    assert!(fs::read(&barred).is_ok());
                    assert_eq!(start(Command::new(&innocent).arg("600")), None);
                }
            }));
            let result = stage.act(&engine);
            assert_eq!(
                *seen.lock().unwrap(),
                [Some(io::ErrorKind::PermissionDenied); 3]
            );
            assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
            assert_eq!(sleeper.killed_by(), Some(SIGKILL));
            let respawn = result
                .residuals
                .iter()
                .find(|one| one.reason == ResidualReason::Respawn);
            assert_eq!(respawn.unwrap().count, Some(2), "{result:#?}");
        },
    );
}

#[test]
fn gate_stays_closed_for_a_while_and_opens_with_the_engine_as_root() {
    with_own_processes(
        "gate_stays_closed_for_a_while_and_opens_with_the_engine_as_root",
        || {
            let stage = Stage::new();
            let program = stage.sample("program");
            let beyond = stage.base().join("beyond");
            fs::hard_link(&program, &beyond).unwrap();
            let engine = engine(&stage, config(&stage));
            let result = stage.act(&engine);
            assert!(stage.names().is_empty(), "{result:#?}");
            assert!(!others_may_read(&beyond));
            drop(engine);
            assert!(others_may_read(&beyond));
        },
    );
}

#[test]
fn gate_that_may_not_linger_is_open_when_the_action_has_ended_as_root() {
    with_own_processes(
        "gate_that_may_not_linger_is_open_when_the_action_has_ended_as_root",
        || {
            let stage = Stage::new();
            let program = stage.sample("program");
            let beyond = stage.base().join("beyond");
            fs::hard_link(&program, &beyond).unwrap();
            let policy = Policy {
                standing_gate_seconds: 0,
                ..Policy::unrestrained()
            };
            let policy = Arc::new(LocalPolicy::fixed(policy));
            let engine = engine(&stage, config(&stage)).with_policy(policy);
            stage.act(&engine);
            // Its keeper needs a moment to notice.
            while !others_may_read(&beyond) {
                std::thread::yield_now();
            }
        },
    );
}

#[test]
fn gate_opens_when_the_action_is_given_up_as_root() {
    with_own_processes("gate_opens_when_the_action_is_given_up_as_root", || {
        let stage = Stage::new();
        let program = stage.sample("program");
        let slot: Arc<Mutex<Option<Arc<Engine>>>> = Arc::default();
        let (seen, barred) = (Arc::clone(&slot), program.clone());
        let engine = engine(&stage, config(&stage));
        let engine = Arc::new(engine.with_progress(Box::new(move |action, state| {
            if state == State::Gated {
                assert!(!others_may_read(&barred));
                let engine = seen.lock().unwrap();
                engine.as_ref().unwrap().cancel(action).unwrap();
            }
        })));
        *slot.lock().unwrap() = Some(Arc::clone(&engine));
        let phase = engine.carry_out(&stage.order()).unwrap();
        slot.lock().unwrap().take();
        assert_eq!(phase, Phase::Cancelled);
        assert_eq!(start(Command::new(&program).arg("600")), None);
    });
}

/// Not a test of its own: an agent that dies behind its gate.
#[test]
#[ignore = "run by another test in a process of its own"]
fn engine_that_dies_behind_its_gate() {
    let Some(base) = env::var_os(BASE) else {
        return;
    };
    let stage = Stage::again(PathBuf::from(base), engine_stage::own_identity());
    let program = stage.path("program");
    let engine = engine(&stage, config(&stage)).with_progress(Box::new(move |_, state| {
        if state == State::Gated {
            assert!(!others_may_read(&program));
            let own = rustix::process::getpid();
            rustix::process::kill_process(own, rustix::process::Signal::KILL).unwrap();
        }
    }));
    engine.carry_out(&stage.order()).unwrap();
}

#[test]
fn gate_opens_when_the_agent_dies_as_root() {
    with_own_processes("gate_opens_when_the_agent_dies_as_root", || {
        let stage = Stage::new();
        let program = stage.sample("program");
        let agent = Command::new(env::current_exe().unwrap())
            .args(["--exact", "engine_that_dies_behind_its_gate", "--ignored"])
            .arg("--nocapture")
            .env(BASE, stage.base())
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&agent.stderr);
        assert_eq!(
            agent.status.signal(),
            Some(SIGKILL),
            "it never came to the gate: {told}"
        );
        assert_eq!(start(Command::new(&program).arg("600")), None);
        let mut sleeper = Sleeper::start(&program);
        let recovered = engine(&stage, config(&stage));
        recovered.recover().unwrap();
        let result = finished(recovered.unreported().unwrap().remove(0).1);
        assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
        assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    });
}

#[test]
fn agent_that_is_confined_bars_nobody() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let barred = program.clone();
    let engine = stage.engine().with_progress(Box::new(move |_, state| {
        if state == State::Gated {
            assert!(others_may_read(&barred));
        }
    }));
    assert_eq!(stage.act(&engine).verdict, Verdict::Succeeded);
}
