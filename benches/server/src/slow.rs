//! A disk that takes its time, made of the one that is here: strace delays every sync of a program.
//!
//! A virtual machine's disk may say within a thirtieth of a millisecond that it has kept something; one that cannot
//! lose what it has confirmed takes milliseconds, and there it matters how many requests share a sync.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// How much longer each sync takes.
pub const DELAY: Duration = Duration::from_millis(2);

/// A program that does as this one does, on the slower disk; none where strace is not installed.
///
/// It is a script in the directory. A server ends with the strace that watches it.
pub fn on_slow_disk(program: &Path, directory: &Path) -> Option<PathBuf> {
    is_there().then(|| {
        let script = directory.join("on-slow-disk");
        fs::write(&script, text(program)).expect("the directory is ours");
        fs::set_permissions(&script, fs::Permissions::from_mode(0o700))
            .expect("the script is ours");
        script
    })
}

fn is_there() -> bool {
    Command::new("strace")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn text(program: &Path) -> String {
    let program = program.display();
    let delay = DELAY.as_micros();
    format!(
        "#!/bin/sh
watch() {{
    exec strace --follow-forks --seccomp-bpf --output=/dev/null --trace=fdatasync,fsync \\
        --inject=fdatasync,fsync:delay_enter={delay} '{program}' \"$@\"
}}
case $1 in
    serve) watch \"$@\" --die-with-parent $$ ;;
    --peer) watch \"$@\" ;;
    *) exec '{program}' \"$@\" ;;
esac
"
    )
}
