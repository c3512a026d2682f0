//! What a token for a service must look like, as far as it can be read.

use std::time::{Duration, SystemTime};

use quell_model::{AnyOf, Holder, OperationInfo, is_accepted_audience};

use super::{AccessToken, TokenClaims};

/// How wrong this machine's clock may be before a token that has "expired" is believed.
const SKEW: Duration = Duration::from_secs(600);

/// Who may issue tokens in Microsoft's name.
const MICROSOFTS_ISSUERS: [&str; 4] = [
    "https://sts.windows.net/",
    "https://login.microsoftonline.com/",
    "https://login.microsoftonline.us/",
    "https://login.windows.net/",
];

/// Who tokens are for, and what is known of them beforehand.
#[derive(Clone, Debug)]
pub(crate) struct Expectation {
    audience: String,
    service: Party,
}

/// Whose service it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Party {
    /// Microsoft's: audiences, tenants and permissions are known.
    Microsoft { tenant: Option<String> },
    /// One of your own, which decides itself. If nobody named an audience for it, no
    /// token of Microsoft's was meant for it either.
    Own { audience_declared: bool },
}

/// A token that the service would refuse, or must not see, as it says itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Objection {
    /// It is for something else.
    #[error("the token is for {found}, and the service takes tokens for {expected} alone")]
    Audience {
        /// What it is for.
        found: String,
        /// What it must be for.
        expected: String,
    },
    /// It is of another tenant.
    #[error("the token is of the tenant {found}, not of {expected}")]
    Tenant {
        /// Whose it is.
        found: String,
        /// Whose it must be.
        expected: String,
    },
    /// It is over, by this machine's clock.
    #[error("the token expired {} minutes ago by this machine's clock", ago.as_secs() / 60)]
    Expired {
        /// How long ago.
        ago: Duration,
    },
    /// It opens Microsoft's API, and the service is not Microsoft's.
    #[error(
        "the token opens Microsoft's API and is not sent to a service of your own; \
         name that service's audience by `Service::audience`"
    )]
    Microsofts,
}

/// A permission that the token lacks for an operation, as it says itself.
///
/// Nothing was sent: the service would have refused with 403.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingPermission {
    operation: &'static str,
    missing: AnyOf,
    holder: Holder,
}

impl MissingPermission {
    /// The operation, in the API's words.
    #[must_use]
    pub const fn operation(&self) -> &'static str {
        self.operation
    }

    /// The permissions of which one is enough.
    #[must_use]
    pub const fn any_of(&self) -> &'static [&'static str] {
        self.missing.0
    }

    /// Who lacks it: the application, or the person through it.
    #[must_use]
    pub const fn holder(&self) -> Holder {
        self.holder
    }
}

impl std::fmt::Display for MissingPermission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let kind = match self.holder {
            Holder::Delegated => "delegated",
            _ => "application",
        };
        write!(
            f,
            "the token has no {kind} permission for {}: grant {} and let an administrator consent",
            self.operation,
            self.missing.0.join(" or ")
        )
    }
}

impl std::error::Error for MissingPermission {}

impl Expectation {
    pub(crate) const fn new(audience: String, service: Party) -> Self {
        Self { audience, service }
    }

    pub(crate) fn audience(&self) -> &str {
        &self.audience
    }

    pub(crate) const fn is_of_microsoft(&self) -> bool {
        matches!(self.service, Party::Microsoft { .. })
    }

    /// What speaks against sending this token to the service.
    pub(crate) fn objection(
        &self,
        token: &AccessToken,
        claims: &TokenClaims,
        now: SystemTime,
    ) -> Option<Objection> {
        match &self.service {
            Party::Microsoft { tenant } => self
                .wrong_audience(claims)
                .or_else(|| wrong_tenant(claims, tenant.as_deref()?)),
            Party::Own { audience_declared } => {
                (!audience_declared && is_microsofts(claims)).then_some(Objection::Microsofts)
            }
        }
        .or_else(|| expired(token, claims, now))
    }

    /// The half of the operation's permissions of which the token has none.
    ///
    /// Only of Microsoft's tokens it is known what their permissions mean.
    pub(crate) fn missing(
        &self,
        claims: &TokenClaims,
        operation: &OperationInfo,
    ) -> Option<MissingPermission> {
        let Party::Microsoft { .. } = self.service else {
            return None;
        };
        let holder = claims.holder();
        let missing = operation.missing(holder, claims.permissions())?;
        Some(MissingPermission {
            operation: operation.name,
            missing,
            holder,
        })
    }

    fn wrong_audience(&self, claims: &TokenClaims) -> Option<Objection> {
        let found = claims.audiences();
        if found.is_empty() || found.iter().any(|one| is_accepted_audience(one)) {
            return None;
        }
        Some(Objection::Audience {
            found: crate::error::one_line(&found.join(", ")),
            expected: self.audience.clone(),
        })
    }
}

fn wrong_tenant(claims: &TokenClaims, expected: &str) -> Option<Objection> {
    let found = claims.tenant()?;
    // A domain name, or `common`, cannot be compared with an id.
    if !is_guid(expected) || found.eq_ignore_ascii_case(expected) {
        return None;
    }
    Some(Objection::Tenant {
        found: crate::error::one_line(found),
        expected: expected.to_owned(),
    })
}

fn is_microsofts(claims: &TokenClaims) -> bool {
    let of_microsoft = |issuer: &str| {
        MICROSOFTS_ISSUERS
            .iter()
            .any(|known| issuer.starts_with(known))
    };
    claims.issuer().is_some_and(of_microsoft)
        && claims
            .audiences()
            .iter()
            .any(|one| is_accepted_audience(one))
}

/// Only where nobody said how long the token lives: the issuer's word is better than two clocks.
fn expired(token: &AccessToken, claims: &TokenClaims, now: SystemTime) -> Option<Objection> {
    if token.life().is_some() {
        return None;
    }
    let ago = now.duration_since(claims.expires_at()?).ok()?;
    (ago > SKEW).then_some(Objection::Expired { ago })
}

fn is_guid(text: &str) -> bool {
    let groups: Vec<usize> = text.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12]
        && text
            .bytes()
            .all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests;
