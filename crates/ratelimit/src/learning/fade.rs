/// What is left after so many minutes of something that halves in a day.
pub(super) fn faded(amount: f64, minutes: u64) -> f64 {
    const A_DAY: f64 = 24.0 * 60.0;
    // Minutes beyond the exact range of a float are ages in which nothing is left anyway.
    amount * (-(minutes as f64) / A_DAY).exp2()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_left_after_a_day_and_nothing_after_ages() {
        assert_eq!(faded(40.0, 0), 40.0);
        assert_eq!(faded(40.0, 24 * 60), 20.0);
        assert_eq!(faded(40.0, u64::MAX), 0.0);
    }
}
