//! The harmless sample: what the demo and the lab quarantine.
//!
//! It is a copy of this very executable with unique bytes appended, so that its hash is its own, and
//! an argument that makes it do nothing but wait.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};
use std::time::Duration;

use quell::Sha1;
use quell_agent::hash::{Budget, Hasher};
use quell_terminal::lifeline;
use tokio::process::{Child, Command};

/// The argument that turns the executable into the sample.
const MARKER: &str = "--quell-harmless-sample-that-only-waits";

/// How long a sample lives when nobody stops it.
const LIFETIME: Duration = Duration::from_secs(24 * 60 * 60);

/// Whether this process was started as the sample.
pub(crate) fn is_wanted() -> bool {
    std::env::args_os()
        .nth(1)
        .is_some_and(|argument| argument == MARKER)
}

/// Does nothing until it is killed, or whoever started it ends, or a day has passed.
pub(crate) fn run() -> ExitCode {
    let parent = std::env::args().nth(2).and_then(|text| text.parse().ok());
    if parent.is_none_or(|parent| lifeline::die_with_parent(Some(parent)).is_err()) {
        return ExitCode::FAILURE;
    }
    std::thread::sleep(LIFETIME);
    ExitCode::SUCCESS
}

/// A sample on disk.
#[derive(Debug, Clone)]
pub(crate) struct Sample {
    path: PathBuf,
    unique: uuid::Uuid,
    sha1: Sha1,
}

impl Sample {
    /// Makes a new sample in `directory`: no two are alike.
    pub(crate) fn create(directory: &Path) -> io::Result<Self> {
        let unique = uuid::Uuid::new_v4();
        let path = directory.join(format!("sample-{}", unique.simple()));
        write(&path, unique)?;
        let content = fs::File::open(&path)?;
        let hashed = Hasher::new()
            .sha1(&content, &Budget::UNLIMITED)
            .map_err(io::Error::other)?;
        Ok(Self {
            path,
            unique,
            sha1: hashed.sha1,
        })
    }

    /// Makes it anew, to the byte, where it was; `aside` is a place on the same file system that no
    /// agent looks at, so that nobody sees half of it.
    pub(crate) fn put_back(&self, aside: &Path) -> io::Result<()> {
        write(aside, self.unique)?;
        fs::rename(aside, &self.path)
    }

    /// Its hash.
    pub(crate) fn sha1(&self) -> Sha1 {
        self.sha1
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Starts it; it ends with this process, however this process ends.
    ///
    /// Must be called on the main thread: the kernel ties the sample's life to the thread that
    /// starts it.
    pub(crate) fn start(&self) -> io::Result<Child> {
        Command::new(&self.path)
            .arg(MARKER)
            .arg(std::process::id().to_string())
            .env_clear()
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
    }
}

/// Writes the sample that is told from others by `unique`.
fn write(path: &Path, unique: uuid::Uuid) -> io::Result<()> {
    fs::copy("/proc/self/exe", path)?;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    let mut file = fs::OpenOptions::new().append(true).open(path)?;
    write!(file, "quell harmless sample {unique}")?;
    file.sync_all()
}
