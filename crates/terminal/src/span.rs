//! Lengths of time on the command line: `5`, `90s`, `10m`, `6h`, `3d`.

use std::str::FromStr;
use std::time::Duration;

/// A length of time of at least one second: a number of seconds, or a number and one of the units
/// `s`, `m`, `h` and `d`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span(Duration);

impl Span {
    /// As the standard library has it.
    #[must_use]
    pub const fn duration(self) -> Duration {
        self.0
    }
}

/// The text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a number of seconds, or a number and a unit: s, m, h or d, for instance 90s or 6h")]
pub struct NoSpan;

impl FromStr for Span {
    type Err = NoSpan;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits = text.trim_end_matches(|c: char| !c.is_ascii_digit());
        let seconds_per_unit: u64 = match text.strip_prefix(digits) {
            Some("" | "s") => 1,
            Some("m") => 60,
            Some("h") => 3_600,
            Some("d") => 86_400,
            _ => return Err(NoSpan),
        };
        let number: u32 = digits.parse().map_err(|_| NoSpan)?;
        if number == 0 {
            return Err(NoSpan);
        }
        Ok(Self(Duration::from_secs(
            u64::from(number) * seconds_per_unit,
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn span_is_a_number_with_or_without_a_unit() {
        for (text, seconds) in [
            ("1", 1),
            ("90s", 90),
            ("10m", 600),
            ("2h", 7_200),
            ("6h", 21_600),
            ("2d", 172_800),
            ("3d", 259_200),
        ] {
            assert_eq!(text.parse::<Span>().unwrap().duration().as_secs(), seconds);
        }
        for text in [
            "",
            "s",
            "0",
            "0s",
            "-1",
            "-1s",
            "1w",
            "1.5h",
            "1 h",
            "ä",
            "99999999999d",
            "1ms",
        ] {
            assert_eq!(text.parse::<Span>(), Err(NoSpan), "{text}");
        }
    }
}
