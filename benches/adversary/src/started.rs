//! Processes of a case, and whether they go on.

use std::io::{BufRead as _, BufReader};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, Stdio};

use crate::case::{Gap, expect};
use crate::observe::{await_until, inode, state_of};

/// A process that ends with its case.
pub(crate) struct Started(Child);

impl Started {
    /// Starts it. Its standard input is a pipe that stays open and empty, unless it has one.
    pub(crate) fn of(command: &mut Command) -> Self {
        command.stdout(Stdio::null());
        Self(spawn(command))
    }

    /// Starts it with the input and output that it has.
    pub(crate) fn as_is(command: &mut Command) -> Self {
        Self(spawn(command))
    }

    /// Starts a program that sleeps.
    pub(crate) fn asleep(command: &mut Command) -> Self {
        Self::of(command.arg("600").stdin(Stdio::null()))
    }

    /// Starts it and waits for its line `ready`.
    pub(crate) fn ready(command: &mut Command) -> Self {
        let mut child = spawn(command.stdout(Stdio::piped()));
        let output = child.stdout.take().expect("its output is a pipe");
        let mut lines = BufReader::new(output).lines();
        let is_ready = lines.any(|line| line.is_ok_and(|line| line == "ready"));
        assert!(is_ready, "it ended before it was ready: {command:?}");
        Self(child)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.0.id()
    }

    /// Waits until it executes this file.
    pub(crate) fn await_execution(&self, of: (u64, u64)) {
        let link = format!("/proc/{}/exe", self.pid());
        await_until("it runs", || inode(link.as_ref()) == Some(of));
    }

    /// It was killed by `SIGKILL`.
    pub(crate) fn expect_killed(&mut self, who: &str) -> Result<(), Gap> {
        // Whoever reports an end has seen it; until it is reaped here, a moment may pass.
        let mut signal = None;
        for _ in 0..1000 {
            if let Some(status) = self.0.try_wait().expect("it is ours") {
                signal = status.signal();
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        expect(signal == Some(9), format!("{who} was not killed"))
    }

    /// It lives and is not stopped.
    pub(crate) fn expect_goes_on(&mut self, who: &str) -> Result<(), Gap> {
        let lives = self.0.try_wait().expect("it is ours").is_none();
        expect(lives, format!("{who} has ended"))?;
        let is_stopped = state_of(self.pid()) == Some('T');
        expect(!is_stopped, format!("{who} was left stopped"))
    }

    /// The code that it has ended with by itself, if it has.
    pub(crate) fn exit_code(&mut self) -> Option<i32> {
        self.0.try_wait().expect("it is ours")?.code()
    }

    /// Waits for its end by itself, and says whether it succeeded.
    pub(crate) fn succeeded(&mut self) -> bool {
        self.0.wait().expect("it is ours").success()
    }
}

fn spawn(command: &mut Command) -> Child {
    let spawned = command.spawn();
    spawned.unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

impl Drop for Started {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
