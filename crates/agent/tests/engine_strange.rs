//! The engine killed where the file system knows no root: what it captured there is found again.
#![cfg(all(target_os = "linux", feature = "crash-points"))]
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
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use engine_stage::{Sleeper, Stage, finished, own_identity};
use quell_agent::find::ProcessIdentity;
use quell_protocol::{FileOutcome, Order, Verdict};

const SIGKILL: i32 = 9;
const NOBODY: u32 = 65_534;
const BASE: &str = "QUELL_TEST_BASE";
const ANCESTOR: &str = "QUELL_TEST_ANCESTOR";
const ORDER: &str = "QUELL_TEST_ORDER";

/// A user's own namespaces, with a file system at the stage's root in which nothing can belong to
/// root, and a sample on it. They end with this.
struct Container(Child);

impl Container {
    /// Nothing where that cannot be.
    fn at(stage: &Stage) -> Option<Self> {
        let alone = || {
            let mut unshare = Command::new("unshare");
            let unshare = unshare.args(["--user", "--map-root-user", "--mount"]);
            let unshare = unshare.uid(NOBODY).gid(NOBODY).stderr(Stdio::null());
            unshare.args(["--propagation", "private"]);
            std::mem::replace(unshare, Command::new("true"))
        };
        let may =
            rustix::process::geteuid().is_root() && alone().arg("true").status().unwrap().success();
        if !may {
            println!(
                "skipped: only root can be somebody else, and some kernels let users be alone"
            );
            return None;
        }
        for open in [stage.base(), &stage.root()] {
            fs::set_permissions(open, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let source = stage.sample("../source");
        let script =
            r#"mount -t tmpfs tmpfs "$1" && cp "$0" "$1/program" && echo ready && read word"#;
        let mut container = alone();
        container
            .args(["sh", "-c", script])
            .args([source, stage.root()]);
        let container = container.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut container = Self(container.spawn().unwrap());
        let mut line = String::new();
        let told = container.0.stdout.take().unwrap();
        BufReader::new(told).read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Some(container)
    }

    /// Runs this test program's `name` with the mounts of the container, and as root.
    fn run(&self, stage: &Stage, name: &str) {
        let output = Command::new("nsenter")
            .arg(format!("--mount=/proc/{}/ns/mnt", self.0.id()))
            .arg(env::current_exe().unwrap())
            .args(["--exact", name, "--ignored", "--nocapture"])
            .env(BASE, stage.base())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.contains("1 passed"),
            "{said}{told}"
        );
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn stage() -> Option<Stage> {
    let ancestor = match env::var(ANCESTOR) {
        Ok(ancestor) => serde_json::from_str::<ProcessIdentity>(&ancestor).unwrap(),
        Err(_) => own_identity(),
    };
    Some(Stage::again(PathBuf::from(env::var_os(BASE)?), ancestor))
}

/// Not a test of its own: what the one below lets die.
#[test]
#[ignore = "run by another test in a process of its own"]
fn engine_that_dies() {
    let Some(stage) = stage() else { return };
    let order: Order = serde_json::from_str(&env::var(ORDER).unwrap()).unwrap();
    stage.engine().carry_out(&order).unwrap();
}

fn crash_at(point: &str, stage: &Stage, order: &Order) {
    let status = Command::new(env::current_exe().unwrap())
        .args(["--exact", "engine_that_dies", "--ignored"])
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

/// The directory that the engine has made beside the file, if it is there.
fn capture_directory(stage: &Stage) -> Option<PathBuf> {
    let names = stage.names();
    let mut names = names.iter().map(|name| String::from_utf8_lossy(name));
    let name = names.find(|name| name.starts_with(".quell-capture-"))?;
    Some(stage.path(&*name))
}

fn captured_file_is_found_again_after(point: &str) {
    let stage = stage().unwrap();
    let program = stage.path("program");
    let content = fs::read(&program).unwrap();
    let mut sleeper = Sleeper::start(&program);
    let order = stage.order();
    crash_at(point, &stage, &order);
    let capture = capture_directory(&stage).unwrap();
    assert!(!program.exists());
    assert_eq!(fs::read_dir(&capture).unwrap().count(), 1);
    // It is not root's, who is nobody here.
    assert_eq!(fs::metadata(&capture).unwrap().uid(), NOBODY);
    let engine = stage.engine();
    engine.recover().unwrap();
    let result = finished(engine.unreported().unwrap().remove(0).1);
    assert_eq!(result.verdict, Verdict::Succeeded, "{point}: {result:#?}");
    assert_eq!(result.files[0].outcome, FileOutcome::Quarantined);
    assert!(sleeper.killed_by().is_some());
    assert_eq!(stage.items().len(), 1);
    assert_eq!(stage.item_content(&stage.items()[0]), content);
    assert!(stage.names().is_empty(), "{:?}", stage.names());
}

#[test]
#[ignore = "run with the mounts of a container"]
fn inside_after_capture() {
    if env::var_os(BASE).is_some() {
        captured_file_is_found_again_after("after-capture");
    }
}

#[test]
#[ignore = "run with the mounts of a container"]
fn inside_between_names() {
    if env::var_os(BASE).is_some() {
        captured_file_is_found_again_after("between-names");
    }
}

fn is_shown(name: &str) {
    let stage = Stage::new();
    if let Some(container) = Container::at(&stage) {
        container.run(&stage, name);
    }
}

#[test]
fn capture_directory_of_a_stranger_is_opened_again_after_the_capture_as_root() {
    is_shown("inside_after_capture");
}

#[test]
fn capture_directory_of_a_stranger_is_opened_again_in_the_middle_of_the_capture_as_root() {
    is_shown("inside_between_names");
}
