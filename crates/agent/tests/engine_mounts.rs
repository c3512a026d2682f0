//! Files on other mounts, made in a mount namespace of the test's own. Only root may do that.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says when it was skipped"
)]

mod engine_stage;

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use engine_stage::mounts::{Mounted, run, with_own_mounts, with_own_processes};
use engine_stage::{Nothing, Sleeper, Stage, file_at};
use quell_agent::engine::Engine;
use quell_agent::find::Scope;
use quell_protocol::{ActionResult, FailureReason, FileOutcome, ProcessOutcome, Verdict};

const SIGKILL: i32 = 9;
const NOBODY: u32 = 65_534;

/// With the whole machine in scope, as a service has it: only then are names captured at the root
/// of their mount.
fn act_on_the_machine(stage: &Stage) -> ActionResult {
    let mut config = stage.config();
    config.scope = Scope::machine(vec![stage.root()]);
    let engine = Engine::open(config, Box::new(stage.vault()), Box::new(Nothing)).unwrap();
    stage.act(&engine)
}

fn names(directory: &Path) -> Vec<String> {
    fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

#[test]
fn file_on_another_file_system_than_the_vault_is_taken_as_root() {
    with_own_processes(
        "file_on_another_file_system_than_the_vault_is_taken_as_root",
        || {
            let stage = Stage::new();
            let other = stage.path("other");
            fs::create_dir(&other).unwrap();
            let _mounted = Mounted::at(&other, &["-t", "tmpfs", "tmpfs"]);
            fs::create_dir(other.join("deep")).unwrap();
            let program = stage.sample("other/deep/program");
            let content = fs::read(&program).unwrap();
            let mut sleeper = Sleeper::start(&program);
            let result = act_on_the_machine(&stage);
            assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
            assert_eq!(sleeper.killed_by(), Some(SIGKILL));
            assert_eq!(stage.item_content(&stage.items()[0]), content);
            assert_eq!(names(&other), ["deep"], "a capture directory remained");
            assert!(names(&other.join("deep")).is_empty());
        },
    );
}

#[test]
fn file_below_a_bind_mount_is_captured_within_that_mount_as_root() {
    with_own_processes(
        "file_below_a_bind_mount_is_captured_within_that_mount_as_root",
        || {
            let stage = Stage::new();
            let (source, bound) = (stage.base().join("source"), stage.path("bound"));
            fs::create_dir(&source).unwrap();
            fs::create_dir(&bound).unwrap();
            // The same file system, and yet no rename leads out of the mount.
            let _mounted = Mounted::at(&bound, &["--bind", source.to_str().unwrap()]);
            let program = stage.sample("bound/program");
            let result = act_on_the_machine(&stage);
            assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
            assert_eq!(file_at(&result, &program).outcome, FileOutcome::Quarantined);
            assert!(names(&source).is_empty(), "something remained");
        },
    );
}

#[test]
fn file_on_a_read_only_mount_stays_and_is_told_but_its_process_ends_as_root() {
    with_own_processes(
        "file_on_a_read_only_mount_stays_and_is_told_but_its_process_ends_as_root",
        || {
            let stage = Stage::new();
            let locked = stage.path("locked");
            fs::create_dir(&locked).unwrap();
            let _mounted = Mounted::at(&locked, &["-t", "tmpfs", "tmpfs"]);
            let program = stage.sample("locked/program");
            run("mount", &["-o", "remount,ro"], &locked);
            let mut sleeper = Sleeper::start(&program);
            let result = act_on_the_machine(&stage);
            assert_eq!(sleeper.killed_by(), Some(SIGKILL));
            assert_eq!(result.processes[0].outcome, ProcessOutcome::Stopped);
            let Verdict::Failed { reason, .. } = &result.verdict else {
                panic!("the file is still there: {result:#?}");
            };
            assert_eq!(*reason, FailureReason::Incomplete);
            let file = file_at(&result, &program);
            assert_eq!(file.outcome, FileOutcome::NotRemoved);
            assert!(file.detail.as_ref().unwrap().starts_with("ReadOnly"));
            assert!(program.exists() && stage.items().is_empty());
        },
    );
}

#[test]
fn file_on_a_full_file_system_is_captured_all_the_same_as_root() {
    with_own_processes(
        "file_on_a_full_file_system_is_captured_all_the_same_as_root",
        || {
            let stage = Stage::new();
            let full = stage.path("full");
            fs::create_dir(&full).unwrap();
            let _mounted = Mounted::at(&full, &["-t", "tmpfs", "-o", "size=1m", "tmpfs"]);
            let program = stage.sample("full/program");
            let filled = fs::write(full.join("filler"), vec![1; 2 << 20]);
            assert_eq!(filled.unwrap_err().kind(), std::io::ErrorKind::StorageFull);
            let result = act_on_the_machine(&stage);
            assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
            assert!(!program.exists());
            assert_eq!(stage.items().len(), 1);
        },
    );
}

#[test]
fn file_that_only_another_process_sees_is_taken_through_its_mounts_as_root() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can make mounts");
        return;
    }
    let stage = Stage::new();
    let (program, mut sleeper) = hidden_in_mounts_of(Command::new("unshare"), &stage);
    let result = stage.act(&stage.engine());
    expect_taken_from_hidden_mounts(&stage, &program, &mut sleeper, &result);
}

/// The file system is the user's: nothing there can belong to root, who is not among those whom his
/// namespace knows.
#[test]
fn file_in_mounts_of_a_users_own_namespace_is_taken_as_root() {
    let mut unshare = Command::new("unshare");
    unshare
        .args(["--user", "--map-root-user"])
        .uid(NOBODY)
        .gid(NOBODY);
    let mut probe = Command::new("unshare");
    probe.args(["--user", "--map-root-user", "true"]);
    let probe = probe.uid(NOBODY).gid(NOBODY).stderr(Stdio::null()).status();
    if !rustix::process::geteuid().is_root() || !probe.is_ok_and(|status| status.success()) {
        println!("skipped: only root can be somebody else, and some kernels let users be alone");
        return;
    }
    let stage = Stage::new();
    for open in [stage.base(), &stage.root()] {
        fs::set_permissions(open, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let (program, mut sleeper) = hidden_in_mounts_of(unshare, &stage);
    // Its mounts end with its last process; what is open of them stays.
    let inside = format!("/proc/{}/root{}", sleeper.pid(), stage.root().display());
    let hidden = File::open(Path::new(&inside).join("hidden")).unwrap();
    let result = stage.act(&stage.engine());
    expect_taken_from_hidden_mounts(&stage, &program, &mut sleeper, &result);
    let left = rustix::fs::Dir::read_from(&hidden).unwrap();
    let left: Vec<_> = left
        .map(|entry| entry.unwrap().file_name().to_owned())
        .filter(|name| !matches!(name.to_bytes(), b"." | b".."))
        .collect();
    assert!(left.is_empty(), "{left:?} remain");
}

/// A sample that executes from a mount that only it sees, made by what `unshare` is to leave
/// besides; and its path there.
fn hidden_in_mounts_of(mut unshare: Command, stage: &Stage) -> (PathBuf, Sleeper) {
    let hidden = stage.path("hidden");
    fs::create_dir(&hidden).unwrap();
    let source = stage.sample("../source");
    let script = r#"mount -t tmpfs tmpfs "$1" && cp "$0" "$1/program" && exec "$1/program" 600"#;
    unshare.args(["--mount", "--propagation", "private", "sh", "-c", script]);
    let mut sleeper = Sleeper::start_command(unshare.args([&source, &hidden]));
    let executes = PathBuf::from(format!("/proc/{}/exe", sleeper.pid()));
    let program = hidden.join("program");
    while fs::read_link(&executes).unwrap() != program {
        assert!(sleeper.goes_on(), "the container ended");
        std::thread::yield_now();
    }
    assert!(!program.exists(), "it is no mount of its own");
    (program, sleeper)
}

fn expect_taken_from_hidden_mounts(
    stage: &Stage,
    program: &Path,
    sleeper: &mut Sleeper,
    result: &ActionResult,
) {
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    let file = file_at(result, program);
    assert_eq!(file.outcome, FileOutcome::Quarantined);
    let seen = format!("in the mounts of process {}", sleeper.pid());
    assert!(file.detail.as_ref().unwrap().starts_with(&seen), "{file:?}");
    let item = &stage.items()[0];
    let content = fs::read(stage.base().join("source")).unwrap();
    assert_eq!(stage.item_content(item), content);
    assert!(
        stage.item_paths(item).is_empty(),
        "it would be put back at the host's path"
    );
}

#[test]
fn file_of_an_images_layer_is_hidden_in_the_container_and_stays_in_the_layer_as_root() {
    with_own_mounts(
        "file_of_an_images_layer_is_hidden_in_the_container_and_stays_in_the_layer_as_root",
        || {
            let stage = Stage::new();
            let [lower, upper, work] = ["lower", "upper", "work"].map(|name| {
                let path = stage.base().join(name);
                fs::create_dir(&path).unwrap();
                path
            });
            let (layer, merged) = (stage.path("layer"), stage.path("merged"));
            fs::create_dir(&layer).unwrap();
            fs::create_dir(&merged).unwrap();
            let in_layer = stage.sample("layer/program");
            let before = fs::metadata(&in_layer).unwrap();
            let options = format!(
                "lowerdir={}:{},upperdir={},workdir={}",
                layer.display(),
                lower.display(),
                upper.display(),
                work.display()
            );
            let _mounted = Mounted::at(&merged, &["-t", "overlay", "overlay", "-o", &options]);
            let program = merged.join("program");
            let mut sleeper = Sleeper::start(&program);
            let result = stage.act(&stage.engine());
            assert_eq!(sleeper.killed_by(), Some(SIGKILL));
            assert_eq!(file_at(&result, &program).outcome, FileOutcome::Quarantined);
            assert!(!program.exists(), "it is still in the container");
            let left = file_at(&result, &in_layer);
            assert_eq!(left.outcome, FileOutcome::NotRemoved);
            assert!(
                left.detail.as_ref().unwrap().starts_with("ImageLayer"),
                "{left:?}"
            );
            let after = fs::metadata(&in_layer).unwrap();
            use std::os::unix::fs::MetadataExt;
            assert_eq!((after.ino(), after.mode()), (before.ino(), before.mode()));
            assert_eq!(names(&layer), ["program"]);
            assert_eq!(stage.items().len(), 1);
        },
    );
}
