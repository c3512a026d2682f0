//! Versions of Windows, in the order in which they came out.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A version of Windows 10 or 11, as a machine's `version` names it.
///
/// Names changed from year and month to year and half: 2004 was followed by 2009, which is also
/// called 20H2, then by 21H1. As text they do not sort; as values they do.
///
/// ```
/// use quell_model::precondition::WindowsVersion;
///
/// let [old, same, also, new] = ["1703", "2009", "20H2", "21H2"].map(|name| name.parse());
/// let (old, same, also, new): (WindowsVersion, _, _, _) = (old?, same?, also?, new?);
/// assert!(old < same && same == also && also < new);
/// assert_eq!(same.to_string(), "20H2");
/// # Ok::<(), quell_model::precondition::UnknownVersion>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowsVersion {
    year: u8,
    /// 1 to 12; a half is named by the month of its last release that had a month for a name.
    month: u8,
}

/// A text names no version of Windows that is known by its form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a version of Windows reads like 1809 or 22H2")]
pub struct UnknownVersion;

/// The months that a half stands for: 2004 is 20H1, 2009 is 20H2.
const FIRST_HALF: u8 = 4;
const SECOND_HALF: u8 = 9;
/// Years in which versions were named by month, and the first in which they were named by half.
const BY_MONTH: std::ops::RangeInclusive<u8> = 15..=20;
const BY_HALF: u8 = 20;

/// The first build of each version; Windows 10 and 11 count on in one sequence.
const BUILDS: [(i64, WindowsVersion); 19] = [
    (10_240, WindowsVersion::new(15, 7)),
    (10_586, WindowsVersion::new(15, 11)),
    (14_393, WindowsVersion::new(16, 7)),
    (15_063, WindowsVersion::new(17, 3)),
    (16_299, WindowsVersion::new(17, 9)),
    (17_134, WindowsVersion::new(18, 3)),
    (17_763, WindowsVersion::new(18, 9)),
    (18_362, WindowsVersion::new(19, 3)),
    (18_363, WindowsVersion::new(19, 9)),
    (19_041, WindowsVersion::new(20, FIRST_HALF)),
    (19_042, WindowsVersion::new(20, SECOND_HALF)),
    (19_043, WindowsVersion::new(21, FIRST_HALF)),
    (19_044, WindowsVersion::new(21, SECOND_HALF)),
    (19_045, WindowsVersion::new(22, SECOND_HALF)),
    (22_000, WindowsVersion::new(21, SECOND_HALF)),
    (22_621, WindowsVersion::new(22, SECOND_HALF)),
    (22_631, WindowsVersion::new(23, SECOND_HALF)),
    (26_100, WindowsVersion::new(24, SECOND_HALF)),
    (26_200, WindowsVersion::new(25, SECOND_HALF)),
];

impl WindowsVersion {
    /// Version 1703, the first to which a file can be quarantined remotely.
    pub const V1703: Self = Self::new(17, 3);

    const fn new(year: u8, month: u8) -> Self {
        Self { year, month }
    }

    /// The version that has this build, such as 19045; none for a build that was never released
    /// widely.
    #[must_use]
    pub fn of_build(build: i64) -> Option<Self> {
        BUILDS
            .iter()
            .find(|(first, _)| *first == build)
            .map(|(_, version)| *version)
    }
}

impl FromStr for WindowsVersion {
    type Err = UnknownVersion;

    fn from_str(text: &str) -> Result<Self, UnknownVersion> {
        let (year, rest) = text.trim().split_at_checked(2).ok_or(UnknownVersion)?;
        let year = two_digits(year)?;
        match rest {
            "H1" | "h1" if year >= BY_HALF => Ok(Self::new(year, FIRST_HALF)),
            "H2" | "h2" if year >= BY_HALF => Ok(Self::new(year, SECOND_HALF)),
            month => match two_digits(month)? {
                month @ 1..=12 if BY_MONTH.contains(&year) => Ok(Self::new(year, month)),
                _ => Err(UnknownVersion),
            },
        }
    }
}

fn two_digits(text: &str) -> Result<u8, UnknownVersion> {
    let digits = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    let value = text.parse().map_err(|_| UnknownVersion)?;
    if digits {
        Ok(value)
    } else {
        Err(UnknownVersion)
    }
}

impl fmt::Display for WindowsVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { year, month } = self;
        if *self < Self::new(BY_HALF, SECOND_HALF) {
            write!(f, "{year:02}{month:02}")
        } else if *month < SECOND_HALF {
            write!(f, "{year:02}H1")
        } else {
            write!(f, "{year:02}H2")
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every version in the order of release; each differs from the one before it.
    const IN_ORDER: [&str; 19] = [
        "1507", "1511", "1607", "1703", "1709", "1803", "1809", "1903", "1909", "2004", "20H2",
        "21H1", "21H2", "22H2", "23H2", "24H2", "25H2", "26H1", "26H2",
    ];

    fn version(text: &str) -> WindowsVersion {
        text.parse().expect(text)
    }

    #[test]
    fn versions_sort_as_they_came_out() {
        let versions = IN_ORDER.map(version);
        assert!(versions.is_sorted_by(|earlier, later| earlier < later));
    }

    #[test]
    fn a_version_with_two_names_is_one_version() {
        assert_eq!(version("2009"), version("20H2"));
        assert_eq!(version("2004"), version("20H1"));
        assert_eq!(version("2009").to_string(), "20H2");
        assert_eq!(version("20H1").to_string(), "2004");
        assert_eq!(version(" 21h2 "), version("21H2"));
    }

    #[test]
    fn what_reads_like_no_version_is_none() {
        for text in [
            "",
            "10",
            "1700",
            "1713",
            "2109",
            "19H2",
            "22H3",
            "22H22",
            "+1+2",
            "１７０３",
            "Future",
        ] {
            assert_eq!(
                text.parse::<WindowsVersion>(),
                Err(UnknownVersion),
                "{text}"
            );
        }
    }

    #[test]
    fn a_build_has_its_version() {
        assert_eq!(
            WindowsVersion::of_build(15_063),
            Some(WindowsVersion::V1703)
        );
        assert_eq!(WindowsVersion::of_build(19_042), Some(version("2009")));
        assert_eq!(WindowsVersion::of_build(26_100), Some(version("24H2")));
        assert_eq!(WindowsVersion::of_build(15_064), None);
    }

    fn any_version() -> impl Strategy<Value = WindowsVersion> {
        let by_month =
            (15_u8..=20, 1_u8..=12).prop_map(|(year, month)| format!("{year}{month:02}"));
        let by_half = (20_u8..=99, 1_u8..=2).prop_map(|(year, half)| format!("{year}H{half}"));
        prop_oneof![by_month, by_half].prop_map(|text| text.parse().expect("a version"))
    }

    proptest! {
        #[test]
        fn order_is_total_and_agrees_with_the_calendar(left in any_version(), right in any_version()) {
            prop_assert_eq!(left.cmp(&right), right.cmp(&left).reverse());
            prop_assert_eq!(left == right, left.cmp(&right).is_eq());
            if left.year != right.year {
                prop_assert_eq!(left < right, left.year < right.year);
            }
        }

        #[test]
        fn a_known_name_is_shown_as_it_is_read(at in 0..IN_ORDER.len()) {
            prop_assert_eq!(version(IN_ORDER[at]).to_string(), IN_ORDER[at]);
        }

        #[test]
        fn no_text_panics(text: String) {
            let _ = text.parse::<WindowsVersion>();
        }
    }
}
