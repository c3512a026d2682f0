//! A machine in a temporary directory: its agent, its server, its files.
#![allow(dead_code, reason = "each group of tests uses a part of it")]

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use quell_agent::hash::{Budget, Hasher};
use quell_model::{ActionId, MachineId, Sha1, Timestamp};
use quell_protocol::{Order, Phase, Verb, Verdict};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use crate::server::{Said, Server};

/// How the machine is called.
pub(crate) const MACHINE: &str = "c34f3b0eb50e72e673ae047333d5b563f44cb655";

/// Longer than anything takes; only a test that fails waits for it.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A process that does not outlive the test.
pub(crate) struct Started(pub(crate) Child);

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub(crate) struct Stage {
    pub(crate) directory: TempDir,
    pub(crate) server: Server,
}

impl Stage {
    pub(crate) fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("files")).unwrap();
        Self {
            directory,
            server: Server::start(),
        }
    }

    pub(crate) fn files(&self) -> PathBuf {
        self.directory.path().canonicalize().unwrap().join("files")
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quell-agent"));
        command
            .args(arguments)
            .arg("--state")
            .arg(self.directory.path().join("state"));
        command.stdin(Stdio::null());
        command
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let output = self.output(&[arguments, &["--output", "json"]].concat());
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{arguments:?}: {told}");
        serde_json::from_slice(&output.stdout).unwrap()
    }

    pub(crate) fn enrol(&self) {
        let token = self.directory.path().join("token");
        fs::write(&token, self.server.token.encode()).unwrap();
        let file = token.to_str().unwrap();
        let enrolled = self.json(&["enrol", "--machine-id", MACHINE, "--token-file", file]);
        assert_eq!(enrolled["machineId"], MACHINE);
    }

    pub(crate) fn run(&self) -> Started {
        self.run_with(&[])
    }

    pub(crate) fn run_with(&self, arguments: &[&str]) -> Started {
        self.start(arguments, &[])
    }

    /// An agent with these variables in its environment.
    pub(crate) fn run_in(&self, environment: &[(&str, &OsStr)]) -> Started {
        self.start(&[], environment)
    }

    fn start(&self, arguments: &[&str], environment: &[(&str, &OsStr)]) -> Started {
        let own = std::process::id().to_string();
        let mut command =
            self.command(&["run", "--inventory-interval", "1", "--log-format", "json"]);
        command.args(arguments);
        command.envs(environment.iter().copied());
        command.arg("--root").arg(self.files());
        command.args([
            "--confine-to-descendants-of",
            &own,
            "--die-with-parent",
            &own,
        ]);
        let log = File::create(self.log()).unwrap();
        Started(command.stderr(log).spawn().unwrap())
    }

    pub(crate) fn check(&self, policy: &str) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_quell-agent"));
        command.args(["policy", "check", policy]).output().unwrap()
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.directory.path().join("log")
    }

    /// What the agent logged, one event a line.
    pub(crate) fn logged(&self, message: &str) -> Vec<serde_json::Value> {
        let log = fs::read_to_string(self.log()).unwrap();
        let events = log.lines().map(|line| serde_json::from_str(line).unwrap());
        let is_wanted =
            |event: &serde_json::Value| event["fields"]["message"].as_str() == Some(message);
        events.filter(is_wanted).collect()
    }

    /// A harmless program that nobody else has, and its hash.
    pub(crate) fn sample(&self) -> (PathBuf, Sha1) {
        let path = self.files().join("sample");
        let mut content = fs::read("/bin/sleep").unwrap();
        content.extend_from_slice(self.directory.path().as_os_str().as_encoded_bytes());
        let mut file = File::create(&path).unwrap();
        file.write_all(&content).unwrap();
        drop(file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o751)).unwrap();
        let hashed = Hasher::new().sha1(File::open(&path).unwrap(), &Budget::UNLIMITED);
        (path, hashed.unwrap().sha1)
    }

    pub(crate) fn hears<T>(&self, mut wanted: impl FnMut(Said) -> Option<T>) -> T {
        loop {
            let said = self.server.said.recv_timeout(PATIENCE).unwrap();
            if let Some(found) = wanted(said) {
                return found;
            }
        }
    }
}

pub(crate) fn order(sha1: Sha1) -> Order {
    Order {
        sequence: 1,
        machine_id: MachineId::new(MACHINE).unwrap(),
        action_id: ActionId::new("a1").unwrap(),
        expires_at: Timestamp::LAST,
        verb: Verb::StopAndQuarantineFile {
            sha1,
            comment: "alert 7".to_owned(),
            requestor: Some("kim".to_owned()),
            force: false,
            hints: quell_protocol::Hints::default(),
            dry_run: false,
            stop_mappers: false,
        },
    }
}

pub(crate) fn verdict(stage: &Stage, id: &str) -> Verdict {
    stage.hears(|said| match said {
        Said::Report(report) if report.action_id.as_str() == id => match report.phase {
            Phase::Finished { result } => Some(result.verdict),
            _ => None,
        },
        _ => None,
    })
}

pub(crate) fn end(agent: &mut Started) -> Option<i32> {
    let pid = Pid::from_child(&agent.0);
    kill_process(pid, Signal::TERM).unwrap();
    agent.0.wait().unwrap().code()
}
