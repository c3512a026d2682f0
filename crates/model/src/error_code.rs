//! What is known of the service's error codes.

use crate::ErrorCode;
use crate::generated::error_codes::ERROR_CODES;

/// What a client can do about a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Retry {
    /// Nothing: the same request would be refused again.
    Never,
    /// Ask once more with a fresh token.
    FreshToken,
    /// Ask again after the answer's `Retry-After`, or with growing pauses.
    Later,
    /// Ask again when the machine's running action has ended or was cancelled.
    WhenEnded,
}

/// An error code: the status it comes with, and what a client can do.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ErrorCodeInfo {
    /// The code.
    pub code: ErrorCode,
    /// The status of the answer.
    pub status: u16,
    /// What a client can do.
    pub retry: Retry,
    /// The documented message, `{}` for what differs.
    pub message: &'static str,
    /// What it means, in our words.
    pub meaning: &'static str,
}

impl ErrorCode {
    /// What is known of the code; nothing of one that this version does not know.
    #[must_use]
    pub fn info(&self) -> Option<&'static ErrorCodeInfo> {
        ERROR_CODES.iter().find(|info| info.code == *self)
    }
}
