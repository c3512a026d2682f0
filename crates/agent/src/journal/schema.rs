//! The journal's tables.

use rusqlite::Connection;

use super::JournalError;

/// The version of the tables, in SQLite's `user_version`.
const VERSION: i64 = 6;

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

/// What version 2 added: files that are put back, how often the agent was started, and whether its
/// server is frozen.
const RESTORES_AND_LIVES: &str = "
CREATE TABLE restore (
    action_id TEXT NOT NULL,
    item_id   TEXT NOT NULL,
    path      BLOB NOT NULL,
    chosen    BLOB NOT NULL,
    done      INTEGER NOT NULL,
    notes     TEXT,
    PRIMARY KEY (action_id, item_id, path)
) STRICT;
CREATE TABLE link (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    starts INTEGER NOT NULL,
    frozen INTEGER NOT NULL
) STRICT;
INSERT INTO link VALUES (1, 0, 0);
";

/// What version 3 added: how a process is known to execute the file, and where it ran.
const PROCESSES_IN_FULL: &str = "
ALTER TABLE process ADD COLUMN confidence TEXT NOT NULL DEFAULT 'Executable';
ALTER TABLE process ADD COLUMN cgroup TEXT;
";

/// What version 4 added: when orders were begun, so that they can be counted by the hour, and which
/// files were not what their packages contained.
const ADMISSIONS: &str = "
CREATE TABLE admission (
    action_id TEXT PRIMARY KEY,
    at        INTEGER NOT NULL
) STRICT;
CREATE TABLE modified_package_file (
    action_id TEXT NOT NULL,
    path      BLOB NOT NULL,
    package   TEXT NOT NULL,
    PRIMARY KEY (action_id, path)
) STRICT;
";

/// What version 5 added: the file that a process executes where that is not its executable, who had
/// started it, and control groups that are frozen for a moment.
const EXECUTIONS_AND_CGROUPS: &str = "
ALTER TABLE process ADD COLUMN file_dev INTEGER;
ALTER TABLE process ADD COLUMN file_ino INTEGER;
ALTER TABLE process ADD COLUMN parent INTEGER;
UPDATE process SET file_dev = dev, file_ino = ino;
CREATE TABLE frozen_cgroup (
    action_id TEXT NOT NULL,
    boot_id   TEXT NOT NULL,
    directory BLOB NOT NULL,
    thawed    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (action_id, boot_id, directory)
) STRICT;
";

/// What version 6 added: whether a file is one that only its readers run.
const INTERPRETED: &str = "
ALTER TABLE target ADD COLUMN interpreted INTEGER NOT NULL DEFAULT 0;
";

/// The steps from an empty journal to this version.
const STEPS: [&str; 6] = [
    TABLES,
    RESTORES_AND_LIVES,
    PROCESSES_IN_FULL,
    ADMISSIONS,
    EXECUTIONS_AND_CGROUPS,
    INTERPRETED,
];

/// Makes the tables, or checks that they are those that this agent knows.
pub(super) fn prepare(connection: &mut Connection) -> Result<(), JournalError> {
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(JournalError::Corrupt(verdict));
    }
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let missing = usize::try_from(found).ok().and_then(|at| STEPS.get(at..));
    match missing {
        Some([]) => Ok(()),
        Some(steps) => bring_up(connection, steps),
        None => Err(JournalError::Version(found)),
    }
}

fn bring_up(connection: &mut Connection, steps: &[&str]) -> Result<(), JournalError> {
    let transaction = connection.transaction()?;
    for step in steps {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "user_version", VERSION)?;
    transaction.commit()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn journal_of_the_first_version_keeps_what_it_holds() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLES).unwrap();
        connection
            .execute_batch(
                "PRAGMA user_version = 1; UPDATE acknowledged SET sequence = 7;
                 INSERT INTO action (action_id, sequence, taken_up, state) VALUES ('a', 7, '', 'accepted');
                 INSERT INTO process VALUES ('a', 'boot', 5, 6, 0, x'', 7, 8, 0, 'stopping')",
            )
            .unwrap();
        prepare(&mut connection).unwrap();
        prepare(&mut connection).unwrap();
        let count = |sql: &str| -> i64 { connection.query_row(sql, [], |row| row.get(0)).unwrap() };
        assert_eq!(count("SELECT sequence FROM acknowledged"), 7);
        assert_eq!(count("SELECT count(*) FROM action"), 1);
        assert_eq!(count("SELECT starts FROM link"), 0);
        assert_eq!(count("SELECT count(*) FROM admission"), 0);
        assert_eq!(count("SELECT file_ino FROM process WHERE file_dev = 7"), 8);
        assert_eq!(count("PRAGMA user_version"), VERSION);
    }
}
