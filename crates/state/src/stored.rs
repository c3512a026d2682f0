//! A budget as its row in a database says it, and how the row follows the log.

use std::time::Duration;

use quell_ratelimit::{Change, Completion, Hold, Learned, LogState, Moment, OpenPermit, Priority};

use crate::StateError;
use crate::clock::{Anchor, SinceBoot, Stamp};

/// How long a completion is kept, in nanoseconds, after no window of ours asks about it: another
/// user's may be longer.
pub(crate) const KEPT: i64 = 24 * 3600 * 1_000_000_000;

/// The columns of a budget's row. Moments are nanoseconds of the budget's own time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Standing {
    /// Counts the writes: who has read this revision knows all.
    pub(crate) revision: i64,
    /// Counts the writes by which another user's turn may come sooner, or later.
    pub(crate) stirred: i64,
    pub(crate) moment: i64,
    pub(crate) wall: i64,
    pub(crate) boot: Option<String>,
    pub(crate) monotonic: Option<i64>,
    pub(crate) next_id: i64,
    pub(crate) next_completion: i64,
    pub(crate) last_grant: Option<i64>,
    pub(crate) paused_until: i64,
    pub(crate) interactive_until: i64,
    pub(crate) learned: String,
}

/// The columns of a permit that is out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PermitRow {
    pub(crate) id: i64,
    pub(crate) granted: i64,
    pub(crate) interactive: bool,
    pub(crate) sent: bool,
    /// The end of the lease while it is unsent, and the expiry once it is sent.
    pub(crate) until: Option<i64>,
}

/// The columns of a call that is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CompletionRow {
    pub(crate) number: i64,
    pub(crate) ended: i64,
    pub(crate) refused: bool,
}

impl Standing {
    /// The row of a budget that nobody has used.
    pub(crate) fn unused(now: Stamp) -> Self {
        let unused = LogState::default();
        let mut standing = Self {
            revision: 0,
            stirred: 0,
            moment: 0,
            wall: 0,
            boot: None,
            monotonic: None,
            next_id: in_row(unused.next_id),
            next_completion: in_row(unused.next_completion),
            last_grant: None,
            paused_until: moment_in_row(unused.paused_until),
            interactive_until: moment_in_row(unused.interactive_until),
            learned: unused.learned.to_string(),
        };
        standing.follow_clock(Anchor::first(now));
        standing
    }

    /// Where the budget's time stands.
    pub(crate) fn anchor(&self) -> Result<Anchor, StateError> {
        let since_boot = self.boot.clone().zip(self.monotonic);
        Ok(Anchor {
            moment: moment(self.moment)?,
            stamp: Stamp {
                wall: self.wall,
                since_boot: since_boot.map(|(boot, nanoseconds)| SinceBoot { boot, nanoseconds }),
            },
        })
    }

    pub(crate) fn follow_clock(&mut self, anchor: Anchor) {
        self.moment = moment_in_row(anchor.moment);
        self.wall = anchor.stamp.wall;
        let since_boot = anchor.stamp.since_boot;
        (self.boot, self.monotonic) = since_boot
            .map(|since| (since.boot, since.nanoseconds))
            .unzip();
    }

    /// What the row says after this change.
    pub(crate) fn follow(&mut self, change: &Change) {
        match change {
            Change::Granted(permit) => {
                self.last_grant = Some(moment_in_row(permit.granted));
                self.next_id = in_row(u64::from(permit.id).wrapping_add(1));
            }
            Change::Completed(completion) => {
                self.next_completion = in_row(completion.number.wrapping_add(1));
            }
            Change::Paused { until } => self.paused_until = moment_in_row(*until),
            Change::InteractiveWaits { until } => self.interactive_until = moment_in_row(*until),
            Change::Learned(learned) => self.learned = learned.to_string(),
            _ => {}
        }
        // What only takes slots, or takes them for longer, wakes nobody.
        let stirs = matches!(change, Change::Closed(_) | Change::Paused { .. });
        self.stirred = self.stirred.wrapping_add(i64::from(stirs));
    }

    /// The log's state, of this row and the rows of its permits and its completions, oldest first.
    pub(crate) fn state(
        &self,
        permits: &[PermitRow],
        completions: &[CompletionRow],
    ) -> Result<LogState, StateError> {
        let learned: Result<Learned, _> = self.learned.parse();
        let state = LogState {
            completions: completions
                .iter()
                .map(completion)
                .collect::<Result<_, _>>()?,
            open: permits.iter().map(permit).collect::<Result<_, _>>()?,
            last_grant: self.last_grant.map(moment).transpose()?,
            next_id: from_row(self.next_id)?,
            next_completion: from_row(self.next_completion)?,
            paused_until: moment(self.paused_until)?,
            interactive_until: moment(self.interactive_until)?,
            learned: learned.map_err(|error| StateError::damaged(error.to_string()))?,
        };
        let in_order = |pair: &[Completion]| match pair {
            [older, newer] => older.number.checked_add(1) == Some(newer.number),
            _ => true,
        };
        if !state.completions.windows(2).all(in_order) {
            return Err(StateError::damaged("completions are missing"));
        }
        Ok(state)
    }
}

impl From<&OpenPermit> for PermitRow {
    fn from(permit: &OpenPermit) -> Self {
        let (sent, until) = match permit.hold {
            Hold::Unsent { lease } => (false, lease),
            Hold::Sent { expiry } => (true, Some(expiry)),
        };
        Self {
            id: in_row(u64::from(permit.id)),
            granted: moment_in_row(permit.granted),
            interactive: permit.priority == Priority::Interactive,
            sent,
            until: until.map(moment_in_row),
        }
    }
}

impl From<&Completion> for CompletionRow {
    fn from(completion: &Completion) -> Self {
        Self {
            number: in_row(completion.number),
            ended: moment_in_row(completion.ended),
            refused: completion.refused,
        }
    }
}

fn permit(row: &PermitRow) -> Result<OpenPermit, StateError> {
    let until = row.until.map(moment).transpose()?;
    let hold = match (row.sent, until) {
        (false, lease) => Hold::Unsent { lease },
        (true, Some(expiry)) => Hold::Sent { expiry },
        (true, None) => return Err(StateError::damaged("a permit was sent and never expires")),
    };
    Ok(OpenPermit {
        id: from_row(row.id)?.into(),
        granted: moment(row.granted)?,
        priority: if row.interactive {
            Priority::Interactive
        } else {
            Priority::Batch
        },
        hold,
    })
}

fn completion(row: &CompletionRow) -> Result<Completion, StateError> {
    Ok(Completion {
        number: from_row(row.number)?,
        ended: moment(row.ended)?,
        refused: row.refused,
    })
}

/// A number as a database keeps it, which has no unsigned ones. It takes centuries to get there.
pub(crate) fn in_row(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn moment_in_row(moment: Moment) -> i64 {
    i64::try_from(moment.elapsed().as_nanos()).unwrap_or(i64::MAX)
}

fn from_row(number: i64) -> Result<u64, StateError> {
    u64::try_from(number)
        .map_err(|_| StateError::damaged(format!("{number} where none is negative")))
}

fn moment(nanoseconds: i64) -> Result<Moment, StateError> {
    from_row(nanoseconds).map(|elapsed| Moment::after_epoch(Duration::from_nanos(elapsed)))
}

#[cfg(test)]
mod tests {
    use quell_ratelimit::{Decision, Policy, PushBack, Quota, RollingLog};

    use super::*;

    fn stamp() -> Stamp {
        Stamp {
            wall: 7,
            since_boot: Some(SinceBoot {
                boot: "a".to_owned(),
                nanoseconds: 9,
            }),
        }
    }

    #[test]
    fn rows_hold_all_that_a_log_knows() {
        let at = |second| Moment::after_epoch(Duration::from_secs(second));
        let quota = Quota::parse("5/60s,9/1h").unwrap();
        let policy = Policy::new(quota)
            .learning(true)
            .lease(Duration::from_secs(30));
        let mut log = RollingLog::resume(policy, &LogState::default());
        let granted =
            |log: &mut RollingLog, priority, second| match log.acquire(priority, at(second)) {
                Decision::Granted(id) => id,
                Decision::Wait(wait) => panic!("{wait:?}"),
            };
        let first = granted(&mut log, Priority::Batch, 1);
        let second = granted(&mut log, Priority::Interactive, 2);
        granted(&mut log, Priority::Batch, 3);
        log.sent(first, at(9), at(3)).unwrap();
        log.sent(second, at(9), at(3)).unwrap();
        log.refused(
            first,
            &PushBack::new().retry_after(Duration::from_secs(4)),
            at(4),
        );

        let mut standing = Standing::unused(stamp());
        standing.follow_clock(Anchor {
            moment: at(5),
            stamp: stamp(),
        });
        log.take_changes()
            .iter()
            .for_each(|change| standing.follow(change));
        let state = log.state();
        let permits: Vec<PermitRow> = state.open.iter().map(PermitRow::from).collect();
        let completions: Vec<_> = state.completions.iter().map(CompletionRow::from).collect();
        assert_eq!(standing.state(&permits, &completions).unwrap(), state);
        assert_eq!(standing.stirred, 2, "one came back, all pause");
        assert_eq!(standing.anchor().unwrap().stamp, stamp());
    }

    #[test]
    fn nonsense_in_a_row_is_damage_and_no_panic() {
        let sound = Standing::unused(stamp());
        let negative = Standing {
            next_id: -1,
            ..sound.clone()
        };
        let unreadable = Standing {
            learned: "?".to_owned(),
            ..sound.clone()
        };
        for standing in [negative, unreadable] {
            assert!(matches!(
                standing.state(&[], &[]),
                Err(StateError::Damaged { .. })
            ));
        }
        let completion = |number| CompletionRow {
            number,
            ended: 0,
            refused: false,
        };
        let gap = sound.state(&[], &[completion(1), completion(3)]);
        assert!(matches!(gap, Err(StateError::Damaged { .. })));
    }
}
