//! What can be told in a trail: a closed set.
//!
//! A deed is told once, by who did it, in the transaction that did it. A new one is a new variant
//! here, a line in [`Deed::NAMES`], and its row in `docs/reference/audit.schema.json`.

use quell_model::{ActionId, IndicatorId, MachineId, Sha1, Timestamp};

use super::{Hash, PublicKey, Refusal, RefusalCount};
use crate::core::{Draft, Status, Tag};

/// A machine action, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ordered {
    /// The action.
    pub action: ActionId,
    /// Its machine.
    pub machine: MachineId,
    /// Its file.
    pub sha1: Sha1,
}

/// A file by the hash that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileHash {
    /// A SHA-1.
    Sha1(Sha1),
    /// A SHA-256, 64 hexadecimal digits in lower case.
    Sha256(String),
}

/// What was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deed {
    /// An action was taken and ordered from its machine.
    ActionTaken {
        /// The action.
        ordered: Ordered,
        /// Why, in the requestor's words.
        comment: String,
        /// Whether the caller overrode what limits a mistake.
        forced: bool,
        /// Whether it was only asked what would be done.
        dry_run: bool,
        /// Whether those were to be stopped, too, who only use the file as a shared library.
        stop_mappers: bool,
    },
    /// The same request came again, and was answered with the active action.
    ActionRepeated(Ordered),
    /// An action was not taken.
    ActionRefused {
        /// The machine.
        machine: MachineId,
        /// The file.
        sha1: Sha1,
        /// Why not.
        why: Refusal,
    },
    /// Somebody asked to give an action up.
    ActionCancelled {
        /// The action.
        ordered: Ordered,
        /// Why, in the requestor's words.
        comment: String,
    },
    /// An action ended because its machine was not heard of in time.
    ActionTimedOut(Ordered),
    /// An action's machine said how far it is, and so it is.
    ActionReported {
        /// The action.
        ordered: Ordered,
        /// How far it is.
        status: Status,
        /// Why it failed; 0 when it did not.
        hresult: i32,
    },
    /// An order was handed to its machine for the first time.
    OrderHandedOut {
        /// The action that the order is of.
        ordered: Ordered,
        /// What is ordered.
        verb: &'static str,
        /// The order's number.
        order: u64,
    },
    /// Files that an action took away are to be put back.
    RestoreOrdered(Ordered),
    /// A machine was let in.
    MachineEnrolled {
        /// The machine.
        machine: MachineId,
        /// The SHA-256 of its public key.
        key: [u8; 32],
    },
    /// A known machine has another key.
    MachineKeyChanged {
        /// The machine.
        machine: MachineId,
        /// The SHA-256 of its new public key.
        key: [u8; 32],
    },
    /// A machine is refused from now on.
    MachineRevoked(MachineId),
    /// Two machines share one identity: neither gets orders.
    MachineCloned {
        /// The identity.
        machine: MachineId,
        /// Where they called from.
        addresses: Vec<String>,
    },
    /// Of two machines that shared an identity one is left, an operator says.
    MachineSettled(MachineId),
    /// A machine is to make itself a new key.
    KeyChangeOrdered(MachineId),
    /// A machine of this id may enrol with another key, once.
    ReenrolmentAllowed(MachineId),
    /// A machine was given tags, and lost some.
    MachineTagged {
        /// The machine.
        machine: MachineId,
        /// The tags that it was given.
        add: Vec<Tag>,
        /// The tags that were taken from it.
        remove: Vec<Tag>,
    },
    /// A tenant was made.
    TenantAdded {
        /// Its name for people.
        name: String,
    },
    /// A tenant was removed, with all that was its own but this trail.
    TenantRemoved {
        /// Its name for people.
        name: String,
    },
    /// A device group was made.
    DeviceGroupAdded {
        /// Its name.
        name: String,
        /// The tag of the machines that it takes in by itself.
        tag: Option<Tag>,
    },
    /// A device group was removed; its machines are in another, or in none.
    DeviceGroupRemoved {
        /// Its name.
        name: String,
    },
    /// A machine was put into a group by hand, or out of the one that it was put into.
    MachineGrouped {
        /// The machine.
        machine: MachineId,
        /// The group; none: where its tags put it.
        group: Option<String>,
    },
    /// A role was made.
    RoleAdded {
        /// Its name.
        name: String,
        /// What it permits.
        permissions: Vec<String>,
        /// The device groups on whose machines; none: on all.
        groups: Option<Vec<String>>,
    },
    /// A role was removed.
    RoleRemoved {
        /// Its name.
        name: String,
    },
    /// A role is held by other persons than before.
    RoleGranted {
        /// Its name.
        name: String,
        /// The users and user groups that it was given to.
        add: Vec<String>,
        /// The users and user groups that it was taken from.
        remove: Vec<String>,
    },
    /// A person is in other user groups than before.
    UserGrouped {
        /// The principal name.
        name: String,
        /// The user groups that he came into.
        add: Vec<String>,
        /// The user groups that he left.
        remove: Vec<String>,
    },
    /// An application may ask for tokens.
    ApplicationAdded {
        /// Its client id.
        id: String,
        /// Its name for people.
        name: String,
        /// Its permissions.
        permissions: Vec<String>,
    },
    /// An application may no more.
    ApplicationRemoved {
        /// Its client id.
        id: String,
    },
    /// A person may sign in.
    UserAdded {
        /// The principal name.
        name: String,
        /// What the person may do.
        permissions: Vec<String>,
    },
    /// What a person may do, or the person's password, is another.
    UserChanged {
        /// The principal name.
        name: String,
        /// What the person may do now.
        permissions: Vec<String>,
    },
    /// A person may sign in no more.
    UserRemoved {
        /// The principal name.
        name: String,
    },
    /// A person signed in: the application acts in the person's name from now on.
    UserSignedIn {
        /// The principal name.
        name: String,
        /// The application's client id.
        application: String,
        /// What the application may do in the person's name.
        scope: String,
    },
    /// A code or a refresh token was shown a second time: somebody may have stolen it, and the
    /// sign-in that it belongs to is ended.
    SignInEnded {
        /// The principal name.
        name: String,
        /// The application's client id.
        application: String,
    },
    /// Tokens of another issuer are taken.
    IssuerTrusted {
        /// How its tokens name it.
        issuer: String,
        /// The tenant of its own that is meant.
        tenant: Option<String>,
    },
    /// Tokens of another issuer are refused.
    IssuerDistrusted {
        /// How its tokens name it.
        issuer: String,
    },
    /// Tokens are signed with a new key.
    SigningKeyAdded {
        /// Its name in tokens.
        id: String,
    },
    /// Tokens of a key are refused.
    SigningKeyRemoved {
        /// Its name in tokens.
        id: String,
    },
    /// A token with which machines enrol was made.
    EnrolmentTokenMade {
        /// The SHA-256 of its secret.
        digest: [u8; 32],
        /// How many machines it lets in.
        uses: u32,
        /// From here on it lets nobody in.
        expires: Timestamp,
    },
    /// A token with which machines enrol lets nobody in any more.
    EnrolmentTokenRemoved {
        /// The SHA-256 of its secret.
        digest: [u8; 32],
    },
    /// An indicator is kept, new or changed.
    IndicatorKept {
        /// Its id.
        id: IndicatorId,
        /// What it says.
        draft: Box<Draft>,
    },
    /// An indicator was forgotten on request.
    IndicatorDeleted {
        /// Its id.
        id: IndicatorId,
    },
    /// No order is handed out from now on.
    Frozen {
        /// Why, in the operator's words.
        comment: String,
    },
    /// Orders are handed out again.
    Thawed {
        /// Why, in the operator's words.
        comment: String,
    },
    /// A file is not stopped any more unless somebody insists.
    FileProtected {
        /// The file.
        sha1: Sha1,
        /// Why, in the operator's words.
        comment: String,
    },
    /// A file is stopped again as any other.
    FileUnprotected(Sha1),
    /// Somebody asked what is known of a file, or which machines have it.
    FileLookedUp {
        /// The file.
        file: FileHash,
        /// Whether anything is known of it; none when it was told before it was looked up.
        known: Option<bool>,
    },
    /// What was refused to callers who are not known to be anyone, counted: one entry for many, so
    /// that who has no token cannot fill the disk.
    RefusalsCounted {
        /// From when.
        since: Timestamp,
        /// What, most of it by kind.
        counts: Vec<RefusalCount>,
        /// How many more there were, of kinds that had no room.
        others: u64,
    },
    /// The data were copied.
    BackupMade,
    /// Data of a backup are in use.
    BackupRestored,
    /// Heads are signed with this key from now on.
    AuditKeyUsed(PublicKey),
    /// The trail up to here was moved to a file.
    TrailArchived {
        /// The last entry that was moved.
        sequence: u64,
        /// Its hash.
        hash: Hash,
    },
    /// The trail was given out.
    TrailExported {
        /// From this entry on.
        from: u64,
        /// Up to this one.
        to: u64,
    },
}

impl Deed {
    /// Every name that a deed has in a trail.
    pub const NAMES: [&'static str; 51] = [
        "ActionTaken",
        "ActionRepeated",
        "ActionRefused",
        "ActionCancelled",
        "ActionTimedOut",
        "ActionReported",
        "OrderHandedOut",
        "RestoreOrdered",
        "MachineEnrolled",
        "MachineKeyChanged",
        "MachineRevoked",
        "MachineCloned",
        "MachineSettled",
        "KeyChangeOrdered",
        "ReenrolmentAllowed",
        "MachineTagged",
        "TenantAdded",
        "TenantRemoved",
        "DeviceGroupAdded",
        "DeviceGroupRemoved",
        "MachineGrouped",
        "RoleAdded",
        "RoleRemoved",
        "RoleGranted",
        "UserGrouped",
        "ApplicationAdded",
        "ApplicationRemoved",
        "UserAdded",
        "UserChanged",
        "UserRemoved",
        "UserSignedIn",
        "SignInEnded",
        "IssuerTrusted",
        "IssuerDistrusted",
        "SigningKeyAdded",
        "SigningKeyRemoved",
        "EnrolmentTokenMade",
        "EnrolmentTokenRemoved",
        "IndicatorKept",
        "IndicatorDeleted",
        "Frozen",
        "Thawed",
        "FileProtected",
        "FileUnprotected",
        "FileLookedUp",
        "RefusalsCounted",
        "BackupMade",
        "BackupRestored",
        "AuditKeyUsed",
        "TrailArchived",
        "TrailExported",
    ];
}
