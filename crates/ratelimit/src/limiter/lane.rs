use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::{Mutex, Notify};

use crate::Priority;

/// Those of one priority who wait, in order. Tokio's mutex is fair, so its holder is the head.
#[derive(Debug, Default)]
pub(super) struct Lane {
    pub(super) head: Mutex<()>,
    waiting: AtomicU32,
}

/// One lane for each priority, and whose turn it is.
///
/// Interactive callers go first. So that a stream of them cannot keep batch callers out for ever,
/// every tenth permit is the batch lane's while both wait.
#[derive(Debug, Default)]
pub(super) struct Lanes {
    batch: Lane,
    interactive: Lane,
    /// Interactive permits since a batch caller that waited got one.
    in_a_row: AtomicU32,
    /// Someone of the other lane left or was served, or a permit came back: both heads look again.
    pub(super) stirred: Notify,
}

/// Interactive permits in a row before a batch caller that waits gets one.
const MOST_IN_A_ROW: u32 = 9;

impl Lanes {
    pub(super) fn of(&self, priority: Priority) -> &Lane {
        match priority {
            Priority::Batch => &self.batch,
            Priority::Interactive => &self.interactive,
        }
    }

    /// Joins the lane; the number is of those who go before.
    pub(super) fn join(&self, priority: Priority) -> (Place<'_>, u32) {
        let ahead = self.ahead(priority);
        self.of(priority).waiting.fetch_add(1, Ordering::SeqCst);
        let lanes = self;
        (Place { lanes, priority }, ahead)
    }

    /// How many would go before a caller who came now.
    pub(super) fn ahead(&self, priority: Priority) -> u32 {
        let interactive = self.interactive.waiting();
        match priority {
            Priority::Interactive => interactive,
            Priority::Batch => interactive.saturating_add(self.batch.waiting()),
        }
    }

    /// As whom the head of this lane may ask the store now. At its turn a batch caller asks as an
    /// interactive one, whose reserve would keep it out.
    pub(super) fn rights(&self, priority: Priority) -> Option<Priority> {
        let batch_is_due = self.in_a_row.load(Ordering::Relaxed) >= MOST_IN_A_ROW;
        match priority {
            Priority::Interactive if batch_is_due && self.batch.waits() => None,
            Priority::Interactive => Some(Priority::Interactive),
            Priority::Batch if !self.interactive.waits() => Some(Priority::Batch),
            Priority::Batch => batch_is_due.then_some(Priority::Interactive),
        }
    }

    pub(super) fn served(&self, priority: Priority) {
        if priority == Priority::Interactive && self.batch.waits() {
            self.in_a_row.fetch_add(1, Ordering::Relaxed);
        } else {
            self.in_a_row.store(0, Ordering::Relaxed);
        }
    }
}

impl Lane {
    fn waiting(&self) -> u32 {
        self.waiting.load(Ordering::SeqCst)
    }

    fn waits(&self) -> bool {
        self.waiting() > 0
    }
}

/// A place in a lane, given up when dropped.
pub(super) struct Place<'line> {
    lanes: &'line Lanes,
    priority: Priority,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        // Sequentially consistent: of one who leaves and one who comes, one sees the other.
        let lanes = self.lanes;
        lanes
            .of(self.priority)
            .waiting
            .fetch_sub(1, Ordering::SeqCst);
        let other = match self.priority {
            Priority::Batch => &lanes.interactive,
            Priority::Interactive => &lanes.batch,
        };
        // In the same lane the next head takes over by itself; asking the store anew may cost a
        // round trip.
        if other.waits() {
            lanes.stirred.notify_waiters();
        }
    }
}
