use std::collections::{BTreeMap, BTreeSet};

use super::state::{Hold, OpenPermit};
use crate::{Moment, PermitId};

/// The permits that are out, and when those that have an end are closed.
#[derive(Debug, Clone, Default)]
pub(super) struct InFlight {
    open: BTreeMap<PermitId, OpenPermit>,
    ends: BTreeSet<(Moment, PermitId)>,
}

impl Hold {
    fn end(self) -> Option<Moment> {
        match self {
            Self::Unsent { lease } => lease,
            Self::Sent { expiry } => Some(expiry),
        }
    }
}

impl InFlight {
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn get(&self, id: PermitId) -> Option<OpenPermit> {
        self.open.get(&id).copied()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = OpenPermit> {
        self.open.values().copied()
    }

    /// How many permits that are out were granted before this one.
    pub(super) fn granted_before(&self, id: PermitId) -> usize {
        self.open.range(..id).count()
    }

    pub(super) fn insert(&mut self, permit: OpenPermit) {
        self.remove(permit.id);
        if let Some(end) = permit.hold.end() {
            self.ends.insert((end, permit.id));
        }
        self.open.insert(permit.id, permit);
    }

    /// Sets or replaces the expiry; false if the permit is not out.
    pub(super) fn send(&mut self, id: PermitId, expiry: Moment) -> bool {
        let Some(open) = self.open.get_mut(&id) else {
            return false;
        };
        let before = std::mem::replace(&mut open.hold, Hold::Sent { expiry });
        if let Some(end) = before.end() {
            self.ends.remove(&(end, id));
        }
        self.ends.insert((expiry, id));
        true
    }

    pub(super) fn remove(&mut self, id: PermitId) -> Option<OpenPermit> {
        let open = self.open.remove(&id)?;
        if let Some(end) = open.hold.end() {
            self.ends.remove(&(end, id));
        }
        Some(open)
    }

    /// Removes the permit whose end came first, if that was no later than `now`.
    pub(super) fn end_one(&mut self, now: Moment) -> Option<OpenPermit> {
        let (_, id) = *self.ends.first().filter(|(end, _)| *end <= now)?;
        self.ends.pop_first();
        self.open.remove(&id)
    }

    pub(super) fn next_end(&self) -> Option<Moment> {
        self.ends.first().map(|(end, _)| *end)
    }
}
