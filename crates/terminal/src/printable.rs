//! Text from outside, made safe for a terminal.

/// Escapes what could move the cursor, break the line or turn the direction of writing round.
///
/// It is escaped and not left out, because it may be part of a name: two names that differ look
/// different.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if deceives(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

/// Controls, separators of lines and paragraphs, and all of Unicode's `Bidi_Control` (UAX #9).
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'
                | '\u{2029}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_escapes_what_could_deceive() {
        assert_eq!(
            printable("a\u{1b}]0;title\u{7}b\r\n\u{202e}exe.doc"),
            "a\\u{1b}]0;title\\u{7}b\\r\\n\\u{202e}exe.doc"
        );
    }

    #[test]
    fn printable_keeps_every_script() {
        let text = "Größe 文件 قرنطينة";
        assert_eq!(printable(text), text);
    }

    #[test]
    fn printable_text_stays_as_it_is() {
        let once = printable("a\n\\n\u{2028}");
        assert_eq!(printable(&once), once);
    }
}
