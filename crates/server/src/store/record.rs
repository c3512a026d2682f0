//! What a store keeps and gives back.

mod external;
mod guard;
mod identity;
mod indicator;
mod replica;
mod scope;
mod sign_in;
mod tenancy;
mod trail;

use std::net::IpAddr;
use std::time::Duration;

use quell_model::{ActionId, MachineId, Sha1, Timestamp};
use quell_protocol::{MachineFacts, Protection};

use crate::core::audit::By;
use crate::core::{
    ActionKind, AlreadyEnded, Ask, Ceiling, DuplicateRule, Event, GroupId, Health, State, TenantId,
};
use crate::odata::{MAX_TOP, Query};
use crate::secret::SecretHash;

pub use external::ExternalIssuer;
pub use guard::{Census, Freeze, ProtectedFile};
pub use identity::{Attendance, Attended, CloneRecord, Rotated, Rotation, Standing, TokenRecord};
pub use indicator::{Author, IndicatorRecord, Kept};
pub use replica::{Caller, Heard, Hearing, RunningServer};
pub use scope::{ActionScope, MachineScope};
pub use sign_in::{
    DeviceRequest, Granted, NewCode, NewDeviceCode, NewSignIn, Person, Polled, Redeemed, Redemption,
};
pub use tenancy::{
    Changed, DeviceGroup, Holder, Holdings, Named, NamedReach, NewRole, RoleRecord, Tenant,
};
pub use trail::KeptEntry;

/// Where the server is reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Its base URL, without a slash at its end.
    pub base_url: String,
    /// The certificate authority by which it is trusted, in DER; none without TLS.
    pub authority: Option<Vec<u8>>,
}

/// An application that may ask for tokens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Whose it is.
    pub tenant: TenantId,
    /// Its name in requests: a GUID in lower case.
    pub client_id: String,
    /// Its name for people: the `requestor` of its actions.
    pub display_name: String,
    /// The permissions that its tokens carry.
    pub roles: Vec<String>,
    /// What its secret is compared with, if it has one.
    pub secret: Option<SecretHash>,
    /// The certificate whose key it signs assertions with, in DER, if it has one.
    pub certificate: Option<Vec<u8>>,
    /// The scopes that persons who sign in with it may give it.
    pub scopes: Vec<String>,
    /// Where persons come back to after they signed in.
    pub redirect_uris: Vec<String>,
    /// When it was added.
    pub created: Timestamp,
}

/// What an application is registered for: what is asked of it at every call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// The permissions that it has by itself.
    pub roles: Vec<String>,
    /// The scopes that persons who sign in with it may give it.
    pub scopes: Vec<String>,
}

impl Application {
    /// Whether it can keep no secret: a command on someone's desk, for instance.
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.secret.is_none() && self.certificate.is_none()
    }
}

/// A key that tokens are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Its name in tokens.
    pub id: String,
    /// The private key in PKCS #8.
    pub pkcs8: Vec<u8>,
    /// When it was made.
    pub created: Timestamp,
    /// From when on it signs.
    pub begins: Timestamp,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey")
            .field("id", &self.id)
            .field("created", &self.created)
            .field("begins", &self.begins)
            .finish_non_exhaustive()
    }
}

/// A token with which machines enrol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEnrolmentToken {
    /// The tenant that the machines will belong to.
    pub tenant: TenantId,
    /// The SHA-256 of its secret, which has 256 random bits and needs no salt.
    pub digest: [u8; 32],
    /// When it was made.
    pub created: Timestamp,
    /// From here on it lets nobody in.
    pub expires: Timestamp,
    /// How many machines it lets in.
    pub uses: u32,
    /// The tags that a machine gets with it.
    pub tags: Vec<String>,
    /// The one machine that it lets in, whatever key is enrolled under that id.
    pub replaces: Option<MachineId>,
    /// The device group that they come into.
    pub group: Option<GroupId>,
}

/// A machine that asks to be let in; that it holds its key is proved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    /// The SHA-256 of the token's secret.
    pub digest: [u8; 32],
    /// The id that the machine gives itself.
    pub machine: MachineId,
    /// Its Ed25519 public key.
    pub public_key: Vec<u8>,
    /// What it says of itself.
    pub facts: MachineFacts,
    /// Where it called from.
    pub address: Option<IpAddr>,
    /// The present moment.
    pub now: Timestamp,
}

/// What became of an enrolment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Enrolled {
    /// The machine belongs to this tenant and is known by this id: that of its first enrolment,
    /// however it was spelled since.
    In(TenantId, MachineId),
    /// The token is unknown, used up or expired.
    BadToken,
    /// Another key is enrolled under this id and was not revoked.
    Taken,
    /// This very key was revoked.
    RevokedKey,
}

/// The key of an enrolled machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceKey {
    /// The machine's tenant.
    pub tenant: TenantId,
    /// The machine, spelled as it is kept.
    pub machine: MachineId,
    /// Its Ed25519 public key.
    pub public_key: Vec<u8>,
    /// The key that it proposed and has not taken into use yet.
    pub next_key: Option<Vec<u8>>,
    /// Whether an operator revoked it.
    pub revoked: bool,
}

/// A machine's request with a good assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Admission {
    /// The machine's tenant.
    pub tenant: TenantId,
    /// The machine.
    pub machine: MachineId,
    /// The assertion's number.
    pub jti: String,
    /// Until when the number must be remembered.
    pub forget_after: Timestamp,
    /// Where it called from.
    pub address: Option<IpAddr>,
    /// The present moment.
    pub now: Timestamp,
}

/// A machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineRecord {
    /// Its id.
    pub id: MachineId,
    /// What it says of itself.
    pub facts: MachineFacts,
    /// Where it called from last.
    pub last_address: Option<String>,
    /// When it was enrolled first.
    pub first_seen: Timestamp,
    /// When it called last.
    pub last_seen: Timestamp,
    /// Whether it can be counted on.
    pub health: Health,
    /// Whether an operator revoked its key.
    pub revoked: bool,
    /// Whether another was noticed that has its identity.
    pub cloned: bool,
    /// What its operators call it by, in the order of the alphabet.
    pub tags: Vec<String>,
    /// The device group that it is in.
    pub group: GroupId,
    /// The group's name; none when it is in none.
    pub group_name: Option<String>,
}

/// A file on a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sighted {
    /// Why it is protected, if any copy is.
    pub protection: Option<Protection>,
}

/// The hash by which a file is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileName {
    /// A SHA-1.
    Sha1(Sha1),
    /// A SHA-256: 64 hexadecimal digits in lower case.
    Sha256(String),
}

/// What is known of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileRecord {
    /// Its SHA-1.
    pub sha1: Sha1,
    /// Its SHA-256, if any machine computed it.
    pub sha256: Option<String>,
    /// Bytes.
    pub size: u64,
    /// On how many machines it was seen.
    pub prevalence: u64,
    /// When it was seen first.
    pub first_seen: Timestamp,
    /// When it was seen last.
    pub last_seen: Timestamp,
}

/// Where and when a file was seen, as far back as was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSightings {
    /// On how many machines.
    pub machines: u64,
    /// When the first of the copies that were seen was seen first, which may be longer ago than was
    /// asked.
    pub first_seen: Option<Timestamp>,
    /// When any was seen last.
    pub last_seen: Option<Timestamp>,
    /// The names that it goes by, the most frequent first (at most [`MAX_FILE_NAMES`]).
    pub names: Vec<String>,
}

/// How many names of a file are told.
pub const MAX_FILE_NAMES: usize = 5;

/// A request for an action that passed every check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Whose it is.
    pub tenant: TenantId,
    /// The id of the action, should this make one.
    pub id: ActionId,
    /// The machine.
    pub machine: MachineId,
    /// The machine's DNS name as it is now.
    pub computer_dns_name: String,
    /// The file.
    pub sha1: Sha1,
    /// What is asked.
    pub ask: Ask,
    /// The client id of the application that asks.
    pub application: String,
    /// Who asks.
    pub requestor: String,
    /// Why.
    pub comment: String,
    /// The caller's title.
    pub title: Option<String>,
    /// The caller's own id.
    pub external_id: Option<String>,
    /// By whom, for the audit trail.
    pub by: By,
    /// How repeats are treated.
    pub duplicates: DuplicateRule,
    /// On how many machines the application may have files stopped.
    pub ceiling: Ceiling,
    /// The present moment.
    pub now: Timestamp,
}

/// What became of a [`Submission`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Submitted {
    /// It made this action.
    New(ActionRecord),
    /// This action is active already.
    Again(ActionRecord),
    /// A like action is active already, for too long to be the same request.
    Refused,
    /// The machine was revoked, and gets no orders.
    Revoked,
    /// The application had files stopped on as many other machines within the hour as it may.
    Ceiling {
        /// As many.
        most: u32,
        /// Whether that counts this file alone.
        of_one_file: bool,
    },
}

/// A machine action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActionRecord {
    /// Its id.
    pub id: ActionId,
    /// Its machine.
    pub machine: MachineId,
    /// The machine's DNS name when it was asked.
    pub computer_dns_name: String,
    /// The file.
    pub sha1: Sha1,
    /// Who asked.
    pub requestor: String,
    /// Why.
    pub comment: String,
    /// The caller's title.
    pub title: Option<String>,
    /// The caller's own id.
    pub external_id: Option<String>,
    /// When it was asked.
    pub created: Timestamp,
    /// How far it is.
    pub state: State,
    /// What was asked.
    pub kind: ActionKind,
}

/// What happens to an action, by whom and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Happened {
    /// What.
    pub event: Event,
    /// What its machine said of it, as JSON.
    pub details: Option<String>,
    /// By whom, for the audit trail.
    pub by: By,
    /// The present moment.
    pub now: Timestamp,
}

/// What an event made of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advanced {
    /// The action as it is now.
    pub action: ActionRecord,
    /// Whether the event was allowed.
    pub verdict: Result<Change, AlreadyEnded>,
}

/// Whether anything changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The action is in a new state.
    Moved,
    /// It is where it was.
    Stayed,
}

/// One page of a collection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T> {
    /// The entities.
    pub items: Vec<T>,
    /// How many there are in all, if that was asked.
    pub count: Option<u64>,
    /// Whether more follow.
    pub more: bool,
}

impl<T> Page<T> {
    /// The page of a collection of which all is known, in its order.
    #[must_use]
    pub fn of(all: Vec<T>, query: &Query) -> Self {
        let count = query.count().then_some(all.len() as u64);
        let whole = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let limit = whole(u64::from(query.top().unwrap_or(MAX_TOP)));
        let mut rest = all.into_iter().skip(whole(query.skip()));
        let items = rest.by_ref().take(limit).collect();
        let more = query.top().is_none() && rest.next().is_some();
        Self { items, count, more }
    }
}

/// What passing time ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SweepRule {
    /// A machine not heard of for so long is inactive.
    pub inactive_after: Duration,
    /// A sighting older than this is forgotten.
    pub sightings_kept: Duration,
    /// How much of what the clock shows has not passed, as it was set forward: nothing that waits is over
    /// because of that.
    pub held_back: Duration,
}

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Actions that timed out.
    pub timed_out: u64,
    /// Machines that became inactive.
    pub inactive: u64,
}
