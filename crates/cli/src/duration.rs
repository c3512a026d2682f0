//! Lengths of time on the command line: `90s`, `10m`, `3d`.

use std::str::FromStr;
use std::time::Duration;

/// A length of time of at least one second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span(Duration);

impl Span {
    /// As the standard library has it.
    pub(crate) fn duration(self) -> Duration {
        self.0
    }
}

/// The text is no length of time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("write a number and a unit: s, m, h or d, for instance 90s or 10m")]
pub(crate) struct NoSpan;

impl FromStr for Span {
    type Err = NoSpan;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, unit) = text
            .split_at_checked(text.len().saturating_sub(1))
            .ok_or(NoSpan)?;
        let seconds_per_unit: u64 = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 3_600,
            "d" => 86_400,
            _ => return Err(NoSpan),
        };
        let number: u32 = number.parse().map_err(|_| NoSpan)?;
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
    fn span_has_a_number_and_a_unit() {
        for (text, seconds) in [("90s", 90), ("10m", 600), ("2h", 7_200), ("3d", 259_200)] {
            assert_eq!(text.parse::<Span>().unwrap().duration().as_secs(), seconds);
        }
        for text in [
            "",
            "s",
            "10",
            "0s",
            "-1s",
            "1w",
            "1.5h",
            "ä",
            "99999999999d",
        ] {
            assert_eq!(text.parse::<Span>(), Err(NoSpan), "{text}");
        }
    }
}
