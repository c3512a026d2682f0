//! The engine killed while a control group is frozen for it: whoever comes next thaws it.
#![cfg(all(target_os = "linux", target_arch = "x86_64", feature = "crash-points"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says when it was skipped"
)]

mod engine_stage;
mod herd;
mod tiny_program;

use std::env;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use engine_stage::{Nothing, Sleeper, Stage, file_at, finished, own_identity};
use herd::{Group, Herd, await_count, count, is_root, place};
use quell_agent::engine::{Engine, thaw};
use quell_agent::find::Scope;
use quell_protocol::{FileOutcome, Order};
use tiny_program::hopper;

const SIGKILL: i32 = 9;
const BASE: &str = "QUELL_TEST_BASE";
const ORDER: &str = "QUELL_TEST_ORDER";

fn engine(stage: &Stage) -> Engine {
    let mut config = stage.config();
    config.scope = Scope::machine(vec![stage.root()]);
    Engine::open(config, Box::new(stage.vault()), Box::new(Nothing)).unwrap()
}

/// Not a test of its own: what the tests below let die.
#[test]
#[ignore = "run by the other tests in a process of its own"]
fn engine_in_a_process_of_its_own() {
    let Some(base) = env::var_os(BASE) else {
        return;
    };
    let order: Order = serde_json::from_str(&env::var(ORDER).unwrap()).unwrap();
    let stage = Stage::again(PathBuf::from(base), own_identity());
    engine(&stage).carry_out(&order).unwrap();
}

/// A hopper and a bystander in a control group that an engine froze and did not live to thaw.
struct Scene {
    bystander: Sleeper,
    _herd: Herd,
    group: Group,
    order: Order,
    program: PathBuf,
    stage: Stage,
}

/// A hopper is sometimes caught before anything has to be frozen.
const TRIES: usize = 20;

impl Scene {
    fn set() -> Option<Self> {
        if !is_root() {
            return None;
        }
        for _ in 0..TRIES {
            let stage = Stage::new();
            let Some(group) = Group::make(&stage) else {
                println!("skipped: no control groups of version 2");
                return None;
            };
            if let Some(scene) = Self::set_on(stage, group) {
                return Some(scene);
            }
        }
        panic!("no engine ever froze a group");
    }

    /// Nothing when the engine came to its end without freezing the group.
    fn set_on(stage: Stage, group: Group) -> Option<Self> {
        let (program, content) = place(&stage, &hopper(false));
        let bystander = Sleeper::start(&stage.innocent("innocent"));
        group.take_in(bystander.pid());
        let herd = Herd::start_in(&group, &program);
        await_count(&program, 1);
        let order = stage.order_about_content(&content);
        // A process group with the engine in it may not be stopped, so its control group is.
        let status = Command::new(env::current_exe().unwrap())
            .process_group(herd.id().cast_signed())
            .args(["--exact", "engine_in_a_process_of_its_own", "--ignored"])
            .env(BASE, stage.base())
            .env(ORDER, serde_json::to_string(&order).unwrap())
            .env("QUELL_CRASH_AT", "during-cgroup-freeze")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        let scene = Self {
            bystander,
            _herd: herd,
            group,
            order,
            program,
            stage,
        };
        if status.unwrap().signal() != Some(SIGKILL) {
            return None;
        }
        assert!(scene.group.is_frozen());
        Some(scene)
    }
}

#[test]
fn control_group_left_frozen_by_a_crash_is_thawed_without_an_agent_as_root() {
    let Some(mut scene) = Scene::set() else {
        return;
    };
    thaw(&scene.stage.base().join("state")).unwrap();
    assert!(!scene.group.is_frozen());
    assert!(scene.bystander.goes_on());
    // It hops on: nobody but its first process has an end in sight.
    await_count(&scene.program, 1);
    assert!(scene.program.exists());
}

#[test]
fn action_that_died_while_a_control_group_was_frozen_is_finished_by_the_next_start_as_root() {
    let Some(mut scene) = Scene::set() else {
        return;
    };
    let engine = engine(&scene.stage);
    let recovered = engine.recover().unwrap();
    assert_eq!(recovered.finished, [scene.order.action_id.clone()]);
    // Who else is on the machine may not show what he executes; that is told, and no survivor.
    let result = finished(engine.unreported().unwrap().remove(0).1);
    assert_eq!(
        file_at(&result, &scene.program).outcome,
        FileOutcome::Quarantined
    );
    assert!(!scene.program.exists());
    assert_eq!(count(&scene.program), 0, "somebody survived");
    assert!(!scene.group.is_frozen());
    assert!(scene.bystander.goes_on());
}
