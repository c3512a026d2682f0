//! Letting machines in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use quell_protocol::{EnrolRequest, EnrolResponse, FaultCode, MachineFacts, check_new_machine_id};

use super::fault::DeviceFault;
use super::{Devices, Message};
use crate::audit::Refused;
use crate::core::audit::Refusal;
use crate::secret::sha256;
use crate::store::record::{Enrolled, Enrolment};

/// The length of an Ed25519 public key in bytes.
const KEY_LENGTH: usize = 32;
/// The longest text that a machine may call itself by, in bytes.
const MAX_NAME: usize = 255;
/// The longest sentence about a protection that is off, in bytes.
const MAX_SENTENCE: usize = 4096;
/// The most entries of a list of facts.
const MAX_LIST: usize = 256;

impl Devices {
    pub(super) async fn enrol(&self, message: &Message) -> Result<EnrolResponse, DeviceFault> {
        message
            .version()
            .map_err(|error| not_understood(&error))?
            .check()
            .map_err(|error| DeviceFault::new(FaultCode::UnsupportedVersion, error))?;
        let request: EnrolRequest = message.parse().map_err(|error| not_understood(&error))?;
        let public_key = public_key(&request.public_key)?;
        self.prove_new(message, &request.machine_id, &public_key)?;
        check_new_machine_id(&request.machine_id)
            .map_err(|error| DeviceFault::new(FaultCode::InvalidMessage, error))?;
        check_facts(&request.machine)?;
        let enrolled = self
            .store
            .enrol(Enrolment {
                digest: sha256(request.secret.as_bytes()),
                machine: request.machine_id.clone(),
                public_key,
                facts: request.machine,
                address: message.address(),
                now: self.clock.now(),
            })
            .await?;
        self.count_refusal(&enrolled, message);
        match enrolled {
            Enrolled::In(tenant, machine_id) => {
                tracing::info!(%tenant, machine = %machine_id, "machine enrolled");
                Ok(EnrolResponse {
                    machine_id,
                    tenant_id: tenant.to_string(),
                })
            }
            Enrolled::BadToken => Err(DeviceFault::new(
                FaultCode::InvalidEnrolmentToken,
                "the enrolment token is unknown, used up or expired",
            )),
            Enrolled::Taken => Err(DeviceFault::new(
                FaultCode::InvalidEnrolmentToken,
                "a machine with this id is enrolled with another key; if this is the same machine, an operator lets it in with `quell server device allow-reenrol`",
            )),
            Enrolled::RevokedKey => Err(DeviceFault::new(
                FaultCode::Revoked,
                "this key was the machine's before and is dead; the machine needs another",
            )),
        }
    }
}

impl Devices {
    /// Whoever finds the address may ask to be let in, so what is refused is counted.
    fn count_refusal(&self, enrolled: &Enrolled, message: &Message) {
        let why = match enrolled {
            Enrolled::In(..) => return,
            Enrolled::BadToken => Refusal::EnrolmentToken,
            Enrolled::Taken => Refusal::OtherKey,
            Enrolled::RevokedKey => Refusal::Revoked,
        };
        let refused = Refused {
            tenant: None,
            why,
            operation: "enrol",
            application: None,
            peer: message.address(),
        };
        self.refusals.count(refused, self.clock.now());
    }
}

/// Tells what is wrong with a request by its place alone: a message that quotes it might quote the
/// secret, here and in the log.
fn not_understood(error: &serde_json::Error) -> DeviceFault {
    let (line, column) = (error.line(), error.column());
    DeviceFault::new(
        FaultCode::InvalidMessage,
        format!("the request is not understood at line {line}, column {column}"),
    )
}

pub(super) fn public_key(text: &str) -> Result<Vec<u8>, DeviceFault> {
    URL_SAFE_NO_PAD
        .decode(text)
        .ok()
        .filter(|key| key.len() == KEY_LENGTH)
        .ok_or_else(|| {
            DeviceFault::new(
                FaultCode::InvalidMessage,
                "the public key is not 32 bytes in base64url",
            )
        })
}

/// Refuses facts that no machine has: they are shown to everyone who lists machines.
pub(super) fn check_facts(facts: &MachineFacts) -> Result<(), DeviceFault> {
    let names = [
        &facts.computer_dns_name,
        &facts.os_platform,
        &facts.agent_version,
    ];
    let optional = [&facts.version, &facts.os_architecture, &facts.os_processor];
    if facts.ip_addresses.len() > MAX_LIST || facts.degraded.len() > MAX_LIST {
        return Err(DeviceFault::new(
            FaultCode::InvalidMessage,
            format!("a list of facts has more than {MAX_LIST} entries"),
        ));
    }
    names
        .into_iter()
        .chain(optional.into_iter().flatten())
        .chain(&facts.ip_addresses)
        .try_for_each(|name| check_name(name))?;
    facts
        .degraded
        .iter()
        .try_for_each(|sentence| check_text(sentence, MAX_SENTENCE))
}

fn check_name(name: &str) -> Result<(), DeviceFault> {
    check_text(name, MAX_NAME)
}

fn check_text(text: &str, longest: usize) -> Result<(), DeviceFault> {
    match text.len() <= longest && !text.chars().any(char::is_control) {
        true => Ok(()),
        false => Err(DeviceFault::new(
            FaultCode::InvalidMessage,
            format!("a name is longer than {longest} bytes or has control characters"),
        )),
    }
}
