//! How a server refuses a machine's request.

use serde::{Deserialize, Serialize};

/// The body of every refusal, beside its HTTP status.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fault {
    /// What the agent decides by.
    pub error: FaultCode,
    /// What a person reads; free text.
    pub message: String,
}

/// What an agent has to do about a refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FaultCode {
    /// The server does not know this machine: the only code that leads to re-enrolment. Status 401.
    UnknownDevice,
    /// An operator revoked the machine: it stops asking until it is enrolled by hand. Status 403.
    Revoked,
    /// The assertion is malformed, not bound to this request, replayed or wrongly signed. Status 401.
    InvalidAssertion,
    /// The assertion's times do not fit the server's clock (see its `Date` header). Status 401.
    ClockSkew,
    /// The enrolment token is unknown, used up or expired. Status 403.
    InvalidEnrolmentToken,
    /// The message's protocol version is not served. Status 426.
    UnsupportedVersion,
    /// The body is no such message. Status 400.
    InvalidMessage,
    /// The action is not one of this machine's. Status 404.
    UnknownAction,
    /// The server cannot answer now: ask again later. Status 503.
    Unavailable,
    /// A code of a newer server: treated like [`FaultCode::Unavailable`].
    #[serde(other)]
    Other,
}

impl FaultCode {
    /// The HTTP status that goes with the code.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::UnknownDevice | Self::InvalidAssertion | Self::ClockSkew => 401,
            Self::Revoked | Self::InvalidEnrolmentToken => 403,
            Self::UnsupportedVersion => 426,
            Self::InvalidMessage => 400,
            Self::UnknownAction => 404,
            Self::Unavailable | Self::Other => 503,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fault_unknown_code_is_read_as_other() {
        let fault: Fault = serde_json::from_str(r#"{"error":"moon_phase","message":"x"}"#).unwrap();
        assert_eq!(fault.error, FaultCode::Other);
    }

    #[test]
    fn fault_writes_snake_case() {
        let fault = Fault {
            error: FaultCode::UnknownDevice,
            message: "who?".to_owned(),
        };
        assert_eq!(
            serde_json::to_string(&fault).unwrap(),
            r#"{"error":"unknown_device","message":"who?"}"#
        );
    }
}
