//! What may stand in a request's path and query (RFC 3986 §3.3, §3.4).

/// Why a path or a query cannot be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// The path is relative.
    #[error("the path must begin with a slash")]
    Relative,
    /// A segment would be resolved away on the road and name another resource.
    #[error("the path must not contain a `.` or `..` segment")]
    DotSegment,
    /// A byte that must be percent-encoded, at this offset of the path or query.
    #[error("byte {0} must be percent-encoded")]
    NotEncoded(usize),
    /// A percent sign without two hexadecimal digits, at this offset.
    #[error("the percent sign at byte {0} is not followed by two hexadecimal digits")]
    BrokenEncoding(usize),
    /// Too long, or otherwise not a URI's path and query.
    #[error("not usable in a request")]
    Unusable,
}

pub(super) fn check_path(path: &str) -> Result<(), TargetError> {
    let segments = path.strip_prefix('/').ok_or(TargetError::Relative)?;
    if segments.split('/').any(is_dot_segment) {
        return Err(TargetError::DotSegment);
    }
    check_bytes(path, |byte| is_path_char(byte) || byte == b'/')
}

pub(super) fn check_query(query: &str) -> Result<(), TargetError> {
    check_bytes(query, |byte| {
        is_path_char(byte) || matches!(byte, b'/' | b'?')
    })
}

/// URL parsers on the way (the WHATWG standard's among them) take an encoded
/// dot for a dot.
fn is_dot_segment(segment: &str) -> bool {
    match without_dot(segment) {
        Some(rest) => rest.is_empty() || without_dot(rest) == Some(""),
        None => false,
    }
}

/// What follows a dot, if there is one at the beginning, encoded or not.
fn without_dot(segment: &str) -> Option<&str> {
    let dots = [".", "%2e", "%2E"];
    dots.into_iter().find_map(|dot| segment.strip_prefix(dot))
}

/// RFC 3986's `pchar`, but for the percent sign.
const fn is_path_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
        )
}

fn check_bytes(text: &str, allowed: impl Fn(u8) -> bool) -> Result<(), TargetError> {
    for (offset, byte) in text.bytes().enumerate() {
        if byte == b'%' {
            let digits = text
                .as_bytes()
                .get(offset + 1..offset + 3)
                .unwrap_or_default();
            if digits.len() != 2 || !digits.iter().all(u8::is_ascii_hexdigit) {
                return Err(TargetError::BrokenEncoding(offset));
            }
        } else if !allowed(byte) {
            return Err(TargetError::NotEncoded(offset));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dot_segments_are_refused_in_every_spelling() {
        for path in [
            "/.",
            "/..",
            "/a/../b",
            "/a/./b",
            "/%2e",
            "/a/%2E%2e",
            "/.%2E/x",
        ] {
            assert_eq!(check_path(path), Err(TargetError::DotSegment), "{path}");
        }
        for path in ["/...", "/.a", "/a.", "/a..b", "/%2e%2e%2e"] {
            assert_eq!(check_path(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn what_must_be_encoded_is_refused() {
        assert_eq!(check_path("api"), Err(TargetError::Relative));
        assert_eq!(check_path(""), Err(TargetError::Relative));
        assert_eq!(check_path("/a b"), Err(TargetError::NotEncoded(2)));
        assert_eq!(check_path("/a?b"), Err(TargetError::NotEncoded(2)));
        assert_eq!(check_path("/a#b"), Err(TargetError::NotEncoded(2)));
        assert_eq!(check_path("/a\\b"), Err(TargetError::NotEncoded(2)));
        assert_eq!(check_path("/a\r\nb"), Err(TargetError::NotEncoded(2)));
        assert_eq!(check_path("/é"), Err(TargetError::NotEncoded(1)));
        assert_eq!(check_query("a=%4"), Err(TargetError::BrokenEncoding(2)));
        assert_eq!(check_query("a=%zz"), Err(TargetError::BrokenEncoding(2)));
        assert_eq!(check_query("a=\"b\""), Err(TargetError::NotEncoded(2)));
        assert_eq!(check_query("a#b"), Err(TargetError::NotEncoded(1)));
    }

    proptest! {
        #[test]
        fn what_passes_is_sent_unchanged(path in "/[ -~é]{0,20}", query in "[ -~é]{0,20}") {
            let endpoint: crate::Endpoint = "https://h.example/p".parse().unwrap();
            if let Ok(uri) = endpoint.join(&path, Some(&query)) {
                prop_assert_eq!(uri.path(), format!("/p{path}"));
                prop_assert_eq!(uri.query(), Some(query.as_str()));
                prop_assert_eq!(uri.authority().unwrap().as_str(), "h.example");
                let parsed = url::Url::parse(&uri.to_string()).unwrap();
                prop_assert_eq!(parsed.path(), uri.path(), "no parser sees another path");
            }
        }
    }
}
