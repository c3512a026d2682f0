//! What outlives the process.
//!
//! Small traits, one for each thing that is kept, and [`Store`] that is all of them. Every
//! method names the tenant that it speaks of; the two exceptions ([`Fleet::enrol`] and
//! [`Fleet::device_keys`]) are how a machine's tenant is found.
//!
//! A method that changes something returns after the change is durable, and makes its decision and
//! its change in one transaction, by the rules of [`crate::core`].

#[cfg(test)]
mod conformance;
mod database;
mod guard;
mod identities;
pub(crate) mod postgres;
pub mod record;
mod schema;
mod sql_store;
mod sqlite;
mod tables;
mod tenancy;
mod watch;

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use quell_model::{ActionId, IndicatorId, MachineId, Sha1, Timestamp};
use quell_protocol::{Inventory, Order, Sighting};
use uuid::Uuid;

use crate::core::audit::{By, Checkpoint, Deed, Head, Link, Signed};
use crate::core::{Draft, Reach, Tag, TenantId, View};
pub use guard::Guard;
pub use identities::Identities;
pub(crate) use postgres::schema_version_of;
use quell_ratelimit::{Quota, Verdict};
use record::{
    ActionRecord, ActionScope, Address, Admission, Advanced, Application, Author, Caller,
    DeviceKey, DeviceRequest, Enrolled, Enrolment, FileName, FileRecord, FileSightings, Happened,
    Hearing, IndicatorRecord, Kept, KeptEntry, MachineRecord, MachineScope, NewCode, NewDeviceCode,
    NewEnrolmentToken, NewSignIn, Page, Person, Polled, Redeemed, Redemption, Registration,
    RunningServer, Sighted, SigningKey, Submission, Submitted, SweepRule, Swept,
};
pub use sql_store::SqlStore;
pub(crate) use sqlite::{SchemaVersion, check as check_copy, copy as copy_store, schema_version};
pub use tenancy::{DeviceGroups, Roles, Tenants};
pub use watch::WriteWatch;

use crate::odata::Query;

/// Why a store did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// It cannot now: the disk is full, the file is locked or read-only. Nothing was changed.
    #[error("the store is not available: {0}")]
    Unavailable(String),
    /// Whether it was done is not known: the database was lost at the very end, and did not come
    /// back in time to be asked.
    #[error("it is not known whether the store kept a change: {0}")]
    Unknown(String),
    /// The data were written by a newer version.
    #[error("the store has schema {found}, this version knows schemas up to {known}")]
    TooNew {
        /// The schema of the data.
        found: i64,
        /// The newest schema that this version knows.
        known: i64,
    },
    /// A stored value is not what was written.
    #[error("the store holds a damaged value: {0}")]
    Damaged(String),
}

/// Tenants and applications.
#[async_trait]
pub trait Directory: Debug + Send + Sync {
    /// The server's name in the assertions of its machines; made once.
    async fn server_name(&self) -> Result<String, StoreError>;
    /// Keeps where the server is reached, for the tokens that operators make.
    async fn set_address(&self, address: Address) -> Result<(), StoreError>;
    /// Where the server is reached; `None` before its first start.
    async fn address(&self) -> Result<Option<Address>, StoreError>;
    /// The tenant that was made first; made now if there is none.
    async fn first_tenant(&self, now: Timestamp) -> Result<TenantId, StoreError>;
    /// Whether there is such a tenant.
    async fn has_tenant(&self, tenant: TenantId) -> Result<bool, StoreError>;

    /// Adds an application.
    async fn add_application(&self, application: Application, by: By) -> Result<(), StoreError>;
    /// An application by its client id.
    async fn application(
        &self,
        tenant: TenantId,
        client_id: &str,
    ) -> Result<Option<Application>, StoreError>;
    /// What an application is registered for, by its client id.
    async fn registration(
        &self,
        tenant: TenantId,
        client_id: &str,
    ) -> Result<Option<Registration>, StoreError>;
    /// The tenant that an application belongs to.
    async fn tenant_of(&self, client_id: &str) -> Result<Option<TenantId>, StoreError>;
    /// All applications, oldest first.
    async fn applications(&self, tenant: TenantId) -> Result<Vec<Application>, StoreError>;
    /// Removes an application; `false` when there was none.
    async fn remove_application(
        &self,
        tenant: TenantId,
        client_id: &str,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}

/// The keys that tokens are signed with.
#[async_trait]
pub trait Keys: Debug + Send + Sync {
    /// All of them, in the order of their turns.
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError>;
    /// Keeps a key, as long as the last turn of all is still `last` (none: there is no key);
    /// `false` when another was kept meanwhile.
    async fn add_signing_key(
        &self,
        key: SigningKey,
        last: Option<Timestamp>,
        by: By,
    ) -> Result<bool, StoreError>;
    /// Forgets a key; `false` when there was none.
    async fn remove_signing_key(
        &self,
        id: &str,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}

/// Persons who sign in. Their names are compared in lower case.
#[async_trait]
pub trait People: Debug + Send + Sync {
    /// Adds a person; `false` when another has the name.
    async fn add_person(&self, person: Person, by: By) -> Result<bool, StoreError>;
    /// A person by what he signs in with.
    async fn person_named(
        &self,
        tenant: TenantId,
        name: &str,
    ) -> Result<Option<Person>, StoreError>;
    /// A person by his object id.
    async fn person(&self, tenant: TenantId, id: &str) -> Result<Option<Person>, StoreError>;
    /// All of them, by name.
    async fn people(&self, tenant: TenantId) -> Result<Vec<Person>, StoreError>;
    /// Removes a person and ends his sign-ins; `false` when there was none.
    async fn remove_person(
        &self,
        tenant: TenantId,
        name: &str,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Gives a person another password and ends his sign-ins; `false` when there is none.
    async fn set_password(
        &self,
        tenant: TenantId,
        name: &str,
        password: String,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}

/// What comes of signing in: codes and refresh tokens.
#[async_trait]
pub trait SignIns: Debug + Send + Sync {
    /// Keeps an authorization code.
    async fn add_code(&self, code: NewCode) -> Result<(), StoreError>;
    /// Uses a code up. Shown again, it ends the sign-in that came of it; shown with anything
    /// wrong, it is of no more use.
    async fn redeem_code(&self, shown: Redemption) -> Result<Redeemed, StoreError>;
    /// What the person agreed to whose sign-in a refresh token belongs to, used or not: looked at
    /// before it is used up.
    async fn agreed_scope(
        &self,
        tenant: TenantId,
        client_id: &str,
        shown: [u8; 32],
        now: Timestamp,
    ) -> Result<Option<String>, StoreError>;
    /// Exchanges a refresh token for the next one. Shown again, it ends the sign-in.
    async fn refresh(
        &self,
        tenant: TenantId,
        client_id: &str,
        shown: [u8; 32],
        next: [u8; 32],
        now: Timestamp,
    ) -> Result<Redeemed, StoreError>;
    /// Who is signed in with this application by this sign-in, which has not ended.
    async fn signed_in(
        &self,
        tenant: TenantId,
        sign_in: &str,
        client_id: &str,
        now: Timestamp,
    ) -> Result<Option<Person>, StoreError>;
    /// Forgets what is over.
    async fn forget_sign_ins(&self, now: Timestamp) -> Result<(), StoreError>;
}

/// Issuers of others that tenants trust.
#[async_trait]
pub trait ExternalIssuers: Debug + Send + Sync {
    /// Trusts an issuer; `false` when it is trusted already, by this tenant or another.
    async fn add_external_issuer(
        &self,
        issuer: record::ExternalIssuer,
        by: By,
    ) -> Result<bool, StoreError>;
    /// Those of all tenants.
    async fn external_issuers(&self) -> Result<Vec<record::ExternalIssuer>, StoreError>;
    /// Trusts an issuer no more; `false` when it was not trusted.
    async fn remove_external_issuer(
        &self,
        tenant: TenantId,
        issuer: &str,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}

/// Device codes (RFC 8628).
#[async_trait]
pub trait DeviceCodes: Debug + Send + Sync {
    /// Keeps a code; `false` when another has its user code.
    async fn add_device_code(&self, code: NewDeviceCode) -> Result<bool, StoreError>;
    /// What waits behind a user code for a person to decide.
    async fn device_request(
        &self,
        user_code: &str,
        now: Timestamp,
    ) -> Result<Option<DeviceRequest>, StoreError>;
    /// Keeps the person's decision: his object id and the scope that he grants, or none for a
    /// refusal; `false` when nothing waits any more.
    async fn decide_device(
        &self,
        user_code: &str,
        person: Option<(String, String)>,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// Tells a device what became of its code; a code that was granted is used up.
    async fn poll_device(
        &self,
        tenant: TenantId,
        client_id: &str,
        digest: [u8; 32],
        new: NewSignIn,
        now: Timestamp,
    ) -> Result<Polled, StoreError>;
}

/// Machines, their keys, and the files seen on them.
#[async_trait]
pub trait Fleet: Debug + Send + Sync {
    /// Keeps a token with which machines enrol.
    async fn add_enrolment_token(&self, token: NewEnrolmentToken, by: By)
    -> Result<(), StoreError>;
    /// Lets a machine in. Asking again with the same key changes nothing.
    async fn enrol(&self, enrolment: Enrolment) -> Result<Enrolled, StoreError>;
    /// The keys of the machines of this id, of every tenant (at most 16).
    async fn device_keys(&self, machine: &MachineId) -> Result<Vec<DeviceKey>, StoreError>;
    /// Remembers that a machine's assertion was used and that the machine is alive; `false` when
    /// the assertion was used before.
    async fn admit(&self, admission: Admission) -> Result<bool, StoreError>;
    /// Shows the machine as one that cannot be understood.
    async fn impair(&self, tenant: TenantId, machine: &MachineId) -> Result<(), StoreError>;
    /// Refuses the machine's key from now on, and cancels what was ordered from it; `false` when
    /// there is no such machine.
    async fn revoke(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;

    /// A machine by its id or its DNS name, both in any case.
    async fn machine(&self, view: View, name: &str) -> Result<Option<MachineRecord>, StoreError>;
    /// One page of the machines of a scope, by id unless the query says otherwise.
    async fn machines(
        &self,
        view: View,
        scope: MachineScope,
        query: Query,
    ) -> Result<Page<MachineRecord>, StoreError>;
    /// Gives a machine, spelled as it is kept, tags and takes tags from it; one that is in both
    /// lists it has afterwards.
    async fn tag(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        add: Vec<Tag>,
        remove: Vec<Tag>,
        by: By,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// Keeps what a machine says of its files.
    async fn record_inventory(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        inventory: Inventory,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Keeps that files were seen on a machine, which need not be enrolled yet.
    async fn add_sightings(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        sightings: Vec<Sighting>,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Whether a file was seen on a machine since a moment, and whether it is protected there.
    async fn sighted(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        sha1: Sha1,
        since: Timestamp,
    ) -> Result<Option<Sighted>, StoreError>;
    /// What is known of a file.
    async fn file(&self, view: View, name: FileName) -> Result<Option<FileRecord>, StoreError>;
    /// Where a file was seen since a moment.
    async fn file_sightings(
        &self,
        view: View,
        sha1: Sha1,
        since: Timestamp,
    ) -> Result<FileSightings, StoreError>;
}

/// Machine actions and the orders that carry them out.
#[async_trait]
pub trait Ledger: Debug + Send + Sync {
    /// Takes an action and orders it from its machine, unless a like one is active.
    async fn submit(&self, submission: Submission) -> Result<Submitted, StoreError>;
    /// One action.
    async fn action(
        &self,
        view: View,
        action: &ActionId,
    ) -> Result<Option<ActionRecord>, StoreError>;
    /// What the machine reported of an action when it ended, as JSON. It may be long, so it is no
    /// part of an action's record, of which lists have thousands.
    async fn details(
        &self,
        tenant: TenantId,
        action: &ActionId,
    ) -> Result<Option<String>, StoreError>;
    /// One page of the actions of a scope, newest first unless the query says otherwise.
    async fn actions(
        &self,
        view: View,
        scope: ActionScope,
        query: Query,
    ) -> Result<Page<ActionRecord>, StoreError>;
    /// Lets something happen to an action; `None` when there is no such action, or when it is not
    /// one of `machine`, if that is given. Its details are kept beside it.
    async fn advance(
        &self,
        tenant: TenantId,
        action: &ActionId,
        machine: Option<&MachineId>,
        happened: Happened,
    ) -> Result<Option<Advanced>, StoreError>;
    /// Forgets the machine's orders up to a sequence number.
    ///
    /// A number that the machine was never given comes from data that were lost (a backup was
    /// restored): then nothing is forgotten, and the waiting orders are numbered anew above it, or
    /// the machine would take them for old ones.
    async fn acknowledge(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        sequence: u64,
    ) -> Result<(), StoreError>;
    /// The machine's orders above a sequence number that still have an effect, oldest first (at
    /// most 64).
    async fn orders(
        &self,
        tenant: TenantId,
        machine: &MachineId,
        above: u64,
        now: Timestamp,
    ) -> Result<Vec<Order>, StoreError>;
    /// Lets time pass: ends what is overdue, and forgets what is too old to matter.
    async fn sweep(&self, rule: SweepRule, now: Timestamp) -> Result<Swept, StoreError>;
}

/// What a tenant wants noticed or blocked wherever it turns up.
#[async_trait]
pub trait Indicators: Debug + Send + Sync {
    /// Keeps an indicator, in the place of the one of the same kind and value if there is one: it
    /// stays its first author's, of the application that it was made for, and as old as it is.
    async fn keep_indicator(
        &self,
        tenant: TenantId,
        draft: Draft,
        author: Author,
        reach: Reach,
        by: By,
        now: Timestamp,
    ) -> Result<Kept, StoreError>;
    /// One page of the indicators within reach that have not ended, oldest first unless the query
    /// says otherwise.
    async fn indicators(
        &self,
        tenant: TenantId,
        reach: Reach,
        now: Timestamp,
        query: Query,
    ) -> Result<Page<IndicatorRecord>, StoreError>;
    /// Forgets an indicator; `false` when none of this id is within reach.
    async fn delete_indicator(
        &self,
        tenant: TenantId,
        id: &IndicatorId,
        reach: Reach,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
}

/// What was done, by whom: one trail a tenant, which is only appended to.
///
/// What changes something tells of it by itself, in its own transaction; [`tell`](Self::tell) is
/// for what changes nothing and is told all the same.
#[async_trait]
pub trait Trail: Debug + Send + Sync {
    /// Writes an entry, durably.
    async fn tell(
        &self,
        tenant: TenantId,
        by: By,
        deed: Deed,
        now: Timestamp,
    ) -> Result<(), StoreError>;
    /// Who has a trail.
    async fn trails(&self) -> Result<Vec<TenantId>, StoreError>;
    /// Where a trail ends.
    async fn trail_end(&self, tenant: TenantId) -> Result<Link, StoreError>;
    /// The first entries above a number.
    async fn entries(
        &self,
        tenant: TenantId,
        above: u64,
        limit: u32,
    ) -> Result<Vec<KeptEntry>, StoreError>;
    /// The first signed heads from a number on.
    async fn heads(
        &self,
        tenant: TenantId,
        from: u64,
        limit: u32,
    ) -> Result<Vec<Signed<Head>>, StoreError>;
    /// The head that was signed last.
    async fn last_head(&self, tenant: TenantId) -> Result<Option<Signed<Head>>, StoreError>;
    /// Keeps a signed head.
    async fn keep_head(&self, head: Signed<Head>) -> Result<(), StoreError>;
    /// Where what is kept of a trail begins, if it was shortened.
    async fn checkpoint(&self, tenant: TenantId) -> Result<Option<Signed<Checkpoint>>, StoreError>;
    /// Takes away the entries up to a checkpoint, which stand in an archive; `false` when the trail
    /// has no such entry.
    async fn archive(
        &self,
        checkpoint: Signed<Checkpoint>,
        by: By,
        now: Timestamp,
    ) -> Result<bool, StoreError>;
    /// The last entry that a receiver is known to have; 0 when it has none.
    async fn position(&self, receiver: &str, tenant: TenantId) -> Result<u64, StoreError>;
    /// Keeps which entry a receiver has; one that it had before changes nothing.
    async fn set_position(
        &self,
        receiver: &str,
        tenant: TenantId,
        sequence: u64,
    ) -> Result<(), StoreError>;
}

/// Whether the store works, and how much there is.
#[async_trait]
pub trait Vitals: Debug + Send + Sync {
    /// Writes something small, durably.
    ///
    /// # Errors
    /// [`StoreError`] when the store takes no write now.
    async fn probe(&self, now: Timestamp) -> Result<(), StoreError>;
    /// How many actions of all tenants have which status, by its name.
    async fn actions_by_status(&self) -> Result<Vec<(String, u64)>, StoreError>;
    /// Keeps that a server runs, and forgets those that were not seen since a moment.
    async fn server_runs(
        &self,
        server: RunningServer,
        forget_before: Timestamp,
    ) -> Result<(), StoreError>;
    /// Forgets a server that ends.
    async fn server_ends(&self, id: Uuid) -> Result<(), StoreError>;
    /// The servers that run, or ended without a word lately; the one that started first comes first.
    async fn servers(&self) -> Result<Vec<RunningServer>, StoreError>;
}

/// Other servers on the same store.
#[async_trait]
pub trait Replicas: Debug + Send + Sync {
    /// Whether there can be any.
    fn has_replicas(&self) -> bool;
    /// Tells the others that there is an order for a machine. It may be lost, so whoever waits for
    /// orders looks now and then all the same.
    fn wake_elsewhere(&self, tenant: TenantId, machine: &MachineId);
    /// What the others tell from now on.
    fn hear(&self) -> Hearing;
    /// Counts so many calls that arrived together, each admitted or refused, by one clock for all
    /// servers.
    async fn count_calls(
        &self,
        caller: Caller,
        quota: Quota,
        calls: usize,
    ) -> Result<Vec<Verdict>, StoreError>;
    /// Takes or keeps what only one server should do, for a term by one clock for all; `false`
    /// while another has it. Who is alone always has it.
    async fn hold(&self, duty: &str, holder: Uuid, term: Duration) -> Result<bool, StoreError>;
    /// Leaves it to the others before the term's end.
    async fn leave(&self, duty: &str, holder: Uuid) -> Result<(), StoreError>;
}

/// Everything that a server keeps.
pub trait Store:
    Directory
    + Tenants
    + Keys
    + People
    + SignIns
    + DeviceCodes
    + ExternalIssuers
    + Fleet
    + Identities
    + Guard
    + Ledger
    + Indicators
    + DeviceGroups
    + Roles
    + Trail
    + Vitals
    + Replicas
    + 'static
{
}

impl Store for SqlStore {}
