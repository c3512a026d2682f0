//! A server of our own: a process in a temporary directory, with a machine, files and actions.

use std::fs::{self, DirBuilder};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;
use serde_json::{Value, json};

use super::POWERLESS;
use crate::cargo;
use crate::failure::{Context as _, Outcome};

/// A server that ends with this value.
pub(super) struct World {
    server: Child,
    data: PathBuf,
    base_url: String,
    tokens: Tokens,
}

#[derive(Deserialize)]
struct Tokens {
    mighty: String,
    powerless: String,
}

#[derive(Deserialize)]
struct Table {
    permission: Vec<Permission>,
    extension: Vec<Extension>,
}

/// A permission of the server's own.
#[derive(Deserialize)]
struct Extension {
    value: String,
}

#[derive(Deserialize)]
struct Permission {
    value: String,
    holder: String,
}

impl World {
    /// Builds the command, starts it, and fills it.
    pub(super) fn start(root: &Path, place: &Path) -> Outcome<Self> {
        cargo::run(&["build", "--package", "quell-cli"], &[])?;
        cargo::run(
            &[
                "build",
                "--package",
                "quell-server",
                "--example",
                "conformance_world",
            ],
            &[],
        )?;
        let built = place
            .parent()
            .context("the target directory")?
            .join("debug");
        let quell = built.join("quell");
        let data = std::env::temp_dir().join(format!("quell-conformance-{}", std::process::id()));
        DirBuilder::new()
            .mode(0o700)
            .create(&data)
            .context(data.display())?;
        let (server, base_url) = serve(&quell, &data, place)?;
        let mut world = Self {
            server,
            data,
            base_url,
            tokens: Tokens {
                mighty: String::new(),
                powerless: String::new(),
            },
        };
        world.tokens = world.fill(root, &quell, &built.join("examples/conformance_world"))?;
        Ok(world)
    }

    /// Where the server describes itself.
    pub(super) fn description(&self) -> String {
        format!("{}/api/openapi.json", self.base_url)
    }

    /// A token with every permission.
    pub(super) fn mighty(&self) -> &str {
        &self.tokens.mighty
    }

    /// A token that opens next to nothing.
    pub(super) fn powerless(&self) -> &str {
        &self.tokens.powerless
    }

    fn fill(&self, root: &Path, quell: &Path, filler: &Path) -> Outcome<Tokens> {
        let table = root.join("docs/api/permissions.toml");
        let table: Table = toml::from_str(&fs::read_to_string(table).context("permissions.toml")?)?;
        let all = table
            .permission
            .iter()
            .filter(|one| one.holder == "application");
        let mut many = vec!["app", "add", "mighty"];
        for one in all {
            many.extend(["--permission", &one.value]);
        }
        for one in &table.extension {
            many.extend(["--permission", &one.value]);
        }
        let token = self.operate(quell, &["device", "enrol-token"])?;
        let given = json!({
            "enrolment": token.get("token"),
            "mighty": self.operate(quell, &many)?,
            "powerless": self.operate(quell, &["app", "add", "powerless", "--permission", POWERLESS])?,
        });
        let mut filler = Command::new(filler)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("conformance_world cannot be started")?;
        let mut input = filler.stdin.take().context("its input")?;
        input
            .write_all(given.to_string().as_bytes())
            .context("its input")?;
        drop(input);
        let output = filler.wait_with_output().context("conformance_world")?;
        match output.status.success() {
            true => serde_json::from_slice(&output.stdout).context("conformance_world"),
            false => Err("the server could not be filled".into()),
        }
    }

    /// An operator's command on the server's data.
    fn operate(&self, quell: &Path, arguments: &[&str]) -> Outcome<Value> {
        let output = Command::new(quell)
            .arg("server")
            .args(arguments)
            .args(["--output", "json", "--data"])
            .arg(&self.data)
            .output()
            .context("quell cannot be started")?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        serde_json::from_slice(&output.stdout).context(format_args!("quell server: {said}"))
    }
}

/// The server listens when its first line is written.
fn serve(quell: &Path, data: &Path, place: &Path) -> Outcome<(Child, String)> {
    let log = place.join("server.log");
    let parent = std::process::id().to_string();
    let mut server = Command::new(quell)
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--limits",
            "off",
            "--output",
            "json",
        ])
        .args(["--die-with-parent", &parent, "--data"])
        .arg(data)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(fs::File::create(&log).context(log.display())?)
        .spawn()
        .context("quell serve cannot be started")?;
    let mut ready = String::new();
    let output = server.stdout.take().context("its output")?;
    BufReader::new(output)
        .read_line(&mut ready)
        .context("its output")?;
    let ready: Value = serde_json::from_str(&ready).context(format_args!(
        "quell serve did not start; see {}",
        log.display()
    ))?;
    let base_url = ready
        .get("baseUrl")
        .and_then(Value::as_str)
        .context("its address")?
        .to_owned();
    Ok((server, base_url))
}

impl Drop for World {
    fn drop(&mut self) {
        let ended = self
            .server
            .kill()
            .and_then(|()| self.server.wait().map(drop));
        let gone = ended.and_then(|()| fs::remove_dir_all(&self.data));
        if let Err(error) = gone {
            eprintln!("{}: {error}", self.data.display());
        }
    }
}
