//! Where a case is played: a server, an enrolled device, its agent, and a directory for attackers.

use std::path::{Path, PathBuf};

use quell_testkit::{Application, Setup, Victim, World};
use serde_json::Value;

use crate::case::{Gap, expect};
use crate::isolation::Confinement;

/// One case's own world. Dropped, everything in it has ended and is gone.
pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) is_root: bool,
    application: Application,
}

/// What became of an order: the machine action as the API tells it, and what the agent told of it.
pub(crate) struct Told {
    action: Value,
}

impl Ground {
    /// A server, an enrolled device and its running agent.
    pub(crate) fn new(executable: &Path, confinement: Confinement) -> Self {
        let executable = executable.to_str().expect("the executable's path is text");
        let setup = Setup {
            limits: "off",
            allow_unknown_files: true,
            ancestor: confinement.ancestor,
            ..Setup::default()
        };
        let mut world = World::of(executable, setup);
        world.start_agent();
        let application = world.application(&[
            "Machine.StopAndQuarantine",
            "Machine.Read.All",
            "File.Read.All",
            "Quell.Machine.Force",
            "Quell.Machine.Restore",
        ]);
        Self {
            world,
            is_root: confinement.is_root,
            application,
        }
    }

    /// The directory whose files the agent may take.
    pub(crate) fn files(&self) -> PathBuf {
        self.world.files()
    }

    /// A program with a content that only this case has.
    pub(crate) fn victim(&self, name: &str) -> Victim {
        Victim::create(&self.files(), name)
    }

    /// Another content, which must not be touched.
    pub(crate) fn innocent(&self, name: &str) -> Victim {
        Victim::create(&self.files(), name)
    }

    /// Orders the file away and waits until the order has ended.
    pub(crate) fn quarantine(&self, sha1: &str) -> Told {
        self.order(sha1, &[])
    }

    /// The same, with more arguments.
    pub(crate) fn order(&self, sha1: &str, more: &[&str]) -> Told {
        let command = [
            "quarantine",
            sha1,
            "--machine",
            self.world.machine_id(),
            "--comment",
            "a case",
            "--yes",
            "--wait",
            "--output",
            "json",
        ];
        let done = self.run(&[&command, more].concat());
        Told {
            action: done["results"][0]["action"].clone(),
        }
    }

    /// A client's command, and the document that it printed, however it ended.
    pub(crate) fn run(&self, arguments: &[&str]) -> Value {
        self.world.run_as(&self.application, arguments).document()
    }

    /// What needs root is not shown without.
    pub(crate) fn needs_root(&self) -> Result<(), Gap> {
        match self.is_root {
            true => Ok(()),
            false => Err(Gap::NotShown("needs root".to_owned())),
        }
    }
}

impl Told {
    /// The status, as the API says it.
    pub(crate) fn status(&self) -> &str {
        self.action["status"].as_str().unwrap_or("no status")
    }

    pub(crate) fn expect_status(&self, status: &str) -> Result<(), Gap> {
        let told = format!("the action is {}: {}", self.status(), self.action);
        expect(self.status() == status, told)
    }
}

/// Taken: gone from its path, and every process of it dead.
pub(crate) fn expect_taken(victim: &Victim) -> Result<(), Gap> {
    let path = victim.path().display();
    expect(!victim.path().exists(), format!("{path} is still there"))?;
    expect(victim.all_ended(), format!("{path} still runs"))
}

/// Untouched: there, with its bytes, and every process of it goes on.
pub(crate) fn expect_untouched(innocent: &Victim, processes: usize) -> Result<(), Gap> {
    let path = innocent.path().display();
    let content = std::fs::read(innocent.path()).ok();
    let is_whole = content.as_deref() == Some(innocent.content());
    expect(is_whole, format!("{path} is not as it was"))?;
    let goes_on = innocent.alive() == processes && !innocent.any_stopped();
    expect(
        goes_on,
        format!("a process of {path} was killed or stopped"),
    )
}
