//! The journal as commands read it while an agent may be at work on it.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{DATABASE, JournalError};

/// How long a writer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// A file that was taken and is not in the vault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HeldFile {
    /// Where it was.
    pub(crate) path: Vec<u8>,
    /// Where it is.
    pub(crate) held_at: Vec<u8>,
    /// The action that took it, as the journal names it.
    pub(crate) action_id: String,
}

/// The files that wait in capture directories for the vault. A journal that does not exist yet
/// knows of none.
///
/// # Errors
/// When the journal is there and cannot be read.
pub(crate) fn held_in_capture(directory: &Path) -> Result<Vec<HeldFile>, JournalError> {
    let database = directory.join(DATABASE);
    if !database.exists() {
        return Ok(Vec::new());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(database, flags)?;
    connection.busy_timeout(PATIENCE)?;
    let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if version == 0 {
        return Ok(Vec::new());
    }
    let mut statement = connection.prepare(
        "SELECT name.path, name.capture_dir, name.capture_name, target.action_id
         FROM name JOIN target USING (item_id)
         WHERE name.place = 'captured' ORDER BY target.rowid, name.path",
    )?;
    let rows = statement.query_map([], |row| {
        let mut held_at: Vec<u8> = row.get(1)?;
        held_at.push(b'/');
        held_at.extend(row.get::<_, String>(2)?.into_bytes());
        Ok(HeldFile {
            path: row.get(0)?,
            held_at,
            action_id: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use quell_model::{ActionId, Timestamp};
    use uuid::Uuid;

    use super::*;
    use crate::engine::Attributes;
    use crate::find::FileId;
    use crate::journal::{Journal, NameRow, Place, TargetRow};

    fn target() -> TargetRow {
        TargetRow {
            item: Uuid::nil(),
            id: FileId { dev: 1, ino: 2 },
            of_this_boot: true,
            size: 3,
            sha256: [7; 32],
            attributes: Attributes::default(),
            captured_at: Timestamp::UNIX_EPOCH,
            sealed: false,
            is_interpreted: false,
        }
    }

    fn name(path: &[u8], place: Place) -> NameRow {
        NameRow {
            path: path.to_vec(),
            was_deleted: false,
            capture_dir: b"/opt/.quell-capture-1".to_vec(),
            capture_name: "2".to_owned(),
            place,
            obstacle: None,
            detail: None,
            residual: 0,
        }
    }

    #[test]
    fn held_files_are_read_beside_a_running_agent() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(held_in_capture(dir.path()).unwrap(), []);
        let journal = Journal::open(dir.path()).unwrap();
        assert_eq!(held_in_capture(dir.path()).unwrap(), []);
        let names = vec![
            name(b"/opt/\xff", Place::Captured),
            name(b"/opt/left", Place::Left),
        ];
        let action = ActionId::new("a").unwrap();
        journal.intend(&action, &[(target(), names)]).unwrap();
        let held = HeldFile {
            path: b"/opt/\xff".to_vec(),
            held_at: b"/opt/.quell-capture-1/2".to_vec(),
            action_id: "a".to_owned(),
        };
        assert_eq!(
            held_in_capture(dir.path()).unwrap(),
            std::slice::from_ref(&held)
        );
        drop(journal);
        assert_eq!(held_in_capture(dir.path()).unwrap(), [held]);
    }

    #[test]
    fn journal_that_is_no_database_is_not_read_as_empty() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::write(dir.path().join(DATABASE), vec![7; 8192]).unwrap();
        assert!(held_in_capture(dir.path()).is_err());
    }
}
