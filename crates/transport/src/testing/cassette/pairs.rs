//! Names and their values in a text that is a URL, a form, JSON that is cut off or
//! within other JSON, a line of a log, or holds one of these.

use super::REMOVED;
use super::names::{is_secret_name, is_secret_parameter};

/// The text without the values of secret names; `learn` is told each.
pub(super) fn without_values(text: &str, mut learn: impl FnMut(&str)) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find(is_of_a_name) {
        let (before, from_name) = rest.split_at(start);
        kept.push_str(before);
        let end = from_name
            .find(|letter| !is_of_a_name(letter))
            .unwrap_or(from_name.len());
        let (name, after_name) = from_name.split_at(end);
        kept.push_str(name);
        rest = after_name;
        let Some(length) = value_follows(name, after_name) else {
            continue;
        };
        let (between, value, after) = length;
        kept.push_str(between);
        if value == REMOVED {
            kept.push_str(value);
        } else if !value.is_empty() {
            learn(value);
            kept.push_str(REMOVED);
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

const fn is_of_a_name(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.')
}

/// What stands between the name and its value, the value, and what follows it, if
/// the name is secret and has one.
fn value_follows<'a>(name: &str, text: &'a str) -> Option<(&'a str, &'a str, &'a str)> {
    let is_secret = is_secret_name(name);
    if !is_secret && !is_secret_parameter(name) {
        return None;
    }
    let start = if text.starts_with('=') {
        1
    } else if is_secret {
        text.len() - after_colon(text)?.len()
    } else {
        return None;
    };
    let (sign, value) = text.split_at_checked(start)?;
    let (quoted, length) = match opening_quote(value) {
        Some(quote) => (quote.length, quote.end_in(value.get(quote.length..)?)),
        None => (0, value.find(is_end_of_bare_value).unwrap_or(value.len())),
    };
    let (between, from_value) = text.split_at_checked(sign.len() + quoted)?;
    let (value, after) = from_value.split_at_checked(length)?;
    Some((between, value, after))
}

/// A name in quotation marks may have any value; one without only a value that has
/// them: `the token: expired` is prose.
fn after_colon(text: &str) -> Option<&str> {
    let closing = opening_quote(text).map_or(0, |quote| quote.length);
    let value = text.get(closing..)?.trim_start().strip_prefix(':')?;
    let value = value.trim_start();
    let is_pair = if closing == 0 {
        opening_quote(value).is_some()
    } else {
        !value.starts_with("null") && !value.starts_with(['{', '['])
    };
    is_pair.then_some(value)
}

/// A quotation mark, and how deep in other JSON: each level doubles the backslashes
/// before it and adds one.
#[derive(Clone, Copy)]
struct Quote {
    mark: char,
    backslashes: usize,
    length: usize,
}

fn opening_quote(text: &str) -> Option<Quote> {
    let mark = text.trim_start_matches('\\');
    let backslashes = text.len() - mark.len();
    let mark = mark.chars().next()?;
    matches!(mark, '"' | '\'').then_some(Quote {
        mark,
        backslashes,
        length: backslashes + 1,
    })
}

impl Quote {
    /// The length of what is within: up to a mark of this depth or less.
    fn end_in(self, text: &str) -> usize {
        let deeper = 2 * (self.backslashes + 1);
        let mut run = 0;
        for (at, letter) in text.char_indices() {
            if letter == self.mark && run % deeper <= self.backslashes {
                return at - run.min(self.backslashes);
            }
            run = if letter == '\\' { run + 1 } else { 0 };
        }
        text.len()
    }
}

const fn is_end_of_bare_value(letter: char) -> bool {
    matches!(
        letter,
        '&' | ';' | ',' | '#' | '"' | '\'' | '<' | '>' | ')' | '}' | ']' | '\\'
    ) || letter.is_ascii_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        without_values(text, |value| found.push(value.to_owned()));
        found
    }

    #[test]
    fn a_value_ends_where_its_quotation_ends() {
        assert_eq!(values(r#"{"password" : "a\"b\\","x":"y"}"#), [r#"a\"b\\"#]);
        assert_eq!(
            values(r#"{\"password\":\"a\\\"b\\\\\",\"x\":\"y\"}"#),
            [r#"a\\\"b\\\\"#]
        );
        assert_eq!(values("password='a b', x"), ["a b"]);
        assert_eq!(values("password=a&x=b"), ["a"]);
        assert_eq!(values(r#"{"password":12,"x":3}"#), ["12"]);
    }

    #[test]
    fn prose_is_no_pair() {
        for prose in [
            "the token: expired",
            "token expired",
            "a code: 12",
            r#"{"token":null}"#,
            r#"{"code":"BadRequest"}"#,
        ] {
            assert_eq!(values(prose), [""; 0], "{prose}");
            assert_eq!(without_values(prose, |_| ()), prose);
        }
    }

    proptest! {
        #[test]
        fn any_text_can_be_read(text in r#"(token|sig|[ -~é]|["'\\:=&])*"#) {
            without_values(&text, |_| ());
        }
    }
}
