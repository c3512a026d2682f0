//! Whether the store works, and how much there is.

use async_trait::async_trait;
use quell_model::Timestamp;
use uuid::Uuid;

use crate::store::database::{FromRow, Row, values};
use crate::store::record::RunningServer;
use crate::store::{SqlStore, StoreError, Vitals};

#[async_trait]
impl Vitals for SqlStore {
    async fn probe(&self, now: Timestamp) -> Result<(), StoreError> {
        // Another value each time: what does not change, SQLite does not write.
        self.write(move |sql| {
            sql.execute(
                "INSERT INTO probes (one, at) VALUES (1, ?1)
                 ON CONFLICT (one) DO UPDATE SET at =
                     CASE WHEN excluded.at > probes.at THEN excluded.at ELSE probes.at + 1 END",
                values![now],
            )
            .map(drop)
        })
        .await
    }

    async fn actions_by_status(&self) -> Result<Vec<(String, u64)>, StoreError> {
        let counted: Vec<(String, i64)> = self
            .read(|sql| {
                sql.query(
                    "SELECT status, count(*) FROM actions GROUP BY status ORDER BY status",
                    values![],
                )
            })
            .await?;
        let unsigned = |(status, count)| (status, u64::try_from(count).unwrap_or(0));
        Ok(counted.into_iter().map(unsigned).collect())
    }

    async fn server_runs(
        &self,
        server: RunningServer,
        forget_before: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(move |sql| {
            sql.execute(
                "DELETE FROM servers WHERE seen < ?1",
                values![forget_before],
            )?;
            sql.execute(
                "INSERT INTO servers (id, started, seen, held) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (id) DO UPDATE SET seen = excluded.seen, held = excluded.held",
                values![
                    server.id.to_string(),
                    server.started,
                    server.seen,
                    server.held_polls
                ],
            )
            .map(drop)
        })
        .await
    }

    async fn server_ends(&self, id: Uuid) -> Result<(), StoreError> {
        self.write(move |sql| {
            sql.execute("DELETE FROM servers WHERE id = ?1", values![id.to_string()])
                .map(drop)
        })
        .await
    }

    async fn servers(&self) -> Result<Vec<RunningServer>, StoreError> {
        self.read(|sql| {
            sql.query(
                "SELECT id, started, seen, held FROM servers ORDER BY started, id",
                values![],
            )
        })
        .await
    }
}

impl FromRow for RunningServer {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        let id: String = row.next()?;
        let damaged = |_| StoreError::Damaged(format!("a server {id:?}"));
        Ok(Self {
            id: Uuid::parse_str(&id).map_err(damaged)?,
            started: row.next()?,
            seen: row.next()?,
            held_polls: row.next()?,
        })
    }
}
