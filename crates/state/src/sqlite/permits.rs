//! Budgets, permits and completions as rows.

use quell_ratelimit::{BudgetName, Change, Moment, RollingLog};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::attempts;
use super::error::state_error;
use crate::StateError;
use crate::budget::{Decided, Loaded, Opened};
use crate::clock::Stamp;
use crate::journal::IntentId;
use crate::stored::{CompletionRow, KEPT, PermitRow, Standing, in_row, moment_in_row};

/// The number of the budget of this name, which is made if there is none.
pub(super) fn open(
    connection: &Connection,
    name: &BudgetName,
    now: Stamp,
) -> Result<i64, StateError> {
    let parts = [name.tenant(), name.application(), name.operation()];
    let find = "SELECT id FROM budgets WHERE tenant = ?1 AND application = ?2 AND operation = ?3";
    let found = connection.query_row(find, parts, |row| row.get(0));
    if let Some(id) = found.optional().map_err(state_error)? {
        return Ok(id);
    }
    let unused = Standing::unused(now);
    let insert = "INSERT INTO budgets (tenant, application, operation, revision, stirred, moment, wall, boot,
            monotonic, next_id, next_completion, last_grant, paused_until, interactive_until, learned)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)";
    let values = params![
        parts[0],
        parts[1],
        parts[2],
        unused.revision,
        unused.stirred,
        unused.moment,
        unused.wall,
        unused.boot,
        unused.monotonic,
        unused.next_id,
        unused.next_completion,
        unused.last_grant,
        unused.paused_until,
        unused.interactive_until,
        unused.learned,
    ];
    connection.execute(insert, values).map_err(state_error)?;
    Ok(connection.last_insert_rowid())
}

/// Reads the budget, asks its log, and writes what changed.
pub(super) fn decide<T>(
    connection: &Connection,
    budget: &Opened,
    now: Stamp,
    decide: impl FnOnce(&mut RollingLog, Moment) -> Decided<T>,
) -> Result<(T, Option<IntentId>), StateError> {
    let wall = now.wall;
    let standing = standing(connection, budget.id)?;
    let mut loaded = match budget.take(standing.revision) {
        Some(loaded) => loaded,
        None => load(connection, budget, standing)?,
    };
    let (decided, step) = loaded.decide(now, decide)?;
    if step.writes {
        write_standing(connection, budget.id, &loaded.standing)?;
        for change in &step.changes {
            write(connection, budget.id, loaded.standing.moment, change)?;
        }
    }
    let entering = decided
        .entering
        .map(|entering| attempts::enter(connection, entering, wall));
    let intent = entering.transpose()?;
    budget.keep(loaded);
    Ok((decided.answer, intent))
}

pub(super) fn stirred(connection: &Connection, budget: i64) -> Result<i64, StateError> {
    connection
        .prepare_cached("SELECT stirred FROM budgets WHERE id = ?1")
        .and_then(|mut statement| statement.query_row([budget], |row| row.get(0)))
        .map_err(state_error)
}

fn standing(connection: &Connection, budget: i64) -> Result<Standing, StateError> {
    let read = "SELECT revision, stirred, moment, wall, boot, monotonic, next_id, next_completion, last_grant,
            paused_until, interactive_until, learned
        FROM budgets WHERE id = ?1";
    let row = |row: &Row<'_>| {
        Ok(Standing {
            revision: row.get(0)?,
            stirred: row.get(1)?,
            moment: row.get(2)?,
            wall: row.get(3)?,
            boot: row.get(4)?,
            monotonic: row.get(5)?,
            next_id: row.get(6)?,
            next_completion: row.get(7)?,
            last_grant: row.get(8)?,
            paused_until: row.get(9)?,
            interactive_until: row.get(10)?,
            learned: row.get(11)?,
        })
    };
    let found = connection
        .prepare_cached(read)
        .and_then(|mut statement| statement.query_row([budget], row));
    match found.optional().map_err(state_error)? {
        Some(standing) => Ok(standing),
        None => Err(StateError::damaged("the budget is gone")),
    }
}

fn load(
    connection: &Connection,
    budget: &Opened,
    standing: Standing,
) -> Result<Loaded, StateError> {
    let permits = connection
        .prepare_cached("SELECT id, granted, interactive, sent, until FROM permits WHERE budget = ?1 ORDER BY id")
        .and_then(|mut statement| {
            let row = |row: &Row<'_>| {
                Ok(PermitRow {
                    id: row.get(0)?,
                    granted: row.get(1)?,
                    interactive: row.get(2)?,
                    sent: row.get(3)?,
                    until: row.get(4)?,
                })
            };
            statement.query_map([budget.id], row)?.collect::<Result<Vec<_>, _>>()
        });
    let newest_first = connection
        .prepare_cached(
            "SELECT number, ended, refused FROM completions WHERE budget = ?1 ORDER BY number DESC LIMIT ?2",
        )
        .and_then(|mut statement| {
            let row = |row: &Row<'_>| {
                Ok(CompletionRow {
                    number: row.get(0)?,
                    ended: row.get(1)?,
                    refused: row.get(2)?,
                })
            };
            let limited = params![budget.id, budget.most_completions()];
            statement.query_map(limited, row)?.collect::<Result<Vec<_>, _>>()
        });
    let permits = permits.map_err(state_error)?;
    let mut completions = newest_first.map_err(state_error)?;
    completions.reverse();
    let state = standing.state(&permits, &completions)?;
    Ok(Loaded::new(&budget.policy, standing, &state))
}

fn write_standing(connection: &Connection, id: i64, standing: &Standing) -> Result<(), StateError> {
    let update = "UPDATE budgets SET revision = ?2, stirred = ?3, moment = ?4, wall = ?5, boot = ?6, monotonic = ?7,
            next_id = ?8, next_completion = ?9, last_grant = ?10, paused_until = ?11, interactive_until = ?12,
            learned = ?13
        WHERE id = ?1";
    let values = params![
        id,
        standing.revision,
        standing.stirred,
        standing.moment,
        standing.wall,
        standing.boot,
        standing.monotonic,
        standing.next_id,
        standing.next_completion,
        standing.last_grant,
        standing.paused_until,
        standing.interactive_until,
        standing.learned,
    ];
    connection
        .prepare_cached(update)
        .and_then(|mut statement| statement.execute(values))
        .map(drop)
        .map_err(state_error)
}

/// Writes the rows that a change touches; what only the budget's own row says is written with it.
fn write(
    connection: &Connection,
    budget: i64,
    now: i64,
    change: &Change,
) -> Result<(), StateError> {
    let executed = match change {
        Change::Granted(permit) => {
            let row = PermitRow::from(permit);
            connection
                .prepare_cached("INSERT INTO permits VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
                .and_then(|mut statement| {
                    statement.execute(params![
                        budget,
                        row.id,
                        row.granted,
                        row.interactive,
                        row.sent,
                        row.until,
                    ])
                })
        }
        Change::Sent { id, expiry } => connection
            .prepare_cached(
                "UPDATE permits SET sent = TRUE, until = ?3 WHERE budget = ?1 AND id = ?2",
            )
            .and_then(|mut statement| {
                statement.execute([budget, in_row(u64::from(*id)), moment_in_row(*expiry)])
            }),
        Change::Closed(id) => connection
            .prepare_cached("DELETE FROM permits WHERE budget = ?1 AND id = ?2")
            .and_then(|mut statement| statement.execute([budget, in_row(u64::from(*id))])),
        Change::Completed(completion) => {
            let row = CompletionRow::from(completion);
            connection
                .prepare_cached("INSERT INTO completions VALUES (?1, ?2, ?3, ?4)")
                .and_then(|mut statement| {
                    statement.execute(params![budget, row.number, row.ended, row.refused])
                })
        }
        Change::Forgot { before } => connection
            .prepare_cached(
                "DELETE FROM completions WHERE budget = ?1 AND number < ?2 AND ended < ?3",
            )
            .and_then(|mut statement| {
                statement.execute([budget, in_row(*before), now.saturating_sub(KEPT)])
            }),
        _ => Ok(0),
    };
    executed.map(drop).map_err(state_error)
}
