//! The journal's tables.

use rusqlite::Connection;

use super::JournalError;

/// The version of the tables, in SQLite's `user_version`.
const VERSION: i64 = 1;

const TABLES: &str = "
CREATE TABLE action (
    action_id  TEXT PRIMARY KEY,
    sequence   INTEGER NOT NULL,
    taken_up   TEXT NOT NULL,
    state      TEXT NOT NULL,
    cancelled  INTEGER NOT NULL DEFAULT 0,
    phase      TEXT,
    reported   INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE process (
    action_id   TEXT NOT NULL,
    boot_id     TEXT NOT NULL,
    pid         INTEGER NOT NULL,
    start_time  INTEGER NOT NULL,
    uid         INTEGER NOT NULL,
    executable  BLOB NOT NULL,
    dev         INTEGER NOT NULL,
    ino         INTEGER NOT NULL,
    was_stopped INTEGER NOT NULL,
    fate        TEXT NOT NULL,
    PRIMARY KEY (action_id, boot_id, pid, start_time)
) STRICT;
CREATE TABLE stopped_group (
    action_id TEXT NOT NULL,
    boot_id   TEXT NOT NULL,
    pgid      INTEGER NOT NULL,
    resumed   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (action_id, boot_id, pgid)
) STRICT;
CREATE TABLE target (
    item_id     TEXT PRIMARY KEY,
    action_id   TEXT NOT NULL,
    boot_id     TEXT NOT NULL,
    dev         INTEGER NOT NULL,
    ino         INTEGER NOT NULL,
    size        INTEGER NOT NULL,
    sha256      BLOB NOT NULL,
    attributes  TEXT NOT NULL,
    captured_at INTEGER NOT NULL,
    sealed      INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE TABLE name (
    item_id       TEXT NOT NULL,
    path          BLOB NOT NULL,
    was_deleted   INTEGER NOT NULL,
    capture_dir   BLOB NOT NULL,
    capture_name  TEXT NOT NULL,
    place         TEXT NOT NULL,
    obstacle      TEXT,
    detail        TEXT,
    residual      INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (item_id, path)
) STRICT;
CREATE TABLE acknowledged (
    one      INTEGER PRIMARY KEY CHECK (one = 1),
    sequence INTEGER NOT NULL
) STRICT;
INSERT INTO acknowledged VALUES (1, 0);
CREATE INDEX target_of_action ON target (action_id);
";

/// Makes the tables, or checks that they are those that this agent knows.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), JournalError> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(JournalError::Corrupt(verdict));
    }
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    match found {
        VERSION => Ok(()),
        0 => create(connection),
        newer => Err(JournalError::Version(newer)),
    }
}

fn create(connection: &mut Connection) -> Result<(), JournalError> {
    let transaction = connection.transaction()?;
    transaction.execute_batch(TABLES)?;
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}
