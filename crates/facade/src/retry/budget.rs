use std::sync::atomic::{AtomicU32, Ordering};

const CAPACITY: u32 = 50;
const COST: u32 = 5;
const REFUND: u32 = 1;

/// What all clones of a client may spend on repetitions, so that a service that is
/// failing anyway does not get three times the load from us.
///
/// A repetition costs 5 of 50 and every success gives 1 back.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Default for Budget {
    fn default() -> Self {
        Self(AtomicU32::new(CAPACITY))
    }
}

impl Budget {
    /// Pays for one repetition, or answers `false` when the budget is spent.
    pub(crate) fn pay(&self) -> bool {
        let pay = |left: u32| left.checked_sub(COST);
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, pay)
            .is_ok()
    }

    /// A call succeeded.
    pub(crate) fn refund(&self) {
        let refund = |left: u32| Some(left.saturating_add(REFUND).min(CAPACITY));
        // The closure always answers, so the update cannot fail.
        let _ = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, refund);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_repetitions_empty_it_and_five_successes_buy_one_more() {
        let budget = Budget::default();
        assert_eq!((0..20).filter(|_| budget.pay()).count(), 10);
        for _ in 0..4 {
            budget.refund();
        }
        assert!(!budget.pay());
        budget.refund();
        assert!(budget.pay());
        assert!(!budget.pay());
    }

    #[test]
    fn successes_do_not_pile_up() {
        let budget = Budget::default();
        for _ in 0..1000 {
            budget.refund();
        }
        assert_eq!((0..20).filter(|_| budget.pay()).count(), 10);
    }
}
