//! What the cases share: how to make a transport, a request and a complaint.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response, Uri};

use crate::{Proxy, Reach, SharedTransport, TransportError, TransportErrorKind, TransportOptions};

/// A promise that was not kept, in words.
#[derive(Debug)]
pub(super) struct Violation(pub(super) String);

pub(super) type Verdict = Result<(), Violation>;

/// Anything that goes wrong unexpectedly is a violation too.
impl<E: StdError + 'static> From<E> for Violation {
    fn from(error: E) -> Self {
        Self(in_full(&error))
    }
}

pub(super) fn violation(what: impl Into<String>) -> Verdict {
    Err(Violation(what.into()))
}

pub(super) fn expect(holds: bool, otherwise: impl FnOnce() -> String) -> Verdict {
    if holds {
        Ok(())
    } else {
        violation(otherwise())
    }
}

pub(super) fn expect_eq<T: PartialEq + Copy + fmt::Debug>(
    what: &str,
    found: T,
    expected: T,
) -> Verdict {
    expect(found == expected, || {
        format!("{what}: {found:?} instead of {expected:?}")
    })
}

pub(super) fn expect_unknown(result: Result<Response<Bytes>, TransportError>) -> Verdict {
    expect_reach(result, Reach::Unknown).map(drop)
}

pub(super) fn expect_not_sent(result: Result<Response<Bytes>, TransportError>) -> Verdict {
    expect_reach(result, Reach::NotSent).map(drop)
}

pub(super) fn expect_kind(
    result: Result<Response<Bytes>, TransportError>,
    expected: TransportErrorKind,
) -> Verdict {
    let kind = expect_reach(result, expected.reach())?;
    expect_eq("the error's kind", kind, expected)
}

fn expect_reach(
    result: Result<Response<Bytes>, TransportError>,
    expected: Reach,
) -> Result<TransportErrorKind, Violation> {
    match result {
        Ok(answer) => Err(Violation(format!(
            "an answer {} instead of an error",
            answer.status()
        ))),
        Err(error) if error.reach() == expected => Ok(error.kind()),
        Err(error) => Err(Violation(format!(
            "reach {:?} instead of {expected:?}: {}",
            error.reach(),
            in_full(&error)
        ))),
    }
}

/// An error and its causes in one line.
fn in_full(error: &(dyn StdError + 'static)) -> String {
    chain(error)
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

/// An error and its causes, outermost first.
pub(super) fn chain<'a>(
    error: &'a (dyn StdError + 'static),
) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(Some(error), |error| StdError::source(*error))
}

/// Makes the transport under examination.
pub(super) struct Probe<'a> {
    make: &'a (dyn Fn(&TransportOptions) -> SharedTransport + Send + Sync),
}

impl<'a> Probe<'a> {
    pub(super) fn new(
        make: &'a (dyn Fn(&TransportOptions) -> SharedTransport + Send + Sync),
    ) -> Self {
        Self { make }
    }

    pub(super) fn transport(&self) -> SharedTransport {
        self.transport_with(&Self::options())
    }

    pub(super) fn transport_with(&self, options: &TransportOptions) -> SharedTransport {
        (self.make)(options)
    }

    /// Patient, so that a busy machine breaks no promise, and independent of the environment.
    pub(super) fn options() -> TransportOptions {
        TransportOptions::default()
            .with_connect_timeout(Duration::from_secs(30))
            .with_first_byte_timeout(Duration::from_secs(30))
            .with_total_timeout(Duration::from_secs(30))
            .with_proxy(Proxy::Direct)
    }
}

pub(super) fn get(uri: Uri) -> Request<Bytes> {
    let mut request = Request::new(Bytes::new());
    *request.uri_mut() = uri;
    request
}

pub(super) fn post(uri: Uri, body: impl Into<Bytes>) -> Request<Bytes> {
    let mut request = Request::new(body.into());
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = uri;
    request
}
