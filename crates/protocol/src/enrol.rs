//! How a machine is enrolled.
//!
//! An operator makes an [`EnrolmentToken`] on the server and carries it to the machine. The machine
//! makes its own key and sends the public half with the token's secret; the request itself is
//! proved by an assertion of that key, so that nobody can enrol a key that he does not hold.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use quell_model::MachineId;
use serde::{Deserialize, Serialize};

use crate::ProtocolVersion;

/// What every token begins with, so that scanners for leaked secrets can find it.
const PREFIX: &str = "quell-enrol-1.";
/// The longest token that is read, in characters.
const MAX_TOKEN: usize = 16 * 1024;

/// What a machine needs in order to find its server, to trust it, and to be let in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolmentToken {
    /// The server's base URL.
    pub server: String,
    /// The server's name in assertions.
    pub audience: String,
    /// The only certificate authority that the machine will trust for this server: DER, in
    /// base64. Absent for a server on loopback without TLS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    certificate_authority: Option<String>,
    secret: String,
}

impl EnrolmentToken {
    /// Puts a token together.
    #[must_use]
    pub fn new(
        server: String,
        audience: String,
        secret: String,
        authority_der: Option<&[u8]>,
    ) -> Self {
        let certificate_authority = authority_der.map(|der| STANDARD.encode(der));
        Self {
            server,
            audience,
            certificate_authority,
            secret,
        }
    }

    /// What lets the machine in; the server keeps only its hash.
    #[must_use]
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// The pinned certificate authority in DER.
    #[must_use]
    pub fn authority_der(&self) -> Option<Vec<u8>> {
        self.certificate_authority
            .as_deref()
            .and_then(|text| STANDARD.decode(text).ok())
    }

    /// The one line that an operator carries to the machine. It is a secret.
    #[must_use]
    pub fn encode(&self) -> String {
        let fields = serde_json::json!({
            "server": self.server,
            "audience": self.audience,
            "certificateAuthority": self.certificate_authority,
            "secret": self.secret,
        });
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(fields.to_string()))
    }
}

impl fmt::Debug for EnrolmentToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrolmentToken")
            .field("server", &self.server)
            .field("audience", &self.audience)
            .field("pinned", &self.certificate_authority.is_some())
            .finish_non_exhaustive()
    }
}

/// The text is no enrolment token. The text itself is a secret and not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnrolmentTokenError {
    /// It does not begin as every token does.
    #[error("an enrolment token begins with {PREFIX}")]
    Prefix,
    /// It is longer than any token.
    #[error("the enrolment token is longer than {MAX_TOKEN} characters")]
    TooLong,
    /// It was cut or changed on the way.
    #[error("the enrolment token is damaged: copy it again, whole and on one line")]
    Damaged,
}

impl FromStr for EnrolmentToken {
    type Err = EnrolmentTokenError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() > MAX_TOKEN {
            return Err(EnrolmentTokenError::TooLong);
        }
        let encoded = text
            .strip_prefix(PREFIX)
            .ok_or(EnrolmentTokenError::Prefix)?;
        let json = URL_SAFE_NO_PAD
            .decode(encoded)
            .map_err(|_| EnrolmentTokenError::Damaged)?;
        let token: Self =
            serde_json::from_slice(&json).map_err(|_| EnrolmentTokenError::Damaged)?;
        let pin_is_whole = token.certificate_authority.is_none() || token.authority_der().is_some();
        if pin_is_whole {
            Ok(token)
        } else {
            Err(EnrolmentTokenError::Damaged)
        }
    }
}

/// A machine cannot be enrolled under this id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a machine is enrolled under an id of {MACHINE_ID} hexadecimal digits, and {0:?} is none")]
pub struct UnusualMachineId(String);

/// How many hexadecimal digits the id of a machine has in the API.
const MACHINE_ID: usize = 40;

/// Whether a machine can be enrolled under this id: it must have the form of the API's ids, by which
/// clients know a machine's id from its name. What was enrolled before this was asked keeps its id.
///
/// # Errors
/// [`UnusualMachineId`].
pub fn check_new_machine_id(id: &MachineId) -> Result<(), UnusualMachineId> {
    let text = id.as_str();
    let is_usual = text.len() == MACHINE_ID && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    match is_usual {
        true => Ok(()),
        false => Err(UnusualMachineId(
            text.chars().take(MACHINE_ID + 1).collect(),
        )),
    }
}

/// A machine asks to be enrolled.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolRequest {
    /// The version that the machine speaks.
    pub protocol_version: ProtocolVersion,
    /// The secret of the enrolment token.
    pub secret: String,
    /// The machine's own name for itself: see [`check_new_machine_id`].
    pub machine_id: MachineId,
    /// The public half of the machine's Ed25519 key: 32 bytes, base64url without padding.
    pub public_key: String,
    /// The machine as it is now.
    pub machine: MachineFacts,
}

impl fmt::Debug for EnrolRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EnrolRequest")
            .field("protocol_version", &self.protocol_version)
            .field("machine_id", &self.machine_id)
            .field("machine", &self.machine)
            .finish_non_exhaustive()
    }
}

/// The machine is enrolled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnrolResponse {
    /// The id by which the API knows the machine.
    pub machine_id: MachineId,
    /// The tenant that it belongs to.
    pub tenant_id: String,
}

/// What a machine says of itself; the properties are those of the API's Machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MachineFacts {
    /// The host name.
    pub computer_dns_name: String,
    /// The distribution, for instance `Debian`.
    pub os_platform: String,
    /// The distribution's version, for instance `12`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// `64-bit` or `32-bit`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_architecture: Option<String>,
    /// `x64`, `arm64`, …
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_processor: Option<String>,
    /// The addresses of the machine's interfaces, loopback left out.
    #[serde(default)]
    pub ip_addresses: Vec<String>,
    /// The agent's version.
    pub agent_version: String,
    /// Protections that are off on this machine, in words.
    #[serde(default)]
    pub degraded: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "canary-7c1f";

    fn token() -> EnrolmentToken {
        EnrolmentToken::new(
            "https://quell.example:8443".to_owned(),
            "srv-1".to_owned(),
            SECRET.to_owned(),
            Some(&[0x30, 0x82, 0xff]),
        )
    }

    #[test]
    fn token_survives_being_carried() {
        let line = format!("  {}\n", token().encode());
        let back: EnrolmentToken = line.parse().unwrap();
        assert_eq!(back, token());
        assert_eq!(back.authority_der().unwrap(), [0x30, 0x82, 0xff]);
        assert_eq!(back.secret(), SECRET);
    }

    #[test]
    fn token_never_shows_its_secret() {
        assert!(!format!("{:?}", token()).contains(SECRET));
        let whole = token().encode();
        let cut = &whole[..whole.len() - 3];
        let fault = cut.parse::<EnrolmentToken>().unwrap_err();
        assert!(!format!("{fault} {fault:?}").contains(SECRET));
    }

    #[test]
    fn token_of_another_kind_or_damaged_says_so() {
        for (text, expected) in [
            ("", EnrolmentTokenError::Prefix),
            ("eyJhbGciOi", EnrolmentTokenError::Prefix),
            ("quell-enrol-1.###", EnrolmentTokenError::Damaged),
            ("quell-enrol-1.e30", EnrolmentTokenError::Damaged),
        ] {
            assert_eq!(text.parse::<EnrolmentToken>(), Err(expected), "{text}");
        }
        let huge = format!("quell-enrol-1.{}", "A".repeat(MAX_TOKEN));
        assert_eq!(
            huge.parse::<EnrolmentToken>(),
            Err(EnrolmentTokenError::TooLong)
        );
    }

    #[test]
    fn new_machine_is_known_by_forty_hexadecimal_digits() {
        let check = |text: &str| check_new_machine_id(&MachineId::new(text).unwrap());
        for text in [
            "c34f3b0eb50e72e673ae047333d5b563f44cb655",
            "C34F3B0EB50E72E673AE047333D5B563F44CB655",
        ] {
            assert_eq!(check(text), Ok(()));
        }
        let long = "a".repeat(100_000);
        for text in [
            "xyz",
            "..a",
            &long,
            "g34f3b0eb50e72e673ae047333d5b563f44cb655",
            "web.example",
        ] {
            let said = check(text).unwrap_err().to_string();
            assert!(said.contains("40 hexadecimal digits"), "{said}");
            assert!(said.len() < 200, "{}", said.len());
        }
    }

    #[test]
    fn request_never_shows_its_secret() {
        let request = EnrolRequest {
            protocol_version: ProtocolVersion::CURRENT,
            secret: SECRET.to_owned(),
            machine_id: MachineId::new("m").unwrap(),
            public_key: "k".to_owned(),
            machine: MachineFacts {
                computer_dns_name: "h".to_owned(),
                os_platform: "Debian".to_owned(),
                version: None,
                os_architecture: None,
                os_processor: None,
                ip_addresses: Vec::new(),
                agent_version: "0.1.0".to_owned(),
                degraded: Vec::new(),
            },
        };
        assert!(!format!("{request:?}").contains(SECRET));
    }
}
