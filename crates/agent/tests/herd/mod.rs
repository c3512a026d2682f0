//! Programs that multiply, in process namespaces and control groups of their own.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::engine_stage::{Stage, write_program};
use crate::tiny_program;

/// A process namespace with one program in it; everybody in there ends with this.
pub(crate) struct Herd(Child);

impl Herd {
    /// Starts `program` below an innocent shell that waits for its input to end, as it does with the
    /// test: whoever changes his user is not told of his parent's death.
    pub(crate) fn start(command: &[&str], program: &Path) -> Self {
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

    /// The same, with everybody in a control group.
    pub(crate) fn start_in(group: &Group, program: &Path) -> Self {
        let procs = group.directory.join("cgroup.procs");
        let join = format!("echo 0 > {}; exec \"$@\"", procs.display());
        Self::start(&["sh", "-c", &join, "sh"], program)
    }

    /// The namespace's own process outside of it.
    pub(crate) fn id(&self) -> u32 {
        self.0.id()
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
pub(crate) fn count(program: &Path) -> usize {
    let executes = |entry: &fs::DirEntry| {
        fs::read_link(entry.path().join("exe")).is_ok_and(|link| {
            let link = link.to_string_lossy().into_owned();
            link.trim_end_matches(" (deleted)") == program.to_str().unwrap()
        })
    };
    let entries = fs::read_dir("/proc").unwrap();
    entries.flatten().filter(executes).count()
}

pub(crate) fn await_count(program: &Path, at_least: usize) {
    while count(program) < at_least {
        std::thread::yield_now();
    }
}

pub(crate) fn place(stage: &Stage, code: &[u8]) -> (PathBuf, Vec<u8>) {
    let mut content = tiny_program::elf(code);
    content.extend(stage.mark().bytes());
    let program = stage.path("program");
    write_program(&program, &content);
    (program, content)
}

/// A control group of the test's own, with nobody in it.
pub(crate) struct Group {
    directory: PathBuf,
    is_of_version_one: bool,
}

impl Group {
    pub(crate) fn make(stage: &Stage) -> Option<Self> {
        Self::below(stage, false, |line| line.contains(" - cgroup2 "))
    }

    /// One of the first version, where that has its freezer mounted.
    pub(crate) fn make_of_version_one(stage: &Stage) -> Option<Self> {
        Self::below(stage, true, |line| {
            let options = line.split_once(" - cgroup ").map_or("", |(_, after)| after);
            options.split([' ', ',']).any(|option| option == "freezer")
        })
    }

    fn below(
        stage: &Stage,
        is_of_version_one: bool,
        is_hierarchy: impl Fn(&str) -> bool,
    ) -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap();
        let line = mounts.lines().find(|line| is_hierarchy(line))?;
        let name = stage.base().file_name().unwrap().to_str().unwrap();
        let mount = Path::new(line.split(' ').nth(4)?);
        let directory = mount.join(format!("quell-test-{}", name.trim_start_matches('.')));
        fs::create_dir(&directory).ok()?;
        Some(Self {
            directory,
            is_of_version_one,
        })
    }

    pub(crate) fn take_in(&self, pid: u32) {
        fs::write(self.directory.join("cgroup.procs"), pid.to_string()).unwrap();
    }

    pub(crate) fn is_frozen(&self) -> bool {
        let (file, told) = match self.is_of_version_one {
            true => ("freezer.state", "FROZEN"),
            false => ("cgroup.events", "frozen 1"),
        };
        let text = fs::read_to_string(self.directory.join(file)).unwrap();
        text.lines().any(|line| line == told)
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // Whatever a test that failed left: nobody ends while he is frozen.
        for (file, word) in [
            ("freezer.state", "THAWED"),
            ("cgroup.freeze", "0"),
            ("cgroup.kill", "1"),
        ] {
            let file = self.directory.join(file);
            if file.exists() {
                let _ = fs::write(file, word);
            }
        }
        while fs::remove_dir(&self.directory)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::ResourceBusy)
        {
            std::thread::yield_now();
        }
    }
}

pub(crate) fn is_root() -> bool {
    let is_root = rustix::process::geteuid().is_root();
    if !is_root {
        println!("skipped: only root makes namespaces and control groups");
    }
    is_root
}
