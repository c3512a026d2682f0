//! The processes that an action stopped or is about to stop.

use quell_model::ActionId;
use quell_protocol::{Confidence, ProcessOutcome};
use rusqlite::{Row, params};

use super::{Journal, JournalError};
use crate::find::{ControlGroup, FileId, ProcessIdentity};

/// What is known of a process that an action deals with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProcessRow {
    pub(crate) identity: ProcessIdentity,
    pub(crate) uid: u32,
    /// Its executable's path as the kernel tells it.
    pub(crate) link: Vec<u8>,
    /// Its executable.
    pub(crate) executable: FileId,
    /// The file for which it was taken: its executable, or what it executes besides.
    pub(crate) file: FileId,
    /// How it is known to execute that.
    pub(crate) confidence: Confidence,
    /// The control group that it runs in.
    pub(crate) cgroup: Option<ControlGroup>,
    /// The process that had started it.
    pub(crate) parent: Option<u32>,
    /// Whether somebody else had stopped it before.
    pub(crate) was_stopped: bool,
    pub(crate) fate: Fate,
}

/// What became of a process, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is stopped or about to be.
    Stopping,
    /// It goes on as before and does not concern the action any more.
    Resumed,
    /// It has an outcome.
    Known(ProcessOutcome),
}

const OUTCOMES: [(ProcessOutcome, &str); 6] = [
    (ProcessOutcome::Stopped, "Stopped"),
    (ProcessOutcome::AlreadyEnded, "AlreadyEnded"),
    (ProcessOutcome::KillPending, "KillPending"),
    (ProcessOutcome::AccessDenied, "AccessDenied"),
    (ProcessOutcome::LeftAlone, "LeftAlone"),
    (ProcessOutcome::StillMapped, "StillMapped"),
];

const CONFIDENCES: [(Confidence, &str); 4] = [
    (Confidence::Executable, "Executable"),
    (Confidence::Mapping, "Mapping"),
    (Confidence::OpenScript, "OpenScript"),
    (Confidence::CommandLine, "CommandLine"),
];

fn confidence_name(confidence: Confidence) -> &'static str {
    let known = CONFIDENCES.iter().find(|(known, _)| *known == confidence);
    known.map_or("Other", |(_, name)| name)
}

fn confidence_named(name: &str) -> Confidence {
    let known = CONFIDENCES.iter().find(|(_, known)| *known == name);
    known.map_or(Confidence::Other, |(confidence, _)| *confidence)
}

impl Fate {
    /// Whether the process is known to have ended.
    pub(crate) fn has_ended(self) -> bool {
        matches!(
            self,
            Self::Known(ProcessOutcome::Stopped | ProcessOutcome::AlreadyEnded)
        )
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Stopping => "stopping",
            Self::Resumed => "resumed",
            Self::Known(outcome) => OUTCOMES
                .iter()
                .find(|(known, _)| *known == outcome)
                .map_or("Other", |(_, name)| name),
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        match name {
            "stopping" => Some(Self::Stopping),
            "resumed" => Some(Self::Resumed),
            _ => OUTCOMES
                .iter()
                .find(|(_, known)| *known == name)
                .map(|(outcome, _)| Self::Known(*outcome)),
        }
    }
}

impl Journal {
    /// Notes processes, all or none. To be called before they are signalled.
    pub(crate) fn note_processes(
        &self,
        action: &ActionId,
        rows: &[ProcessRow],
    ) -> Result<(), JournalError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.write_for_this_boot(|transaction| {
            let mut insert = transaction.prepare_cached(
                "INSERT OR REPLACE INTO process VALUES
                     (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)",
            )?;
            for row in rows {
                insert.execute(params![
                    action.as_str(),
                    self.boot_id,
                    row.identity.pid,
                    row.identity.start_time.cast_signed(),
                    row.uid,
                    row.link,
                    row.executable.dev.cast_signed(),
                    row.executable.ino.cast_signed(),
                    row.was_stopped,
                    row.fate.as_str(),
                    confidence_name(row.confidence),
                    row.cgroup.as_ref().map(ControlGroup::path),
                    row.file.dev.cast_signed(),
                    row.file.ino.cast_signed(),
                    row.parent,
                ])?;
            }
            Ok(())
        })
    }

    /// Notes what became of processes of this boot, all or none.
    pub(crate) fn set_fates(
        &self,
        action: &ActionId,
        fates: &[(ProcessIdentity, Fate)],
    ) -> Result<(), JournalError> {
        if fates.is_empty() {
            return Ok(());
        }
        self.write_for_this_boot(|transaction| {
            let mut update = transaction.prepare_cached(
                "UPDATE process SET fate = ?5
                 WHERE action_id = ?1 AND boot_id = ?2 AND pid = ?3 AND start_time = ?4",
            )?;
            for (identity, fate) in fates {
                update.execute(params![
                    action.as_str(),
                    self.boot_id,
                    identity.pid,
                    identity.start_time.cast_signed(),
                    fate.as_str(),
                ])?;
            }
            Ok(())
        })
    }

    /// The processes of this boot that an earlier run may have left stopped.
    pub(crate) fn possibly_stopped(
        &self,
        action: &ActionId,
    ) -> Result<Vec<ProcessRow>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT * FROM process WHERE action_id = ?1 AND boot_id = ?2 AND fate = 'stopping'",
        )?;
        let rows = statement.query_map([action.as_str(), &self.boot_id], read)?;
        rows.map(|row| row?.ok_or_else(|| JournalError::row("fate")))
            .collect()
    }

    /// The actions that may have left somebody of this boot stopped or frozen.
    pub(crate) fn actions_with_stopped(&self) -> Result<Vec<ActionId>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT action_id FROM process WHERE boot_id = ?1 AND fate = 'stopping'
             UNION SELECT action_id FROM stopped_group WHERE boot_id = ?1 AND resumed = 0
             UNION SELECT action_id FROM frozen_cgroup WHERE boot_id = ?1 AND thawed = 0",
        )?;
        let rows = statement.query_map([&self.boot_id], |row| row.get::<_, String>(0))?;
        rows.map(|id| ActionId::new(id?).map_err(JournalError::row))
            .collect()
    }

    /// What became of all processes of an action, this boot's and earlier ones'. A process that
    /// was stopped when the machine went down has ended.
    pub(crate) fn process_outcomes(
        &self,
        action: &ActionId,
    ) -> Result<Vec<(ProcessRow, ProcessOutcome)>, JournalError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare("SELECT * FROM process WHERE action_id = ?1 ORDER BY pid")?;
        let rows = statement.query_map([action.as_str()], |row| {
            Ok((read(row)?, row.get::<_, String>("boot_id")?))
        })?;
        let mut outcomes = Vec::new();
        for row in rows {
            let (row, boot_id) = row?;
            let row = row.ok_or_else(|| JournalError::row("fate"))?;
            match row.fate {
                Fate::Known(outcome) => outcomes.push((row, outcome)),
                Fate::Stopping if boot_id != self.boot_id => {
                    outcomes.push((row, ProcessOutcome::AlreadyEnded));
                }
                Fate::Stopping | Fate::Resumed => {}
            }
        }
        Ok(outcomes)
    }
}

/// `None` when the fate is of a kind that this agent does not know.
fn read(row: &Row<'_>) -> rusqlite::Result<Option<ProcessRow>> {
    let fate: String = row.get("fate")?;
    let Some(fate) = Fate::from_name(&fate) else {
        return Ok(None);
    };
    Ok(Some(ProcessRow {
        identity: ProcessIdentity {
            pid: row.get("pid")?,
            start_time: row.get::<_, i64>("start_time")?.cast_unsigned(),
        },
        uid: row.get("uid")?,
        link: row.get("executable")?,
        executable: FileId {
            dev: row.get::<_, i64>("dev")?.cast_unsigned(),
            ino: row.get::<_, i64>("ino")?.cast_unsigned(),
        },
        file: FileId {
            dev: row.get::<_, i64>("file_dev")?.cast_unsigned(),
            ino: row.get::<_, i64>("file_ino")?.cast_unsigned(),
        },
        confidence: confidence_named(&row.get::<_, String>("confidence")?),
        cgroup: row
            .get::<_, Option<String>>("cgroup")?
            .map(ControlGroup::at),
        parent: row.get("parent")?,
        was_stopped: row.get("was_stopped")?,
        fate,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(pid: u32) -> ProcessRow {
        ProcessRow {
            identity: ProcessIdentity {
                pid,
                start_time: u64::MAX - 1,
            },
            uid: u32::MAX,
            link: b"/tmp/\xff (deleted)".to_vec(),
            executable: FileId {
                dev: u64::MAX,
                ino: 3,
            },
            file: FileId {
                dev: 4,
                ino: u64::MAX,
            },
            confidence: Confidence::Mapping,
            cgroup: Some(ControlGroup::at("/system.slice/x.service".to_owned())),
            parent: Some(u32::MAX),
            was_stopped: true,
            fate: Fate::Stopping,
        }
    }

    #[test]
    fn process_row_survives_exactly() {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        let action = ActionId::new("a").unwrap();
        journal.note_processes(&action, &[row(1), row(2)]).unwrap();
        assert_eq!(journal.possibly_stopped(&action).unwrap(), [row(1), row(2)]);
        let fate = Fate::Known(ProcessOutcome::Stopped);
        journal
            .set_fates(&action, &[(row(1).identity, fate)])
            .unwrap();
        assert_eq!(journal.possibly_stopped(&action).unwrap(), [row(2)]);
        let outcomes = journal.process_outcomes(&action).unwrap();
        assert_eq!(outcomes.len(), 1);
        assert_eq!(outcomes[0].1, ProcessOutcome::Stopped);
    }

    #[test]
    fn process_of_another_boot_is_never_offered_and_counts_as_ended() {
        let dir = tempfile::tempdir().unwrap();
        let action = ActionId::new("a").unwrap();
        let mut journal = Journal::open(dir.path()).unwrap();
        journal.note_processes(&action, &[row(1)]).unwrap();
        journal.note_group(&action, 5).unwrap();
        journal
            .note_cgroup(&action, b"/sys/fs/cgroup/\xff")
            .unwrap();
        let stopped = journal.actions_with_stopped().unwrap();
        assert_eq!(stopped, std::slice::from_ref(&action));
        let noted = journal.possibly_frozen_cgroups(&action).unwrap();
        assert_eq!(noted, [b"/sys/fs/cgroup/\xff"]);
        journal.boot_id = "another".to_owned();
        assert!(journal.actions_with_stopped().unwrap().is_empty());
        assert!(journal.possibly_stopped(&action).unwrap().is_empty());
        assert!(journal.possibly_stopped_groups(&action).unwrap().is_empty());
        assert!(journal.possibly_frozen_cgroups(&action).unwrap().is_empty());
        let outcomes = journal.process_outcomes(&action).unwrap();
        assert_eq!(outcomes[0].1, ProcessOutcome::AlreadyEnded);
    }

    #[test]
    fn fate_names_read_back() {
        let mut fates = vec![Fate::Stopping, Fate::Resumed];
        fates.extend(OUTCOMES.map(|(outcome, _)| Fate::Known(outcome)));
        for fate in fates {
            assert_eq!(Fate::from_name(fate.as_str()), Some(fate));
        }
    }
}
