//! What holds of the codec, whatever bytes it is given: it never panics, what it takes is exactly one
//! message, and what it says of anything else is one plain line.
//!
//! Each function panics where its law is broken. The fuzz target calls nothing else, and the tests
//! run the fuzz target's corpus, and mutations of it, through the same function.

use std::fmt::Debug;

use super::{
    FrameError, FromNetwork, MAX_FROM_NETWORK, MAX_TO_NETWORK, Malformed, ToNetwork, read_frame,
    write_frame,
};

/// The laws of both directions, over bytes that are taken for one message and over the same as what
/// stands in the socket.
///
/// # Panics
/// Where a law is broken.
pub fn bridge(bytes: &[u8]) {
    message(bytes);
    let mut rest = bytes;
    loop {
        let before = rest;
        match read_frame(&mut rest, MAX_FROM_NETWORK) {
            Ok(frame) => {
                was_read_as_a_frame(before, rest, &frame);
                message(&frame);
            }
            Err(error) => return ends_the_stream(&error, before),
        }
    }
}

fn message(bytes: &[u8]) {
    if bytes.len() <= MAX_TO_NETWORK {
        is_exactly_one(bytes, ToNetwork::decode(bytes), ToNetwork::encode);
    }
    if bytes.len() <= MAX_FROM_NETWORK {
        is_exactly_one(bytes, FromNetwork::decode(bytes), FromNetwork::encode);
    }
}

/// Nothing of a message is passed over, and nothing can be written in two ways: so nobody can hide
/// anything beside it.
fn is_exactly_one<T: Debug>(
    bytes: &[u8],
    read: Result<T, Malformed>,
    encode: impl Fn(&T) -> Vec<u8>,
) {
    match read {
        Ok(message) => assert_eq!(encode(&message), bytes, "{message:?}"),
        Err(error) => is_one_line(&error),
    }
}

fn was_read_as_a_frame(before: &[u8], rest: &[u8], frame: &[u8]) {
    let mut written = Vec::new();
    let wrote = write_frame(&mut written, frame);
    assert!(wrote.is_ok(), "what was read cannot be written");
    written.extend_from_slice(rest);
    assert_eq!(written, before);
}

/// The other half has ended only where no frame has begun.
fn ends_the_stream(error: &FrameError, rest: &[u8]) {
    is_one_line(error);
    let has_ended = matches!(error, FrameError::Ended);
    assert_eq!(has_ended, rest.is_empty(), "{error:?}");
}

fn is_one_line(shown: &impl ToString) {
    let shown = shown.to_string();
    assert!(
        !shown.is_empty() && !shown.contains(char::is_control),
        "{shown:?}"
    );
}
