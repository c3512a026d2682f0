//! What the agent is to stop: harmless, unique, and ours.

use std::fs;
use std::os::fd::OwnedFd;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::process::{ends_soon, has_ended, open_pidfd};

/// A program file of its own content, and the processes that run it.
#[derive(Debug)]
pub struct Victim {
    path: PathBuf,
    content: Vec<u8>,
    processes: Vec<(Child, OwnedFd)>,
}

impl Victim {
    /// A copy of `sleep` with unique bytes at its end.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn create(directory: &Path, name: &str) -> Self {
        Self::create_of_size(directory, name, 0)
    }

    /// The same, filled up to at least this size in bytes.
    ///
    /// # Panics
    /// When it cannot be written.
    #[must_use]
    pub fn create_of_size(directory: &Path, name: &str, size: usize) -> Self {
        let mut content = fs::read("/bin/sleep").expect("coreutils' sleep exists");
        content.resize(content.len().max(size), 0);
        let unique = format!("quell test victim {}", uuid::Uuid::new_v4());
        content.extend_from_slice(unique.as_bytes());
        let path = directory.join(name);
        fs::write(&path, &content).expect("the victim can be written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).expect("the victim is ours");
        Self {
            path,
            content,
            processes: Vec::new(),
        }
    }

    /// A program file that somebody else made.
    ///
    /// # Panics
    /// When it cannot be read.
    #[must_use]
    pub fn adopt(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            content: fs::read(path).expect("the program can be read"),
            processes: Vec::new(),
        }
    }

    /// Where it was made.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its bytes.
    #[must_use]
    pub fn content(&self) -> &[u8] {
        &self.content
    }

    /// Its SHA-1, computed by coreutils, not by the code under test.
    ///
    /// # Panics
    /// When `sha1sum` is missing.
    #[must_use]
    pub fn sha1(&self) -> String {
        use std::io::Write as _;
        let mut summing = Command::new("sha1sum")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("coreutils' sha1sum exists");
        let mut input = summing.stdin.take().expect("its input is a pipe");
        input.write_all(&self.content).expect("sha1sum reads");
        drop(input);
        let output = summing.wait_with_output().expect("sha1sum ends");
        String::from_utf8_lossy(&output.stdout)
            .chars()
            .take(40)
            .collect()
    }

    /// Runs it.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start(&mut self) {
        self.start_with(&["600"]);
    }

    /// Runs it with these arguments.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn start_with(&mut self, arguments: &[&str]) {
        let child = Command::new(&self.path)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the victim starts");
        let pidfd = open_pidfd(child.id());
        self.processes.push((child, pidfd));
    }

    /// How many of its processes are alive now.
    #[must_use]
    pub fn alive(&self) -> usize {
        self.processes
            .iter()
            .filter(|(_, pidfd)| !has_ended(pidfd, 0))
            .count()
    }

    /// Waits up to ten seconds until all of its processes have ended.
    #[must_use]
    pub fn all_ended(&self) -> bool {
        self.processes.iter().all(|(_, pidfd)| ends_soon(pidfd))
    }

    /// Whether any of its processes is stopped (state `T`) now.
    ///
    /// # Panics
    /// When `/proc` cannot be read for a process of ours.
    #[must_use]
    pub fn any_stopped(&self) -> bool {
        self.processes.iter().any(|(child, _)| {
            let stat = fs::read_to_string(format!("/proc/{}/stat", child.id()))
                .expect("the process is not reaped");
            stat.rsplit(") ")
                .next()
                .is_some_and(|rest| rest.starts_with('T'))
        })
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        for (child, _) in &mut self.processes {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
