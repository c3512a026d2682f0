//! Whether a bearer token is good.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{HeaderMap, header};
use jsonwebtoken::Algorithm;
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use super::claims::{Caller, Claims, Flaw, issuer_is_ours};
use super::verified::Token;
use super::{Clients, Issuer};
use crate::core::Grant;
use crate::store::StoreError;
use crate::store::record::{Person, Registration};

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
    /// The issuer of the token does not give its keys.
    #[error("The token cannot be checked now.")]
    NoKeys,
    /// It is not known whether the token is good.
    #[error("The token cannot be checked now.")]
    Unavailable(#[source] StoreError),
}

/// What is wrong with a token that this server signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(transparent)]
pub(crate) struct FlawedToken(Flaw);

impl From<Flaw> for FlawedToken {
    fn from(flaw: Flaw) -> Self {
        Self(flaw)
    }
}

/// What a token says of itself before anything of it is proved: it says whose keys are to prove it,
/// and nothing else is believed. Keys that it brings along, or points to, are not looked at.
#[derive(Debug)]
pub(super) struct Envelope {
    pub(super) alg: Algorithm,
    pub(super) kid: String,
    pub(super) iss: String,
    pub(super) tid: Option<String>,
}

impl Envelope {
    /// `None` for what is no token of ours or of any issuer that could be trusted.
    pub(super) fn read(token: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Header {
            alg: Algorithm,
            kid: String,
            /// What we would have to understand, and do not (RFC 7515, section 4.1.11).
            #[serde(default)]
            crit: Option<IgnoredAny>,
        }
        #[derive(Deserialize)]
        struct Claims {
            iss: String,
            #[serde(default)]
            tid: Option<String>,
        }
        let mut parts = token.split('.');
        let (header, claims, _signature) = (parts.next()?, parts.next()?, parts.next()?);
        let header: Header = part(header)?;
        let claims: Claims = part(claims)?;
        (parts.next().is_none() && header.crit.is_none()).then_some(Self {
            alg: header.alg,
            kid: header.kid,
            iss: claims.iss,
            tid: claims.tid,
        })
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    let json = URL_SAFE_NO_PAD.decode(text).ok()?;
    serde_json::from_slice(&json).ok()
}

impl Issuer {
    /// Says who calls.
    pub(crate) async fn caller(&self, headers: &HeaderMap) -> Result<Caller, Unauthorized> {
        let token = Token::of(bearer(headers)?);
        let known = self.envelopes.known(&token);
        let envelope = match &known {
            Some(known) => Arc::clone(known),
            None => Arc::new(Envelope::read(token.text()).ok_or(Unauthorized::BadToken)?),
        };
        let caller = self.proved(&token, &envelope).await?;
        if known.is_none() {
            // Only now: strangers do not decide what is remembered.
            self.envelopes.remember(&token, envelope);
        }
        Ok(caller)
    }

    /// Says who calls by a token whose signature is good.
    async fn proved(&self, token: &Token<'_>, envelope: &Envelope) -> Result<Caller, Unauthorized> {
        let now = self.clock.now();
        if !issuer_is_ours(&envelope.iss, &self.base_url) {
            let caller = self.external.caller(token, envelope, now).await?;
            return self.with_powers(caller).await;
        }
        let claims = self.claims(token, envelope).await?;
        let caller = claims
            .check(&self.base_url, |tenant| self.name(tenant), now)
            .map_err(FlawedToken)?;
        self.as_registered(caller).await
    }

    /// The claims of a token that one of our keys signed.
    async fn claims(
        &self,
        token: &Token<'_>,
        envelope: &Envelope,
    ) -> Result<Arc<Claims>, Unauthorized> {
        let key = self
            .keys
            .find(&envelope.kid)
            .await
            .map_err(|error| Unauthorized::Unavailable(error.into()))?
            .ok_or(Unauthorized::BadToken)?;
        key.claims(token).ok_or(Unauthorized::BadToken)
    }

    /// An application that an operator removed is out at once, whatever tokens it still has, and one
    /// that is registered may do no more than it is registered for: a token of the time when any
    /// client got every permission says more. The same holds for a person, whose sign-in may have
    /// ended besides.
    async fn as_registered(&self, mut caller: Caller) -> Result<Caller, Unauthorized> {
        if matches!(
            (&caller.grant, self.clients),
            (Grant::Application(_), Clients::Any)
        ) {
            return Ok(caller);
        }
        let registered = self.registered(&caller).await?;
        if let Grant::Application(roles) = &mut caller.grant {
            roles.retain(|role| registered.roles.contains(role));
            return Ok(caller);
        }
        let person = self.signed_in(&caller).await?;
        if let Grant::Person(scopes) = &mut caller.grant {
            scopes
                .retain(|scope| registered.scopes.contains(scope) && person.scopes.contains(scope));
        }
        self.with_powers(caller).await
    }

    async fn registered(&self, caller: &Caller) -> Result<Registration, Unauthorized> {
        self.store
            .registration(caller.tenant, &caller.client_id)
            .await
            .map_err(Unauthorized::Unavailable)?
            .ok_or(Unauthorized::BadToken)
    }

    /// A person with what his roles say now, whatever they said when the token was issued; an
    /// application as it is.
    async fn with_powers(&self, caller: Caller) -> Result<Caller, Unauthorized> {
        if let Grant::Application(_) = caller.grant {
            return Ok(caller);
        }
        let person = caller.person.as_deref().ok_or(Unauthorized::BadToken)?;
        let powers = self.store.powers(caller.tenant, person).await;
        let powers = powers.map_err(Unauthorized::Unavailable)?;
        Ok(Caller { powers, ..caller })
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
