//! What a caller may say about one call.

use std::fmt;
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use quell_ratelimit::Priority;

use crate::random;

/// The header that carries the caller's own name for a call. Azure's services log it; this
/// API's documentation does not mention it, so nothing depends on it.
pub(crate) const CORRELATION: HeaderName = HeaderName::from_static("client-request-id");

/// The longest name for a call.
const LONGEST: usize = 128;

/// The caller's own name for a call: sent along as `client-request-id`, and shown in spans and
/// errors, so that both ends' logs can be laid side by side.
///
/// ```
/// use quell::CorrelationId;
///
/// let ticket = CorrelationId::new("ticket-4711")?;
/// assert!(CorrelationId::new("two words").is_err());
/// # Ok::<(), quell::InvalidCorrelationId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct CorrelationId(String);

/// Not a correlation id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a correlation id is 1 to {LONGEST} visible ASCII characters without a blank")]
pub struct InvalidCorrelationId;

impl CorrelationId {
    /// Takes 1 to 128 visible ASCII characters.
    ///
    /// # Errors
    ///
    /// [`InvalidCorrelationId`] for anything else.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidCorrelationId> {
        let text = text.into();
        let fits = (1..=LONGEST).contains(&text.len());
        if fits && text.bytes().all(|byte| byte.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(InvalidCorrelationId)
        }
    }

    /// A name that no other call has, written as a UUID.
    #[must_use]
    pub fn random() -> Self {
        let hex = format!("{:032x}", random::bits());
        let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
        Self(format!(
            "{}-{}-4{}-8{}-{}",
            part(0, 8),
            part(8, 12),
            part(13, 16),
            part(17, 20),
            part(20, 32)
        ))
    }

    /// The text as it is sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn header(&self) -> Option<HeaderValue> {
        HeaderValue::from_str(&self.0).ok()
    }
}

impl fmt::Display for CorrelationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Everything that may be said about one call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CallOptions {
    /// How long it may take in all.
    pub(crate) deadline: Option<Duration>,
    /// Who goes first when permits are short.
    pub(crate) priority: Priority,
    pub(crate) correlation_id: Option<CorrelationId>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_header_can_carry_is_taken() {
        for text in ["", " ", "a b", "a\r\nb", "é", &"x".repeat(129)] {
            assert_eq!(
                CorrelationId::new(text),
                Err(InvalidCorrelationId),
                "{text:?}"
            );
        }
        let longest = CorrelationId::new("x".repeat(128)).unwrap();
        assert!(longest.header().is_some());
    }

    #[test]
    fn a_random_one_is_a_uuid() {
        let id = CorrelationId::random();
        let lengths: Vec<usize> = id.as_str().split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_ne!(id, CorrelationId::random());
    }
}
