//! A running `quell lab`.

use std::path::Path;
use std::process::Command;

use quell::transport::{HyperTransport, RootCertificate, RootCertificates, TransportOptions};
use quell::{Client, Limits, Service};
use serde_json::Value;
use tempfile::TempDir;

use crate::command::{Outcome, Quell};
use crate::process::Process;

/// A running lab, and what it said when it was ready.
#[derive(Debug)]
pub struct Lab {
    quell: Quell,
    process: Process,
    ready: Value,
    temporary: TempDir,
}

impl Lab {
    /// Starts one with these options, in a temporary directory of its own.
    ///
    /// # Panics
    /// When it does not become ready.
    #[must_use]
    pub fn start(executable: &str, options: &[&str]) -> Self {
        let temporary = tempfile::tempdir().expect("a directory can be made");
        let quell = Quell::new(executable);
        let mut command: Command = quell.command();
        command
            .env("TMPDIR", temporary.path())
            .args(["lab", "--as-root", "--output", "json"])
            .args(options);
        let mut process = Process::start(&mut command, &temporary.path().join("lab.log"));
        let ready =
            serde_json::from_str(&process.first_line()).expect("the lab says what a client needs");
        Self {
            quell,
            process,
            ready,
            temporary,
        }
    }

    /// What it said.
    #[must_use]
    pub fn ready(&self) -> &Value {
        &self.ready
    }

    /// One property of that.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn text(&self, property: &str) -> &str {
        self.ready[property]
            .as_str()
            .unwrap_or_else(|| panic!("no {property} in {}", self.ready))
    }

    /// What its temporary directory is.
    #[must_use]
    pub fn temporary(&self) -> &Path {
        self.temporary.path()
    }

    /// The lab itself.
    #[must_use]
    pub fn process(&self) -> &Process {
        &self.process
    }

    /// The lab itself, and the directory that it must leave empty but for its log.
    #[must_use]
    pub fn into_process(self) -> (Process, TempDir) {
        (self.process, self.temporary)
    }

    /// A command with the environment that the lab printed.
    ///
    /// # Panics
    /// When it printed none.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.quell.command();
        let environment = self.ready["environment"].as_object();
        for (name, value) in environment.expect("the lab prints an environment") {
            command.env(name, value.as_str().expect("variables are text"));
        }
        command.args(arguments);
        command
    }

    /// Runs it to its end.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Outcome {
        Outcome::of(&mut self.command(arguments))
    }

    /// `quell quarantine` of this file on the lab's machine: the MachineAction.
    #[must_use]
    pub fn quarantine(&self, sha1: &str, comment: &str, wait: bool) -> Value {
        let machine = self.text("machineId");
        let mut arguments = vec!["quarantine", sha1, "--machine", machine];
        arguments.extend(["--comment", comment, "--yes", "--output", "json"]);
        arguments.extend(wait.then_some("--wait"));
        self.run(&arguments).document()["results"][0]["action"].clone()
    }

    /// Lets so much time pass by the lab's clock.
    ///
    /// # Panics
    /// When the lab does not answer.
    pub fn advance(&self, span: &str) {
        let outcome = self.run(&["lab", "advance", span]);
        assert_eq!(outcome.code, 0, "{outcome:?}");
    }

    /// The SDK, pointed at it, without limits of its own.
    ///
    /// # Panics
    /// When the lab's address is unusable.
    #[must_use]
    pub fn client(&self) -> Client {
        let base_url = self.text("baseUrl");
        let service = Service::custom(base_url, base_url).client_secret(
            self.text("tenantId"),
            self.text("clientId"),
            self.text("clientSecret"),
        );
        let mut options = TransportOptions::default();
        if let Some(file) = self.ready["authority"].as_str() {
            let pem = std::fs::read_to_string(file).expect("the authority can be read");
            options = options.with_roots(RootCertificates::Only(vec![RootCertificate::pem(pem)]));
        }
        Client::builder()
            .service(service)
            .transport(HyperTransport::new(&options).expect("the authority is one"))
            .limits(Limits::each(
                "100000/60s"
                    .parse::<quell::ratelimit::Quota>()
                    .expect("a quota"),
            ))
            .build()
            .expect("the service is well formed")
    }

    /// The simulated machine that shows this behavior.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn device(&self, behavior: &str) -> &str {
        let devices = self.ready["devices"].as_array();
        let found = devices
            .expect("the lab has simulated devices")
            .iter()
            .find(|device| device["behavior"] == behavior);
        found
            .and_then(|device| device["machineId"].as_str())
            .unwrap_or_else(|| panic!("no device is {behavior}"))
    }

    /// The SHA-1 of a simulated file, by its name.
    ///
    /// # Panics
    /// When there is none.
    #[must_use]
    pub fn file(&self, name: &str) -> &str {
        let files = self.ready["files"].as_array();
        let found = files
            .expect("the lab has simulated files")
            .iter()
            .find(|file| file["name"] == name);
        found
            .and_then(|file| file["sha1"].as_str())
            .unwrap_or_else(|| panic!("no file is {name}"))
    }
}
