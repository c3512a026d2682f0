//! Indicators.

use async_trait::async_trait;
use quell_model::{IndicatorAction, IndicatorId, IndicatorSeverity, IndicatorType, Timestamp};

use super::listing::Collection;
use super::trail;
use crate::core::audit::{By, Deed};
use crate::core::indicator::MAX_INDICATORS;
use crate::core::{Draft, Reach, TenantId};
use crate::odata::Query;
use crate::store::database::{FromRow, Row, Sql, Value, values};
use crate::store::record::{Author, IndicatorRecord, Kept, Page};
use crate::store::{Indicators, SqlStore, StoreError};

/// The columns of an [`IndicatorRecord`].
const COLUMNS: &str = "id, type, value, action, title, description, application, expires, \
     severity, recommended_actions, rbac_group_names, educate_url, generate_alert, created_by, \
     created_by_name, created, last_update, last_updated_by";

#[async_trait]
impl Indicators for SqlStore {
    async fn keep_indicator(
        &self,
        tenant: TenantId,
        draft: Draft,
        author: Author,
        reach: Reach,
        by: By,
        now: Timestamp,
    ) -> Result<Kept, StoreError> {
        self.write_told(tenant, move |sql| {
            let kept = keep(sql, tenant, &draft, &author, &reach, now)?;
            if let Kept::As(record) = &kept {
                let deed = Deed::IndicatorKept {
                    id: record.id.clone(),
                    draft: Box::new(record.content.clone()),
                };
                trail::tell(sql, tenant, &by, &deed, now)?;
            }
            Ok(kept)
        })
        .await
    }

    async fn indicators(
        &self,
        tenant: TenantId,
        reach: Reach,
        now: Timestamp,
        query: Query,
    ) -> Result<Page<IndicatorRecord>, StoreError> {
        let active = active(tenant, reach, now);
        self.read(move |sql| active.page(sql, &query)).await
    }

    async fn delete_indicator(
        &self,
        tenant: TenantId,
        id: &IndicatorId,
        reach: Reach,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(number) = number(id) else {
            return Ok(false);
        };
        let deed = Deed::IndicatorDeleted { id: id.clone() };
        self.write_told(tenant, move |sql| {
            let deleted = delete(sql, tenant, number, &reach, now)?;
            if deleted {
                trail::tell(sql, tenant, &by, &deed, now)?;
            }
            Ok(deleted)
        })
        .await
    }
}

/// The number that an id is; another spelling of it is another id.
fn number(id: &IndicatorId) -> Option<i64> {
    let number: i64 = id.as_str().parse().ok()?;
    (number.to_string() == id.as_str()).then_some(number)
}

fn active(tenant: TenantId, reach: Reach, now: Timestamp) -> Collection {
    let mut scope = "tenant = ?1 AND (expires IS NULL OR expires > ?2)".to_owned();
    let mut parameters: Vec<Value<'static>> = vec![tenant.into(), now.into()];
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
    }
}

fn keep(
    sql: &mut dyn Sql,
    tenant: TenantId,
    draft: &Draft,
    author: &Author,
    reach: &Reach,
    now: Timestamp,
) -> Result<Kept, StoreError> {
    sweep(sql, now)?;
    match of_value(sql, tenant, draft)? {
        Some(known) if !reach.includes(&known.author.id) => Ok(Kept::SomeoneElses),
        Some(known) => {
            let changed = IndicatorRecord {
                content: Draft {
                    application: known.content.application,
                    ..draft.clone()
                },
                last_update: now,
                last_updated_by: author.id.clone(),
                ..known
            };
            write(sql, tenant, &changed)?;
            Ok(Kept::As(Box::new(changed)))
        }
        None if count(sql, tenant)? >= MAX_INDICATORS => Ok(Kept::Full),
        None => {
            let new = IndicatorRecord {
                id: next_id(sql, tenant)?,
                content: draft.clone(),
                created: now,
                last_update: now,
                last_updated_by: author.id.clone(),
                author: author.clone(),
            };
            write(sql, tenant, &new)?;
            Ok(Kept::As(Box::new(new)))
        }
    }
}

fn of_value(
    sql: &mut dyn Sql,
    tenant: TenantId,
    draft: &Draft,
) -> Result<Option<IndicatorRecord>, StoreError> {
    sql.query_one(
        &format!("SELECT {COLUMNS} FROM indicators WHERE tenant = ?1 AND type = ?2 AND value = ?3"),
        values![tenant, draft.kind.as_ref(), &draft.value],
    )
}

fn count(sql: &mut dyn Sql, tenant: TenantId) -> Result<u32, StoreError> {
    let (count,) = sql.query_sure(
        "SELECT count(*) FROM indicators WHERE tenant = ?1",
        values![tenant],
    )?;
    Ok(count)
}

fn next_id(sql: &mut dyn Sql, tenant: TenantId) -> Result<IndicatorId, StoreError> {
    let (number,) = sql.query_sure(
        "UPDATE tenants SET last_indicator = last_indicator + 1 WHERE id = ?1
         RETURNING last_indicator",
        values![tenant],
    )?;
    indicator_id(number)
}

fn indicator_id(number: i64) -> Result<IndicatorId, StoreError> {
    IndicatorId::new(number.to_string()).map_err(|error| StoreError::Damaged(error.to_string()))
}

fn write(
    sql: &mut dyn Sql,
    tenant: TenantId,
    indicator: &IndicatorRecord,
) -> Result<(), StoreError> {
    let content = &indicator.content;
    sql.execute(
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
        values![
            tenant,
            number(&indicator.id),
            content.kind.as_ref(),
            &content.value,
            content.action.as_ref(),
            content.severity.as_ref().map(AsRef::<str>::as_ref),
            &content.title,
            &content.description,
            content.application.as_ref(),
            content.recommended_actions.as_ref(),
            &content.rbac_group_names,
            content.educate_url.as_ref(),
            content.generate_alert,
            content.expires,
            indicator.created,
            &indicator.author.id,
            &indicator.author.display_name,
            indicator.last_update,
            &indicator.last_updated_by,
        ],
    )
    .map(drop)
}

fn delete(
    sql: &mut dyn Sql,
    tenant: TenantId,
    number: i64,
    reach: &Reach,
    now: Timestamp,
) -> Result<bool, StoreError> {
    sweep(sql, now)?;
    let author = match reach {
        Reach::Everyone => None,
        Reach::Own(author) => Some(author),
    };
    let deleted = sql.execute(
        "DELETE FROM indicators
         WHERE tenant = ?1 AND id = ?2 AND created_by = coalesce(?3, created_by)",
        values![tenant, number, author],
    )?;
    Ok(deleted > 0)
}

/// Forgets what has ended.
pub(super) fn sweep(sql: &mut dyn Sql, now: Timestamp) -> Result<(), StoreError> {
    sql.execute("DELETE FROM indicators WHERE expires <= ?1", values![now])
        .map(drop)
}

impl FromRow for IndicatorRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: indicator_id(row.next()?)?,
            content: Draft {
                kind: IndicatorType::from(row.next::<String>()?),
                value: row.next()?,
                action: IndicatorAction::from(row.next::<String>()?),
                title: row.next()?,
                description: row.next()?,
                application: row.next()?,
                expires: row.next()?,
                severity: row.next::<Option<String>>()?.map(IndicatorSeverity::from),
                recommended_actions: row.next()?,
                rbac_group_names: row.next()?,
                educate_url: row.next()?,
                generate_alert: row.next()?,
            },
            author: Author {
                id: row.next()?,
                display_name: row.next()?,
            },
            created: row.next()?,
            last_update: row.next()?,
            last_updated_by: row.next()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use quell_model::SubmitIndicatorRequest;

    use super::*;
    use crate::store::Directory as _;

    #[tokio::test]
    async fn tenant_has_so_many_and_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let store = SqlStore::open(&dir.path().join("quell.db")).unwrap();
        let now = Timestamp::from_unix_seconds(1);
        let tenant = store.first_tenant(now).await.unwrap();
        let fill = store.write(move |sql| {
            sql.execute(
                "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number
                     WHERE n < ?2)
                 INSERT INTO indicators (tenant, id, type, value, action, title, description,
                     rbac_group_names, generate_alert, created, created_by, created_by_name,
                     last_update, last_updated_by)
                 SELECT ?1, -n, 'Url', 'https://' || n, 'Audit', '', '', '[]', TRUE, 0, 'a', 'A', 0,
                     'a'
                 FROM number",
                values![tenant, MAX_INDICATORS - 1],
            )
        });
        fill.await.unwrap();
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
            let kept = store.keep_indicator(
                tenant,
                draft,
                author,
                Reach::Everyone,
                By::server("test"),
                now,
            );
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
