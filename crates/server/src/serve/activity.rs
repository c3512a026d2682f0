//! What happens on a connection, and when too little or too much of it happens.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::meters::Closed;
use super::patience::PATIENCE;

/// How long a connection may be open without ever asking anything. HTTP's own time-outs begin only when it is
/// known which version is spoken, and who sends nothing speaks none.
pub(super) const SILENCE: Duration = Duration::from_secs(60);
/// How long a connection may be idle between requests. (HTTP/1.1 ends earlier, by its limit on a head's time.)
pub(super) const IDLE: Duration = Duration::from_secs(300);
/// So many requests may be taken back before that is looked at.
const FORGIVEN: u32 = 100;

/// What happens on one connection.
///
/// Whoever waits for its end sleeps until the end that was in sight, and then looks again: what merely puts the
/// end off, as every short request does, wakes nobody.
#[derive(Debug)]
pub(super) struct Activity {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug)]
struct State {
    asked: bool,
    in_flight: u32,
    /// Long answers that are being sent.
    sending: u32,
    answered: u32,
    taken_back: u32,
    last: Instant,
    /// When whoever waits for the end looks again by himself; none where he waits to be woken.
    looks: Option<Instant>,
}

/// What is next, if nothing happens before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// The connection ends now.
    End(Closed),
    /// It ends then.
    EndAt(Instant, Closed),
    /// Something is being worked on; that has limits of its own.
    Wait,
}

impl State {
    fn next(&self) -> Next {
        if self.taken_back > FORGIVEN && self.taken_back > self.answered {
            return Next::End(Closed::Resets);
        }
        if !self.asked {
            return Next::EndAt(self.last + SILENCE, Closed::Silent);
        }
        match (self.sending, self.in_flight) {
            (0, 0) => Next::EndAt(self.last + IDLE, Closed::Silent),
            (0, _) => Next::Wait,
            _ => Next::EndAt(self.last + PATIENCE, Closed::NotReading),
        }
    }

    /// Whether the end is in sight before whoever waits for it looks again.
    fn is_nearer(&self) -> bool {
        match (self.next(), self.looks) {
            (Next::End(_), _) | (Next::EndAt(..), None) => true,
            (Next::EndAt(at, _), Some(looks)) => at < looks,
            (Next::Wait, _) => false,
        }
    }
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                asked: false,
                in_flight: 0,
                sending: 0,
                answered: 0,
                taken_back: 0,
                last: Instant::now(),
                looks: None,
            }),
            changed: Notify::new(),
        })
    }

    /// Something is asked, until the guard is dropped.
    pub(super) fn asked(self: &Arc<Self>) -> Asked {
        self.change(|state| {
            state.asked = true;
            state.in_flight += 1;
        });
        Asked {
            activity: Arc::clone(self),
            answered: false,
        }
    }

    /// A long answer begins to be sent.
    pub(super) fn sending(&self) {
        self.change(|state| state.sending += 1);
    }

    /// A part of it was taken.
    pub(super) fn progressed(&self) {
        self.lock().last = Instant::now();
    }

    /// It was sent, or given up.
    pub(super) fn sent(&self) {
        self.change(|state| state.sending -= 1);
    }

    /// Ends when the connection is to end.
    pub(super) async fn ends(&self) -> Closed {
        loop {
            let changed = self.changed.notified();
            let next = self.look();
            match next {
                Next::End(closed) => return closed,
                Next::EndAt(at, closed) if at <= Instant::now() => return closed,
                Next::EndAt(at, _) => tokio::select! {
                    () = sleep_until(at) => {}
                    () = changed => {}
                },
                Next::Wait => changed.await,
            }
        }
    }

    fn look(&self) -> Next {
        let mut state = self.lock();
        let next = state.next();
        state.looks = match next {
            Next::EndAt(at, _) => Some(at),
            Next::End(_) | Next::Wait => None,
        };
        next
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        let is_nearer = {
            let mut state = self.lock();
            change(&mut state);
            state.last = Instant::now();
            state.is_nearer()
        };
        if is_nearer {
            self.changed.notify_one();
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A request that is being answered; one that is dropped before was taken back by its client.
#[derive(Debug)]
pub(super) struct Asked {
    activity: Arc<Activity>,
    answered: bool,
}

impl Asked {
    pub(super) fn answered(mut self) {
        self.answered = true;
    }
}

impl Drop for Asked {
    fn drop(&mut self) {
        let answered = self.answered;
        self.activity.change(|state| {
            state.in_flight -= 1;
            match answered {
                true => state.answered += 1,
                false => state.taken_back += 1,
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Context, Wake, Waker};

    use super::*;

    async fn ends(activity: &Activity) -> (Closed, Duration) {
        let began = Instant::now();
        let closed = activity.ends().await;
        (closed, began.elapsed())
    }

    #[tokio::test(start_paused = true)]
    async fn silence_idleness_and_not_reading_have_their_times() {
        let activity = Activity::new();
        assert_eq!(ends(&activity).await, (Closed::Silent, SILENCE));
        activity.asked().answered();
        assert_eq!(ends(&activity).await, (Closed::Silent, IDLE));
        activity.sending();
        assert_eq!(ends(&activity).await, (Closed::NotReading, PATIENCE));
        activity.progressed();
        assert_eq!(ends(&activity).await, (Closed::NotReading, PATIENCE));
        activity.sent();
        assert_eq!(ends(&activity).await, (Closed::Silent, IDLE));
    }

    #[tokio::test(start_paused = true)]
    async fn request_that_is_worked_on_keeps_its_connection() {
        let activity = Activity::new();
        let asked = activity.asked();
        let week = Duration::from_secs(7 * 86_400);
        assert!(tokio::time::timeout(week, activity.ends()).await.is_err());
        asked.answered();
        assert_eq!(ends(&activity).await, (Closed::Silent, IDLE));
    }

    #[derive(Default)]
    struct Woken(AtomicU32);

    impl Wake for Woken {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn only_what_brings_the_end_nearer_wakes_whoever_waits_for_it() {
        let activity = Activity::new();
        activity.asked().answered();
        let woken = Arc::new(Woken::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut ends = pin!(activity.ends());
        let mut is_pending = || {
            let polled = ends.as_mut().poll(&mut Context::from_waker(&waker));
            polled.is_pending()
        };
        // The first look takes up what was noted before it.
        assert!(is_pending() && is_pending());
        let woken = || woken.0.swap(0, Ordering::SeqCst);
        woken();
        activity.asked().answered();
        assert_eq!(woken(), 0);
        activity.sending();
        assert_eq!(woken(), 1);
        assert!(is_pending());
        activity.progressed();
        activity.sent();
        assert_eq!(woken(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_takes_back_most_of_what_is_asked_is_shut_out() {
        let activity = Activity::new();
        for _ in 0..FORGIVEN {
            drop(activity.asked());
        }
        assert_eq!(ends(&activity).await.0, Closed::Silent);
        for _ in 0..=FORGIVEN {
            activity.asked().answered();
        }
        drop(activity.asked());
        assert_eq!(ends(&activity).await.0, Closed::Silent);
        drop(activity.asked());
        assert_eq!(ends(&activity).await, (Closed::Resets, Duration::ZERO));
    }
}
