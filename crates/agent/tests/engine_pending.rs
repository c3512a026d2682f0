//! Processes that the kernel does not let go of at once, and those that do not show what they are.
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

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use engine_stage::mounts::with_own_mounts;
use engine_stage::{Nothing, Sleeper, Stage, file_at, finished, state_of, write_program};
use quell_agent::engine::Engine;
use quell_agent::find::ProcessIdentity;
use quell_protocol::{FailureReason, FileOutcome, ProcessOutcome, ResidualReason, Verdict};

const SIGKILL: i32 = 9;
/// Longer than the action takes on the slowest machine; who is stuck is so for ever.
const FOR_EVER: Duration = Duration::from_secs(60);

/// A program of this code, with bytes that only the stage has.
fn place(stage: &Stage, content: &[u8]) -> (PathBuf, Vec<u8>) {
    let mut content = content.to_vec();
    content.extend(stage.mark().bytes());
    let program = stage.path("program");
    write_program(&program, &content);
    (program, content)
}

fn await_state(sleeper: &mut Sleeper, letter: &str) {
    while state_of(sleeper.pid()).as_deref() != Some(letter) {
        assert!(sleeper.killed_by().is_none(), "it does not run");
        thread::yield_now();
    }
}

#[test]
fn parent_that_waits_in_the_kernel_for_its_child_ends_with_it() {
    let stage = Stage::new();
    let (program, content) = place(&stage, &tiny_program::elf(&tiny_program::waiting_parent()));
    let mut sleeper = Sleeper::of(&mut Command::new(&program));
    await_state(&mut sleeper, "D");
    let order = stage.order_about_content(&content);
    let result = finished(stage.engine().carry_out(&order).unwrap());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    assert_eq!(result.processes.len(), 2, "{result:#?}");
    assert!(!program.exists());
}

/// A file system whose server takes requests and answers none but the first. Whoever asks for
/// anything waits where no signal reaches him, until this goes away.
struct SilentServer {
    device: Option<File>,
    at: PathBuf,
}

/// Numbers of the kernel's own protocol (`linux/fuse.h`).
const FUSE_INIT: u32 = 26;
const MAJOR: u32 = 7;
const MINOR: u32 = 31;

impl SilentServer {
    fn at(directory: &Path) -> Option<Self> {
        let device = OpenOptions::new()
            .read(true)
            .write(true)
            .open("/dev/fuse")
            .ok()?;
        // The device is the command's standard input, and so the mount's descriptor 0.
        let mounted = Command::new("mount")
            .args(["-i", "-t", "fuse", "-o"])
            .arg("fd=0,rootmode=40000,user_id=0,group_id=0")
            .arg("silent")
            .arg(directory)
            .stdin(device.try_clone().ok()?)
            .stderr(Stdio::null())
            .status();
        if !mounted.is_ok_and(|status| status.success()) {
            return None;
        }
        let server = Self {
            device: Some(device),
            at: directory.to_owned(),
        };
        server.introduce_itself();
        Some(server)
    }

    fn introduce_itself(&self) {
        let request = self.next_request();
        assert_eq!(number(&request, 4), FUSE_INIT);
        let unique = &request[8..16];
        let mut said = Vec::new();
        said.extend(MAJOR.to_le_bytes());
        said.extend(MINOR.to_le_bytes());
        said.resize(64, 0);
        let mut answer = 80_u32.to_le_bytes().to_vec();
        answer.extend(0_u32.to_le_bytes());
        answer.extend(unique);
        answer.extend(said);
        self.device.as_ref().unwrap().write_all(&answer).unwrap();
    }

    /// Takes a request, and leaves it without an answer.
    fn next_request(&self) -> Vec<u8> {
        let mut request = vec![0; 1 << 20];
        let length = self.device.as_ref().unwrap().read(&mut request).unwrap();
        request.truncate(length);
        request
    }
}

fn number(request: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(request[at..at + 4].try_into().unwrap())
}

impl Drop for SilentServer {
    fn drop(&mut self) {
        // With its last descriptor the server is gone, and nobody waits for it any more.
        drop(self.device.take());
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).status();
    }
}

#[test]
fn process_that_no_signal_reaches_is_told_and_its_file_is_taken_as_root() {
    let name = "process_that_no_signal_reaches_is_told_and_its_file_is_taken_as_root";
    with_own_mounts(name, || {
        let stage = Stage::new();
        let served = stage.base().join("served");
        fs::create_dir(&served).unwrap();
        let Some(server) = SilentServer::at(&served) else {
            println!("skipped: no file system can be served by a program here");
            return;
        };
        let (program, content) = place(&stage, &fs::read("/bin/cat").unwrap());
        let mut reader = Sleeper::of(Command::new(&program).arg(served.join("anything")));
        server.next_request();
        let mut config = stage.config();
        let moment = Duration::from_millis(100);
        (config.limits.freeze, config.limits.kill) = (moment, moment);
        let (vault, order) = (stage.vault(), stage.order_about_content(&content));
        let (tell, told) = mpsc::channel();
        let acting = thread::spawn(move || {
            let engine = Engine::open(config, Box::new(vault), Box::new(Nothing)).unwrap();
            let _ = tell.send(finished(engine.carry_out(&order).unwrap()));
        });
        let came = told.recv_timeout(FOR_EVER);
        if came.is_err() {
            // Nobody ends who waits for this very process to answer.
            drop(server);
            acting.join().unwrap();
            panic!("it waited for a server that never answers");
        }
        let result = came.unwrap();
        assert_eq!(reader.killed_by(), None, "it was no such process");
        assert_eq!(state_of(reader.pid()).as_deref(), Some("D"));
        assert_eq!(result.processes.len(), 1, "{result:#?}");
        assert_eq!(result.processes[0].outcome, ProcessOutcome::KillPending);
        assert_eq!(result.residuals[0].reason, ResidualReason::KillPending);
        assert_eq!(file_at(&result, &program).outcome, FileOutcome::Quarantined);
        assert!(!program.exists());
        assert_eq!(stage.item_content(&stage.items()[0]), content);
        let Verdict::Failed { reason, .. } = result.verdict else {
            panic!("a process is left over: {result:#?}");
        };
        assert_eq!(reason, FailureReason::Incomplete);
        // The signal waits for it: as soon as the kernel lets go, it ends.
        drop(server);
        while reader.killed_by().is_none() {
            thread::yield_now();
        }
        assert_eq!(reader.killed_by(), Some(SIGKILL));
    });
}

const BASE: &str = "QUELL_TEST_BASE";
const ANCESTOR: &str = "QUELL_TEST_ANCESTOR";
/// A user that nobody else is.
const USER: u32 = 61_235;

/// Not a test of its own: an agent that is not root.
#[test]
#[ignore = "run by another test as another user"]
fn engine_of_another_user() {
    let Some(base) = env::var_os(BASE) else {
        return;
    };
    let ancestor: ProcessIdentity = serde_json::from_str(&env::var(ANCESTOR).unwrap()).unwrap();
    let stage = Stage::again(PathBuf::from(base), ancestor);
    let result = stage.act(&stage.engine());
    assert_eq!(result.coverage.processes_unreadable, 1, "{result:#?}");
    let unknown = |one: &&quell_protocol::Residual| one.reason == ResidualReason::UnknownProcesses;
    assert_eq!(result.residuals.iter().filter(unknown).count(), 1);
    let Verdict::Failed { reason, message } = &result.verdict else {
        panic!("somebody may still execute it: {result:#?}");
    };
    assert_eq!(*reason, FailureReason::Incomplete);
    assert!(
        message.starts_with("one process does not show what it executes"),
        "{message}"
    );
}

#[test]
fn agent_without_root_counts_who_does_not_show_what_he_executes_as_root() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: only root can become another user");
        return;
    }
    let stage = Stage::new();
    let program = stage.sample("program");
    for path in [stage.base(), &stage.root(), &stage.vault().0, &program] {
        chown(path, Some(USER), Some(USER)).unwrap();
    }
    // Root's own process of the very file, which the agent of another user cannot look into.
    let mut hidden = Sleeper::start(&program);
    let started = Command::new(env::current_exe().unwrap())
        .args([
            "--exact",
            "engine_of_another_user",
            "--ignored",
            "--nocapture",
        ])
        .env(BASE, stage.base())
        .env(ANCESTOR, serde_json::to_string(&stage.ancestor()).unwrap())
        .current_dir("/")
        .uid(USER)
        .gid(USER)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&started.stdout);
    assert!(started.status.success(), "{told}{started:?}");
    assert!(told.contains("1 passed"), "{told}");
    assert!(hidden.goes_on());
    assert!(!program.exists());
}
