//! An agent that waits in the middle of an action, in a state that a case wants to see.

use std::fs;
use std::os::fd::OwnedFd;
use std::path::PathBuf;

use rustix::fs::{CWD, Mode, OFlags};

use crate::ground::Ground;
use crate::observe::await_until;

/// A point at which the running agent will wait, once.
pub(crate) struct Halt(PathBuf);

/// The agent waits until this is dropped.
pub(crate) struct Halted {
    _gate: OwnedFd,
}

impl Ground {
    /// Starts an agent that waits at this point when it comes there for the first time.
    pub(crate) fn start_agent_that_halts(&mut self, point: &str) -> Halt {
        let gate = self.outside().join("gate");
        let made = rustix::fs::mkfifoat(CWD, &gate, Mode::RUSR | Mode::WUSR);
        made.expect("the directory is ours");
        let mut command = self.world.agent_run();
        command
            .env("QUELL_WAIT_AT", point)
            .env("QUELL_WAIT_FOR", &gate);
        self.world.start_agent_by(&mut command);
        Halt(gate)
    }
}

impl Halt {
    /// Answers when the agent is there.
    pub(crate) fn reached(self) -> Halted {
        // Opens only where somebody reads; whoever is started meanwhile must not keep it open.
        let flags = OFlags::WRONLY | OFlags::NONBLOCK | OFlags::CLOEXEC;
        let mut gate = None;
        await_until("the agent comes to the point", || {
            gate = rustix::fs::open(&self.0, flags, Mode::empty()).ok();
            gate.is_some()
        });
        fs::remove_file(&self.0).expect("the gate is ours");
        Halted {
            _gate: gate.expect("it was opened"),
        }
    }
}
