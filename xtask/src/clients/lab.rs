//! The lab that the programs are pointed at: https, slow machines, and few calls in ten seconds.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde::Deserialize;

use super::read;
use crate::failure::{Context as _, Outcome};

/// So few that whoever polls once a second is refused before the machine is done.
const LIMITS: &str = "3/6s";

/// A running lab; ends when dropped.
pub(super) struct Lab {
    child: Child,
    ready: Ready,
    arrivals: PathBuf,
}

/// What the lab says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Ready {
    base_url: String,
    environment: BTreeMap<String, String>,
    devices: Vec<Device>,
    files: Vec<File>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Device {
    machine_id: String,
}

#[derive(Deserialize)]
struct File {
    name: String,
    sha1: String,
}

impl Lab {
    /// Starts it with so many machines of a profile.
    pub(super) fn start(target: &Path, profile: &Path, machines: usize) -> Outcome<Self> {
        let arrivals = target.join("clients/arrivals");
        std::fs::write(&arrivals, "").context(arrivals.display())?;
        let mut child = Command::new(target.join("debug/quell"))
            .args(["lab", "--as-root", "--tls", "--output", "json"])
            .args(["--limits", LIMITS, "--devices", &machines.to_string()])
            .arg("--device-profile")
            .arg(profile)
            .arg("--arrivals")
            .arg(&arrivals)
            .stdout(Stdio::piped())
            .spawn()
            .context("the lab cannot be started")?;
        let stdout = child.stdout.take().context("the lab says nothing")?;
        let mut line = String::new();
        let said = BufReader::new(stdout).read_line(&mut line);
        let ready = said
            .context("the lab is not heard")
            .and_then(|_| serde_json::from_str(&line).context("the lab did not become ready"));
        match ready {
            Ok(ready) => Ok(Self {
                child,
                ready,
                arrivals,
            }),
            Err(error) => {
                end(&mut child);
                Err(error)
            }
        }
    }

    /// What it printed for other programs, and that it is its own authority.
    pub(super) fn environment(&self) -> impl Iterator<Item = (&str, &str)> {
        let printed = self.ready.environment.iter();
        printed
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .chain([("QUELL_AUTHORITY", self.ready.base_url.as_str())])
    }

    /// One of the variables that it printed.
    pub(super) fn told(&self, name: &str) -> Outcome<&str> {
        let value = self.ready.environment.get(name);
        Ok(value.context(format_args!("the lab prints no {name}"))?)
    }

    pub(super) fn base_url(&self) -> &str {
        &self.ready.base_url
    }

    pub(super) fn machine(&self, number: usize) -> Outcome<&str> {
        let device = self.ready.devices.get(number).context("too few machines")?;
        Ok(&device.machine_id)
    }

    pub(super) fn file(&self, name: &str) -> Outcome<&str> {
        let file = self.ready.files.iter().find(|file| file.name == name);
        Ok(&file.context("no such file")?.sha1)
    }

    /// How many calls were refused for their rate so far.
    pub(super) fn refused(&self) -> Outcome<usize> {
        let log = read(&self.arrivals)?;
        Ok(log.lines().filter(|line| line.ends_with(" 429")).count())
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// A killed lab takes all that it started with it.
fn end(child: &mut Child) {
    let _ = child.kill();
    let _ = child.wait();
}
