//! What is refused to callers who may be anyone, counted.
//!
//! An entry for each would let who has no token fill the disk. So they are counted in memory, in
//! few kinds, and one entry in five minutes tells of all of them: an attacker who tries for a year
//! costs some hundred megabytes, and what he tries is told. A server that is killed loses the
//! counts of the last minutes, and nothing else.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use quell_model::Timestamp;

use crate::core::TenantId;
use crate::core::audit::{Deed, Refusal, RefusalCount};

/// The most kinds of refusals that one entry tells apart.
const MAX_KINDS: usize = 32;

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// Whose trail tells of it; none when that is not known: the first tenant's then.
    pub(crate) tenant: Option<TenantId>,
    /// Why.
    pub(crate) why: Refusal,
    /// What was called.
    pub(crate) operation: &'static str,
    /// The application, when its token was good.
    pub(crate) application: Option<String>,
    /// Where it came from.
    pub(crate) peer: Option<IpAddr>,
}

/// Counts since the last entry.
#[derive(Debug, Default)]
pub(crate) struct Refusals(Mutex<Counts>);

#[derive(Debug, Default)]
struct Counts {
    since: Option<Timestamp>,
    kinds: BTreeMap<Kind, Count>,
    others: BTreeMap<Option<TenantId>, u64>,
}

type Kind = (Option<TenantId>, &'static str, &'static str, Option<String>);

#[derive(Debug)]
struct Count {
    why: Refusal,
    peer: Option<IpAddr>,
    count: u64,
}

impl Refusals {
    /// Counts one.
    pub(crate) fn count(&self, refused: Refused, now: Timestamp) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.since.get_or_insert(now);
        let has_room = counts.kinds.len() < MAX_KINDS;
        let kind = (
            refused.tenant,
            refused.why.as_str(),
            refused.operation,
            refused.application,
        );
        if let Some(known) = counts.kinds.get_mut(&kind) {
            known.count = known.count.saturating_add(1);
            known.peer = refused.peer;
        } else if has_room {
            let first = Count {
                why: refused.why,
                peer: refused.peer,
                count: 1,
            };
            counts.kinds.insert(kind, first);
        } else {
            let others = counts.others.entry(refused.tenant).or_default();
            *others = others.saturating_add(1);
        }
    }

    /// What was counted, as one deed for each tenant; from here on it is counted anew.
    pub(crate) fn take(&self) -> Vec<(Option<TenantId>, Deed)> {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let Some(since) = counts.since else {
            return Vec::new();
        };
        let mut told: BTreeMap<Option<TenantId>, (Vec<RefusalCount>, u64)> = BTreeMap::new();
        for ((tenant, _, operation, application), count) in counts.kinds {
            told.entry(tenant).or_default().0.push(RefusalCount {
                why: count.why,
                operation,
                application,
                peer: count.peer,
                count: count.count,
            });
        }
        for (tenant, others) in counts.others {
            told.entry(tenant).or_default().1 = others;
        }
        let deed = |(tenant, (counts, others))| {
            let deed = Deed::RefusalsCounted {
                since,
                counts,
                others,
            };
            (tenant, deed)
        };
        told.into_iter().map(deed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(application: &str, peer: u8) -> Refused {
        Refused {
            tenant: None,
            why: Refusal::Permission,
            operation: "GetFile",
            application: Some(application.to_owned()),
            peer: Some([192, 0, 2, peer].into()),
        }
    }

    #[test]
    fn same_refusals_are_one_count_with_the_last_address() {
        let refusals = Refusals::default();
        let at = Timestamp::from_unix_seconds;
        refusals.count(refused("a", 1), at(5));
        refusals.count(refused("a", 2), at(6));
        let counted = RefusalCount {
            why: Refusal::Permission,
            operation: "GetFile",
            application: Some("a".to_owned()),
            peer: Some([192, 0, 2, 2].into()),
            count: 2,
        };
        let deed = Deed::RefusalsCounted {
            since: at(5),
            counts: vec![counted],
            others: 0,
        };
        assert_eq!(refusals.take(), [(None, deed)]);
        assert_eq!(refusals.take(), []);
    }

    #[test]
    fn whoever_tries_everything_costs_no_more_than_some_kinds() {
        let refusals = Refusals::default();
        for number in 0..10_000 {
            let name = format!("application-{number}");
            refusals.count(refused(&name, 1), Timestamp::from_unix_seconds(1));
        }
        let taken = refusals.take();
        let [(None, Deed::RefusalsCounted { counts, others, .. })] = taken.as_slice() else {
            panic!("{taken:?}")
        };
        assert_eq!((counts.len(), *others), (MAX_KINDS, 10_000 - 32));
    }
}
