//! `quell demo` and `quell lab`, as a newcomer runs them.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use quell_testkit::{Lab, Outcome, Quell, Victim, children_of, ends_soon};

const QUELL: &str = env!("CARGO_BIN_EXE_quell");
const NOBODY: u32 = 65534;
const DOCUMENTED_MACHINE: &str = "1e5bc9d7e413ddd7902c2932e418702b84d0cc07";
const DOCUMENTED_SHA1: &str = "87662bc3d60e4200ceaf7aae249d1c343f4b83c9";
const DOCUMENTED_COMMENT: &str =
    "Stop and quarantine file on machine due to alert 441688558380765161_2136280442";

#[test]
fn demo_keeps_every_promise_and_leaves_nothing_behind() {
    let quell = Quell::new(QUELL);
    demonstrate(quell.command());
}

/// To whom not even the agent's own network half shows what it executes.
#[test]
fn demo_keeps_every_promise_to_who_is_not_root() {
    let quell = Quell::new(QUELL);
    let mut command = quell.command();
    if rustix::process::geteuid().is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    demonstrate(command);
}

fn demonstrate(mut command: Command) {
    let temporary = tempfile::tempdir().expect("a directory can be made");
    // As `/tmp` itself: whoever the demo is run by may make files, and change nobody else's.
    let sticky = std::fs::Permissions::from_mode(0o1777);
    std::fs::set_permissions(temporary.path(), sticky).expect("the directory is ours");
    command.env("TMPDIR", temporary.path()).arg("demo");
    let outcome = Outcome::of(&mut command);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    for claim in [
        "3 processes run it",
        "the MachineAction reads Succeeded",
        "equal to the byte",
        "nothing is left behind",
    ] {
        let held = outcome
            .stdout
            .lines()
            .any(|line| line.contains('✓') && line.contains(claim));
        assert!(held, "{claim}: {outcome:?}");
    }
    assert!(!outcome.stdout.contains('✗'), "{outcome:?}");
    assert_eq!(entries(temporary.path()), 0, "something is left behind");
}

#[test]
fn lab_answers_the_documentations_own_example() {
    let lab = Lab::start(QUELL, &[]);
    assert_eq!(lab.text("machineId"), DOCUMENTED_MACHINE);
    assert!(lab.text("tokenUrl").starts_with(lab.text("baseUrl")));
    let answered = lab.quarantine(DOCUMENTED_SHA1, DOCUMENTED_COMMENT, false);
    assert_eq!(answered["machineId"], DOCUMENTED_MACHINE, "{answered}");
    assert_eq!(answered["requestorComment"], DOCUMENTED_COMMENT);
    assert_eq!(
        answered["relatedFileInfo"]["fileIdentifier"],
        DOCUMENTED_SHA1
    );
}

#[test]
fn lab_quarantines_its_sample() {
    let lab = Lab::start(QUELL, &[]);
    let path = lab.text("path").to_owned();
    assert!(Path::new(&path).exists());
    let answered = lab.quarantine(lab.text("sha1"), "c", true);
    assert_eq!(answered["status"], "Succeeded", "{answered}");
    assert!(!Path::new(&path).exists());
}

#[test]
fn lab_never_touches_a_process_that_it_did_not_start() {
    let lab = Lab::start(QUELL, &[]);
    // The lab's own sample, from the lab's own directory, but started by somebody else: by us.
    let mut stranger = Victim::adopt(Path::new(lab.text("path")));
    stranger.start_with(&[
        "--quell-harmless-sample-that-only-waits",
        &std::process::id().to_string(),
    ]);
    let answered = lab.quarantine(lab.text("sha1"), "c", true);
    let status = &answered["status"];
    assert!(status == "Succeeded" || status == "Failed", "{answered}");
    assert!(
        stranger.alive() == 1 && !stranger.any_stopped(),
        "a stranger was touched: {answered}"
    );
}

#[test]
fn lab_for_any_client_takes_every_secret() {
    let lab = Lab::start(QUELL, &["--any-client"]);
    let listed = |lab: &Lab| {
        let mut command = lab.command(&["machine", "list"]);
        command.env("QUELL_CLIENT_SECRET", "whatever");
        Outcome::of(&mut command).code
    };
    assert_eq!(listed(&lab), 0);
    let strict = Lab::start(QUELL, &[]);
    assert_eq!(listed(&strict), 6);
}

#[test]
fn lab_refuses_the_network() {
    let outcome = Quell::new(QUELL).run(["lab", "--as-root", "--listen", "0.0.0.0:0"]);
    assert_eq!(outcome.code, 2);
    assert!(outcome.stderr.contains("loopback"), "{outcome:?}");
}

#[test]
fn lab_refuses_root_unless_told_as_root() {
    let outcome = Quell::new(QUELL).run(["lab"]);
    assert_eq!(outcome.code, 3);
    assert!(outcome.stderr.contains("--as-root"), "{outcome:?}");
}

#[test]
fn lab_takes_everything_with_it_when_it_is_killed() {
    let lab = Lab::start(QUELL, &[]);
    let children = children_of(lab.process().id());
    assert!(
        children.len() >= 5,
        "a server, an agent and three samples: {children:?}"
    );
    let (process, _directory) = lab.into_process();
    process.kill_hard();
    for (pid, pidfd) in children {
        assert!(ends_soon(&pidfd), "process {pid} survived the lab");
    }
}

#[test]
fn lab_ends_in_order_and_removes_its_directory() {
    let lab = Lab::start(QUELL, &[]);
    let (process, temporary) = lab.into_process();
    assert_eq!(process.terminate(), 0);
    assert_eq!(entries(temporary.path()), 1, "only our own log is left");
}

fn entries(directory: &Path) -> usize {
    std::fs::read_dir(directory)
        .expect("the directory is ours")
        .count()
}
