//! What is to be done about what a crash left behind.

use super::State;

/// What is known of a process that an earlier run meant to stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoppedProcess {
    /// Whether the process of then still lives: the same boot, id and start time.
    pub lives: bool,
    /// Whether it executes a file that was to be taken.
    pub executes_target: bool,
    /// Whether somebody else had stopped it before.
    pub was_stopped: bool,
}

/// What to do about a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProcessRemedy {
    /// Nothing.
    Leave,
    /// Let it go on.
    Resume,
    /// Finish what was begun: its file is already taken away.
    Kill,
}

/// Judges a process that an action in `state` had stopped.
#[must_use]
pub fn for_process(state: State, process: StoppedProcess) -> ProcessRemedy {
    if !process.lives {
        ProcessRemedy::Leave
    } else if (State::Captured..State::Done).contains(&state) && process.executes_target {
        ProcessRemedy::Kill
    } else if process.was_stopped {
        ProcessRemedy::Leave
    } else {
        ProcessRemedy::Resume
    }
}

/// What is known of a name that an earlier run meant to take away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CapturedName {
    /// What lies where the file was to be moved.
    pub in_capture: InCapture,
    /// Whether the vault keeps the item.
    pub sealed: bool,
}

/// What lies at a name in a capture directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InCapture {
    /// Nothing.
    Nothing,
    /// The file that was meant.
    Target,
    /// Another file, which got there by a race.
    Stranger,
    /// It cannot be told: the directory is gone, perhaps with a file system that is not mounted
    /// yet, or the system refuses a look.
    OutOfSight,
}

/// What to do about a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CaptureRemedy {
    /// It never went away: the next search will find it.
    Forget,
    /// It is in the vault and gone from everywhere else.
    Finished,
    /// Remove the original; the vault has it.
    Release,
    /// Seal it, then remove it.
    SealThenRelease,
    /// Give it back: it is not what was meant.
    PutBack,
    /// Remember it until it can be looked at again: it may be the only copy.
    Wait,
}

/// Judges a name that an action meant to take away.
#[must_use]
pub fn for_capture(name: CapturedName) -> CaptureRemedy {
    match (name.in_capture, name.sealed) {
        (InCapture::Nothing, false) => CaptureRemedy::Forget,
        (InCapture::Nothing, true) => CaptureRemedy::Finished,
        (InCapture::Target, false) => CaptureRemedy::SealThenRelease,
        (InCapture::Target, true) => CaptureRemedy::Release,
        (InCapture::Stranger, _) => CaptureRemedy::PutBack,
        (InCapture::OutOfSight, _) => CaptureRemedy::Wait,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOPPED: StoppedProcess = StoppedProcess {
        lives: true,
        executes_target: true,
        was_stopped: false,
    };

    #[test]
    fn process_is_resumed_before_the_capture_and_killed_after_it() {
        for state in State::ALL {
            let expected = if (State::Captured..State::Done).contains(&state) {
                ProcessRemedy::Kill
            } else {
                ProcessRemedy::Resume
            };
            assert_eq!(for_process(state, STOPPED), expected, "{state:?}");
        }
    }

    #[test]
    fn process_that_executes_something_else_by_now_is_never_killed() {
        let innocent = StoppedProcess {
            executes_target: false,
            ..STOPPED
        };
        for state in State::ALL {
            assert_eq!(for_process(state, innocent), ProcessRemedy::Resume);
        }
    }

    #[test]
    fn process_that_somebody_else_had_stopped_stays_stopped() {
        let paused = StoppedProcess {
            was_stopped: true,
            ..STOPPED
        };
        assert_eq!(for_process(State::Frozen, paused), ProcessRemedy::Leave);
        assert_eq!(for_process(State::Killed, paused), ProcessRemedy::Kill);
    }

    #[test]
    fn process_of_another_life_is_left_alone() {
        let other = StoppedProcess {
            lives: false,
            ..STOPPED
        };
        for state in State::ALL {
            assert_eq!(for_process(state, other), ProcessRemedy::Leave);
        }
    }

    #[test]
    fn capture_of_a_stranger_is_always_given_back() {
        for sealed in [false, true] {
            let name = CapturedName {
                in_capture: InCapture::Stranger,
                sealed,
            };
            assert_eq!(for_capture(name), CaptureRemedy::PutBack);
        }
    }

    #[test]
    fn capture_out_of_sight_is_never_forgotten() {
        for sealed in [false, true] {
            let name = CapturedName {
                in_capture: InCapture::OutOfSight,
                sealed,
            };
            assert_eq!(for_capture(name), CaptureRemedy::Wait);
        }
    }

    #[test]
    fn capture_is_removed_only_when_it_is_in_the_vault() {
        let name = |sealed| CapturedName {
            in_capture: InCapture::Target,
            sealed,
        };
        assert_eq!(for_capture(name(true)), CaptureRemedy::Release);
        assert_eq!(for_capture(name(false)), CaptureRemedy::SealThenRelease);
    }
}
