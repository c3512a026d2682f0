//! Which orders were begun when, and which files were not what their packages contained.

use quell_model::ActionId;
use rusqlite::{OptionalExtension as _, params};

use super::{Journal, JournalError};

/// An hour, in seconds.
const HOUR: i64 = 3600;
/// What is older counts for nothing, in seconds.
const KEPT: i64 = 7 * 24 * HOUR;

impl Journal {
    /// Lets an order begin if `decide` does, which is told how many others began within the last
    /// hour before `now`, in seconds since the Unix epoch. One that began before may go on.
    ///
    /// What began later than now counts as well: a clock that is set back opens no door.
    pub(crate) fn admit<E>(
        &self,
        action: &ActionId,
        now: i64,
        decide: impl FnOnce(u64) -> Result<(), E>,
    ) -> Result<Result<(), E>, JournalError> {
        self.write_for_this_boot(|transaction| {
            let known: Option<i64> = transaction
                .query_row(
                    "SELECT at FROM admission WHERE action_id = ?1",
                    [action.as_str()],
                    |row| row.get(0),
                )
                .optional()?;
            if known.is_some() {
                return Ok(Ok(()));
            }
            let recent: i64 = transaction.query_row(
                "SELECT count(*) FROM admission WHERE at > ?1",
                [now.saturating_sub(HOUR)],
                |row| row.get(0),
            )?;
            if let Err(refused) = decide(recent.unsigned_abs()) {
                return Ok(Err(refused));
            }
            transaction.execute(
                "DELETE FROM admission WHERE at < ?1",
                [now.saturating_sub(KEPT)],
            )?;
            transaction.execute(
                "INSERT INTO admission (action_id, at) VALUES (?1, ?2)",
                params![action.as_str(), now],
            )?;
            Ok(Ok(()))
        })
    }

    /// Whether an order was let begin.
    pub(crate) fn is_admitted(&self, action: &ActionId) -> Result<bool, JournalError> {
        let known: Option<i64> = self
            .connection()
            .query_row(
                "SELECT at FROM admission WHERE action_id = ?1",
                [action.as_str()],
                |row| row.get(0),
            )
            .optional()?;
        Ok(known.is_some())
    }

    /// Notes that the file at `path` was not what `package` contained.
    pub(crate) fn note_modified(
        &self,
        action: &ActionId,
        path: &[u8],
        package: &str,
    ) -> Result<(), JournalError> {
        self.connection().execute(
            "INSERT OR REPLACE INTO modified_package_file (action_id, path, package)
             VALUES (?1, ?2, ?3)",
            params![action.as_str(), path, package],
        )?;
        Ok(())
    }

    /// The package whose file at `path` it was not, if that was noted.
    pub(crate) fn modified(
        &self,
        action: &ActionId,
        path: &[u8],
    ) -> Result<Option<String>, JournalError> {
        Ok(self
            .connection()
            .query_row(
                "SELECT package FROM modified_package_file WHERE action_id = ?1 AND path = ?2",
                params![action.as_str(), path],
                |row| row.get(0),
            )
            .optional()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_most(limit: u64) -> impl Fn(u64) -> Result<(), u64> {
        move |recent| if recent < limit { Ok(()) } else { Err(recent) }
    }

    #[test]
    fn orders_are_counted_by_the_hour_and_across_restarts() {
        let dir = tempfile::tempdir().unwrap();
        let id = |number: i64| ActionId::new(format!("a{number}")).unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        for number in 0..3 {
            let admitted = journal.admit(&id(number), 1000 + number, at_most(3));
            assert_eq!(admitted.unwrap(), Ok(()));
        }
        drop(journal);
        let journal = Journal::open(dir.path()).unwrap();
        assert_eq!(journal.admit(&id(3), 1100, at_most(3)).unwrap(), Err(3));
        assert!(!journal.is_admitted(&id(3)).unwrap());
        // One that began goes on, and one that was refused does not count.
        assert_eq!(journal.admit(&id(1), 1100, at_most(0)).unwrap(), Ok(()));
        assert_eq!(journal.admit(&id(3), 4600, at_most(3)).unwrap(), Ok(()));
        assert_eq!(journal.admit(&id(4), 4600, at_most(3)).unwrap(), Err(3));
    }

    #[test]
    fn clock_that_is_set_back_opens_no_door() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        let id = |name: &str| ActionId::new(name).unwrap();
        journal
            .admit(&id("a"), 100_000, at_most(1))
            .unwrap()
            .unwrap();
        assert_eq!(journal.admit(&id("b"), 5, at_most(1)).unwrap(), Err(1));
    }

    #[test]
    fn modified_file_is_known_by_its_action_and_path() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        let id = ActionId::new("a").unwrap();
        journal
            .note_modified(&id, b"/usr/bin/\xff", "tools")
            .unwrap();
        journal
            .note_modified(&id, b"/usr/bin/\xff", "tools")
            .unwrap();
        let found = journal.modified(&id, b"/usr/bin/\xff").unwrap();
        assert_eq!(found.as_deref(), Some("tools"));
        assert_eq!(journal.modified(&id, b"/usr/bin/x").unwrap(), None);
    }
}
