//! Whether the store works, and how much there is.

use async_trait::async_trait;
use quell_model::Timestamp;

use crate::store::database::values;
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
}
