//! Values as a filter writes them.

use quell_model::Timestamp;
use uuid::Uuid;

use super::error::{Excerpt, QueryError};

/// A value whose type is seen from its spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Null,
    Boolean(bool),
    Text(String),
    Integer(i64),
    Guid(Uuid),
    DateTime(Timestamp),
}

impl Literal {
    /// Reads `null`, `true` or `false`.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        [
            ("null", Self::Null),
            ("true", Self::Boolean(true)),
            ("false", Self::Boolean(false)),
        ]
        .into_iter()
        .find_map(|(known, literal)| name.eq_ignore_ascii_case(known).then_some(literal))
    }

    /// Reads what stands without quotes and is no name.
    pub(super) fn from_bare(word: &str) -> Result<Self, QueryError> {
        integer(word)
            .map(Self::Integer)
            .or_else(|| guid(word).map(Self::Guid))
            .or_else(|| date_time(word).map(Self::DateTime))
            .ok_or_else(|| QueryError::Literal(Excerpt::from(word)))
    }
}

fn integer(word: &str) -> Option<i64> {
    word.parse().ok()
}

/// Reads a GUID in its one form of OData: hyphens and no braces.
pub(super) fn guid(word: &str) -> Option<Uuid> {
    const HYPHENATED: usize = 36;
    (word.len() == HYPHENATED).then(|| Uuid::try_parse(word).ok())?
}

fn date_time(word: &str) -> Option<Timestamp> {
    const DATE: usize = "2024-03-05".len();
    const MINUTES: usize = "2024-03-05T06:07".len();
    if word.len() == DATE {
        return format!("{word}T00:00:00Z").parse().ok();
    }
    // OData lets the seconds be left out, RFC 3339 does not.
    match word.split_at_checked(MINUTES)? {
        (_, rest) if rest.starts_with(':') => word.parse().ok(),
        (minutes, offset) => format!("{minutes}:00{offset}").parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticks(word: &str) -> i64 {
        match Literal::from_bare(word) {
            Ok(Literal::DateTime(moment)) => moment.unix_ticks(),
            other => panic!("{word} was read as {other:?}"),
        }
    }

    #[test]
    fn moments_have_zero_to_seven_digits_of_fraction() {
        assert_eq!(ticks("1970-01-01T00:00:01Z"), 10_000_000);
        assert_eq!(ticks("1970-01-01T00:00:01.5Z"), 15_000_000);
        assert_eq!(ticks("1970-01-01T00:00:00.0000007Z"), 7);
        assert_eq!(ticks("1970-01-01T01:00:00.0000007+01:00"), 7);
        assert_eq!(ticks("1970-01-01T00:01Z"), 600_000_000);
        assert_eq!(ticks("1970-01-01T00:00-00:01"), 600_000_000);
        assert_eq!(ticks("1970-01-02"), 864_000_000_000);
    }

    #[test]
    fn whole_numbers_have_64_bits() {
        assert_eq!(
            Literal::from_bare("-9223372036854775808"),
            Ok(Literal::Integer(i64::MIN))
        );
        assert_eq!(Literal::from_bare("007"), Ok(Literal::Integer(7)));
    }

    #[test]
    fn what_is_nothing_is_refused() {
        for word in [
            "9223372036854775808",
            "1.5",
            "-",
            "1e3",
            "2024-02-30",
            "2024-03-05T06:07:08",
            "2024-03-05T06:07:08.12345678Z",
            "2024-03-05T24:00Z",
            "0696c900b8ce42cea7f61b68268b7bea",
            "0696c900-b8ce-42ce-96f6-1b68268b7beg",
            "{0696c900-b8ce-42ce-96f6-1b68268b7b}",
        ] {
            assert_eq!(
                Literal::from_bare(word),
                Err(QueryError::Literal(Excerpt::from(word)))
            );
        }
    }
}
