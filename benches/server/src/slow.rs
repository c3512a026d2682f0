//! A disk that takes its time, made of the one that is here: a library that is loaded before the program's own delays
//! every sync.
//!
//! A virtual machine's disk may say within a thirtieth of a millisecond that it has kept something; one that cannot
//! lose what it has confirmed takes milliseconds, and there it matters how many requests share a sync.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// How much longer each sync takes.
pub const DELAY: Duration = Duration::from_millis(2);

/// Waits, and does what it stands in front of.
const LIBRARY: &str = r"#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int slowly(const char *name, int fd) {
    struct timespec delay = {0, DELAY_NS};
    nanosleep(&delay, 0);
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(fd);
}

int fsync(int fd) { return slowly(__func__, fd); }
int fdatasync(int fd) { return slowly(__func__, fd); }
";

/// A program that does as this one does, on the slower disk; none where there is no C compiler.
///
/// It is a script in the directory.
pub fn on_slow_disk(program: &Path, directory: &Path) -> Option<PathBuf> {
    let library = library(directory)?;
    let script = directory.join(program.file_name()?);
    let text = format!(
        "#!/bin/sh\nLD_PRELOAD='{}' exec '{}' \"$@\"\n",
        library.display(),
        program.display()
    );
    fs::write(&script, text).expect("the directory is ours");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).expect("the script is ours");
    Some(script)
}

fn library(directory: &Path) -> Option<PathBuf> {
    let source = directory.join("slow.c");
    let library = directory.join("slow.so");
    fs::write(&source, LIBRARY).expect("the directory is ours");
    Command::new("cc")
        .args(["-O2", "-shared", "-fPIC", "-o"])
        .args([&library, &source])
        .arg(format!("-DDELAY_NS={}", DELAY.as_nanos()))
        .status()
        .is_ok_and(|status| status.success())
        .then_some(library)
}
