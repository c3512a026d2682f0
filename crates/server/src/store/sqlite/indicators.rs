//! Indicators in SQLite.

use async_trait::async_trait;
use quell_model::{IndicatorAction, IndicatorId, IndicatorSeverity, IndicatorType, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::SqliteStore;
use super::error::store_error;
use super::listing::Collection;
use super::rows;
use crate::core::indicator::MAX_INDICATORS;
use crate::core::{Draft, Reach, TenantId};
use crate::odata::Query;
use crate::store::record::{Author, IndicatorRecord, Kept, Page};
use crate::store::{Indicators, StoreError};

const COLUMNS: &str = "id, type, value, action, severity, title, description, application, \
     recommended_actions, rbac_group_names, educate_url, generate_alert, expires, created, \
     created_by, created_by_name, last_update, last_updated_by";

#[async_trait]
impl Indicators for SqliteStore {
    async fn keep_indicator(
        &self,
        tenant: TenantId,
        draft: Draft,
        author: Author,
        reach: Reach,
        now: Timestamp,
    ) -> Result<Kept, StoreError> {
        self.writer
            .write(move |c| keep(c, tenant, draft, author, &reach, now))
            .await
    }

    async fn indicators(
        &self,
        tenant: TenantId,
        reach: Reach,
        now: Timestamp,
        query: Query,
    ) -> Result<Page<IndicatorRecord>, StoreError> {
        self.readers
            .read(move |c| active(tenant, reach, now).page(c, &query))
            .await
    }

    async fn delete_indicator(
        &self,
        tenant: TenantId,
        id: &IndicatorId,
        reach: Reach,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(number) = number(id) else {
            return Ok(false);
        };
        self.writer
            .write(move |c| delete(c, tenant, number, &reach, now))
            .await
    }
}

/// The number that an id is; another spelling of it is another id.
fn number(id: &IndicatorId) -> Option<i64> {
    let number: i64 = id.as_str().parse().ok()?;
    (number.to_string() == id.as_str()).then_some(number)
}

fn active(tenant: TenantId, reach: Reach, now: Timestamp) -> Collection<IndicatorRecord> {
    let mut scope = "tenant = ?1 AND (expires IS NULL OR expires > ?2)".to_owned();
    let mut parameters: Vec<Value> = vec![tenant.to_string().into(), now.unix_ticks().into()];
    if let Reach::Own(author) = reach {
        scope.push_str(" AND created_by = ?3");
        parameters.push(author.into());
    }
    Collection {
        table: "indicators",
        columns: COLUMNS,
        scope,
        parameters,
        order: "id",
        read: record,
    }
}

fn keep(
    c: &Connection,
    tenant: TenantId,
    draft: Draft,
    author: Author,
    reach: &Reach,
    now: Timestamp,
) -> Result<Kept, StoreError> {
    sweep(c, now)?;
    match of_value(c, tenant, &draft)? {
        Some(known) if !reach.includes(&known.author.id) => Ok(Kept::SomeoneElses),
        Some(known) => {
            let changed = IndicatorRecord {
                content: Draft {
                    application: known.content.application,
                    ..draft
                },
                last_update: now,
                last_updated_by: author.id,
                ..known
            };
            write(c, tenant, &changed)?;
            Ok(Kept::As(Box::new(changed)))
        }
        None if count(c, tenant)? >= MAX_INDICATORS => Ok(Kept::Full),
        None => {
            let new = IndicatorRecord {
                id: next_id(c, tenant)?,
                content: draft,
                created: now,
                last_update: now,
                last_updated_by: author.id.clone(),
                author,
            };
            write(c, tenant, &new)?;
            Ok(Kept::As(Box::new(new)))
        }
    }
}

fn of_value(
    c: &Connection,
    tenant: TenantId,
    draft: &Draft,
) -> Result<Option<IndicatorRecord>, StoreError> {
    let sql =
        format!("SELECT {COLUMNS} FROM indicators WHERE tenant = ?1 AND type = ?2 AND value = ?3");
    c.prepare_cached(&sql)
        .and_then(|mut statement| {
            statement
                .query_row(
                    params![tenant.to_string(), draft.kind.as_ref(), draft.value],
                    |row| Ok(record(row)),
                )
                .optional()
        })
        .map_err(store_error)?
        .transpose()
}

fn count(c: &Connection, tenant: TenantId) -> Result<u32, StoreError> {
    c.query_row(
        "SELECT count(*) FROM indicators WHERE tenant = ?1",
        [tenant.to_string()],
        |row| row.get(0),
    )
    .map_err(store_error)
}

fn next_id(c: &Connection, tenant: TenantId) -> Result<IndicatorId, StoreError> {
    let number: i64 = c
        .query_row(
            "UPDATE tenants SET last_indicator = last_indicator + 1 WHERE id = ?1
             RETURNING last_indicator",
            [tenant.to_string()],
            |row| row.get(0),
        )
        .map_err(store_error)?;
    indicator_id(number)
}

fn indicator_id(number: i64) -> Result<IndicatorId, StoreError> {
    IndicatorId::new(number.to_string()).map_err(|error| StoreError::Damaged(error.to_string()))
}

fn write(c: &Connection, tenant: TenantId, indicator: &IndicatorRecord) -> Result<(), StoreError> {
    let content = &indicator.content;
    c.prepare_cached(
        "INSERT INTO indicators (tenant, id, type, value, action, severity, title, description,
             application, recommended_actions, rbac_group_names, educate_url, generate_alert,
             expires, created, created_by, created_by_name, last_update, last_updated_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
             ?19)
         ON CONFLICT (tenant, id) DO UPDATE SET action = excluded.action,
             severity = excluded.severity, title = excluded.title,
             description = excluded.description,
             recommended_actions = excluded.recommended_actions,
             rbac_group_names = excluded.rbac_group_names, educate_url = excluded.educate_url,
             generate_alert = excluded.generate_alert, expires = excluded.expires,
             last_update = excluded.last_update, last_updated_by = excluded.last_updated_by",
    )
    .and_then(|mut statement| {
        statement.execute(params![
            tenant.to_string(),
            number(&indicator.id),
            content.kind.as_ref(),
            content.value,
            content.action.as_ref(),
            content.severity.as_ref().map(AsRef::as_ref),
            content.title,
            content.description,
            content.application,
            content.recommended_actions,
            rows::to_json(&content.rbac_group_names),
            content.educate_url,
            content.generate_alert,
            content.expires.map(Timestamp::unix_ticks),
            indicator.created.unix_ticks(),
            indicator.author.id,
            indicator.author.display_name,
            indicator.last_update.unix_ticks(),
            indicator.last_updated_by,
        ])
    })
    .map(drop)
    .map_err(store_error)
}

fn delete(
    c: &Connection,
    tenant: TenantId,
    number: i64,
    reach: &Reach,
    now: Timestamp,
) -> Result<bool, StoreError> {
    sweep(c, now)?;
    let author = match reach {
        Reach::Everyone => None,
        Reach::Own(author) => Some(author),
    };
    c.execute(
        "DELETE FROM indicators
         WHERE tenant = ?1 AND id = ?2 AND created_by = coalesce(?3, created_by)",
        params![tenant.to_string(), number, author],
    )
    .map(|deleted| deleted > 0)
    .map_err(store_error)
}

/// Forgets what has ended.
pub(super) fn sweep(c: &Connection, now: Timestamp) -> Result<(), StoreError> {
    c.prepare_cached("DELETE FROM indicators WHERE expires <= ?1")
        .and_then(|mut statement| statement.execute([now.unix_ticks()]))
        .map(drop)
        .map_err(store_error)
}

fn record(row: &Row<'_>) -> Result<IndicatorRecord, StoreError> {
    let text = |column: &str| rows::get::<String>(row, column);
    let maybe = |column: &str| rows::get::<Option<String>>(row, column);
    Ok(IndicatorRecord {
        id: indicator_id(rows::get(row, "id")?)?,
        content: Draft {
            kind: IndicatorType::from(text("type")?),
            value: text("value")?,
            action: IndicatorAction::from(text("action")?),
            title: text("title")?,
            description: text("description")?,
            application: maybe("application")?,
            expires: rows::get::<Option<i64>>(row, "expires")?.map(Timestamp::from_unix_ticks),
            severity: maybe("severity")?.map(IndicatorSeverity::from),
            recommended_actions: maybe("recommended_actions")?,
            rbac_group_names: rows::json(&text("rbac_group_names")?)?,
            educate_url: maybe("educate_url")?,
            generate_alert: rows::get(row, "generate_alert")?,
        },
        author: Author {
            id: text("created_by")?,
            display_name: text("created_by_name")?,
        },
        created: rows::time(row, "created")?,
        last_update: rows::time(row, "last_update")?,
        last_updated_by: text("last_updated_by")?,
    })
}

#[cfg(test)]
mod tests {
    use quell_model::SubmitIndicatorRequest;

    use super::*;
    use crate::store::Directory as _;

    #[tokio::test]
    async fn tenant_has_so_many_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("quell.db");
        let store = SqliteStore::open(&file).unwrap();
        let now = Timestamp::from_unix_seconds(1);
        let tenant = store.first_tenant(now).await.unwrap();
        let filling = Connection::open(&file).unwrap();
        filling
            .execute(
                "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number
                     WHERE n < ?2)
                 INSERT INTO indicators (tenant, id, type, value, action, title, description,
                     rbac_group_names, generate_alert, created, created_by, created_by_name,
                     last_update, last_updated_by)
                 SELECT ?1, -n, 'Url', 'https://' || n, 'Audit', '', '', '[]', 1, 0, 'a', 'A', 0, 'a'
                 FROM number",
                params![tenant.to_string(), MAX_INDICATORS - 1],
            )
            .unwrap();
        let keep = async |digit: &str| {
            let request = SubmitIndicatorRequest::new(
                digit.repeat(40),
                IndicatorType::FileSha1,
                IndicatorAction::Block,
                String::new(),
                String::new(),
            );
            let draft = Draft::check(request, now).unwrap();
            let author = Author {
                id: "a".to_owned(),
                display_name: "A".to_owned(),
            };
            let kept = store.keep_indicator(tenant, draft, author, Reach::Everyone, now);
            kept.await.unwrap()
        };
        assert!(matches!(keep("1").await, Kept::As(_)));
        assert_eq!(keep("2").await, Kept::Full);
        assert!(
            matches!(keep("1").await, Kept::As(_)),
            "changing is no adding"
        );
    }
}
