//! The proleptic Gregorian calendar, after Howard Hinnant's "chrono-compatible low-level date
//! algorithms": eras of 400 years that begin on the first of March, so that the leap day is last.

const SECONDS_PER_DAY: i64 = 86_400;
const DAYS_PER_ERA: i64 = 146_097;
/// Days from 0000-03-01, where the first era begins, to 1970-01-01.
const DAYS_TO_UNIX_EPOCH: i64 = 719_468;

/// Unix seconds of 0001-01-01T00:00:00Z and of 9999-12-31T23:59:59Z.
pub(super) const FIRST_SECOND: i64 = -62_135_596_800;
pub(super) const LAST_SECOND: i64 = 253_402_300_799;

/// A date and a time of day, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DateTime {
    pub(super) year: i64,
    pub(super) month: i64,
    pub(super) day: i64,
    pub(super) hour: i64,
    pub(super) minute: i64,
    pub(super) second: i64,
}

impl DateTime {
    pub(super) const fn from_unix_seconds(seconds: i64) -> Self {
        let days = seconds.div_euclid(SECONDS_PER_DAY) + DAYS_TO_UNIX_EPOCH;
        let time = seconds.rem_euclid(SECONDS_PER_DAY);
        let era = days.div_euclid(DAYS_PER_ERA);
        let day_of_era = days.rem_euclid(DAYS_PER_ERA);
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let months_since_march = (5 * day_of_year + 2) / 153;
        let month = if months_since_march < 10 {
            months_since_march + 3
        } else {
            months_since_march - 9
        };
        Self {
            year: year_of_era + era * 400 + (month <= 2) as i64,
            month,
            day: day_of_year - (153 * months_since_march + 2) / 5 + 1,
            hour: time / 3_600,
            minute: time / 60 % 60,
            second: time % 60,
        }
    }

    pub(super) const fn unix_seconds(self) -> i64 {
        let year = self.year - (self.month <= 2) as i64;
        let era = year.div_euclid(400);
        let year_of_era = year.rem_euclid(400);
        let months_since_march = (self.month + 9) % 12;
        let day_of_year = (153 * months_since_march + 2) / 5 + self.day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        let days = era * DAYS_PER_ERA + day_of_era - DAYS_TO_UNIX_EPOCH;
        days * SECONDS_PER_DAY + self.hour * 3_600 + self.minute * 60 + self.second
    }

    /// Whether the calendar has this day and the clock this time; leap seconds have no tick.
    pub(super) const fn exists(self) -> bool {
        1 <= self.year
            && self.year <= 9_999
            && 1 <= self.month
            && self.month <= 12
            && 1 <= self.day
            && self.day <= days_in_month(self.year, self.month)
            && self.hour < 24
            && self.minute < 60
            && self.second < 60
    }
}

const fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn midnight(year: i64, month: i64, day: i64) -> DateTime {
        DateTime {
            year,
            month,
            day,
            hour: 0,
            minute: 0,
            second: 0,
        }
    }

    #[test]
    fn known_days() {
        assert_eq!(midnight(1970, 1, 1).unix_seconds(), 0);
        assert_eq!(midnight(2000, 2, 29).unix_seconds(), 951_782_400);
        assert_eq!(midnight(2100, 3, 1).unix_seconds(), 4_107_542_400);
        assert_eq!(midnight(1, 1, 1).unix_seconds(), FIRST_SECOND);
        assert_eq!(midnight(10_000, 1, 1).unix_seconds() - 1, LAST_SECOND);
    }

    #[test]
    fn leap_days_exist_only_in_leap_years() {
        assert!(midnight(2024, 2, 29).exists() && midnight(2000, 2, 29).exists());
        assert!(!midnight(2023, 2, 29).exists() && !midnight(2100, 2, 29).exists());
        assert!(!midnight(2024, 4, 31).exists() && !midnight(2024, 13, 1).exists());
    }

    #[test]
    fn every_day_follows_the_one_before() {
        let mut expected = midnight(1, 1, 1);
        for day in 0..(LAST_SECOND - FIRST_SECOND) / SECONDS_PER_DAY {
            let found = DateTime::from_unix_seconds(FIRST_SECOND + day * SECONDS_PER_DAY);
            assert_eq!(found, expected);
            expected.day += 1;
            if !expected.exists() {
                (expected.day, expected.month) = (1, expected.month + 1);
            }
            if !expected.exists() {
                (expected.month, expected.year) = (1, expected.year + 1);
            }
        }
    }

    proptest! {
        #[test]
        fn any_second_is_found_again(seconds in FIRST_SECOND..=LAST_SECOND) {
            let date = DateTime::from_unix_seconds(seconds);
            prop_assert!(date.exists());
            prop_assert_eq!(date.unix_seconds(), seconds);
        }
    }
}
