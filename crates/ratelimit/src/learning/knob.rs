use std::time::Duration;

use crate::{PushBack, Window, WindowUse};

/// A wait this short says that the calls came too close together, not that a window is full.
const SHORT_WAIT: Duration = Duration::from_secs(5);

/// What a refusal is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Knob {
    /// The time between calls.
    Pace,
    /// The limit of the window with this index.
    Window(usize),
}

/// Picks what to adjust, the clearest sign first.
pub(super) fn choose(push_back: &PushBack, usage: &[WindowUse], third_in_a_row: bool) -> Knob {
    let wait = push_back.asked_wait();
    if third_in_a_row || wait.is_some_and(|wait| wait <= SHORT_WAIT) {
        return Knob::Pace;
    }
    let named = push_back
        .named_window()
        .and_then(|named| same_period(usage, named));
    named
        .or_else(|| outlasting(usage, wait?))
        .or_else(|| fuller_half(usage))
        .map_or(Knob::Pace, Knob::Window)
}

fn same_period(usage: &[WindowUse], named: Window) -> Option<usize> {
    usage
        .iter()
        .position(|entry| entry.window.period() == named.period())
}

/// A wait longer than the shortest window cannot be about it: the longest is to blame.
fn outlasting(usage: &[WindowUse], wait: Duration) -> Option<usize> {
    let (shortest, longer) = usage.split_first()?;
    (wait > shortest.window.period() && !longer.is_empty()).then_some(longer.len())
}

/// The shortest window if more than half of it is used, else the longest under the same condition.
fn fuller_half(usage: &[WindowUse]) -> Option<usize> {
    let half_used = |entry: &WindowUse| entry.used > entry.share / 2;
    usage.iter().position(half_used)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Quota;

    fn usage(minute: u32, hour: u32) -> Vec<WindowUse> {
        let quota = Quota::parse("100/60s,1500/3600s").unwrap();
        let with_use = quota.windows().iter().zip([minute, hour]);
        let entry = |(window, used): (&Window, u32)| WindowUse {
            window: *window,
            share: window.limit(),
            limit: window.limit(),
            used,
        };
        with_use.map(entry).collect()
    }

    fn asked(seconds: u64) -> PushBack {
        PushBack::new().retry_after(Duration::from_secs(seconds))
    }

    #[test]
    fn knob_follows_the_clearest_sign() {
        let hour = Window::new(45, Duration::from_secs(3600)).unwrap();
        let unknown = Window::new(45, Duration::from_secs(7)).unwrap();
        let table = [
            (asked(5), usage(100, 1500), Knob::Pace),
            (asked(6), usage(100, 1500), Knob::Window(0)),
            (asked(61), usage(100, 1500), Knob::Window(1)),
            (asked(6).window(hour), usage(100, 0), Knob::Window(1)),
            (asked(6).window(unknown), usage(100, 0), Knob::Window(0)),
            (asked(30), usage(50, 751), Knob::Window(1)),
            (asked(30), usage(50, 750), Knob::Pace),
            (PushBack::new(), usage(51, 0), Knob::Window(0)),
            (PushBack::new(), usage(0, 0), Knob::Pace),
        ];
        for (push_back, usage, knob) in table {
            assert_eq!(
                choose(&push_back, &usage, false),
                knob,
                "{push_back:?} {usage:?}"
            );
            assert_eq!(choose(&push_back, &usage, true), Knob::Pace);
        }
    }

    #[test]
    fn knob_of_a_single_window_outlasted_is_that_window_when_full() {
        let only = usage(100, 0)[..1].to_vec();
        assert_eq!(choose(&asked(600), &only, false), Knob::Window(0));
    }
}
