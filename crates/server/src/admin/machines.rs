//! Machines: list, let in, revoke.

use std::time::Duration;

use quell_model::{MachineId, Timestamp};
use quell_protocol::EnrolmentToken;

use super::{Admin, AdminError};
use crate::core::{Health, Tag};
use crate::odata::{Query, Schema};
use crate::secret::{Secret, sha256};
use crate::store::record::{Address, MachineRecord, MachineScope, NewEnrolmentToken, Page};
use crate::store::{Directory as _, Fleet as _, StoreError};

/// An enrolment token to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewToken {
    /// How long it lets machines in.
    pub lifetime: Duration,
    /// How many machines it lets in.
    pub uses: u32,
    /// The name of the device group that they come into.
    pub group: Option<String>,
    /// Where machines reach the server. None: where the server said that it is reached when it
    /// started last.
    pub server_url: Option<String>,
    /// The certificate authority that machines are to trust, in DER. None: the one that the server
    /// found when it started last.
    pub authority: Option<Vec<u8>>,
    /// The tags that a machine gets with it.
    pub tags: Vec<Tag>,
    /// The one machine that it lets in, in the place of the system that is enrolled under that id.
    pub replaces: Option<MachineId>,
}

/// A machine as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MachineSummary {
    /// Its id.
    pub id: MachineId,
    /// Its DNS name.
    pub computer_dns_name: String,
    /// Its distribution.
    pub os_platform: String,
    /// The version of its agent.
    pub agent_version: String,
    /// Whether it can be counted on.
    pub health: Health,
    /// Whether its key is revoked.
    pub revoked: bool,
    /// Protections that are off on it.
    pub degraded: Vec<String>,
    /// What its operators call it by.
    pub tags: Vec<String>,
    /// The name of its device group; none when it is in none.
    pub group: Option<String>,
    /// When it was enrolled first.
    pub first_seen: Timestamp,
    /// When it called last.
    pub last_seen: Timestamp,
}

impl Admin {
    /// Makes a token with which machines enrol. It is shown now and never again.
    ///
    /// # Errors
    /// [`AdminError::UselessToken`], [`AdminError::NoAddress`], [`AdminError::Unknown`], or when the store is not available.
    pub async fn enrolment_token(&self, new: NewToken) -> Result<EnrolmentToken, AdminError> {
        if new.uses == 0 || new.lifetime.is_zero() {
            return Err(AdminError::UselessToken);
        }
        let group = match &new.group {
            Some(name) => Some(self.group_named(name).await?),
            None => None,
        };
        let address = self.address(new.server_url, new.authority).await?;
        let secret = Secret::generate()?;
        let now = self.clock.now();
        let token = NewEnrolmentToken {
            tenant: self.tenant,
            digest: sha256(secret.expose().as_bytes()),
            created: now,
            expires: now.saturating_add(new.lifetime),
            uses: new.uses,
            tags: new.tags.iter().map(ToString::to_string).collect(),
            replaces: new.replaces,
            group,
        };
        let by = self.by("server device enrol-token");
        self.store.add_enrolment_token(token, by).await?;
        Ok(EnrolmentToken::new(
            address.base_url,
            self.store.server_name().await?,
            secret.expose().to_owned(),
            address.authority.as_deref(),
        ))
    }

    /// The machines, by id.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn machines(&self) -> Result<Vec<MachineSummary>, AdminError> {
        let mut all = Vec::new();
        loop {
            let page = self.page(all.len()).await?;
            all.extend(page.items.into_iter().map(summary));
            if !page.more {
                return Ok(all);
            }
        }
    }

    /// The machine of this id or DNS name; `None` when there is no such machine.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn machine(&self, name: &str) -> Result<Option<MachineSummary>, AdminError> {
        let found = self.store.machine(self.tenant.into(), name).await?;
        Ok(found.map(summary))
    }

    async fn page(&self, count: usize) -> Result<Page<MachineRecord>, StoreError> {
        self.store
            .machines(self.tenant.into(), MachineScope::All, after(count)?)
            .await
    }

    /// Gives a machine, named by its id or its DNS name, tags, and takes tags from it; a tag in both
    /// lists it has afterwards. Answers with all that it then has, or `None` when there is no such
    /// machine.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn tag(
        &self,
        machine: &str,
        add: Vec<Tag>,
        remove: Vec<Tag>,
    ) -> Result<Option<Vec<String>>, AdminError> {
        let Some(known) = self.store.machine(self.tenant.into(), machine).await? else {
            return Ok(None);
        };
        let (by, now) = (self.by("server device tag"), self.clock.now());
        self.store
            .tag(self.tenant, &known.id, add, remove, by, now)
            .await?;
        let tagged = self
            .store
            .machine(self.tenant.into(), known.id.as_str())
            .await?;
        Ok(tagged.map(|tagged| tagged.tags))
    }

    /// Refuses a machine's key from now on. `false`: there is no such machine.
    ///
    /// # Errors
    /// When the store is not available.
    pub async fn revoke(&self, machine: &MachineId) -> Result<bool, AdminError> {
        let now = self.clock.now();
        let by = self.by("server device revoke");
        Ok(self.store.revoke(self.tenant, machine, by, now).await?)
    }

    async fn address(
        &self,
        server_url: Option<String>,
        authority: Option<Vec<u8>>,
    ) -> Result<Address, AdminError> {
        let kept = self.store.address().await?;
        let kept_authority = kept.as_ref().and_then(|kept| kept.authority.clone());
        let base_url = server_url
            .or(kept.map(|kept| kept.base_url))
            .ok_or(AdminError::NoAddress)?;
        Ok(Address {
            base_url,
            authority: authority.or(kept_authority),
        })
    }
}

fn summary(record: MachineRecord) -> MachineSummary {
    MachineSummary {
        id: record.id,
        computer_dns_name: record.facts.computer_dns_name,
        os_platform: record.facts.os_platform,
        agent_version: record.facts.agent_version,
        health: record.health,
        revoked: record.revoked,
        degraded: record.facts.degraded,
        tags: record.tags,
        group: record.group_name,
        first_seen: record.first_seen,
        last_seen: record.last_seen,
    }
}

/// The query of the page that follows so many machines.
fn after(count: usize) -> Result<Query, StoreError> {
    Query::parse(&format!("$skip={count}"), &Schema::new("Machine", &[]))
        .map_err(|error| StoreError::Damaged(error.to_string()))
}
