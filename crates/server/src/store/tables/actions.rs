//! Machine actions.

use async_trait::async_trait;
use quell_model::{ActionId, MachineId, Timestamp};
use quell_protocol::Order;

use super::orders::{self, OrderVerb};
use super::{ceiling, revocation, scopes, sweep, trail, views};
use crate::core::audit::{By, Deed, Ordered, Refusal};
use crate::core::{ActionKind, Ask, Cancellation, Event, Fate, State, Step, TenantId, View};
use crate::odata::Query;
use crate::store::database::{FromRow, Row, Sql, values};
use crate::store::record::{
    ActionRecord, ActionScope, Advanced, Change, Happened, Page, Submission, Submitted, SweepRule,
    Swept,
};
use crate::store::{Ledger, SqlStore, StoreError};

/// The columns of an [`ActionRecord`].
pub(super) const ACTION: &str = "id, machine, computer_dns_name, sha1, requestor, \
     requestor_comment, title, external_id, created, status, error_hresult, last_update, heard, \
     cancelled, cancellation_requestor, cancellation_comment, type";

#[async_trait]
impl Ledger for SqlStore {
    async fn submit(&self, submission: Submission) -> Result<Submitted, StoreError> {
        self.write_told(submission.tenant, move |sql| submit(sql, &submission))
            .await
    }

    async fn action(
        &self,
        view: View,
        action: &ActionId,
    ) -> Result<Option<ActionRecord>, StoreError> {
        let action = action.clone();
        self.glance(move |sql| find(sql, &view, &action)).await
    }

    async fn details(
        &self,
        tenant: TenantId,
        action: &ActionId,
    ) -> Result<Option<String>, StoreError> {
        let action = action.clone();
        self.read(move |sql| details(sql, tenant, &action)).await
    }

    async fn actions(
        &self,
        view: View,
        scope: ActionScope,
        query: Query,
    ) -> Result<Page<ActionRecord>, StoreError> {
        let actions = scopes::actions(&view, scope);
        self.read(move |sql| actions.page(sql, &query)).await
    }

    async fn advance(
        &self,
        tenant: TenantId,
        action: &ActionId,
        machine: Option<&MachineId>,
        happened: Happened,
    ) -> Result<Option<Advanced>, StoreError> {
        let action = action.clone();
        let machine = machine.cloned();
        self.write_told(tenant, move |sql| {
            let its = |found: &ActionRecord| {
                machine
                    .as_ref()
                    .is_none_or(|machine| *machine == found.machine)
            };
            match find(sql, &tenant.into(), &action)?.filter(its) {
                None => Ok(None),
                Some(found) => {
                    let Happened {
                        event,
                        details,
                        by,
                        now,
                    } = &happened;
                    advance(sql, tenant, found, event, details.as_deref(), by, *now).map(Some)
                }
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
            .glance(move |sql| orders::is_news(sql, tenant, &asked, sequence))
            .await?;
        if !is_news {
            return Ok(());
        }
        self.write(move |sql| orders::acknowledge(sql, tenant, &machine, sequence))
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
        let asked = machine.clone();
        let (waiting, all_handed_out) = self
            .glance(move |sql| {
                Ok((
                    orders::waiting(sql, tenant, &asked, above, now)?,
                    orders::are_handed_out(sql, tenant, &asked)?,
                ))
            })
            .await?;
        if waiting.is_empty() || all_handed_out {
            return Ok(waiting);
        }
        self.write_told(tenant, move |sql| {
            orders::hand_out(sql, tenant, &machine, above, now)
        })
        .await
    }

    async fn sweep(&self, rule: SweepRule, now: Timestamp) -> Result<Swept, StoreError> {
        // Each part for itself, so that none is in the way of others for long.
        let timed_out = self
            .write(move |sql| sweep::time_out(sql, now.saturating_sub(rule.held_back)))
            .await?;
        let inactive = self
            .write(move |sql| sweep::inactivate(sql, rule, now))
            .await?;
        self.write(move |sql| sweep::forget(sql, rule, now)).await?;
        Ok(Swept {
            timed_out,
            inactive,
        })
    }
}

fn submit(sql: &mut dyn Sql, submission: &Submission) -> Result<Submitted, StoreError> {
    let submitted = decide(sql, submission)?;
    trail::tell(
        sql,
        submission.tenant,
        &submission.by,
        &told(submission, &submitted),
        submission.now,
    )?;
    Ok(submitted)
}

fn decide(sql: &mut dyn Sql, submission: &Submission) -> Result<Submitted, StoreError> {
    if revocation::is_revoked(sql, submission.tenant, &submission.machine)? {
        return Ok(Submitted::Revoked);
    }
    let active = active(sql, submission)?;
    if let Some(other) = &active
        && !is_like(sql, submission, other)?
    {
        return Ok(Submitted::Refused);
    }
    let since = active.as_ref().map(|action| action.created);
    match (submission.duplicates.judge(since, submission.now), active) {
        (Fate::Again, Some(active)) => Ok(Submitted::Again(active)),
        (Fate::Refused, _) => Ok(Submitted::Refused),
        (Fate::New | Fate::Again, _) => match ceiling::reached(sql, submission)? {
            Some(reached) => Ok(reached),
            None => insert(sql, submission).map(Submitted::New),
        },
    }
}

/// Whether an active action is of the kind that is asked for. Whoever wants a file taken away must not
/// be answered with a dry run, and nobody with one that stops more processes or fewer.
fn is_like(
    sql: &mut dyn Sql,
    submission: &Submission,
    other: &ActionRecord,
) -> Result<bool, StoreError> {
    let (dry_run, stop_mappers): (bool, bool) = sql.query_sure(
        "SELECT dry_run, stop_mappers FROM actions WHERE tenant = ?1 AND id = ?2",
        values![submission.tenant, &other.id],
    )?;
    let asked = &submission.ask;
    Ok(other.kind == asked.kind()
        && dry_run == asked.is_dry_run()
        && stop_mappers == asked.stops_mappers())
}

fn told(submission: &Submission, submitted: &Submitted) -> Deed {
    let refused = |why| Deed::ActionRefused {
        machine: submission.machine.clone(),
        sha1: submission.sha1,
        why,
    };
    match submitted {
        Submitted::New(action) => match &submission.ask {
            Ask::StopAndQuarantineFile {
                force,
                dry_run,
                stop_mappers,
                ..
            } => Deed::ActionTaken {
                ordered: action.ordered(),
                comment: action.comment.clone(),
                forced: *force,
                dry_run: *dry_run,
                stop_mappers: *stop_mappers,
            },
            Ask::RestoreFile { .. } => Deed::RestoreOrdered(action.ordered()),
        },
        Submitted::Again(action) => Deed::ActionRepeated(action.ordered()),
        Submitted::Refused => refused(Refusal::Active),
        Submitted::Revoked => refused(Refusal::Revoked),
        Submitted::Ceiling { .. } => refused(Refusal::Ceiling),
    }
}

fn active(sql: &mut dyn Sql, submission: &Submission) -> Result<Option<ActionRecord>, StoreError> {
    sql.query_one(
        &format!(
            "SELECT {ACTION} FROM actions WHERE tenant = ?1 AND machine = ?2 AND sha1 = ?3
                 AND status IN ('Pending', 'InProgress')"
        ),
        values![submission.tenant, &submission.machine, submission.sha1],
    )
}

fn insert(sql: &mut dyn Sql, submission: &Submission) -> Result<ActionRecord, StoreError> {
    let action = ActionRecord {
        id: submission.id.clone(),
        machine: submission.machine.clone(),
        computer_dns_name: submission.computer_dns_name.clone(),
        sha1: submission.sha1,
        requestor: submission.requestor.clone(),
        comment: submission.comment.clone(),
        title: submission.title.clone(),
        external_id: submission.external_id.clone(),
        created: submission.now,
        state: State::new(submission.now),
        kind: submission.ask.kind(),
    };
    let (force, taken_by, conflict, verb) = match &submission.ask {
        Ask::StopAndQuarantineFile { force, .. } => (*force, None, None, OrderVerb::Stop),
        Ask::RestoreFile { taken_by, conflict } => {
            let conflict = orders::conflict_name(*conflict);
            (false, taken_by.as_ref(), Some(conflict), OrderVerb::Restore)
        }
    };
    sql.execute(
        "INSERT INTO actions (tenant, id, type, machine, computer_dns_name, sha1, title, requestor,
             requestor_comment, external_id, status, error_hresult, created, last_update,
             heard, application, force, taken_by, conflict, hints, dry_run,
             stop_mappers)
         VALUES (?1, ?2, ?12, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, 0, ?11, ?11, ?11, ?13, ?14, ?15,
             ?16, ?17, ?18, ?19)",
        values![
            submission.tenant,
            &action.id,
            &action.machine,
            &action.computer_dns_name,
            action.sha1,
            action.title.as_ref(),
            &action.requestor,
            &action.comment,
            action.external_id.as_ref(),
            action.state.status.as_str(),
            action.created,
            action.kind.as_str(),
            &submission.application,
            force,
            taken_by,
            conflict,
            orders::hints_text(&submission.ask),
            submission.ask.is_dry_run(),
            submission.ask.stops_mappers(),
        ],
    )?;
    orders::give(sql, submission.tenant, &action, verb, action.created)?;
    Ok(action)
}

fn find(
    sql: &mut dyn Sql,
    view: &View,
    action: &ActionId,
) -> Result<Option<ActionRecord>, StoreError> {
    let seen = views::of_machines(view, vec![action.as_str().to_ascii_lowercase().into()]);
    sql.query_one(
        &format!(
            "SELECT {ACTION} FROM actions WHERE {} AND id = ?2",
            seen.condition
        ),
        &seen.parameters,
    )
}

pub(super) fn advance(
    sql: &mut dyn Sql,
    tenant: TenantId,
    mut action: ActionRecord,
    event: &Event,
    details: Option<&str>,
    by: &By,
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
        keep_details(sql, tenant, &action.id, details)?;
    }
    let change = match step {
        Step::Stays => Change::Stayed,
        Step::Becomes { state, recall } => {
            let before = std::mem::replace(&mut action.state, state).status;
            keep_state(sql, tenant, &action)?;
            if action.state.status != before || recall {
                trail::tell(sql, tenant, by, &became(&action, event), now)?;
            }
            if recall {
                orders::give(sql, tenant, &action, OrderVerb::Cancel, now)?;
            }
            Change::Moved
        }
    };
    Ok(Advanced {
        action,
        verdict: Ok(change),
    })
}

fn became(action: &ActionRecord, event: &Event) -> Deed {
    let ordered = action.ordered();
    match event {
        Event::CancelRequested { comment, .. } => Deed::ActionCancelled {
            ordered,
            comment: comment.clone(),
        },
        Event::Tick => Deed::ActionTimedOut(ordered),
        Event::TakenUp | Event::Ended(_) | Event::GivenUp => Deed::ActionReported {
            ordered,
            status: action.state.status,
            hresult: action.state.error_hresult,
        },
    }
}

impl ActionRecord {
    /// What a trail says of it.
    pub(super) fn ordered(&self) -> Ordered {
        Ordered {
            action: self.id.clone(),
            machine: self.machine.clone(),
            sha1: self.sha1,
        }
    }
}

fn details(
    sql: &mut dyn Sql,
    tenant: TenantId,
    action: &ActionId,
) -> Result<Option<String>, StoreError> {
    let found = sql.query_one(
        "SELECT details FROM actions WHERE tenant = ?1 AND id = ?2",
        values![tenant, action.as_str().to_ascii_lowercase()],
    )?;
    Ok(found.and_then(|(details,)| details))
}

/// The first final report of a machine is the one that is kept.
fn keep_details(
    sql: &mut dyn Sql,
    tenant: TenantId,
    action: &ActionId,
    details: &str,
) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE actions SET details = ?3 WHERE tenant = ?1 AND id = ?2 AND details IS NULL",
        values![tenant, action, details],
    )
    .map(drop)
}

fn keep_state(
    sql: &mut dyn Sql,
    tenant: TenantId,
    action: &ActionRecord,
) -> Result<(), StoreError> {
    let cancellation = action.state.cancellation.as_ref();
    sql.execute(
        "UPDATE actions SET status = ?3, error_hresult = ?4, last_update = ?5,
             cancellation_requestor = ?6, cancellation_comment = ?7, cancelled = ?8, heard = ?9
         WHERE tenant = ?1 AND id = ?2",
        values![
            tenant,
            &action.id,
            action.state.status.as_str(),
            action.state.error_hresult,
            action.state.last_update,
            cancellation.map(|by| &by.requestor),
            cancellation.map(|by| &by.comment),
            cancellation.map(|by| by.at),
            action.state.heard,
        ],
    )
    .map(drop)
}

impl FromRow for ActionRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.next()?,
            machine: row.next()?,
            computer_dns_name: row.next()?,
            sha1: row.next()?,
            requestor: row.next()?,
            comment: row.next()?,
            title: row.next()?,
            external_id: row.next()?,
            created: row.next()?,
            state: State {
                status: row.next()?,
                error_hresult: row.next()?,
                last_update: row.next()?,
                heard: row.next()?,
                cancellation: cancellation(row)?,
            },
            kind: kind(row)?,
        })
    }
}

fn kind(row: &mut Row<'_>) -> Result<ActionKind, StoreError> {
    let name: String = row.next()?;
    ActionKind::named(&name).ok_or_else(|| StoreError::Damaged(format!("unknown type {name:?}")))
}

fn cancellation(row: &mut Row<'_>) -> Result<Option<Cancellation>, StoreError> {
    let at: Option<Timestamp> = row.next()?;
    let (requestor, comment): (Option<String>, Option<String>) = (row.next()?, row.next()?);
    Ok(at.map(|at| Cancellation {
        requestor: requestor.unwrap_or_default(),
        comment: comment.unwrap_or_default(),
        at,
    }))
}
