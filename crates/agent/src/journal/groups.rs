//! The process groups that an action stopped as a whole, and the control groups that it froze.

use quell_model::ActionId;
use rusqlite::params;

use super::{Journal, JournalError};

impl Journal {
    /// Notes a process group that is about to be stopped as a whole.
    pub(crate) fn note_group(&self, action: &ActionId, pgid: u32) -> Result<(), JournalError> {
        self.write_for_this_boot(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO stopped_group VALUES (?1, ?2, ?3, 0)",
                params![action.as_str(), self.boot_id, pgid],
            )?;
            Ok(())
        })
    }

    /// Notes that nobody in a group is stopped any more but by a row of its own.
    pub(crate) fn group_resumed(&self, action: &ActionId, pgid: u32) -> Result<(), JournalError> {
        self.write_for_this_boot(|transaction| {
            transaction.execute(
                "UPDATE stopped_group SET resumed = 1
             WHERE action_id = ?1 AND boot_id = ?2 AND pgid = ?3",
                params![action.as_str(), self.boot_id, pgid],
            )?;
            Ok(())
        })
    }

    /// Notes the directory of a control group that is about to be frozen.
    pub(crate) fn note_cgroup(
        &self,
        action: &ActionId,
        directory: &[u8],
    ) -> Result<(), JournalError> {
        self.write_for_this_boot(|transaction| {
            transaction.execute(
                "INSERT OR REPLACE INTO frozen_cgroup VALUES (?1, ?2, ?3, 0)",
                params![action.as_str(), self.boot_id, directory],
            )?;
            Ok(())
        })
    }

    /// Notes that a control group is thawed.
    pub(crate) fn cgroup_thawed(
        &self,
        action: &ActionId,
        directory: &[u8],
    ) -> Result<(), JournalError> {
        self.write_for_this_boot(|transaction| {
            transaction.execute(
                "UPDATE frozen_cgroup SET thawed = 1
             WHERE action_id = ?1 AND boot_id = ?2 AND directory = ?3",
                params![action.as_str(), self.boot_id, directory],
            )?;
            Ok(())
        })
    }

    /// The control groups of this boot that an earlier run may have left frozen.
    pub(crate) fn possibly_frozen_cgroups(
        &self,
        action: &ActionId,
    ) -> Result<Vec<Vec<u8>>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT directory FROM frozen_cgroup
             WHERE action_id = ?1 AND boot_id = ?2 AND thawed = 0",
        )?;
        let rows = statement.query_map([action.as_str(), &self.boot_id], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The groups of this boot that an earlier run may have left stopped.
    pub(crate) fn possibly_stopped_groups(
        &self,
        action: &ActionId,
    ) -> Result<Vec<u32>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT pgid FROM stopped_group WHERE action_id = ?1 AND boot_id = ?2 AND resumed = 0",
        )?;
        let rows = statement.query_map([action.as_str(), &self.boot_id], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}
