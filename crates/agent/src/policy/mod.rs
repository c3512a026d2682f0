//! What the owner of this machine allows the agent to do, whatever its server orders.
//!
//! A [`Policy`] is a file that only root may write and that no server can read or change. It decides
//! from facts alone: [`Policy::admit`] whether an order is carried out at all,
//! [`Policy::weigh_protected`] and [`Policy::weigh_radius`] whether what was found may be touched.
//! [`LocalPolicy`] keeps it while the agent runs. A file that cannot be relied on never means that
//! more is allowed.

mod file;
mod local;
mod radius;
mod refusal;
mod syntax;
mod weigh;

use std::path::PathBuf;
use std::time::Duration;

use quell_model::Sha1;
use serde::Serialize;

pub use file::PolicyFileError;
pub use local::{LocalPolicy, Rule};
pub use radius::{BlastRadius, Measure, Radius};
pub use refusal::{Consent, Lacking, Refusal};
pub use syntax::SyntaxError;
pub use weigh::{Finding, Mappers, Permit};

/// Where the policy is, unless the agent is told otherwise.
pub const DEFAULT_PATH: &str = "/etc/quell-agent/policy.toml";

/// What the machine's owner allows. The default is what holds on a machine without a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// How many orders are carried out within an hour, at most.
    pub actions_per_hour: u32,
    /// Whether orders that insist are obeyed.
    pub force: Force,
    /// Whether orders only tell what they would do.
    pub dry_run_only: bool,
    /// Whether orders may stop processes that only use the file as a shared library.
    pub stop_mappers: bool,
    /// The only directories below which files are looked for and taken; none for wherever the
    /// command line says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roots: Option<Vec<PathBuf>>,
    /// Directories and files that are left alone.
    pub exclusions: Vec<PathBuf>,
    /// What one order may touch before it takes an order that insists.
    pub blast_radius: BlastRadius,
    /// Files and contents that nobody may insist on.
    pub protected: Named,
    /// How long and how much the vault keeps.
    pub vault: VaultLimits,
    /// How long a file that was taken is kept from being executed again, in seconds.
    pub standing_gate_seconds: u32,
}

/// Whether orders that insist are obeyed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Force {
    /// They are not: what is protected here stays so.
    #[default]
    Refuse,
    /// They are, if the server let them.
    Honor,
}

/// Files and contents that are named.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Named {
    /// Files, by where they lie.
    pub paths: Vec<PathBuf>,
    /// Contents.
    pub hashes: Vec<Sha1>,
}

/// How long and how much the vault keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VaultLimits {
    /// Items older than this are removed, in days; none are without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
    /// The most that the vault may hold, in MiB; as much as there is room for without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub size_cap_mib: Option<u64>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            actions_per_hour: 20,
            force: Force::Refuse,
            dry_run_only: false,
            stop_mappers: false,
            roots: None,
            exclusions: Vec::new(),
            blast_radius: BlastRadius::default(),
            protected: Named::default(),
            vault: VaultLimits::default(),
            standing_gate_seconds: 30,
        }
    }
}

impl Policy {
    /// A policy that restrains nothing: for whoever uses the engine alone and decides himself.
    #[must_use]
    pub fn unrestrained() -> Self {
        Self {
            actions_per_hour: u32::MAX,
            force: Force::Honor,
            stop_mappers: true,
            blast_radius: BlastRadius::UNLIMITED,
            ..Self::default()
        }
    }

    /// How long the vault keeps an item; for ever without an answer.
    #[must_use]
    pub fn retention(&self) -> Option<Duration> {
        let days = self.vault.retention_days?;
        Some(Duration::from_secs(u64::from(days) * 86_400))
    }

    /// How many bytes the vault may hold, if that is limited.
    #[must_use]
    pub fn vault_cap(&self) -> Option<u64> {
        Some(self.vault.size_cap_mib?.saturating_mul(1024 * 1024))
    }

    /// How long a file that was taken is kept from being executed again.
    #[must_use]
    pub fn standing_gate(&self) -> Duration {
        Duration::from_secs(u64::from(self.standing_gate_seconds))
    }
}

#[cfg(test)]
mod tests;
