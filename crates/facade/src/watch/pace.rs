use std::collections::VecDeque;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// A watch asks for no more lists in any minute, however many actions it has: the other four fifths
/// of the documented limit are for whoever else lists.
const MOST: usize = 20;

/// When the latest lists were asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct Pace {
    asked: VecDeque<Duration>,
}

impl Pace {
    /// Takes a place among the lists of this minute, or says how long until there is one.
    pub(super) fn take(&mut self, now: Duration) -> Result<(), Duration> {
        self.asked.retain(|asked| *asked + MINUTE > now);
        match self.asked.front() {
            Some(oldest) if self.asked.len() >= MOST => Err((*oldest + MINUTE).saturating_sub(now)),
            _ => {
                self.asked.push_back(now);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twenty_go_at_once_and_the_next_when_the_first_is_a_minute_old() {
        let mut pace = Pace::default();
        let second = Duration::from_secs(1);
        assert!((0..20).all(|_| pace.take(second).is_ok()));
        assert_eq!(pace.take(11 * second), Err(50 * second));
        assert_eq!(pace.take(61 * second), Ok(()));
    }
}
