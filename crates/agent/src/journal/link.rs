//! What the conversation with the server must know after a restart.

use super::{Journal, JournalError};

impl Journal {
    /// Counts a start of the agent, durably, and answers which one it is.
    pub(crate) fn begin_life(&self) -> Result<u64, JournalError> {
        let starts: i64 = self.connection().query_row(
            "UPDATE link SET starts = starts + 1 RETURNING starts",
            [],
            |row| row.get(0),
        )?;
        Ok(starts.cast_unsigned())
    }

    /// Notes whether the server is frozen.
    pub(crate) fn set_frozen(&self, frozen: bool) -> Result<(), JournalError> {
        self.connection()
            .execute("UPDATE link SET frozen = ?1", [frozen])?;
        Ok(())
    }

    /// Whether the server was frozen when it was last heard of.
    pub(crate) fn is_frozen(&self) -> Result<bool, JournalError> {
        Ok(self
            .connection()
            .query_row("SELECT frozen FROM link", [], |row| row.get(0))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_has_a_number_of_its_own_and_a_frozen_server_is_remembered() {
        let dir = tempfile::tempdir().unwrap();
        for start in 1..4 {
            let journal = Journal::open(dir.path()).unwrap();
            assert_eq!(journal.begin_life().unwrap(), start);
            assert_eq!(journal.is_frozen().unwrap(), start == 3);
            journal.set_frozen(start == 2).unwrap();
        }
    }
}
