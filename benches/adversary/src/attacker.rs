//! Attackers: this program, started again in a role.

pub(crate) mod machine_code;
mod roles;

use std::fs::File;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

/// The first argument of an attacker.
pub(crate) const ROLE: &str = "--attacker";

/// A user whom nothing belongs to but what an attacker is given.
pub(crate) const NOBODY: u32 = 65534;

/// Plays a role until killed.
pub(crate) fn play(role: &[String]) -> ExitCode {
    let role: Vec<&str> = role.iter().map(String::as_str).collect();
    match role.as_slice() {
        ["exchange", one, other] => roles::exchange(one, other),
        ["rewrite", name, other] => roles::rewrite(name, other),
        ["scribble"] => roles::scribble(),
        ["supervise", program, diary] => roles::supervise(program, diary),
        ["in-memory", program] => roles::in_memory(program),
        ["unnamed", program, directory] => roles::unnamed(program, directory),
        ["limited", processes, nice, user, program @ ..] => {
            roles::limited(processes, nice, user, program)
        }
        ["first", program @ ..] => roles::first(program),
        ["copy-when-gone", original, copy] => roles::copy_when_gone(original, copy),
        other => {
            eprintln!("there is no such attacker: {other:?}");
            ExitCode::from(2)
        }
    }
}

/// The command that plays a role.
pub(crate) fn command(role: &[&str]) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg(ROLE).args(role);
    command
}

/// The same by nobody where this is root, in a directory that he may change: it is his input.
pub(crate) fn in_directory(directory: &Path, is_root: bool, role: &[&str]) -> Command {
    let mut command = command(role);
    command.stdin(Stdio::from(
        File::open(directory).expect("the directory is ours"),
    ));
    if is_root {
        use std::os::unix::process::CommandExt as _;
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}
