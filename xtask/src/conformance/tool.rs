//! Schemathesis, in a virtual environment of its own below the target directory.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::failure::{Context as _, Outcome};

const REQUIREMENTS: &str = "xtask/conformance/requirements.txt";

/// An environment in which everything is installed that the requirements name.
pub(super) struct Tool {
    environment: PathBuf,
    place: PathBuf,
}

/// One run over all operations.
pub(super) struct Run<'a> {
    pub(super) name: &'a str,
    /// Where the description is.
    pub(super) description: &'a str,
    pub(super) token: &'a str,
    /// The most of each operation and phase.
    pub(super) examples: u32,
    pub(super) phases: &'a str,
    pub(super) seed: u64,
}

impl Tool {
    /// Finds the environment, or makes it: that needs Python and a package index.
    pub(super) fn ready(root: &Path, place: &Path) -> Outcome<Self> {
        let wanted = fs::read_to_string(root.join(REQUIREMENTS)).context(REQUIREMENTS)?;
        let tool = Self {
            environment: place.join("environment"),
            place: place.to_owned(),
        };
        // Written last, so that it stands for an installation that came to its end.
        let installed = tool.environment.join("installed.txt");
        if fs::read_to_string(&installed).is_ok_and(|found| found == wanted) {
            return Ok(tool);
        }
        eprintln!(
            "installing schemathesis into {}",
            tool.environment.display()
        );
        if tool.environment.exists() {
            fs::remove_dir_all(&tool.environment).context(tool.environment.display())?;
        }
        fs::create_dir_all(place).context(place.display())?;
        quiet(
            Command::new("python3")
                .args(["-m", "venv"])
                .arg(&tool.environment),
        )
        .context("there is no Python with virtual environments")?;
        let mut pip = Command::new(tool.program("pip"));
        pip.args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--no-deps",
            "--requirement",
        ]);
        quiet(pip.arg(root.join(REQUIREMENTS))).context("schemathesis cannot be installed")?;
        fs::write(&installed, wanted).context(installed.display())?;
        Ok(tool)
    }

    fn program(&self, name: &str) -> PathBuf {
        self.environment.join("bin").join(name)
    }

    /// Runs every check; returns the report, line by line. What schemathesis thinks of it is not asked:
    /// it knows no exceptions.
    pub(super) fn run(&self, run: &Run<'_>) -> Outcome<String> {
        eprintln!("schemathesis, with a token that opens {}", run.name);
        let report = self.place.join("report.ndjson");
        let log = self
            .place
            .join(format!("{}.log", run.name.replace(' ', "-")));
        if report.exists() {
            fs::remove_file(&report).context(report.display())?;
        }
        let output = fs::File::create(&log).context(log.display())?;
        let status = Command::new(self.program("schemathesis"))
            // Not where the caller stands, whose folders may hold settings.
            .current_dir(&self.place)
            .args(["run", run.description, "--checks", "all"])
            .args([
                "--phases",
                run.phases,
                "--continue-on-failure",
                "--no-color",
            ])
            .args(["--seed", &run.seed.to_string()])
            .args(["--max-examples", &run.examples.to_string()])
            .args(["--generation-database", "none", "--report", "ndjson"])
            .arg("--report-ndjson-path")
            .arg(&report)
            .args(["--header", &format!("Authorization: Bearer {}", run.token)])
            .stdin(Stdio::null())
            .stdout(output.try_clone().context(log.display())?)
            .stderr(output)
            .status()
            .context("schemathesis cannot be started")?;
        // 0: nothing found. 1: something found. Anything else: it did not come to its end.
        match status.code() {
            Some(0 | 1) => fs::read_to_string(&report).context(report.display()),
            _ => {
                let said = fs::read_to_string(&log).unwrap_or_default();
                Err(format!("schemathesis failed ({status}):\n{said}").into())
            }
        }
    }
}

fn quiet(command: &mut Command) -> Outcome {
    let output = command
        .stdin(Stdio::null())
        .output()
        .context("it cannot be started")?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr)
            .trim()
            .to_owned()
            .into()),
    }
}
