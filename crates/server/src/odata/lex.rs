//! The words of a filter.

use super::error::QueryError;

/// The most bytes of one text: more than any property holds, and, with every character of it
/// escaped, still within the 50,000 bytes that SQLite takes for a pattern.
pub(super) const MAX_TEXT_BYTES: usize = 4_096;

/// A word with its meaning still open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    Open,
    Close,
    Comma,
    Slash,
    Colon,
    /// What stood in quotes, the doubled ones made single.
    Text(String),
    /// A keyword, a function, a property or a variable.
    Name(&'a str),
    /// A number, a time or a GUID.
    Bare(&'a str),
    End,
}

/// Hands out the words of a filter one by one.
#[derive(Debug)]
pub(super) struct Lexer<'a> {
    source: &'a str,
    rest: &'a str,
}

impl<'a> Lexer<'a> {
    pub(super) const fn new(source: &'a str) -> Self {
        Self {
            source,
            rest: source,
        }
    }

    /// Goes past the blanks and tells how many bytes lie behind.
    pub(super) fn skip_blanks(&mut self) -> usize {
        self.rest = self
            .rest
            .trim_start_matches(|c: char| c.is_ascii_whitespace());
        self.source.len() - self.rest.len()
    }

    /// How many characters the first so many bytes are.
    pub(super) fn characters(&self, bytes: usize) -> usize {
        self.source
            .get(..bytes)
            .map_or(0, |passed| passed.chars().count())
    }

    /// Takes the next word.
    pub(super) fn next(&mut self) -> Result<Token<'a>, QueryError> {
        let start = self.skip_blanks();
        let Some(first) = self.rest.chars().next() else {
            return Ok(Token::End);
        };
        let mark = match first {
            '(' => Token::Open,
            ')' => Token::Close,
            ',' => Token::Comma,
            '/' => Token::Slash,
            ':' => Token::Colon,
            '\'' => return self.text(start),
            '-' | '0'..='9' => return Ok(Token::Bare(self.take_while(in_literal))),
            'a'..='z' | 'A'..='Z' | '_' => return Ok(self.name()),
            _ => {
                return Err(QueryError::Syntax {
                    position: self.characters(start),
                    expected: "a property, a literal or an operator",
                });
            }
        };
        self.take(1);
        Ok(mark)
    }

    /// Takes a name, or a GUID that starts with a letter: only the latter has hyphens.
    fn name(&mut self) -> Token<'a> {
        let word = self.take_while(|c| in_name(c) || c == '-');
        if word.contains('-') {
            Token::Bare(word)
        } else {
            Token::Name(word)
        }
    }

    fn text(&mut self, start: usize) -> Result<Token<'a>, QueryError> {
        let mut text = String::new();
        loop {
            self.take(1);
            text.push_str(self.take_while(|c| c != '\''));
            if text.len() > MAX_TEXT_BYTES {
                return Err(QueryError::TextTooLong {
                    position: self.characters(start),
                    limit: MAX_TEXT_BYTES,
                });
            }
            if self.rest.is_empty() {
                return Err(QueryError::UnterminatedText {
                    position: self.characters(start),
                });
            }
            self.take(1);
            if !self.rest.starts_with('\'') {
                return Ok(Token::Text(text));
            }
            text.push('\'');
        }
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !wanted(c)).unwrap_or(self.rest.len());
        self.take(end)
    }

    /// Takes so many bytes, which must end between characters.
    fn take(&mut self, bytes: usize) -> &'a str {
        let (taken, rest) = self.rest.split_at_checked(bytes).unwrap_or((self.rest, ""));
        self.rest = rest;
        taken
    }
}

fn in_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn in_literal(character: char) -> bool {
    in_name(character) || matches!(character, '-' | '+' | ':' | '.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Result<Vec<Token<'_>>, QueryError> {
        let mut lexer = Lexer::new(source);
        let mut words = Vec::new();
        loop {
            match lexer.next()? {
                Token::End => return Ok(words),
                word => words.push(word),
            }
        }
    }

    #[test]
    fn a_filter_is_taken_apart() {
        assert_eq!(
            words("a/any(t:t\teq 'x') and b_1 ge -5"),
            Ok(vec![
                Token::Name("a"),
                Token::Slash,
                Token::Name("any"),
                Token::Open,
                Token::Name("t"),
                Token::Colon,
                Token::Name("t"),
                Token::Name("eq"),
                Token::Text("x".to_owned()),
                Token::Close,
                Token::Name("and"),
                Token::Name("b_1"),
                Token::Name("ge"),
                Token::Bare("-5"),
            ])
        );
    }

    #[test]
    fn doubled_quotes_are_single_ones() {
        for (source, text) in [
            ("''", ""),
            ("''''", "'"),
            ("'a''b'", "a'b"),
            ("'''x'", "'x"),
            ("'é'", "é"),
        ] {
            assert_eq!(
                words(source),
                Ok(vec![Token::Text(text.to_owned())]),
                "{source}"
            );
        }
    }

    #[test]
    fn a_guid_may_start_with_a_letter() {
        assert_eq!(words("ab-1"), Ok(vec![Token::Bare("ab-1")]));
        assert_eq!(words("1-ab"), Ok(vec![Token::Bare("1-ab")]));
    }

    #[test]
    fn faults_tell_their_place_in_characters() {
        assert_eq!(
            words("'é' eq 'x"),
            Err(QueryError::UnterminatedText { position: 7 })
        );
        assert_eq!(
            words("'a''"),
            Err(QueryError::UnterminatedText { position: 0 })
        );
        let fault = words("'é' € 1").expect_err("no such operator");
        assert!(
            matches!(fault, QueryError::Syntax { position: 4, .. }),
            "{fault:?}"
        );
    }

    #[test]
    fn text_is_bounded() {
        let longest = format!("'{}'", "x".repeat(MAX_TEXT_BYTES));
        assert!(words(&longest).is_ok());
        let fault =
            words(&format!(" 'x{}", longest.trim_start_matches('\''))).expect_err("too long");
        assert_eq!(
            fault,
            QueryError::TextTooLong {
                position: 1,
                limit: MAX_TEXT_BYTES
            }
        );
    }
}
