//! The examples of the SDK's crates do what they say, against the lab.
//!
//! Cargo tells a test where its own package's executables are, not where those of other packages are.
//! So the examples are built here by the same cargo into the same target directory, as part of the
//! whole workspace, so that after `cargo xtask test` there is nothing left to build; cargo says where
//! each one is.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use quell_testkit::{Outcome, Process, Quell};
use serde_json::Value;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");
/// The packages whose examples are run.
const PACKAGES: [&str; 3] = ["facade", "ratelimit", "transport"];

/// The examples of [`PACKAGES`]: directory of the package and name, and where each executable is.
fn built() -> BTreeMap<(String, String), PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let profile = Path::new(QUELL).parent().expect("it is in a directory");
    let target = profile.parent().expect("profiles have a directory");
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .current_dir(root)
        .args(["build", "--workspace", "--all-features", "--examples"])
        .args(["--offline", "--message-format", "json-render-diagnostics"])
        .arg("--target-dir")
        .arg(target);
    if profile.ends_with("release") {
        command.arg("--release");
    }
    let output = command.output().expect("cargo starts");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{told}");
    let messages = String::from_utf8_lossy(&output.stdout);
    let messages = messages.lines().map(|line| -> Value {
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
    });
    messages.filter_map(|message| example(&message)).collect()
}

fn example(message: &Value) -> Option<((String, String), PathBuf)> {
    if message["target"]["kind"] != serde_json::json!(["example"]) {
        return None;
    }
    let manifest = Path::new(message["manifest_path"].as_str()?);
    let package = manifest.parent()?.file_name()?.to_str()?.to_owned();
    let name = message["target"]["name"].as_str()?.to_owned();
    let executable = message["executable"].as_str()?.into();
    PACKAGES
        .contains(&package.as_str())
        .then_some(((package, name), executable))
}

/// A lab with an environment for programs, as its user would copy it.
struct Lab {
    ready: Value,
    _process: Process,
    _temporary: tempfile::TempDir,
}

impl Lab {
    fn start() -> Self {
        let temporary = tempfile::tempdir().expect("a directory can be made");
        let mut command = Quell::new(QUELL).command();
        command
            .env("TMPDIR", temporary.path())
            .args(["lab", "--as-root", "--output", "json"]);
        let mut process = Process::start(&mut command, &temporary.path().join("lab.log"));
        let ready =
            serde_json::from_str(&process.first_line()).expect("the lab says what a client needs");
        Self {
            ready,
            _process: process,
            _temporary: temporary,
        }
    }

    fn text(&self, property: &str) -> &str {
        self.ready[property].as_str().expect("the lab says it")
    }

    fn run(&self, executable: &Path, arguments: &[&str]) -> Outcome {
        let mut command = Command::new(executable);
        command.env_clear().args(arguments);
        for (name, value) in self.ready["environment"]
            .as_object()
            .expect("the lab says what programs need")
        {
            command.env(name, value.as_str().expect("variables are text"));
        }
        Outcome::of(&mut command)
    }
}

#[test]
fn every_example_of_the_sdk_runs_against_the_lab() {
    // What each one is given, and a word of what it then says.
    let mut expected: BTreeMap<(&str, &str), (&[&str], &str)> = BTreeMap::from([
        (("facade", "model_only"), (&[][..], "POST /api/machines/")),
        (("facade", "metrics"), (&[], "quell_attempts_total")),
        (
            ("facade", "wrapped_transport"),
            (&[], "GET /api/machines: 200"),
        ),
        (("facade", "many_machines"), (&["sha1"], "1 ended, 0 go on")),
        (
            ("facade", "quarantine"),
            (&["machineId", "sha1"], "is Succeeded"),
        ),
        (("ratelimit", "limiter_alone"), (&[], "all were served")),
        // It puts itself through the suite of every transport, which is silent where nothing is broken.
        (("transport", "custom_transport"), (&[], "")),
    ]);
    let built = built();
    for ((package, name), executable) in &built {
        let key = (package.as_str(), name.as_str());
        let Some((properties, word)) = expected.remove(&key) else {
            panic!("nobody says how the example {name} of {package} is run")
        };
        // One each: the lab's sample is used up by the first quarantine.
        let lab = Lab::start();
        let arguments: Vec<&str> = properties.iter().map(|name| lab.text(name)).collect();
        let outcome = lab.run(executable, &arguments);
        assert_eq!(outcome.code, 0, "{package}/{name}: {outcome:?}");
        assert!(
            outcome.stdout.contains(word),
            "{package}/{name}: {outcome:?}"
        );
    }
    assert!(expected.is_empty(), "not built: {expected:?}");
}
