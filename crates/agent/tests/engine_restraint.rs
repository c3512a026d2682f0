//! What the engine leaves alone, and orders that come twice, too late or to be taken back.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod engine_stage;

use std::fs;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use engine_stage::{Nothing, Sleeper, Stage, file_at, finished};
use quell_agent::engine::{Engine, EngineError, ItemDraft, Protect, Seal, SealError};
use quell_agent::find::{ProcessIdentity, Scope};
use quell_agent::plan::State;
use quell_model::Sha1;
use quell_protocol::{
    FailureReason, FileOutcome, Hints, Order, Phase, ProcessOutcome, Protection, Verb, Verdict,
};

struct ThisContent(Sha1);

impl Protect for ThisContent {
    fn by_content(&self, sha1: &Sha1) -> Option<Protection> {
        (*sha1 == self.0).then_some(Protection::Shell)
    }

    fn by_inode(&self, _: u64, _: u64) -> Option<Protection> {
        None
    }
}

struct ThisInode(u64, u64);

impl Protect for ThisInode {
    fn by_content(&self, _: &Sha1) -> Option<Protection> {
        None
    }

    fn by_inode(&self, dev: u64, ino: u64) -> Option<Protection> {
        ((dev, ino) == (self.0, self.1)).then_some(Protection::Loader)
    }
}

fn reason(verdict: &Verdict) -> Option<FailureReason> {
    match verdict {
        Verdict::Succeeded => None,
        Verdict::Failed { reason, .. } => Some(*reason),
    }
}

fn failed_for(phase: Phase) -> Option<FailureReason> {
    reason(&finished(phase).verdict)
}

#[test]
fn protected_content_is_refused_before_anything_is_touched() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut sleeper = Sleeper::start(&program);
    let engine = stage.engine_that_protects(ThisContent(stage.sha1()));
    let result = stage.act(&engine);
    assert_eq!(reason(&result.verdict), Some(FailureReason::Protected));
    assert_eq!(result.coverage.protection, Some(Protection::Shell));
    assert!(sleeper.goes_on());
    assert!(program.exists());
    assert!(stage.items().is_empty());
}

#[test]
fn protected_inode_refuses_the_other_copies_as_well() {
    let stage = Stage::new();
    let program = stage.sample("protected");
    let copy = stage.sample("copy");
    let metadata = fs::metadata(&program).unwrap();
    let mut sleepers = [Sleeper::start(&program), Sleeper::start(&copy)];
    let engine = stage.engine_that_protects(ThisInode(metadata.dev(), metadata.ino()));
    let result = stage.act(&engine);
    assert_eq!(reason(&result.verdict), Some(FailureReason::Protected));
    assert_eq!(file_at(&result, &program).outcome, FileOutcome::Protected);
    assert!(
        result
            .processes
            .iter()
            .all(|process| process.outcome == ProcessOutcome::LeftAlone)
    );
    for sleeper in &mut sleepers {
        assert!(sleeper.goes_on());
    }
    assert!(program.exists() && copy.exists());
}

#[test]
fn protected_inode_found_after_a_vain_attempt_still_refuses_the_other_copies() {
    let stage = Stage::new();
    let protected = stage.base().join("beyond");
    fs::rename(stage.sample("protected"), &protected).unwrap();
    let metadata = fs::metadata(&protected).unwrap();
    let program = stage.sample("program");
    let (inside, copy, spare) = (
        stage.path("protected"),
        stage.path("copy"),
        stage.base().join("spare"),
    );
    fs::rename(stage.sample("copy"), &spare).unwrap();
    let arrived = copy.clone();
    let engine = stage
        .engine_that_protects(ThisInode(metadata.dev(), metadata.ino()))
        .with_progress(Box::new(move |_, state| {
            // The first attempt finds its file changed; meanwhile the others appear.
            if state == State::Frozen && spare.exists() {
                fs::write(&program, b"something else").unwrap();
                fs::rename(&protected, &inside).unwrap();
                fs::rename(&spare, &arrived).unwrap();
            }
        }));
    let result = stage.act(&engine);
    assert_eq!(reason(&result.verdict), Some(FailureReason::Protected));
    assert!(copy.exists(), "a copy of what is protected was taken");
    assert!(stage.items().is_empty());
}

#[test]
fn empty_file_is_never_taken() {
    let stage = Stage::new();
    fs::write(stage.path("empty"), b"").unwrap();
    let mut order = stage.order();
    order.verb = Verb::StopAndQuarantineFile {
        sha1: Sha1::OF_NOTHING,
        comment: "why".to_owned(),
        requestor: None,
        force: false,
        hints: Hints::default(),
        dry_run: false,
        stop_mappers: false,
    };
    let phase = stage.engine().carry_out(&order).unwrap();
    assert_eq!(failed_for(phase), Some(FailureReason::Protected));
    assert!(stage.path("empty").exists());
}

#[test]
fn processes_that_do_not_descend_from_the_ancestor_are_not_touched() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut stranger = Sleeper::start(&program);
    let mut config = stage.config();
    let nobody = ProcessIdentity {
        pid: stranger.pid(),
        start_time: 0,
    };
    config.scope = Scope::descendants(vec![stage.root()], nobody);
    let engine = Engine::open(config, Box::new(stage.vault()), Box::new(Nothing)).unwrap();
    let result = stage.act(&engine);
    assert!(result.processes.is_empty());
    assert!(stranger.goes_on());
    assert!(!program.exists());
}

#[test]
fn order_that_comes_twice_has_one_effect_and_the_same_answer() {
    let stage = Stage::new();
    stage.sample("program");
    let engine = stage.engine();
    let order = stage.order();
    let first = engine.carry_out(&order).unwrap();
    let again = stage.sample("again");
    let mut sleeper = Sleeper::start(&again);
    assert_eq!(engine.carry_out(&order).unwrap(), first);
    assert!(sleeper.goes_on());
    assert!(again.exists());
    drop(engine);
    let engine = stage.engine();
    assert_eq!(engine.carry_out(&order).unwrap(), first);
    assert!(again.exists());
}

#[test]
fn result_is_kept_until_it_is_reported() {
    let stage = Stage::new();
    let order = stage.order();
    let engine = stage.engine();
    let phase = engine.carry_out(&order).unwrap();
    drop(engine);
    let engine = stage.engine();
    let kept = (order.action_id.clone(), phase);
    assert_eq!(engine.unreported().unwrap(), [kept]);
    assert_eq!(engine.acknowledged().unwrap(), order.sequence);
    engine.mark_reported(&order.action_id).unwrap();
    assert!(engine.unreported().unwrap().is_empty());
}

#[test]
fn cancellation_while_frozen_undoes_everything() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut sleeper = Sleeper::start(&program);
    let slot: Arc<Mutex<Option<Arc<Engine>>>> = Arc::default();
    let seen = Arc::clone(&slot);
    let engine = Arc::new(stage.engine().with_progress(Box::new(move |action, state| {
        if state == State::Frozen {
            let engine = seen.lock().unwrap();
            engine.as_ref().unwrap().cancel(action).unwrap();
        }
    })));
    *slot.lock().unwrap() = Some(Arc::clone(&engine));
    let phase = engine.carry_out(&stage.order()).unwrap();
    slot.lock().unwrap().take();
    assert_eq!(phase, Phase::Cancelled);
    assert!(sleeper.goes_on());
    assert!(program.exists());
    assert!(stage.items().is_empty());
}

#[test]
fn cancellation_that_comes_first_keeps_the_order_from_having_any_effect() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let engine = stage.engine();
    let order = stage.order();
    let cancel = Order {
        verb: Verb::CancelAction,
        ..order.clone()
    };
    assert_eq!(engine.carry_out(&cancel).unwrap(), Phase::Cancelled);
    assert_eq!(engine.carry_out(&order).unwrap(), Phase::Cancelled);
    assert!(program.exists());
}

/// Refuses everything until it is told otherwise.
struct Moody {
    vault: engine_stage::Folder,
    refuses: Arc<AtomicBool>,
}

impl Seal for Moody {
    fn seal(&self, item: &ItemDraft, content: BorrowedFd<'_>) -> Result<String, SealError> {
        if self.refuses.load(Ordering::Relaxed) {
            return Err(SealError::NoRoom(std::io::ErrorKind::StorageFull.into()));
        }
        self.vault.seal(item, content)
    }

    fn contains(&self, item_id: &str) -> bool {
        self.vault.contains(item_id)
    }
}

#[test]
fn file_that_the_vault_cannot_take_is_held_and_sealed_later() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let content = fs::read(&program).unwrap();
    let mut sleeper = Sleeper::start(&program);
    let refuses = Arc::new(AtomicBool::new(true));
    let open = || {
        let seal = Moody {
            vault: stage.vault(),
            refuses: Arc::clone(&refuses),
        };
        Engine::open(stage.config(), Box::new(seal), Box::new(Nothing)).unwrap()
    };
    let engine = open();
    let result = stage.act(&engine);
    drop(engine);
    assert_eq!(
        reason(&result.verdict),
        Some(FailureReason::VaultUnavailable)
    );
    assert_eq!(
        file_at(&result, &program).outcome,
        FileOutcome::HeldInCapture
    );
    assert!(!program.exists());
    assert_eq!(sleeper.killed_by(), Some(9));
    refuses.store(false, Ordering::Relaxed);
    open().recover().unwrap();
    let items = stage.items();
    assert_eq!(items.len(), 1);
    assert_eq!(stage.item_content(&items[0]), content);
    assert!(stage.names().is_empty(), "the capture directory remained");
}

#[test]
fn nothing_is_done_without_a_journal() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let state = stage.base().join("state");
    drop(stage.engine());
    fs::write(state.join("journal.db"), vec![7; 4096]).unwrap();
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(state.join(format!("journal.db{suffix}")));
    }
    let opened = Engine::open(stage.config(), Box::new(stage.vault()), Box::new(Nothing));
    assert!(matches!(opened, Err(EngineError::Journal(_))));
    assert!(program.exists());
}

/// An engine that calls `then` once, when an action reaches `wanted`.
fn engine_that(stage: &Stage, wanted: State, then: impl Fn() + Send + Sync + 'static) -> Engine {
    stage.engine().with_progress(Box::new(move |_, state| {
        if state == wanted {
            then();
        }
    }))
}

fn lose_table(stage: &Stage, table: &'static str) -> impl Fn() + Send + Sync + 'static {
    let path = stage.base().join("state/journal.db");
    move || {
        let journal = rusqlite::Connection::open(&path).unwrap();
        journal
            .execute_batch(&format!("DROP TABLE {table}"))
            .unwrap();
    }
}

#[test]
fn journal_that_fails_before_the_capture_leaves_everything_as_it_was() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut sleeper = Sleeper::start(&program);
    let engine = engine_that(&stage, State::Verified, lose_table(&stage, "name"));
    let error = engine.carry_out(&stage.order()).unwrap_err();
    assert!(matches!(error, EngineError::Journal(_)));
    assert!(sleeper.goes_on());
    assert_eq!(stage.names(), [b"program".to_vec()]);
}

#[test]
fn journal_that_fails_after_the_capture_undoes_it() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let before = fs::metadata(&program).unwrap();
    let mut sleeper = Sleeper::start(&program);
    let engine = engine_that(&stage, State::Verified, lose_table(&stage, "action"));
    let error = engine.carry_out(&stage.order()).unwrap_err();
    assert!(matches!(error, EngineError::Journal(_)));
    assert!(sleeper.goes_on());
    assert_eq!(stage.names(), [b"program".to_vec()]);
    let after = fs::metadata(&program).unwrap();
    assert_eq!((after.ino(), after.mode()), (before.ino(), before.mode()));
}

#[test]
fn panic_in_the_middle_leaves_no_process_stopped() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let mut sleeper = Sleeper::start(&program);
    let engine = engine_that(&stage, State::Frozen, || panic!("on purpose"));
    let order = stage.order();
    let acting = std::panic::AssertUnwindSafe(|| engine.carry_out(&order));
    assert!(std::panic::catch_unwind(acting).is_err());
    assert!(sleeper.goes_on());
    assert!(program.exists());
}

/// Takes whatever it is given, and remembers what that was.
struct Credulous(Arc<Mutex<Vec<ItemDraft>>>);

impl Seal for Credulous {
    fn seal(&self, item: &ItemDraft, _: BorrowedFd<'_>) -> Result<String, SealError> {
        self.0.lock().unwrap().push(item.clone());
        Ok(item.id.to_string())
    }

    fn contains(&self, _: &str) -> bool {
        false
    }
}

fn credulous(stage: &Stage) -> (Engine, Arc<Mutex<Vec<ItemDraft>>>) {
    let drafts = Arc::default();
    let seal = Credulous(Arc::clone(&drafts));
    let engine = Engine::open(stage.config(), Box::new(seal), Box::new(Nothing)).unwrap();
    (engine, drafts)
}

#[test]
fn file_that_changes_just_before_it_is_captured_goes_back_as_it_is() {
    let stage = Stage::new();
    let program = stage.sample("program");
    let before = fs::metadata(&program).unwrap();
    let writer = fs::OpenOptions::new().write(true).open(&program).unwrap();
    let (engine, drafts) = credulous(&stage);
    let engine = engine.with_progress(Box::new(move |_, state| {
        if state == State::Verified {
            std::os::unix::fs::FileExt::write_all_at(&writer, b"something else", 0).unwrap();
        }
    }));
    let result = stage.act(&engine);
    assert!(
        matches!(result.verdict, Verdict::Failed { .. }),
        "{result:#?}"
    );
    assert!(drafts.lock().unwrap().is_empty(), "sealed another content");
    assert!(fs::read(&program).unwrap().starts_with(b"something else"));
    let after = fs::metadata(&program).unwrap();
    assert_eq!((after.ino(), after.mode()), (before.ino(), before.mode()));
    assert_eq!(stage.names(), [b"program".to_vec()]);
}

#[test]
fn vault_is_told_the_attributes_of_before() {
    use std::os::unix::fs::PermissionsExt;
    let stage = Stage::new();
    let program = stage.sample("program");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o4751)).unwrap();
    let before = fs::metadata(&program).unwrap();
    let (engine, drafts) = credulous(&stage);
    stage.act(&engine);
    let drafts = drafts.lock().unwrap();
    let attributes = &drafts[0].attributes;
    assert_eq!(attributes.mode, 0o4751);
    assert_eq!(
        (attributes.uid, attributes.gid),
        (before.uid(), before.gid())
    );
    let modified = before.mtime() * 1_000_000_000 + before.mtime_nsec();
    assert_eq!(attributes.modified_ns, modified);
    assert_eq!(drafts[0].comment, "a test");
    assert_eq!(drafts[0].requestor.as_deref(), Some("tester"));
}
