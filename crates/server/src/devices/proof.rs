//! Which machine asks: the assertion of a request is verified and used up.

use http::request::Parts;
use http::{HeaderMap, header};
use jsonwebtoken::dangerous::insecure_decode;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use quell_model::{MachineId, Timestamp};
use quell_protocol::{AssertionClaims, AssertionFault, Binding, FaultCode};

use super::fault::DeviceFault;
use super::{Devices, Message};
use crate::core::TenantId;
use crate::exchange;
use crate::secret::sha256;
use crate::store::record::{Admission, DeviceKey};

/// The longest assertion that is read, in bytes.
const MAX_ASSERTION: usize = 4096;

/// A machine that proved its request.
#[derive(Clone, Debug)]
pub(super) struct Proven {
    pub(super) tenant: TenantId,
    pub(super) machine: MachineId,
    public_key: Vec<u8>,
}

impl Devices {
    /// Says which enrolled machine asks, refuses what it speaks if that is not served, and uses
    /// the assertion up.
    pub(super) async fn prove(&self, message: &Message) -> Result<Proven, DeviceFault> {
        let (key, claims) = self.signed(&message.parts).await?;
        self.check(&claims, &binding(message))?;
        exchange::note(|told| {
            told.tenant = Some(key.tenant);
            told.machine = exchange::excerpt(key.machine.as_str());
        });
        refuse_revoked(&key)?;
        self.use_up(&key, &claims, message).await?;
        if let Err(unsupported) = message.version()?.check() {
            self.store.impair(key.tenant, &key.machine).await?;
            return Err(DeviceFault::new(FaultCode::UnsupportedVersion, unsupported));
        }
        Ok(Proven {
            tenant: key.tenant,
            machine: key.machine,
            public_key: key.public_key,
        })
    }

    /// Refuses a machine that was shut out since it proved its request.
    pub(super) async fn expect_still_enrolled(&self, proven: &Proven) -> Result<(), DeviceFault> {
        let keys = self.store.device_keys(&proven.machine).await?;
        let same_key = |key: &&DeviceKey| {
            key.tenant == proven.tenant && !key.revoked && key.public_key == proven.public_key
        };
        match keys.iter().find(same_key) {
            Some(_) => Ok(()),
            None => Err(revoked()),
        }
    }

    /// Refuses whoever is no enrolled machine by the head of the request, before its body is read:
    /// a stranger must not fill the server's memory. The assertion is not used up by this.
    pub(super) async fn expect(&self, parts: &Parts) -> Result<(), DeviceFault> {
        let (key, claims) = self.signed(parts).await?;
        let any_body = Binding {
            body_hash: claims.binding.body_hash.clone(),
            ..Binding::post(parts.uri.path(), &[])
        };
        self.check(&claims, &any_body)?;
        refuse_revoked(&key)
    }

    /// Says whether the assertion of a machine that is not enrolled yet is good: it must be signed
    /// by the key that the machine wants to enrol.
    pub(super) fn prove_new(
        &self,
        message: &Message,
        machine: &MachineId,
        public_key: &[u8],
    ) -> Result<(), DeviceFault> {
        let assertion = bearer(&message.parts.headers)?;
        let claims = verify(assertion, public_key).ok_or_else(bad_signature)?;
        if claims.iss != *machine {
            return Err(AssertionFault::Subject.into());
        }
        self.check(&claims, &binding(message))
    }

    /// The claims of a request's assertion, and the key that signed them.
    async fn signed(&self, parts: &Parts) -> Result<(DeviceKey, AssertionClaims), DeviceFault> {
        let assertion = bearer(&parts.headers)?;
        let claimed = claimed_issuer(assertion)?;
        let keys = self.store.device_keys(&claimed).await?;
        if keys.is_empty() {
            return Err(DeviceFault::new(
                FaultCode::UnknownDevice,
                "the machine is not enrolled here",
            ));
        }
        signer(keys, assertion)
    }

    fn check(&self, claims: &AssertionClaims, binding: &Binding) -> Result<(), DeviceFault> {
        let now = u64::try_from(self.clock.outside().unix_seconds()).unwrap_or(0);
        Ok(claims.check(&self.audience, now, binding)?)
    }

    async fn use_up(
        &self,
        key: &DeviceKey,
        claims: &AssertionClaims,
        message: &Message,
    ) -> Result<(), DeviceFault> {
        let fresh = self
            .store
            .admit(Admission {
                tenant: key.tenant,
                machine: key.machine.clone(),
                jti: claims.jti.clone(),
                forget_after: self.clock.own_moment(forget_after(claims)),
                address: message.address(),
                now: self.clock.now(),
            })
            .await?;
        match fresh {
            true => Ok(()),
            false => Err(DeviceFault::new(
                FaultCode::InvalidAssertion,
                "the assertion was used before",
            )),
        }
    }
}

/// What the request itself says that its assertion must be bound to.
fn binding(message: &Message) -> Binding {
    Binding::post(message.parts.uri.path(), &sha256(&message.body))
}

/// The end of the last second in which the times do not refuse the assertion: they are compared in
/// whole seconds, so that second belongs to it to its end.
fn forget_after(claims: &AssertionClaims) -> Timestamp {
    let last = i64::try_from(claims.forget_after()).unwrap_or(i64::MAX);
    Timestamp::from_unix_seconds(last.saturating_add(1))
}

fn refuse_revoked(key: &DeviceKey) -> Result<(), DeviceFault> {
    match key.revoked {
        false => Ok(()),
        true => Err(revoked()),
    }
}

fn revoked() -> DeviceFault {
    DeviceFault::new(FaultCode::Revoked, "an operator revoked the machine")
}

/// Finds the key that signed; one id may be enrolled in several tenants.
fn signer(
    keys: Vec<DeviceKey>,
    assertion: &str,
) -> Result<(DeviceKey, AssertionClaims), DeviceFault> {
    keys.into_iter()
        .find_map(|key| {
            let claims = verify(assertion, &key.public_key)?;
            Some((key, claims))
        })
        .ok_or_else(bad_signature)
}

fn bad_signature() -> DeviceFault {
    DeviceFault::new(
        FaultCode::InvalidAssertion,
        "the assertion is not signed by the machine's key",
    )
}

/// Whose key to try: nothing is believed of an assertion before its signature is verified.
fn claimed_issuer(assertion: &str) -> Result<MachineId, DeviceFault> {
    insecure_decode::<AssertionClaims>(assertion)
        .map(|token| token.claims.iss)
        .map_err(|_| DeviceFault::new(FaultCode::InvalidAssertion, "the assertion is malformed"))
}

/// The claims, if this key signed them. The algorithm is pinned; the times are judged elsewhere.
fn verify(assertion: &str, public_key: &[u8]) -> Option<AssertionClaims> {
    let mut validation = Validation::new(Algorithm::EdDSA);
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation.required_spec_claims.clear();
    decode(
        assertion,
        &DecodingKey::from_ed_der(public_key),
        &validation,
    )
    .ok()
    .map(|token| token.claims)
}

fn bearer(headers: &HeaderMap) -> Result<&str, DeviceFault> {
    let mut given = headers.get_all(header::AUTHORIZATION).iter();
    let only = match (given.next(), given.next()) {
        (Some(only), None) => only.to_str().ok(),
        _ => None,
    };
    only.and_then(|text| text.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("Bearer"))
        .map(|(_, assertion)| assertion.trim())
        .filter(|assertion| !assertion.is_empty() && assertion.len() <= MAX_ASSERTION)
        .ok_or_else(|| {
            DeviceFault::new(FaultCode::InvalidAssertion, "the request has no assertion")
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn assertion_is_remembered_as_long_as_its_times_are_good() {
        let made = 1_700_000_000;
        let binding = Binding::post("/p", &[]);
        let machine = MachineId::new("m").unwrap();
        let claims = AssertionClaims::new(
            machine,
            "srv".to_owned(),
            "j".to_owned(),
            made,
            binding.clone(),
        );
        let last_tick = Timestamp::from_unix_ticks(forget_after(&claims).unix_ticks() - 1);
        let second = |moment: Timestamp| u64::try_from(moment.unix_seconds()).unwrap();
        let good = |moment| claims.check("srv", second(moment), &binding).is_ok();
        assert!(good(last_tick), "remembered for longer than needed");
        assert!(!good(forget_after(&claims)), "forgotten while it is good");
    }
}
