//! One exchange: what is added to the request, how long it may take, and how
//! the answer is taken in. Both carriers run through here.

use std::error::Error as StdError;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT, ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_LENGTH, USER_AGENT};
use http::{HeaderMap, HeaderValue, Method, Request, Response, response};
use http_body_util::BodyExt;
use hyper::body::Body;
use tokio::time::{Instant, timeout_at};

use super::classify;
use super::coding::{Coding, GatherError, Gatherer};
use crate::{TransportError, TransportErrorKind, TransportOptions};

/// Whether a gzip answer is ours to decode, or the caller's who asked for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decoding {
    Ours,
    Callers,
}

/// Thirty years.
const NEVER: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

/// The head as the service said it, and the body as it arrives.
pub(super) type Head<B> = Result<Response<B>, TransportError>;

/// Completes a request's headers, so that every carrier sends the same ones.
pub(super) fn prepare(request: &mut Request<Bytes>, options: &TransportOptions) -> Decoding {
    let awaits_content = matches!(
        *request.method(),
        Method::POST | Method::PUT | Method::PATCH
    );
    let no_content = request.body().is_empty();
    let headers = request.headers_mut();
    let decoding = if headers.contains_key(ACCEPT_ENCODING) {
        Decoding::Callers
    } else {
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        Decoding::Ours
    };
    if awaits_content && no_content {
        // Left out by some stacks, and demanded (411) by some servers.
        headers
            .entry(CONTENT_LENGTH)
            .or_insert(HeaderValue::from_static("0"));
    }
    headers
        .entry(ACCEPT)
        .or_insert(HeaderValue::from_static("*/*"));
    headers
        .entry(USER_AGENT)
        .or_insert_with(|| options.user_agent().clone());
    decoding
}

/// Waits for the head, then for the whole body, within the limits of the options.
pub(super) async fn complete<B>(
    head: impl Future<Output = Head<B>>,
    decoding: Decoding,
    options: &TransportOptions,
) -> Result<Response<Bytes>, TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: StdError + Send + Sync + 'static,
{
    let now = Instant::now();
    let end = after(now, options.total_timeout());
    let head_end = after(now, options.first_byte_timeout()).min(end);
    let response = timeout_at(head_end, head).await.map_err(timed_out)??;
    let taking_in = take_in(response, decoding, options.body_cap());
    timeout_at(end, taking_in).await.map_err(timed_out)?
}

/// What the clock cannot hold is as good as never.
fn after(now: Instant, limit: Duration) -> Instant {
    now.checked_add(limit).unwrap_or(now + NEVER)
}

async fn take_in<B>(
    response: Response<B>,
    decoding: Decoding,
    cap: usize,
) -> Result<Response<Bytes>, TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: StdError + Send + Sync + 'static,
{
    let (mut head, mut body) = response.into_parts();
    let coding = coding(&head.headers, decoding);
    let mut gatherer = Gatherer::new(coding, cap, body.size_hint().exact()).map_err(ungathered)?;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|error| {
            TransportError::with_source(classify::within_the_answer(&error), error)
        })?;
        if let Some(piece) = frame.data_ref() {
            gatherer.push(piece).map_err(ungathered)?;
        }
    }
    let bytes = gatherer.finish().map_err(ungathered)?;
    if coding == Coding::Gzip {
        // They described the coded body, which the caller never sees.
        head.headers.remove(CONTENT_ENCODING);
        head.headers.remove(CONTENT_LENGTH);
    }
    Ok(assemble(head, bytes))
}

/// The answer without what the HTTP library attached for itself.
fn assemble(head: response::Parts, body: Bytes) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = head.status;
    *response.version_mut() = head.version;
    *response.headers_mut() = head.headers;
    response
}

fn coding(headers: &HeaderMap, decoding: Decoding) -> Coding {
    let is_gzip = headers
        .get(CONTENT_ENCODING)
        .is_some_and(|value| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"gzip"));
    if is_gzip && decoding == Decoding::Ours {
        Coding::Gzip
    } else {
        Coding::Identity
    }
}

fn timed_out(elapsed: tokio::time::error::Elapsed) -> TransportError {
    TransportError::with_source(TransportErrorKind::Timeout, elapsed)
}

fn ungathered(error: GatherError) -> TransportError {
    match error {
        GatherError::TooLarge(cause) => {
            TransportError::with_source(TransportErrorKind::BodyTooLarge, cause)
        }
        GatherError::Gzip(cause) => TransportError::with_source(TransportErrorKind::Decode, cause),
    }
}
