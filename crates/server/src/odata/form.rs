//! The encoding of a query string: `+` and `%20` for a blank, `&` between options.

use super::error::{Excerpt, QueryError};
use super::query::MAX_QUERY_BYTES;

/// One option as it came and as it reads.
pub(super) struct Pair<'a> {
    /// As it stands in the URL, still encoded.
    pub(super) raw: &'a str,
    /// Its name, decoded.
    pub(super) name: String,
    /// Its value, decoded; empty where there is none.
    pub(super) value: String,
}

/// Takes a query string apart, without the `?` before it.
pub(super) fn pairs(raw: &str) -> impl Iterator<Item = Result<Pair<'_>, QueryError>> {
    raw.split('&').filter(|raw| !raw.is_empty()).map(|raw| {
        let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
        Ok(Pair {
            raw,
            name: decode(name)?,
            value: decode(value)?,
        })
    })
}

/// The value of a parameter of the route's own, whose name is read without regard to case.
///
/// # Errors
/// When the query is too long or badly encoded, or names the parameter twice.
pub(crate) fn parameter(raw: &str, name: &'static str) -> Result<Option<String>, QueryError> {
    if raw.len() > MAX_QUERY_BYTES {
        return Err(QueryError::TooLong {
            limit: MAX_QUERY_BYTES,
        });
    }
    let mut found = None;
    for pair in pairs(raw) {
        let pair = pair?;
        if pair.name.eq_ignore_ascii_case(name) && found.replace(pair.value).is_some() {
            return Err(QueryError::DuplicateOption(name));
        }
    }
    Ok(found)
}

fn decode(text: &str) -> Result<String, QueryError> {
    let broken = || QueryError::Encoding(Excerpt::from(text));
    let mut decoded = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        decoded.push(match byte {
            b'+' => b' ',
            b'%' => escaped(&mut rest).ok_or_else(broken)?,
            plain => plain,
        });
    }
    if decoded.contains(&0) {
        return Err(QueryError::NullCharacter);
    }
    String::from_utf8(decoded).map_err(|_| broken())
}

fn escaped(rest: &mut impl Iterator<Item = u8>) -> Option<u8> {
    let mut digit = || char::from(rest.next()?).to_digit(16);
    u8::try_from(digit()? << 4 | digit()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(raw: &str) -> Vec<(String, String)> {
        pairs(raw)
            .map(|pair| {
                pair.map(|pair| (pair.name, pair.value))
                    .expect("well encoded")
            })
            .collect()
    }

    #[test]
    fn blanks_come_in_two_spellings() {
        let expected = vec![("$filter".to_owned(), "a eq 'x y'".to_owned())];
        assert_eq!(read("$filter=a+eq+'x%20y'"), expected);
        assert_eq!(read("%24filter=a%20eq%20%27x+y%27"), expected);
    }

    #[test]
    fn parameter_of_the_route_is_found_once_in_any_case() {
        assert_eq!(
            parameter("$top=1&TAG=a+b", "tag"),
            Ok(Some("a b".to_owned()))
        );
        assert_eq!(parameter("tags=a", "tag"), Ok(None));
        assert_eq!(
            parameter("tag=a&Tag=b", "tag"),
            Err(QueryError::DuplicateOption("tag"))
        );
        let long = "x".repeat(MAX_QUERY_BYTES + 1);
        assert!(matches!(
            parameter(&long, "tag"),
            Err(QueryError::TooLong { .. })
        ));
    }

    #[test]
    fn only_the_first_equals_sign_parts() {
        assert_eq!(
            read("&a=b=c&&d"),
            [("a", "b=c"), ("d", "")].map(|(n, v)| (n.to_owned(), v.to_owned()))
        );
    }

    #[test]
    fn an_escape_is_decoded_once() {
        assert_eq!(read("a=%2527%2B"), [("a".to_owned(), "%27+".to_owned())]);
    }

    #[test]
    fn broken_encodings_are_refused() {
        for raw in [
            "a=%",
            "a=%2",
            "a=%zz",
            "a=%ff",
            "a=%c3%28",
            "%ed%a0%80=b",
            "a=%+1",
        ] {
            let fault = pairs(raw).find_map(Result::err).expect(raw);
            assert!(matches!(fault, QueryError::Encoding(_)), "{raw}: {fault:?}");
        }
        let fault = pairs("a=x%00y").find_map(Result::err);
        assert_eq!(fault, Some(QueryError::NullCharacter));
    }
}
