use crate::{Learned, Moment, PermitId, Priority};

/// All of a [`RollingLog`](crate::RollingLog) that must outlive a process, as plain data.
///
/// A durable store loads it, [resumes](crate::RollingLog::resume) a log, asks that for the decision,
/// and writes the [`Change`]s that it made: so memory, a file and a database cannot differ.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogState {
    /// The latest calls that are over, oldest first, numbered without a gap.
    pub completions: Vec<Completion>,
    /// The permits that are out, in order of their ids.
    pub open: Vec<OpenPermit>,
    /// When the latest permit was granted: the spacing counts from there.
    pub last_grant: Option<Moment>,
    /// The id of the next permit.
    pub next_id: u64,
    /// The number of the next completion.
    pub next_completion: u64,
    /// Nothing is granted before this.
    pub paused_until: Moment,
    /// Until then an interactive call is taken to wait.
    pub interactive_until: Moment,
    /// What refusals taught.
    pub learned: Learned,
}

/// A call that is over. It counts for one window more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Completion {
    /// Its place among all completions of the budget, counted from 0.
    pub number: u64,
    /// When its response was read, or when it was given up.
    pub ended: Moment,
    /// Whether the service refused it for its rate.
    pub refused: bool,
}

/// A permit that is out: handed to a caller, perhaps already on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenPermit {
    /// Its name.
    pub id: PermitId,
    /// When it was granted.
    pub granted: Moment,
    /// For whom.
    pub priority: Priority,
    /// How long it may stay out.
    pub hold: Hold,
}

/// How long a permit may stay out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// Not sent: refunded at the end of its lease, if it has one.
    Unsent {
        /// When it is taken back.
        lease: Option<Moment>,
    },
    /// Sent: it may arrive until then, and counts as over then if no response was seen.
    Sent {
        /// The caller's deadline and the policy's grace after it.
        expiry: Moment,
    },
}

/// One thing that a decision changed, small enough to be one statement of a database.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A permit went out. With it [`LogState::last_grant`] is its time, and [`LogState::next_id`]
    /// follows its id.
    Granted(OpenPermit),
    /// A permit that is out was sent, or is expected until another time.
    Sent {
        /// The permit.
        id: PermitId,
        /// When it is given up.
        expiry: Moment,
    },
    /// A permit is no longer out: completed or given up (a [`Completed`](Self::Completed) comes
    /// with it) or refunded.
    Closed(PermitId),
    /// A call is over. With it [`LogState::next_completion`] follows its number.
    Completed(Completion),
    /// No window can ask about completions before this number any more: they may be deleted.
    Forgot {
        /// The first number that is kept.
        before: u64,
    },
    /// Nothing is granted before this.
    Paused {
        /// The end of the pause.
        until: Moment,
    },
    /// An interactive call waits, or was served and waits no longer.
    InteractiveWaits {
        /// Until when it is taken to wait.
        until: Moment,
    },
    /// What refusals taught is now this.
    Learned(Learned),
}

impl LogState {
    /// The number of the oldest completion on record.
    pub(super) fn oldest_completion(&self) -> u64 {
        let oldest = self.completions.first();
        oldest.map_or(self.next_completion, |completion| completion.number)
    }

    /// A name that no permit has that is out, whatever was read from a store that lost something.
    pub(super) fn free_id(&self) -> u64 {
        let newest = self.open.iter().map(|permit| u64::from(permit.id)).max();
        self.next_id
            .max(newest.map_or(0, |id| id.saturating_add(1)))
    }

    /// A number that no completion on record has.
    pub(super) fn free_completion(&self) -> u64 {
        let newest = self.completions.last().map(|completion| completion.number);
        self.next_completion
            .max(newest.map_or(0, |number| number.saturating_add(1)))
    }

    /// The state after this change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Granted(permit) => {
                self.last_grant = Some(permit.granted);
                self.next_id = u64::from(permit.id).wrapping_add(1);
                self.open.push(*permit);
            }
            Change::Sent { id, expiry } => {
                if let Some(permit) = self.open.iter_mut().find(|permit| permit.id == *id) {
                    permit.hold = Hold::Sent { expiry: *expiry };
                }
            }
            Change::Closed(id) => self.open.retain(|permit| permit.id != *id),
            Change::Completed(completion) => {
                self.next_completion = completion.number.wrapping_add(1);
                self.completions.push(*completion);
            }
            Change::Forgot { before } => {
                let kept = |completion: &Completion| completion.number >= *before;
                self.completions.retain(kept);
            }
            Change::Paused { until } => self.paused_until = *until,
            Change::InteractiveWaits { until } => self.interactive_until = *until,
            Change::Learned(learned) => self.learned = learned.clone(),
        }
    }

    /// Takes what lies after `now` for as late as it can have been: now. A clock that was set back
    /// leaves such moments behind, and a limiter that believed them would wait until it caught up.
    ///
    /// A completion then counts a whole window from now, which is too long and never too short. A
    /// permit that was sent may arrive as long after now as it would have after its grant, and a
    /// pause lasts no longer than the longest that a refusal can cause.
    pub fn clamp_to(&mut self, now: Moment) {
        for completion in &mut self.completions {
            completion.ended = completion.ended.min(now);
        }
        for permit in &mut self.open {
            permit.clamp_to(now);
        }
        self.last_grant = self.last_grant.map(|granted| granted.min(now));
        let clamp = |until: Moment| until.min(now + super::refusal::LONGEST_PAUSE);
        self.paused_until = clamp(self.paused_until);
        self.interactive_until = clamp(self.interactive_until);
        self.learned.clamp_to(now);
    }
}

impl OpenPermit {
    fn clamp_to(&mut self, now: Moment) {
        if self.granted <= now {
            return;
        }
        let shifted = |moment: Moment| now + moment.since(self.granted);
        self.hold = match self.hold {
            Hold::Unsent { lease } => Hold::Unsent {
                lease: lease.map(shifted),
            },
            Hold::Sent { expiry } => Hold::Sent {
                expiry: shifted(expiry),
            },
        };
        self.granted = now;
    }
}
