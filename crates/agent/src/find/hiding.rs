//! Telling those who refuse to be looked at from those who were just ending, or starting.
//!
//! Of a process that ends between being found and being asked for its executable, most kernels say
//! that it may not be looked at (`EACCES`, by `proc_pid_get_link`), to root as well. So they do of one
//! that has just been started by a parent with more rights than ours, which it has until it becomes its
//! own program: on a busy machine that may take a while. Asked once more, the one is gone and the other
//! shows itself; only who still refuses hides something.

use std::thread;
use std::time::{Duration, Instant};

use rustix::param::clock_ticks_per_second;
use rustix::time::{ClockId, clock_gettime};

use crate::sys::process_stat::ProcessStat;

/// How often those are asked again at once who refused.
const ASKED_AGAIN: u32 = 3;
/// Who has lived for so long has become its own program.
const YOUTH: Duration = Duration::from_secs(2);
/// How long those are waited for who are younger.
const FOR_THE_YOUNG: Duration = Duration::from_secs(1);
/// The longest pause before they are asked again.
const LONGEST_PAUSE: Duration = Duration::from_millis(32);

/// How much time there is for those who refuse to be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// None: whoever is looked for runs on meanwhile, and will be looked for again.
    Short,
    /// As much as it takes to become another program: this look is the one that counts.
    Long,
}

impl Patience {
    /// How long to wait before those are asked again who refused, of whom the oldest has lived for
    /// `age`; nothing when that is no use any more. Where somebody hides for good the look tells no more
    /// for all who show themselves.
    fn pause(
        self,
        asked: u32,
        waited: Duration,
        age: impl FnOnce() -> Duration,
    ) -> Option<Duration> {
        if asked <= ASKED_AGAIN {
            return Some(Duration::ZERO);
        }
        if self == Self::Short || waited >= FOR_THE_YOUNG || age() >= YOUTH {
            return None;
        }
        let pause = Duration::from_millis(1 << (asked - ASKED_AGAIN - 1).min(16));
        Some(pause.min(LONGEST_PAUSE))
    }
}

/// Those who hide, and still do so when they are asked again. `pid_of` says whom to ask for.
pub(super) fn who_hides<T>(
    all: impl IntoIterator<Item = T>,
    patience: Patience,
    pid_of: impl Fn(&T) -> u32,
    hides: impl FnMut(&T) -> bool,
) -> Vec<T> {
    let oldest = |hiding: &[T]| {
        // The first process, which may be beyond even root, is never a target, whatever it executes.
        let others = hiding.iter().map(&pid_of).filter(|pid| *pid != 1);
        others.map(age_of).max().unwrap_or(YOUTH)
    };
    hide_from(patience, all, oldest, hides)
}

/// The same; `oldest` says how long the oldest of them has lived.
fn hide_from<T>(
    patience: Patience,
    all: impl IntoIterator<Item = T>,
    oldest: impl Fn(&[T]) -> Duration,
    mut hides: impl FnMut(&T) -> bool,
) -> Vec<T> {
    let mut hiding: Vec<T> = all.into_iter().filter(&mut hides).collect();
    let began = Instant::now();
    let mut asked = 0;
    while !hiding.is_empty() {
        asked += 1;
        match patience.pause(asked, began.elapsed(), || oldest(&hiding)) {
            None => break,
            Some(Duration::ZERO) => thread::yield_now(),
            Some(pause) => thread::sleep(pause),
        }
        hiding.retain(&mut hides);
    }
    hiding
}

/// How long a process has lived; as long as it takes if it does not say.
fn age_of(pid: u32) -> Duration {
    let now = clock_gettime(ClockId::Boottime);
    let now = Duration::try_from(now).unwrap_or_default();
    let started = ProcessStat::of(pid).map_or(0, |stat| stat.start_time);
    let ticks = clock_ticks_per_second().max(1);
    now.saturating_sub(Duration::from_millis(started.saturating_mul(1000) / ticks))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whom they ask for, in a test that asks nobody.
    const NOBODY: fn(&u32) -> u32 = |_| u32::MAX;

    #[test]
    fn who_refuses_for_a_moment_hides_nothing_and_who_shows_itself_is_not_asked_again() {
        let (shown, ending, hidden) = (7, 8, 9);
        let mut asked = Vec::new();
        let hiding = who_hides([shown, ending, hidden], Patience::Short, NOBODY, |pid| {
            asked.push(*pid);
            let refusals = asked.iter().filter(|one| *one == pid).count();
            *pid == hidden || (*pid == ending && refusals <= ASKED_AGAIN as usize)
        });
        assert_eq!(hiding, [hidden]);
        let times = |pid| asked.iter().filter(|one| **one == pid).count();
        let again = 1 + ASKED_AGAIN as usize;
        assert_eq!(
            (times(shown), times(ending), times(hidden)),
            (1, again, again)
        );
    }

    #[test]
    fn only_the_look_that_counts_waits_and_only_for_the_young() {
        let waits = |patience: Patience, waited_ms: u64, age_ms: u64| {
            let age = || Duration::from_millis(age_ms);
            let waited = Duration::from_millis(waited_ms);
            patience.pause(ASKED_AGAIN + 1, waited, age).is_some()
        };
        assert!(!waits(Patience::Short, 0, 0));
        assert!(waits(Patience::Long, 0, 1999) && waits(Patience::Long, 999, 0));
        assert!(!waits(Patience::Long, 0, 2000));
        assert!(!waits(Patience::Long, 1000, 0));
        let pause = |asked| Patience::Long.pause(asked, Duration::ZERO, || Duration::ZERO);
        let pauses: Vec<_> = (1..=10).filter_map(pause).collect();
        let expected = [0, 0, 0, 1, 2, 4, 8, 16, 32, 32].map(Duration::from_millis);
        assert_eq!(pauses, expected);
    }

    /// So often is somebody asked who becomes his own program only after a while.
    const STARTING: u32 = ASKED_AGAIN + 4;

    #[test]
    fn who_becomes_another_program_only_after_a_while_hides_nothing_from_the_look_that_counts() {
        for (patience, age, hidden) in [
            (Patience::Long, Duration::ZERO, false),
            (Patience::Long, YOUTH, true),
            (Patience::Short, Duration::ZERO, true),
        ] {
            let mut asked = 0;
            let is_starting = |_: &u32| {
                asked += 1;
                asked <= STARTING
            };
            let hiding = hide_from(patience, [7], |_| age, is_starting);
            assert_eq!(!hiding.is_empty(), hidden, "{patience:?} {age:?}");
        }
    }

    #[test]
    fn first_process_is_not_waited_for() {
        let mut asked = 0;
        let hides = |_: &u32| {
            asked += 1;
            asked <= STARTING
        };
        assert_eq!(who_hides([1], Patience::Long, |pid| *pid, hides), [1]);
    }

    /// A tick of the clock by which processes are dated.
    const TICK: Duration = Duration::from_millis(10);

    #[test]
    fn age_is_counted_from_the_start() {
        let before = Instant::now();
        let mut child = std::process::Command::new("sleep")
            .arg("600")
            .spawn()
            .unwrap();
        let (age, first) = (age_of(child.id()), age_of(1));
        let most = before.elapsed() + TICK;
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(age <= most && age <= first);
        assert!(age_of(u32::MAX) >= first, "who does not say is old");
    }
}
