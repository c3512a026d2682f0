//! `cargo xtask deb`: the Debian packages of the server and of the agent, built, looked into and tried out.

mod inspect;
mod trial;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::cargo::{self, Workspace};
use crate::deps;
use crate::failure::{Context as _, Outcome};
use crate::workspace;

/// What makes the packages; installed for this workspace alone when it is needed.
const TOOL: &str = "cargo-deb";
const TOOL_VERSION: &str = "3.8.0";
/// The crates that have a package, and its name.
const PACKAGES: [(&str, &str); 2] = [
    ("quell-cli", "quell-server"),
    ("quell-agent", "quell-agent"),
];

/// Builds the packages of a profile's programs (`release`, or `dev` to try the packaging out).
///
/// # Errors
/// What could not be built, or what a package lacks.
pub(crate) fn run(profile: &str) -> Outcome {
    let root = workspace::root()?;
    let target = Workspace::ask()?.target_directory;
    cargo::run(
        &[
            "build",
            "--profile",
            profile,
            "--package",
            "quell-cli",
            "--package",
            "quell-agent",
        ],
        &[],
    )?;
    deps::program_fits(&target)?;
    let built = target.join(if profile == "dev" { "debug" } else { profile });
    generate(&built.join("quell"), &root.join("packaging/generated"))?;
    let tool = tool(&target)?;
    for (package, name) in PACKAGES {
        let file = target.join("debian").join(format!("{name}.deb"));
        let status = Command::new(&tool)
            .current_dir(&root)
            .args([
                "--no-build",
                "--profile",
                profile,
                "--package",
                package,
                "--output",
            ])
            .arg(&file)
            .status()
            .context(TOOL)?;
        if !status.success() {
            return Err(format!("{TOOL} made no package of {package} ({status})").into());
        }
        inspect::package(name, &file)?;
        lint(&file)?;
        println!("{}", file.display());
    }
    trial::run(&root, &target.join("debian"))
}

/// The manual and the completions, which the program writes by itself.
fn generate(quell: &Path, directory: &Path) -> Outcome {
    let completions = directory.join("completions");
    fs::create_dir_all(&completions).context(completions.display())?;
    let written = Command::new(quell)
        .arg("man")
        .arg(directory.join("man"))
        .status();
    if !written.context(quell.display())?.success() {
        return Err("the manual cannot be written".into());
    }
    for (shell, name) in [("bash", "quell"), ("zsh", "_quell"), ("fish", "quell.fish")] {
        let script = Command::new(quell).args(["completions", shell]).output();
        let script = script.context(quell.display())?.stdout;
        let file = completions.join(name);
        fs::write(&file, script).context(file.display())?;
    }
    Ok(())
}

/// The tool, of the version that this was tried with.
fn tool(target: &Path) -> Outcome<PathBuf> {
    let root = target.join("tools");
    let tool = root.join("bin").join(TOOL);
    let says = Command::new(&tool)
        .arg("--version")
        .stderr(Stdio::null())
        .output();
    let is_there =
        says.is_ok_and(|said| String::from_utf8_lossy(&said.stdout).contains(TOOL_VERSION));
    if !is_there {
        let place = root.display().to_string();
        cargo::run(
            &[
                "install",
                TOOL,
                "--locked",
                "--version",
                TOOL_VERSION,
                "--root",
                &place,
            ],
            &[],
        )?;
    }
    Ok(tool)
}

/// What Debian's own checker says, where it is installed.
fn lint(file: &Path) -> Outcome {
    match Command::new("lintian")
        .args(["--fail-on", "error"])
        .arg(file)
        .status()
    {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("lintian: {status}").into()),
        Err(_) => {
            eprintln!("no lintian: the package was not checked by it");
            Ok(())
        }
    }
}
