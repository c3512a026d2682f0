//! Other servers on the same store, and the calls that are counted with them.

use std::time::Duration;

use async_trait::async_trait;
use quell_model::{MachineId, Timestamp};
use quell_ratelimit::{Arrivals, Moment, Quota, Verdict};
use uuid::Uuid;

use super::duties;
use crate::core::TenantId;
use crate::store::database::{Sql, values};
use crate::store::record::{Caller, Hearing};
use crate::store::{Replicas, SqlStore, StoreError};

const NANOSECONDS_PER_TICK: u64 = 100;

#[async_trait]
impl Replicas for SqlStore {
    fn has_replicas(&self) -> bool {
        self.relay().is_some()
    }

    fn wake_elsewhere(&self, tenant: TenantId, machine: &MachineId) {
        if let Some(relay) = self.relay() {
            relay.tell(tenant, machine);
        }
    }

    fn hear(&self) -> Hearing {
        self.relay()
            .map_or_else(Hearing::of_nobody, |relay| relay.hear())
    }

    async fn count_calls(
        &self,
        caller: Caller,
        quota: Quota,
        calls: usize,
    ) -> Result<Vec<Verdict>, StoreError> {
        self.write(move |sql| count(sql, &caller, &quota, calls))
            .await
    }

    async fn hold(&self, duty: &str, holder: Uuid, term: Duration) -> Result<bool, StoreError> {
        if !self.has_replicas() {
            return Ok(true);
        }
        let duty = duty.to_owned();
        self.write(move |sql| duties::hold(sql, &duty, holder, term))
            .await
    }

    async fn leave(&self, duty: &str, holder: Uuid) -> Result<(), StoreError> {
        if !self.has_replicas() {
            return Ok(());
        }
        let duty = duty.to_owned();
        self.write(move |sql| duties::leave(sql, &duty, holder))
            .await
    }
}

fn count(
    sql: &mut dyn Sql,
    caller: &Caller,
    quota: &Quota,
    calls: usize,
) -> Result<Vec<Verdict>, StoreError> {
    let now = sql.now()?;
    let kept: Option<(Vec<u8>,)> = sql.query_one(
        "SELECT arrivals FROM calls WHERE tenant = ?1 AND application = ?2 AND operation = ?3",
        values![caller.tenant, &caller.application, caller.operation],
    )?;
    let mut arrivals = kept.map(|(bytes,)| read(&bytes)).unwrap_or_default();
    let verdicts: Vec<_> = (0..calls)
        .map(|_| arrivals.admit(quota, moment(now)))
        .collect();
    if verdicts.contains(&Verdict::Admitted) {
        keep(sql, caller, &arrivals, now)?;
    }
    Ok(verdicts)
}

fn keep(
    sql: &mut dyn Sql,
    caller: &Caller,
    arrivals: &Arrivals,
    now: Timestamp,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO calls (tenant, application, operation, arrivals, latest)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (tenant, application, operation) DO UPDATE SET
             arrivals = excluded.arrivals, latest = excluded.latest",
        values![
            caller.tenant,
            &caller.application,
            caller.operation,
            written(arrivals),
            now,
        ],
    )
    .map(drop)
}

/// Forgets who has not called for longer than any window is.
pub(super) fn sweep(sql: &mut dyn Sql) -> Result<(), StoreError> {
    const LONGEST: Duration = Duration::from_secs(2 * 24 * 60 * 60);
    let oldest = sql.now()?.saturating_sub(LONGEST);
    sql.execute("DELETE FROM calls WHERE latest < ?1", values![oldest])
        .map(drop)
}

fn moment(now: Timestamp) -> Moment {
    let ticks = u64::try_from(now.unix_ticks()).unwrap_or(0);
    Moment::after_epoch(Duration::from_nanos(
        ticks.saturating_mul(NANOSECONDS_PER_TICK),
    ))
}

fn read(bytes: &[u8]) -> Arrivals {
    let (moments, _) = bytes.as_chunks::<8>();
    moments
        .iter()
        .map(|bytes| Moment::after_epoch(Duration::from_nanos(u64::from_be_bytes(*bytes))))
        .collect()
}

fn written(arrivals: &Arrivals) -> Vec<u8> {
    let nanoseconds =
        |moment: Moment| u64::try_from(moment.elapsed().as_nanos()).unwrap_or(u64::MAX);
    arrivals
        .moments()
        .flat_map(|moment| nanoseconds(moment).to_be_bytes())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_come_back_as_they_were_written() {
        let quota = Quota::parse("9/60s").unwrap();
        let mut arrivals = Arrivals::default();
        for seconds in [1_800_000_000, 1_800_000_001] {
            let now = Timestamp::from_unix_seconds(seconds);
            assert_eq!(arrivals.admit(&quota, moment(now)), Verdict::Admitted);
        }
        let bytes = written(&arrivals);
        assert_eq!(bytes.len(), 16);
        assert_eq!(read(&bytes), arrivals);
        assert_eq!(read(&bytes[..9]).moments().len(), 1);
    }
}
