//! Which orders may be taken up after one could not be.

/// Keeps the numbers of the orders that were taken up without a gap.
///
/// The journal remembers only the highest number that it has, and the server hands out again, in
/// order, everything above it. So what comes after an order that could not be taken up must wait until
/// that one comes again, or until a new hand-out shows that it was withdrawn.
#[derive(Debug, Default)]
pub(super) struct Gap {
    missing: Option<u64>,
    last: u64,
}

impl Gap {
    /// Whether the order of this number, which has just come, may be taken up.
    pub(super) fn admits(&mut self, sequence: u64) -> bool {
        let begins_a_hand_out = sequence <= self.last;
        self.last = sequence;
        match self.missing {
            Some(missing) if sequence > missing && begins_a_hand_out => {
                // Everything that is still wanted is handed out again, and the missing one is not.
                self.missing = None;
                true
            }
            Some(missing) => sequence <= missing,
            None => true,
        }
    }

    /// The order of this number could not be taken up.
    pub(super) fn opens_at(&mut self, sequence: u64) {
        self.missing = Some(sequence);
    }

    /// The order of this number was taken up.
    pub(super) fn closes(&mut self) {
        self.missing = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gap_at_5() -> Gap {
        let mut gap = Gap::default();
        assert!(gap.admits(5));
        gap.opens_at(5);
        gap
    }

    #[test]
    fn later_orders_wait_until_the_missing_one_was_taken_up() {
        let mut gap = gap_at_5();
        assert!(!gap.admits(6) && !gap.admits(7));
        assert!(gap.admits(5), "it is handed out again");
        gap.closes();
        assert!(gap.admits(6) && gap.admits(7));
    }

    #[test]
    fn missing_order_that_was_withdrawn_holds_nothing_up() {
        let mut gap = gap_at_5();
        assert!(!gap.admits(6));
        assert!(gap.admits(6), "a new hand-out begins without 5");
        assert!(gap.admits(7));
    }

    #[test]
    fn missing_order_that_was_withdrawn_with_all_others_delays_the_next_by_one_hand_out() {
        let mut gap = gap_at_5();
        assert!(!gap.admits(8), "it may belong to the hand-out of 5");
        assert!(gap.admits(8));
    }

    #[test]
    fn orders_numbered_anew_are_taken_up() {
        let mut gap = gap_at_5();
        assert!(
            gap.admits(1),
            "numbers below the missing one were handed out anew"
        );
    }
}
