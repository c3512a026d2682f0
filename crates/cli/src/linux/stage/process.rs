//! The processes of the stage: this same executable, started again.

use std::ffi::OsString;
use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use quell_terminal::Failure;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdout, Command};

use super::directory::Directory;

/// How long a process may take to end by itself before it is killed.
const GRACE: Duration = Duration::from_secs(5);
/// How much of a log is shown when its process fails.
const LOG_LINES: usize = 12;

/// The stage is there to be ordered about: what an hour may have on a real machine is soon used up.
const STAGE_POLICY: &str = "actions-per-hour = 1000000\n";

/// A process of the stage and its log.
#[derive(Debug)]
pub(crate) struct Process {
    name: &'static str,
    child: Child,
    log: PathBuf,
}

impl Process {
    /// `quell serve`, which writes one line to its standard output when it is ready.
    pub(crate) fn start_server(
        listen: SocketAddr,
        data: &Path,
        options: Vec<OsString>,
        directory: &Directory,
    ) -> Result<Self, Failure> {
        let mut command = this_executable();
        command
            .arg("serve")
            .arg("--data")
            .arg(data)
            .arg("--listen")
            .arg(listen.to_string());
        // The stage stands for Microsoft's service, which has no such limit.
        command.args(["--blast-radius", "off"]);
        // A line for every poll of thousands of devices would fill the disk, and nobody reads it.
        command.args(["--log-level", "warn"]);
        command.args(["--output", "json"]).args(options);
        command.stdout(Stdio::piped());
        Self::start("server", command, directory)
    }

    /// `quell agent run`, confined to the stage.
    pub(crate) fn start_agent(directory: &Directory) -> Result<Self, Failure> {
        let policy = directory.path().join("policy.toml");
        write_private(&policy, STAGE_POLICY).map_err(|error| {
            Failure::fault("the agent's policy cannot be written").because(&error)
        })?;
        let mut command = this_executable();
        command
            .args(["agent", "run", "--state"])
            .arg(directory.path().join("agent"));
        command.arg("--policy").arg(policy);
        command.arg("--root").arg(directory.path().join("files"));
        command
            .arg("--confine-to-descendants-of")
            .arg(std::process::id().to_string());
        command.args(["--inventory-interval", "1"]);
        command.stdout(Stdio::null());
        Self::start("agent", command, directory)
    }

    fn start(
        name: &'static str,
        mut command: Command,
        directory: &Directory,
    ) -> Result<Self, Failure> {
        let log = directory.path().join(format!("{name}.log"));
        let cannot = |error: &std::io::Error| {
            Failure::fault(format!("the {name} cannot be started")).because(error)
        };
        let file = File::create(&log).map_err(|error| cannot(&error))?;
        command
            .arg("--die-with-parent")
            .arg(std::process::id().to_string());
        let child = command
            .stdin(Stdio::null())
            .stderr(file)
            .process_group(0)
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| cannot(&error))?;
        Ok(Self { name, child, log })
    }

    /// What the process writes to its standard output.
    pub(crate) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Fails with the end of the log when the process has ended.
    pub(crate) fn still_running(&mut self) -> Result<(), Failure> {
        match self.child.try_wait() {
            Ok(None) => Ok(()),
            Ok(Some(status)) => {
                Err(self.failure(&format!("the {} ended by itself ({status})", self.name)))
            }
            Err(error) => {
                Err(self.failure(&format!("the {} cannot be watched: {error}", self.name)))
            }
        }
    }

    /// A failure that shows the end of the log.
    pub(crate) fn failure(&self, what: &str) -> Failure {
        let log = std::fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().map(str::trim).collect();
        let tail = lines
            .get(lines.len().saturating_sub(LOG_LINES)..)
            .unwrap_or_default();
        let failure = Failure::fault(what);
        if tail.is_empty() {
            failure
        } else {
            failure.next(format!("its log ends: {}", tail.join(" | ")))
        }
    }

    /// Asks the process to end, and ends it when it does not.
    pub(crate) async fn end(&mut self) {
        let pid = self
            .child
            .id()
            .and_then(|id| i32::try_from(id).ok())
            .and_then(Pid::from_raw);
        if let Some(pid) = pid {
            // The child is ours and not reaped yet, so the pid cannot mean anything else.
            let _ = kill_process(pid, Signal::TERM);
        }
        if tokio::time::timeout(GRACE, self.child.wait())
            .await
            .is_err()
        {
            let _ = self.child.kill().await;
        }
    }
}

/// `quell agent enrol`, with the token on its standard input.
pub(crate) async fn enrol_agent(
    directory: &Directory,
    machine_id: &str,
    token: &str,
) -> Result<(), Failure> {
    let mut command = this_executable();
    command
        .args(["agent", "enrol", "--state"])
        .arg(directory.path().join("agent"));
    command.args(["--machine-id", machine_id, "--token-file", "-"]);
    run(command, token.as_bytes()).await.map(drop)
}

/// `quell agent …` on the stage's agent state.
pub(crate) async fn agent_command(
    directory: &Directory,
    arguments: &[&str],
) -> Result<Vec<u8>, Failure> {
    let mut command = this_executable();
    command
        .arg("agent")
        .args(arguments)
        .arg("--state")
        .arg(directory.path().join("agent"));
    run(command, b"").await
}

async fn run(mut command: Command, input: &[u8]) -> Result<Vec<u8>, Failure> {
    let cannot = |error: &std::io::Error| {
        Failure::fault("a command of the stage cannot be run").because(error)
    };
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| cannot(&error))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin
            .write_all(input)
            .await
            .map_err(|error| cannot(&error))?;
    }
    let output = child
        .wait_with_output()
        .await
        .map_err(|error| cannot(&error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(Failure::fault(format!(
        "a command of the stage failed ({}): {}",
        output.status,
        told.trim().lines().collect::<Vec<_>>().join(" | ")
    )))
}

/// This executable, without the secrets that may be in our environment.
fn this_executable() -> Command {
    let mut command = Command::new("/proc/self/exe");
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("AZURE_") || text.starts_with("QUELL_") {
            command.env_remove(&name);
        }
    }
    command
}

/// The agent relies on no policy that others may write.
fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())
}
