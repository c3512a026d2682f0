//! Sign-ins: codes, refresh tokens, and what is left of them.

use async_trait::async_trait;
use quell_model::Timestamp;

use super::people::PERSON;
use super::trail;
use crate::core::TenantId;
use crate::core::audit::{Actor, By, Deed};
use crate::store::database::{FromRow, Row, Sql, values};
use crate::store::record::{Granted, NewCode, NewSignIn, Person, Redeemed, Redemption};
use crate::store::{SignIns, SqlStore, StoreError};

/// What is called when a sign-in begins, and when it ends because it may be stolen.
const OPERATION: &str = "IssueToken";

#[async_trait]
impl SignIns for SqlStore {
    async fn add_code(&self, code: NewCode) -> Result<(), StoreError> {
        self.write(move |sql| add_code(sql, &code)).await
    }

    async fn redeem_code(&self, shown: Redemption) -> Result<Redeemed, StoreError> {
        self.write_told(shown.tenant, move |sql| redeem_code(sql, &shown))
            .await
    }

    async fn agreed_scope(
        &self,
        tenant: TenantId,
        client_id: &str,
        shown: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<String>, StoreError> {
        let client_id = client_id.to_owned();
        self.read(move |sql| {
            let found: Option<(String,)> = sql.query_one(
                "SELECT scope FROM refresh_tokens JOIN sign_ins ON sign_ins.id = sign_in
                 WHERE digest = ?1 AND tenant = ?2 AND client_id = ?3 AND expires > ?4",
                values![&shown, tenant, &client_id, now],
            )?;
            Ok(found.map(|(scope,)| scope))
        })
        .await
    }

    async fn refresh(
        &self,
        tenant: TenantId,
        client_id: &str,
        shown: [u8; 32],
        next: [u8; 32],
        now: Timestamp,
    ) -> Result<Redeemed, StoreError> {
        let client_id = client_id.to_owned();
        self.write_told(tenant, move |sql| {
            refresh(sql, tenant, &client_id, &shown, &next, now)
        })
        .await
    }

    async fn signed_in(
        &self,
        tenant: TenantId,
        sign_in: &str,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Option<Person>, StoreError> {
        let (sign_in, client_id) = (sign_in.to_owned(), client_id.to_owned());
        self.read(move |sql| {
            sql.query_one(
                &format!(
                    "SELECT {PERSON} FROM sign_ins JOIN people
                         ON people.tenant = sign_ins.tenant AND people.id = sign_ins.person
                     WHERE sign_ins.id = ?1 AND sign_ins.tenant = ?2
                         AND sign_ins.client_id = ?3 AND sign_ins.expires > ?4"
                ),
                values![&sign_in, tenant, &client_id, now],
            )
        })
        .await
    }

    async fn forget_sign_ins(&self, now: Timestamp) -> Result<(), StoreError> {
        self.write(move |sql| forget(sql, now)).await
    }
}

fn add_code(sql: &mut dyn Sql, code: &NewCode) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO authorization_codes (digest, tenant, client_id, person, scope, redirect_uri,
             challenge, nonce, expires, sign_in)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, NULL)",
        values![
            &code.digest,
            code.tenant,
            &code.client_id,
            &code.person,
            &code.scope,
            &code.redirect_uri,
            &code.challenge,
            code.nonce.as_ref(),
            code.expires,
        ],
    )
    .map(drop)
}

/// A code as it was given out.
struct Code {
    tenant: TenantId,
    client_id: String,
    person: String,
    scope: String,
    redirect_uri: String,
    challenge: String,
    nonce: Option<String>,
    expires: Timestamp,
    sign_in: Option<String>,
}

impl Code {
    fn is_shown_by_its_own(&self, shown: &Redemption) -> bool {
        shown.now < self.expires
            && self.tenant == shown.tenant
            && self.client_id == shown.client_id
            && self.redirect_uri == shown.redirect_uri
            && self.challenge == shown.challenge
    }
}

fn redeem_code(sql: &mut dyn Sql, shown: &Redemption) -> Result<Redeemed, StoreError> {
    let code: Option<Code> = sql.query_one(
        "SELECT tenant, client_id, person, scope, redirect_uri, challenge, nonce, expires, sign_in
         FROM authorization_codes WHERE digest = ?1",
        values![&shown.digest],
    )?;
    let Some(code) = code else {
        return Ok(Redeemed::Invalid);
    };
    if let Some(sign_in) = &code.sign_in {
        end(sql, sign_in, shown.now)?;
        return Ok(Redeemed::Reused);
    }
    let good = code.is_shown_by_its_own(shown);
    // Whoever shows it with anything wrong got it from elsewhere: it is of no use to anybody then.
    let came_of_it = if good { shown.new.id.as_str() } else { "" };
    sql.execute(
        "UPDATE authorization_codes SET sign_in = ?1 WHERE digest = ?2",
        values![came_of_it, &shown.digest],
    )?;
    if !good {
        return Ok(Redeemed::Invalid);
    }
    begin(
        sql,
        &shown.new,
        code.tenant,
        &code.person,
        &code.client_id,
        &code.scope,
        shown.now,
    )?;
    Ok(Redeemed::For(Granted {
        sign_in: shown.new.id.clone(),
        person: code.person,
        scope: code.scope,
        nonce: code.nonce,
    }))
}

/// Keeps a sign-in and its first refresh token, and tells of it.
pub(super) fn begin(
    sql: &mut dyn Sql,
    new: &NewSignIn,
    tenant: TenantId,
    person: &str,
    client_id: &str,
    scope: &str,
    now: Timestamp,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO sign_ins (id, tenant, person, client_id, scope, expires)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![&new.id, tenant, person, client_id, scope, new.expires],
    )?;
    add_refresh_token(sql, &new.refresh, &new.id)?;
    let (name, application) = (name_of(sql, tenant, person)?, client_id.to_owned());
    let by = By {
        actor: Actor::Person {
            name: name.clone(),
            application: application.clone(),
        },
        operation: OPERATION,
        request: None,
        peer: None,
    };
    let deed = Deed::UserSignedIn {
        name,
        application,
        scope: scope.to_owned(),
    };
    trail::tell(sql, tenant, &by, &deed, now)
}

/// The name of a person; his object id if he is not there any more.
fn name_of(sql: &mut dyn Sql, tenant: TenantId, person: &str) -> Result<String, StoreError> {
    let found = sql.query_one(
        "SELECT name FROM people WHERE tenant = ?1 AND id = ?2",
        values![tenant, person],
    )?;
    Ok(found.map_or_else(|| person.to_owned(), |(name,)| name))
}

fn add_refresh_token(
    sql: &mut dyn Sql,
    digest: &[u8; 32],
    sign_in: &str,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO refresh_tokens (digest, sign_in, used) VALUES (?1, ?2, FALSE)",
        values![digest, sign_in],
    )
    .map(drop)
}

/// Ends a sign-in of which something was shown twice, and tells of it if it had not ended.
fn end(sql: &mut dyn Sql, sign_in: &str, now: Timestamp) -> Result<(), StoreError> {
    let ended: Option<(TenantId, String, String)> = sql.query_one(
        "SELECT tenant, person, client_id FROM sign_ins WHERE id = ?1",
        values![sign_in],
    )?;
    let Some((tenant, person, application)) = ended else {
        return Ok(());
    };
    sql.execute(
        "DELETE FROM refresh_tokens WHERE sign_in = ?1",
        values![sign_in],
    )?;
    sql.execute("DELETE FROM sign_ins WHERE id = ?1", values![sign_in])?;
    let name = name_of(sql, tenant, &person)?;
    let deed = Deed::SignInEnded { name, application };
    trail::tell(sql, tenant, &By::server(OPERATION), &deed, now)
}

fn refresh(
    sql: &mut dyn Sql,
    tenant: TenantId,
    client_id: &str,
    shown: &[u8; 32],
    next: &[u8; 32],
    now: Timestamp,
) -> Result<Redeemed, StoreError> {
    let known: Option<(String, bool, String, String)> = sql.query_one(
        "SELECT sign_in, used, person, scope FROM refresh_tokens
         JOIN sign_ins ON sign_ins.id = sign_in
         WHERE digest = ?1 AND tenant = ?2 AND client_id = ?3 AND expires > ?4",
        values![shown, tenant, client_id, now],
    )?;
    let Some((sign_in, used, person, scope)) = known else {
        return Ok(Redeemed::Invalid);
    };
    if used {
        end(sql, &sign_in, now)?;
        return Ok(Redeemed::Reused);
    }
    sql.execute(
        "UPDATE refresh_tokens SET used = TRUE WHERE digest = ?1",
        values![shown],
    )?;
    add_refresh_token(sql, next, &sign_in)?;
    Ok(Redeemed::For(Granted {
        sign_in,
        person,
        scope,
        nonce: None,
    }))
}

fn forget(sql: &mut dyn Sql, now: Timestamp) -> Result<(), StoreError> {
    sql.execute(
        "DELETE FROM refresh_tokens WHERE sign_in IN
             (SELECT id FROM sign_ins WHERE expires <= ?1)",
        values![now],
    )?;
    for statement in [
        "DELETE FROM sign_ins WHERE expires <= ?1",
        "DELETE FROM device_codes WHERE expires <= ?1",
    ] {
        sql.execute(statement, values![now])?;
    }
    // A code is known for a while longer, so that who shows it again is caught.
    let over = now.saturating_sub(std::time::Duration::from_secs(24 * 60 * 60));
    sql.execute(
        "DELETE FROM authorization_codes WHERE expires <= ?1",
        values![over],
    )
    .map(drop)
}

impl FromRow for Code {
    fn from_row(row: &mut Row<'_>) -> Result<Self, StoreError> {
        Ok(Self {
            tenant: row.next()?,
            client_id: row.next()?,
            person: row.next()?,
            scope: row.next()?,
            redirect_uri: row.next()?,
            challenge: row.next()?,
            nonce: row.next()?,
            expires: row.next()?,
            sign_in: row.next()?,
        })
    }
}
