//! Scripts: whoever interprets one is stopped, and the interpreter's own file is not touched.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use engine_stage::{Sleeper, Stage, file_at, finished, state_of, write_program};
use quell_protocol::{ActionResult, Confidence, FileOutcome, ResidualReason, Verdict, WirePath};

const SIGKILL: i32 = 9;

/// A script that waits for a word that never comes.
fn shell_script(stage: &Stage, name: &str, mark: &str) -> PathBuf {
    let path = stage.path(name);
    let text = format!(
        "#!/bin/sh\n# {mark}\n{}read word\nread word\n",
        stage.mark()
    );
    write_program(&path, text.as_bytes());
    path
}

fn awk_script(stage: &Stage, name: &str, mark: &str) -> PathBuf {
    let path = stage.path(name);
    let text = format!("# {mark}\n{}{{ print }}\n", stage.mark());
    write_program(&path, text.as_bytes());
    path
}

/// Starts a command that comes to wait for its input.
fn waiting(command: &mut Command) -> Sleeper {
    let sleeper = Sleeper::of(command);
    while !waits(sleeper.pid()) {
        std::thread::yield_now();
    }
    sleeper
}

/// Whether a process waits for what it reads.
fn waits(pid: u32) -> bool {
    let stack = fs::read_to_string(format!("/proc/{pid}/syscall")).unwrap_or_default();
    state_of(pid).as_deref() == Some("S") && stack.starts_with("0 ")
}

/// A process with a standard input of its own, which ends with the test.
struct Works(Child);

impl Drop for Works {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn act_on(stage: &Stage, script: &Path) -> ActionResult {
    let order = stage.order_about_content(&fs::read(script).unwrap());
    finished(stage.engine().carry_out(&order).unwrap())
}

#[test]
fn script_that_a_shell_runs_is_stopped_and_the_shell_itself_is_not_touched() {
    let stage = Stage::new();
    let shell = fs::metadata("/bin/sh").unwrap();
    let script = shell_script(&stage, "script", "evil");
    let other = shell_script(&stage, "other", "innocent");
    let mut evil = [
        waiting(&mut Command::new(&script)),
        waiting(
            Command::new("/bin/sh")
                .arg("script")
                .current_dir(stage.root()),
        ),
    ];
    let mut innocent = waiting(&mut Command::new(&other));
    let result = act_on(&stage, &script);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    for sleeper in &mut evil {
        assert_eq!(sleeper.killed_by(), Some(SIGKILL));
    }
    assert!(innocent.goes_on());
    assert_eq!(result.processes.len(), 2);
    for process in &result.processes {
        assert_eq!(process.confidence, Confidence::OpenScript);
    }
    assert_eq!(file_at(&result, &script).outcome, FileOutcome::Quarantined);
    assert_eq!(result.files.len(), 1);
    let after = fs::metadata("/bin/sh").unwrap();
    assert_eq!((after.ino(), after.mode()), (shell.ino(), shell.mode()));
    assert!(other.exists());
}

#[test]
fn script_that_an_interpreter_has_closed_is_told_by_the_command_line() {
    let stage = Stage::new();
    let script = awk_script(&stage, "script", "evil");
    let awk = |program: &Path| waiting(Command::new("awk").arg("-f").arg(program));
    let mut evil = awk(&script);
    let mut innocent = awk(&awk_script(&stage, "other", "innocent"));
    let result = act_on(&stage, &script);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(evil.killed_by(), Some(SIGKILL));
    assert!(innocent.goes_on());
    assert_eq!(result.processes.len(), 1);
    assert_eq!(result.processes[0].confidence, Confidence::CommandLine);
}

#[test]
fn whoever_only_looks_at_the_script_goes_on() {
    let stage = Stage::new();
    let script = shell_script(&stage, "script", "evil");
    let scanner = awk_script(&stage, "scanner", "innocent");
    let mut scans = waiting(
        Command::new("awk")
            .arg("-f")
            .arg(scanner)
            .arg("-")
            .arg(&script),
    );
    let mut reads = waiting(
        Command::new("/bin/sh")
            .args(["-c", "read word; :"])
            .arg(&script),
    );
    let mut holds = Sleeper::of(
        Command::new("/bin/sh")
            .args(["-c", "exec 9<\"$1\"; read word; :", "sh"])
            .arg(&script),
    );
    let result = act_on(&stage, &script);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert!(result.processes.is_empty(), "{result:#?}");
    for innocent in [&mut scans, &mut reads, &mut holds] {
        assert!(innocent.goes_on());
    }
}

/// A shell that has read a file in, and closed it, before it waits.
fn has_sourced(file: &Path) -> Sleeper {
    let line = ". \"$1\"; read word; :";
    waiting(Command::new("/bin/sh").args(["-c", line, "sh"]).arg(file))
}

#[test]
fn script_that_was_read_in_is_taken_and_its_reader_told_as_out_of_sight() {
    let stage = Stage::new();
    let library = stage.path("library");
    fs::write(&library, format!("evil=1\n# {}\n", stage.mark())).unwrap();
    let mut reader = has_sourced(&library);
    let result = act_on(&stage, &library);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert!(reader.goes_on());
    let [residual] = &result.residuals[..] else {
        panic!("{result:#?}");
    };
    assert_eq!(residual.reason, ResidualReason::NotAttributable);
    assert_eq!(
        residual.at,
        Some(WirePath::from_bytes(library.as_os_str().as_bytes()))
    );
}

#[test]
fn nothing_is_told_of_readers_of_a_program_that_the_kernel_executes() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let result = act_on(&stage, &program);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(result.residuals, []);
}

#[test]
fn shell_that_has_only_put_the_file_aside_goes_on() {
    let stage = Stage::new();
    let evil = shell_script(&stage, "evil", "evil");
    let worker = stage.base().join("worker");
    fs::write(&worker, "while read word; do :; done <\"$1\"\n").unwrap();
    let pipe = stage.base().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
    // Held open at both ends, so that the loop waits for a line that never comes.
    let ends = fs::File::options().read(true).write(true).open(&pipe);
    let _ends = ends.unwrap();
    for shell in ["/bin/sh", "/bin/bash"] {
        if !Path::new(shell).exists() {
            continue;
        }
        let mut command = Command::new(shell);
        let command = command.arg(&worker).arg(&pipe);
        let works = command.stdin(fs::File::open(&evil).unwrap()).spawn();
        let mut works = Works(works.unwrap());
        while !waits(works.0.id()) {
            std::thread::yield_now();
        }
        let result = act_on(&stage, &evil);
        assert!(result.processes.is_empty(), "{result:#?}");
        assert!(works.0.try_wait().unwrap().is_none(), "{shell}");
        shell_script(&stage, "evil", "evil");
    }
}
