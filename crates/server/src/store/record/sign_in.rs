//! Persons, and how they sign in.

use std::fmt;

use quell_model::Timestamp;

use crate::core::TenantId;

/// A person who may sign in.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// Whose he is.
    pub tenant: TenantId,
    /// His object id: a GUID, the same for as long as he is known.
    pub id: String,
    /// What he signs in with, in lower case.
    pub name: String,
    /// His name for people.
    pub display_name: String,
    /// What his password is compared with, in the PHC format.
    pub password: String,
    /// The scopes that applications may be given in his name.
    pub scopes: Vec<String>,
    /// When he was added.
    pub created: Timestamp,
}

impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person")
            .field("tenant", &self.tenant)
            .field("id", &self.id)
            .field("name", &self.name)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// What a sign-in is to be known by, if it comes about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSignIn {
    /// Its id, which its access tokens carry.
    pub id: String,
    /// The SHA-256 of its first refresh token.
    pub refresh: [u8; 32],
    /// When it ends.
    pub expires: Timestamp,
}

/// What a person granted an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// The sign-in that it belongs to.
    pub sign_in: String,
    /// The person's object id.
    pub person: String,
    /// What was asked for and granted, as a list of scopes.
    pub scope: String,
    /// What the application wants repeated in the id token.
    pub nonce: Option<String>,
}

/// An authorization code that is about to be given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewCode {
    /// Its SHA-256.
    pub digest: [u8; 32],
    /// The application's tenant.
    pub tenant: TenantId,
    /// The application.
    pub client_id: String,
    /// The person's object id.
    pub person: String,
    /// What he granted.
    pub scope: String,
    /// Where the code is sent.
    pub redirect_uri: String,
    /// The S256 challenge of whoever asked.
    pub challenge: String,
    /// What the id token repeats.
    pub nonce: Option<String>,
    /// From here on it is of no use.
    pub expires: Timestamp,
}

/// Who shows an authorization code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redemption {
    /// The code's SHA-256.
    pub digest: [u8; 32],
    /// The application's tenant.
    pub tenant: TenantId,
    /// The application, which proved who it is.
    pub client_id: String,
    /// Where it says that the code was sent.
    pub redirect_uri: String,
    /// The S256 challenge of the verifier that it shows.
    pub challenge: String,
    /// What the sign-in is to be known by.
    pub new: NewSignIn,
    /// The present moment.
    pub now: Timestamp,
}

/// What became of a code or a refresh token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Redeemed {
    /// It was good.
    For(Granted),
    /// It is unknown, over, or another's.
    Invalid,
    /// It was used before: whoever has it may be a thief, and the sign-in is ended.
    Reused,
}

/// A device code that is about to be given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeviceCode {
    /// Its SHA-256.
    pub digest: [u8; 32],
    /// What the person types.
    pub user_code: String,
    /// The application's tenant.
    pub tenant: TenantId,
    /// The application.
    pub client_id: String,
    /// What it asks for.
    pub scope: String,
    /// From here on it is of no use.
    pub expires: Timestamp,
    /// How long to wait between two questions, in seconds.
    pub pause: u32,
}

/// What waits for a person behind a user code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceRequest {
    /// The application's tenant.
    pub tenant: TenantId,
    /// The application.
    pub client_id: String,
    /// What it asks for.
    pub scope: String,
}

/// What a device is told that asks about its code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Polled {
    /// The person signed in. This is said once.
    For(Granted),
    /// He has not decided.
    Pending,
    /// He has not decided, and was asked about too soon.
    TooSoon,
    /// He refused.
    Denied,
    /// He took too long.
    Expired,
    /// The code is unknown, used, or another's.
    Unknown,
}
