//! How a machine proves every request.
//!
//! A machine makes its own Ed25519 key when it is enrolled and signs a short-lived assertion (a
//! JWT in the manner of RFC 7523) for every request, sent as `Authorization: Bearer …`. Unlike a
//! client certificate it passes through load balancers that end TLS; unlike a bearer token it is
//! worth nothing to whoever reads it, because it binds method, path and body and expires at once.
//!
//! This module holds the claims and judges them. Signing and verifying is the callers' business.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quell_model::MachineId;
use serde::{Deserialize, Serialize};

/// The signature algorithm, by its JOSE name.
pub const ALGORITHM: &str = "EdDSA";
/// How long an assertion lives, in seconds.
pub const LIFETIME_SECONDS: u64 = 60;
/// How far the two clocks may differ, in seconds.
pub const LEEWAY_SECONDS: u64 = 300;

/// The claims of an assertion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssertionClaims {
    /// The machine that made it.
    pub iss: MachineId,
    /// The machine that it speaks of: the same one.
    pub sub: MachineId,
    /// The server that it is for, as named when the machine was enrolled.
    pub aud: String,
    /// When it was made, in seconds since the Unix epoch.
    pub iat: u64,
    /// When it ends: at most [`LIFETIME_SECONDS`] after `iat`.
    pub exp: u64,
    /// A number used once; a server refuses it when it sees it again.
    pub jti: String,
    /// What the assertion is bound to.
    #[serde(flatten)]
    pub binding: Binding,
}

/// The one request that an assertion is good for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// The HTTP method, in capitals.
    #[serde(rename = "htm")]
    pub method: String,
    /// The path, without host and query.
    #[serde(rename = "htp")]
    pub path: String,
    /// The SHA-256 of the body, base64url without padding.
    #[serde(rename = "bh")]
    pub body_hash: String,
}

impl Binding {
    /// Binds to a `POST` of a body with this SHA-256.
    #[must_use]
    pub fn post(path: &str, body_sha256: &[u8]) -> Self {
        Self {
            method: "POST".to_owned(),
            path: path.to_owned(),
            body_hash: URL_SAFE_NO_PAD.encode(body_sha256),
        }
    }
}

impl AssertionClaims {
    /// The claims of `machine` for one request at `now` (seconds since the Unix epoch).
    #[must_use]
    pub fn new(
        machine: MachineId,
        audience: String,
        jti: String,
        now: u64,
        binding: Binding,
    ) -> Self {
        Self {
            iss: machine.clone(),
            sub: machine,
            aud: audience,
            iat: now,
            exp: now.saturating_add(LIFETIME_SECONDS),
            jti,
            binding,
        }
    }

    /// Judges the claims; the signature must have been verified before.
    ///
    /// A `jti` must be remembered until [`Self::forget_after`].
    ///
    /// # Errors
    /// The [`AssertionFault`] that a server answers with.
    pub fn check(&self, audience: &str, now: u64, binding: &Binding) -> Result<(), AssertionFault> {
        if self.iss != self.sub {
            return Err(AssertionFault::Subject);
        }
        if self.aud != audience {
            return Err(AssertionFault::Audience);
        }
        if self.binding != *binding {
            return Err(AssertionFault::Binding);
        }
        if self.jti.is_empty() || self.jti.len() > 64 {
            return Err(AssertionFault::Identifier);
        }
        let lifetime = self
            .exp
            .checked_sub(self.iat)
            .ok_or(AssertionFault::Lifetime)?;
        if lifetime > LIFETIME_SECONDS {
            return Err(AssertionFault::Lifetime);
        }
        let made_in_the_future = self.iat > now.saturating_add(LEEWAY_SECONDS);
        let ended = self.exp.saturating_add(LEEWAY_SECONDS) < now;
        if made_in_the_future || ended {
            return Err(AssertionFault::Clock);
        }
        Ok(())
    }

    /// The second after which the times alone refuse the assertion, so that its `jti` may be
    /// forgotten.
    #[must_use]
    pub fn forget_after(&self) -> u64 {
        self.exp.saturating_add(LEEWAY_SECONDS)
    }
}

/// Why an assertion is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssertionFault {
    /// `iss` and `sub` differ.
    #[error("the assertion speaks of another machine than the one that made it")]
    Subject,
    /// `aud` is another server.
    #[error("the assertion is for another server")]
    Audience,
    /// Method, path or body are not those of the request.
    #[error("the assertion is bound to another request")]
    Binding,
    /// `jti` is empty or longer than 64 bytes.
    #[error("the assertion has no usable identifier")]
    Identifier,
    /// The assertion ends before it begins or lives too long.
    #[error("the assertion lives longer than {LIFETIME_SECONDS} seconds")]
    Lifetime,
    /// The clocks differ by more than [`LEEWAY_SECONDS`], or the assertion is old.
    #[error("the assertion's times do not fit the server's clock")]
    Clock,
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_700_000_000;

    fn binding() -> Binding {
        Binding::post("/quell/v1/device/hold", &[1; 32])
    }

    fn claims() -> AssertionClaims {
        let machine = MachineId::new("m1").unwrap();
        AssertionClaims::new(machine, "srv".to_owned(), "j".to_owned(), NOW, binding())
    }

    #[test]
    fn assertion_fresh_and_bound_is_accepted() {
        assert_eq!(claims().check("srv", NOW, &binding()), Ok(()));
    }

    #[test]
    fn assertion_is_good_for_one_request_only() {
        for other in [
            Binding::post("/quell/v1/device/report", &[1; 32]),
            Binding::post("/quell/v1/device/hold", &[2; 32]),
            Binding {
                method: "GET".to_owned(),
                ..binding()
            },
        ] {
            assert_eq!(
                claims().check("srv", NOW, &other),
                Err(AssertionFault::Binding)
            );
        }
    }

    #[test]
    fn assertion_for_another_server_or_machine_is_refused() {
        assert_eq!(
            claims().check("other", NOW, &binding()),
            Err(AssertionFault::Audience)
        );
        let foreign = AssertionClaims {
            sub: MachineId::new("m2").unwrap(),
            ..claims()
        };
        assert_eq!(
            foreign.check("srv", NOW, &binding()),
            Err(AssertionFault::Subject)
        );
    }

    #[test]
    fn assertion_too_old_too_new_or_too_long_is_refused() {
        let end = NOW + LIFETIME_SECONDS + LEEWAY_SECONDS;
        assert_eq!(claims().check("srv", end, &binding()), Ok(()));
        assert_eq!(
            claims().check("srv", end + 1, &binding()),
            Err(AssertionFault::Clock)
        );
        assert_eq!(
            claims().check("srv", NOW - LEEWAY_SECONDS - 1, &binding()),
            Err(AssertionFault::Clock)
        );
        let long = AssertionClaims {
            exp: NOW + LIFETIME_SECONDS + 1,
            ..claims()
        };
        assert_eq!(
            long.check("srv", NOW, &binding()),
            Err(AssertionFault::Lifetime)
        );
        let backwards = AssertionClaims {
            exp: NOW - 1,
            ..claims()
        };
        assert_eq!(
            backwards.check("srv", NOW, &binding()),
            Err(AssertionFault::Lifetime)
        );
    }

    #[test]
    fn assertion_without_a_usable_identifier_is_refused() {
        for jti in [String::new(), "x".repeat(65)] {
            let claims = AssertionClaims { jti, ..claims() };
            assert_eq!(
                claims.check("srv", NOW, &binding()),
                Err(AssertionFault::Identifier)
            );
        }
    }

    #[test]
    fn assertion_extreme_times_do_not_overflow() {
        let claims = AssertionClaims {
            iat: u64::MAX,
            exp: u64::MAX,
            ..claims()
        };
        assert_eq!(claims.check("srv", u64::MAX, &binding()), Ok(()));
        assert_eq!(
            claims.check("srv", 0, &binding()),
            Err(AssertionFault::Clock)
        );
    }
}
