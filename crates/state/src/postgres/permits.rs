//! Budgets, permits and completions as rows.

use quell_ratelimit::{BudgetName, Change, Moment, RollingLog};
use tokio_postgres::Row;

use super::attempts;
use super::error::state_error;
use super::session::Work;
use crate::StateError;
use crate::budget::{Decided, Loaded, Opened};
use crate::clock::Stamp;
use crate::journal::IntentId;
use crate::stored::{CompletionRow, KEPT, PermitRow, Standing, in_row, moment_in_row};

const FIND: &str =
    "SELECT id FROM budgets WHERE tenant = $1 AND application = $2 AND operation = $3";
const MAKE: &str =
    "INSERT INTO budgets (tenant, application, operation, revision, stirred, moment, wall, next_id,
        next_completion, last_grant, paused_until, interactive_until, learned)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
    ON CONFLICT DO NOTHING";
const LOCK: &str =
    "SELECT revision, stirred, moment, wall, next_id, next_completion, last_grant, paused_until,
        interactive_until, learned
    FROM budgets WHERE id = $1 FOR UPDATE";
const NOW: &str = "SELECT quell_now()";
const PERMITS: &str =
    "SELECT id, granted, interactive, sent, until FROM permits WHERE budget = $1 ORDER BY id";
const COMPLETIONS: &str = "SELECT number, ended, refused FROM completions WHERE budget = $1 ORDER BY number DESC LIMIT $2";
const STAND: &str = "UPDATE budgets SET revision = $2, stirred = $3, moment = $4, wall = $5, next_id = $6,
        next_completion = $7, last_grant = $8, paused_until = $9, interactive_until = $10, learned = $11
    WHERE id = $1";
const GRANT: &str = "INSERT INTO permits VALUES ($1, $2, $3, $4, $5, $6)";
const SEND: &str = "UPDATE permits SET sent = TRUE, until = $3 WHERE budget = $1 AND id = $2";
const CLOSE: &str = "DELETE FROM permits WHERE budget = $1 AND id = $2";
const COMPLETE: &str = "INSERT INTO completions VALUES ($1, $2, $3, $4)";
const FORGET: &str = "DELETE FROM completions WHERE budget = $1 AND number < $2 AND ended < $3";
const NOTIFY: &str = "SELECT pg_notify('quell_state', '')";

pub(super) const STATEMENTS: &[&str] = &[
    FIND,
    MAKE,
    LOCK,
    NOW,
    PERMITS,
    COMPLETIONS,
    STAND,
    GRANT,
    SEND,
    CLOSE,
    COMPLETE,
    FORGET,
    NOTIFY,
];

/// The number of the budget of this name, which is made if there is none.
pub(super) async fn open(work: &Work<'_>, name: &BudgetName) -> Result<i64, StateError> {
    let (tenant, application, operation) = (name.tenant(), name.application(), name.operation());
    if let Some(row) = work.one(FIND, &[&tenant, &application, &operation]).await? {
        return row.try_get(0).map_err(state_error);
    }
    let unused = Standing::unused(now(work).await?);
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 13] = [
        &tenant,
        &application,
        &operation,
        &unused.revision,
        &unused.stirred,
        &unused.moment,
        &unused.wall,
        &unused.next_id,
        &unused.next_completion,
        &unused.last_grant,
        &unused.paused_until,
        &unused.interactive_until,
        &unused.learned,
    ];
    work.execute(MAKE, &values).await?;
    match work.one(FIND, &[&tenant, &application, &operation]).await? {
        Some(row) => row.try_get(0).map_err(state_error),
        None => Err(gone()),
    }
}

/// Locks the budget, asks its log, and writes what changed. The transaction is the caller's to
/// commit, and what is returned the caller's to keep once it is.
pub(super) async fn decide<T: Send>(
    work: &Work<'_>,
    budget: &Opened,
    decide: impl FnOnce(&mut RollingLog, Moment) -> Decided<T> + Send,
) -> Result<(T, Option<IntentId>, Loaded), StateError> {
    let row = work.one(LOCK, &[&budget.id]).await?.ok_or_else(gone)?;
    let standing = standing(&row).map_err(state_error)?;
    // Asked after the lock was got, which may have taken a while.
    let now = now(work).await?;
    let (wall, stirred) = (now.wall, standing.stirred);
    let mut loaded = match budget.take(standing.revision) {
        Some(loaded) => loaded,
        None => load(work, budget, standing).await?,
    };
    let (decided, step) = loaded.decide(now, decide)?;
    if step.writes {
        write_standing(work, budget.id, &loaded.standing).await?;
        for change in &step.changes {
            write(work, budget.id, loaded.standing.moment, change).await?;
        }
    }
    if loaded.standing.stirred != stirred {
        work.all(NOTIFY, &[]).await?;
    }
    let intent = match decided.entering {
        Some(entering) => Some(attempts::enter(work, entering, wall).await?),
        None => None,
    };
    Ok((decided.answer, intent, loaded))
}

/// The server's time. It is the only clock that all hosts share, and it has no other to be held to.
pub(super) async fn now(work: &Work<'_>) -> Result<Stamp, StateError> {
    let row = work.one(NOW, &[]).await?.ok_or_else(gone)?;
    let microseconds: i64 = row.try_get(0).map_err(state_error)?;
    Ok(Stamp {
        wall: microseconds.saturating_mul(1000),
        since_boot: None,
    })
}

fn gone() -> StateError {
    StateError::damaged("the budget is gone")
}

fn standing(row: &Row) -> Result<Standing, tokio_postgres::Error> {
    Ok(Standing {
        revision: row.try_get(0)?,
        stirred: row.try_get(1)?,
        moment: row.try_get(2)?,
        wall: row.try_get(3)?,
        boot: None,
        monotonic: None,
        next_id: row.try_get(4)?,
        next_completion: row.try_get(5)?,
        last_grant: row.try_get(6)?,
        paused_until: row.try_get(7)?,
        interactive_until: row.try_get(8)?,
        learned: row.try_get(9)?,
    })
}

async fn load(work: &Work<'_>, budget: &Opened, standing: Standing) -> Result<Loaded, StateError> {
    let permit = |row: Row| {
        Ok(PermitRow {
            id: row.try_get(0)?,
            granted: row.try_get(1)?,
            interactive: row.try_get(2)?,
            sent: row.try_get(3)?,
            until: row.try_get(4)?,
        })
    };
    let completion = |row: Row| {
        Ok(CompletionRow {
            number: row.try_get(0)?,
            ended: row.try_get(1)?,
            refused: row.try_get(2)?,
        })
    };
    let permits = work.all(PERMITS, &[&budget.id]).await?;
    let most = budget.most_completions();
    let newest_first = work.all(COMPLETIONS, &[&budget.id, &most]).await?;
    let permits: Result<Vec<_>, _> = permits.into_iter().map(permit).collect();
    let completions: Result<Vec<_>, _> = newest_first.into_iter().rev().map(completion).collect();
    let state = standing.state(
        &permits.map_err(state_error)?,
        &completions.map_err(state_error)?,
    )?;
    Ok(Loaded::new(&budget.policy, standing, &state))
}

async fn write_standing(work: &Work<'_>, id: i64, standing: &Standing) -> Result<(), StateError> {
    let values: [&(dyn tokio_postgres::types::ToSql + Sync); 11] = [
        &id,
        &standing.revision,
        &standing.stirred,
        &standing.moment,
        &standing.wall,
        &standing.next_id,
        &standing.next_completion,
        &standing.last_grant,
        &standing.paused_until,
        &standing.interactive_until,
        &standing.learned,
    ];
    work.execute(STAND, &values).await.map(drop)
}

/// Writes the rows that a change touches; what only the budget's own row says is written with it.
async fn write(work: &Work<'_>, budget: i64, now: i64, change: &Change) -> Result<(), StateError> {
    let written = match change {
        Change::Granted(permit) => {
            let row = PermitRow::from(permit);
            let (who, until) = (&row.interactive, &row.until);
            work.execute(
                GRANT,
                &[&budget, &row.id, &row.granted, who, &row.sent, until],
            )
            .await
        }
        Change::Sent { id, expiry } => {
            let (id, expiry) = (in_row(u64::from(*id)), moment_in_row(*expiry));
            work.execute(SEND, &[&budget, &id, &expiry]).await
        }
        Change::Closed(id) => {
            let id = in_row(u64::from(*id));
            work.execute(CLOSE, &[&budget, &id]).await
        }
        Change::Completed(completion) => {
            let row = CompletionRow::from(completion);
            work.execute(COMPLETE, &[&budget, &row.number, &row.ended, &row.refused])
                .await
        }
        Change::Forgot { before } => {
            let (before, ended) = (in_row(*before), now.saturating_sub(KEPT));
            work.execute(FORGET, &[&budget, &before, &ended]).await
        }
        _ => Ok(0),
    };
    written.map(drop)
}
