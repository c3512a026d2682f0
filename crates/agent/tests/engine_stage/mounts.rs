//! Mounts of a test's own. Only root may make them.
#![allow(clippy::print_stdout, reason = "a test says when it was skipped")]

use std::env;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const INSIDE: &str = "QUELL_TEST_INSIDE_OF_ITS_OWN_MOUNTS";

/// Runs `test` (its name is `name`) once more in a process that has mounts of its own.
pub(crate) fn with_own_mounts(name: &str, test: impl FnOnce()) {
    with_own(&["--mount"], name, test);
}

/// Runs `test` (its name is `name`) once more where no process is to be seen but its own. An engine
/// that looks after the whole machine would depend on whatever else runs there.
pub(crate) fn with_own_processes(name: &str, test: impl FnOnce()) {
    let namespaces = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
    with_own(&namespaces, name, test);
}

fn with_own(namespaces: &[&str], name: &str, test: impl FnOnce()) {
    if env::var_os(INSIDE).is_some() {
        return test();
    }
    let alone = || {
        let mut unshare = Command::new("unshare");
        unshare.args(namespaces).args(["--propagation", "private"]);
        unshare
    };
    let probe = alone().arg("true").stderr(Stdio::null()).status();
    if !rustix::process::geteuid().is_root() || !probe.is_ok_and(|status| status.success()) {
        println!("skipped: only root can have namespaces of its own");
        return;
    }
    let output = alone()
        .arg(env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    let ran = String::from_utf8_lossy(&output.stdout).contains("1 passed");
    assert!(output.status.success() && ran, "{told}");
}

/// Something mounted, so that the stage cannot be cleared away before it is gone.
pub(crate) struct Mounted(PathBuf);

impl Mounted {
    pub(crate) fn at(target: &Path, arguments: &[&str]) -> Self {
        run("mount", arguments, target);
        Self(target.to_owned())
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        run("umount", &["--lazy"], &self.0);
    }
}

pub(crate) fn run(program: &str, arguments: &[&str], target: &Path) {
    let status = Command::new(program).args(arguments).arg(target).status();
    assert!(status.unwrap().success(), "{program} {arguments:?}");
}

/// A file system of a program that never answers: whoever asks it anything waits until this is
/// dropped.
pub(crate) struct Stuck {
    /// Closed first: whoever waits gets an error then.
    nobody_answers: Option<File>,
    mounted: PathBuf,
}

impl Stuck {
    /// Nothing where the kernel has no such file systems.
    pub(crate) fn at(target: &Path) -> Option<Self> {
        let open = File::options().read(true).write(true).open("/dev/fuse");
        let Ok(nobody_answers) = open else {
            println!("skipped: there is no /dev/fuse");
            return None;
        };
        let input = nobody_answers.try_clone().unwrap();
        let options = "fd=0,rootmode=40000,user_id=0,group_id=0";
        let mount = Command::new("mount")
            .args(["-i", "-t", "fuse", "-o", options, "stuck"])
            .arg(target)
            .stdin(Stdio::from(input))
            .status();
        assert!(mount.unwrap().success(), "it cannot be mounted");
        Some(Self {
            nobody_answers: Some(nobody_answers),
            mounted: target.to_owned(),
        })
    }
}

impl Drop for Stuck {
    fn drop(&mut self) {
        drop(self.nobody_answers.take());
        run("umount", &["--lazy"], &self.mounted);
    }
}
