//! Writers while a file is read for the last time and taken: held off, named, or noticed.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test fails by panicking, and says when it was skipped"
)]

mod engine_stage;

use std::env;
use std::fs::{self, File, OpenOptions};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::fd::BorrowedFd;
use std::os::unix::fs::{FileExt, OpenOptionsExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use engine_stage::{Folder, Nothing, Sleeper, Stage, file_at};
use quell_agent::engine::{Engine, EngineConfig, ItemDraft, Seal, SealError, degraded};
use quell_agent::plan::State;
use quell_protocol::{FileOutcome, ResidualReason, Verdict};
use rustix::thread::{CapabilitySet, capabilities, set_capabilities};

const MAP: &str = "QUELL_TEST_MAP";
const NOBODY: u32 = 65534;

/// A vault that does something between the last reading and the capture, and once more while it
/// seals.
struct Meddler {
    vault: Folder,
    meddle: Mutex<Box<dyn FnMut(Moment) + Send>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    BeforeCapture,
    WhileSealing,
}

impl Meddler {
    fn meddle(&self, moment: Moment) {
        let mut meddle = self.meddle.lock().unwrap();
        (*meddle)(moment);
    }
}

impl Seal for Meddler {
    fn seal(&self, item: &ItemDraft, content: BorrowedFd<'_>) -> Result<String, SealError> {
        self.meddle(Moment::WhileSealing);
        self.vault.seal(item, content)
    }

    fn contains(&self, item_id: &str) -> bool {
        self.vault.contains(item_id)
    }

    fn has_room(&self, _: u64) -> bool {
        self.meddle(Moment::BeforeCapture);
        true
    }
}

fn config(stage: &Stage, patience: Duration) -> EngineConfig {
    let mut config = stage.config();
    config.limits.lease = patience;
    config
}

fn engine(stage: &Stage, patience: Duration) -> Engine {
    let config = config(stage, patience);
    Engine::open(config, Box::new(stage.vault()), Box::new(Nothing)).unwrap()
}

fn meddled(stage: &Stage, meddle: impl FnMut(Moment) + Send + 'static) -> Engine {
    let meddler = Meddler {
        vault: stage.vault(),
        meddle: Mutex::new(Box::new(meddle)),
    };
    let config = config(stage, Duration::ZERO);
    Engine::open(config, Box::new(meddler), Box::new(Nothing)).unwrap()
}

fn for_writing(path: &Path) -> File {
    OpenOptions::new().write(true).open(path).unwrap()
}

/// A process that ends with the test, started and past what it says when it is ready.
struct Helper(Child);

impl Helper {
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let is_ready = |line: String| line.ends_with("ready");
        assert!(lines.map(Result::unwrap).any(is_ready));
        Self(child)
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        println!("skipped: only root can do that");
    }
    is_root
}

#[test]
fn nobody_begins_to_write_between_the_last_reading_and_the_vault() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let content = fs::read(&program).unwrap();
    let seen = Arc::new(Mutex::new(Vec::new()));
    // Opened before its permissions are taken from it, and opened again through this.
    let pinned = File::open(&program).unwrap();
    let again = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&pinned));
    let engine = meddled(&stage, {
        let seen = Arc::clone(&seen);
        move |moment| {
            if moment == Moment::WhileSealing {
                fs::set_permissions(&again, fs::Permissions::from_mode(0o600)).unwrap();
            }
            let nonblocking = rustix::fs::OFlags::NONBLOCK.bits().cast_signed();
            let mut options = OpenOptions::new();
            options.write(true).custom_flags(nonblocking);
            let refused = options.open(&again).unwrap_err().kind();
            seen.lock().unwrap().push((moment, refused));
        }
    });
    let result = stage.act(&engine);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(stage.item_content(&stage.items()[0]), content);
    let refused = ErrorKind::WouldBlock;
    assert_eq!(
        *seen.lock().unwrap(),
        [
            (Moment::BeforeCapture, refused),
            (Moment::WhileSealing, refused)
        ]
    );
    assert_eq!(file_at(&result, &program).detail, None);
}

#[test]
fn file_that_an_open_writer_changes_after_the_last_reading_goes_back() {
    let stage = Stage::new();
    let program = stage.sample("program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o751)).unwrap();
    let mut changed = fs::read(&program).unwrap();
    changed[0] ^= 1;
    let writer = for_writing(&program);
    let first = changed[0];
    let engine = meddled(&stage, move |moment| {
        if moment == Moment::BeforeCapture {
            writer.write_all_at(&[first], 0).unwrap();
        }
    });
    let result = stage.act(&engine);
    assert!(matches!(result.verdict, Verdict::Failed { .. }));
    assert!(fs::read(&program).unwrap() == changed, "{result:#?}");
    let mode = fs::metadata(&program).unwrap().permissions().mode();
    assert_eq!(mode & 0o7777, 0o751);
    assert!(stage.items().is_empty());
}

#[test]
fn writer_that_stays_is_named_and_the_file_is_taken_all_the_same() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let script = r#"exec 3>>"$0"; echo ready; read line"#;
    let writer = Helper::start(Command::new("sh").args(["-c", script]).arg(&program));
    let result = stage.act(&engine(&stage, Duration::ZERO));
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    let detail = file_at(&result, &program).detail.as_ref().unwrap();
    let named = format!("open for writing by process {} (", writer.0.id());
    assert!(detail.starts_with(&named), "{detail}");
    assert!(!detail.contains("mapping"), "{detail}");
    let residual = &result.residuals[0];
    assert_eq!(residual.reason, ResidualReason::Writers);
    assert_eq!(residual.pid, Some(writer.0.id()));
}

#[test]
fn writer_that_does_not_show_is_told_too() {
    let stage = Stage::new();
    let program = stage.sample("program");
    // The engine never names its own process.
    let _writer = for_writing(&program);
    let result = stage.act(&engine(&stage, Duration::ZERO));
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    let detail = file_at(&result, &program).detail.as_ref().unwrap();
    assert!(detail.contains("does not show"), "{detail}");
}

#[test]
fn writer_that_lets_go_in_time_is_waited_for() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let writer = for_writing(&program);
    let (frozen, is_frozen) = mpsc::channel();
    let engine =
        engine(&stage, Duration::from_secs(600)).with_progress(Box::new(move |_, state| {
            if state == State::Frozen {
                frozen.send(()).unwrap();
            }
        }));
    let result = thread::scope(|scope| {
        scope.spawn(move || {
            is_frozen.recv().unwrap();
            drop(writer);
        });
        stage.act(&engine)
    });
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(file_at(&result, &program).detail, None);
}

#[test]
fn writer_that_is_stopped_itself_is_not_waited_for() {
    let stage = Stage::new();
    let (program, copy) = (stage.sample("program"), stage.sample("copy"));
    // Its standard output is the other copy: it is a target, and it may write to one.
    let output = OpenOptions::new().append(true).open(&copy).unwrap();
    let mut sleeper = Sleeper::start_with_output(&program, output);
    let result = stage.act(&engine(&stage, Duration::from_secs(600)));
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(9));
    assert_eq!(file_at(&result, &copy).detail, None);
    assert_eq!(file_at(&result, &copy).outcome, FileOutcome::Quarantined);
}

/// Not a test: what [`writer_through_a_mapping_is_found_as_root`] starts.
#[test]
#[allow(unsafe_code, reason = "a mapping is what it is about")]
fn maps_a_file_when_asked_to() {
    use rustix::mm::{MapFlags, ProtFlags, mmap};
    let Some(path) = env::var_os(MAP) else { return };
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(PathBuf::from(path))
        .unwrap();
    let protection = ProtFlags::READ | ProtFlags::WRITE;
    // SAFETY: the kernel chooses the place, and nobody looks at what is there.
    unsafe {
        mmap(
            std::ptr::null_mut(),
            1,
            protection,
            MapFlags::SHARED,
            &file,
            0,
        )
    }
    .unwrap();
    drop(file);
    println!("\nready");
    std::io::stdout().flush().unwrap();
    let _ = std::io::stdin().lines().next();
}

#[test]
fn writer_through_a_mapping_is_found_as_root() {
    if !is_root() {
        return;
    }
    let stage = Stage::new();
    let program = stage.sample("program");
    let writer = Helper::start(
        Command::new(env::current_exe().unwrap())
            .args(["--exact", "maps_a_file_when_asked_to", "--nocapture"])
            .env(MAP, &program),
    );
    let result = stage.act(&engine(&stage, Duration::ZERO));
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    let detail = file_at(&result, &program).detail.as_ref().unwrap();
    assert!(
        detail.contains(&format!("process {} (", writer.0.id())),
        "{detail}"
    );
    assert!(detail.contains("through a mapping"), "{detail}");
}

#[test]
fn agent_without_the_right_to_lease_says_so_and_reads_twice_as_root() {
    if !is_root() {
        return;
    }
    let stage = Stage::new();
    let program = stage.sample("program");
    chown(&program, Some(NOBODY), Some(NOBODY)).unwrap();
    // What a thread may do is its own: no other test's thread loses anything.
    let mut sets = capabilities(None).unwrap();
    sets.effective.remove(CapabilitySet::LEASE);
    set_capabilities(None, sets).unwrap();
    assert!(degraded().iter().any(|one| one.contains("CAP_LEASE")));
    let path = program.clone();
    let engine = meddled(&stage, move |moment| {
        if moment == Moment::BeforeCapture {
            for_writing(&path).write_all_at(b"changed", 0).unwrap();
        }
    });
    let result = stage.act(&engine);
    assert!(
        matches!(result.verdict, Verdict::Failed { .. }),
        "{result:#?}"
    );
    assert!(fs::read(&program).unwrap().starts_with(b"changed"));
    assert!(stage.items().is_empty());
    assert!(result.degraded.iter().any(|one| one.contains("CAP_LEASE")));
}
