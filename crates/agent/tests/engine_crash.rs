//! The engine killed in the middle: after the next start nobody is left stopped, nothing is lost,
//! and the action has ended.
#![cfg(all(target_os = "linux", feature = "crash-points"))]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::env;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use engine_stage::{Sleeper, Stage, finished, state_of};
use quell_agent::engine::{EngineError, JournalError, thaw};
use quell_agent::find::ProcessIdentity;
use quell_agent::policy::LocalPolicy;
use quell_protocol::{FailureReason, FileOutcome, Order, Phase, Verdict};

const SIGKILL: i32 = 9;
const BASE: &str = "QUELL_TEST_BASE";
const ANCESTOR: &str = "QUELL_TEST_ANCESTOR";
const ORDER: &str = "QUELL_TEST_ORDER";

/// Not a test of its own: what the tests below let die.
#[test]
#[ignore = "run by the other tests in a process of its own"]
fn engine_in_a_process_of_its_own() {
    let Some(base) = env::var_os(BASE) else {
        return;
    };
    let ancestor: ProcessIdentity = serde_json::from_str(&env::var(ANCESTOR).unwrap()).unwrap();
    let order: Order = serde_json::from_str(&env::var(ORDER).unwrap()).unwrap();
    let stage = Stage::again(PathBuf::from(base), ancestor);
    stage.engine().carry_out(&order).unwrap();
}

/// Lets an engine carry out `order` until it dies at `point`.
fn crash_at(point: &str, stage: &Stage, order: &Order) {
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "engine_in_a_process_of_its_own", "--ignored"])
        .env(BASE, stage.base())
        .env(ANCESTOR, serde_json::to_string(&stage.ancestor()).unwrap())
        .env(ORDER, serde_json::to_string(order).unwrap())
        .env("QUELL_CRASH_AT", point)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert_eq!(status.signal(), Some(SIGKILL), "never came to {point}");
}

fn recovered(stage: &Stage, order: &Order) -> Phase {
    let engine = stage.engine();
    let recovered = engine.recover().unwrap();
    assert_eq!(recovered.finished, std::slice::from_ref(&order.action_id));
    let mut reports = engine.unreported().unwrap();
    assert_eq!(reports.len(), 1);
    reports.remove(0).1
}

fn assert_all_is_kept_once(stage: &Stage, content: &[u8]) {
    let items = stage.items();
    assert_eq!(items.len(), 1, "one item");
    assert_eq!(stage.item_content(&items[0]), content);
    assert_eq!(stage.names(), Vec::<Vec<u8>>::new(), "something remained");
    let held = fs::read_dir(stage.base().join("state/held"));
    assert!(held.is_err() || held.unwrap().next().is_none());
}

fn running_file_survives_a_crash_at(point: &str) {
    let stage = Stage::new();
    let program = stage.sample("program");
    let content = fs::read(&program).unwrap();
    let mut sleeper = Sleeper::start(&program);
    let order = stage.order();
    crash_at(point, &stage, &order);
    let result = finished(recovered(&stage, &order));
    assert_eq!(result.verdict, Verdict::Succeeded, "{point}: {result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert_all_is_kept_once(&stage, &content);
    assert_eq!(result.files.len(), 1, "{point}: {result:#?}");
    assert_eq!(result.files[0].outcome, FileOutcome::Quarantined);
}

fn deleted_file_survives_a_crash_at(point: &str) {
    let stage = Stage::new();
    let program = stage.sample("program");
    let content = fs::read(&program).unwrap();
    let mut sleeper = Sleeper::start(&program);
    fs::remove_file(&program).unwrap();
    let order = stage.order();
    crash_at(point, &stage, &order);
    let result = finished(recovered(&stage, &order));
    assert_eq!(result.verdict, Verdict::Succeeded, "{point}: {result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert_all_is_kept_once(&stage, &content);
}

fn hard_links_survive_a_crash_at(point: &str) {
    let stage = Stage::new();
    let program = stage.sample("program");
    let content = fs::read(&program).unwrap();
    fs::hard_link(&program, stage.path("link")).unwrap();
    let order = stage.order();
    crash_at(point, &stage, &order);
    let result = finished(recovered(&stage, &order));
    assert_eq!(result.verdict, Verdict::Succeeded, "{point}: {result:#?}");
    assert_all_is_kept_once(&stage, &content);
    assert_eq!(stage.item_paths(&stage.items()[0]).len(), 2);
}

fn everything_survives_a_crash_at(point: &str) {
    running_file_survives_a_crash_at(point);
    deleted_file_survives_a_crash_at(point);
    hard_links_survive_a_crash_at(point);
}

#[test]
fn crash_after_locate() {
    everything_survives_a_crash_at("after-locate");
}

#[test]
fn crash_after_gate() {
    everything_survives_a_crash_at("after-gate");
}

#[test]
fn crash_after_lease() {
    everything_survives_a_crash_at("after-lease");
}

#[test]
fn crash_after_verify() {
    everything_survives_a_crash_at("after-verify");
}

#[test]
fn crash_during_freeze() {
    everything_survives_a_crash_at("during-freeze");
}

#[test]
fn crash_after_freeze() {
    everything_survives_a_crash_at("after-freeze");
}

#[test]
fn crash_during_capture() {
    everything_survives_a_crash_at("during-capture");
}

#[test]
fn crash_after_capture() {
    everything_survives_a_crash_at("after-capture");
}

#[test]
fn crash_after_kill() {
    everything_survives_a_crash_at("after-kill");
}

#[test]
fn crash_during_vault() {
    everything_survives_a_crash_at("during-vault");
}

#[test]
fn crash_after_vault() {
    everything_survives_a_crash_at("after-vault");
}

#[test]
fn crash_during_release() {
    everything_survives_a_crash_at("during-release");
}

#[test]
fn crash_after_release() {
    everything_survives_a_crash_at("after-release");
}

#[test]
fn crash_between_two_names_of_one_file_keeps_both() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let content = fs::read(&program).unwrap();
    fs::hard_link(&program, stage.path("link")).unwrap();
    let order = stage.order();
    crash_at("between-names", &stage, &order);
    let result = finished(recovered(&stage, &order));
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(stage.names(), Vec::<Vec<u8>>::new(), "something remained");
    let mut paths = Vec::new();
    for item in stage.items() {
        assert_eq!(stage.item_content(&item), content);
        paths.extend(stage.item_paths(&item));
    }
    assert_eq!(paths.len(), 2);
}

#[test]
fn process_left_stopped_by_a_crash_goes_on_when_the_action_is_cancelled() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut sleeper = Sleeper::start(&program);
    let order = stage.order();
    crash_at("after-freeze", &stage, &order);
    assert_eq!(state_of(sleeper.pid()).as_deref(), Some("T"));
    let engine = stage.engine();
    engine.cancel(&order.action_id).unwrap();
    let recovered = engine.recover().unwrap();
    assert_eq!(recovered.processes, 1);
    assert!(sleeper.goes_on());
    assert!(program.exists());
    assert_eq!(engine.unreported().unwrap()[0].1, Phase::Cancelled);
}

#[test]
fn process_left_stopped_goes_on_without_an_agent() {
    let stage = Stage::new();
    let mut sleeper = Sleeper::start(&stage.sample("program"));
    let state = stage.base().join("state");
    assert_eq!(thaw(&state).unwrap(), 0, "there is no journal yet");
    crash_at("after-freeze", &stage, &stage.order());
    assert_eq!(state_of(sleeper.pid()).as_deref(), Some("T"));
    // Whatever keeps the agent from starting: here, that a newer one was there.
    rusqlite::Connection::open(state.join("journal.db"))
        .and_then(|journal| journal.pragma_update(None, "user_version", 1000))
        .unwrap();
    assert_eq!(thaw(&state).unwrap(), 1);
    assert!(sleeper.goes_on());
    assert_eq!(thaw(&state).unwrap(), 0);
}

#[test]
fn process_whose_file_was_taken_is_finished_without_an_agent() {
    let stage = Stage::new();
    let mut sleeper = Sleeper::start(&stage.sample("program"));
    crash_at("after-capture", &stage, &stage.order());
    assert_eq!(thaw(&stage.base().join("state")).unwrap(), 1);
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
}

#[test]
fn thaw_leaves_it_to_an_agent_that_runs() {
    let stage = Stage::new();
    let _running = stage.engine();
    let refused = thaw(&stage.base().join("state")).unwrap_err();
    assert!(matches!(
        refused,
        EngineError::Journal(JournalError::InUse(_))
    ));
}

#[test]
fn process_left_stopped_goes_on_even_if_the_journal_has_lost_how_far_the_actions_were() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut sleeper = Sleeper::start(&program);
    stage.engine().take_up(&stage.order()).unwrap();
    crash_at("after-freeze", &stage, &stage.order());
    assert_eq!(state_of(sleeper.pid()).as_deref(), Some("T"));
    rusqlite::Connection::open(stage.base().join("state/journal.db"))
        .and_then(|journal| journal.execute("UPDATE action SET state = 'lost'", []))
        .unwrap();
    assert!(stage.engine().recover().is_err());
    assert!(sleeper.goes_on());
    assert!(program.exists());
}

#[test]
fn file_that_was_rewritten_after_the_capture_is_given_back() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let writer = fs::OpenOptions::new().write(true).open(&program).unwrap();
    let order = stage.order();
    crash_at("after-capture", &stage, &order);
    assert!(!program.exists());
    std::os::unix::fs::FileExt::write_all_at(&writer, b"something else", 0).unwrap();
    let engine = stage.engine();
    engine.recover().unwrap();
    let result = finished(engine.unreported().unwrap().remove(0).1);
    assert!(
        matches!(result.verdict, Verdict::Failed { .. }),
        "{result:#?}"
    );
    assert!(fs::read(&program).unwrap().starts_with(b"something else"));
    assert!(stage.items().is_empty());
}

#[test]
fn captured_file_whose_file_system_is_away_after_the_crash_is_remembered_until_it_is_back() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let content = fs::read(&program).unwrap();
    let order = stage.order();
    crash_at("after-capture", &stage, &order);
    let away = stage.base().join("away");
    fs::rename(stage.root(), &away).unwrap();
    fs::create_dir(stage.root()).unwrap();
    let result = finished(recovered(&stage, &order));
    assert!(
        matches!(result.verdict, Verdict::Failed { .. }),
        "{result:#?}"
    );
    assert_eq!(result.files[0].outcome, FileOutcome::HeldInCapture);
    fs::remove_dir(stage.root()).unwrap();
    fs::rename(&away, stage.root()).unwrap();
    stage.engine().recover().unwrap();
    assert_all_is_kept_once(&stage, &content);
}

#[test]
fn crash_after_a_file_was_unbound_costs_none_of_its_flags_as_root() {
    use rustix::fs::{IFlags, ioctl_getflags, ioctl_setflags};
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can make a file immutable");
        return;
    }
    let stage = Stage::new();
    let program = stage.sample("program");
    let file = fs::File::open(&program).unwrap();
    let flags = ioctl_getflags(&file).unwrap() | IFlags::IMMUTABLE;
    ioctl_setflags(&file, flags).unwrap();
    let order = stage.order();
    crash_at("after-unbinding", &stage, &order);
    let result = finished(recovered(&stage, &order));
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    let attributes = stage.item_attributes(&stage.items()[0]);
    assert_eq!(attributes.flags, flags.bits());
    assert_eq!(attributes.mode, 0o755);
}

#[test]
fn action_that_died_touches_nothing_more_under_a_policy_that_broke_meanwhile() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut sleeper = Sleeper::start(&program);
    let order = stage.order();
    crash_at("after-freeze", &stage, &order);
    let file = stage.base().join("policy.toml");
    fs::write(&file, "exclusions = 7\n").unwrap();
    let policy = Arc::new(LocalPolicy::open(Some(&file)));
    let engine = stage.engine().with_policy(policy);
    engine.recover().unwrap();
    let (_, phase) = engine.unreported().unwrap().remove(0);
    let result = finished(phase);
    let Verdict::Failed { reason, message } = &result.verdict else {
        panic!("{result:#?}");
    };
    assert_eq!(*reason, FailureReason::Policy);
    for part in ["cannot be relied on any more", "line 1"] {
        assert!(message.contains(part), "{message}");
    }
    assert!(!message.contains("tried"), "{message}");
    assert!(sleeper.goes_on());
    assert_ne!(state_of(sleeper.pid()).as_deref(), Some("T"));
    assert!(program.exists());
}
