//! The trace that a request is a part of (W3C Trace Context, `traceparent`).

use std::fmt::Debug;

use http::HeaderMap;
use tracing::Span;

/// Where in which trace a caller was when it sent its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceParent {
    /// The trace.
    pub trace_id: [u8; 16],
    /// The caller's span.
    pub span_id: [u8; 8],
    /// Whether the caller keeps what it traces.
    pub sampled: bool,
}

/// Makes a request's span a part of its caller's trace. What keeps traces, which is no business of the server's,
/// implements it.
pub trait ContinueTrace: Debug + Send + Sync {
    /// Called once, before the span is entered.
    fn continue_trace(&self, span: &Span, parent: &TraceParent);
}

impl TraceParent {
    /// The parent that a request names; none when it names two, or something else.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut given = headers.get_all("traceparent").iter();
        match (given.next(), given.next()) {
            (Some(only), None) => Self::parse(only.to_str().ok()?),
            _ => None,
        }
    }

    /// Reads the header's value, of this version or a later one.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let version: [u8; 1] = lower_hex(parts.next()?)?;
        let trace_id: [u8; 16] = lower_hex(parts.next()?)?;
        let span_id: [u8; 8] = lower_hex(parts.next()?)?;
        let [flags] = lower_hex::<1>(parts.next()?)?;
        let is_of_this_version = version == [0];
        let is_whole = trace_id != [0; 16] && span_id != [0; 8] && version != [0xff];
        let has_more = parts.next().is_some();
        (is_whole && !(is_of_this_version && has_more)).then_some(Self {
            trace_id,
            span_id,
            sampled: flags & 1 == 1,
        })
    }
}

fn lower_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    let is_lower_hex = digits
        .iter()
        .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
    if digits.len() != 2 * N || !is_lower_hex {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn parent_is_read_as_the_recommendation_says() {
        let parent = TraceParent::parse(GOOD).unwrap();
        assert_eq!(
            (parent.trace_id[0], parent.span_id[7], parent.sampled),
            (0x0a, 0x31, true)
        );
        assert!(
            !TraceParent::parse(&GOOD.replace("-01", "-00"))
                .unwrap()
                .sampled
        );
        let later = "cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what-comes";
        assert_eq!(TraceParent::parse(later), Some(parent));
    }

    #[test]
    fn what_is_none_is_passed_over() {
        for bad in [
            "",
            "00",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
            "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
            "00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
            "00-0af7651916cd43dd8448eb211c80319é-b7ad6b7169203331-01",
        ] {
            assert_eq!(TraceParent::parse(bad), None, "{bad}");
        }
        let mut twice = HeaderMap::new();
        twice.append("traceparent", GOOD.parse().unwrap());
        assert!(TraceParent::of(&twice).is_some());
        twice.append("traceparent", GOOD.parse().unwrap());
        assert_eq!(TraceParent::of(&twice), None);
    }
}
