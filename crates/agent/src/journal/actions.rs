//! Orders taken up, how far they are, and what is still to be reported.

use quell_model::ActionId;
use quell_protocol::{Order, Phase, Verb};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Journal, JournalError};
use crate::plan::State;

/// What an order meant to the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TakenUp {
    /// It is new, or an earlier run did not finish it.
    ToDo,
    /// It was carried out before, with this end: report it again.
    Done(Phase),
}

impl Journal {
    /// Takes up an order durably. The same action is never taken up twice, and when nothing is new
    /// nothing is written.
    pub(crate) fn take_up(&self, order: &Order) -> Result<TakenUp, JournalError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        acknowledge(&transaction, order.sequence)?;
        let known = match phase(&transaction, &order.action_id)? {
            Some(known) => known,
            None => insert(&transaction, order)?,
        };
        if matches!(order.verb, Verb::CancelAction) {
            transaction.execute(
                "UPDATE action SET cancelled = 1 WHERE action_id = ?1",
                [order.action_id.as_str()],
            )?;
        }
        if known.is_some() {
            // The server asks again, so the report did not reach it.
            transaction.execute(
                "UPDATE action SET reported = 0 WHERE action_id = ?1",
                [order.action_id.as_str()],
            )?;
        }
        transaction.commit()?;
        Ok(known.map_or(TakenUp::ToDo, TakenUp::Done))
    }

    /// Notes how far an action is. Whatever a later state says has been done, rows of their own tell
    /// after a power failure.
    pub(crate) fn set_state(&self, action: &ActionId, state: State) -> Result<(), JournalError> {
        self.write_for_this_boot(|transaction| {
            transaction.execute(
                "UPDATE action SET state = ?2 WHERE action_id = ?1",
                params![action.as_str(), state.as_str()],
            )?;
            Ok(())
        })
    }

    /// How far an action was when that was last noted.
    pub(crate) fn state(&self, action: &ActionId) -> Result<State, JournalError> {
        let name: Option<String> = self
            .connection()
            .query_row(
                "SELECT state FROM action WHERE action_id = ?1",
                [action.as_str()],
                |row| row.get(0),
            )
            .optional()?;
        name.as_deref()
            .map_or(Some(State::Accepted), State::from_name)
            .ok_or_else(|| JournalError::row("state"))
    }

    /// Asks for an action to be given up; an action that is not known stays unknown.
    pub(crate) fn cancel(&self, action: &ActionId) -> Result<(), JournalError> {
        self.connection().execute(
            "UPDATE action SET cancelled = 1 WHERE action_id = ?1",
            [action.as_str()],
        )?;
        Ok(())
    }

    /// Whether the action is to be given up.
    pub(crate) fn is_cancelled(&self, action: &ActionId) -> Result<bool, JournalError> {
        let flag: Option<i64> = self
            .connection()
            .query_row(
                "SELECT cancelled FROM action WHERE action_id = ?1",
                [action.as_str()],
                |row| row.get(0),
            )
            .optional()?;
        Ok(flag == Some(1))
    }

    /// Notes that nothing more will happen.
    pub(crate) fn conclude(&self, action: &ActionId, phase: &Phase) -> Result<(), JournalError> {
        let json = serde_json::to_string(phase).map_err(JournalError::row)?;
        self.connection().execute(
            "UPDATE action SET phase = ?2, state = ?3, reported = 0 WHERE action_id = ?1",
            params![action.as_str(), json, State::Done.as_str()],
        )?;
        Ok(())
    }

    /// The orders that were taken up and have not ended, oldest first.
    pub(crate) fn unfinished(&self) -> Result<Vec<Order>, JournalError> {
        let connection = self.connection();
        let mut statement = connection
            .prepare("SELECT taken_up FROM action WHERE phase IS NULL ORDER BY sequence")?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
        rows.map(|json| serde_json::from_str(&json?).map_err(JournalError::row))
            .collect()
    }

    /// What ended and has not been reported, oldest first.
    pub(crate) fn unreported(&self) -> Result<Vec<(ActionId, Phase)>, JournalError> {
        let connection = self.connection();
        let mut statement = connection.prepare(
            "SELECT action_id, phase FROM action
             WHERE phase IS NOT NULL AND reported = 0 ORDER BY sequence",
        )?;
        let rows = statement.query_map([], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
        })?;
        rows.map(|row| {
            let (id, json) = row?;
            let id = ActionId::new(id).map_err(JournalError::row)?;
            let phase = serde_json::from_str(&json).map_err(JournalError::row)?;
            Ok((id, phase))
        })
        .collect()
    }

    /// Notes that the server has the report.
    pub(crate) fn mark_reported(&self, action: &ActionId) -> Result<(), JournalError> {
        self.connection().execute(
            "UPDATE action SET reported = 1 WHERE action_id = ?1 AND phase IS NOT NULL",
            [action.as_str()],
        )?;
        Ok(())
    }

    /// The highest sequence number that was ever taken up; 0 before the first.
    pub(crate) fn acknowledged(&self) -> Result<u64, JournalError> {
        let sequence: i64 =
            self.connection()
                .query_row("SELECT sequence FROM acknowledged", [], |row| row.get(0))?;
        Ok(sequence.cast_unsigned())
    }

    /// Counts orders from the beginning again, as a server does that did not know this machine.
    /// What was carried out is remembered all the same.
    pub(crate) fn count_anew(&self) -> Result<(), JournalError> {
        self.connection()
            .execute("UPDATE acknowledged SET sequence = 0", [])?;
        Ok(())
    }
}

fn acknowledge(connection: &Connection, sequence: u64) -> Result<(), JournalError> {
    connection.execute(
        "UPDATE acknowledged SET sequence = ?1 WHERE sequence < ?1",
        [sequence.cast_signed()],
    )?;
    Ok(())
}

/// `None`: the action is not known; `Some(None)`: it has not ended.
fn phase(
    connection: &Connection,
    action: &ActionId,
) -> Result<Option<Option<Phase>>, JournalError> {
    let row: Option<Option<String>> = connection
        .query_row(
            "SELECT phase FROM action WHERE action_id = ?1",
            [action.as_str()],
            |row| row.get(0),
        )
        .optional()?;
    row.map(|json| json.map(|json| serde_json::from_str(&json)).transpose())
        .transpose()
        .map_err(JournalError::row)
}

/// Adds an action. One that is cancelled before it was ever seen has ended at once, so that the
/// order that it overtook will find it cancelled.
fn insert(connection: &Connection, order: &Order) -> Result<Option<Phase>, JournalError> {
    let ended = matches!(order.verb, Verb::CancelAction).then_some(Phase::Cancelled);
    let phase = ended.as_ref().map(serde_json::to_string).transpose();
    let state = if ended.is_some() {
        State::Done
    } else {
        State::Accepted
    };
    connection.execute(
        "INSERT INTO action (action_id, sequence, taken_up, state, phase)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![
            order.action_id.as_str(),
            order.sequence.cast_signed(),
            serde_json::to_string(order).map_err(JournalError::row)?,
            state.as_str(),
            phase.map_err(JournalError::row)?,
        ],
    )?;
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;
    use quell_model::MachineId;
    use quell_protocol::Hints;

    fn order(sequence: u64, id: &str, verb: Verb) -> Order {
        Order {
            sequence,
            machine_id: MachineId::new("m").unwrap(),
            action_id: ActionId::new(id).unwrap(),
            expires_at: "2100-01-01T00:00:00Z".parse().unwrap(),
            verb,
        }
    }

    fn stop() -> Verb {
        Verb::StopAndQuarantineFile {
            sha1: quell_model::Sha1::OF_NOTHING,
            comment: "why".to_owned(),
            requestor: None,
            force: false,
            hints: Hints::default(),
            dry_run: false,
            stop_mappers: false,
        }
    }

    fn journal() -> (tempfile::TempDir, Journal) {
        let dir = tempfile::tempdir().unwrap();
        let journal = Journal::open(dir.path()).unwrap();
        (dir, journal)
    }

    #[test]
    fn order_replayed_answers_with_its_end() {
        let (_dir, journal) = journal();
        let order = order(1, "a", stop());
        assert_eq!(journal.take_up(&order).unwrap(), TakenUp::ToDo);
        assert_eq!(journal.take_up(&order).unwrap(), TakenUp::ToDo);
        journal
            .conclude(&order.action_id, &Phase::Cancelled)
            .unwrap();
        assert_eq!(
            journal.take_up(&order).unwrap(),
            TakenUp::Done(Phase::Cancelled)
        );
        assert!(journal.unfinished().unwrap().is_empty());
    }

    #[test]
    fn order_carried_out_is_remembered_when_counting_begins_anew() {
        let (_dir, journal) = journal();
        let order = order(7, "a", stop());
        journal.take_up(&order).unwrap();
        journal
            .conclude(&order.action_id, &Phase::Cancelled)
            .unwrap();
        journal.count_anew().unwrap();
        assert_eq!(journal.acknowledged().unwrap(), 0);
        assert_eq!(
            journal.take_up(&order).unwrap(),
            TakenUp::Done(Phase::Cancelled)
        );
    }

    #[test]
    fn order_replayed_is_reported_again() {
        let (_dir, journal) = journal();
        let order = order(1, "a", stop());
        journal.take_up(&order).unwrap();
        journal.mark_reported(&order.action_id).unwrap();
        journal
            .conclude(&order.action_id, &Phase::Cancelled)
            .unwrap();
        assert_eq!(journal.unreported().unwrap().len(), 1);
        journal.mark_reported(&order.action_id).unwrap();
        assert!(journal.unreported().unwrap().is_empty());
        journal.take_up(&order).unwrap();
        assert_eq!(
            journal.unreported().unwrap(),
            [(order.action_id, Phase::Cancelled)]
        );
    }

    #[test]
    fn cancellation_that_overtakes_its_order_wins() {
        let (_dir, journal) = journal();
        let cancelled = TakenUp::Done(Phase::Cancelled);
        let cancel = order(2, "a", Verb::CancelAction);
        assert_eq!(journal.take_up(&cancel).unwrap(), cancelled);
        assert_eq!(journal.take_up(&order(1, "a", stop())).unwrap(), cancelled);
    }

    #[test]
    fn cancellation_outlives_a_restart() {
        let (dir, journal) = journal();
        let stop = order(1, "a", stop());
        journal.take_up(&stop).unwrap();
        let cancel = order(2, "a", Verb::CancelAction);
        assert_eq!(journal.take_up(&cancel).unwrap(), TakenUp::ToDo);
        drop(journal);
        let journal = Journal::open(dir.path()).unwrap();
        assert!(journal.is_cancelled(&stop.action_id).unwrap());
        assert_eq!(journal.unfinished().unwrap(), [stop]);
        assert_eq!(journal.acknowledged().unwrap(), 2);
    }

    #[test]
    fn acknowledged_sequence_never_falls() {
        let (_dir, journal) = journal();
        assert_eq!(journal.acknowledged().unwrap(), 0);
        journal.take_up(&order(9, "a", stop())).unwrap();
        journal.take_up(&order(3, "b", stop())).unwrap();
        assert_eq!(journal.acknowledged().unwrap(), 9);
    }
}
