//! RFC 3339, as .NET's round-trip format uses it.

use thiserror::Error;

use super::calendar::DateTime;
use super::{TICKS_PER_SECOND, Timestamp};

const FRACTION_DIGITS: usize = 7;

/// Why a text is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ParseTimestampError {
    /// It does not read like `2024-03-05T06:07:08.1234567Z`.
    #[error("a time must read like 2024-03-05T06:07:08Z")]
    Form,
    /// There is a fraction of a second with no digit or with more than seven.
    #[error("a fraction of a second has one to seven digits")]
    Fraction,
    /// Neither `Z` nor an offset such as `+01:00` ends it.
    #[error("a time must end in Z or in an offset such as +01:00")]
    Offset,
    /// Neither the calendar nor the clock has it, or it lies outside the years 1 to 9999.
    #[error("there is no such date and time in the years 1 to 9999")]
    NoSuchTime,
}

pub(super) fn parse(text: &str) -> Result<Timestamp, ParseTimestampError> {
    use ParseTimestampError::{Form, NoSuchTime};

    let mut rest = text.as_bytes();
    let local = DateTime {
        year: digits(&mut rest, 4).ok_or(Form)?,
        month: after(&mut rest, b"-")
            .and_then(|()| digits(&mut rest, 2))
            .ok_or(Form)?,
        day: after(&mut rest, b"-")
            .and_then(|()| digits(&mut rest, 2))
            .ok_or(Form)?,
        hour: after(&mut rest, b"Tt ")
            .and_then(|()| digits(&mut rest, 2))
            .ok_or(Form)?,
        minute: after(&mut rest, b":")
            .and_then(|()| digits(&mut rest, 2))
            .ok_or(Form)?,
        second: after(&mut rest, b":")
            .and_then(|()| digits(&mut rest, 2))
            .ok_or(Form)?,
    };
    let fraction = fraction(&mut rest)?;
    let offset = offset(rest)?;
    if !local.exists() {
        return Err(NoSuchTime);
    }
    let ticks = (local.unix_seconds() - offset) * TICKS_PER_SECOND + fraction;
    let moment = Timestamp::from_unix_ticks(ticks);
    if moment.unix_ticks() == ticks {
        Ok(moment)
    } else {
        Err(NoSuchTime)
    }
}

/// Takes exactly so many decimal digits.
fn digits(rest: &mut &[u8], count: usize) -> Option<i64> {
    let (digits, after) = rest.split_at_checked(count)?;
    let value = digits.iter().try_fold(0, |value, digit| {
        digit
            .is_ascii_digit()
            .then(|| value * 10 + i64::from(digit - b'0'))
    })?;
    *rest = after;
    Some(value)
}

/// Takes one byte, which must be one of these.
fn after(rest: &mut &[u8], any_of: &[u8]) -> Option<()> {
    let (first, after) = rest.split_first()?;
    any_of.contains(first).then(|| *rest = after)
}

/// Takes the fraction of a second, if there is one, in ticks.
fn fraction(rest: &mut &[u8]) -> Result<i64, ParseTimestampError> {
    if after(rest, b".").is_none() {
        return Ok(0);
    }
    let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if count > FRACTION_DIGITS {
        return Err(ParseTimestampError::Fraction);
    }
    let value = digits(rest, count)
        .filter(|_| count > 0)
        .ok_or(ParseTimestampError::Fraction)?;
    Ok((count..FRACTION_DIGITS).fold(value, |value, _| value * 10))
}

/// Reads the end of the text as seconds east of UTC.
fn offset(rest: &[u8]) -> Result<i64, ParseTimestampError> {
    let (east, mut clock) = match rest {
        [b'Z' | b'z'] => return Ok(0),
        [b'+', clock @ ..] => (1, clock),
        [b'-', clock @ ..] => (-1, clock),
        _ => return Err(ParseTimestampError::Offset),
    };
    let hours = digits(&mut clock, 2);
    let minutes = after(&mut clock, b":").and_then(|()| digits(&mut clock, 2));
    match (hours, minutes, clock) {
        (Some(hours @ ..24), Some(minutes @ ..60), []) => Ok(east * (hours * 3_600 + minutes * 60)),
        _ => Err(ParseTimestampError::Offset),
    }
}

/// A moment as it is written: the fraction's trailing zeros are left out, and a fraction of nothing is too.
pub(super) struct Written {
    bytes: [u8; LONGEST.len()],
    length: usize,
}

const LONGEST: &[u8; 28] = b"0000-00-00T00:00:00.0000000Z";
const WITHOUT_FRACTION: usize = "0000-00-00T00:00:00".len();
const WITH_FRACTION: usize = WITHOUT_FRACTION + ".".len() + FRACTION_DIGITS;

impl Written {
    pub(super) fn of(moment: Timestamp) -> Self {
        let at = DateTime::from_unix_seconds(moment.unix_seconds());
        let fraction = moment.unix_ticks().rem_euclid(TICKS_PER_SECOND);
        let mut bytes = *LONGEST;
        for (place, number) in [
            (0..4, at.year),
            (5..7, at.month),
            (8..10, at.day),
            (11..13, at.hour),
            (14..16, at.minute),
            (17..WITHOUT_FRACTION, at.second),
            (WITHOUT_FRACTION + 1..WITH_FRACTION, fraction),
        ] {
            if let Some(digits) = bytes.get_mut(place) {
                fill(digits, number);
            }
        }
        let end = match fraction {
            0 => WITHOUT_FRACTION,
            _ => WITH_FRACTION - trailing_zeros(fraction),
        };
        if let Some(last) = bytes.get_mut(end) {
            *last = b'Z';
        }
        Self {
            bytes,
            length: end + 1,
        }
    }

    pub(super) fn as_str(&self) -> &str {
        let text = self.bytes.get(..self.length).unwrap_or_default();
        // Digits and signs, all of them ASCII.
        str::from_utf8(text).unwrap_or_default()
    }
}

/// Writes a number with as many digits as there is room for.
fn fill(digits: &mut [u8], number: i64) {
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or_default();
        rest /= 10;
    }
}

/// How many zeros end a number that is not zero.
fn trailing_zeros(number: i64) -> usize {
    let tens = std::iter::successors(Some(number), |rest| Some(rest / 10));
    tens.take_while(|rest| rest % 10 == 0).count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        text.parse::<Timestamp>().expect("a moment").to_string()
    }

    fn fault(text: &str) -> ParseTimestampError {
        text.parse::<Timestamp>().expect_err("no moment")
    }

    #[test]
    fn zero_to_seven_digits_of_fraction_without_trailing_zeros() {
        assert_eq!(
            shown("2024-03-05T06:07:08.1234567Z"),
            "2024-03-05T06:07:08.1234567Z"
        );
        assert_eq!(
            shown("2024-03-05T06:07:08.123450Z"),
            "2024-03-05T06:07:08.12345Z"
        );
        assert_eq!(
            shown("2024-03-05T06:07:08.0000001Z"),
            "2024-03-05T06:07:08.0000001Z"
        );
        assert_eq!(shown("2024-03-05T06:07:08.0Z"), "2024-03-05T06:07:08Z");
        assert_eq!(shown("2024-03-05T06:07:08Z"), "2024-03-05T06:07:08Z");
    }

    #[test]
    fn offsets_are_turned_to_utc() {
        assert_eq!(shown("2024-03-01T00:30:00+01:00"), "2024-02-29T23:30:00Z");
        assert_eq!(shown("2024-12-31 23:30:00-00:45"), "2025-01-01T00:15:00Z");
        assert_eq!(shown("2024-03-05t06:07:08z"), "2024-03-05T06:07:08Z");
    }

    #[test]
    fn fraction_before_the_epoch_counts_forward() {
        let moment: Timestamp = "1969-12-31T23:59:59.75Z".parse().expect("a moment");
        assert_eq!(moment.unix_ticks(), -2_500_000);
        assert_eq!(moment.to_string(), "1969-12-31T23:59:59.75Z");
    }

    #[test]
    fn faults_are_told_apart() {
        for form in [
            "",
            "2024-03-05",
            "2024-3-05T06:07:08Z",
            "+024-03-05T06:07:08Z",
        ] {
            assert_eq!(fault(form), ParseTimestampError::Form, "{form}");
        }
        for fraction in ["2024-03-05T06:07:08.Z", "2024-03-05T06:07:08.12345678Z"] {
            assert_eq!(fault(fraction), ParseTimestampError::Fraction, "{fraction}");
        }
        for offset in [
            "2024-03-05T06:07:08",
            "2024-03-05T06:07:08Z ",
            "2024-03-05T06:07:08+24:00",
        ] {
            assert_eq!(fault(offset), ParseTimestampError::Offset, "{offset}");
        }
        for absent in [
            "2023-02-29T00:00:00Z",
            "2024-03-05T24:00:00Z",
            "2016-12-31T23:59:60Z",
        ] {
            assert_eq!(fault(absent), ParseTimestampError::NoSuchTime, "{absent}");
        }
    }

    #[test]
    fn moments_that_an_offset_moves_outside_are_refused() {
        assert_eq!(
            fault("0001-01-01T00:00:00+00:01"),
            ParseTimestampError::NoSuchTime
        );
        assert_eq!(
            fault("9999-12-31T23:59:59-00:01"),
            ParseTimestampError::NoSuchTime
        );
    }

    proptest! {
        #[test]
        fn parsing_never_panics(text in "[0-9TZtz:.+ -]{0,40}") {
            let _ = text.parse::<Timestamp>();
        }
    }
}
