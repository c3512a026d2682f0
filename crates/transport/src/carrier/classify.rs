//! What an HTTP library's error means, found in its chain of causes.
//!
//! Nothing here reads an error's text: wording is no interface. An error that is
//! not recognised is an interruption, whose reach is unknown.

use std::error::Error as StdError;
use std::io;

use hyper_util::client::legacy;

use super::resolver::NotResolved;
use crate::TransportErrorKind;

/// Connecting took longer than allowed; placed into the chain by our connector.
#[cfg(feature = "hyper")]
#[derive(Debug, thiserror::Error)]
#[error("connecting took longer than {0:?}")]
pub(super) struct ConnectTimedOut(pub(super) std::time::Duration);

/// The kind of an error that ended an exchange before the head of the answer.
pub(super) fn before_the_answer(error: &(dyn StdError + 'static)) -> TransportErrorKind {
    let mut kind = TransportErrorKind::Interrupted;
    for cause in chain(error) {
        // The HTTP library's connecting phase ends before a request is written.
        if cause
            .downcast_ref::<legacy::Error>()
            .is_some_and(legacy::Error::is_connect)
        {
            return connecting(error);
        }
        if let Some(error) = cause.downcast_ref::<hyper::Error>() {
            // hyper says "canceled" only of a request that it can hand back
            // unwritten (seen in hyper 1.12: every such error carries the message).
            if error.is_canceled() {
                return TransportErrorKind::ConnectionClosed;
            }
            if error.is_parse() {
                kind = TransportErrorKind::Decode;
            }
        }
    }
    kind
}

/// The kind of an error that ended an exchange within the answer's body.
pub(super) fn within_the_answer(error: &(dyn StdError + 'static)) -> TransportErrorKind {
    let is_malformed = |cause: &(dyn StdError + 'static)| {
        cause
            .downcast_ref::<hyper::Error>()
            .is_some_and(hyper::Error::is_parse)
    };
    if chain(error).any(is_malformed) {
        TransportErrorKind::Decode
    } else {
        TransportErrorKind::Interrupted
    }
}

pub(super) fn connecting(error: &(dyn StdError + 'static)) -> TransportErrorKind {
    for cause in chain(error) {
        if cause.is::<NotResolved>() {
            return TransportErrorKind::Resolve;
        }
        if cause.is::<rustls::Error>() {
            return TransportErrorKind::Tls;
        }
    }
    TransportErrorKind::Connect
}

/// The error and its causes, outermost first.
fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| cause_of(*error))
}

/// An `io::Error` passes over the error that it wraps and names that one's source
/// as its own, so the wrapped one is looked for first.
fn cause_of<'a>(error: &'a (dyn StdError + 'static)) -> Option<&'a (dyn StdError + 'static)> {
    match error
        .downcast_ref::<io::Error>()
        .and_then(io::Error::get_ref)
    {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use http::Request;
    use http_body_util::Full;
    use hyper::client::conn::http1::handshake;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt, duplex};

    fn request() -> Request<Full<Bytes>> {
        Request::new(Full::new(Bytes::new()))
    }

    #[tokio::test]
    async fn a_request_that_was_queued_and_never_written_was_not_sent() {
        let (near, mut far) = duplex(1024);
        let (mut sender, connection) = handshake(TokioIo::new(near)).await.unwrap();
        let sending = sender.send_request(request());
        drop(connection);
        let error = sending.await.unwrap_err();
        assert_eq!(
            before_the_answer(&error),
            TransportErrorKind::ConnectionClosed
        );
        assert_eq!(
            far.read(&mut [0; 16]).await.unwrap(),
            0,
            "bytes were written"
        );
    }

    #[tokio::test]
    async fn a_request_that_was_written_may_have_arrived() {
        let (near, mut far) = duplex(1024);
        let (mut sender, connection) = handshake(TokioIo::new(near)).await.unwrap();
        let driver = tokio::spawn(connection);
        let sending = tokio::spawn(sender.send_request(request()));
        assert_ne!(far.read(&mut [0; 16]).await.unwrap(), 0);
        drop(far);
        let error = sending.await.unwrap().unwrap_err();
        assert_eq!(before_the_answer(&error), TransportErrorKind::Interrupted);
        driver.await.unwrap().ok();
    }

    #[test]
    fn a_cause_within_an_io_error_is_found() {
        let hidden = io::Error::other(NotResolved(io::Error::other("no such name")));
        let nested = io::Error::other(hidden);
        assert_eq!(connecting(&nested), TransportErrorKind::Resolve);
        let tls = io::Error::other(rustls::Error::HandshakeNotComplete);
        assert_eq!(connecting(&tls), TransportErrorKind::Tls);
        assert_eq!(
            connecting(&io::Error::other("refused")),
            TransportErrorKind::Connect
        );
    }
}
