use std::collections::{BTreeMap, BTreeSet};

use crate::{Moment, PermitId};

/// A permit that is out: handed to a caller, perhaps already on the wire.
#[derive(Debug, Clone, Copy)]
pub(super) struct Open {
    pub(super) granted: Moment,
    /// When the call stops counting as in flight if no response is seen; `None` until it is sent.
    pub(super) expiry: Option<Moment>,
}

/// The permits that are out, and when those that were sent are given up.
#[derive(Debug, Clone, Default)]
pub(super) struct InFlight {
    open: BTreeMap<PermitId, Open>,
    expiries: BTreeSet<(Moment, PermitId)>,
}

impl InFlight {
    pub(super) fn len(&self) -> usize {
        self.open.len()
    }

    pub(super) fn get(&self, id: PermitId) -> Option<Open> {
        self.open.get(&id).copied()
    }

    /// How many permits that are out were granted before this one.
    pub(super) fn granted_before(&self, id: PermitId) -> usize {
        self.open.range(..id).count()
    }

    pub(super) fn grant(&mut self, id: PermitId, granted: Moment) {
        self.open.insert(
            id,
            Open {
                granted,
                expiry: None,
            },
        );
    }

    /// Sets or replaces the expiry; false if the permit is not out.
    pub(super) fn send(&mut self, id: PermitId, expiry: Moment) -> bool {
        let Some(open) = self.open.get_mut(&id) else {
            return false;
        };
        if let Some(previous) = open.expiry.replace(expiry) {
            self.expiries.remove(&(previous, id));
        }
        self.expiries.insert((expiry, id));
        true
    }

    pub(super) fn remove(&mut self, id: PermitId) -> Option<Open> {
        let open = self.open.remove(&id)?;
        if let Some(expiry) = open.expiry {
            self.expiries.remove(&(expiry, id));
        }
        Some(open)
    }

    /// Removes the call that was given up first, if that was no later than `now`.
    pub(super) fn expire_one(&mut self, now: Moment) -> Option<Moment> {
        let (expiry, id) = *self.expiries.first().filter(|(expiry, _)| *expiry <= now)?;
        self.expiries.pop_first();
        self.open.remove(&id);
        Some(expiry)
    }

    pub(super) fn next_expiry(&self) -> Option<Moment> {
        self.expiries.first().map(|(expiry, _)| *expiry)
    }
}
