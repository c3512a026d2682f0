//! Files that are not as they should be, and clocks that are not either.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use quell_ratelimit::{Budgets as _, Margins, PermitStore, Policy, Priority, Quota, Turn};
use quell_state::{Intent, Journal as _, SqliteState, StateError};

use crate::clock::SetClock;
use crate::worker::{TIMEOUT, budget};

fn open(file: &Path, clock: &Arc<SetClock>) -> SqliteState {
    SqliteState::open_with_clock(file, Arc::clone(clock) as _).unwrap()
}

async fn permits(file: &Path, clock: &Arc<SetClock>) -> Arc<dyn PermitStore> {
    let policy = Policy::new(Quota::parse("3/1h").unwrap()).margins(Margins::NONE);
    open(file, clock).open(&budget(), &policy).await.unwrap()
}

/// One call, answered at once; false if there was no permit.
async fn call(store: &dyn PermitStore) -> bool {
    let Turn::Granted(id) = store.acquire(Priority::Batch).await.unwrap() else {
        return false;
    };
    store.sent(id, TIMEOUT).await.unwrap();
    store.complete(id, None).await.unwrap();
    true
}

/// Whatever is done to the clocks in the hour after three calls, there is no fourth in it, and there
/// is one when an hour, and at most what was set back, is over.
async fn hour_is_an_hour(meddle: impl Fn(&SetClock), set_back: Duration, in_one_run: bool) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.db");
    let clock = Arc::new(SetClock::new());
    let mut store = permits(&file, &clock).await;
    for _ in 0..3 {
        assert!(call(&*store).await);
    }
    let minute = Duration::from_secs(60);
    for nth in 0..59 {
        clock.advance(minute);
        if nth == 30 {
            meddle(&clock);
        }
        if !in_one_run {
            store = permits(&file, &clock).await;
        }
        assert!(!call(&*store).await, "a fourth call after {nth} min");
    }
    clock.advance(3 * minute + set_back);
    assert!(call(&*store).await, "the hour is over");
}

#[tokio::test]
async fn wall_clock_that_is_set_changes_no_hour() {
    for in_one_run in [true, false] {
        let ten_minutes = Duration::from_secs(600);
        hour_is_an_hour(|clock| clock.set_wall(600), Duration::ZERO, in_one_run).await;
        hour_is_an_hour(|clock| clock.set_wall(-600), ten_minutes, in_one_run).await;
    }
}

#[tokio::test]
async fn reboot_changes_no_hour_and_costs_none() {
    hour_is_an_hour(SetClock::reboot, Duration::ZERO, false).await;
}

#[tokio::test]
async fn wall_clock_lost_in_a_reboot_delays_and_never_hurries() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.db");
    let clock = Arc::new(SetClock::new());
    let store = permits(&file, &clock).await;
    for _ in 0..3 {
        assert!(call(&*store).await);
    }
    clock.advance(Duration::from_secs(1800));
    clock.reboot();
    clock.set_wall(-1_000_000_000);
    let store = permits(&file, &clock).await;
    assert!(!call(&*store).await);
    clock.advance(Duration::from_secs(3599));
    assert!(
        !call(&*store).await,
        "how long the machine was off is not known"
    );
    clock.advance(Duration::from_secs(2));
    assert!(call(&*store).await, "an hour since then is enough");
}

#[test]
fn file_that_is_no_database_is_said_to_be_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.db");
    let text = "not a database, but long enough to be looked at as one, page by page".repeat(100);
    std::fs::write(&file, &text).unwrap();
    let error = SqliteState::open(&file).unwrap_err();
    assert!(matches!(error, StateError::Damaged { .. }), "{error}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
}

#[tokio::test]
async fn damaged_page_is_found_when_the_file_is_opened() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.db");
    let clock = Arc::new(SetClock::new());
    let state = open(&file, &clock);
    assert!(state.is_new());
    for nth in 0..200 {
        state
            .intend(Intent::new(budget(), format!("machine {nth}")))
            .await
            .unwrap();
    }
    drop(state);
    // Into the file itself; whoever opens it next finds nothing newer in its log.
    let writer = rusqlite::Connection::open(&file).unwrap();
    writer
        .pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .unwrap();
    drop(writer);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle - 6000..middle + 6000].fill(0xA5);
    std::fs::write(&file, bytes).unwrap();
    let error = SqliteState::open(&file).unwrap_err();
    assert!(matches!(error, StateError::Damaged { .. }), "{error}");
}

#[test]
fn file_of_a_newer_version_is_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("state.db");
    drop(SqliteState::open(&file).unwrap());
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.pragma_update(None, "user_version", 7).unwrap();
    let error = SqliteState::open(&file).unwrap_err();
    assert!(
        matches!(error, StateError::TooNew { found: 7, known: 1 }),
        "{error}"
    );
}

#[cfg(unix)]
#[test]
fn directory_and_files_are_their_owner_s_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = tempfile::tempdir().unwrap();
    let ours = directory.path().join("a/quell");
    let _state = SqliteState::open(ours.join("state.db")).unwrap();
    let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(&ours), mode(&directory.path().join("a"))),
        (0o700, 0o700)
    );
    for entry in std::fs::read_dir(&ours).unwrap() {
        let path = entry.unwrap().path();
        assert_eq!(mode(&path), 0o600, "{}", path.display());
    }

    std::fs::set_permissions(&ours, std::fs::Permissions::from_mode(0o777)).unwrap();
    let refused = SqliteState::open(ours.join("state.db")).unwrap_err();
    assert!(matches!(refused, StateError::File { .. }), "{refused}");
}

#[cfg(target_os = "linux")]
#[test]
fn directory_that_cannot_be_written_is_said_to_be() {
    let refused = SqliteState::open("/proc/quell/state.db").unwrap_err();
    assert!(matches!(refused, StateError::File { .. }), "{refused}");
}

/// A file system of 256 KiB.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn full_disk_gives_no_permit_and_loses_none_as_root() {
    let directory = tempfile::tempdir().unwrap();
    let mounted = Mounted::on(directory.path(), "size=256k");
    let file = directory.path().join("state.db");
    let clock = Arc::new(SetClock::new());
    let state = open(&file, &clock);
    let mut kept = 0;
    let full = loop {
        match state.intend(Intent::new(budget(), "m".repeat(1000))).await {
            Ok(_) => kept += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(full, StateError::Full { .. }), "{full}");
    let again = open(&file, &clock);
    let open = again
        .open_intents(quell_state::Filter::open())
        .await
        .unwrap();
    assert_eq!(open.len(), kept, "what was promised is kept");
    drop((state, again));
    drop(mounted);
}

/// A small file system in memory, gone when dropped.
#[cfg(target_os = "linux")]
struct Mounted(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl Mounted {
    fn on(directory: &Path, options: &str) -> Self {
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "quell-test"])
            .arg(directory)
            .status();
        assert!(mounted.unwrap().success());
        Self(directory.to_owned())
    }
}

#[cfg(target_os = "linux")]
impl Drop for Mounted {
    fn drop(&mut self) {
        let unmounted = std::process::Command::new("umount")
            .arg("--lazy")
            .arg(&self.0)
            .status();
        if !unmounted.is_ok_and(|status| status.success()) {
            eprintln!("{} stays mounted", self.0.display());
        }
    }
}
