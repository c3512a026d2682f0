//! A server as a process, and what can be done to it.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::Command;

use quell_testkit::{Outcome, Process, Quell};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tempfile::TempDir;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");

pub(crate) struct Act {
    pub(crate) directory: TempDir,
    pub(crate) quell: Quell,
}

/// A server that runs.
pub(crate) struct Running {
    pub(crate) process: Process,
    pub(crate) address: String,
    pub(crate) metrics: String,
}

impl Act {
    pub(crate) fn new() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a directory"),
            quell: Quell::new(QUELL),
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.path("data")
    }

    /// `quell serve` with these arguments beside what each one has.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.quell.command();
        self.complete(&mut command, arguments);
        command
    }

    pub(crate) fn complete(&self, command: &mut Command, arguments: &[&str]) {
        command
            .args([
                "serve",
                "--listen",
                "127.0.0.1:0",
                "--metrics-listen",
                "127.0.0.1:0",
            ])
            .args(["--limits", "off", "--output", "json", "--data"])
            .arg(self.data())
            .args(arguments);
    }

    pub(crate) fn start(&self, command: &mut Command) -> Running {
        let mut process = Process::start(command, &self.path("server.log"));
        let ready: Value = serde_json::from_str(&process.first_line()).expect("it is ready");
        let text = |name: &str| ready[name].as_str().expect("an address").to_owned();
        Running {
            process,
            address: text("listen"),
            metrics: text("metrics"),
        }
    }

    /// `quell server …` on this server's data.
    pub(crate) fn server(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.quell.command();
        command
            .arg("server")
            .args(arguments)
            .arg("--data")
            .arg(self.data());
        Outcome::of(&mut command)
    }
}

impl Running {
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(self.pid(), signal).expect("the process is ours");
    }

    pub(crate) fn pid(&self) -> Pid {
        let id = i32::try_from(self.process.id()).expect("a process id");
        Pid::from_raw(id).expect("a process id")
    }

    /// The status and the body of a `GET` of the listener for metrics.
    pub(crate) fn beside(&self, path: &str) -> (u16, String) {
        get(&self.metrics, path)
    }

    /// Asks for readiness until it is this, which it is soon.
    pub(crate) fn until_ready_is(&self, wanted: u16) {
        while self.beside("/readyz").0 != wanted {
            std::thread::yield_now();
        }
    }

    /// Waits until this counter of the metrics has counted: a change may be noticed both unasked and when asked.
    pub(crate) fn until_counted(&self, counter: &str) {
        let counts = |line: &str| {
            let value = line.strip_prefix(counter);
            value.is_some_and(|value| value.trim() != "0")
        };
        while !self.beside("/metrics").1.lines().any(counts) {
            std::thread::yield_now();
        }
    }
}

/// Writes a request and reads its answer to the end.
pub(crate) fn exchange(address: &str, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it answers");
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (status.expect("a status"), answer)
}

pub(crate) fn get(address: &str, path: &str) -> (u16, String) {
    exchange(
        address,
        &format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
    )
}

pub(crate) fn write(path: &Path, content: &str) {
    std::fs::write(path, content).expect("the directory is ours");
}
