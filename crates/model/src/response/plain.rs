//! Text from outside as one line that is safe to show.

/// As much as is kept of a message.
const MOST_CHARACTERS: usize = 500;

/// Takes markup, line ends, control characters and marks that reverse text out, and cuts what is
/// very long.
pub(crate) fn line(text: &str) -> String {
    let shown = without_entities(&without_tags(text));
    let mut line = String::new();
    for word in shown.split(|c: char| c.is_whitespace() || c.is_control()) {
        let word: String = word.chars().filter(|c| !turns_text(*c)).collect();
        if !line.is_empty() && !word.is_empty() {
            line.push(' ');
        }
        line.push_str(&word);
    }
    match line.char_indices().nth(MOST_CHARACTERS) {
        Some((cut, _)) => format!("{}…", line.get(..cut).unwrap_or_default()),
        None => line,
    }
}

/// Replaces what looks like a tag by a blank; a lone `<` stays.
fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('<') {
        kept.push_str(before);
        let opens = after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/' || c == '!');
        if !opens {
            kept.push('<');
            rest = after;
            continue;
        }
        let Some((_, after_tag)) = after.split_once('>') else {
            // No later `<` is closed either: looking again at each of them would cost a hostile
            // body's length squared.
            kept.push('<');
            rest = after;
            break;
        };
        kept.push(' ');
        rest = after_tag;
    }
    kept.push_str(rest);
    kept
}

fn without_entities(text: &str) -> String {
    // The ampersand last, so that nothing is decoded twice.
    [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .iter()
    .fold(text.to_owned(), |text, (entity, character)| {
        text.replace(entity, character)
    })
}

/// Marks that change the direction of text or are not seen, by which a message could lie.
fn turns_text(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn markup_is_taken_out_and_comparisons_stay() {
        assert_eq!(line("<p>Go <a href=\"x\">there</a></p>"), "Go there");
        assert_eq!(line("1 < 2 and 3 > 2"), "1 < 2 and 3 > 2");
        assert_eq!(line("&lt;b&gt; &amp;lt; it&#39;s"), "<b> &lt; it's");
        assert_eq!(line("<unfinished"), "<unfinished");
    }

    #[test]
    fn line_ends_and_turns_are_taken_out() {
        assert_eq!(line(" a\r\n\tb\u{202e}c \u{1b}[31m"), "a bc [31m");
    }

    #[test]
    fn very_long_text_is_cut_between_characters() {
        let long = line(&"é".repeat(MOST_CHARACTERS + 1));
        assert_eq!(long.chars().count(), MOST_CHARACTERS + 1);
        assert!(long.ends_with("é…"));
    }

    proptest! {
        #[test]
        fn any_text_becomes_one_short_line(text: String) {
            let shown = line(&text);
            prop_assert!(!shown.contains(|c: char| c.is_control() || turns_text(c)));
            prop_assert!(shown.chars().count() <= MOST_CHARACTERS + 1);
        }
    }
}
