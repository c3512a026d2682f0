//! The engine on real processes and files: whatever the file did before, it is stopped and taken.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;

use engine_stage::{Sleeper, Stage, file_at, finished, state_of};
use quell_model::Timestamp;
use quell_protocol::{FailureReason, FileOutcome, Order, ProcessOutcome, Verdict};

const SIGKILL: i32 = 9;

fn reason(verdict: &Verdict) -> Option<FailureReason> {
    match verdict {
        Verdict::Succeeded => None,
        Verdict::Failed { reason, .. } => Some(*reason),
    }
}

#[test]
fn running_file_is_stopped_and_taken() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let content = fs::read(&program).unwrap();
    let mut sleepers = [Sleeper::start(&program), Sleeper::start(&program)];
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    for sleeper in &mut sleepers {
        assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    }
    assert_eq!(result.processes.len(), 2);
    for process in &result.processes {
        assert_eq!(process.outcome, ProcessOutcome::Stopped);
        assert_eq!(
            process.executable.to_bytes(),
            program.as_os_str().as_bytes()
        );
    }
    let file = file_at(&result, &program);
    assert_eq!(file.outcome, FileOutcome::Quarantined);
    let item = file.vault_item.as_ref().unwrap();
    assert_eq!(stage.item_content(item), content);
    assert_eq!(
        stage.item_paths(item),
        [program.as_os_str().as_bytes().to_vec()]
    );
    assert!(stage.names().is_empty(), "something was left behind");
    assert!(result.coverage.complete);
}

#[test]
fn order_that_expired_before_it_was_begun_is_not_begun_by_the_next_run() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let late = Order {
        expires_at: Timestamp::UNIX_EPOCH,
        ..stage.order()
    };
    stage.engine().take_up(&late).unwrap();
    let engine = stage.engine();
    let recovered = engine.recover().unwrap();
    assert_eq!(recovered.finished, std::slice::from_ref(&late.action_id));
    let result = finished(engine.carry_out(&late).unwrap());
    assert_eq!(reason(&result.verdict), Some(FailureReason::Expired));
    assert!(program.exists());
}

#[test]
fn file_that_does_not_run_is_taken_with_every_copy() {
    let stage = Stage::new();
    fs::create_dir_all(stage.path("deep/er")).unwrap();
    for name in ["one", "deep/two", "deep/er/three"] {
        stage.sample(name);
    }
    let innocent = stage.innocent("deep/innocent");
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(result.files.len(), 3);
    assert_eq!(stage.items().len(), 3);
    assert!(innocent.exists());
    assert!(!stage.path("deep/er/three").exists());
}

#[test]
fn file_renamed_while_it_runs_is_taken_at_its_new_name() {
    let stage = Stage::new();
    let program = stage.sample("before");
    let mut sleeper = Sleeper::start(&program);
    fs::rename(&program, stage.path("after")).unwrap();
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    let file = file_at(&result, &stage.path("after"));
    assert_eq!(file.outcome, FileOutcome::Quarantined);
    assert!(stage.names().is_empty());
}

#[test]
fn file_deleted_while_it_runs_is_stopped_and_its_content_kept() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let content = fs::read(&program).unwrap();
    let mut sleeper = Sleeper::start(&program);
    fs::remove_file(&program).unwrap();
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    let file = file_at(&result, &program);
    assert_eq!(file.outcome, FileOutcome::QuarantinedDeleted);
    let item = file.vault_item.as_ref().unwrap();
    assert_eq!(stage.item_content(item), content);
    let held = stage.base().join("state/held");
    assert_eq!(fs::read_dir(held).unwrap().count(), 0, "the copy remained");
}

#[test]
fn hard_links_are_one_item_with_all_their_paths() {
    let stage = Stage::new();
    let program = stage.sample("first");
    fs::create_dir(stage.path("elsewhere")).unwrap();
    fs::hard_link(&program, stage.path("elsewhere/second")).unwrap();
    let mut sleeper = Sleeper::start(&program);
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    let items = stage.items();
    assert_eq!(items.len(), 1);
    assert_eq!(stage.item_paths(&items[0]).len(), 2);
    assert_eq!(stage.names(), [b"elsewhere".to_vec()]);
    assert!(result.files.iter().all(|file| file.residual_links == 0));
}

#[test]
fn hard_link_out_of_reach_is_counted_and_disarmed() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let beyond = stage.base().join("beyond");
    fs::hard_link(&program, &beyond).unwrap();
    let result = stage.act(&stage.engine());
    assert_eq!(file_at(&result, &program).residual_links, 1);
    let mode = fs::metadata(&beyond).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0);
}

#[test]
fn name_that_ends_like_a_deleted_one_is_no_deleted_one() {
    let stage = Stage::new();
    let program = stage.sample("program (deleted)");
    let mut sleeper = Sleeper::start(&program);
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert_eq!(file_at(&result, &program).outcome, FileOutcome::Quarantined);
    assert!(stage.names().is_empty());
}

#[test]
fn name_that_is_not_utf8_is_taken_by_its_exact_bytes() {
    let stage = Stage::new();
    let program = stage.sample(OsStr::from_bytes(b"pro\xff\ngram"));
    let mut sleeper = Sleeper::start(&program);
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert_eq!(file_at(&result, &program).outcome, FileOutcome::Quarantined);
}

#[test]
fn fifo_and_symlink_in_the_way_stall_nothing_and_stay() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mode = rustix::fs::Mode::RUSR;
    rustix::fs::mkfifoat(rustix::fs::CWD, stage.path("pipe"), mode).unwrap();
    std::os::unix::fs::symlink(&program, stage.path("link")).unwrap();
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(stage.names(), [b"link".to_vec(), b"pipe".to_vec()]);
}

#[test]
fn copy_that_runs_from_another_inode_is_stopped_too() {
    let stage = Stage::new();
    let mut first = Sleeper::start(&stage.sample("first"));
    let mut second = Sleeper::start(&stage.sample("second"));
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(first.killed_by(), Some(SIGKILL));
    assert_eq!(second.killed_by(), Some(SIGKILL));
    assert_eq!(stage.items().len(), 2);
    assert!(stage.names().is_empty());
}

#[test]
fn innocent_process_and_file_are_untouched() {
    let stage = Stage::new();
    let innocent = stage.innocent("innocent");
    let mut bystander = Sleeper::start(&innocent);
    let mut sleeper = Sleeper::start(&stage.sample("program"));
    let result = stage.act(&stage.engine());
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert!(bystander.goes_on());
    assert_eq!(stage.names(), [b"innocent".to_vec()]);
    assert!(result.processes.iter().all(|p| p.pid != bystander.pid()));
}

#[test]
fn process_that_was_stopped_before_is_killed_all_the_same() {
    let stage = Stage::new();
    let mut sleeper = Sleeper::start(&stage.sample("program"));
    let pid = rustix::process::Pid::from_raw(sleeper.pid().cast_signed()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::STOP).unwrap();
    while state_of(sleeper.pid()).as_deref() != Some("T") {
        std::thread::yield_now();
    }
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
}

#[test]
fn program_outside_of_the_roots_is_stopped_and_said_to_remain() {
    let stage = Stage::new();
    let program = stage.base().join("beyond");
    fs::rename(stage.sample("program"), &program).unwrap();
    let mut sleeper = Sleeper::start(&program);
    let result = stage.act(&stage.engine());
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert_eq!(reason(&result.verdict), Some(FailureReason::Incomplete));
    let file = file_at(&result, &program);
    assert_eq!(file.outcome, FileOutcome::NotRemoved);
    assert!(file.detail.as_ref().unwrap().starts_with("OutsideRoots"));
    assert!(program.exists());
}

#[test]
fn program_outside_of_the_roots_that_is_deleted_in_between_is_kept_all_the_same() {
    use quell_agent::plan::State;
    use std::sync::{Arc, Mutex};
    let stage = Stage::new();
    let program = stage.base().join("beyond");
    fs::rename(stage.sample("program"), &program).unwrap();
    let content = fs::read(&program).unwrap();
    let mut first = Sleeper::start(&program);
    let second: Arc<Mutex<Option<Sleeper>>> = Arc::default();
    let (started, beyond) = (Arc::clone(&second), program.clone());
    let engine = stage.engine().with_progress(Box::new(move |_, state| {
        // The first round left the file at its path; now it runs once more and loses that path.
        if state == State::Vaulted && beyond.exists() {
            *started.lock().unwrap() = Some(Sleeper::start(&beyond));
            fs::remove_file(&beyond).unwrap();
        }
    }));
    let result = stage.act(&engine);
    assert_eq!(first.killed_by(), Some(SIGKILL));
    let mut second = second.lock().unwrap().take().unwrap();
    assert_eq!(second.killed_by(), Some(SIGKILL));
    let items = stage.items();
    assert_eq!(items.len(), 1, "the only copy went with its process");
    assert_eq!(stage.item_content(&items[0]), content);
    let file = file_at(&result, &program);
    assert_eq!(file.outcome, FileOutcome::QuarantinedDeleted);
}

#[test]
fn nothing_found_is_said_honestly() {
    let stage = Stage::new();
    stage.innocent("innocent");
    let result = stage.act(&stage.engine());
    assert_eq!(reason(&result.verdict), Some(FailureReason::FileNotFound));
    assert_eq!(result.coverage.files, 1);
    assert_eq!(stage.names(), [b"innocent".to_vec()]);
}

#[test]
fn process_that_keeps_handing_over_to_a_child_is_caught() {
    let stage = Stage::new();
    let program = stage.sample("program");
    // Each generation starts the next one before it ends, all in one group that is not ours.
    let relay = format!(
        "i=0; while [ $i -lt 400 ]; do '{0}' 0.02 & '{0}' 0.01; i=$((i+1)); done",
        program.display()
    );
    let mut shell = {
        use std::os::unix::process::CommandExt;
        std::process::Command::new("/bin/sh")
            .args(["-c", &relay])
            .process_group(0)
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap()
    };
    let result = stage.act(&stage.engine());
    let state = state_of(shell.id());
    shell.kill().unwrap();
    shell.wait().unwrap();
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_ne!(
        state.as_deref(),
        Some("T"),
        "the innocent shell was left stopped"
    );
    assert!(stage.names().is_empty());
}

#[test]
fn whole_machine_as_scope_takes_this_content_and_nothing_else() {
    use quell_agent::engine::Engine;
    use quell_agent::find::Scope;
    let stage = Stage::new();
    let mut sleeper = Sleeper::start(&stage.sample("program"));
    let mut bystander = Sleeper::start(&stage.innocent("innocent"));
    let mut config = stage.config();
    config.scope = Scope::machine(vec![stage.root()]);
    let vault = Box::new(stage.vault());
    let engine = Engine::open(config, vault, Box::new(engine_stage::Nothing)).unwrap();
    let result = stage.act(&engine);
    // Not everybody may see what all processes of a machine execute, and that is said.
    let expected = match result.coverage.processes_unreadable > 1 {
        true => Some(FailureReason::Incomplete),
        false => None,
    };
    assert_eq!(reason(&result.verdict), expected, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert!(bystander.goes_on());
    assert!(result.coverage.processes > 2);
    assert_eq!(stage.names(), [b"innocent".to_vec()]);
}

#[test]
fn directory_that_may_not_be_changed_keeps_the_file_but_not_the_process() {
    if rustix::process::geteuid().is_root() {
        // The immutable flag is beyond some file systems.
        println!("skipped: nothing is forbidden to root by a mode");
        return;
    }
    let stage = Stage::new();
    fs::create_dir(stage.path("locked")).unwrap();
    let program = stage.sample("locked/program");
    let mut sleeper = Sleeper::start(&program);
    let locked = fs::Permissions::from_mode(0o555);
    fs::set_permissions(stage.path("locked"), locked).unwrap();
    let result = stage.act(&stage.engine());
    fs::set_permissions(stage.path("locked"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert_eq!(reason(&result.verdict), Some(FailureReason::AccessDenied));
    let file = file_at(&result, &program);
    assert_eq!(file.outcome, FileOutcome::NotRemoved);
    assert!(file.detail.as_ref().unwrap().starts_with("AccessDenied"));
}
