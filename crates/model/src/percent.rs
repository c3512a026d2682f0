//! Percent-encoding of one path segment or one query value (RFC 3986 §2).

use std::fmt::Write as _;

/// Encodes every byte that is not unreserved, so that the text cannot end a segment or a query.
pub(crate) fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            other => {
                // Writing into a String cannot fail.
                let _ = write!(encoded, "%{other:02X}");
            }
        }
    }
    encoded
}

/// Decodes a segment; `None` where an escape is broken or the bytes are not UTF-8.
pub(crate) fn decode(segment: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'%' => bytes.push(hex(rest.next()?)? << 4 | hex(rest.next()?)?),
            plain => bytes.push(plain),
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whatever_separates_is_encoded() {
        assert_eq!(encode("a/b?c#d%e f+é"), "a%2Fb%3Fc%23d%25e%20f%2B%C3%A9");
        assert_eq!(encode("host-1.example.org_~"), "host-1.example.org_~");
    }

    #[test]
    fn broken_escapes_are_refused() {
        assert_eq!(decode("%"), None);
        assert_eq!(decode("%4"), None);
        assert_eq!(decode("%zz"), None);
        assert_eq!(decode("%ff"), None);
        assert_eq!(decode("a%2Fb"), Some("a/b".to_owned()));
    }

    proptest! {
        #[test]
        fn any_text_is_decoded_back(text in "\\PC*") {
            prop_assert_eq!(decode(&encode(&text)), Some(text));
        }

        #[test]
        fn decoding_never_panics(text: String) {
            let _ = decode(&text);
        }
    }
}
