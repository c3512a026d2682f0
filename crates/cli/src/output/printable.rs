//! Text from outside, made safe for a terminal.

/// Leaves out what could move the cursor, hide text or turn its direction round.
pub(crate) fn printable(text: &str) -> String {
    text.chars().filter(|c| !is_control(*c)).collect()
}

fn is_control(c: char) -> bool {
    let reorders =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    c.is_control() || reorders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn printable_drops_escapes_and_direction_overrides() {
        assert_eq!(
            printable("a\u{1b}]0;title\u{7}b\r\n\u{202e}exe.doc"),
            "a]0;titlebexe.doc"
        );
    }

    #[test]
    fn printable_keeps_every_script() {
        let text = "Größe 文件 قرنطينة";
        assert_eq!(printable(text), text);
    }
}
