//! What was not done, and how often.

use std::net::IpAddr;

/// Why something was not done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The caller's token has not the permission.
    Permission,
    /// The file is one that must not be taken away.
    Protected,
    /// The file is on too many machines.
    BlastRadius,
    /// The file was not seen on the machine.
    UnknownFile,
    /// A like action is active.
    Active,
    /// The machine was revoked.
    Revoked,
    /// The action has ended.
    Ended,
    /// The token was no good.
    Token,
    /// The client's id or secret was wrong.
    Client,
    /// A person's name or password was wrong.
    Password,
    /// What a machine proves itself with was no good.
    DeviceProof,
    /// The enrolment token was no good.
    EnrolmentToken,
    /// Another key is enrolled under the machine's id.
    OtherKey,
    /// The application had files stopped on as many machines as it may.
    Ceiling,
}

impl Refusal {
    /// Its name in a trail.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Permission => "Permission",
            Self::Protected => "Protected",
            Self::BlastRadius => "BlastRadius",
            Self::UnknownFile => "UnknownFile",
            Self::Active => "Active",
            Self::Revoked => "Revoked",
            Self::Ended => "Ended",
            Self::Token => "Token",
            Self::Client => "Client",
            Self::Password => "Password",
            Self::DeviceProof => "DeviceProof",
            Self::EnrolmentToken => "EnrolmentToken",
            Self::OtherKey => "OtherKey",
            Self::Ceiling => "Ceiling",
        }
    }
}

/// How often something was refused. See [`Deed::RefusalsCounted`](super::Deed::RefusalsCounted).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalCount {
    /// Why.
    pub why: Refusal,
    /// What was called.
    pub operation: &'static str,
    /// The application that was refused, if it is one of the tenant's.
    pub application: Option<String>,
    /// Where the last of these calls came from.
    pub peer: Option<IpAddr>,
    /// How often.
    pub count: u64,
}
