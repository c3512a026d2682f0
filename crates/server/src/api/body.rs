//! Reading a request's body, within bounds of size and time.

use std::time::Duration;

use axum::body::Body;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, header};
use http_body_util::BodyExt as _;

/// How long a body may take to arrive.
const PATIENCE: Duration = Duration::from_secs(30);
/// How much of a body that is too large is still read, so that its sender, who writes before he
/// reads, gets the refusal rather than a broken connection.
const MAX_DISCARDED: usize = 4 * 1024 * 1024;

/// Why a body is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BodyFault {
    #[error("Request body is too large")]
    TooLarge,
    #[error("Request body did not arrive in time")]
    TooSlow,
    #[error("Request body must be application/json")]
    NotJson,
    #[error("Request body must not be encoded")]
    Encoded,
    #[error("Request body is incorrect")]
    Broken,
}

/// The whole body, of at most `limit` bytes.
pub(crate) async fn read_body(body: Body, limit: usize) -> Result<Bytes, BodyFault> {
    tokio::time::timeout(PATIENCE, collect(body, limit))
        .await
        .map_err(|_| BodyFault::TooSlow)?
}

async fn collect(mut body: Body, limit: usize) -> Result<Bytes, BodyFault> {
    let mut kept = BytesMut::new();
    let mut seen = 0_usize;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| BodyFault::Broken)?;
        let Ok(data) = frame.into_data() else {
            continue;
        };
        seen = seen.saturating_add(data.len());
        if seen > limit.saturating_add(MAX_DISCARDED) {
            break;
        }
        if seen <= limit {
            kept.extend_from_slice(&data);
        }
    }
    if seen > limit {
        return Err(BodyFault::TooLarge);
    }
    Ok(kept.freeze())
}

/// Whether the body may be read as JSON: its type says so, or says nothing. (The documentation
/// requires the header; a client that forgets it sends JSON all the same, and refusing it would
/// protect nobody.) A body that is compressed as well is not read: how large it is would show too late.
pub(super) fn says_json(headers: &HeaderMap) -> Result<(), BodyFault> {
    let mut codings = headers.get_all(header::CONTENT_ENCODING).iter();
    if !codings.all(|coding| coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(BodyFault::Encoded);
    }
    let mut given = headers.get_all(header::CONTENT_TYPE).iter();
    match (given.next(), given.next()) {
        (None, _) => Ok(()),
        (Some(only), None) if only.to_str().is_ok_and(is_json) => Ok(()),
        _ => Err(BodyFault::NotJson),
    }
}

fn is_json(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/json")
        || essence.eq_ignore_ascii_case("text/json")
        || (essence.len() > "application/+json".len()
            && essence
                .get(..12)
                .is_some_and(|start| start.eq_ignore_ascii_case("application/"))
            && essence.to_ascii_lowercase().ends_with("+json"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(content_type: &str) -> Result<(), BodyFault> {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, content_type.parse().unwrap());
        says_json(&headers)
    }

    #[test]
    fn json_by_any_of_its_names_or_none() {
        assert_eq!(says_json(&HeaderMap::new()), Ok(()));
        for good in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "text/json",
            "application/problem+json",
        ] {
            assert_eq!(judge(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "text/plain",
            "application/x-www-form-urlencoded",
            "json",
        ] {
            assert_eq!(judge(bad), Err(BodyFault::NotJson), "{bad}");
        }
    }

    #[test]
    fn compressed_body_is_not_read() {
        let judge = |codings: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for coding in codings {
                headers.append(header::CONTENT_ENCODING, coding.parse().unwrap());
            }
            says_json(&headers)
        };
        for plain in [&[][..], &["identity"], &["Identity", "identity"]] {
            assert_eq!(judge(plain), Ok(()), "{plain:?}");
        }
        for encoded in [
            &["gzip"][..],
            &["identity", "br"],
            &["identity, gzip"],
            &[""],
        ] {
            assert_eq!(judge(encoded), Err(BodyFault::Encoded), "{encoded:?}");
        }
    }

    #[tokio::test]
    async fn body_is_kept_to_its_last_allowed_byte() {
        let exact = read_body(Body::from(vec![b'a'; 10]), 10).await.unwrap();
        assert_eq!(exact.len(), 10);
        assert_eq!(
            read_body(Body::from(vec![b'a'; 11]), 10).await,
            Err(BodyFault::TooLarge)
        );
    }

    #[tokio::test(start_paused = true)]
    async fn body_that_never_ends_is_given_up() {
        assert_eq!(
            read_body(Body::new(Never), 10).await,
            Err(BodyFault::TooSlow)
        );
    }

    struct Never;

    impl hyper::body::Body for Never {
        type Data = Bytes;
        type Error = std::convert::Infallible;

        fn poll_frame(
            self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<hyper::body::Frame<Bytes>, Self::Error>>> {
            std::task::Poll::Pending
        }
    }
}
