//! What the engine says of what it did: which processes, which files, what is left over, and how far
//! it looked.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::fs;
use std::os::unix::fs::MetadataExt as _;

use engine_stage::{Nothing, Sleeper, Stage, file_at, finished};
use quell_agent::engine::Engine;
use quell_protocol::{
    ActionResult, Barrier, Confidence, FailureReason, FileOutcome, Hints, Limit, Order,
    ProcessOutcome, Protection, ResidualReason, Tier, Verb, Verdict, WirePath,
};

fn reasons(result: &ActionResult) -> Vec<ResidualReason> {
    result.residuals.iter().map(|one| one.reason).collect()
}

#[test]
fn process_and_file_are_told_by_what_they_are() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let inode = fs::metadata(&program).unwrap();
    let _sleeper = Sleeper::start(&program);
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(result.processes[0].confidence, Confidence::Executable);
    let own = fs::read_to_string("/proc/self/cgroup").unwrap();
    match &result.processes[0].cgroup {
        Some(group) => assert!(own.lines().any(|line| line.ends_with(group)), "{group}"),
        None => assert!(own.lines().all(|line| line.ends_with(":/")), "{own}"),
    }
    let file = file_at(&result, &program);
    assert_eq!((file.dev, file.ino), (Some(inode.dev()), Some(inode.ino())));
    assert_eq!(reasons(&result), []);
    assert_eq!(result.coverage.tiers, [Tier::Running, Tier::SizeMatch]);
}

#[test]
fn nothing_found_tells_that_everything_was_looked_at() {
    let stage = Stage::new();
    stage.innocent("innocent");
    let result = stage.act(&stage.engine());
    assert_eq!(
        result.coverage.tiers,
        [Tier::Running, Tier::Executables, Tier::Everything]
    );
    assert!(result.coverage.complete && result.coverage.files == 1);
    assert_eq!(reasons(&result), []);
}

#[test]
fn what_could_be_executed_is_read_first_and_then_only_what_is_as_large() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let size = fs::metadata(&program).unwrap().len();
    let other = vec![b'.'; usize::try_from(size).unwrap() + 1];
    for number in 0..40 {
        fs::write(stage.path(format!("other-{number}")), &other).unwrap();
    }
    let copy = stage.path("copy-that-is-not-executable");
    fs::write(&copy, fs::read(&program).unwrap()).unwrap();
    let result = stage.act(&stage.engine());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert!(!program.exists() && !copy.exists());
    let coverage = &result.coverage;
    assert!(
        (2 * size..10 * size).contains(&coverage.bytes_read),
        "{coverage:#?}"
    );
    assert_eq!(coverage.only_size, Some(size));
    assert!(coverage.milliseconds > 0);
}

#[test]
fn search_without_time_tells_no_tier_below_the_roots_and_what_it_cost() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut config = stage.config();
    config.limits.sweep = std::time::Duration::ZERO;
    let engine = Engine::open(config, Box::new(stage.vault()), Box::new(Nothing)).unwrap();
    let coverage = stage.act(&engine).coverage;
    assert!(program.exists());
    assert_eq!(coverage.tiers, [Tier::Running]);
    assert_eq!(coverage.ended_by, [Limit::Time]);
    assert!(!coverage.complete && coverage.only_size.is_none());
    assert!(coverage.milliseconds > 0);
}

#[test]
fn named_path_that_cannot_be_read_was_not_looked_at() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut config = stage.config();
    config.limits.hash_cap = 1;
    let engine = Engine::open(config, Box::new(stage.vault()), Box::new(Nothing)).unwrap();
    let mut order = stage.order();
    let Verb::StopAndQuarantineFile { hints, .. } = &mut order.verb else {
        panic!("not an order to stop a file");
    };
    *hints = at(&program);
    let coverage = finished(engine.carry_out(&order).unwrap()).coverage;
    assert!(!coverage.tiers.contains(&Tier::Hinted), "{coverage:#?}");
    assert_eq!(coverage.ended_by, [Limit::FileSize]);
}

#[test]
fn link_that_was_not_found_is_left_over_beside_a_success() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let outside = stage.root().parent().unwrap().join("outside");
    fs::hard_link(&program, &outside).unwrap();
    let result = stage.act(&stage.engine());
    let links = result
        .residuals
        .iter()
        .find(|one| one.reason == ResidualReason::ResidualLinks)
        .unwrap();
    assert_eq!(links.count, Some(1), "{result:#?}");
    assert_eq!(links.at, Some(file_at(&result, &program).path.clone()));
}

#[test]
fn root_that_is_not_there_is_named() {
    let stage = Stage::new();
    stage.sample("program");
    let mut config = stage.config();
    let gone = stage.path("gone");
    config.scope.roots.push(gone.clone());
    let protect = Nothing;
    let engine = Engine::open(config, Box::new(stage.vault()), Box::new(protect)).unwrap();
    let result = stage.act(&engine);
    let [unreached] = result.coverage.unreached.as_slice() else {
        panic!("{result:#?}")
    };
    assert_eq!(unreached.path.display(), gone.to_str().unwrap());
    assert_eq!(unreached.why, Barrier::Missing);
}

#[test]
fn file_too_large_to_be_read_makes_not_found_doubtful() {
    let stage = Stage::new();
    stage.innocent("innocent");
    let mut config = stage.config();
    config.limits.hash_cap = 10;
    let protect = Nothing;
    let engine = Engine::open(config, Box::new(stage.vault()), Box::new(protect)).unwrap();
    let result = stage.act(&engine);
    assert_eq!(result.coverage.ended_by, [Limit::FileSize]);
    assert_eq!(result.coverage.tiers, [Tier::Running]);
    assert_eq!(reasons(&result), [ResidualReason::NotSearched]);
    let Verdict::Failed { message, .. } = &result.verdict else {
        panic!("{result:#?}")
    };
    assert!(message.contains("cut short"), "{message}");
}

/// The stage's order with these hints.
fn hinted(stage: &Stage, given: Hints, dry: bool) -> Order {
    let mut order = stage.order();
    if let Verb::StopAndQuarantineFile { hints, dry_run, .. } = &mut order.verb {
        (*hints, *dry_run) = (given, dry);
    }
    order
}

fn carried_out(stage: &Stage, given: Hints, dry: bool) -> ActionResult {
    let order = hinted(stage, given, dry);
    finished(stage.engine().carry_out(&order).unwrap())
}

fn at(path: &std::path::Path) -> Hints {
    Hints {
        file_size: None,
        paths: vec![WirePath::from_bytes(path.as_os_str().as_encoded_bytes())],
    }
}

#[test]
fn dry_run_says_what_it_would_do_and_touches_nothing() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let copy = stage.sample("copy");
    let mut sleeper = Sleeper::start(&program);
    let before = fs::metadata(&program).unwrap();
    let result = carried_out(&stage, Hints::default(), true);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    let rehearsal = result.dry_run.as_ref().unwrap();
    assert_eq!(
        (&rehearsal.would_be, rehearsal.users),
        (&Verdict::Succeeded, 1)
    );
    assert_eq!(result.processes[0].pid, sleeper.pid());
    assert_eq!(result.processes[0].outcome, ProcessOutcome::WouldStop);
    for path in [&program, &copy] {
        assert_eq!(file_at(&result, path).outcome, FileOutcome::WouldQuarantine);
        assert!(path.exists());
    }
    assert!(sleeper.goes_on());
    let after = fs::metadata(&program).unwrap();
    assert_eq!(
        (before.mode(), before.ctime_nsec()),
        (after.mode(), after.ctime_nsec())
    );
    assert!(stage.items().is_empty());
    assert_eq!(reasons(&result), []);
}

#[test]
fn dry_run_of_nothing_succeeds_and_says_that_there_is_nothing() {
    let stage = Stage::new();
    let result = carried_out(&stage, Hints::default(), true);
    assert_eq!(result.verdict, Verdict::Succeeded);
    let Verdict::Failed { reason, .. } = result.dry_run.unwrap().would_be else {
        panic!("there is nothing to take")
    };
    assert_eq!(reason, FailureReason::FileNotFound);
}

#[test]
fn dry_run_of_the_empty_file_says_that_it_is_protected() {
    let stage = Stage::new();
    let mut order = hinted(&stage, Hints::default(), true);
    if let Verb::StopAndQuarantineFile { sha1, .. } = &mut order.verb {
        *sha1 = quell_model::Sha1::OF_NOTHING;
    }
    let result = finished(stage.engine().carry_out(&order).unwrap());
    assert_eq!(result.coverage.protection, Some(Protection::EmptyFile));
    let would_be = result.dry_run.unwrap().would_be;
    assert!(matches!(
        would_be,
        Verdict::Failed {
            reason: FailureReason::Protected,
            ..
        }
    ));
}

#[test]
fn size_that_is_hinted_keeps_other_files_from_being_read() {
    let stage = Stage::new();
    let program = stage.sample("program");
    // Unreadable within the cap, were it read.
    fs::write(stage.path("huge"), vec![7; 4 << 20]).unwrap();
    let size = fs::metadata(&program).unwrap().len();
    let mut config = stage.config();
    config.limits.hash_cap = size;
    let protect = Nothing;
    let engine = Engine::open(config, Box::new(stage.vault()), Box::new(protect)).unwrap();
    let hints = Hints {
        file_size: Some(size),
        paths: Vec::new(),
    };
    let result = finished(engine.carry_out(&hinted(&stage, hints, false)).unwrap());
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(result.coverage.only_size, Some(size));
    assert!(!program.exists());
}

#[test]
fn wrong_size_is_told_beside_not_found_and_hides_nothing_that_runs() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let wrong = || Hints {
        file_size: Some(3),
        paths: Vec::new(),
    };
    let result = carried_out(&stage, wrong(), false);
    assert!(program.exists());
    assert_eq!(result.coverage.only_size, Some(3));
    assert_eq!(result.coverage.tiers, [Tier::Running, Tier::SizeMatch]);
    let mut sleeper = Sleeper::start(&program);
    let result = carried_out(&stage, wrong(), false);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert_eq!(sleeper.killed_by(), Some(9));
}

#[test]
fn named_path_is_looked_at_first_and_never_decides() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let innocent = stage.innocent("innocent");
    let mut hints = at(&program);
    for hostile in ["/etc/passwd", "/proc/self/exe", "/no/such", "/"] {
        hints.paths.push(WirePath::from_bytes(hostile.as_bytes()));
    }
    hints.paths.extend(at(&innocent).paths);
    let result = carried_out(&stage, hints, false);
    assert_eq!(result.verdict, Verdict::Succeeded, "{result:#?}");
    assert!(result.coverage.tiers.contains(&Tier::Hinted));
    assert_eq!(result.files.len(), 1);
    assert!(innocent.exists() && !program.exists());
}
