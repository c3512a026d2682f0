//! What the machine's owner excluded, by whatever other names the same file has.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::fs;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use engine_stage::mounts::{Mounted, with_own_mounts};
use engine_stage::{Sleeper, Stage, file_at};
use quell_agent::engine::Engine;
use quell_agent::plan::State;
use quell_agent::policy::{LocalPolicy, Policy};
use quell_protocol::{
    ActionResult, FailureReason, FileOutcome, ProcessOutcome, ResidualReason, Verdict,
};

fn engine(stage: &Stage, exclusions: &[PathBuf]) -> Engine {
    let policy = Policy {
        exclusions: exclusions.to_vec(),
        ..Policy::default()
    };
    stage
        .engine()
        .with_policy(Arc::new(LocalPolicy::fixed(policy)))
}

fn message(result: &ActionResult) -> &str {
    match &result.verdict {
        Verdict::Failed {
            reason: FailureReason::Policy,
            message,
        } => message,
        other => panic!("{other:?}: {result:#?}"),
    }
}

fn excluded(result: &ActionResult) -> usize {
    let residuals = &result.residuals;
    let excluded = |one: &&quell_protocol::Residual| one.reason == ResidualReason::Excluded;
    residuals.iter().filter(excluded).count()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

#[test]
fn excluded_paths_are_left_and_told_and_copies_elsewhere_are_taken() {
    let stage = Stage::new();
    for directory in ["samples", "samples2"] {
        fs::create_dir(stage.path(directory)).unwrap();
    }
    let left = stage.sample("samples/program");
    let mut sleeper = Sleeper::start(&left);
    let near = stage.sample("samples2/program");
    let result = stage.act(&engine(&stage, &[stage.path("samples")]));
    assert!(
        message(&result).starts_with("1 path is left"),
        "{result:#?}"
    );
    assert_eq!(excluded(&result), 1);
    assert!(left.exists() && sleeper.goes_on());
    assert!(!near.exists());
    assert_eq!(file_at(&result, &near).outcome, FileOutcome::Quarantined);
    assert_eq!(file_at(&result, &left).outcome, FileOutcome::NotRemoved);
}

#[test]
fn exclusion_by_a_symbolic_link_means_the_place_that_it_leads_to() {
    let stage = Stage::new();
    fs::create_dir(stage.path("samples")).unwrap();
    let left = stage.sample("samples/program");
    let mut sleeper = Sleeper::start(&left);
    let link = stage.base().join("link");
    std::os::unix::fs::symlink(stage.path("samples"), &link).unwrap();
    let result = stage.act(&engine(&stage, &[link]));
    assert_eq!(excluded(&result), 1, "{result:#?}");
    assert!(left.exists() && sleeper.goes_on());
}

#[test]
fn excluded_hard_link_keeps_the_whole_file_and_what_runs_of_it() {
    let stage = Stage::new();
    fs::create_dir(stage.path("samples")).unwrap();
    let program = stage.sample("program");
    let linked = stage.path("samples/linked");
    fs::hard_link(&program, &linked).unwrap();
    let mut sleeper = Sleeper::start(&program);
    let result = stage.act(&engine(&stage, &[stage.path("samples")]));
    assert!(
        message(&result).starts_with("2 paths are left"),
        "{result:#?}"
    );
    assert!(sleeper.goes_on() && program.exists());
    assert_eq!(mode(&linked), 0o755);
    assert!(stage.items().is_empty());
    assert_eq!(result.processes[0].outcome, ProcessOutcome::LeftAlone);
    let told = file_at(&result, &program);
    assert_eq!(told.outcome, FileOutcome::NotRemoved);
    let detail = told.detail.as_deref().unwrap();
    assert!(detail.ends_with("samples/linked"), "{detail}");
    assert_eq!(file_at(&result, &linked).detail, None);
}

#[test]
fn exclusion_beyond_the_roots_keeps_the_whole_file() {
    for is_single_file in [false, true] {
        let stage = Stage::new();
        let archive = stage.base().join("archive");
        fs::create_dir(&archive).unwrap();
        let program = stage.sample("program");
        let linked = archive.join("linked");
        fs::hard_link(&program, &linked).unwrap();
        let exclusion = if is_single_file { &linked } else { &archive };
        let result = stage.act(&engine(&stage, std::slice::from_ref(exclusion)));
        assert!(
            message(&result).starts_with("2 paths are left"),
            "{result:#?}"
        );
        assert!(program.exists());
        assert_eq!(mode(&linked), 0o755);
    }
}

#[test]
fn program_that_lost_its_excluded_name_since_it_started_goes_on() {
    let stage = Stage::new();
    fs::create_dir(stage.path("samples")).unwrap();
    let program = stage.sample("samples/program");
    let mut sleeper = Sleeper::start(&program);
    fs::remove_file(&program).unwrap();
    let result = stage.act(&engine(&stage, &[stage.path("samples")]));
    message(&result);
    assert!(sleeper.goes_on());
    assert_eq!(excluded(&result), 1);
}

/// An engine while whose action somebody links the file into an excluded directory, once that is as
/// far as `when`.
fn engine_that_is_too_late(stage: &Stage, when: State) -> Engine {
    let (from, to) = (stage.path("program"), stage.path("samples/late"));
    let link = move |_: &quell_model::ActionId, state: State| {
        if state == when {
            fs::hard_link(&from, &to).unwrap();
        }
    };
    engine(stage, &[stage.path("samples")]).with_progress(Box::new(link))
}

#[test]
fn excluded_name_that_is_made_while_others_are_taken_gets_its_permissions_back() {
    let stage = Stage::new();
    fs::create_dir(stage.path("samples")).unwrap();
    let program = stage.sample("program");
    let before = fs::metadata(&program).unwrap();
    let mut sleeper = Sleeper::start(&program);
    let result = stage.act(&engine_that_is_too_late(&stage, State::Located));
    assert!(sleeper.killed_by().is_some() && !program.exists());
    let late = stage.path("samples/late");
    let after = fs::metadata(&late).unwrap();
    let known = |metadata: &fs::Metadata| (metadata.ino(), metadata.uid(), metadata.mode());
    assert_eq!(known(&after), known(&before));
    assert!(
        message(&result).starts_with("1 path is left"),
        "{result:#?}"
    );
    let detail = file_at(&result, &late).detail.as_deref().unwrap();
    assert!(detail.contains("its permissions again"), "{detail}");
    assert_eq!(file_at(&result, &program).outcome, FileOutcome::Quarantined);
}

/// A sample at `program` in the directory `$1`, once `script` has made mounts of its own for it.
fn started_in_mounts_of_its_own(script: &str, directory: &Path, other: &Path) -> Sleeper {
    let mut hiding = Command::new("unshare");
    let own = ["--mount", "--propagation", "private"];
    hiding.args(own).args(["sh", "-c", script, "sh"]);
    let mut sleeper = Sleeper::start_command(hiding.args([directory, other]));
    let inside = directory.join("program");
    while fs::read_link(format!("/proc/{}/exe", sleeper.pid())).ok() != Some(inside.clone()) {
        assert!(sleeper.goes_on(), "it does not run");
        std::thread::yield_now();
    }
    sleeper
}

#[test]
fn excluded_path_in_mounts_of_somebody_s_own_is_not_excluded_as_root() {
    let stage = Stage::new();
    let samples = stage.path("samples");
    fs::create_dir(&samples).unwrap();
    let program = stage.sample("program");
    // What lies at the excluded path is there only for this process.
    let script =
        "mount -t tmpfs tmpfs \"$1\" && mv \"$2\" \"$1/program\" && exec \"$1/program\" 600";
    let mut sleeper = started_in_mounts_of_its_own(script, &samples, &program);
    let result = stage.act(&engine(&stage, &[samples]));
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert!(sleeper.killed_by().is_some());
    assert_eq!(excluded(&result), 0);
}

/// A program in a directory that is excluded and lies beyond the roots.
fn archived(stage: &Stage) -> (PathBuf, PathBuf) {
    let samples = stage.base().join("archive/samples");
    fs::create_dir_all(samples.join("deep")).unwrap();
    let program = samples.join("deep/program");
    fs::rename(stage.sample("program"), &program).unwrap();
    (samples, program)
}

#[test]
fn excluded_directory_that_a_second_mount_shows_is_excluded_there_too_as_root() {
    let name = "excluded_directory_that_a_second_mount_shows_is_excluded_there_too_as_root";
    with_own_mounts(name, || {
        // The mount shows what the directory lies in, itself, or only something in it.
        for (mounted, below) in [
            ("archive", "samples/deep/program"),
            ("archive/samples", "deep/program"),
            ("archive/samples/deep", "program"),
        ] {
            let stage = Stage::new();
            let (samples, program) = archived(&stage);
            let bound = stage.path("bound");
            fs::create_dir(&bound).unwrap();
            let source = stage.base().join(mounted);
            let _mounted = Mounted::at(&bound, &["--bind", source.to_str().unwrap()]);
            let shown = bound.join(below);
            let mut sleeper = Sleeper::start(&shown);
            let result = stage.act(&engine(&stage, &[samples]));
            message(&result);
            assert!(sleeper.goes_on() && program.exists(), "{mounted}");
            assert_eq!(mode(&program), 0o755);
            let told = file_at(&result, &shown);
            assert_eq!(told.outcome, FileOutcome::NotRemoved);
            let detail = told.detail.as_deref().unwrap();
            assert!(detail.ends_with(program.to_str().unwrap()), "{detail}");
        }
    });
}

#[test]
fn excluded_directory_that_a_container_shows_is_excluded_there_too_as_root() {
    let name = "excluded_directory_that_a_container_shows_is_excluded_there_too_as_root";
    with_own_mounts(name, || {
        let stage = Stage::new();
        let (samples, program) = archived(&stage);
        let bound = stage.path("bound");
        fs::create_dir(&bound).unwrap();
        let script = "mount --bind \"$2/deep\" \"$1\" && exec \"$1/program\" 600";
        let mut sleeper = started_in_mounts_of_its_own(script, &bound, &samples);
        let result = stage.act(&engine(&stage, &[samples]));
        message(&result);
        assert!(sleeper.goes_on() && program.exists());
    });
}

/// Whoever makes mounts of his own may mount what is his within an excluded directory.
#[test]
fn file_that_only_a_mount_of_somebody_s_own_shows_in_an_excluded_directory_is_taken_as_root() {
    let name =
        "file_that_only_a_mount_of_somebody_s_own_shows_in_an_excluded_directory_is_taken_as_root";
    with_own_mounts(name, || {
        for script in [
            "mount --bind \"$2\" \"$1\" && exec \"$1/program\" 600",
            "mount --bind \"$2/program\" \"$1/program\" && exec \"$1/program\" 600",
        ] {
            let stage = Stage::new();
            let samples = stage.path("samples");
            fs::create_dir_all(samples.join("inner")).unwrap();
            fs::write(samples.join("inner/program"), "innocent").unwrap();
            let his = stage.base().join("his");
            fs::create_dir(&his).unwrap();
            fs::rename(stage.sample("program"), his.join("program")).unwrap();
            let inner = samples.join("inner");
            let mut sleeper = started_in_mounts_of_its_own(script, &inner, &his);
            let result = stage.act(&engine(&stage, &[samples]));
            assert_eq!(excluded(&result), 0, "{script}: {result:#?}");
            assert!(sleeper.killed_by().is_some());
        }
    });
}
