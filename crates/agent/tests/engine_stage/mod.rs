//! A stage for the engine: a root directory, samples that only sleep, a vault that is a folder.
//!
//! Every stage's samples have a content of their own, and the engine touches only what the test's
//! own process started and what lies below the stage's root.
#![allow(dead_code, reason = "each test binary uses its own part of the stage")]

pub(crate) mod mounts;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::os::fd::BorrowedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use quell_agent::engine::{Attributes, Engine, EngineConfig, ItemDraft, Protect, Seal, SealError};
use quell_agent::find::{ProcessIdentity, Scope};
use quell_agent::hash::{Budget, Hasher};
use quell_model::{ActionId, MachineId, Sha1};
use quell_protocol::{ActionResult, FileResult, Hints, Order, Phase, Protection, Verb};

static SEQUENCE: AtomicU64 = AtomicU64::new(1);

/// Where everything happens.
pub(crate) struct Stage {
    /// Removes everything at the end, unless another process stands on the same stage.
    _dir: Option<tempfile::TempDir>,
    base: PathBuf,
    ancestor: ProcessIdentity,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let base = dir.path().canonicalize().unwrap();
        fs::create_dir(base.join("root")).unwrap();
        fs::create_dir(base.join("vault")).unwrap();
        Self {
            _dir: Some(dir),
            base,
            ancestor: own_identity(),
        }
    }

    /// The stage that another process has set.
    pub(crate) fn again(base: PathBuf, ancestor: ProcessIdentity) -> Self {
        Self {
            _dir: None,
            base,
            ancestor,
        }
    }

    pub(crate) fn base(&self) -> &Path {
        &self.base
    }

    pub(crate) fn ancestor(&self) -> ProcessIdentity {
        self.ancestor
    }

    pub(crate) fn root(&self) -> PathBuf {
        self.base.join("root")
    }

    pub(crate) fn path(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.root().join(name.as_ref())
    }

    /// A program that sleeps, with bytes that only this stage has.
    pub(crate) fn sample(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.program(name, "sample")
    }

    /// Another one, with another content.
    pub(crate) fn innocent(&self, name: impl AsRef<OsStr>) -> PathBuf {
        self.program(name, "innocent")
    }

    fn program(&self, name: impl AsRef<OsStr>, kind: &str) -> PathBuf {
        let path = self.path(name);
        write_program(&path, &self.content(kind));
        path
    }

    fn content(&self, kind: &str) -> Vec<u8> {
        let mut content = fs::read("/bin/sleep").unwrap();
        content.extend(format!("{kind} of {}", self.base.display()).bytes());
        content
    }

    /// The hash of this stage's sample.
    pub(crate) fn sha1(&self) -> Sha1 {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&self.content("sample")).unwrap();
        Hasher::new().sha1(&file, &Budget::UNLIMITED).unwrap().sha1
    }

    pub(crate) fn config(&self) -> EngineConfig {
        let scope = Scope::descendants(vec![self.root()], self.ancestor);
        EngineConfig::new(self.base.join("state"), scope)
    }

    pub(crate) fn engine(&self) -> Engine {
        self.engine_that_protects(Nothing)
    }

    pub(crate) fn engine_that_protects(&self, protect: impl Protect + Send + 'static) -> Engine {
        Engine::open(self.config(), Box::new(self.vault()), Box::new(protect)).unwrap()
    }

    pub(crate) fn vault(&self) -> Folder {
        Folder(self.base.join("vault"))
    }

    pub(crate) fn order(&self) -> Order {
        self.order_about(self.sha1())
    }

    pub(crate) fn order_about(&self, sha1: Sha1) -> Order {
        let sequence = SEQUENCE.fetch_add(1, Ordering::Relaxed);
        Order {
            sequence,
            machine_id: MachineId::new("machine").unwrap(),
            action_id: ActionId::new(format!("action-{sequence}")).unwrap(),
            expires_at: "2100-01-01T00:00:00Z".parse().unwrap(),
            verb: Verb::StopAndQuarantineFile {
                sha1,
                comment: "a test".to_owned(),
                requestor: Some("tester".to_owned()),
                force: false,
                hints: Hints::default(),
                dry_run: false,
                stop_mappers: false,
            },
        }
    }

    /// An order about a file with these bytes.
    pub(crate) fn order_about_content(&self, content: &[u8]) -> Order {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        self.order_about(Hasher::new().sha1(&file, &Budget::UNLIMITED).unwrap().sha1)
    }

    /// Bytes that no other stage has: appended to a file they make it one of a kind.
    pub(crate) fn mark(&self) -> String {
        format!("# only on {}\n", self.base.display())
    }

    /// Carries out one order about the stage's sample.
    pub(crate) fn act(&self, engine: &Engine) -> ActionResult {
        finished(engine.carry_out(&self.order()).unwrap())
    }

    /// Names below the root.
    pub(crate) fn names(&self) -> Vec<Vec<u8>> {
        let mut names: Vec<_> = fs::read_dir(self.root())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().as_bytes().to_vec())
            .collect();
        names.sort();
        names
    }

    /// The items in the vault.
    pub(crate) fn items(&self) -> Vec<String> {
        let entries = fs::read_dir(self.base.join("vault")).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| !name.contains('.'))
            .collect()
    }

    pub(crate) fn item_content(&self, item: &str) -> Vec<u8> {
        fs::read(self.base.join("vault").join(item)).unwrap()
    }

    pub(crate) fn item_attributes(&self, item: &str) -> Attributes {
        let file = self.base.join("vault").join(format!("{item}.attributes"));
        serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
    }

    pub(crate) fn item_paths(&self, item: &str) -> Vec<Vec<u8>> {
        let file = self.base.join("vault").join(format!("{item}.paths"));
        serde_json::from_slice(&fs::read(file).unwrap()).unwrap()
    }
}

pub(crate) fn write_program(path: &Path, content: &[u8]) {
    fs::write(path, content).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

pub(crate) fn finished(phase: Phase) -> ActionResult {
    match phase {
        Phase::Finished { result } => *result,
        other => panic!("not finished: {other:?}"),
    }
}

pub(crate) fn file_at<'a>(result: &'a ActionResult, path: &Path) -> &'a FileResult {
    result
        .files
        .iter()
        .find(|file| file.path.to_bytes() == path.as_os_str().as_bytes())
        .unwrap_or_else(|| panic!("{} is not in {result:#?}", path.display()))
}

/// This test's own process.
pub(crate) fn own_identity() -> ProcessIdentity {
    let pid = std::process::id();
    ProcessIdentity {
        pid,
        start_time: stat_field(pid, 22).unwrap().parse().unwrap(),
    }
}

fn stat_field(pid: u32, field: usize) -> Option<String> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let text = String::from_utf8_lossy(&stat).into_owned();
    let (_, rest) = text.rsplit_once(')')?;
    rest.split_ascii_whitespace()
        .nth(field - 3)
        .map(str::to_owned)
}

/// The state's letter of a process.
pub(crate) fn state_of(pid: u32) -> Option<String> {
    stat_field(pid, 3)
}

/// A sleeping process that ends with the test.
pub(crate) struct Sleeper(Child);

impl Sleeper {
    /// Starts a command; its standard input stays open and empty as long as the test runs.
    pub(crate) fn of(command: &mut Command) -> Self {
        Self::as_is(command.stdin(Stdio::piped()).stdout(Stdio::null()))
    }

    /// Starts a command with the input and output that it has.
    pub(crate) fn as_is(command: &mut Command) -> Self {
        loop {
            match command.spawn() {
                Ok(child) => return Self(child),
                // Another thread's child had the file open for writing between fork and exec.
                Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {}
                Err(error) => panic!("{command:?}: {error}"),
            }
        }
    }

    pub(crate) fn start(program: &Path) -> Self {
        Self::started(Command::new(program).arg("600"))
    }

    /// One that has `output` open.
    pub(crate) fn start_with_output(program: &Path, output: File) -> Self {
        Self::started(Command::new(program).arg("600").stdout(output))
    }

    /// One that another program becomes.
    pub(crate) fn start_command(command: &mut Command) -> Self {
        Self::started(command)
    }

    fn started(command: &mut Command) -> Self {
        Self::as_is(command.stdin(Stdio::null()))
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Whether it neither ended nor is stopped.
    pub(crate) fn goes_on(&mut self) -> bool {
        let alive = self.0.try_wait().unwrap().is_none();
        alive && state_of(self.pid()).is_some_and(|state| state != "T")
    }

    /// The signal that ended it, if one has: the engine answers only when it has seen the end.
    pub(crate) fn killed_by(&mut self) -> Option<i32> {
        use std::os::unix::process::ExitStatusExt;
        self.0.try_wait().unwrap()?.signal()
    }
}

impl Drop for Sleeper {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A file with this in its name that this very test has mapped.
pub(crate) fn mapped(part: &str) -> PathBuf {
    let maps = fs::read_to_string("/proc/self/maps").unwrap();
    let paths = maps
        .lines()
        .filter_map(|line| line.split_ascii_whitespace().nth(5));
    let path = paths.into_iter().find(|path| path.contains(part));
    PathBuf::from(path.unwrap_or_else(|| panic!("no {part} is mapped")))
}

/// Waits until the process has the file mapped: it has run as far as its own code then.
pub(crate) fn await_mapping(sleeper: &mut Sleeper, file: &Path) {
    loop {
        assert!(sleeper.killed_by().is_none(), "it does not run");
        let maps = fs::read_to_string(format!("/proc/{}/maps", sleeper.pid())).unwrap();
        if maps.contains(file.to_str().unwrap()) {
            return;
        }
        std::thread::yield_now();
    }
}

/// A sleeper that is the executable of nobody: the loader has it mapped.
pub(crate) fn started_by_the_loader(program: &Path) -> Sleeper {
    let mut loader = Command::new(mapped("/ld-"));
    let mut sleeper = Sleeper::of(loader.arg(program).arg("600"));
    await_mapping(&mut sleeper, program);
    sleeper
}

/// Protects nothing.
pub(crate) struct Nothing;

impl Protect for Nothing {
    fn by_content(&self, _: &Sha1) -> Option<Protection> {
        None
    }

    fn by_inode(&self, _: u64, _: u64) -> Option<Protection> {
        None
    }
}

/// A vault that is a folder of plain copies.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Seal for Folder {
    fn seal(&self, item: &ItemDraft, content: BorrowedFd<'_>) -> Result<String, SealError> {
        let id = item.id.to_string();
        let hashed = Hasher::new().digests(content, &Budget::UNLIMITED).unwrap();
        if (hashed.sha1, hashed.sha256, hashed.size) != (item.sha1, item.sha256, item.size) {
            return Err(SealError::ContentChanged);
        }
        let file = File::from(content.try_clone_to_owned().unwrap());
        let mut bytes = vec![0; usize::try_from(item.size).unwrap()];
        file.read_exact_at(&mut bytes, 0).unwrap();
        let paths = serde_json::to_vec(&item.paths).unwrap();
        fs::write(self.0.join(format!("{id}.paths")), paths).unwrap();
        let attributes = serde_json::to_vec(&item.attributes).unwrap();
        fs::write(self.0.join(format!("{id}.attributes")), attributes).unwrap();
        fs::write(self.0.join(&id), bytes).unwrap();
        Ok(id)
    }

    fn contains(&self, item_id: &str) -> bool {
        self.0.join(item_id).exists()
    }
}
