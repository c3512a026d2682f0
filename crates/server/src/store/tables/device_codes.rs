//! Device codes (RFC 8628).

use std::time::Duration;

use async_trait::async_trait;
use quell_model::Timestamp;

use super::sign_ins::begin;
use crate::core::TenantId;
use crate::store::database::{FromRow, Row, Sql, values};
use crate::store::record::{DeviceRequest, Granted, NewDeviceCode, NewSignIn, Polled};
use crate::store::{DeviceCodes, SqlStore, StoreError};

/// How many seconds more a device waits that asked too soon (RFC 8628, section 3.5).
const SLOWER: u32 = 5;

#[async_trait]
impl DeviceCodes for SqlStore {
    async fn add_device_code(&self, code: NewDeviceCode) -> Result<bool, StoreError> {
        self.write(move |sql| {
            let added = sql.execute(
                "INSERT INTO device_codes (digest, user_code, tenant, client_id, scope, expires,
                     pause, not_before, denied, person)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, FALSE, NULL) ON CONFLICT DO NOTHING",
                values![
                    &code.digest,
                    &code.user_code,
                    code.tenant,
                    &code.client_id,
                    &code.scope,
                    code.expires,
                    code.pause,
                ],
            )?;
            Ok(added > 0)
        })
        .await
    }

    async fn device_request(
        &self,
        user_code: &str,
        now: Timestamp,
    ) -> Result<Option<DeviceRequest>, StoreError> {
        let user_code = user_code.to_owned();
        self.read(move |sql| {
            sql.query_one(
                "SELECT tenant, client_id, scope FROM device_codes
                 WHERE user_code = ?1 AND expires > ?2 AND NOT denied AND person IS NULL",
                values![&user_code, now],
            )
        })
        .await
    }

    async fn decide_device(
        &self,
        user_code: &str,
        person: Option<(String, String)>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let user_code = user_code.to_owned();
        self.write(move |sql| {
            let (id, scope) = match &person {
                Some((id, scope)) => (Some(id), Some(scope)),
                None => (None, None),
            };
            let decided = sql.execute(
                "UPDATE device_codes SET person = ?1, denied = ?2, scope = coalesce(?3, scope)
                 WHERE user_code = ?4 AND expires > ?5 AND NOT denied AND person IS NULL",
                values![id, person.is_none(), scope, &user_code, now],
            )?;
            Ok(decided > 0)
        })
        .await
    }

    async fn poll_device(
        &self,
        tenant: TenantId,
        client_id: &str,
        digest: [u8; 32],
        new: NewSignIn,
        now: Timestamp,
    ) -> Result<Polled, StoreError> {
        let client_id = client_id.to_owned();
        self.write_told(tenant, move |sql| {
            poll(sql, tenant, &client_id, &digest, &new, now)
        })
        .await
    }
}

/// A code as it was given out, and what became of it.
struct Code {
    scope: String,
    expires: Timestamp,
    pause: u32,
    not_before: Timestamp,
    denied: bool,
    person: Option<String>,
}

fn poll(
    sql: &mut dyn Sql,
    tenant: TenantId,
    client_id: &str,
    digest: &[u8; 32],
    new: &NewSignIn,
    now: Timestamp,
) -> Result<Polled, StoreError> {
    let code: Option<Code> = sql.query_one(
        "SELECT scope, expires, pause, not_before, denied, person FROM device_codes
         WHERE digest = ?1 AND tenant = ?2 AND client_id = ?3",
        values![digest, tenant, client_id],
    )?;
    let Some(code) = code else {
        return Ok(Polled::Unknown);
    };
    if code.expires <= now {
        return Ok(Polled::Expired);
    }
    if code.denied {
        remove(sql, digest)?;
        return Ok(Polled::Denied);
    }
    let Some(person) = code.person else {
        return wait(sql, digest, &code, now);
    };
    remove(sql, digest)?;
    begin(sql, new, tenant, &person, client_id, &code.scope, now)?;
    Ok(Polled::For(Granted {
        sign_in: new.id.clone(),
        person,
        scope: code.scope,
        nonce: None,
    }))
}

fn wait(
    sql: &mut dyn Sql,
    digest: &[u8; 32],
    code: &Code,
    now: Timestamp,
) -> Result<Polled, StoreError> {
    let too_soon = now < code.not_before;
    let pause = match too_soon {
        true => code.pause.saturating_add(SLOWER).min(60),
        false => code.pause,
    };
    // A second less than was asked for: clocks and networks are not exact.
    let not_before = now.saturating_add(Duration::from_secs(u64::from(pause.saturating_sub(1))));
    sql.execute(
        "UPDATE device_codes SET pause = ?1, not_before = ?2 WHERE digest = ?3",
        values![pause, not_before, digest],
    )?;
    Ok(match too_soon {
        true => Polled::TooSoon,
        false => Polled::Pending,
    })
}

fn remove(sql: &mut dyn Sql, digest: &[u8; 32]) -> Result<(), StoreError> {
    sql.execute(
        "DELETE FROM device_codes WHERE digest = ?1",
        values![digest],
    )
    .map(drop)
}

impl FromRow for DeviceRequest {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: row.next()?,
            client_id: row.next()?,
            scope: row.next()?,
        })
    }
}

impl FromRow for Code {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            scope: row.next()?,
            expires: row.next()?,
            pause: row.next()?,
            not_before: row.next()?,
            denied: row.next()?,
            person: row.next()?,
        })
    }
}
