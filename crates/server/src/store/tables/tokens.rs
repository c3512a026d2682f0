//! Tokens with which machines enrol.

use quell_model::{MachineId, Timestamp};

use super::trail;
use crate::core::audit::{By, Deed};
use crate::core::{GroupId, TenantId};
use crate::store::StoreError;
use crate::store::database::{FromRow, Row, Sql, values};
use crate::store::record::{NewEnrolmentToken, TokenRecord};

/// A token as a machine shows it.
pub(super) struct Token {
    pub(super) tenant: TenantId,
    pub(super) tags: Vec<String>,
    replaces: Option<MachineId>,
    expires: Timestamp,
    uses: i64,
    /// The device group that machines come into with it.
    pub(super) group: Option<GroupId>,
}

impl Token {
    /// The token with this hash, unless an operator revoked it.
    pub(super) fn find(sql: &mut dyn Sql, digest: &[u8; 32]) -> Result<Option<Self>, StoreError> {
        sql.query_one(
            "SELECT tenant, tags, replaces, expires, uses, device_group FROM enrolment_tokens
             WHERE digest = ?1 AND revoked IS NULL",
            values![digest],
        )
    }

    /// Whether it is about this machine: one that replaces a machine is about no other.
    pub(super) fn is_for(&self, machine: &MachineId) -> bool {
        self.replaces
            .as_ref()
            .is_none_or(|only| same(only, machine))
    }

    /// Whether it lets this machine in with another key than the one that is enrolled.
    pub(super) fn replaces(&self, machine: &MachineId) -> bool {
        self.replaces
            .as_ref()
            .is_some_and(|only| same(only, machine))
    }

    /// Whether it lets anybody in at this moment.
    pub(super) fn is_good(&self, now: Timestamp) -> bool {
        self.uses > 0 && now < self.expires
    }
}

fn same(one: &MachineId, other: &MachineId) -> bool {
    one.as_str().eq_ignore_ascii_case(other.as_str())
}

pub(super) fn add(sql: &mut dyn Sql, token: &NewEnrolmentToken, by: &By) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO enrolment_tokens (digest, tenant, created, expires, uses, made_for, tags,
             replaces, device_group)
         VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6, ?7, ?8)",
        values![
            &token.digest,
            token.tenant,
            token.created,
            token.expires,
            token.uses,
            &token.tags,
            token.replaces.as_ref(),
            token.group,
        ],
    )?;
    let deed = Deed::EnrolmentTokenMade {
        digest: token.digest,
        uses: token.uses,
        expires: token.expires,
    };
    trail::tell(sql, token.tenant, by, &deed, token.created)
}

pub(super) fn use_up(sql: &mut dyn Sql, digest: &[u8; 32]) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE enrolment_tokens SET uses = uses - 1 WHERE digest = ?1",
        values![digest],
    )
    .map(drop)
}

pub(super) fn all(sql: &mut dyn Sql, tenant: TenantId) -> Result<Vec<TokenRecord>, StoreError> {
    sql.query(
        "SELECT digest, created, expires, made_for, uses, tags, replaces, revoked IS NOT NULL
         FROM enrolment_tokens WHERE tenant = ?1 ORDER BY created DESC, digest",
        values![tenant],
    )
}

pub(super) fn revoke(
    sql: &mut dyn Sql,
    tenant: TenantId,
    id: &str,
    by: &By,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let digests: Vec<([u8; 32],)> = sql.query(
        "SELECT digest FROM enrolment_tokens WHERE tenant = ?1",
        values![tenant],
    )?;
    let meant = digests.into_iter().find(|(digest,)| name(digest) == id);
    let Some((digest,)) = meant else {
        return Ok(false);
    };
    let revoked = sql.execute(
        "UPDATE enrolment_tokens SET revoked = ?2 WHERE digest = ?1 AND revoked IS NULL",
        values![&digest, now],
    )?;
    if revoked > 0 {
        let deed = Deed::EnrolmentTokenRemoved { digest };
        trail::tell(sql, tenant, by, &deed, now)?;
    }
    Ok(true)
}

/// What a token is called: enough digits of its hash to tell it from others.
fn name(digest: &[u8; 32]) -> String {
    let first = digest.iter().take(6);
    first.map(|byte| format!("{byte:02x}")).collect()
}

impl FromRow for Token {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: row.next()?,
            tags: row.next()?,
            replaces: row.next()?,
            expires: row.next()?,
            uses: row.next()?,
            group: row.next()?,
        })
    }
}

impl FromRow for TokenRecord {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            id: name(&row.next()?),
            created: row.next()?,
            expires: row.next()?,
            made_for: row.next()?,
            uses: row.next()?,
            tags: row.next()?,
            replaces: row.next()?,
            revoked: row.next()?,
        })
    }
}
