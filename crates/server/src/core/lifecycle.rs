//! The life of a machine action.
//!
//! ```text
//! Pending ──taken up──▶ InProgress ──machine reports──▶ Succeeded | Failed
//!    │                       │
//!    ├─────three days────────┴──▶ TimeOut
//!    └──────cancel───────────┴──▶ Cancelled ──machine had done it──▶ Succeeded | Failed
//! ```
//!
//! The three days of a pending action begin when it is created, those of one in progress with the
//! last sign of life: a machine that never comes back must not keep its files from being asked for
//! again.
//!
//! What is final stays so, but for one: what was cancelled on request is what its machine makes of
//! it. A machine that had taken the file before it learned of the request ends what it began and
//! says so, and then the action must not read as if nothing had been done.

use std::time::Duration;

use quell_model::Timestamp;
use quell_protocol::{FailureReason, Verdict};

use super::Status;

/// How long an action waits for its machine: the service no longer delivers it after three days.
pub const DELIVERY_TIME: Duration = Duration::from_secs(3 * 24 * 60 * 60);
/// How long a machine that took an action up may say nothing of it.
pub const SILENCE_TIME: Duration = DELIVERY_TIME;
/// How exactly signs of life are noted: machines give one with every hold, and each that is noted
/// costs a write.
const SIGN_GRAIN: Duration = Duration::from_secs(60 * 60);

/// What changes in the life of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// How far it is.
    pub status: Status,
    /// Why it failed; 0 while it did not.
    pub error_hresult: i32,
    /// When it changed last.
    pub last_update: Timestamp,
    /// When its machine last said anything of it, give or take an hour.
    pub heard: Timestamp,
    /// Who cancelled it, if anyone did.
    pub cancellation: Option<Cancellation>,
}

/// A request to give an action up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cancellation {
    /// Who asked.
    pub requestor: String,
    /// Why.
    pub comment: String,
    /// When.
    pub at: Timestamp,
}

/// What happens to an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The machine has durably taken it up, or still works on it.
    TakenUp,
    /// The machine says that nothing more will happen.
    Ended(Ending),
    /// The machine gave it up and put everything back.
    GivenUp,
    /// Somebody asked to cancel it.
    CancelRequested {
        /// Who.
        requestor: String,
        /// Why.
        comment: String,
    },
    /// Time has passed.
    Tick,
}

/// How an action ended on its machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The file is stopped and gone, and a copy is kept.
    Succeeded,
    /// It is not.
    Failed {
        /// The number that says why.
        hresult: i32,
    },
    /// The order reached the machine after it had expired.
    TooLate {
        /// The number that says so.
        hresult: i32,
    },
}

impl From<&Verdict> for Ending {
    fn from(verdict: &Verdict) -> Self {
        match verdict {
            Verdict::Succeeded => Self::Succeeded,
            Verdict::Failed { reason, .. } if *reason == FailureReason::Expired => Self::TooLate {
                hresult: reason.hresult(),
            },
            Verdict::Failed { reason, .. } => Self::Failed {
                hresult: reason.hresult(),
            },
        }
    }
}

/// What an event makes of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing changes.
    Stays,
    /// The action is now in this state.
    Becomes {
        /// The new state.
        state: State,
        /// Whether the machine must be told to give the action up.
        recall: bool,
    },
}

/// An action that has ended cannot be cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the action has already ended with status {0}")]
pub struct AlreadyEnded(pub Status);

impl State {
    /// The state of an action that was just taken.
    #[must_use]
    pub fn new(now: Timestamp) -> Self {
        Self {
            status: Status::Pending,
            error_hresult: 0,
            last_update: now,
            heard: now,
            cancellation: None,
        }
    }

    /// Decides what `event` makes of an action created at `created`.
    ///
    /// # Errors
    /// [`AlreadyEnded`] for a request to cancel what is final.
    pub fn advance(
        &self,
        event: &Event,
        created: Timestamp,
        now: Timestamp,
    ) -> Result<Step, AlreadyEnded> {
        if self.status.is_final() {
            return match event {
                Event::CancelRequested { .. } => Err(AlreadyEnded(self.status)),
                Event::Ended(Ending::Succeeded) if self.is_only_requested() => {
                    Ok(self.becomes(Status::Succeeded, 0, now))
                }
                Event::Ended(Ending::Failed { hresult }) if self.is_only_requested() => {
                    Ok(self.becomes(Status::Failed, *hresult, now))
                }
                Event::TakenUp | Event::Ended(_) | Event::GivenUp | Event::Tick => Ok(Step::Stays),
            };
        }
        Ok(match event {
            Event::TakenUp if self.status == Status::InProgress => self.still_works(now),
            Event::TakenUp => self.becomes(Status::InProgress, 0, now),
            Event::Ended(Ending::Succeeded) => self.becomes(Status::Succeeded, 0, now),
            Event::Ended(Ending::Failed { hresult }) => self.becomes(Status::Failed, *hresult, now),
            Event::Ended(Ending::TooLate { hresult }) => {
                self.becomes(Status::TimeOut, *hresult, now)
            }
            Event::GivenUp => self.becomes(Status::Cancelled, 0, now),
            Event::CancelRequested { requestor, comment } => {
                self.cancelled(requestor, comment, now)
            }
            Event::Tick if self.is_overdue(created, now) => self.becomes(Status::TimeOut, 0, now),
            Event::Tick => Step::Stays,
        })
    }

    /// Cancelled, as far as somebody asked for it.
    fn is_only_requested(&self) -> bool {
        self.status == Status::Cancelled && self.cancellation.is_some()
    }

    fn is_overdue(&self, created: Timestamp, now: Timestamp) -> bool {
        match self.status {
            Status::Pending => now >= created.saturating_add(DELIVERY_TIME),
            Status::InProgress => now >= self.heard.saturating_add(SILENCE_TIME),
            Status::Succeeded | Status::Failed | Status::TimeOut | Status::Cancelled => false,
        }
    }

    fn still_works(&self, now: Timestamp) -> Step {
        if now < self.heard.saturating_add(SIGN_GRAIN) {
            return Step::Stays;
        }
        Step::Becomes {
            state: Self {
                heard: now,
                ..self.clone()
            },
            recall: false,
        }
    }

    fn becomes(&self, status: Status, error_hresult: i32, now: Timestamp) -> Step {
        Step::Becomes {
            state: Self {
                status,
                error_hresult,
                last_update: self.not_before(now),
                heard: now,
                cancellation: self.cancellation.clone(),
            },
            recall: false,
        }
    }

    fn cancelled(&self, requestor: &str, comment: &str, now: Timestamp) -> Step {
        Step::Becomes {
            state: Self {
                status: Status::Cancelled,
                error_hresult: 0,
                last_update: self.not_before(now),
                heard: self.heard,
                cancellation: Some(Cancellation {
                    requestor: requestor.to_owned(),
                    comment: comment.to_owned(),
                    at: now,
                }),
            },
            recall: true,
        }
    }

    /// Nothing changes before it was: a clock that was set back does not show.
    fn not_before(&self, now: Timestamp) -> Timestamp {
        now.max(self.last_update)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds)
    }

    fn in_status(status: Status) -> State {
        State {
            status,
            ..State::new(at(0))
        }
    }

    fn cancel() -> Event {
        Event::CancelRequested {
            requestor: "soc".to_owned(),
            comment: "mistake".to_owned(),
        }
    }

    fn status_after(from: Status, event: &Event, now: i64) -> Status {
        match in_status(from).advance(event, at(0), at(now)).unwrap() {
            Step::Stays => from,
            Step::Becomes { state, .. } => {
                assert_eq!(state.last_update, at(now));
                state.status
            }
        }
    }

    #[test]
    fn the_way_of_an_action_that_succeeds() {
        assert_eq!(
            status_after(Status::Pending, &Event::TakenUp, 1),
            Status::InProgress
        );
        let done = Event::Ended(Ending::Succeeded);
        for from in [Status::Pending, Status::InProgress] {
            assert_eq!(status_after(from, &done, 2), Status::Succeeded);
        }
    }

    #[test]
    fn failure_carries_its_number() {
        let verdict = Verdict::Failed {
            reason: FailureReason::FileNotFound,
            message: String::new(),
        };
        let step = in_status(Status::InProgress)
            .advance(&Event::Ended(Ending::from(&verdict)), at(0), at(5))
            .unwrap();
        let Step::Becomes { state, .. } = step else {
            panic!("nothing changed")
        };
        assert_eq!(
            (state.status, state.error_hresult),
            (Status::Failed, -2_147_024_894)
        );
    }

    #[test]
    fn order_that_came_too_late_is_a_time_out() {
        let verdict = Verdict::Failed {
            reason: FailureReason::Expired,
            message: String::new(),
        };
        assert_eq!(
            status_after(Status::Pending, &Event::Ended(Ending::from(&verdict)), 1),
            Status::TimeOut
        );
    }

    #[test]
    fn action_times_out_after_three_whole_days_without_a_word() {
        let three_days = 3 * 86_400;
        let tick = Event::Tick;
        assert_eq!(
            status_after(Status::Pending, &tick, three_days - 1),
            Status::Pending
        );
        assert_eq!(
            status_after(Status::Pending, &tick, three_days),
            Status::TimeOut
        );
        for (heard, status) in [(0, Status::TimeOut), (1, Status::InProgress)] {
            let state = State {
                heard: at(heard),
                ..in_status(Status::InProgress)
            };
            let step = state.advance(&tick, at(-9), at(three_days)).unwrap();
            let now = match step {
                Step::Stays => state.status,
                Step::Becomes { state, .. } => state.status,
            };
            assert_eq!(now, status, "heard of at {heard}");
        }
    }

    #[test]
    fn sign_of_life_is_noted_once_an_hour_and_is_no_change() {
        let works = in_status(Status::InProgress);
        let after = |seconds| {
            works
                .advance(&Event::TakenUp, at(0), at(seconds))
                .expect("not ended")
        };
        assert_eq!(after(3599), Step::Stays);
        let state = State {
            heard: at(3600),
            ..works.clone()
        };
        let recall = false;
        assert_eq!(after(3600), Step::Becomes { state, recall });
    }

    #[test]
    fn clock_that_was_set_back_does_not_show() {
        let state = State::new(at(100));
        for event in [Event::TakenUp, cancel()] {
            let Ok(Step::Becomes { state, .. }) = state.advance(&event, at(100), at(40)) else {
                panic!("nothing changed")
            };
            assert_eq!(state.last_update, at(100));
        }
    }

    #[test]
    fn cancel_is_taken_until_the_end_and_recalls_the_order() {
        for from in [Status::Pending, Status::InProgress] {
            let step = in_status(from).advance(&cancel(), at(0), at(9)).unwrap();
            let Step::Becomes { state, recall } = step else {
                panic!("nothing changed")
            };
            assert!(recall);
            assert_eq!(state.status, Status::Cancelled);
            let cancellation = state.cancellation.unwrap();
            assert_eq!(cancellation.requestor, "soc");
            assert_eq!(cancellation.at, at(9));
        }
        for from in Status::ALL.into_iter().filter(|status| status.is_final()) {
            assert_eq!(
                in_status(from).advance(&cancel(), at(0), at(9)),
                Err(AlreadyEnded(from))
            );
        }
    }

    fn cancelled() -> State {
        let step = in_status(Status::InProgress).advance(&cancel(), at(0), at(1));
        let Ok(Step::Becomes { state, .. }) = step else {
            panic!("nothing changed")
        };
        state
    }

    #[test]
    fn machine_that_was_too_far_to_give_up_has_the_last_word() {
        let ended = [
            (Ending::Succeeded, Status::Succeeded, 0),
            (Ending::Failed { hresult: -7 }, Status::Failed, -7),
        ];
        for (ending, status, hresult) in ended {
            let step = cancelled().advance(&Event::Ended(ending), at(0), at(5));
            let Ok(Step::Becomes { state, recall }) = step else {
                panic!("nothing changed")
            };
            assert_eq!((state.status, state.error_hresult), (status, hresult));
            assert_eq!((state.last_update, recall), (at(5), false));
            // That somebody asked is not forgotten.
            assert_eq!(state.cancellation, cancelled().cancellation);
            let again = state.advance(&Event::Ended(Ending::Succeeded), at(0), at(6));
            assert_eq!(again, Ok(Step::Stays));
        }
    }

    #[test]
    fn cancelled_action_stays_so_unless_its_machine_did_something() {
        let too_late = Event::Ended(Ending::TooLate { hresult: -9 });
        for event in [Event::TakenUp, Event::GivenUp, Event::Tick, too_late] {
            assert_eq!(cancelled().advance(&event, at(0), at(5)), Ok(Step::Stays));
        }
        // Given up by the machine itself: it has said its word.
        let given_up = in_status(Status::Cancelled);
        let ended = given_up.advance(&Event::Ended(Ending::Succeeded), at(0), at(5));
        assert_eq!(ended, Ok(Step::Stays));
    }

    fn any_event() -> impl Strategy<Value = Event> {
        prop_oneof![
            Just(Event::TakenUp),
            Just(Event::Ended(Ending::Succeeded)),
            any::<i32>().prop_map(|hresult| Event::Ended(Ending::Failed { hresult })),
            Just(Event::GivenUp),
            Just(cancel()),
            Just(Event::Tick),
        ]
    }

    proptest! {
        #[test]
        fn what_is_final_stays_but_for_a_cancellation_that_came_too_late(
            events in proptest::collection::vec(any_event(), 1..20)
        ) {
            let mut state = State::new(at(0));
            for (second, event) in events.iter().enumerate() {
                let now = at(i64::try_from(second).unwrap());
                if let Ok(Step::Becomes { state: next, .. }) = state.advance(event, at(0), now) {
                    let was_requested = state.status == Status::Cancelled
                        && state.cancellation.is_some()
                        && matches!(event, Event::Ended(_));
                    prop_assert!(!state.status.is_final() || was_requested);
                    prop_assert!(next.status.is_final() || !state.status.is_final());
                    state = next;
                }
            }
        }
    }
}
