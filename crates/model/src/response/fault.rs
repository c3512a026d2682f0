//! A refusal of the service, whatever it was written in.

use std::fmt;

use super::plain;
use crate::{ErrorCode, ErrorEnvelope, Retry};

/// The sentence with which the service says that the like action is already active.
const ALREADY_ACTIVE: &str = "Action is already in progress";

/// Why the service refuses.
///
/// Read from the service's envelope, from the OData layer's, or where a proxy or a gateway answered
/// in its own words, from those.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiFault {
    /// The answer's status, outside 200 to 299.
    pub status: u16,
    /// The service's code; none where the service itself did not answer.
    pub code: Option<ErrorCode>,
    /// The reason in one line of plain text: markup, line ends and control characters are taken
    /// out, and what is very long is cut.
    pub message: String,
    /// The service's name for this exchange, to be told to its support.
    pub target: Option<String>,
}

impl ApiFault {
    /// A refusal in the service's own words.
    #[must_use]
    pub fn new(status: u16, code: ErrorCode, message: &str) -> Self {
        Self {
            status,
            code: Some(code),
            message: plain::line(message),
            target: None,
        }
    }

    /// Reads the body of a refusal, whatever bytes it is.
    #[must_use]
    pub fn read(status: u16, body: &[u8]) -> Self {
        match serde_json::from_slice::<ErrorEnvelope>(body) {
            Ok(ErrorEnvelope { error, .. }) => Self {
                status,
                code: Some(error.code),
                message: plain::line(&error.message),
                target: error.target.as_deref().map(plain::line),
            },
            Err(_) => {
                let message = plain::line(&String::from_utf8_lossy(body));
                Self {
                    status,
                    code: None,
                    message,
                    target: None,
                }
            }
        }
    }

    /// What a client can do. The status decides before the code, which differs by age of service.
    #[must_use]
    pub fn retry(&self) -> Retry {
        match self.status {
            401 => Retry::FreshToken,
            429 => Retry::Later,
            _ if self.is_already_active() => Retry::WhenEnded,
            500.. => Retry::Later,
            _ => Retry::Never,
        }
    }

    /// Whether the like action is already active on the machine.
    #[must_use]
    pub fn is_already_active(&self) -> bool {
        self.code == Some(ErrorCode::ActiveRequestAlreadyExists)
            || (self.status == 400 && self.message == ALREADY_ACTIVE)
    }

    /// Whether the machine, the action or the file is unknown.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        self.status == 404
    }
}

impl fmt::Display for ApiFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the service answered {}", self.status)?;
        if let Some(code) = self
            .code
            .as_ref()
            .map(ErrorCode::as_str)
            .filter(|code| !code.is_empty())
        {
            write!(f, " {}", plain::line(code))?;
        }
        if self.message.is_empty() {
            Ok(())
        } else {
            write!(f, ": {}", self.message)
        }
    }
}

impl std::error::Error for ApiFault {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(status: u16, body: &str) -> ApiFault {
        ApiFault::read(status, body.as_bytes())
    }

    #[test]
    fn sentences_of_refusals() {
        let faults = [
            read(
                404,
                r#"{"error":{"code":"ResourceNotFound","message":"Machine m1 was not found","target":"a-guid"}}"#,
            ),
            read(
                400,
                r#"{"error":{"code":"","message":"The query is not valid.","details":[]}}"#,
            ),
            read(
                429,
                r#"{"error":{"code":"429","message":"API calls quota exceeded! maximum allowed 100 per 00:01:00"}}"#,
            ),
            read(
                503,
                "<html><body><h1>Service\nUnavailable</h1></body></html>",
            ),
            read(500, ""),
            read(
                403,
                r#"{"error":{"code":"Novel","message":"\u001b[31mred\u202e"}}"#,
            ),
        ];
        insta::assert_snapshot!(faults.map(|fault| fault.to_string()).join("\n"), @r"
        the service answered 404 ResourceNotFound: Machine m1 was not found
        the service answered 400: The query is not valid.
        the service answered 429 TooManyRequests: API calls quota exceeded! maximum allowed 100 per 00:01:00
        the service answered 503: Service Unavailable
        the service answered 500
        the service answered 403 Novel: [31mred
        ");
    }

    #[test]
    fn codes_are_kept_even_when_they_are_new_or_empty() {
        let novel = read(403, r#"{"error":{"code":"Novel","message":"m"}}"#);
        assert_eq!(
            novel.code,
            Some(ErrorCode::UnknownValue("Novel".to_owned()))
        );
        let odata = read(400, r#"{"error":{"code":"","message":"m","details":[]}}"#);
        assert_eq!(odata.code, Some(ErrorCode::Unnamed));
        assert_eq!(read(502, "bad gateway").code, None);
        assert_eq!(read(401, r#"{"error":"invalid_token"}"#).code, None);
    }

    #[test]
    fn status_decides_what_to_do() {
        let code = |status, code| ApiFault::new(status, ErrorCode::from(code), "m").retry();
        assert_eq!(code(429, "429"), Retry::Later);
        assert_eq!(code(429, "Novel"), Retry::Later);
        assert_eq!(code(401, "Unauthorized"), Retry::FreshToken);
        assert_eq!(code(400, "ActiveRequestAlreadyExists"), Retry::WhenEnded);
        assert_eq!(code(400, "BadRequest"), Retry::Never);
        assert_eq!(code(404, "ResourceNotFound"), Retry::Never);
        assert_eq!(read(503, "").retry(), Retry::Later);
        assert!(ApiFault::new(400, "BadRequest".into(), ALREADY_ACTIVE).is_already_active());
    }

    #[test]
    fn every_known_code_agrees_with_its_row() {
        for info in crate::ERROR_CODES {
            let fault = ApiFault::new(info.status, info.code.clone(), "m");
            assert_eq!(fault.retry(), info.retry, "{}", info.code);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_fault_of_one_line(status in 300_u16..600, body: Vec<u8>) {
            let shown = ApiFault::read(status, &body).to_string();
            prop_assert!(!shown.contains(char::is_control), "{shown:?}");
        }
    }
}
