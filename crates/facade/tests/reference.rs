//! `docs/reference/retry.md` is what the table decides.
//!
//! A test, because only the table knows: it fails when the page is out of date, and writes it when
//! `QUELL_WRITE_REFERENCE` is set.

use std::fmt::Write as _;
use std::ops::RangeInclusive;
use std::path::Path;

use quell::Outcome;
use quell::RetryPolicy;
use quell::retry::{Event, Repetition, Ruling, rule};
use quell::transport::TransportErrorKind;

const HEAD: &str = "\
# When a request is repeated

Written by the table itself (`QUELL_WRITE_REFERENCE=1 cargo test --package quell --test reference`); a test fails when this
page and `quell::retry::rule` differ.

A *read* changes nothing, however often it is sent. An *action* does: repeated, it might be done twice.
*Outcome unknown* means that the request may have been executed; it is never sent again before the list
of actions was asked, and only if the caller chose so.
";

const FAILURES: &[(TransportErrorKind, &str)] = &[
    (
        TransportErrorKind::Resolve,
        "the host's name was not resolved",
    ),
    (TransportErrorKind::Connect, "there was no connection"),
    (
        TransportErrorKind::ConnectionClosed,
        "the connection was closed before the first byte left",
    ),
    (TransportErrorKind::Tls, "TLS failed"),
    (
        TransportErrorKind::InvalidRequest,
        "the transport cannot send such a request",
    ),
    (TransportErrorKind::Timeout, "time ran out"),
    (TransportErrorKind::Interrupted, "the connection broke"),
    (TransportErrorKind::BodyTooLarge, "the answer is too large"),
    (TransportErrorKind::Decode, "the answer is not HTTP"),
    (TransportErrorKind::Other, "any other failure"),
];

fn page() -> String {
    let mut page = HEAD.to_owned();
    page.push_str("\n| the service answered | a read | an action |\n| --- | --- | --- |\n");
    for statuses in ranges() {
        row(
            &mut page,
            &named(&statuses),
            Event::Answered(*statuses.start()),
        );
    }
    page.push_str("\n| there was no answer | a read | an action |\n| --- | --- | --- |\n");
    for (kind, what) in FAILURES {
        row(&mut page, what, Event::Failed(*kind));
    }
    let policy = RetryPolicy::default();
    let _ = write!(
        page,
        "\n## How often and how patiently\n\n\
         Unless a client says otherwise, a call has {} attempts, not counting those that were refused for the rate or\n\
         for an expired token. The first wait is {} s, each further one twice as long, at most {} s; half of each is\n\
         certain and the other half drawn by lot. What the service asks for goes before, from 1 s to 65 min: by\n\
         `retry-after-ms`, `x-ms-retry-after-ms` or `Retry-After`, in this order, as a number or as an HTTP date. A wait\n\
         that would pass the call's deadline is not begun: the call fails at once and says how long it would have been.\n\
         All clones of a client share a budget of 50 for repetitions: one costs 5, and each success gives 1 back.\n",
        policy.max_attempts(),
        policy.first_wait().as_secs(),
        policy.longest_wait().as_secs(),
    );
    page
}

fn row(page: &mut String, what: &str, event: Event) {
    let ruled = |repetition| sentence(rule(event, repetition));
    let (read, action) = (ruled(Repetition::Harmless), ruled(Repetition::ActsAgain));
    let _ = writeln!(page, "| {what} | {read} | {action} |");
}

fn sentence(ruling: Ruling) -> &'static str {
    match ruling {
        Ruling::Accept => "done",
        Ruling::RenewToken => "repeat once, with a new token",
        Ruling::RepeatWhenPermitted => {
            "repeat when the limits allow it, which have heard the refusal"
        }
        Ruling::RepeatLater => "repeat after a wait",
        Ruling::Stop(Outcome::NotPerformed) => "stop: not performed",
        Ruling::Stop(Outcome::Performed) => "stop: performed",
        Ruling::Stop(Outcome::Unknown) => "**stop: outcome unknown**",
    }
}

/// Statuses that follow each other and are ruled alike.
fn ranges() -> Vec<RangeInclusive<u16>> {
    let both = |status| {
        let ruled = |repetition| rule(Event::Answered(status), repetition);
        (ruled(Repetition::Harmless), ruled(Repetition::ActsAgain))
    };
    let mut ranges: Vec<RangeInclusive<u16>> = Vec::new();
    for status in 100..=599 {
        match ranges.pop() {
            Some(last) if both(*last.start()) == both(status) => {
                ranges.push(*last.start()..=status)
            }
            last => ranges.extend(last.into_iter().chain([status..=status])),
        }
    }
    ranges
}

fn named(statuses: &RangeInclusive<u16>) -> String {
    let (first, last) = (statuses.start(), statuses.end());
    if first == last {
        first.to_string()
    } else {
        format!("{first} to {last}")
    }
}

#[test]
fn reference_page_is_what_the_table_decides() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/retry.md");
    let page = page();
    if std::env::var_os("QUELL_WRITE_REFERENCE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == page,
        "docs/reference/retry.md is out of date: QUELL_WRITE_REFERENCE=1 cargo test --package quell --test reference"
    );
}
