//! A store that cannot be written: a clear refusal, nothing acknowledged that is not kept, and no restart.

use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::process::Command;

use rusqlite::Connection;
use rustix::process::{Resource, Rlimit, prlimit};

use super::act::{Act, Running};
use super::client::{Client, body};

/// Somebody who is not root, on every Linux.
const NOBODY: u32 = 65_534;

/// Refused as the guide says, with nothing kept; alive, and not ready.
fn assert_refuses(running: &Running, client: &Client<'_>, name: &str) {
    let kept = client.kept();
    let (status, answer) = client.submit(name);
    assert_eq!(status, 503, "{answer}");
    assert!(
        answer.to_ascii_lowercase().contains("retry-after: 5"),
        "{answer}"
    );
    assert_eq!(body(&answer)["error"]["code"], "ServiceUnavailable");
    assert_eq!(running.beside("/healthz").0, 200);
    running.until_ready_is(503);
    assert!(
        running
            .beside("/readyz")
            .1
            .contains("the store cannot be written")
    );
    assert_eq!(client.kept(), kept);
}

fn assert_recovers(running: &Running, client: &Client<'_>, name: &str) {
    running.until_ready_is(200);
    let kept = client.kept();
    let (status, answer) = client.submit(name);
    assert_eq!(status, 200, "{answer}");
    assert_eq!(client.kept(), kept + 1);
}

/// How many bytes a file of the server may have.
fn limit_files(running: &Running, bytes: Option<u64>) {
    let limit = Rlimit {
        current: bytes,
        maximum: None,
    };
    prlimit(Some(running.pid()), Resource::Fsize, limit).expect("the process is ours");
}

#[test]
fn full_disk_is_told_and_forgotten_as_soon_as_there_is_room() {
    let act = Act::new();
    // A file that may not grow is to be an error, and not a signal.
    let mut shell = Command::new("sh");
    shell
        .args(["-c", r#"trap '' XFSZ; exec "$0" "$@""#])
        .arg(act.quell.path())
        .env_clear();
    act.complete(&mut shell, &[]);
    let running = act.start(&mut shell);
    let client = Client::new(&act, &running);
    assert_recovers(&running, &client, "first");
    limit_files(&running, Some(1));
    assert_refuses(&running, &client, "second");
    limit_files(&running, None);
    assert_recovers(&running, &client, "second");
    assert_eq!(running.process.terminate(), 0);
}

#[test]
fn database_that_another_process_holds_is_waited_for_and_then_refused() {
    let act = Act::new();
    let running = act.start(&mut act.command(&[]));
    let client = Client::new(&act, &running);
    let other = Connection::open(act.data().join("quell.db")).expect("the file is ours");
    other
        .execute_batch("BEGIN IMMEDIATE")
        .expect("nobody writes");
    assert_refuses(&running, &client, "first");
    other.execute_batch("ROLLBACK").expect("it was begun");
    assert_recovers(&running, &client, "first");
    assert_eq!(running.process.terminate(), 0);
}

/// Gives everything of this act to somebody who is not root, if root is who tests.
fn without_privilege(act: &Act, command: &mut Command) {
    if !rustix::process::geteuid().is_root() {
        return;
    }
    for path in [act.directory.path().to_owned(), act.data()] {
        chown(&path, Some(NOBODY), Some(NOBODY)).expect("root may");
        for entry in path.read_dir().expect("a directory").flatten() {
            chown(entry.path(), Some(NOBODY), Some(NOBODY)).expect("root may");
        }
    }
    command.uid(NOBODY).gid(NOBODY);
}

#[test]
fn file_that_cannot_be_written_is_named_before_anything_is_served() {
    let act = Act::new();
    let running = act.start(&mut act.command(&[]));
    assert_eq!(running.process.terminate(), 0);
    let file = act.data().join("quell.db");
    let close = |mode| {
        let mode = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(&file, mode).expect("the file is ours");
    };
    close(0o400);
    let mut command = act.command(&[]);
    without_privilege(&act, &mut command);
    let refused = quell_testkit::Outcome::of(&mut command);
    assert_eq!(refused.code, 1, "{refused:?}");
    for word in ["the server cannot start", "quell.db", "ermission denied"] {
        assert!(refused.stderr.contains(word), "{refused:?}");
    }
    close(0o600);
    let mut command = act.command(&[]);
    without_privilege(&act, &mut command);
    let running = act.start(&mut command);
    running.until_ready_is(200);
    assert_eq!(running.process.terminate(), 0);
}
