//! Characters that a format writes in another way than they are.

/// Without the escapes of JSON and the references of HTML, one level of them.
pub(super) fn unescaped(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, after @ ..] = rest {
        let escape = match first {
            b'\\' => json_escape(after),
            b'&' => html_reference(after),
            _ => None,
        };
        if let Some((character, after_escape)) = escape {
            plain.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            rest = after_escape;
        } else {
            plain.push(*first);
            rest = after;
        }
    }
    plain
}

/// RFC 8259 §7, after the backslash.
fn json_escape(text: &[u8]) -> Option<(char, &[u8])> {
    let (letter, after) = text.split_first()?;
    let character = match letter {
        b'"' | b'\\' | b'/' | b'\'' => char::from(*letter),
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => return utf16(after),
        _ => return None,
    };
    Some((character, after))
}

/// Four digits, or two times four with another `\u` between.
fn utf16(text: &[u8]) -> Option<(char, &[u8])> {
    let (high, after) = unit(text)?;
    if let Some(character) = char::from_u32(u32::from(high)) {
        return Some((character, after));
    }
    let (low, after) = unit(after.strip_prefix(b"\\u")?)?;
    let character = char::decode_utf16([high, low]).next()?.ok()?;
    Some((character, after))
}

fn unit(text: &[u8]) -> Option<(u16, &[u8])> {
    let (digits, after) = text.split_at_checked(4)?;
    let digits = std::str::from_utf8(digits).ok()?;
    Some((u16::from_str_radix(digits, 16).ok()?, after))
}

/// After the ampersand: those that escape markup, and any by its number.
fn html_reference(text: &[u8]) -> Option<(char, &[u8])> {
    const LONGEST: usize = 10;
    let end = text.iter().take(LONGEST).position(|byte| *byte == b';')?;
    let (name, after) = text.split_at_checked(end)?;
    let character = match std::str::from_utf8(name).ok()? {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        number => by_number(number.strip_prefix('#')?)?,
    };
    Some((character, after.strip_prefix(b";")?))
}

fn by_number(number: &str) -> Option<char> {
    let number = match number.strip_prefix(['x', 'X']) {
        Some(digits) => u32::from_str_radix(digits, 16),
        None => number.parse(),
    };
    char::from_u32(number.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn escapes_are_what_they_stand_for() {
        let plain = |text: &str| String::from_utf8(unescaped(text.as_bytes())).unwrap();
        assert_eq!(plain(r#"a\/b\"c\\d\u00e9\ud83d\ude00"#), "a/b\"c\\dé😀");
        assert_eq!(plain("&lt;a&amp;b&#39;&#x27;&quot;&gt;"), "<a&b''\">");
        let none = r"a\xb \ud83d &unknown; & &#xffffffff; \u12";
        assert_eq!(plain(none), none);
    }

    proptest! {
        #[test]
        fn json_is_read_as_json_reads_it(text in "\\PC{0,40}") {
            let json = serde_json::to_string(&text).unwrap();
            let inner = json.trim_start_matches('"').trim_end_matches('"');
            if !text.contains(['&', '"']) {
                prop_assert_eq!(unescaped(inner.as_bytes()), text.as_bytes());
            }
        }

        #[test]
        fn any_bytes_can_be_read(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            unescaped(&bytes);
        }
    }
}
