//! `cargo xtask clients`: clients of other languages against a lab, with nothing but configuration.
//!
//! Python and Node, with the packages that `examples/clients` pins, live in a private directory below
//! the target directory; the SDK's own example and the command `quell` run beside them. What is proved
//! of each program: it ends well, its action has succeeded, and it met 429 on the way, unless it keeps
//! to limits by itself.

mod identity;
mod lab;
mod tools;

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::cargo::{self, Workspace};
use crate::failure::{Context as _, Outcome};
use crate::workspace;
use identity::{Identities, Identity, code_in};
use lab::Lab;
use tools::{Program, Tools};

/// Where the programs are, in the workspace.
const PROGRAMS: &str = "examples/clients";

/// Runs every program.
///
/// # Errors
/// What is missing, or the first program that did not do what it should.
pub(crate) fn run() -> Outcome {
    let root = workspace::root()?;
    let programs = root.join(PROGRAMS);
    let target = Workspace::ask()?.target_directory;
    let place = target.join("clients");
    let tools = Tools::ready(&programs, &place)?;
    cargo::run(&["build", "--package", "quell-cli"], &[])?;
    let quell = target.join("debug/quell");
    let all = tools.programs(&programs, &target)?;
    // One machine more, for the command.
    let lab = Lab::start(&target, &programs.join("machines.toml"), all.len() + 1)?;
    let identities = Identities::add(&lab, &quell, &place, tools.python())?;
    let trial = Trial { lab, identities };
    let last = all.len();
    for (number, program) in all.into_iter().enumerate() {
        trial.program(program, number)?;
    }
    trial.command(&quell, last)
}

/// The lab, and who may call it.
struct Trial {
    lab: Lab,
    identities: Identities,
}

impl Trial {
    fn program(&self, program: Program, number: usize) -> Outcome {
        let Program {
            name,
            identity,
            mut command,
            meets_the_limit,
        } = program;
        let refused_before = self.lab.refused()?;
        command
            .envs(self.lab.environment())
            .args([self.lab.machine(number)?, self.lab.file("common")?]);
        self.identities.tell(identity, &mut command);
        self.ends_well(name, identity, &mut command)?;
        if meets_the_limit && self.lab.refused()? == refused_before {
            return Err(format!("{name} met no 429, so that nothing is proved of it").into());
        }
        Ok(())
    }

    /// The command signs a person in by a device code.
    fn command(&self, quell: &Path, number: usize) -> Outcome {
        let (machine, sha1) = (self.lab.machine(number)?, self.lab.file("common")?);
        let mut command = Command::new(quell);
        command
            .args(["quarantine", sha1, "--machine", machine, "--yes", "--wait"])
            .args(["--comment", "with a device code", "--state", "none"]);
        // A person is told by options alone: nothing of it may come from the environment.
        let public = self.identities.public();
        command
            .args(["--credential", "device-code", "--client-id", public])
            .args(["--base-url", self.lab.base_url()])
            .args(["--tenant-id", self.lab.told("QUELL_TENANT_ID")?])
            .args(["--ca", self.lab.told("QUELL_CA")?]);
        for (name, _) in self.lab.environment() {
            command.env_remove(name);
        }
        self.ends_well(
            "quell --credential device-code",
            Identity::Person,
            &mut command,
        )
    }

    fn ends_well(&self, name: &str, identity: Identity, command: &mut Command) -> Outcome {
        let output = self
            .output_of(identity, command)
            .map_err(|error| format!("{name}: {error}"))?;
        let told = String::from_utf8_lossy(&output.stdout);
        if !output.status.success() || !told.contains("Succeeded") {
            let why = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{name} failed ({}): {told}{why}", output.status).into());
        }
        println!("ok     {name}");
        Ok(())
    }

    /// Runs it to its end; a code that it shows is entered.
    fn output_of(&self, identity: Identity, command: &mut Command) -> Outcome<Output> {
        if identity != Identity::Person {
            return command.output().context("it cannot be started");
        }
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("it cannot be started")?;
        let mut said = BufReader::new(child.stderr.take().context("it says nothing")?);
        let mut why = String::new();
        while said.read_line(&mut why).context("it is not heard")? > 0 {
            if let Some(code) = code_in(&why) {
                self.identities.enter(&self.lab, code)?;
                break;
            }
        }
        said.read_to_string(&mut why).context("it is not heard")?;
        let mut output = child.wait_with_output().context("it does not end")?;
        output.stderr = why.into_bytes();
        Ok(output)
    }
}

/// A file's text.
fn read(file: &Path) -> Outcome<String> {
    std::fs::read_to_string(file).context(format_args!("{} cannot be read", file.display()))
}
