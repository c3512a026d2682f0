//! How an authority refuses, and what to do about it.

mod reason;

use std::fmt;

use quell_model::{TokenError as WireRefusal, TokenErrorCode};

pub use reason::RefusalReason;

use super::form::Secrets;

/// Where the explanation ends and Entra's list of ids begins.
const IDS: [&str; 3] = ["Trace ID:", "Correlation ID:", "Timestamp:"];

/// A token endpoint's refusal of the credential, the tenant or the audience.
///
/// It prints as one line: what was said, what to do next where that is known, and the
/// ids that Microsoft's support asks for. What was sent is not in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    status: u16,
    code: Option<TokenErrorCode>,
    number: Option<i64>,
    reason: Option<RefusalReason>,
    description: String,
    correlation_id: Option<String>,
    trace_id: Option<String>,
}

impl Refusal {
    pub(crate) fn read(status: u16, body: &[u8], secrets: &Secrets) -> Self {
        let Ok(said) = serde_json::from_slice::<WireRefusal>(body) else {
            return Self::silent(status, message_of(body, secrets));
        };
        let number = said.error_codes.first().copied();
        let number = number.or_else(|| number_in(&said.error_description));
        let id = |id: Option<String>| id.map(|id| secrets.scrub(&id));
        Self {
            status,
            reason: number.and_then(RefusalReason::of),
            number,
            // A code that we know holds no secret; any other may be an echo.
            code: Some(TokenErrorCode::from(
                secrets.scrub(said.error.as_str()).as_str(),
            )),
            description: secrets.scrub(explanation(&said.error_description)),
            correlation_id: id(said.correlation_id),
            trace_id: id(said.trace_id),
        }
    }

    fn silent(status: u16, message: Option<String>) -> Self {
        Self {
            status,
            code: None,
            number: None,
            reason: None,
            description: message.unwrap_or_else(|| "the answer does not say why".to_owned()),
            correlation_id: None,
            trace_id: None,
        }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(&self) -> u16 {
        self.status
    }

    /// OAuth2's code, such as `invalid_client`.
    #[must_use]
    pub const fn code(&self) -> Option<&TokenErrorCode> {
        self.code.as_ref()
    }

    /// Entra's number for the reason: the 7000215 of `AADSTS7000215`.
    #[must_use]
    pub const fn number(&self) -> Option<i64> {
        self.number
    }

    /// What the number means, where that is known.
    #[must_use]
    pub const fn reason(&self) -> Option<RefusalReason> {
        self.reason
    }

    /// What to do next, where that is known.
    #[must_use]
    pub fn next_step(&self) -> Option<&'static str> {
        self.reason.map(RefusalReason::next_step)
    }

    /// The endpoint's explanation, on one line; it may change at any time.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.description
    }

    /// The name of this exchange, for a support request.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&str> {
        self.correlation_id.as_deref()
    }

    /// The issuer's own name of this exchange, for a support request.
    #[must_use]
    pub fn trace_id(&self) -> Option<&str> {
        self.trace_id.as_deref()
    }

    pub(crate) fn because(mut self, reason: RefusalReason) -> Self {
        self.reason = Some(reason);
        self
    }

    /// Whether the issuer says, in spite of the status, that it has only a bad moment.
    pub(crate) const fn may_pass(&self) -> bool {
        matches!(
            self.code,
            Some(TokenErrorCode::TemporarilyUnavailable | TokenErrorCode::ServerError)
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}", self.status)?;
        if let Some(code) = &self.code {
            write!(f, " {code}")?;
        }
        write!(f, "): {}", self.description)?;
        if let Some(step) = self.next_step() {
            write!(f, "; {step}")?;
        }
        if let Some(id) = &self.correlation_id {
            write!(f, "; correlation id {id}")?;
        }
        if let Some(id) = &self.trace_id {
            write!(f, "; trace id {id}")?;
        }
        Ok(())
    }
}

/// The description without the ids, which have properties of their own.
fn explanation(description: &str) -> &str {
    let end = IDS.iter().filter_map(|id| description.find(id)).min();
    end.and_then(|end| description.get(..end))
        .unwrap_or(description)
        .trim_end()
        .trim_end_matches('.')
}

/// The number in `AADSTS7000215: …`, where it has no property of its own.
fn number_in(description: &str) -> Option<i64> {
    let (_, rest) = description.split_once("AADSTS")?;
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

/// A message of an issuer that does not speak OAuth2: App Service says `message` alone.
fn message_of(body: &[u8], secrets: &Secrets) -> Option<String> {
    let body: serde_json::Value = serde_json::from_slice(body).ok()?;
    let message = body.get("message")?.as_str()?;
    Some(secrets.scrub(message))
}

#[cfg(test)]
mod tests;
