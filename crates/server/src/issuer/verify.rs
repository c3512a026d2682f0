//! Whether a bearer token is good.

use std::sync::Arc;

use http::{HeaderMap, header};
use jsonwebtoken::decode_header;

use super::claims::{Caller, Claims, Flaw};
use super::{Clients, Issuer};
use crate::core::Grant;
use crate::store::StoreError;
use crate::store::record::{Application, Person};

/// The longest token that is read, in bytes.
const MAX_TOKEN: usize = 16 * 1024;

/// Why a caller is not let in. The sentence stands in the answer.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unauthorized {
    /// There is no token.
    #[error("The request has no bearer token in its Authorization header.")]
    NoToken,
    /// The token is not one that this server signed.
    #[error("The access token is invalid.")]
    BadToken,
    /// The token is signed and not good here or now.
    #[error(transparent)]
    Flawed(#[from] FlawedToken),
    /// It is not known whether the token is good.
    #[error("The token cannot be checked now.")]
    Unavailable(#[source] StoreError),
}

/// What is wrong with a token that this server signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub(crate) struct FlawedToken(Flaw);

impl Issuer {
    /// Says who calls.
    pub(crate) async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Unauthorized> {
        let token = bearer(headers)?;
        let claims = self.claims(token).await?;
        let caller = claims
            .check(&self.base_url, |tenant| self.name(tenant), self.clock.now())
            .map_err(FlawedToken)?;
        self.as_registered(caller).await
    }

    /// The claims of a token that one of our keys signed.
    async fn claims(&self, token: &str) -> Result<Arc<Claims>, Unauthorized> {
        let header = decode_header(token).map_err(|_| Unauthorized::BadToken)?;
        let id = header.kid.as_deref().ok_or(Unauthorized::BadToken)?;
        let key = self
            .keys
            .find(id)
            .await
            .map_err(|error| Unauthorized::Unavailable(error.into()))?
            .ok_or(Unauthorized::BadToken)?;
        key.claims(token).ok_or(Unauthorized::BadToken)
    }

    /// An application that an operator removed is out at once, whatever tokens it still has, and one
    /// that is registered may do no more than it is registered for: a token of the time when any
    /// client got every permission says more. The same holds for a person, whose sign-in may have
    /// ended besides.
    async fn as_registered(&self, caller: Caller) -> Result<Caller, Unauthorized> {
        match (&caller.grant, self.clients) {
            (Grant::Application(_), Clients::Any) => Ok(caller),
            (Grant::Application(roles), Clients::Registered) => {
                let registered = self.registered(&caller).await?;
                let grant = Grant::Application(both(roles, &registered.roles));
                Ok(Caller { grant, ..caller })
            }
            (Grant::Person(scopes), _) => {
                let registered = self.registered(&caller).await?;
                let person = self.signed_in(&caller).await?;
                let scopes = both(scopes, &registered.scopes);
                let grant = Grant::Person(both(&scopes, &person.scopes));
                Ok(Caller { grant, ..caller })
            }
        }
    }

    async fn registered(&self, caller: &Caller) -> Result<Application, Unauthorized> {
        self.store
            .application(caller.tenant, &caller.client_id)
            .await
            .map_err(Unauthorized::Unavailable)?
            .ok_or(Unauthorized::BadToken)
    }

    async fn signed_in(&self, caller: &Caller) -> Result<Person, Unauthorized> {
        let (Some(id), Some(sign_in)) = (&caller.person, &caller.sign_in) else {
            return Err(Unauthorized::BadToken);
        };
        let now = self.clock.now();
        self.store
            .signed_in(caller.tenant, sign_in, &caller.client_id, now)
            .await
            .map_err(Unauthorized::Unavailable)?
            .filter(|person| person.id == *id)
            .ok_or(Unauthorized::BadToken)
    }
}

/// What stands in both lists.
fn both(some: &[String], others: &[String]) -> Vec<String> {
    let common = some.iter().filter(|one| others.contains(one));
    common.cloned().collect()
}

fn bearer(headers: &HeaderMap) -> Result<&str, Unauthorized> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(only), None) = (given.next(), given.next()) else {
        return Err(Unauthorized::NoToken);
    };
    let (scheme, token) = only
        .to_str()
        .ok()
        .and_then(|text| text.split_once(' '))
        .ok_or(Unauthorized::NoToken)?;
    let token = token.trim();
    if !scheme.eq_ignore_ascii_case("Bearer") || token.is_empty() {
        return Err(Unauthorized::NoToken);
    }
    if token.len() > MAX_TOKEN {
        return Err(Unauthorized::BadToken);
    }
    Ok(token)
}
