//! Python and Node, with the packages that are pinned, in a private directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::identity::Identity;
use super::read;
use crate::cargo;
use crate::failure::{Context as _, Outcome};

/// The programs that are run, by their language.
const PYTHON: [(&str, Identity); 4] = [
    ("with_msal.py", Identity::Secret),
    ("with_msal_certificate.py", Identity::Certificate),
    ("with_msal_device_code.py", Identity::Person),
    ("with_azure_identity.py", Identity::Secret),
];
const NODE: [(&str, Identity); 1] = [("with_msal.mjs", Identity::Secret)];
/// The SDK's own example.
const RUST: &str = "quarantine";

/// What is run.
pub(super) struct Program {
    pub(super) name: &'static str,
    pub(super) identity: Identity,
    /// Without its arguments.
    pub(super) command: Command,
    /// It asks so often that it is refused: all but those that keep to limits by themselves.
    pub(super) meets_the_limit: bool,
}

/// The interpreters, ready to run the programs.
pub(super) struct Tools {
    python: PathBuf,
    node: PathBuf,
}

impl Tools {
    /// Installs what is pinned, unless it is installed.
    pub(super) fn ready(programs: &Path, place: &Path) -> Outcome<Self> {
        let tools = Self {
            python: place.join("python"),
            node: place.join("node"),
        };
        let pinned = read(&programs.join("python/requirements.txt"))?;
        once(&tools.python, &pinned, || tools.install_python(programs))?;
        let pinned = read(&programs.join("node/package-lock.json"))?;
        once(&tools.node, &pinned, || tools.install_node(programs))?;
        Ok(tools)
    }

    /// The interpreter that has what the programs need.
    pub(super) fn python(&self) -> PathBuf {
        self.python.join("bin/python")
    }

    /// Every program; those of ours are built in `target`.
    pub(super) fn programs(&self, programs: &Path, target: &Path) -> Outcome<Vec<Program>> {
        let mut all = vec![sdk(target)?];
        for (name, identity) in PYTHON {
            let mut command = Command::new(self.python());
            command.arg(programs.join("python").join(name));
            all.push(foreign(name, identity, command));
        }
        for (name, identity) in NODE {
            // Node looks for packages beside the program.
            let program = self.node.join(name);
            fs::copy(programs.join("node").join(name), &program)
                .context(format_args!("{name} cannot be copied"))?;
            let mut command = Command::new("node");
            command.arg(program);
            all.push(foreign(name, identity, command));
        }
        Ok(all)
    }

    fn install_python(&self, programs: &Path) -> Outcome {
        let mut make = Command::new("python3");
        done(make.args(["-m", "venv"]).arg(&self.python))?;
        let mut install = Command::new(self.python.join("bin/pip"));
        install.args(["install", "--quiet", "--requirement"]);
        done(install.arg(programs.join("python/requirements.txt")))
    }

    fn install_node(&self, programs: &Path) -> Outcome {
        fs::create_dir_all(&self.node).context(self.node.display())?;
        for name in ["package.json", "package-lock.json"] {
            fs::copy(programs.join("node").join(name), self.node.join(name)).context(name)?;
        }
        let mut install = Command::new("npm");
        done(
            install
                .args(["ci", "--silent", "--ignore-scripts"])
                .current_dir(&self.node),
        )
    }
}

fn foreign(name: &'static str, identity: Identity, command: Command) -> Program {
    Program {
        name,
        identity,
        command,
        meets_the_limit: true,
    }
}

fn sdk(target: &Path) -> Outcome<Program> {
    cargo::run(&["build", "--package", "quell", "--example", RUST], &[])?;
    Ok(Program {
        name: "the SDK's example",
        identity: Identity::Secret,
        command: Command::new(target.join("debug/examples").join(RUST)),
        meets_the_limit: false,
    })
}

/// Installs, unless the same was installed before.
fn once(place: &Path, pinned: &str, install: impl FnOnce() -> Outcome) -> Outcome {
    let stamp = place.join("installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == pinned) {
        return Ok(());
    }
    if place.exists() {
        fs::remove_dir_all(place).context(place.display())?;
    }
    install()?;
    fs::write(&stamp, pinned).context(stamp.display())
}

fn done(command: &mut Command) -> Outcome {
    let shown = format!("{command:?}");
    eprintln!("$ {shown}");
    let status = command
        .status()
        .context(format_args!("{shown} cannot be started"))?;
    match status.success() {
        true => Ok(()),
        false => Err(format!("{shown} failed ({status})").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_pinned_is_installed_once_and_anew_when_it_changes() {
        let directory = tempfile::tempdir().expect("a directory can be made");
        let place = directory.path().join("tool");
        let mut count = 0;
        for (pinned, expected) in [("1", 1), ("1", 1), ("2", 2)] {
            let install = || {
                count += 1;
                fs::create_dir_all(&place).context("place")
            };
            once(&place, pinned, install).expect("it installs");
            assert_eq!(count, expected);
        }
    }
}
