//! `find`: which processes execute a content, and which paths hold it. Nothing is touched.

mod progress;
mod search;

use std::path::PathBuf;
use std::time::Instant;

use quell_model::Sha1;
use quell_protocol::Confidence;
use quell_terminal::{Exit, Failure, FormatFlag, Span, Table, printable};

use self::progress::Progress;
use self::search::{Findings, FoundProcess, Search};
use super::policy::PolicyFlag;
use super::roots;
use crate::engine::Protect as _;
use crate::protect::ProtectedSet;
use crate::sys::priority::step_back;

#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file's SHA-1: 40 hexadecimal digits
    sha1: Sha1,
    /// How many bytes the file has: below the roots only files of that size are read
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    size: Option<u64>,
    /// A directory below which to look; may be given several times
    #[arg(long = "root", value_name = "PATH", default_value = "/")]
    roots: Vec<PathBuf>,
    /// End after this time with what was found, for instance 90s or 10m
    #[arg(long, value_name = "TIME")]
    deadline: Option<Span>,
    #[command(flatten)]
    policy: PolicyFlag,
    #[command(flatten)]
    format: FormatFlag,
}

pub(super) fn run(arguments: &Arguments) -> Result<Exit, Failure> {
    // Nothing is lost while somebody looks, unlike in an action.
    step_back();
    let roots = roots::resolve(&arguments.roots)?;
    let deadline = arguments
        .deadline
        .and_then(|span| Instant::now().checked_add(span.duration()));
    let protected = ProtectedSet::of_this_machine(None);
    let rule = arguments.policy.open().rule();
    super::policy::apply(&rule, &protected);
    let mut search = Search::new(arguments.sha1, roots)
        .of_size(arguments.size)
        .until(deadline);
    search.findings.coverage.protection = protected.by_content(&arguments.sha1);
    search
        .among_processes()
        .map_err(|error| Failure::fault("the processes cannot be listed").because(&error))?;
    search.below_roots(Progress::on_a_terminal());
    let refusal = search.would_be_refused(&rule, &protected);
    search.findings.refusal = refusal.map(|refusal| refusal.to_string());
    let findings = &search.findings;
    arguments.format.output.write(findings, for_people)?;
    Ok(exit(findings))
}

/// What a script decides by: it is here, it is not, or nobody can tell.
fn exit(findings: &Findings) -> Exit {
    let coverage = &findings.coverage;
    let found = !findings.processes.is_empty() || !findings.files.is_empty();
    let looked_everywhere =
        coverage.complete && coverage.processes_unreadable + coverage.files_skipped == 0;
    match (found, looked_everywhere) {
        (true, _) => Exit::Success,
        (false, true) => Exit::Failed,
        (false, false) => Exit::Unknown,
    }
}

fn for_people(findings: &Findings) -> String {
    let mut table = Table::new(&["found", "path", "where"]);
    for process in &findings.processes {
        let found = format!("process {}", process.pid);
        table.row([&found, process.path.display(), &place(process)]);
    }
    for file in &findings.files {
        table.row(["file", file.display(), ""]);
    }
    let nothing = format!(
        "no process executes {} and no searched path holds it",
        findings.sha1
    );
    let mut text = table.render(&nothing);
    if let Some(refusal) = &findings.refusal {
        text.push_str(&format!(
            "an order would be refused: {}\n",
            printable(refusal)
        ));
    }
    for line in findings.coverage.lines() {
        text.push_str(&format!("{}\n", printable(&line)));
    }
    text
}

fn place(process: &FoundProcess) -> String {
    let container = process
        .container
        .as_ref()
        .map(|id| format!("container {id}"));
    let user = Some(format!("user {}", process.uid));
    let places = [user, container, process.unit.clone(), how(process)];
    places.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// What is not the usual way to execute a file.
fn how(process: &FoundProcess) -> Option<String> {
    let how = match process.confidence {
        Confidence::Executable => return None,
        _ if process.would_go_on => "uses it as a library and would go on",
        Confidence::Mapping => "has it mapped as code",
        Confidence::OpenScript => "has it open as its script",
        Confidence::CommandLine => "its command line names it as the script",
        _ => "executes it in another way",
    };
    Some(how.to_owned())
}

#[cfg(test)]
mod tests;
