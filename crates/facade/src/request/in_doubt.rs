use std::time::Duration;

use quell_model::limits::VISIBILITY;

/// What a call does when nobody can tell whether its request was executed: the answer was lost, or
/// the service broke while it worked.
///
/// A request is never sent a second time before the list of actions was asked, whatever is chosen.
/// Looking takes 15 and 75 seconds after the doubt arose, beyond the call's own deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InDoubt {
    /// Tells the caller at once, by an error of outcome [`Unknown`](crate::Outcome::Unknown) that
    /// carries the [`intent`](crate::Error::intent) for [`Client::reconcile`](crate::Client::reconcile).
    #[default]
    Report,
    /// Looks for the action and takes it over if it is there. Sends nothing again.
    Adopt,
    /// As [`Adopt`](Self::Adopt); if the action is not there after both looks, asks once more, under
    /// the same tag. A second doubt is reported.
    RepeatOnce,
}

/// The first look: thrice the time that a fresh action may be missing, at least ten seconds.
const FIRST_LOOK: Duration = {
    let lag = VISIBILITY.as_secs() * 3;
    Duration::from_secs(if lag > 10 { lag } else { 10 })
};

/// The second look comes so long after the first. By then a request that was on its way has arrived
/// or never will: queues hold one for at most half a minute.
const SECOND_LOOK: Duration = Duration::from_secs(60);

/// A service that wants to be left alone for longer is not asked again by this call.
const LONGEST_HINT: Duration = Duration::from_secs(300);

/// The waits before each look, where the service asked for this much; none if it asked for too much.
pub(super) fn waits(asked: Option<Duration>) -> Option<[Duration; 2]> {
    let first = FIRST_LOOK.max(asked.unwrap_or_default());
    (first <= LONGEST_HINT).then_some([first, SECOND_LOOK])
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn the_services_wish_delays_the_first_look_within_reason() {
        assert_eq!(waits(None), Some([15 * SECOND, 60 * SECOND]));
        assert_eq!(waits(Some(3 * SECOND)), Some([15 * SECOND, 60 * SECOND]));
        assert_eq!(waits(Some(40 * SECOND)), Some([40 * SECOND, 60 * SECOND]));
        assert_eq!(waits(Some(301 * SECOND)), None);
    }
}
