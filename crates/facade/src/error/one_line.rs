const LONGEST: usize = 400;

/// Foreign text as part of a line: no control characters, no line breaks, no
/// direction marks, not endless. What a service says must not be able to forge a
/// second line of a log or to rewrite a terminal.
pub(crate) fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(LONGEST));
    for word in text.split(|c: char| c.is_whitespace() || is_invisible(c)) {
        if word.is_empty() {
            continue;
        }
        if !line.is_empty() {
            line.push(' ');
        }
        if line.len() + word.len() > LONGEST {
            line.extend(word.chars().take(LONGEST.saturating_sub(line.len())));
            line.push('…');
            break;
        }
        line.push_str(word);
    }
    line
}

fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn breaks_and_escapes_become_blanks() {
        assert_eq!(one_line("a\r\n b\u{1b}[31mc\u{202e}d"), "a b [31mc d");
    }

    #[test]
    fn endless_text_ends() {
        assert!(one_line(&"é".repeat(10_000)).len() < 2 * LONGEST + 8);
        assert!(one_line(&"word ".repeat(10_000)).len() <= LONGEST + 8);
        assert_eq!(one_line("short"), "short");
    }
}
