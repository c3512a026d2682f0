//! The whole retry table, row by row.

use quell::Outcome::{NotPerformed, Unknown};
use quell::retry::Repetition::{ActsAgain, Harmless};
use quell::retry::Ruling::{Accept, RenewToken, RepeatLater, RepeatWhenPermitted, Stop};
use quell::retry::{Event, Ruling, rule};
use quell::transport::TransportErrorKind;

/// What happened, what a read does about it, what an action does about it.
const STATUSES: &[(u16, Ruling, Ruling)] = &[
    (100, Stop(NotPerformed), Stop(Unknown)),
    (200, Accept, Accept),
    (201, Accept, Accept),
    (204, Accept, Accept),
    (301, Stop(NotPerformed), Stop(Unknown)),
    (307, Stop(NotPerformed), Stop(Unknown)),
    (400, Stop(NotPerformed), Stop(NotPerformed)),
    (401, RenewToken, RenewToken),
    (403, Stop(NotPerformed), Stop(NotPerformed)),
    (404, Stop(NotPerformed), Stop(NotPerformed)),
    (408, RepeatLater, Stop(Unknown)),
    (409, Stop(NotPerformed), Stop(NotPerformed)),
    (413, Stop(NotPerformed), Stop(NotPerformed)),
    (429, RepeatWhenPermitted, RepeatWhenPermitted),
    (499, Stop(NotPerformed), Stop(NotPerformed)),
    (500, RepeatLater, Stop(Unknown)),
    (501, Stop(NotPerformed), Stop(Unknown)),
    (502, RepeatLater, Stop(Unknown)),
    (503, RepeatLater, Stop(Unknown)),
    (504, RepeatLater, Stop(Unknown)),
    (599, Stop(NotPerformed), Stop(Unknown)),
    (999, Stop(NotPerformed), Stop(Unknown)),
];

const FAILURES: &[(TransportErrorKind, Ruling, Ruling)] = &[
    (
        TransportErrorKind::InvalidRequest,
        Stop(NotPerformed),
        Stop(NotPerformed),
    ),
    (TransportErrorKind::Resolve, RepeatLater, RepeatLater),
    (TransportErrorKind::Connect, RepeatLater, RepeatLater),
    (
        TransportErrorKind::Tls,
        Stop(NotPerformed),
        Stop(NotPerformed),
    ),
    (
        TransportErrorKind::ConnectionClosed,
        RepeatLater,
        RepeatLater,
    ),
    (TransportErrorKind::Timeout, RepeatLater, Stop(Unknown)),
    (TransportErrorKind::Interrupted, RepeatLater, Stop(Unknown)),
    (
        TransportErrorKind::BodyTooLarge,
        Stop(NotPerformed),
        Stop(Unknown),
    ),
    (
        TransportErrorKind::Decode,
        Stop(NotPerformed),
        Stop(Unknown),
    ),
    (TransportErrorKind::Other, RepeatLater, Stop(Unknown)),
];

#[test]
fn every_status_has_its_ruling() {
    for &(status, read, action) in STATUSES {
        assert_eq!(
            rule(Event::Answered(status), Harmless),
            read,
            "a read, {status}"
        );
        assert_eq!(
            rule(Event::Answered(status), ActsAgain),
            action,
            "an action, {status}"
        );
    }
}

#[test]
fn every_failure_has_its_ruling() {
    for &(kind, read, action) in FAILURES {
        assert_eq!(
            rule(Event::Failed(kind), Harmless),
            read,
            "a read, {kind:?}"
        );
        assert_eq!(
            rule(Event::Failed(kind), ActsAgain),
            action,
            "an action, {kind:?}"
        );
    }
}

/// The one rule that must hold whatever else is changed.
#[test]
fn an_action_is_never_repeated_once_it_may_have_been_executed() {
    let refused_before_it_began = [401, 429];
    for status in (0..=999).filter(|status| !refused_before_it_began.contains(status)) {
        let ruling = rule(Event::Answered(status), ActsAgain);
        assert!(matches!(ruling, Accept | Stop(_)), "{status}: {ruling:?}");
    }
    for &(kind, _, _) in FAILURES {
        let repeated = rule(Event::Failed(kind), ActsAgain) == RepeatLater;
        let not_sent = kind.reach() == quell::transport::Reach::NotSent;
        assert!(!repeated || not_sent, "{kind:?}");
    }
}
