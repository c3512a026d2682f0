//! What is so, whatever the agent says: asked of the kernel and of other programs.

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::case::{Gap, expect};

/// How long anything is waited for that comes by itself.
const PATIENCE: Duration = Duration::from_secs(120);

/// The SHA-1 by coreutils, not by the code under test.
pub(crate) fn sha1_of(content: &[u8]) -> String {
    let mut summing = Command::new("sha1sum")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("coreutils' sha1sum exists");
    let mut input = summing.stdin.take().expect("its input is a pipe");
    input.write_all(content).expect("sha1sum reads");
    drop(input);
    let output = summing.wait_with_output().expect("sha1sum ends");
    digits(&output.stdout)
}

/// The same of a file that may be larger than the memory.
pub(crate) fn sha1_at(path: &Path) -> String {
    digits(&output(Command::new("sha1sum").arg(path)))
}

fn digits(line: &[u8]) -> String {
    let line = String::from_utf8_lossy(line).into_owned();
    let digits = line.trim_start_matches('\\').chars().take(40);
    digits.collect()
}

/// What a program writes.
pub(crate) fn output(command: &mut Command) -> Vec<u8> {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {output:?}");
    output.stdout
}

/// Whether a program is there.
pub(crate) fn has_program(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|directory| directory.join(name).is_file())
}

/// What must not change of a file: where it is, what it is, and what is in it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    path: PathBuf,
    inode: (u64, u64),
    mode: u32,
    owner: (u32, u32),
    links: u64,
    modified: (i64, i64),
    content: Vec<u8>,
}

impl Snapshot {
    pub(crate) fn of(path: &Path) -> Self {
        Self::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    fn read(path: &Path) -> std::io::Result<Self> {
        let stat = fs::symlink_metadata(path)?;
        let content = match stat.is_file() {
            true => fs::read(path)?,
            false => Vec::new(),
        };
        Ok(Self {
            path: path.to_owned(),
            inode: (stat.dev(), stat.ino()),
            mode: stat.mode(),
            owner: (stat.uid(), stat.gid()),
            links: stat.nlink(),
            modified: (stat.mtime(), stat.mtime_nsec()),
            content,
        })
    }

    /// It is as it was.
    pub(crate) fn expect_unchanged(&self) -> Result<(), Gap> {
        self.expect_same_at(&self.path)
    }

    /// It is as it was, at this path.
    pub(crate) fn expect_same_at(&self, at: &Path) -> Result<(), Gap> {
        let path = at.display();
        let now = Self::read(at);
        let now = now.map_err(|error| Gap::Failed(format!("{path}: {error}")))?;
        let same = Self {
            path: self.path.clone(),
            ..now
        };
        expect(same == *self, format!("{path} is not as it was"))
    }
}

/// The device and inode of a path's file, symbolic links followed.
pub(crate) fn inode(path: &Path) -> Option<(u64, u64)> {
    let stat = fs::metadata(path).ok()?;
    Some((stat.dev(), stat.ino()))
}

/// Which processes execute this inode, in any of their threads.
pub(crate) fn executing(inode_of_it: (u64, u64)) -> Vec<u32> {
    let executes = |pid: &u32| {
        let threads = fs::read_dir(format!("/proc/{pid}/task"));
        let mut threads = threads.into_iter().flatten().flatten();
        threads.any(|thread| inode(&thread.path().join("exe")) == Some(inode_of_it))
    };
    processes().filter(executes).collect()
}

/// All processes that there are.
pub(crate) fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").expect("/proc is there").flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}

/// The letter of a process's state.
pub(crate) fn state_of(pid: u32) -> Option<char> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let text = String::from_utf8_lossy(&stat).into_owned();
    text.rsplit_once(") ")?.1.chars().next()
}

/// Waits until it is so.
pub(crate) fn await_until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(1));
    }
}
