//! What an entry says of each deed.

use quell_model::{MachineId, Sha1};

use super::canonical::{Fields, Tree};
use super::{Deed, FileHash, Ordered, RefusalCount, hex};
use crate::core::{Draft, Tag};

/// A deed in the words of a trail.
pub(super) struct Told {
    pub(super) deed: &'static str,
    pub(super) outcome: Option<&'static str>,
    pub(super) machine: Option<Tree>,
    pub(super) sha1: Option<Tree>,
    pub(super) action: Option<Tree>,
    pub(super) details: Fields,
}

impl Told {
    /// One line for each deed.
    pub(super) fn of(deed: &Deed) -> Self {
        match deed {
            Deed::ActionTaken {
                ordered,
                comment,
                forced,
                dry_run,
                stop_mappers,
            } => told("ActionTaken")
                .ordered(ordered)
                .text("comment", comment)
                .detail("forced", *forced)
                // Said only where it is so: older entries read the same.
                .maybe("dryRun", dry_run.then(|| true.into()))
                .maybe("stopMappers", stop_mappers.then(|| true.into())),
            Deed::ActionRepeated(ordered) => told("ActionRepeated").ordered(ordered),
            Deed::ActionRefused { machine, sha1, why } => told("ActionRefused")
                .machine(machine)
                .sha1(*sha1)
                .outcome(why.as_str()),
            Deed::ActionCancelled { ordered, comment } => told("ActionCancelled")
                .ordered(ordered)
                .text("comment", comment),
            Deed::ActionTimedOut(ordered) => told("ActionTimedOut").ordered(ordered),
            Deed::ActionReported {
                ordered,
                status,
                hresult,
            } => told("ActionReported")
                .ordered(ordered)
                .outcome(status.as_str())
                .detail("hresult", *hresult),
            Deed::OrderHandedOut {
                ordered,
                verb,
                order,
            } => told("OrderHandedOut")
                .ordered(ordered)
                .text("verb", verb)
                .detail("order", Tree::number(*order)),
            Deed::RestoreOrdered(ordered) => told("RestoreOrdered").ordered(ordered),
            Deed::MachineEnrolled { machine, key } => {
                told("MachineEnrolled").machine(machine).print("key", key)
            }
            Deed::MachineKeyChanged { machine, key } => {
                told("MachineKeyChanged").machine(machine).print("key", key)
            }
            Deed::MachineRevoked(machine) => told("MachineRevoked").machine(machine),
            Deed::MachineCloned { machine, addresses } => told("MachineCloned")
                .machine(machine)
                .detail("addresses", Tree::texts(addresses)),
            Deed::MachineSettled(machine) => told("MachineSettled").machine(machine),
            Deed::KeyChangeOrdered(machine) => told("KeyChangeOrdered").machine(machine),
            Deed::ReenrolmentAllowed(machine) => told("ReenrolmentAllowed").machine(machine),
            Deed::MachineTagged {
                machine,
                add,
                remove,
            } => told("MachineTagged")
                .machine(machine)
                .tags("add", add)
                .tags("remove", remove),
            Deed::TenantAdded { name } => told("TenantAdded").text("name", name),
            Deed::TenantRemoved { name } => told("TenantRemoved").text("name", name),
            Deed::DeviceGroupAdded { name, tag } => told("DeviceGroupAdded")
                .text("name", name)
                .maybe("tag", tag.as_ref().map(|tag| Tree::text(tag.as_str()))),
            Deed::DeviceGroupRemoved { name } => told("DeviceGroupRemoved").text("name", name),
            Deed::MachineGrouped { machine, group } => told("MachineGrouped")
                .machine(machine)
                .maybe("group", group.as_ref().map(Tree::text)),
            Deed::RoleAdded {
                name,
                permissions,
                groups,
            } => told("RoleAdded")
                .text("name", name)
                .detail("permissions", Tree::texts(permissions))
                .maybe("groups", groups.as_ref().map(Tree::texts)),
            Deed::RoleRemoved { name } => told("RoleRemoved").text("name", name),
            Deed::RoleGranted { name, add, remove } => {
                told("RoleGranted").text("name", name).changes(add, remove)
            }
            Deed::UserGrouped { name, add, remove } => {
                told("UserGrouped").text("name", name).changes(add, remove)
            }
            Deed::ApplicationAdded {
                id,
                name,
                permissions,
            } => told("ApplicationAdded")
                .text("id", id)
                .text("name", name)
                .detail("permissions", Tree::texts(permissions)),
            Deed::ApplicationRemoved { id } => told("ApplicationRemoved").text("id", id),
            Deed::UserAdded { name, permissions } => told("UserAdded")
                .text("name", name)
                .detail("permissions", Tree::texts(permissions)),
            Deed::UserChanged { name, permissions } => told("UserChanged")
                .text("name", name)
                .detail("permissions", Tree::texts(permissions)),
            Deed::UserRemoved { name } => told("UserRemoved").text("name", name),
            Deed::UserSignedIn {
                name,
                application,
                scope,
            } => told("UserSignedIn")
                .text("name", name)
                .text("application", application)
                .text("scope", scope),
            Deed::SignInEnded { name, application } => told("SignInEnded")
                .text("name", name)
                .text("application", application),
            Deed::IssuerTrusted { issuer, tenant } => {
                let told = told("IssuerTrusted").text("issuer", issuer);
                match tenant {
                    Some(tenant) => told.text("tenant", tenant),
                    None => told,
                }
            }
            Deed::IssuerDistrusted { issuer } => told("IssuerDistrusted").text("issuer", issuer),
            Deed::SigningKeyAdded { id } => told("SigningKeyAdded").text("id", id),
            Deed::SigningKeyRemoved { id } => told("SigningKeyRemoved").text("id", id),
            Deed::EnrolmentTokenMade {
                digest,
                uses,
                expires,
            } => told("EnrolmentTokenMade")
                .print("token", digest)
                .detail("uses", Tree::number(u64::from(*uses)))
                .text("expires", expires.to_string()),
            Deed::EnrolmentTokenRemoved { digest } => {
                told("EnrolmentTokenRemoved").print("token", digest)
            }
            Deed::IndicatorKept { id, draft } => {
                indicator(told("IndicatorKept"), draft).text("id", id.as_str())
            }
            Deed::IndicatorDeleted { id } => told("IndicatorDeleted").text("id", id.as_str()),
            Deed::Frozen { comment } => told("Frozen").text("comment", comment),
            Deed::Thawed { comment } => told("Thawed").text("comment", comment),
            Deed::FileProtected { sha1, comment } => {
                told("FileProtected").sha1(*sha1).text("comment", comment)
            }
            Deed::FileUnprotected(sha1) => told("FileUnprotected").sha1(*sha1),
            Deed::FileLookedUp { file, known } => told("FileLookedUp").file(file).known(*known),
            Deed::RefusalsCounted {
                since,
                counts,
                others,
            } => told("RefusalsCounted")
                .text("since", since.to_string())
                .detail("counts", Tree::List(counts.iter().map(count).collect()))
                .detail("others", Tree::number(*others)),
            Deed::BackupMade => told("BackupMade"),
            Deed::BackupRestored => told("BackupRestored"),
            Deed::AuditKeyUsed(key) => told("AuditKeyUsed").text("key", key.to_string()),
            Deed::TrailArchived { sequence, hash } => told("TrailArchived")
                .detail("to", Tree::number(*sequence))
                .text("hash", hash.to_string()),
            Deed::TrailExported { from, to } => told("TrailExported")
                .detail("from", Tree::number(*from))
                .detail("to", Tree::number(*to)),
        }
    }

    fn outcome(mut self, outcome: &'static str) -> Self {
        self.outcome = Some(outcome);
        self
    }

    fn known(mut self, known: Option<bool>) -> Self {
        self.outcome = known.map(|known| if known { "Known" } else { "Unknown" });
        self
    }

    fn machine(mut self, machine: &MachineId) -> Self {
        self.machine = Some(Tree::text(machine.as_str()));
        self
    }

    fn sha1(mut self, sha1: Sha1) -> Self {
        self.sha1 = Some(Tree::text(sha1.to_string()));
        self
    }

    fn file(self, file: &FileHash) -> Self {
        match file {
            FileHash::Sha1(sha1) => self.sha1(*sha1),
            FileHash::Sha256(sha256) => self.text("sha256", sha256),
        }
    }

    fn ordered(mut self, ordered: &Ordered) -> Self {
        self.action = Some(Tree::text(ordered.action.as_str()));
        self.machine(&ordered.machine).sha1(ordered.sha1)
    }

    fn detail(mut self, name: &'static str, value: impl Into<Tree>) -> Self {
        self.details = self.details.with(name, value);
        self
    }

    fn text(self, name: &'static str, text: impl AsRef<str>) -> Self {
        self.detail(name, Tree::text(text))
    }

    fn maybe(self, name: &'static str, value: Option<Tree>) -> Self {
        match value {
            Some(value) => self.detail(name, value),
            None => self,
        }
    }

    fn changes(self, add: &[String], remove: &[String]) -> Self {
        self.detail("add", Tree::texts(add))
            .detail("remove", Tree::texts(remove))
    }

    /// A fingerprint: 32 bytes as digits.
    fn print(self, name: &'static str, bytes: &[u8; 32]) -> Self {
        self.text(name, hex::encode(bytes))
    }

    fn tags(self, name: &'static str, tags: &[Tag]) -> Self {
        self.detail(name, Tree::texts(tags.iter().map(Tag::as_str)))
    }
}

fn told(deed: &'static str) -> Told {
    Told {
        deed,
        outcome: None,
        machine: None,
        sha1: None,
        action: None,
        details: Fields::default(),
    }
}

fn indicator(told: Told, draft: &Draft) -> Told {
    told.text("type", draft.kind.as_ref())
        .text("value", &draft.value)
        .text("action", draft.action.as_ref())
}

fn count(count: &RefusalCount) -> Tree {
    Fields::default()
        .text("why", count.why.as_str())
        .text("operation", count.operation)
        .maybe("application", count.application.as_ref().map(Tree::text))
        .maybe("peer", count.peer.map(|peer| Tree::text(peer.to_string())))
        .with("count", Tree::number(count.count))
        .into()
}
