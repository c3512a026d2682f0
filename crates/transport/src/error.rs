//! Why an exchange failed, and how far the request got before it did.

use std::error::Error as StdError;
use std::fmt;

/// How far a failed request got.
///
/// The distinction decides whether a caller may repeat a request that must not
/// be executed twice, so `NotSent` is a proof and `Unknown` is everything else.
///
/// # What is proved, and by what
///
/// | What happened | Reach | Because |
/// | --- | --- | --- |
/// | the URI is relative or of an unknown scheme | `NotSent` | nothing was attempted |
/// | the name has no address | `NotSent` | there was no one to send it to |
/// | refused, unreachable, no connection in time | `NotSent` | a request is written to a connection |
/// | the proxy denied the tunnel | `NotSent` | it saw a host's name, and no request |
/// | the TLS handshake failed | `NotSent` | requests are written after it; early data is off |
/// | a kept connection closed before the first byte was written | `NotSent` | the HTTP library hands the request back, unwritten |
/// | a kept connection closed while bytes were written | `Unknown` | some may have been read, and the rest be on its way |
/// | reset or end after the request was written | `Unknown` | the service acts before it answers |
/// | a time-out before the answer's end | `Unknown` | it may still be acting |
/// | an answer cut off, garbled, too large or badly coded | `Unknown` | it has answered, so it may have acted |
/// | HTTP/2: the stream was refused, or is beyond the last one of `GOAWAY` | `Unknown` | see below |
/// | the total time-out while connecting | `Unknown` | it is not told apart; keep `connect_timeout` below it |
///
/// RFC 9113 (§6.8, §8.7) takes such a stream for unprocessed. But its bytes have left;
/// the word is that of whoever ends the connection in front of the service, which may
/// have passed the request on; h2 0.4 says it by an error that names neither stream; and a
/// quota may have counted it. A caller loses little: it looks before it repeats.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Not one byte of the request left for the service; it cannot have acted.
    NotSent,
    /// The service may have received the request and may have acted on it.
    Unknown,
}

/// What went wrong in an exchange.
///
/// The kind alone decides [`reach`](Self::reach): a failure whose reach is
/// disputable has a kind that answers `Unknown`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// The request cannot be sent at all: a relative URI, a scheme that the
    /// transport does not speak. Repeating it is useless.
    InvalidRequest,
    /// The host's name has no address, or the resolver did not answer.
    Resolve,
    /// No connection came about: refused, unreachable, timed out, or a proxy
    /// declined to open a tunnel.
    Connect,
    /// The TLS handshake failed: an untrusted certificate, or no TLS at all on
    /// the other side.
    Tls,
    /// A kept-alive connection had closed before the request's first byte was
    /// written to it.
    ConnectionClosed,
    /// The answer, or its first byte, did not arrive in the time allowed.
    Timeout,
    /// The connection broke, or ended, before the answer was complete.
    Interrupted,
    /// The answer exceeds [`TransportOptions::body_cap`](crate::TransportOptions::body_cap).
    BodyTooLarge,
    /// What arrived is not HTTP, or its content coding is broken.
    Decode,
    /// Anything else.
    Other,
}

impl TransportErrorKind {
    /// How far a request that failed in this way got.
    #[must_use]
    pub const fn reach(self) -> Reach {
        match self {
            Self::InvalidRequest
            | Self::Resolve
            | Self::Connect
            | Self::Tls
            | Self::ConnectionClosed => Reach::NotSent,
            Self::Timeout | Self::Interrupted | Self::BodyTooLarge | Self::Decode | Self::Other => {
                Reach::Unknown
            }
        }
    }

    const fn sentence(self) -> &'static str {
        match self {
            Self::InvalidRequest => "the request cannot be sent",
            Self::Resolve => "the host name could not be resolved",
            Self::Connect => "no connection could be made",
            Self::Tls => "the TLS handshake failed",
            Self::ConnectionClosed => "the connection closed before the request was written",
            Self::Timeout => "no complete answer came in time",
            Self::Interrupted => "the connection ended before the answer was complete",
            Self::BodyTooLarge => "the answer is larger than allowed",
            Self::Decode => "the answer is not valid HTTP",
            Self::Other => "the exchange failed",
        }
    }
}

/// An exchange that brought no answer.
///
/// An answer of any status is no error. The message never repeats the source,
/// and neither names the URL, a header or a body: follow
/// [`source`](StdError::source) for the cause.
///
/// ```
/// use quell_transport::{Reach, TransportError, TransportErrorKind};
///
/// let error = TransportError::new(TransportErrorKind::Timeout);
/// assert_eq!(error.reach(), Reach::Unknown);
/// assert_eq!(error.to_string(), "no complete answer came in time");
/// ```
#[derive(Debug)]
pub struct TransportError {
    kind: TransportErrorKind,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl TransportError {
    /// An error without a further cause.
    #[must_use]
    pub const fn new(kind: TransportErrorKind) -> Self {
        Self { kind, source: None }
    }

    /// An error that keeps its cause.
    ///
    /// The caller sees that the cause's texts hold no secret: HTTP libraries
    /// like to print the URL, whose query may be one.
    #[must_use]
    pub fn with_source(
        kind: TransportErrorKind,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    /// What went wrong.
    #[must_use]
    pub const fn kind(&self) -> TransportErrorKind {
        self.kind
    }

    /// How far the request got.
    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.kind.reach()
    }
}

impl From<TransportErrorKind> for TransportError {
    fn from(kind: TransportErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.sentence())
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_leaves_the_cause_to_the_source() {
        let error = TransportError::with_source(TransportErrorKind::Connect, "port is closed");
        assert_eq!(error.to_string(), "no connection could be made");
        assert_eq!(error.source().unwrap().to_string(), "port is closed");
    }

    #[test]
    fn only_what_precedes_the_first_byte_is_proved_not_sent() {
        use TransportErrorKind::*;
        for kind in [InvalidRequest, Resolve, Connect, Tls, ConnectionClosed] {
            assert_eq!(kind.reach(), Reach::NotSent, "{kind:?}");
        }
        for kind in [Timeout, Interrupted, BodyTooLarge, Decode, Other] {
            assert_eq!(kind.reach(), Reach::Unknown, "{kind:?}");
        }
    }
}
