//! A function with named arguments, as it stands in a segment of a path:
//! `findbyip(ip='192.0.2.7',timestamp=2026-03-01T10:00:00Z)`.
//!
//! Names are read without regard to case and in any order, and whatever a client percent-encoded
//! counts as what it encodes: some encode the quotation marks, the parentheses and the comma, and
//! some none of them.

use std::ops::Range;

/// A character of the segment: one byte, decoded, and where it stands.
struct Unit {
    byte: u8,
    at: Range<usize>,
}

/// The arguments of a call of `function`, in the order of `names` and as they were sent:
/// percent-encoded and with their quotation marks. `None` for anything else, and for a call with
/// an argument too many, too few or twice.
pub(crate) fn call_arguments<'a, const N: usize>(
    segment: &'a str,
    function: &str,
    names: [&str; N],
) -> Option<[&'a str; N]> {
    let units = units(segment);
    let open = units.iter().position(|unit| unit.byte == b'(')?;
    let (last, inner) = units.get(open + 1..)?.split_last()?;
    let named = text(segment, units.get(..open)?)?;
    if last.byte != b')' || !named.eq_ignore_ascii_case(function) {
        return None;
    }
    let given = arguments(segment, inner)?;
    if given.len() != N {
        return None;
    }
    let found: Vec<&str> = names
        .iter()
        .filter_map(|name| value_of(&given, name))
        .collect();
    found.try_into().ok()
}

/// The text that an argument stands for: decoded, and without its quotation marks. `None` when it is
/// no text.
pub(crate) fn argument_text(argument: &str) -> Option<String> {
    let decoded = units(argument).iter().map(|unit| unit.byte).collect();
    let text = String::from_utf8(decoded).ok()?;
    let inner = text
        .strip_prefix('\'')
        .and_then(|text| text.strip_suffix('\''));
    Some(inner.map_or_else(|| text.clone(), |inner| inner.replace("''", "'")))
}

fn value_of<'a>(given: &[(&'a str, &'a str)], name: &str) -> Option<&'a str> {
    given
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))
        .map(|(_, value)| *value)
}

fn units(segment: &str) -> Vec<Unit> {
    let bytes = segment.as_bytes();
    let mut units = Vec::with_capacity(bytes.len());
    let mut start = 0;
    while let Some(&byte) = bytes.get(start) {
        let escaped = (byte == b'%')
            .then(|| segment.get(start + 1..start + 3))
            .flatten()
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let length = if escaped.is_some() { 3 } else { 1 };
        units.push(Unit {
            byte: escaped.unwrap_or(byte),
            at: start..start + length,
        });
        start += length;
    }
    units
}

/// Names and values, parted at commas outside of quotation marks.
fn arguments<'a>(segment: &'a str, inner: &[Unit]) -> Option<Vec<(&'a str, &'a str)>> {
    let mut quoted = false;
    let parts = inner.split(|unit| {
        quoted ^= unit.byte == b'\'';
        unit.byte == b',' && !quoted
    });
    parts
        .map(|part| {
            let equals = part.iter().position(|unit| unit.byte == b'=')?;
            let (name, value) = part.split_at_checked(equals)?;
            Some((text(segment, name)?, text(segment, value.get(1..)?)?))
        })
        .collect()
}

/// The part of the segment that these units are, without blanks around it.
fn text<'a>(segment: &'a str, units: &[Unit]) -> Option<&'a str> {
    let blank = |unit: &Unit| unit.byte == b' ';
    let first = units.iter().find(|unit| !blank(unit))?;
    let last = units.iter().rfind(|unit| !blank(unit))?;
    segment.get(first.at.start..last.at.end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn by_ip(segment: &str) -> Option<[&str; 2]> {
        call_arguments(segment, "findbyip", ["ip", "timestamp"])
    }

    #[test]
    fn arguments_are_found_however_they_are_written() {
        for segment in [
            "findbyip(ip='10.0.0.1',timestamp=2026-03-01)",
            "FindByIp(Timestamp=2026-03-01,IP='10.0.0.1')",
            "findbyip%28ip='10.0.0.1'%2Ctimestamp%3d2026-03-01%29",
            "findbyip(ip='10.0.0.1',%20timestamp%20=%202026-03-01)",
        ] {
            assert_eq!(
                by_ip(segment),
                Some(["'10.0.0.1'", "2026-03-01"]),
                "{segment}"
            );
        }
        assert_eq!(
            by_ip("findbyip(ip=%27a,b%27,timestamp=)"),
            None,
            "nothing is no value"
        );
        assert_eq!(
            by_ip("findbyip(ip=%27a,b%27,timestamp=x=(y))"),
            Some(["%27a,b%27", "x=(y)"])
        );
    }

    #[test]
    fn argument_is_read_as_what_it_stands_for() {
        for (argument, text) in [
            ("'10.0.0.1'", Some("10.0.0.1")),
            ("%27fe80::1%27", Some("fe80::1")),
            ("2026%2D03%2d01", Some("2026-03-01")),
            ("'o''clock'", Some("o'clock")),
            ("'", Some("'")),
            ("''", Some("")),
            ("%", Some("%")),
            ("%ff", None),
        ] {
            assert_eq!(argument_text(argument).as_deref(), text, "{argument}");
        }
    }

    #[test]
    fn anything_else_is_no_call() {
        for segment in [
            "",
            "findbyip",
            "findbyip(",
            "findbyip()",
            ")(",
            "(ip='x',timestamp=y)",
            "findbytag(ip='x',timestamp=y)",
            "findbyip(ip='x')",
            "findbyip(ip='x',ip='y')",
            "findbyip(ip='x',timestamp=y,more=z)",
            "findbyip(ip='x,timestamp=y)",
            "findbyip(ip='x',timestamp=y)z",
            "findbyip(ip='x',timestamp=y",
            "%",
            "findbyip%+28ip='x',timestamp=y)",
            "é(",
        ] {
            assert_eq!(by_ip(segment), None, "{segment}");
        }
    }
}
