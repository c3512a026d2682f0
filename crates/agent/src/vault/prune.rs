//! Which items need not be kept any longer.

use std::sync::Arc;
use std::time::Duration;

use quell_model::Timestamp;

use super::{ItemId, Removal, Vault, VaultError};
use crate::policy::{LocalPolicy, Policy};

/// How much and how long a vault keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VaultLimits {
    /// How long an item is kept after its file was taken; nothing keeps all for ever.
    pub retention: Option<Duration>,
    /// How many bytes all items together may take. What would exceed them is not taken: no order
    /// may push evidence out.
    pub size: Option<u64>,
}

impl VaultLimits {
    /// How long a prune keeps items that says nothing of it, where the policy does not either.
    pub const USUAL_RETENTION: Duration = Duration::from_secs(30 * 24 * 60 * 60);

    /// All is kept for ever, and as much as there is room for.
    pub const NONE: Self = Self {
        retention: None,
        size: None,
    };
}

impl From<&Policy> for VaultLimits {
    fn from(policy: &Policy) -> Self {
        Self {
            retention: policy.retention(),
            size: policy.vault_cap(),
        }
    }
}

/// Where a vault's limits come from.
#[derive(Debug)]
pub(super) enum Bounds {
    Fixed(VaultLimits),
    /// The machine's policy, which may be read anew at any time.
    Policy(Arc<LocalPolicy>),
}

impl Bounds {
    /// What holds now. A policy that cannot be relied on removes nothing.
    pub(super) fn now(&self) -> VaultLimits {
        match self {
            Self::Fixed(limits) => *limits,
            Self::Policy(policy) => policy
                .rule()
                .policy()
                .map_or(VaultLimits::NONE, |policy| policy.as_ref().into()),
        }
    }
}

/// What is known of an item when it is decided upon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) id: ItemId,
    pub(super) captured_at: Timestamp,
    pub(super) bytes: u64,
    pub(super) is_held: bool,
}

/// The items that go, and why; the oldest first. What is held stays and counts.
pub(super) fn to_remove(
    mut items: Vec<Facts>,
    limits: VaultLimits,
    now: Timestamp,
) -> Vec<(ItemId, Removal)> {
    items.sort_by_key(|item| (item.captured_at, item.id));
    let mut total: u64 = items.iter().map(|item| item.bytes).sum();
    let mut removed = Vec::new();
    for item in items.iter().filter(|item| !item.is_held) {
        let age = age(item.captured_at, now);
        let why = if limits.retention.is_some_and(|most| age > most) {
            Removal::Expired
        } else if limits.size.is_some_and(|most| total > most) {
            Removal::TooMuch
        } else {
            continue;
        };
        total = total.saturating_sub(item.bytes);
        removed.push((item.id, why));
    }
    removed
}

/// A file that was taken in the future, by a clock that jumped, is new.
fn age(captured_at: Timestamp, now: Timestamp) -> Duration {
    let ticks = now.unix_ticks().saturating_sub(captured_at.unix_ticks());
    let ticks = u64::try_from(ticks).unwrap_or(0);
    Duration::from_nanos(ticks.saturating_mul(100))
}

impl Vault {
    /// The items that `limits` would not keep at `now`, the oldest first. An item that cannot be
    /// opened is never among them: what it is worth is not known.
    ///
    /// # Errors
    /// When the vault cannot be read.
    pub fn expendable(
        &self,
        limits: VaultLimits,
        now: Timestamp,
    ) -> Result<Vec<(ItemId, Removal)>, VaultError> {
        let mut facts = Vec::new();
        for id in self.ids()? {
            if let (Ok(item), Ok(bytes)) = (self.show(id), self.bytes_of(id)) {
                facts.push(Facts {
                    id,
                    captured_at: item.captured_at,
                    bytes,
                    is_held: self.hold_of(id).is_some(),
                });
            }
        }
        Ok(to_remove(facts, limits, now))
    }

    /// Removes what has outlived the vault's retention; answers the items. The size removes
    /// nothing by itself.
    ///
    /// # Errors
    /// When the vault cannot be read or written.
    pub fn prune(&self, now: Timestamp) -> Result<Vec<ItemId>, VaultError> {
        let limits = VaultLimits {
            size: None,
            ..self.limits()
        };
        let mut removed = Vec::new();
        for (id, why) in self.expendable(limits, now)? {
            match self.remove(id, why, now) {
                Ok(()) => removed.push(id),
                // Removed or held since it was looked at, or somebody reads it: the next time, then.
                Err(VaultError::NotFound(_) | VaultError::Held(_) | VaultError::InUse(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(removed)
    }

    /// How many bytes all items take.
    pub(super) fn used(&self) -> Result<u64, VaultError> {
        let ids = self.ids()?;
        Ok(ids
            .into_iter()
            .filter_map(|id| self.bytes_of(id).ok())
            .sum())
    }

    fn bytes_of(&self, id: ItemId) -> Result<u64, VaultError> {
        let stat = rustix::fs::fstat(self.open_item(id)?)
            .map_err(|error| VaultError::io("examine an item")(error.into()))?;
        Ok(u64::try_from(stat.st_size).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    const DAY: i64 = 24 * 60 * 60;

    fn id(number: u8) -> ItemId {
        ItemId::from_uuid(Uuid::from_u128(number.into()))
    }

    fn at(day: i64) -> Timestamp {
        Timestamp::from_unix_seconds(day * DAY)
    }

    fn item(number: u8, day: i64) -> Facts {
        Facts {
            id: id(number),
            captured_at: at(day),
            bytes: 10,
            is_held: false,
        }
    }

    fn removed(
        items: &[Facts],
        retention: Option<u64>,
        size: Option<u64>,
    ) -> Vec<(ItemId, Removal)> {
        let limits = VaultLimits {
            retention: retention.map(|days| Duration::from_secs(days * DAY as u64)),
            size,
        };
        to_remove(items.to_vec(), limits, at(100))
    }

    #[test]
    fn what_is_older_than_the_retention_goes_and_not_what_is_as_old() {
        let items = [item(1, 70), item(2, 69), item(3, 100)];
        assert_eq!(removed(&items, Some(30), None), [(id(2), Removal::Expired)]);
        assert_eq!(removed(&items, None, None), []);
    }

    #[test]
    fn the_oldest_go_until_the_rest_fits() {
        let items = [item(3, 3), item(1, 1), item(2, 2)];
        let expected = [(id(1), Removal::TooMuch), (id(2), Removal::TooMuch)];
        assert_eq!(removed(&items, None, Some(10)), expected);
        assert_eq!(removed(&items, None, Some(30)), []);
    }

    #[test]
    fn what_is_held_stays_and_counts() {
        let held = Facts {
            is_held: true,
            ..item(1, 1)
        };
        let items = [held, item(2, 2), item(3, 99)];
        assert_eq!(
            removed(&items, Some(30), Some(10)),
            [(id(2), Removal::Expired), (id(3), Removal::TooMuch)]
        );
    }

    #[test]
    fn limits_are_the_policys_and_none_without_one_that_is_relied_on() {
        let limits = |policy: LocalPolicy| Bounds::Policy(Arc::new(policy)).now();
        let mut policy = Policy::default();
        assert_eq!(
            limits(LocalPolicy::fixed(policy.clone())),
            VaultLimits::NONE
        );
        policy.vault.retention_days = Some(7);
        policy.vault.size_cap_mib = Some(3);
        let expected = VaultLimits {
            retention: Some(Duration::from_secs(7 * DAY as u64)),
            size: Some(3 << 20),
        };
        assert_eq!(limits(LocalPolicy::fixed(policy)), expected);
        let unreliable = LocalPolicy::open(Some(std::path::Path::new("/nowhere/policy.toml")));
        assert_eq!(limits(unreliable), VaultLimits::NONE);
    }

    #[test]
    fn a_file_of_the_future_is_new() {
        assert_eq!(removed(&[item(1, 1000)], Some(0), None), []);
    }
}
