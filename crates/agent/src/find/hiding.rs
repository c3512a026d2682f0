//! Telling those who refuse to be looked at from those who were just ending.
//!
//! Of a process that ends between being found and being asked for its executable, most kernels say
//! that it may not be looked at (`EACCES`, by `proc_pid_get_link`), to root as well. So they do of one
//! that has just been started with its parent's rights and has not become its own program yet. Asked
//! once more, the one is gone and the other shows itself; only who still refuses hides something.

use std::thread;

/// How often those are asked again who refused.
const ASKED_AGAIN: usize = 3;

/// Those who hide, and still do so when they are asked again.
pub(super) fn who_hides<T>(
    all: impl IntoIterator<Item = T>,
    mut hides: impl FnMut(&T) -> bool,
) -> Vec<T> {
    let mut hiding: Vec<T> = all.into_iter().filter(&mut hides).collect();
    for _ in 0..ASKED_AGAIN {
        if hiding.is_empty() {
            break;
        }
        thread::yield_now();
        hiding.retain(&mut hides);
    }
    hiding
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_refuses_for_a_moment_hides_nothing_and_who_shows_itself_is_not_asked_again() {
        let (shown, ending, hidden) = (7, 8, 9);
        let mut asked = Vec::new();
        let hiding = who_hides([shown, ending, hidden], |pid| {
            asked.push(*pid);
            let refusals = asked.iter().filter(|one| *one == pid).count();
            *pid == hidden || (*pid == ending && refusals <= ASKED_AGAIN)
        });
        assert_eq!(hiding, [hidden]);
        let times = |pid| asked.iter().filter(|one| **one == pid).count();
        let again = 1 + ASKED_AGAIN;
        assert_eq!(
            (times(shown), times(ending), times(hidden)),
            (1, again, again)
        );
    }
}
