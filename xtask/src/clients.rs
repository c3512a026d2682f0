//! `cargo xtask clients`: clients of other languages against a lab, with nothing but configuration.
//!
//! Python and Node, with the packages that `examples/clients` pins, live in a private directory below
//! the target directory. What is proved of each program: it ends well, its action has succeeded, and
//! it met 429 on the way.

mod lab;
mod tools;

use std::path::Path;
use std::process::Command;

use crate::cargo::{self, Workspace};
use crate::failure::{Context as _, Outcome};
use crate::workspace;
use lab::Lab;
use tools::Tools;

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
    let tools = Tools::ready(&programs, &target.join("clients"))?;
    cargo::run(&["build", "--package", "quell-cli"], &[])?;
    let commands = tools.commands(&programs)?;
    let lab = Lab::start(&target, &programs.join("machines.toml"), commands.len())?;
    for (number, (name, command)) in commands.into_iter().enumerate() {
        try_one(&lab, name, command, number)?;
    }
    Ok(())
}

fn try_one(lab: &Lab, name: &str, mut command: Command, number: usize) -> Outcome {
    let refused_before = lab.refused()?;
    let output = command
        .envs(lab.environment())
        .args([lab.machine(number)?, lab.file("common")?])
        .output()
        .context(format_args!("{name} cannot be started"))?;
    let told = String::from_utf8_lossy(&output.stdout);
    if !output.status.success() || !told.trim_end().ends_with("Succeeded") {
        let why = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{name} failed ({}): {told}{why}", output.status).into());
    }
    if lab.refused()? == refused_before {
        return Err(format!("{name} met no 429, so that nothing is proved of it").into());
    }
    println!("ok     {name}: {}", told.trim_end());
    Ok(())
}

/// A file's text.
fn read(file: &Path) -> Outcome<String> {
    std::fs::read_to_string(file).context(format_args!("{} cannot be read", file.display()))
}
