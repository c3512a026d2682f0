//! Which entries are wanted.

use quell_model::Timestamp;
use serde::Deserialize;
use std::borrow::Cow;

/// Which entries are wanted; all by default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrailFilter {
    /// None from before.
    pub since: Option<Timestamp>,
    /// None from then on.
    pub until: Option<Timestamp>,
    /// Of this machine alone, in any case.
    pub machine: Option<String>,
    /// Of this file alone: a SHA-1, or a SHA-256 that was looked up, in any case.
    pub file: Option<String>,
    /// Of this action alone, in any case.
    pub action: Option<String>,
    /// With this deed alone.
    pub deed: Option<String>,
}

/// What a filter looks at.
#[derive(Deserialize)]
struct Seen<'a> {
    time: Timestamp,
    #[serde(borrow)]
    deed: Cow<'a, str>,
    machine: Option<Cow<'a, str>>,
    sha1: Option<Cow<'a, str>>,
    action: Option<Cow<'a, str>>,
    details: Option<Details<'a>>,
}

#[derive(Deserialize)]
struct Details<'a> {
    #[serde(borrow)]
    sha256: Option<Cow<'a, str>>,
}

impl TrailFilter {
    /// Whether all entries pass, so that what passes is a whole chain.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an entry is wanted. What cannot be read is: that it is damaged is worth seeing.
    #[must_use]
    pub fn lets_through(&self, entry: &str) -> bool {
        if self.is_empty() {
            return true;
        }
        let Ok(seen) = serde_json::from_str::<Seen<'_>>(entry) else {
            return true;
        };
        let sha256 = seen.details.and_then(|details| details.sha256);
        self.since.is_none_or(|since| seen.time >= since)
            && self.until.is_none_or(|until| seen.time < until)
            && is(self.machine.as_deref(), seen.machine.as_deref())
            && (is(self.file.as_deref(), seen.sha1.as_deref())
                || is(self.file.as_deref(), sha256.as_deref()))
            && is(self.action.as_deref(), seen.action.as_deref())
            && is(self.deed.as_deref(), Some(&seen.deed))
    }
}

fn is(wanted: Option<&str>, found: Option<&str>) -> bool {
    match (wanted, found) {
        (None, _) => true,
        (Some(wanted), Some(found)) => wanted.eq_ignore_ascii_case(found),
        (Some(_), None) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"{"deed":"FileLookedUp","details":{"sha256":"abcd"},"machine":"m1","time":"2026-03-01T10:00:00Z"}"#;

    #[test]
    fn entry_passes_if_everything_that_is_asked_is_so() {
        let all = TrailFilter::default;
        let text = |text: &str| Some(text.to_owned());
        let at = |text: &str| Some(text.parse().unwrap());
        for (filter, passes) in [
            (all(), true),
            (
                TrailFilter {
                    machine: text("M1"),
                    ..all()
                },
                true,
            ),
            (
                TrailFilter {
                    machine: text("m2"),
                    ..all()
                },
                false,
            ),
            (
                TrailFilter {
                    file: text("ABCD"),
                    ..all()
                },
                true,
            ),
            (
                TrailFilter {
                    file: text("abce"),
                    ..all()
                },
                false,
            ),
            (
                TrailFilter {
                    action: text("a"),
                    ..all()
                },
                false,
            ),
            (
                TrailFilter {
                    deed: text("filelookedup"),
                    ..all()
                },
                true,
            ),
            (
                TrailFilter {
                    since: at("2026-03-01T10:00:00Z"),
                    ..all()
                },
                true,
            ),
            (
                TrailFilter {
                    until: at("2026-03-01T10:00:00Z"),
                    ..all()
                },
                false,
            ),
        ] {
            assert_eq!(filter.lets_through(ENTRY), passes, "{filter:?}");
        }
        let damaged = TrailFilter {
            machine: text("m2"),
            ..all()
        };
        assert!(damaged.lets_through("damaged"));
    }
}
