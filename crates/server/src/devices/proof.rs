//! Which machine asks: the assertion of a request is verified and used up.

use http::request::Parts;
use http::{HeaderMap, header};
use jsonwebtoken::dangerous::insecure_decode;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use quell_model::{MachineId, Timestamp};
use quell_protocol::{AssertionClaims, AssertionFault, Binding, FaultCode, route};

use super::fault::DeviceFault;
use super::{Devices, Message, peer};
use crate::audit::Refused;
use crate::core::TenantId;
use crate::core::audit::Refusal;
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
    /// The key that signed.
    pub(super) public_key: Vec<u8>,
    /// When the request was made by the machine's clock, in seconds since the Unix epoch.
    pub(super) made: u64,
}

impl Devices {
    /// Says which enrolled machine asks, refuses what it speaks if that is not served, and uses
    /// the assertion up.
    pub(super) async fn prove(&self, message: &Message) -> Result<Proven, DeviceFault> {
        let proven = async {
            let (key, claims) = self.signed(&message.parts, by_present_key).await?;
            self.accept(message, key, claims).await
        };
        let proven = proven.await;
        proven.inspect_err(|fault| self.count_bad_proof(fault, &message.parts))
    }

    /// The same, of a machine that may be changing its key: the one that it proposed is good too.
    pub(super) async fn prove_by_either(&self, message: &Message) -> Result<Proven, DeviceFault> {
        let proven = async {
            let (key, claims) = self.signed(&message.parts, by_either_key).await?;
            self.accept(message, key, claims).await
        };
        let proven = proven.await;
        proven.inspect_err(|fault| self.count_bad_proof(fault, &message.parts))
    }

    /// Anybody can try to be a machine, so what is refused is counted. A clock that is wrong, or an
    /// old version, is no attempt.
    fn count_bad_proof(&self, fault: &DeviceFault, parts: &Parts) {
        if fault.code() != FaultCode::InvalidAssertion {
            return;
        }
        let refused = Refused {
            tenant: None,
            why: Refusal::DeviceProof,
            operation: "prove",
            application: None,
            peer: peer(parts),
        };
        self.refusals.count(refused, self.clock.now());
    }

    async fn accept(
        &self,
        message: &Message,
        key: DeviceKey,
        claims: AssertionClaims,
    ) -> Result<Proven, DeviceFault> {
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
            made: claims.iat,
        })
    }

    /// Refuses whoever is no enrolled machine by the head of the request, before its body is read:
    /// a stranger must not fill the server's memory. The assertion is not used up by this.
    pub(super) async fn expect(&self, parts: &Parts) -> Result<(), DeviceFault> {
        let expected = async {
            let (key, claims) = self.signed(parts, by_present_key).await?;
            let any_body = Binding {
                body_hash: claims.binding.body_hash.clone(),
                ..Binding::post(parts.uri.path(), &[])
            };
            self.check(&claims, &any_body)?;
            refuse_revoked(&key)
        };
        let expected = expected.await;
        expected.inspect_err(|fault| self.count_bad_proof(fault, parts))
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
    async fn signed(
        &self,
        parts: &Parts,
        by: fn(DeviceKey, &str) -> Option<(DeviceKey, AssertionClaims)>,
    ) -> Result<(DeviceKey, AssertionClaims), DeviceFault> {
        let assertion = bearer(&parts.headers)?;
        let claimed = claimed_issuer(assertion)?;
        let keys = self.store.device_keys(&claimed).await?;
        if keys.is_empty() {
            return Err(DeviceFault::new(
                FaultCode::UnknownDevice,
                "the machine is not enrolled here",
            ));
        }
        // One id may be enrolled in several tenants.
        keys.into_iter()
            .find_map(|key| by(key, assertion))
            .ok_or_else(bad_signature)
    }

    /// Says whether whoever proposes a key holds it: the proof is bound to the key whose place it
    /// takes, in the place of a body.
    pub(super) fn prove_proposal(
        &self,
        proof: &str,
        proven: &Proven,
        new_key: &[u8],
    ) -> Result<(), DeviceFault> {
        if proof.len() > MAX_ASSERTION {
            return Err(bad_signature());
        }
        let claims = verify(proof, new_key).ok_or_else(bad_signature)?;
        if claims.iss != proven.machine {
            return Err(AssertionFault::Subject.into());
        }
        let bound = Binding::post(route::ROTATE, &sha256(&proven.public_key));
        self.check(&claims, &bound)
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

pub(super) fn revoked() -> DeviceFault {
    DeviceFault::new(FaultCode::Revoked, "an operator revoked the machine")
}

fn by_present_key(key: DeviceKey, assertion: &str) -> Option<(DeviceKey, AssertionClaims)> {
    let claims = verify(assertion, &key.public_key)?;
    Some((key, claims))
}

fn by_either_key(mut key: DeviceKey, assertion: &str) -> Option<(DeviceKey, AssertionClaims)> {
    if let Some(claims) = verify(assertion, &key.public_key) {
        return Some((key, claims));
    }
    let next = key.next_key.take()?;
    let claims = verify(assertion, &next)?;
    key.public_key = next;
    Some((key, claims))
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
