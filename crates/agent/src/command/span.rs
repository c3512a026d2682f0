//! Lengths of time on the command line: `5`, `90s`, `10m`, `6h`.

use std::str::FromStr;
use std::time::Duration;

/// A length of time of at least one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span(pub(super) Duration);

/// The text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a number of seconds, or a number and a unit: s, m, h or d, for instance 90s or 6h")]
pub(super) struct NoSpan;

impl FromStr for Span {
    type Err = NoSpan;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim_end_matches(|c: char| c.is_ascii_lowercase());
        let factor = match text.strip_prefix(digits) {
            Some("" | "s") => 1,
            Some("m") => 60,
            Some("h") => 3600,
            Some("d") => 86_400,
            _ => return Err(NoSpan),
        };
        let number: u32 = digits.parse().map_err(|_| NoSpan)?;
        if number == 0 {
            return Err(NoSpan);
        }
        Ok(Self(Duration::from_secs(u64::from(number) * factor)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_a_number_with_or_without_a_unit() {
        for (text, seconds) in [
            ("1", 1),
            ("90s", 90),
            ("10m", 600),
            ("6h", 21_600),
            ("2d", 172_800),
        ] {
            assert_eq!(text.parse::<Span>().unwrap().0.as_secs(), seconds);
        }
        for text in [
            "",
            "s",
            "0",
            "0s",
            "-1",
            "1w",
            "1.5h",
            "ä",
            "99999999999d",
            "1ms",
        ] {
            assert_eq!(text.parse::<Span>(), Err(NoSpan), "{text}");
        }
    }
}
