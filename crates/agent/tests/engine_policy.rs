//! What the engine does not do because the machine's owner or its packages say so.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use std::process::{Child, Command};
use std::sync::Arc;

use engine_stage::{Nothing, Sleeper, Stage, file_at, finished, started_by_the_loader};
use quell_agent::engine::{Condition, Engine, Examined, Ownership, Protect};
use quell_agent::policy::{BlastRadius, Force, LocalPolicy, Policy};
use quell_model::Sha1;
use quell_protocol::{
    ActionResult, FailureReason, FileOutcome, Order, ProcessOutcome, ProcessResult, Protection,
    ResidualReason, Verb, Verdict, WirePath,
};

fn engine(stage: &Stage, policy: Policy, protect: impl Protect + Send + 'static) -> Engine {
    let policy = Arc::new(LocalPolicy::fixed(policy));
    stage.engine_that_protects(protect).with_policy(policy)
}

fn refusal(result: &ActionResult) -> (FailureReason, &str) {
    match &result.verdict {
        Verdict::Succeeded => panic!("succeeded: {result:#?}"),
        Verdict::Failed { reason, message } => (*reason, message),
    }
}

fn left_for(result: &ActionResult, why: ResidualReason) -> usize {
    let residuals = &result.residuals;
    residuals.iter().filter(|one| one.reason == why).count()
}

fn insisting(stage: &Stage) -> Order {
    let mut order = stage.order();
    let Verb::StopAndQuarantineFile { force, .. } = &mut order.verb else {
        panic!("another verb");
    };
    *force = true;
    order
}

/// Says of one inode whose it is.
struct Owned {
    inode: u64,
    condition: Condition,
}

impl Owned {
    fn at(path: &Path, condition: Condition) -> Self {
        let inode = fs::metadata(path).unwrap().ino();
        Self { inode, condition }
    }
}

impl Protect for Owned {
    fn by_content(&self, _: &Sha1) -> Option<Protection> {
        None
    }

    fn by_inode(&self, _: u64, _: u64) -> Option<Protection> {
        None
    }

    fn ownership(&self, files: &[Examined<'_>]) -> Vec<Option<Ownership>> {
        let owned = |file: &Examined<'_>| {
            (file.id.ino == self.inode).then(|| Ownership {
                package: Some("tools".to_owned()),
                condition: self.condition,
            })
        };
        files.iter().map(owned).collect()
    }
}

#[test]
fn file_of_a_package_is_left_alone_with_all_its_processes() {
    for condition in [Condition::Verified, Condition::Unverifiable] {
        let stage = Stage::new();
        let program = stage.sample("program");
        let mut sleeper = Sleeper::start(&program);
        let engine = engine(&stage, Policy::default(), Owned::at(&program, condition));
        let result = stage.act(&engine);
        let (reason, message) = refusal(&result);
        assert_eq!(reason, FailureReason::Protected);
        assert!(message.contains("(tools)"), "{message}");
        assert_eq!(result.coverage.protection, Some(Protection::Package));
        assert_eq!(file_at(&result, &program).outcome, FileOutcome::Protected);
        assert_eq!(result.processes[0].outcome, ProcessOutcome::LeftAlone);
        assert!(sleeper.goes_on() && program.exists());
        assert!(stage.items().is_empty());
    }
}

#[test]
fn file_at_a_packages_path_that_is_not_the_packages_is_taken_and_told() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let owned = Owned::at(&program, Condition::Modified);
    let result = stage.act(&engine(&stage, Policy::default(), owned));
    assert_eq!(result.verdict, Verdict::Succeeded);
    assert!(!program.exists());
    let told = &result.residuals[0];
    assert_eq!(told.reason, ResidualReason::PackageFileModified);
    assert_eq!(told.detail.as_deref(), Some("tools"));
}

#[test]
fn force_needs_the_order_and_the_machines_policy() {
    for (force, insists, taken) in [
        (Force::Refuse, true, false),
        (Force::Honor, false, false),
        (Force::Honor, true, true),
    ] {
        let stage = Stage::new();
        let program = stage.sample("program");
        let policy = Policy {
            force,
            ..Policy::default()
        };
        let engine = engine(&stage, policy, Owned::at(&program, Condition::Verified));
        let order = match insists {
            true => insisting(&stage),
            false => stage.order(),
        };
        let result = finished(engine.carry_out(&order).unwrap());
        assert_eq!(program.exists(), !taken, "{result:#?}");
        if taken {
            assert_eq!(result.verdict, Verdict::Succeeded);
            let honored = |said: &&String| said.contains("Force was honored");
            assert_eq!(result.degraded.iter().filter(honored).count(), 1);
        } else {
            assert_eq!(refusal(&result).0, FailureReason::Protected);
        }
    }
}

#[test]
fn too_many_processes_are_left_alone_before_one_is_stopped() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut sleepers: Vec<_> = (0..3).map(|_| Sleeper::start(&program)).collect();
    let policy = |processes| Policy {
        force: Force::Honor,
        blast_radius: BlastRadius {
            processes,
            ..BlastRadius::default()
        },
        ..Policy::default()
    };
    let result = stage.act(&engine(&stage, policy(2), Nothing));
    let (reason, message) = refusal(&result);
    assert_eq!(reason, FailureReason::Policy);
    assert!(
        message.contains("3 processes") && message.contains("allows 2"),
        "{message}"
    );
    assert_eq!(left_for(&result, ResidualReason::BlastRadius), 1);
    assert!(sleepers.iter_mut().all(Sleeper::goes_on));
    assert!(program.exists());
    let order = insisting(&stage);
    let forced = engine(&stage, policy(2), Nothing);
    let result = finished(forced.carry_out(&order).unwrap());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert!(!program.exists());
}

#[test]
fn processes_that_nobody_looked_for_before_are_counted_before_anything_is_taken() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut by_itself = Sleeper::start(&program);
    // Nobody looks for these while one is found by its executable.
    let mut by_loader = [
        started_by_the_loader(&program),
        started_by_the_loader(&program),
    ];
    let policy = |processes| Policy {
        blast_radius: BlastRadius {
            processes,
            ..BlastRadius::default()
        },
        ..Policy::default()
    };
    let result = stage.act(&engine(&stage, policy(2), Nothing));
    let (reason, message) = refusal(&result);
    assert_eq!(reason, FailureReason::Policy);
    assert!(message.contains("3 processes"), "{message}");
    assert!(by_itself.goes_on() && by_loader.iter_mut().all(Sleeper::goes_on));
    assert!(program.exists() && stage.items().is_empty());
    assert_eq!(result.processes.len(), 3, "{result:#?}");
    let left = |process: &ProcessResult| process.outcome == ProcessOutcome::LeftAlone;
    assert!(result.processes.iter().all(left));
    let result = stage.act(&engine(&stage, policy(3), Nothing));
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert!(by_itself.killed_by().is_some() && !program.exists());
}

#[test]
fn names_beyond_the_roots_are_counted_before_a_process_is_stopped() {
    let stage = Stage::new();
    let program = stage.sample("program");
    for number in 0..20 {
        fs::hard_link(&program, stage.base().join(format!("link-{number}"))).unwrap();
    }
    let mut sleeper = Sleeper::start(&program);
    let result = stage.act(&engine(&stage, Policy::default(), Nothing));
    let (reason, message) = refusal(&result);
    assert_eq!(reason, FailureReason::Policy);
    assert!(message.contains("21 paths"), "{message}");
    assert!(sleeper.goes_on() && program.exists());
    fs::remove_file(stage.base().join("link-0")).unwrap();
    stage.act(&engine(&stage, Policy::default(), Nothing));
    assert!(sleeper.killed_by().is_some() && !program.exists());
}

#[test]
fn places_that_the_order_names_are_counted_before_a_process_is_stopped() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut sleeper = Sleeper::start(&program);
    let copies = ["a", "b"].map(|name| stage.sample(name));
    let mut order = stage.order();
    let Verb::StopAndQuarantineFile { hints, .. } = &mut order.verb else {
        panic!("another verb");
    };
    hints.paths = copies
        .iter()
        .map(|path| WirePath::from_bytes(path.as_os_str().as_encoded_bytes()))
        .collect();
    let policy = Policy {
        blast_radius: BlastRadius {
            paths: 2,
            ..BlastRadius::default()
        },
        ..Policy::default()
    };
    let engine = engine(&stage, policy, Nothing);
    let result = finished(engine.carry_out(&order).unwrap());
    assert!(refusal(&result).1.contains("3 paths"), "{result:#?}");
    assert!(sleeper.goes_on() && program.exists());
}

#[test]
fn processes_of_too_many_users_are_left_alone_as_root() {
    use std::os::unix::process::CommandExt as _;
    let stage = Stage::new();
    fs::set_permissions(stage.base(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = stage.sample("program");
    let mut sleepers: Vec<_> = (0..4_u32)
        .map(|number| {
            let mut command = Command::new(&program);
            Sleeper::start_command(command.arg("600").uid(54_321 + number))
        })
        .collect();
    let result = stage.act(&engine(&stage, Policy::default(), Nothing));
    let (reason, message) = refusal(&result);
    assert_eq!(reason, FailureReason::Policy);
    assert!(message.contains("4 users"), "{message}");
    assert!(sleepers.iter_mut().all(Sleeper::goes_on));
    assert!(program.exists());
}

#[test]
fn too_many_paths_are_left_alone_hard_links_among_them() {
    let stage = Stage::new();
    let program = stage.sample("program");
    fs::hard_link(&program, stage.path("link")).unwrap();
    let copy = stage.sample("copy");
    let policy = |paths| Policy {
        blast_radius: BlastRadius {
            paths,
            ..BlastRadius::default()
        },
        ..Policy::default()
    };
    let result = stage.act(&engine(&stage, policy(2), Nothing));
    assert_eq!(refusal(&result).0, FailureReason::Policy);
    assert_eq!(left_for(&result, ResidualReason::BlastRadius), 3);
    assert!(program.exists() && copy.exists());
    let result = stage.act(&engine(&stage, policy(3), Nothing));
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
}

#[test]
fn copies_found_after_the_first_count_with_it() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut sleeper = Sleeper::start(&program);
    let copies = ["a", "b"].map(|name| stage.sample(name));
    let policy = Policy {
        blast_radius: BlastRadius {
            paths: 2,
            ..BlastRadius::default()
        },
        ..Policy::default()
    };
    let result = stage.act(&engine(&stage, policy, Nothing));
    let (reason, message) = refusal(&result);
    assert_eq!(reason, FailureReason::Policy);
    assert!(message.contains("3 paths"), "{message}");
    assert!(sleeper.killed_by().is_some() && !program.exists());
    assert!(copies.iter().all(|copy| copy.exists()));
}

#[test]
fn machine_on_which_orders_are_only_tried_tells_everything_and_touches_nothing() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let copy = stage.sample("copy");
    let mut sleeper = Sleeper::start(&program);
    let policy = Policy {
        dry_run_only: true,
        ..Policy::default()
    };
    let result = stage.act(&engine(&stage, policy, Nothing));
    assert_eq!(refusal(&result).0, FailureReason::Policy);
    for path in [&program, &copy] {
        let outcome = file_at(&result, path).outcome;
        assert_eq!(outcome, FileOutcome::WouldQuarantine);
    }
    assert_eq!(result.processes[0].outcome, ProcessOutcome::WouldStop);
    assert!(sleeper.goes_on() && program.exists() && copy.exists());
}

#[test]
fn only_the_allowed_directories_are_searched() {
    let stage = Stage::new();
    for directory in ["inside", "outside"] {
        fs::create_dir(stage.path(directory)).unwrap();
    }
    let inside = stage.sample("inside/program");
    let outside = stage.sample("outside/program");
    let policy = Policy {
        roots: Some(vec![stage.path("inside")]),
        ..Policy::default()
    };
    stage.act(&engine(&stage, policy, Nothing));
    assert!(!inside.exists() && outside.exists());
}

#[test]
fn order_beyond_those_of_an_hour_is_refused_and_a_repeated_one_is_not_counted() {
    let stage = Stage::new();
    let policy = Policy {
        actions_per_hour: 2,
        ..Policy::default()
    };
    let first = stage.order();
    let engine_now = engine(&stage, policy.clone(), Nothing);
    for order in [&first, &first, &stage.order()] {
        let result = finished(engine_now.carry_out(order).unwrap());
        assert_eq!(refusal(&result).0, FailureReason::FileNotFound);
    }
    drop(engine_now);
    let program = stage.sample("program");
    let result = stage.act(&engine(&stage, policy, Nothing));
    let (reason, message) = refusal(&result);
    assert_eq!(reason, FailureReason::Policy);
    assert!(message.contains("2 actions an hour"), "{message}");
    assert!(program.exists());
}

#[test]
fn policy_that_cannot_be_relied_on_lets_nothing_be_done_until_it_can() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let file = stage.base().join("policy.toml");
    fs::write(&file, "force = true\n").unwrap();
    let policy = Arc::new(LocalPolicy::open(Some(&file)));
    let engine = stage.engine().with_policy(Arc::clone(&policy));
    let result = stage.act(&engine);
    let (reason, message) = refusal(&result);
    assert_eq!(reason, FailureReason::Policy);
    assert!(message.contains("line 1"), "{message}");
    assert!(program.exists());
    fs::write(&file, "force = \"refuse\"\n").unwrap();
    policy.reload().unwrap();
    assert_eq!(stage.act(&engine).verdict, Verdict::Succeeded);
    assert!(!program.exists());
}

/// `unshare` and the one process that it started, which has the id 1 where it is.
struct Container(Child);

impl Container {
    fn start(program: &Path) -> Self {
        let started = Command::new("unshare")
            .args(["--pid", "--fork", "--kill-child"])
            .arg(program)
            .arg("600")
            .spawn();
        Self(started.unwrap())
    }

    fn first_process(&self) -> u32 {
        let children = format!("/proc/{0}/task/{0}/children", self.0.id());
        loop {
            let listed = fs::read_to_string(&children).unwrap();
            let child = listed
                .split_whitespace()
                .next()
                .map(|pid| pid.parse().unwrap());
            match child {
                Some(child) if executes_a_sample(child) => return child,
                _ => std::thread::yield_now(),
            }
        }
    }
}

fn executes_a_sample(pid: u32) -> bool {
    fs::read_link(format!("/proc/{pid}/exe")).is_ok_and(|exe| exe.ends_with("program"))
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn first_process_of_a_container_is_stopped_like_any_other_as_root() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut container = Container::start(&program);
    let first = container.first_process();
    let status = fs::read_to_string(format!("/proc/{first}/status")).unwrap();
    let ids = status
        .lines()
        .find(|line| line.starts_with("NSpid:"))
        .unwrap();
    assert!(ids.ends_with("\t1"), "{ids}");
    let result = stage.act(&engine(&stage, Policy::default(), Nothing));
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    let stopped = &result.processes[0];
    assert_eq!(
        (stopped.pid, stopped.outcome),
        (first, ProcessOutcome::Stopped)
    );
    assert!(!container.0.wait().unwrap().success());
}
