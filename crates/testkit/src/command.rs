//! The executable under test, run to its end.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;

/// The executable under test, with a state directory that its commands share.
#[derive(Debug, Clone)]
pub struct Quell {
    executable: PathBuf,
    state: Arc<TempDir>,
}

/// How a command ended and what it wrote.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; -1 when a signal ended it.
    pub code: i32,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Quell {
    /// The executable at this path.
    ///
    /// # Panics
    /// When no directory can be made.
    #[must_use]
    pub fn new(executable: &str) -> Self {
        let state = tempfile::Builder::new().prefix("quell-state-").tempdir();
        Self {
            executable: executable.into(),
            state: Arc::new(state.expect("a directory can be made")),
        }
    }

    /// What is `$XDG_STATE_HOME` for its commands.
    #[must_use]
    pub fn state_home(&self) -> &Path {
        self.state.path()
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.executable
    }

    /// A command with an environment that holds no service and no secret.
    #[must_use]
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.executable);
        command.env_clear();
        for name in ["PATH", "TMPDIR", "HOME"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        // No configuration file of whoever runs the tests has a say.
        command.env("QUELL_CONFIG", "/nonexistent/quell.toml");
        // Nor does their state, and what a test uses of a limit is its own affair.
        command.env("XDG_STATE_HOME", self.state_home());
        command.stdin(Stdio::null());
        command
    }

    /// Runs it with these arguments.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Outcome {
        let mut command = self.command();
        command.args(arguments);
        Outcome::of(&mut command)
    }
}

impl Outcome {
    /// Runs a command to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn of(command: &mut Command) -> Self {
        let output = command.output().expect("the executable starts");
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }

    /// The one JSON document on standard output of a command that succeeded.
    ///
    /// # Panics
    /// When it failed, or wrote anything else.
    #[must_use]
    pub fn json(&self) -> Value {
        assert_eq!(self.code, 0, "the command failed: {self:?}");
        self.document()
    }

    /// The one JSON document on standard output, however the command ended.
    ///
    /// # Panics
    /// When it wrote anything else.
    #[must_use]
    pub fn document(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}
