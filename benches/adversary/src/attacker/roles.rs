//! What attackers do. Each says `ready` when it has begun, and goes on until it is killed.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::fd::{AsRawFd as _, OwnedFd};
use std::os::unix::fs::{FileExt as _, MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use rustix::fs::{CWD, MemfdFlags, Mode, OFlags, RenameFlags, memfd_create, openat, renameat_with};
use rustix::process::{Resource, Rlimit, WaitOptions, setpriority_process, setrlimit, wait};

/// Whoever is as fast as the machine lets him leaves no moment to anybody: neither succeeds.
const SHORT_PAUSES: [u32; 5] = [0, 50, 400, 3_000, 20_000];

fn ready() {
    println!("ready");
    let _ = io::stdout().flush();
}

fn rest(turn: usize) {
    let turns = SHORT_PAUSES[turn % SHORT_PAUSES.len()];
    (0..turns).for_each(|_| std::hint::spin_loop());
}

/// Exchanges two names in the directory that is the input.
pub(super) fn exchange(one: &str, other: &str) -> ExitCode {
    let directory = io::stdin();
    ready();
    for turn in 0.. {
        let _ = renameat_with(&directory, one, &directory, other, RenameFlags::EXCHANGE);
        rest(turn);
    }
    ExitCode::SUCCESS
}

/// Writes other bytes into a file of the directory that is the input, and back.
pub(super) fn rewrite(name: &str, other: &str) -> ExitCode {
    let directory = io::stdin();
    let read = || {
        let file = openat(&directory, name, OFlags::RDONLY, Mode::empty())?;
        io::Result::Ok(File::from(file))
    };
    let mut first = vec![0; other.len()];
    let original = read().and_then(|file| file.read_exact_at(&mut first, 0));
    original.expect("the file is there");
    ready();
    for turn in 0.. {
        // An attacker who has the time to wait for a lease waits.
        let opened = openat(&directory, name, OFlags::WRONLY, Mode::empty());
        if let Ok(file) = opened.map(File::from) {
            let _ = file.write_all_at(other.as_bytes(), 0);
            rest(turn);
            let _ = file.write_all_at(&first, 0);
        }
        rest(turn + 2);
    }
    ExitCode::SUCCESS
}

/// Writes into the file that is the input as soon as it has lost its name or its permissions.
pub(super) fn scribble() -> ExitCode {
    let input = rustix::io::dup(io::stdin()).expect("a descriptor can be doubled");
    let file = File::from(input);
    let before = file.metadata().expect("the input is a file").mode();
    ready();
    loop {
        let now = file.metadata().expect("the input is a file");
        if now.nlink() == 0 || now.mode() != before {
            let _ = file.write_all_at(b"scribbled over by who kept it open", 64);
        }
        thread::sleep(Duration::from_micros(200));
    }
}

/// Starts a program whenever it has ended. Into a file goes what came of that, a line each: `started`, or another error than before.
pub(super) fn supervise(program: &str, diary: &str) -> ExitCode {
    let mut diary = File::create(diary).expect("the diary is its own");
    let mut has_begun = false;
    let mut refused = None;
    loop {
        let started = Command::new(program)
            .arg("600")
            .stdin(Stdio::null())
            .spawn();
        match started {
            Ok(mut child) => {
                writeln!(diary, "started").expect("there is room");
                if !has_begun {
                    ready();
                    has_begun = true;
                }
                let _ = child.wait();
            }
            Err(error) => {
                if refused != error.raw_os_error() {
                    refused = error.raw_os_error();
                    writeln!(diary, "{}", refused.unwrap_or_default()).expect("there is room");
                }
                thread::sleep(Duration::from_micros(500));
            }
        }
    }
}

/// Becomes a program that is in memory only.
pub(super) fn in_memory(program: &str) -> ExitCode {
    let memory = memfd_create("evil", MemfdFlags::empty()).expect("memory can be a file");
    let mut file = File::from(memory);
    let content = fs::read(program).expect("the program can be read");
    file.write_all(&content).expect("there is memory");
    become_file(&file.into())
}

/// Becomes a program that never had a name.
pub(super) fn unnamed(program: &str, directory: &str) -> ExitCode {
    let flags = OFlags::RDWR | OFlags::TMPFILE;
    let made = openat(CWD, directory, flags, Mode::RWXU).expect("the file can be made");
    let mut file = File::from(made);
    let content = fs::read(program).expect("the program can be read");
    file.write_all(&content).expect("there is room");
    let through = format!("/proc/self/fd/{}", file.as_raw_fd());
    let again = openat(CWD, through, OFlags::RDONLY, Mode::empty());
    drop(file);
    become_file(&again.expect("what is open can be opened"))
}

fn become_file(file: &OwnedFd) -> ExitCode {
    let path = format!("/proc/self/fd/{}", file.as_raw_fd());
    let error = Command::new(path).arg("600").exec();
    eprintln!("not started: {error}");
    ExitCode::FAILURE
}

/// Becomes a program that may have only so many processes, by a user of its own, so nice to others.
pub(super) fn limited(processes: &str, nice: &str, user: &str, program: &[&str]) -> ExitCode {
    let Some((program, arguments)) = program.split_first() else {
        return ExitCode::from(2);
    };
    let nice = nice.parse().expect("niceness is a number");
    setpriority_process(None, nice).expect("everybody may step back");
    let most = processes.parse().ok();
    let limit = Rlimit {
        current: most,
        maximum: most,
    };
    setrlimit(Resource::Nproc, limit).expect("a limit can be lowered");
    let user = user.parse().expect("a user is a number");
    let mut program = Command::new(program);
    let error = program.args(arguments).uid(user).gid(user).exec();
    eprintln!("not started: {error}");
    ExitCode::FAILURE
}

/// Process 1 of a namespace: starts a program, and reaps whatever ends, for ever.
#[allow(
    clippy::zombie_processes,
    reason = "whatever ends is waited for, this child too"
)]
pub(super) fn first(program: &[&str]) -> ExitCode {
    let Some((name, arguments)) = program.split_first() else {
        return ExitCode::from(2);
    };
    let started = Command::new(name)
        .args(arguments)
        .stdin(Stdio::null())
        .spawn();
    let _started = started.expect("the program starts");
    loop {
        if wait(WaitOptions::empty()).is_err() {
            thread::sleep(Duration::from_millis(1));
        }
    }
}

/// Writes the file anew beside itself when it has gone.
pub(super) fn copy_when_gone(original: &str, copy: &str) -> ExitCode {
    let content = fs::read(original).expect("the original can be read");
    ready();
    while Path::new(original).exists() {
        thread::sleep(Duration::from_micros(200));
    }
    fs::write(copy, content).expect("the directory is open to all");
    let executable = fs::Permissions::from_mode(0o755);
    fs::set_permissions(copy, executable).expect("the copy is its own");
    loop {
        thread::park();
    }
}
