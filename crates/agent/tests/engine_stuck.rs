//! File systems whose server never answers: a search passes them by and comes to its end.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says when it was skipped"
)]

mod engine_stage;

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

use engine_stage::mounts::{Stuck, with_own_mounts};
use engine_stage::{Nothing, Sleeper, Stage, finished};
use quell_agent::engine::Engine;
use quell_agent::find::Walk;
use quell_agent::policy::{LocalPolicy, Policy};
use quell_protocol::{ActionResult, Barrier, ProcessOutcome, Verdict};

/// Longer than any search here takes on the slowest machine; who is stuck is so for ever.
const FOR_EVER: Duration = Duration::from_secs(60);

/// Does something beside the stuck file system, which is let go at the end, or when it took for ever.
fn does_not_wait<T: Send + 'static>(stuck: Stuck, act: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = mpsc::channel();
    let acting = thread::spawn(move || {
        let _ = tell.send(act());
    });
    let came = told.recv_timeout(FOR_EVER);
    drop(stuck);
    acting.join().unwrap();
    came.unwrap_or_else(|_| panic!("it waited for a server that never answers"))
}

/// A process that waits for the stuck file system, until that is let go.
struct Waiting(Child);

impl Waiting {
    fn with(program: &str, arguments: &[&str], directory: &Path) -> Self {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(directory);
        command.stdin(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn stuck_below(stage: &Stage) -> Option<(PathBuf, Stuck)> {
    let path = stage.path("stuck");
    fs::create_dir(&path).unwrap();
    Stuck::at(&path).map(|stuck| (path, stuck))
}

fn act(stage: &Stage) -> impl FnOnce() -> ActionResult + Send + 'static {
    act_without(stage, Vec::new())
}

/// Acts under a policy that excludes these paths.
fn act_without(
    stage: &Stage,
    exclusions: Vec<PathBuf>,
) -> impl FnOnce() -> ActionResult + Send + 'static {
    let (config, vault, order) = (stage.config(), stage.vault(), stage.order());
    let policy = Policy {
        exclusions,
        ..Policy::unrestrained()
    };
    move || {
        let engine = Engine::open(config, Box::new(vault), Box::new(Nothing)).unwrap();
        let engine = engine.with_policy(Arc::new(LocalPolicy::fixed(policy)));
        finished(engine.carry_out(&order).unwrap())
    }
}

#[test]
fn walk_names_a_stuck_file_system_and_goes_on_as_root() {
    with_own_mounts("walk_names_a_stuck_file_system_and_goes_on_as_root", || {
        let stage = Stage::new();
        let Some((path, stuck)) = stuck_below(&stage) else {
            return;
        };
        fs::write(stage.path("file"), "x").unwrap();
        let roots = [stage.root()];
        let (found, unreached) = does_not_wait(stuck, move || {
            let nothing = HashSet::new();
            let mut walk = Walk::new(&roots, &nothing);
            (walk.by_ref().count(), walk.unreached().to_vec())
        });
        assert_eq!(found, 1);
        assert_eq!(unreached.len(), 1);
        assert_eq!(unreached[0].path.display(), path.to_str().unwrap());
        assert_eq!(unreached[0].why, Barrier::Served);
    });
}

#[test]
fn action_does_not_ask_after_the_words_of_those_who_wait_as_root() {
    with_own_mounts(
        "action_does_not_ask_after_the_words_of_those_who_wait_as_root",
        || {
            let stage = Stage::new();
            let program = stage.sample("program");
            let Some((path, stuck)) = stuck_below(&stage) else {
                return;
            };
            let script = path.join("script");
            let _waiting = [
                Waiting::with("cat", &[script.to_str().unwrap()], &stage.root()),
                Waiting::with("sh", &[script.to_str().unwrap()], &stage.root()),
                Waiting::with("cat", &["stuck/script"], &stage.root()),
                Waiting::with("cat", &["stuck/../program"], &stage.root()),
            ];
            let mut sleeper = Sleeper::start(&program);
            let result = does_not_wait(stuck, act(&stage));
            assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
            assert_eq!(sleeper.killed_by(), Some(9));
            assert!(!program.exists());
        },
    );
}

#[test]
fn action_does_not_look_where_a_program_of_other_mounts_would_lie_here_as_root() {
    with_own_mounts(
        "action_does_not_look_where_a_program_of_other_mounts_would_lie_here_as_root",
        || {
            let stage = Stage::new();
            let (source, path) = (stage.sample("source"), stage.path("stuck"));
            fs::create_dir(&path).unwrap();
            let script =
                r#"mount -t tmpfs tmpfs "$1" && mv "$0" "$1/program" && exec "$1/program" 600"#;
            let mut container = Command::new("unshare");
            container.args(["--mount", "--propagation", "private", "sh", "-c", script]);
            let mut sleeper = Sleeper::start_command(container.args([&source, &path]));
            let executes = PathBuf::from(format!("/proc/{}/exe", sleeper.pid()));
            while fs::read_link(&executes).unwrap() != path.join("program") {
                assert!(sleeper.goes_on(), "the container ended");
                thread::yield_now();
            }
            let Some(stuck) = Stuck::at(&path) else {
                return;
            };
            let result = does_not_wait(stuck, act(&stage));
            assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
            assert_eq!(sleeper.killed_by(), Some(9));
        },
    );
}

#[test]
fn action_does_not_look_for_excluded_names_where_nobody_answers_as_root() {
    with_own_mounts(
        "action_does_not_look_for_excluded_names_where_nobody_answers_as_root",
        || {
            let stage = Stage::new();
            let program = stage.sample("program");
            // A name that the search does not come by may be one that is excluded.
            fs::hard_link(&program, stage.base().join("outside")).unwrap();
            let aside = stage.base().join("aside");
            fs::create_dir(&aside).unwrap();
            let Some(stuck) = Stuck::at(&aside) else {
                return;
            };
            let exclusions = vec![aside.join("excluded"), aside];
            let result = does_not_wait(stuck, act_without(&stage, exclusions));
            assert!(!program.exists(), "{result:#?}");
        },
    );
}

/// A process may have such a file system as its root: the kernel makes it so when the old root is moved
/// onto it.
#[test]
fn process_whose_root_never_answers_is_stopped_all_the_same_as_root() {
    let name = "process_whose_root_never_answers_is_stopped_all_the_same_as_root";
    with_own_mounts(name, || {
        let stage = Stage::new();
        let Some((path, stuck)) = stuck_below(&stage) else {
            return;
        };
        let own = stage.path("own");
        fs::create_dir(&own).unwrap();
        let program = stage.sample("program");
        let script = r#"mount -t tmpfs tmpfs "$1" && mv "$2" "$1/program" && pivot=$(command -v pivot_root) &&
            { "$1/program" 600 & "$pivot" "$3" "$3"; echo moved; wait; }"#;
        let mut hiding = Command::new("unshare");
        hiding.args(["--mount", "--propagation", "private", "sh", "-c", script]);
        hiding.arg("sh").args([&own, &program, &path]);
        let hiding = hiding.stdin(Stdio::null()).stdout(Stdio::piped());
        let mut hiding = Waiting(hiding.spawn().unwrap());
        let mut told = BufReader::new(hiding.0.stdout.take().unwrap());
        let mut line = String::new();
        told.read_line(&mut line).unwrap();
        assert_eq!(line, "moved\n");
        let result = does_not_wait(stuck, act(&stage));
        let stopped: Vec<_> = result.processes.iter().map(|one| one.outcome).collect();
        assert_eq!(stopped, [ProcessOutcome::Stopped], "{result:#?}");
    });
}
