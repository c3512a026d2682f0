//! Where a case is played: a server, an enrolled device, its agent, and a directory for attackers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use quell_testkit::{Application, Outcome, Setup, Victim, World};
use serde_json::Value;
use tempfile::TempDir;

use crate::case::{Gap, expect};
use crate::isolation::Confinement;
use crate::told::{self, Told};

/// A client keeps to the documented limits by itself, a hundred calls a minute.
const UNLIMITED: [&str; 2] = ["--limits", "1000000/1s"];

/// How thoroughly a case is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Depth {
    /// Within seconds, for every change.
    Short,
    /// As the threat model says.
    Full,
}

/// One case's own world. Dropped, everything in it has ended and is gone.
pub(crate) struct Ground {
    pub(crate) world: World,
    pub(crate) is_root: bool,
    pub(crate) depth: Depth,
    application: Application,
    /// Beside the files that the agent looks at.
    outside: TempDir,
}

impl Ground {
    /// A server, an enrolled device and its running agent.
    pub(crate) fn new(executable: &Path, confinement: Confinement, depth: Depth) -> Self {
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
        let outside = tempfile::Builder::new().prefix("quell-outside-").tempdir();
        Self {
            world,
            is_root: confinement.is_root,
            depth,
            application,
            outside: outside.expect("a directory can be made"),
        }
    }

    /// The directory whose files the agent may take.
    pub(crate) fn files(&self) -> PathBuf {
        self.world.files()
    }

    /// A new directory among them.
    pub(crate) fn directory(&self, name: &str) -> PathBuf {
        let path = self.files().join(name);
        fs::create_dir(&path).expect("the directory is ours");
        path
    }

    /// A directory that the agent does not look at.
    pub(crate) fn outside(&self) -> &Path {
        self.outside.path()
    }

    /// A program with a content that only this case has.
    pub(crate) fn victim(&self, name: &str) -> Victim {
        Victim::create(&self.files(), name)
    }

    /// Another content, which must not be touched.
    pub(crate) fn innocent(&self, name: &str) -> Victim {
        Victim::create(&self.files(), name)
    }

    /// Lets everybody of whatever user reach the files.
    pub(crate) fn open_to_all(&self) {
        let files = self.files();
        let above = files.parent().expect("the files are in a directory");
        for directory in [above, &files] {
            set_mode(directory, 0o755);
        }
    }

    /// Orders the file away and waits until the order has ended.
    pub(crate) fn quarantine(&self, sha1: &str) -> Told {
        self.order(sha1, &["--wait"])
    }

    /// The same, noticed at once.
    pub(crate) fn quarantine_at_once(&self, sha1: &str) -> Told {
        let told = self.order(sha1, &[]);
        told::await_end(told.id(), &self.database());
        self.now(&told)
    }

    /// Orders the file away, with these arguments.
    pub(crate) fn order(&self, sha1: &str, more: &[&str]) -> Told {
        self.refused_or_told(sha1, more)
            .unwrap_or_else(|refusal| panic!("there is no action: {refusal}"))
    }

    /// The same, of which the server may make no action: then with its refusal.
    pub(crate) fn refused_or_told(&self, sha1: &str, more: &[&str]) -> Result<Told, Value> {
        let done = self.run(&[&self.order_line(sha1), more].concat());
        let action = &done["results"][0]["action"];
        match action["id"].is_string() {
            true => Ok(self.told(action)),
            false => Err(done["results"][0]["error"].clone()),
        }
    }

    /// The same, begun.
    pub(crate) fn begin_order(&self, sha1: &str) -> Command {
        let line = [&self.order_line(sha1)[..], &["--wait"]].concat();
        self.command(&line)
    }

    fn order_line<'a>(&'a self, sha1: &'a str) -> [&'a str; 9] {
        let machine = self.world.machine_id();
        [
            "quarantine",
            sha1,
            "--machine",
            machine,
            "--comment",
            "a case",
            "--yes",
            "--output",
            "json",
        ]
    }

    /// Waits until an action has ended.
    pub(crate) fn ended(&self, told: &Told) -> Told {
        let done = self.run(&["action", "wait", told.id(), "--output", "json"]);
        self.told(&done["action"])
    }

    /// How an action stands now.
    pub(crate) fn now(&self, told: &Told) -> Told {
        let shown = self.run(&["action", "show", told.id(), "--output", "json"]);
        self.told(&shown["action"])
    }

    /// Asks to give an action up.
    pub(crate) fn cancel(&self, told: &Told) {
        let line = ["action", "cancel", told.id(), "--comment", "a case"];
        let _ = self.outcome(&[&line[..], &["--yes", "--output", "json"]].concat());
    }

    fn told(&self, action: &Value) -> Told {
        Told::read(action.clone(), &self.database())
    }

    /// The server's own.
    fn database(&self) -> PathBuf {
        self.world.data().join("quell.db")
    }

    /// A client's command, and the document that it printed, however it ended.
    pub(crate) fn run(&self, arguments: &[&str]) -> Value {
        self.outcome(arguments).document()
    }

    /// How a client's command ended.
    pub(crate) fn outcome(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut self.command(arguments))
    }

    /// A client's command, not started yet.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let base_url = self.world.base_url();
        let line = [arguments, &UNLIMITED].concat();
        self.world.command_as(&self.application, base_url, &line)
    }

    /// Ends the agent and starts it again with this policy.
    pub(crate) fn under_policy(&mut self, policy: &str) {
        self.world.take_agent().kill_hard();
        self.world.set_policy(policy);
        self.world.start_agent();
    }

    /// Ends the agent and starts one that kills itself at this point.
    pub(crate) fn crash_at(&mut self, point: &str) {
        self.world.take_agent().kill_hard();
        self.world.start_agent_until(point);
    }

    /// Waits until the agent has killed itself.
    pub(crate) fn await_crash(&mut self, point: &str) -> Result<(), Gap> {
        let signal = self.world.take_agent().wait_for_signal();
        expect(
            signal == Some(9),
            format!("the agent never came to {point}"),
        )
    }

    /// What needs root is not shown without.
    pub(crate) fn needs_root(&self) -> Result<(), Gap> {
        match self.is_root {
            true => Ok(()),
            false => Err(Gap::NotShown("needs root".to_owned())),
        }
    }
}

/// Sets the permissions of what is ours.
pub(crate) fn set_mode(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("it is ours");
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
    let content = fs::read(innocent.path()).ok();
    let is_whole = content.as_deref() == Some(innocent.content());
    expect(is_whole, format!("{path} is not as it was"))?;
    let alive = innocent.alive();
    expect(
        alive == processes,
        format!("{alive} of {processes} processes of {path} are alive"),
    )?;
    expect(
        !innocent.any_stopped(),
        format!("a process of {path} is stopped"),
    )
}
