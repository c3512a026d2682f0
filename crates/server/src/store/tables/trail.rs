//! Audit trails.

use async_trait::async_trait;
use quell_model::Timestamp;

use crate::core::TenantId;
use crate::core::audit::{By, Checkpoint, Deed, Entry, Hash, Head, Link, PublicKey, Signed};
use crate::store::database::{Cell, Column, FromRow, Row, Sql, values};
use crate::store::record::KeptEntry;
use crate::store::{SqlStore, StoreError, Trail};

#[async_trait]
impl Trail for SqlStore {
    async fn tell(
        &self,
        tenant: TenantId,
        by: By,
        deed: Deed,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.write_told(tenant, move |sql| tell(sql, tenant, &by, &deed, now))
            .await
    }

    async fn trails(&self) -> Result<Vec<TenantId>, StoreError> {
        self.read(|sql| {
            let found = sql.query("SELECT tenant FROM audit_trails ORDER BY tenant", values![])?;
            Ok(found.into_iter().map(|(tenant,)| tenant).collect())
        })
        .await
    }

    async fn trail_end(&self, tenant: TenantId) -> Result<Link, StoreError> {
        self.read(move |sql| end(sql, tenant)).await
    }

    async fn entries(
        &self,
        tenant: TenantId,
        above: u64,
        limit: u32,
    ) -> Result<Vec<KeptEntry>, StoreError> {
        self.read(move |sql| {
            sql.query(
                "SELECT sequence, entry, hash FROM audit_entries
                 WHERE tenant = ?1 AND sequence > ?2 ORDER BY sequence LIMIT ?3",
                values![tenant, above, limit],
            )
        })
        .await
    }

    async fn heads(
        &self,
        tenant: TenantId,
        above: u64,
        limit: u32,
    ) -> Result<Vec<Signed<Head>>, StoreError> {
        self.read(move |sql| {
            let found: Vec<Statement> = sql.query(
                "SELECT tenant, sequence, hash, time, key, signature FROM audit_heads
                 WHERE tenant = ?1 AND sequence >= ?2 ORDER BY sequence, key LIMIT ?3",
                values![tenant, above, limit],
            )?;
            Ok(found.into_iter().map(Statement::head).collect())
        })
        .await
    }

    async fn last_head(&self, tenant: TenantId) -> Result<Option<Signed<Head>>, StoreError> {
        self.read(move |sql| {
            let found: Option<Statement> = sql.query_one(
                "SELECT tenant, sequence, hash, time, key, signature FROM audit_heads
                 WHERE tenant = ?1 ORDER BY sequence DESC, time DESC LIMIT 1",
                values![tenant],
            )?;
            Ok(found.map(Statement::head))
        })
        .await
    }

    async fn keep_head(&self, head: Signed<Head>) -> Result<(), StoreError> {
        self.write(move |sql| {
            let Head { tenant, link, time } = head.statement;
            sql.execute(
                "INSERT INTO audit_heads (tenant, sequence, hash, time, key, signature)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
                values![
                    tenant,
                    link.sequence,
                    link.hash.as_bytes(),
                    time,
                    head.key.to_string(),
                    &head.signature,
                ],
            )
            .map(drop)
        })
        .await
    }

    async fn checkpoint(&self, tenant: TenantId) -> Result<Option<Signed<Checkpoint>>, StoreError> {
        self.read(move |sql| {
            let found: Option<Statement> = sql.query_one(
                "SELECT tenant, sequence, hash, time, key, signature FROM audit_checkpoints
                 WHERE tenant = ?1 ORDER BY sequence DESC LIMIT 1",
                values![tenant],
            )?;
            Ok(found.map(Statement::checkpoint))
        })
        .await
    }

    async fn archive(
        &self,
        checkpoint: Signed<Checkpoint>,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let tenant = checkpoint.statement.tenant;
        self.write_told(tenant, move |sql| archive(sql, &checkpoint, &by, now))
            .await
    }

    async fn position(&self, receiver: &str, tenant: TenantId) -> Result<u64, StoreError> {
        let receiver = receiver.to_owned();
        self.read(move |sql| {
            let found = sql.query_one(
                "SELECT sequence FROM audit_positions WHERE receiver = ?1 AND tenant = ?2",
                values![&receiver, tenant],
            )?;
            Ok(found.map_or(0, |(sequence,)| sequence))
        })
        .await
    }

    async fn set_position(
        &self,
        receiver: &str,
        tenant: TenantId,
        sequence: u64,
    ) -> Result<(), StoreError> {
        let receiver = receiver.to_owned();
        self.write(move |sql| {
            sql.execute(
                "INSERT INTO audit_positions (receiver, tenant, sequence) VALUES (?1, ?2, ?3)
                 ON CONFLICT (receiver, tenant) DO UPDATE SET sequence = excluded.sequence
                     WHERE excluded.sequence > audit_positions.sequence",
                values![&receiver, tenant, sequence],
            )
            .map(drop)
        })
        .await
    }
}

/// Writes what was done at the end of the tenant's trail: call it in the transaction that does it.
///
/// The row of the trail's end is taken before it is read, so that of two writers one waits.
pub(super) fn tell(
    sql: &mut dyn Sql,
    tenant: TenantId,
    by: &By,
    deed: &Deed,
    now: Timestamp,
) -> Result<(), StoreError> {
    let before = match take(sql, tenant)? {
        Some(before) => before,
        None => begin(sql, tenant)?,
    };
    let sequence = before.sequence.saturating_add(1);
    let entry = Entry {
        sequence,
        time: now,
        tenant,
        by,
        deed,
    }
    .spelled();
    let hash = before.hash.followed_by(&entry);
    sql.execute(
        "INSERT INTO audit_entries (tenant, sequence, entry, hash) VALUES (?1, ?2, ?3, ?4)",
        values![tenant, sequence, &entry, hash.as_bytes()],
    )?;
    sql.execute(
        "UPDATE audit_trails SET hash = ?2 WHERE tenant = ?1",
        values![tenant, hash.as_bytes()],
    )
    .map(drop)
}

fn take(sql: &mut dyn Sql, tenant: TenantId) -> Result<Option<Link>, StoreError> {
    sql.query_one(
        "UPDATE audit_trails SET sequence = sequence + 1 WHERE tenant = ?1
         RETURNING sequence - 1, hash",
        values![tenant],
    )
}

fn begin(sql: &mut dyn Sql, tenant: TenantId) -> Result<Link, StoreError> {
    let start = Link::start(tenant);
    sql.execute(
        "INSERT INTO audit_trails (tenant, sequence, hash) VALUES (?1, 0, ?2)
         ON CONFLICT DO NOTHING",
        values![tenant, start.hash.as_bytes()],
    )?;
    take(sql, tenant)?.ok_or_else(|| StoreError::Damaged("the trail has no end".to_owned()))
}

fn end(sql: &mut dyn Sql, tenant: TenantId) -> Result<Link, StoreError> {
    let found = sql.query_one(
        "SELECT sequence, hash FROM audit_trails WHERE tenant = ?1",
        values![tenant],
    )?;
    Ok(found.unwrap_or_else(|| Link::start(tenant)))
}

/// Takes away what stands in an archive, unless the trail is another than the archive's.
fn archive(
    sql: &mut dyn Sql,
    checkpoint: &Signed<Checkpoint>,
    by: &By,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let Checkpoint { tenant, link, time } = checkpoint.statement;
    let is_there = sql.exists(
        "SELECT 1 FROM audit_entries WHERE tenant = ?1 AND sequence = ?2 AND hash = ?3",
        values![tenant, link.sequence, link.hash.as_bytes()],
    )?;
    if !is_there {
        return Ok(false);
    }
    sql.execute(
        "INSERT INTO audit_checkpoints (tenant, sequence, hash, time, key, signature)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![
            tenant,
            link.sequence,
            link.hash.as_bytes(),
            time,
            checkpoint.key.to_string(),
            &checkpoint.signature,
        ],
    )?;
    sql.execute(
        "DELETE FROM audit_entries WHERE tenant = ?1 AND sequence <= ?2",
        values![tenant, link.sequence],
    )?;
    let Link { sequence, hash } = link;
    tell(
        sql,
        tenant,
        by,
        &Deed::TrailArchived { sequence, hash },
        now,
    )?;
    Ok(true)
}

/// A signed head or checkpoint.
struct Statement {
    tenant: TenantId,
    link: Link,
    time: Timestamp,
    key: PublicKey,
    signature: [u8; 64],
}

impl Statement {
    fn head(self) -> Signed<Head> {
        let Self {
            tenant, link, time, ..
        } = self;
        Signed {
            statement: Head { tenant, link, time },
            key: self.key,
            signature: self.signature,
        }
    }

    fn checkpoint(self) -> Signed<Checkpoint> {
        let Self {
            tenant, link, time, ..
        } = self;
        Signed {
            statement: Checkpoint { tenant, link, time },
            key: self.key,
            signature: self.signature,
        }
    }
}

impl FromRow for Statement {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: row.next()?,
            link: Link::from_row(row)?,
            time: row.next()?,
            key: key(&row.next::<String>()?)?,
            signature: row.next()?,
        })
    }
}

fn key(text: &str) -> Result<PublicKey, StoreError> {
    text.parse()
        .map_err(|_| StoreError::Damaged(format!("unknown key {text:?}")))
}

impl FromRow for Link {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            sequence: row.next()?,
            hash: row.next()?,
        })
    }
}

impl FromRow for KeptEntry {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            sequence: row.next()?,
            entry: row.next()?,
            hash: row.next()?,
        })
    }
}

impl Column for Hash {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        <[u8; 32]>::read(cell).map(Self::from_bytes)
    }
}
