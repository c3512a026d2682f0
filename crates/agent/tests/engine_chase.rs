//! Programs that multiply, or hand over to a child before anybody has looked: none survives.
//!
//! They run in process namespaces and control groups of their own, which end with the test. No safe
//! Rust forks, so the samples are programs of a few instructions.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]
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

use std::fs;
use std::os::unix::fs::PermissionsExt;

use engine_stage::{Nothing, Sleeper, Stage, finished, state_of};
use herd::{Group, Herd, await_count, count, is_root, place};
use quell_agent::engine::Engine;
use quell_agent::find::Scope;
use quell_protocol::{ActionResult, Verdict};
use tiny_program::{bomb, hopper};

/// So many processes the bomb may have.
const BOMB: usize = 300;
/// A user that nobody else is, not even another run of this test: limits are counted by user.
fn nobody_else() -> String {
    (1_000_000 + std::process::id()).to_string()
}

fn act(stage: &Stage, content: &[u8]) -> ActionResult {
    let mut config = stage.config();
    config.scope = Scope::machine(vec![stage.root()]);
    let engine = Engine::open(config, Box::new(stage.vault()), Box::new(Nothing)).unwrap();
    finished(
        engine
            .carry_out(&stage.order_about_content(content))
            .unwrap(),
    )
}

#[test]
fn fork_bomb_of_three_hundred_leaves_no_survivor_as_root() {
    if !is_root() {
        return;
    }
    let stage = Stage::new();
    for directory in [stage.base().to_owned(), stage.root()] {
        fs::set_permissions(directory, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let (program, content) = place(&stage, &bomb());
    let limit = format!("--nproc={BOMB}");
    let user = nobody_else();
    let limited = [
        "prlimit",
        &limit,
        "setpriv",
        "--reuid",
        &user,
        "--regid",
        &user,
        "--clear-groups",
    ];
    let herd = Herd::start(&limited, &program);
    await_count(&program, BOMB / 2);
    let result = act(&stage, &content);
    assert_eq!(count(&program), 0, "somebody survived");
    assert_eq!(
        result.verdict,
        Verdict::Succeeded,
        "{:#?}",
        result.residuals
    );
    assert!(result.processes.len() >= BOMB / 2);
    assert_ne!(state_of(herd.id()).as_deref(), Some("T"));
}

#[test]
fn hopper_in_a_process_group_leaves_no_survivor_as_root() {
    if !is_root() {
        return;
    }
    let stage = Stage::new();
    let (program, content) = place(&stage, &hopper(false));
    let herd = Herd::start(&[], &program);
    await_count(&program, 1);
    let result = act(&stage, &content);
    assert_eq!(count(&program), 0, "somebody survived");
    assert_eq!(
        result.verdict,
        Verdict::Succeeded,
        "{:#?}",
        result.residuals
    );
    assert_ne!(state_of(herd.id()).as_deref(), Some("T"));
}

fn hopper_is_stopped_with(make: impl FnOnce(&Stage) -> Option<Group>) {
    if !is_root() {
        return;
    }
    let stage = Stage::new();
    let Some(group) = make(&stage) else {
        println!("skipped: no control groups of this version");
        return;
    };
    let (program, content) = place(&stage, &hopper(true));
    // Who is in the group stays in it, at whatever remove; the bystander only rests for a moment.
    let mut bystander = Sleeper::start(&stage.innocent("innocent"));
    group.take_in(bystander.pid());
    let herd = Herd::start_in(&group, &program);
    await_count(&program, 1);
    let result = act(&stage, &content);
    assert_eq!(count(&program), 0, "somebody survived");
    assert_eq!(
        result.verdict,
        Verdict::Succeeded,
        "{:#?}",
        result.residuals
    );
    assert!(bystander.goes_on());
    assert!(!group.is_frozen());
    drop(herd);
}

#[test]
fn hopper_that_leaves_its_group_at_every_hop_is_stopped_with_its_control_group_as_root() {
    hopper_is_stopped_with(Group::make);
}

#[test]
fn hopper_is_stopped_with_its_control_group_of_the_first_version_too_as_root() {
    hopper_is_stopped_with(Group::make_of_version_one);
}
