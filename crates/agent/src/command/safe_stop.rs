//! Ending at a moment at which nothing is left stopped.
//!
//! While an action is between freezing and killing, processes stand still that would stand still
//! for ever if the agent ended. Everywhere else ending is harmless: the journal knows how to go on.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::plan::State;

/// Lets one thread end the agent between two steps of another.
#[derive(Debug, Default)]
pub(super) struct SafeStop {
    inner: Mutex<Inner>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct Inner {
    /// How far the action is that is being carried out.
    state: Option<State>,
    ending: bool,
    /// The engine's thread waits between two steps and will never go on.
    parked: bool,
}

impl Inner {
    fn is_safe(&self) -> bool {
        self.parked || self.state.is_none_or(next_step_is_harmless)
    }
}

/// Whether the process may end during the step that follows this state.
fn next_step_is_harmless(state: State) -> bool {
    match state {
        // A search, the gate (which ends with the agent), the vault's work, or nothing.
        State::Accepted
        | State::Located
        | State::Killed
        | State::Vaulted
        | State::Released
        | State::Done => true,
        State::Gated | State::Frozen | State::Leased | State::Verified | State::Captured => false,
    }
}

impl SafeStop {
    /// An action is carried out from here on.
    pub(super) fn begin(&self) {
        self.step(State::Accepted);
    }

    /// The engine's thread has completed a step. When the agent is to end and this is a safe
    /// moment, it goes no further.
    pub(super) fn step(&self, state: State) {
        let mut inner = self.lock();
        inner.state = Some(state);
        // Before the freeze nothing is stopped yet, so that is a moment to wait in as well.
        let may_wait_here = next_step_is_harmless(state) || state == State::Gated;
        inner.parked = inner.ending && may_wait_here;
        self.changed.notify_all();
        while inner.parked {
            inner = self
                .changed
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// No action is carried out any more.
    pub(super) fn finish(&self) {
        self.lock().state = None;
        self.changed.notify_all();
    }

    /// Waits until the agent may end, and keeps the engine from going on.
    pub(super) fn wait(&self) {
        let mut inner = self.lock();
        inner.ending = true;
        while !inner.is_safe() {
            inner = self
                .changed
                .wait(inner)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn ending_is_safe_except_between_gate_and_kill() {
        for state in State::ALL {
            let unsafe_states = [
                State::Gated,
                State::Frozen,
                State::Leased,
                State::Verified,
                State::Captured,
            ];
            let stop = SafeStop::default();
            stop.step(state);
            assert_eq!(
                stop.lock().is_safe(),
                !unsafe_states.contains(&state),
                "{state:?}"
            );
        }
        let idle = SafeStop::default();
        idle.begin();
        idle.finish();
        idle.wait();
    }

    #[test]
    fn an_action_under_way_goes_on_until_its_processes_are_killed_and_no_further() {
        let stop = Arc::new(SafeStop::default());
        stop.step(State::Gated);
        let (tell, told) = mpsc::channel();
        let waiting = Arc::clone(&stop);
        let ending = thread::spawn(move || waiting.wait());
        while !stop.lock().ending {
            thread::yield_now();
        }
        let engine = Arc::clone(&stop);
        thread::spawn(move || {
            for state in [
                State::Frozen,
                State::Leased,
                State::Verified,
                State::Captured,
                State::Killed,
            ] {
                tell.send(state).unwrap();
                engine.step(state);
            }
            tell.send(State::Vaulted).unwrap();
        });
        ending.join().unwrap();
        let steps: Vec<State> = told.try_iter().collect();
        assert_eq!(steps.last(), Some(&State::Killed));
        assert!(stop.lock().parked);
    }

    #[test]
    fn a_gate_that_closes_while_the_agent_ends_stops_nothing() {
        let stop = Arc::new(SafeStop::default());
        stop.begin();
        stop.wait();
        let engine = Arc::clone(&stop);
        let (tell, told) = mpsc::channel();
        thread::spawn(move || {
            engine.step(State::Gated);
            tell.send(()).unwrap();
        });
        while !stop.lock().parked {
            thread::yield_now();
        }
        assert!(told.try_recv().is_err());
    }
}
