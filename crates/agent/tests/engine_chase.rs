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
mod tiny_program;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use engine_stage::{Nothing, Sleeper, Stage, finished, state_of, write_program};
use quell_agent::engine::Engine;
use quell_agent::find::Scope;
use quell_protocol::{ActionResult, Verdict};
use tiny_program::{bomb, hopper};

/// So many processes the bomb may have.
const BOMB: usize = 300;
/// A user that nobody else is: limits are counted by user.
const USER: &str = "61234";

/// A process namespace with one program in it; everybody in there ends with this.
struct Herd(Child);

impl Herd {
    /// Starts `program` below an innocent shell that waits for its input to end, as it does with the
    /// test: whoever changes his user is not told of his parent's death.
    fn start(command: &[&str], program: &Path) -> Self {
        let unshare = ["--pid", "--fork", "--kill-child", "--mount-proc"];
        let child = Command::new("unshare")
            .args(unshare)
            .args(command)
            .args(["sh", "-c", "\"$0\" & while read word; do :; done"])
            .arg(program)
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(child.unwrap())
    }
}

impl Drop for Herd {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// How many processes execute the file.
fn count(program: &Path) -> usize {
    let executes = |entry: &fs::DirEntry| {
        fs::read_link(entry.path().join("exe")).is_ok_and(|link| {
            let link = link.to_string_lossy().into_owned();
            link.trim_end_matches(" (deleted)") == program.to_str().unwrap()
        })
    };
    let entries = fs::read_dir("/proc").unwrap();
    entries.flatten().filter(executes).count()
}

fn await_count(program: &Path, at_least: usize) {
    while count(program) < at_least {
        std::thread::yield_now();
    }
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

fn place(stage: &Stage, code: &[u8]) -> (PathBuf, Vec<u8>) {
    let mut content = tiny_program::elf(code);
    content.extend(stage.mark().bytes());
    let program = stage.path("program");
    write_program(&program, &content);
    (program, content)
}

/// A control group of version 2 of the test's own, with nobody in it.
struct Group(PathBuf);

impl Group {
    fn make(stage: &Stage) -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let line = mounts.lines().find(|line| line.contains(" - cgroup2 "))?;
        let name = stage.base().file_name().unwrap().to_str().unwrap();
        let mount = Path::new(line.split(' ').nth(4)?);
        let directory = mount.join(format!("quell-test-{}", name.trim_start_matches('.')));
        fs::create_dir(&directory).ok()?;
        Some(Self(directory))
    }

    fn take_in(&self, pid: u32) {
        fs::write(self.0.join("cgroup.procs"), pid.to_string()).unwrap();
    }

    fn is_frozen(&self) -> bool {
        let events = fs::read_to_string(self.0.join("cgroup.events")).unwrap();
        events.contains("frozen 1")
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::write(self.0.join("cgroup.kill"), "1");
        while fs::remove_dir(&self.0)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::ResourceBusy)
        {
            std::thread::yield_now();
        }
    }
}

fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        println!("skipped: only root makes namespaces and control groups");
    }
    is_root
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
    let limited = [
        "prlimit",
        &limit,
        "setpriv",
        "--reuid",
        USER,
        "--regid",
        USER,
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
    assert_ne!(state_of(herd.0.id()).as_deref(), Some("T"));
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
    assert_ne!(state_of(herd.0.id()).as_deref(), Some("T"));
}

#[test]
fn hopper_that_leaves_its_group_at_every_hop_is_stopped_with_its_control_group_as_root() {
    if !is_root() {
        return;
    }
    let stage = Stage::new();
    let Some(group) = Group::make(&stage) else {
        println!("skipped: no control groups of version 2");
        return;
    };
    let (program, content) = place(&stage, &hopper(true));
    // Who is in the group stays in it, at whatever remove; the bystander only rests for a moment.
    let mut bystander = Sleeper::start(&stage.innocent("innocent"));
    group.take_in(bystander.pid());
    let join = format!("echo 0 > {}/cgroup.procs; exec \"$@\"", group.0.display());
    let herd = Herd::start(&["sh", "-c", &join, "sh"], &program);
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
