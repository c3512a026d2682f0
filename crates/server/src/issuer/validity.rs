//! From when to when a certificate is good (RFC 5280, section 4.1.2.5).
//!
//! The TLS library judges dates along with a chain; a client's certificate has none here, as the
//! operator registered it itself. So the two dates are read, and nothing else.

use quell_model::Timestamp;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// From when to when a certificate is good, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Validity {
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

impl Validity {
    /// That of a certificate in DER; none where that is not what it is.
    pub(super) fn of(certificate: &[u8]) -> Option<Self> {
        let (certificate, _) = take(certificate, SEQUENCE)?;
        let (signed, _) = take(certificate, SEQUENCE)?;
        let after_version = take(signed, VERSION).map_or(signed, |(_, rest)| rest);
        let (_, rest) = take(after_version, INTEGER)?;
        let (_, rest) = take(rest, SEQUENCE)?; // the signature's algorithm
        let (_, rest) = take(rest, SEQUENCE)?; // the issuer
        let (validity, _) = take(rest, SEQUENCE)?;
        let (not_before, rest) = moment(validity)?;
        let (not_after, _) = moment(rest)?;
        Some(Self {
            not_before,
            not_after,
        })
    }
}

/// The content of the first element if it has this tag, and what comes after it.
fn take(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match *first {
        short @ 0..=0x7f => (usize::from(short), rest),
        // A certificate is shorter than 2^24 bytes.
        long @ 0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(long - 0x80))?;
            let length = digits
                .iter()
                .fold(0, |sum, digit| sum << 8 | usize::from(*digit));
            (length, rest)
        }
        _ => return None,
    };
    (*found == tag).then_some(())?;
    rest.split_at_checked(length)
}

fn moment(der: &[u8]) -> Option<(Timestamp, &[u8])> {
    if let Some((text, rest)) = take(der, UTC_TIME) {
        let text = std::str::from_utf8(text).ok()?;
        let century = if text < "50" { "20" } else { "19" };
        return Some((read(&format!("{century}{text}"))?, rest));
    }
    let (text, rest) = take(der, GENERALIZED_TIME)?;
    Some((read(std::str::from_utf8(text).ok()?)?, rest))
}

/// Reads `YYYYMMDDHHMMSSZ`, the only form that certificates may have.
fn read(text: &str) -> Option<Timestamp> {
    let part = |from: usize, to: usize| text.get(from..to);
    let spelled = format!(
        "{}-{}-{}T{}:{}:{}Z",
        part(0, 4)?,
        part(4, 6)?,
        part(6, 8)?,
        part(8, 10)?,
        part(10, 12)?,
        part(12, 14)?
    );
    (part(14, text.len()) == Some("Z"))
        .then(|| spelled.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    use super::*;

    fn certificate(from: i32, to: i32) -> Vec<u8> {
        let mut params = CertificateParams::new(vec!["app.example".to_owned()]).unwrap();
        params.not_before = date_time_ymd(from, 3, 1);
        params.not_after = date_time_ymd(to, 12, 31);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().to_vec()
    }

    #[test]
    fn dates_are_read_in_either_form_of_time() {
        // From 2050 on a date has four digits of its year.
        for (from, to) in [(1999, 2026), (2026, 2049), (2026, 2050), (2051, 4096)] {
            let validity = Validity::of(&certificate(from, to)).unwrap();
            let expected = Validity {
                not_before: format!("{from}-03-01T00:00:00Z").parse().unwrap(),
                not_after: format!("{to}-12-31T00:00:00Z").parse().unwrap(),
            };
            assert_eq!(validity, expected, "{from} to {to}");
        }
    }

    #[test]
    fn what_is_no_certificate_has_no_dates() {
        let whole = certificate(2026, 2030);
        for length in 0..120.min(whole.len()) {
            assert_eq!(Validity::of(&whole[..length]), None, "{length}");
        }
        for text in [
            "20260301000000",
            "20260301000000+",
            "2026-301000000Z",
            "20261301000000Z",
            "é",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        // A length that no memory has.
        assert_eq!(
            Validity::of(&[SEQUENCE, 0x84, 0xff, 0xff, 0xff, 0xff]),
            None
        );
    }
}
