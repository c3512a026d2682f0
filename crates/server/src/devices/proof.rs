//! Which machine asks: the assertion of a request is verified and used up.

use http::{HeaderMap, header};
use jsonwebtoken::dangerous::insecure_decode;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use quell_model::{MachineId, Timestamp};
use quell_protocol::{AssertionClaims, AssertionFault, Binding, FaultCode};

use super::fault::DeviceFault;
use super::{Devices, Message};
use crate::core::TenantId;
use crate::secret::sha256;
use crate::store::record::{Admission, DeviceKey};

/// The longest assertion that is read, in bytes.
const MAX_ASSERTION: usize = 4096;

/// A machine that proved its request.
#[derive(Clone, Debug)]
pub(super) struct Proven {
    pub(super) tenant: TenantId,
    pub(super) machine: MachineId,
}

impl Devices {
    /// Says which enrolled machine asks, refuses what it speaks if that is not served, and uses
    /// the assertion up.
    pub(super) async fn prove(&self, message: &Message) -> Result<Proven, DeviceFault> {
        let assertion = bearer(&message.parts.headers)?;
        let claimed = claimed_issuer(assertion)?;
        let keys = self.store.device_keys(&claimed).await?;
        if keys.is_empty() {
            return Err(DeviceFault::new(
                FaultCode::UnknownDevice,
                "the machine is not enrolled here",
            ));
        }
        let (key, claims) = signer(&keys, assertion)?;
        self.check(&claims, message)?;
        if key.revoked {
            return Err(DeviceFault::new(
                FaultCode::Revoked,
                "an operator revoked the machine",
            ));
        }
        self.use_up(key, &claims, message).await?;
        if let Err(unsupported) = message.version()?.check() {
            self.store.impair(key.tenant, &key.machine).await?;
            return Err(DeviceFault::new(FaultCode::UnsupportedVersion, unsupported));
        }
        Ok(Proven {
            tenant: key.tenant,
            machine: key.machine.clone(),
        })
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
        self.check(&claims, message)
    }

    fn check(&self, claims: &AssertionClaims, message: &Message) -> Result<(), DeviceFault> {
        let binding = Binding::post(message.parts.uri.path(), &sha256(&message.body));
        let now = u64::try_from(self.clock.now().unix_seconds()).unwrap_or(0);
        Ok(claims.check(&self.audience, now, &binding)?)
    }

    async fn use_up(
        &self,
        key: &DeviceKey,
        claims: &AssertionClaims,
        message: &Message,
    ) -> Result<(), DeviceFault> {
        let forget_after = i64::try_from(claims.forget_after()).unwrap_or(i64::MAX);
        let fresh = self
            .store
            .admit(Admission {
                tenant: key.tenant,
                machine: key.machine.clone(),
                jti: claims.jti.clone(),
                forget_after: Timestamp::from_unix_seconds(forget_after),
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

/// Finds the key that signed; one id may be enrolled in several tenants.
fn signer<'a>(
    keys: &'a [DeviceKey],
    assertion: &str,
) -> Result<(&'a DeviceKey, AssertionClaims), DeviceFault> {
    keys.iter()
        .find_map(|key| Some((key, verify(assertion, &key.public_key)?)))
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
