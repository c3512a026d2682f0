//! An order that waits for its turn.

use std::time::{Duration, SystemTime};

use quell_model::Timestamp;
use quell_protocol::Order;

use crate::sys::boot::since_boot;

/// An order, and until when it may be begun.
///
/// That is kept by what nobody sets, the time since the machine was started. The machine's clock is
/// asked once, when the order arrives: it is right then, because the server speaks with no machine
/// whose clock is wrong. While the order waits, the clock may be set to anything.
#[derive(Debug)]
pub(super) struct Waiting {
    order: Order,
    in_time_until: Duration,
}

impl Waiting {
    /// One that has arrived now, or that an earlier run left to be begun.
    pub(super) fn new(order: Order) -> Self {
        Self::from(order, Timestamp::from(SystemTime::now()), since_boot())
    }

    fn from(order: Order, today: Timestamp, since_boot: Duration) -> Self {
        let left = order.expires_at.saturating_duration_since(today);
        Self {
            order,
            in_time_until: since_boot.saturating_add(left),
        }
    }

    pub(super) fn order(&self) -> &Order {
        &self.order
    }

    /// Whether it has waited for too long.
    pub(super) fn is_over(&self) -> bool {
        self.is_over_at(since_boot())
    }

    fn is_over_at(&self, since_boot: Duration) -> bool {
        since_boot >= self.in_time_until
    }
}

#[cfg(test)]
mod tests {
    use quell_model::{ActionId, MachineId};
    use quell_protocol::Verb;

    use super::*;

    fn order_until(second: i64) -> Order {
        Order {
            sequence: 1,
            machine_id: MachineId::new("m").unwrap(),
            action_id: ActionId::new("a").unwrap(),
            expires_at: Timestamp::from_unix_seconds(second),
            verb: Verb::CancelAction,
        }
    }

    #[test]
    fn order_is_over_when_its_time_has_passed_and_not_when_the_clock_says_so() {
        let today = Timestamp::from_unix_seconds(1_000);
        let started = Duration::from_secs(50);
        let waiting = Waiting::from(order_until(1_010), today, started);
        assert!(!waiting.is_over_at(started));
        assert!(!waiting.is_over_at(started + Duration::from_millis(9_999)));
        assert!(waiting.is_over_at(started + Duration::from_secs(10)));
    }

    #[test]
    fn order_that_was_over_when_it_came_stays_so() {
        let today = Timestamp::from_unix_seconds(1_010);
        let started = Duration::from_secs(50);
        assert!(Waiting::from(order_until(1_010), today, started).is_over_at(started));
        assert!(Waiting::from(order_until(1), today, started).is_over_at(started));
    }

    #[test]
    fn order_for_ever_never_is() {
        let order = Order {
            expires_at: Timestamp::LAST,
            ..order_until(0)
        };
        assert!(!Waiting::new(order).is_over());
    }
}
