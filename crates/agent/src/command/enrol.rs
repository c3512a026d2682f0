//! `enrol`: make this machine known to a server.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use quell_model::MachineId;
use quell_protocol::{EnrolmentToken, check_new_machine_id};
use quell_terminal::{Exit, Failure, FormatFlag, printable};
use serde::Serialize;

use super::failures::no_token;
use super::place::PlaceFlag;
use crate::config::StateDir;
use crate::journal::Journal;
use crate::link::{self, Identity, IdentityError, Launch, derived_machine_id, machine_facts};
use crate::vault::Vault;

/// No token is longer.
const MAX_TOKEN: u64 = 64 * 1024;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The token; other users of this machine can read it here, so prefer --token-file
    #[arg(long, value_name = "TOKEN", conflicts_with = "token_file")]
    token: Option<String>,
    /// The file that holds the token; - for standard input, which is also read when neither is given
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// The id by which the server will know this machine, 40 hexadecimal digits [default: derived
    /// from /etc/machine-id]
    #[arg(long, value_name = "ID")]
    machine_id: Option<String>,
    #[command(flatten)]
    place: PlaceFlag,
    #[command(flatten)]
    format: FormatFlag,
}

/// What was agreed with the server.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Enrolled {
    machine_id: String,
    tenant_id: String,
    server: String,
}

pub(super) fn run(arguments: &Arguments, before: Vec<OsString>) -> Result<Exit, Failure> {
    let token = read_token(arguments)?;
    if token.trim().is_empty() {
        return Err(token_needed("no token was given"));
    }
    let token: EnrolmentToken = token.parse().map_err(|error| no_token(&error))?;
    let machine_id = match &arguments.machine_id {
        Some(id) => named_machine_id(id)?,
        None => derived_machine_id()?,
    };
    let state = arguments.place.open_or_make()?;
    let _lock = state.lock()?;
    refuse_the_enrolled(&state)?;
    // The vault's key is made now, so that the first quarantine does not depend on it.
    Vault::open(&state.vault())?;
    // Before the enrolment and not after it: a crash in between then costs nothing.
    count_orders_anew(&state)?;
    let identity = enrol(&state, &token, machine_id, before)?;
    let enrolled = Enrolled {
        machine_id: identity.machine_id().to_string(),
        tenant_id: identity.tenant_id().to_owned(),
        server: identity.endpoint().to_string(),
    };
    arguments.format.output.write(&enrolled, for_people)?;
    Ok(Exit::Success)
}

fn named_machine_id(id: &str) -> Result<MachineId, Failure> {
    let id = MachineId::new(id).map_err(|error| Failure::of(Exit::Usage, &error))?;
    check_new_machine_id(&id).map_err(|error| {
        Failure::of(Exit::Usage, &error)
            .next("leave --machine-id out: the id is derived from /etc/machine-id then")
    })?;
    Ok(id)
}

/// The earlier identity would be lost. One that is damaged already is replaced.
fn refuse_the_enrolled(state: &StateDir) -> Result<(), Failure> {
    match Identity::load(state) {
        Ok(identity) => {
            let (id, server) = (identity.machine_id(), identity.endpoint());
            let what = format!("this machine is already enrolled as {id} at {server}");
            let file = state.identity();
            Err(Failure::new(Exit::Refused, what).next(format!(
                "remove {} to enrol it anew, or name another directory with --state",
                file.display()
            )))
        }
        Err(IdentityError::NotEnrolled | IdentityError::Damaged) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn count_orders_anew(state: &StateDir) -> Result<(), Failure> {
    let counted = Journal::open(state.path()).and_then(|journal| journal.count_anew());
    counted.map_err(|error| Failure::of(Exit::Fault, &error))
}

fn enrol(
    state: &StateDir,
    token: &EnrolmentToken,
    machine_id: MachineId,
    before: Vec<OsString>,
) -> Result<Identity, Failure> {
    let facts = machine_facts(crate::engine::degraded());
    let launch = Launch {
        before,
        after: ["--log-level", "error"].map(OsString::from).to_vec(),
    };
    Ok(link::enrol(state, token, machine_id, facts, &launch)?)
}

fn for_people(enrolled: &Enrolled) -> String {
    let (id, server) = (printable(&enrolled.machine_id), printable(&enrolled.server));
    format!("enrolled at {server} as machine {id}\n")
}

fn read_token(arguments: &Arguments) -> Result<String, Failure> {
    let cannot =
        |error: io::Error| Failure::usage("the enrolment token cannot be read").because(&error);
    match (&arguments.token, &arguments.token_file) {
        (Some(token), _) => Ok(token.clone()),
        (None, Some(path)) if path != Path::new("-") => {
            let cannot = |error: io::Error| {
                let what = format!("the enrolment token in {} cannot be read", path.display());
                Failure::usage(what).because(&error)
            };
            bounded(File::open(path).map_err(cannot)?).map_err(cannot)
        }
        (None, None) if io::stdin().is_terminal() => {
            Err(token_needed("an enrolment token is needed"))
        }
        _ => bounded(io::stdin().lock()).map_err(cannot),
    }
}

fn token_needed(what: &str) -> Failure {
    Failure::usage(what).next(
        "make one on the server (quell server device enrol-token) and give it with --token-file",
    )
}

fn bounded(source: impl Read) -> io::Result<String> {
    let mut text = String::new();
    source.take(MAX_TOKEN).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    const MACHINE: &str = "c34f3b0eb50e72e673ae047333d5b563f44cb655";

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        arguments: Arguments,
    }

    fn arguments(line: &[&str]) -> Arguments {
        Line::parse_from(std::iter::once("x").chain(line.iter().copied())).arguments
    }

    #[test]
    fn a_token_comes_from_the_line_or_from_a_file() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        std::fs::write(&path, "quell-enrol-1.x\n").unwrap();
        let path = path.to_str().unwrap();
        assert_eq!(read_token(&arguments(&["--token", "t"])).unwrap(), "t");
        assert_eq!(
            read_token(&arguments(&["--token-file", path])).unwrap(),
            "quell-enrol-1.x\n"
        );
        let missing = read_token(&arguments(&["--token-file", "/nonexistent"])).unwrap_err();
        assert_eq!(missing.exit(), Exit::Usage);
        assert!(Line::try_parse_from(["x", "--token", "t", "--token-file", path]).is_err());
    }

    #[test]
    fn a_token_that_is_none_is_refused_before_anything_is_made() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        let line = [
            "--token",
            "no token",
            "--machine-id",
            MACHINE,
            "--state",
            state.to_str().unwrap(),
        ];
        assert_eq!(
            run(&arguments(&line), Vec::new()).unwrap_err().exit(),
            Exit::Usage
        );
        assert!(!state.exists());
    }

    #[test]
    fn an_id_that_no_machine_of_the_api_has_is_refused_before_anything_is_made() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        let token = EnrolmentToken::new("http://127.0.0.1:1".into(), "a".into(), "s".into(), None);
        let token = token.encode();
        for id in ["xyz", "web.example", &MACHINE[1..]] {
            let state = state.to_str().unwrap();
            let line = ["--token", &token, "--machine-id", id, "--state", state];
            let failure = run(&arguments(&line), Vec::new()).unwrap_err();
            assert_eq!(failure.exit(), Exit::Usage);
            let told = failure.render();
            assert!(told.contains("40 hexadecimal digits"), "{told}");
        }
        assert!(!state.exists());
    }

    #[test]
    fn an_empty_token_is_called_no_token() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("token");
        std::fs::write(&path, "\n").unwrap();
        let line = ["--token-file", path.to_str().unwrap()];
        let failure = run(&arguments(&line), Vec::new()).unwrap_err();
        assert_eq!(failure.exit(), Exit::Usage);
        assert!(failure.render().contains("no token was given"));
    }

    #[test]
    fn a_token_for_a_server_in_clear_text_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let state = directory.path().join("state");
        for server in ["http://quell.example", "https://quell.example"] {
            let token =
                EnrolmentToken::new(server.to_owned(), "a".to_owned(), "canary".to_owned(), None);
            let token = token.encode();
            let line = [
                "--token",
                &token,
                "--machine-id",
                MACHINE,
                "--state",
                state.to_str().unwrap(),
            ];
            let failure = run(&arguments(&line), Vec::new()).unwrap_err();
            assert_eq!(failure.exit(), Exit::Usage, "{}", failure.render());
            assert!(!failure.render().contains("canary"));
            assert!(!state.join("identity.json").exists());
        }
    }
}
