//! A long answer, sent in pieces: what of it was taken is seen.
//!
//! A client of HTTP/2 that opens no window keeps an answer waiting without keeping the socket from being written,
//! so that only the answer can tell.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};

use super::activity::Activity;

/// The largest piece, in bytes. An answer that is no longer than that is in the connection's buffer at once.
const PIECE: usize = 64 * 1024;

/// An answer's body.
#[derive(Debug)]
pub(super) struct Sent {
    body: Body,
    rest: Bytes,
    /// For an answer of more than one piece.
    watched: Option<Arc<Activity>>,
}

impl Sent {
    pub(super) fn new(body: Body, activity: &Arc<Activity>) -> Self {
        let is_short = body
            .size_hint()
            .upper()
            .is_some_and(|size| size <= PIECE as u64);
        let watched = (!is_short).then(|| Arc::clone(activity));
        if let Some(activity) = &watched {
            activity.sending();
        }
        Self {
            body,
            rest: Bytes::new(),
            watched,
        }
    }

    fn piece(&mut self) -> Frame<Bytes> {
        if let Some(activity) = &self.watched {
            activity.progressed();
        }
        Frame::data(self.rest.split_to(self.rest.len().min(PIECE)))
    }
}

impl HttpBody for Sent {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(self.piece())));
        }
        let polled = Pin::new(&mut self.body).poll_frame(context);
        match polled {
            Poll::Ready(Some(Ok(frame))) => Poll::Ready(Some(Ok(match frame.into_data() {
                Ok(data) => {
                    self.rest = data;
                    self.piece()
                }
                Err(other) => other,
            }))),
            other => other,
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let body = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(body.lower().saturating_add(rest));
        if let Some(upper) = body.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}

impl Drop for Sent {
    fn drop(&mut self) {
        if let Some(activity) = &self.watched {
            activity.sent();
        }
    }
}

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt as _;

    use super::*;

    #[tokio::test]
    async fn long_answer_comes_whole_and_in_pieces() {
        let content: Vec<u8> = (0..3 * PIECE + 7)
            .map(|index| (index % 251) as u8)
            .collect();
        let activity = Activity::new();
        let mut sent = Sent::new(Body::from(content.clone()), &activity);
        assert_eq!(sent.size_hint().exact(), Some(content.len() as u64));
        let mut read = Vec::new();
        let mut pieces = 0;
        while let Some(frame) = sent.frame().await {
            let piece = frame.unwrap().into_data().unwrap();
            assert!(piece.len() <= PIECE);
            read.extend_from_slice(&piece);
            pieces += 1;
            let left = content.len() - read.len();
            assert_eq!(sent.size_hint().exact(), Some(left as u64));
            assert_eq!(sent.is_end_stream(), left == 0);
        }
        assert_eq!((read, pieces), (content, 4));
    }
}
