//! Machine actions in SQLite.

use async_trait::async_trait;
use quell_model::{ActionId, MachineId, Timestamp};
use quell_protocol::Order;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::error::store_error;
use super::orders::{self, OrderVerb};
use super::{SqliteStore, revocation, rows, scopes, sweep};
use crate::core::{Event, Fate, State, Step, TenantId};
use crate::odata::Query;
use crate::store::record::{
    ActionRecord, ActionScope, Advanced, Change, Page, Submission, Submitted, SweepRule, Swept,
};
use crate::store::{Ledger, StoreError};

#[async_trait]
impl Ledger for SqliteStore {
    async fn submit(&self, submission: Submission) -> Result<Submitted, StoreError> {
        self.writer.write(move |c| submit(c, submission)).await
    }

    async fn action(
        &self,
        tenant: TenantId,
        action: &ActionId,
    ) -> Result<Option<ActionRecord>, StoreError> {
        let action = action.clone();
        self.readers.read(move |c| find(c, tenant, &action)).await
    }

    async fn details(
        &self,
        tenant: TenantId,
        action: &ActionId,
    ) -> Result<Option<String>, StoreError> {
        let action = action.clone();
        self.readers
            .read(move |c| details(c, tenant, &action))
            .await
    }

    async fn actions(
        &self,
        tenant: TenantId,
        scope: ActionScope,
        query: Query,
    ) -> Result<Page<ActionRecord>, StoreError> {
        self.readers
            .read(move |c| scopes::actions(tenant, scope).page(c, &query))
            .await
    }

    async fn advance(
        &self,
        tenant: TenantId,
        action: &ActionId,
        machine: Option<&MachineId>,
        event: Event,
        details: Option<String>,
        now: Timestamp,
    ) -> Result<Option<Advanced>, StoreError> {
        let action = action.clone();
        let machine = machine.cloned();
        self.writer
            .write(move |c| {
                let found = find(c, tenant, &action)?
                    .filter(|found| machine.is_none_or(|machine| machine == found.machine));
                match found {
                    None => Ok(None),
                    Some(found) => advance(c, tenant, found, &event, details, now).map(Some),
                }
            })
            .await
    }

    async fn acknowledge(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        sequence: u64,
    ) -> Result<(), StoreError> {
        let machine = machine.clone();
        let asked = machine.clone();
        // Every hold acknowledges, and almost none has anything new to say.
        let is_news = self
            .readers
            .read(move |c| orders::is_news(c, tenant, &asked, sequence))
            .await?;
        if !is_news {
            return Ok(());
        }
        self.writer
            .write(move |c| orders::acknowledge(c, tenant, &machine, sequence))
            .await
    }

    async fn orders(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        above: u64,
        now: Timestamp,
    ) -> Result<Vec<Order>, StoreError> {
        let machine = machine.clone();
        self.readers
            .read(move |c| orders::waiting(c, tenant, &machine, above, now))
            .await
    }

    async fn sweep(&self, rule: SweepRule, now: Timestamp) -> Result<Swept, StoreError> {
        self.writer.write(move |c| sweep::sweep(c, rule, now)).await
    }
}

fn submit(c: &Connection, submission: Submission) -> Result<Submitted, StoreError> {
    if revocation::is_revoked(c, submission.tenant, &submission.machine)? {
        return Ok(Submitted::Revoked);
    }
    let active = active(c, &submission)?;
    let since = active.as_ref().map(|action| action.created);
    match (submission.duplicates.judge(since, submission.now), active) {
        (Fate::Again, Some(active)) => Ok(Submitted::Again(active)),
        (Fate::Refused, _) => Ok(Submitted::Refused),
        (Fate::New | Fate::Again, _) => insert(c, submission).map(Submitted::New),
    }
}

fn active(c: &Connection, submission: &Submission) -> Result<Option<ActionRecord>, StoreError> {
    let sql = format!(
        "SELECT {} FROM actions WHERE tenant = ?1 AND machine = ?2 AND sha1 = ?3
             AND status IN ('Pending', 'InProgress')",
        rows::ACTION
    );
    c.prepare_cached(&sql)
        .and_then(|mut statement| {
            statement
                .query_row(
                    params![
                        submission.tenant.to_string(),
                        submission.machine.as_str(),
                        submission.sha1.as_bytes()
                    ],
                    |row| Ok(rows::action(row)),
                )
                .optional()
        })
        .map_err(store_error)?
        .transpose()
}

fn insert(c: &Connection, submission: Submission) -> Result<ActionRecord, StoreError> {
    let action = ActionRecord {
        id: submission.id,
        machine: submission.machine,
        computer_dns_name: submission.computer_dns_name,
        sha1: submission.sha1,
        requestor: submission.requestor,
        comment: submission.comment,
        title: submission.title,
        external_id: submission.external_id,
        created: submission.now,
        state: State::new(submission.now),
    };
    c.prepare_cached(
        "INSERT INTO actions (tenant, id, type, machine, computer_dns_name, sha1, title, requestor,
             requestor_comment, external_id, status, error_hresult, created, last_update,
             heard)
         VALUES (?1, ?2, 'StopAndQuarantineFile', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?11,
             ?11)",
    )
    .and_then(|mut statement| {
        statement.execute(params![
            submission.tenant.to_string(),
            action.id.as_str(),
            action.machine.as_str(),
            action.computer_dns_name,
            action.sha1.as_bytes(),
            action.title,
            action.requestor,
            action.comment,
            action.external_id,
            action.state.status.as_str(),
            action.created.unix_ticks(),
        ])
    })
    .map_err(store_error)?;
    orders::give(
        c,
        submission.tenant,
        &action,
        OrderVerb::Stop,
        action.created,
    )?;
    Ok(action)
}

fn find(
    c: &Connection,
    tenant: TenantId,
    action: &ActionId,
) -> Result<Option<ActionRecord>, StoreError> {
    let sql = format!(
        "SELECT {} FROM actions WHERE tenant = ?1 AND id = ?2",
        rows::ACTION
    );
    c.prepare_cached(&sql)
        .and_then(|mut statement| {
            statement
                .query_row(
                    params![tenant.to_string(), action.as_str().to_ascii_lowercase()],
                    |row| Ok(rows::action(row)),
                )
                .optional()
        })
        .map_err(store_error)?
        .transpose()
}

pub(super) fn advance(
    c: &Connection,
    tenant: TenantId,
    mut action: ActionRecord,
    event: &Event,
    details: Option<String>,
    now: Timestamp,
) -> Result<Advanced, StoreError> {
    let step = match action.state.advance(event, action.created, now) {
        Ok(step) => step,
        Err(ended) => {
            return Ok(Advanced {
                action,
                verdict: Err(ended),
            });
        }
    };
    if let Some(details) = details {
        keep_details(c, tenant, &action.id, &details)?;
    }
    let change = match step {
        Step::Stays => Change::Stayed,
        Step::Becomes { state, recall } => {
            action.state = state;
            keep_state(c, tenant, &action)?;
            if recall {
                orders::give(c, tenant, &action, OrderVerb::Cancel, now)?;
            }
            Change::Moved
        }
    };
    Ok(Advanced {
        action,
        verdict: Ok(change),
    })
}

fn details(
    c: &Connection,
    tenant: TenantId,
    action: &ActionId,
) -> Result<Option<String>, StoreError> {
    c.query_row(
        "SELECT details FROM actions WHERE tenant = ?1 AND id = ?2",
        params![tenant.to_string(), action.as_str().to_ascii_lowercase()],
        |row| row.get(0),
    )
    .optional()
    .map(Option::flatten)
    .map_err(store_error)
}

/// The first final report of a machine is the one that is kept.
fn keep_details(
    c: &Connection,
    tenant: TenantId,
    action: &ActionId,
    details: &str,
) -> Result<(), StoreError> {
    c.execute(
        "UPDATE actions SET details = ?3 WHERE tenant = ?1 AND id = ?2 AND details IS NULL",
        params![tenant.to_string(), action.as_str(), details],
    )
    .map(drop)
    .map_err(store_error)
}

fn keep_state(c: &Connection, tenant: TenantId, action: &ActionRecord) -> Result<(), StoreError> {
    let cancellation = action.state.cancellation.as_ref();
    c.prepare_cached(
        "UPDATE actions SET status = ?3, error_hresult = ?4, last_update = ?5,
             cancellation_requestor = ?6, cancellation_comment = ?7, cancelled = ?8, heard = ?9
         WHERE tenant = ?1 AND id = ?2",
    )
    .and_then(|mut statement| {
        statement.execute(params![
            tenant.to_string(),
            action.id.as_str(),
            action.state.status.as_str(),
            action.state.error_hresult,
            action.state.last_update.unix_ticks(),
            cancellation.map(|by| &by.requestor),
            cancellation.map(|by| &by.comment),
            cancellation.map(|by| by.at.unix_ticks()),
            action.state.heard.unix_ticks(),
        ])
    })
    .map(drop)
    .map_err(store_error)
}
