//! Which key signs, and which are published: keys take turns.
//!
//! A key is known before it signs, so that everyone who keeps copies of the public keys has it by
//! then, and stays known after its last signature, until no token lives that it signed. All that is
//! kept of a key is from when on it signs; everything else follows from that and the time.

use std::time::Duration;

use quell_model::Timestamp;

/// How long a key stays known after another has taken over: longer than any token lives.
pub const KEPT_AFTERWARDS: Duration = Duration::from_secs(2 * 60 * 60);

/// What a key does now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyState {
    /// It is published and does not sign yet.
    Next,
    /// It signs.
    Active,
    /// Another signs; what it signed is still good.
    Retired,
}

impl KeyState {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Next => "Next",
            Self::Active => "Active",
            Self::Retired => "Retired",
        }
    }
}

/// A key and when its turn begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The key's name in tokens.
    pub id: String,
    /// From when on it signs.
    pub begins: Timestamp,
}

/// Keys in the order of their turns.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Turns(Vec<Turn>);

impl Turns {
    /// Puts them in order.
    #[must_use]
    pub fn new(mut turns: Vec<Turn>) -> Self {
        turns.sort_by(|a, b| (a.begins, &a.id).cmp(&(b.begins, &b.id)));
        Self(turns)
    }

    /// The key that signs now. A clock that was set back finds no turn begun: then the first signs.
    #[must_use]
    pub fn active(&self, now: Timestamp) -> Option<&Turn> {
        let begun = self.0.iter().rev().find(|turn| turn.begins <= now);
        begun.or(self.0.first())
    }

    /// The last turn of all, which may not have begun.
    #[must_use]
    pub fn last(&self) -> Option<&Turn> {
        self.0.last()
    }

    /// What a key does now; `None` for one that is not here.
    #[must_use]
    pub fn state(&self, id: &str, now: Timestamp) -> Option<KeyState> {
        let place = |id: &str| self.0.iter().position(|turn| turn.id == id);
        let (asked, active) = (place(id)?, place(&self.active(now)?.id)?);
        Some(match asked.cmp(&active) {
            std::cmp::Ordering::Less => KeyState::Retired,
            std::cmp::Ordering::Equal => KeyState::Active,
            std::cmp::Ordering::Greater => KeyState::Next,
        })
    }

    /// The keys of which no token lives any more.
    #[must_use]
    pub fn spent(&self, now: Timestamp) -> Vec<&Turn> {
        let followed = self.0.iter().zip(self.0.iter().skip(1));
        followed
            .filter(|(_, follower)| follower.begins.saturating_add(KEPT_AFTERWARDS) <= now)
            .map(|(turn, _)| turn)
            .collect()
    }
}

/// How often keys take turns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// How long a key signs.
    pub every: Duration,
    /// How long it is known before.
    pub ahead: Duration,
}

impl Default for Rotation {
    /// 90 days, and known for a day before: as long as verifiers commonly keep keys.
    fn default() -> Self {
        Self {
            every: Duration::from_secs(90 * 24 * 60 * 60),
            ahead: Duration::from_secs(24 * 60 * 60),
        }
    }
}

impl Rotation {
    /// When the turn of a key begins that must be made now; `None` when none must.
    #[must_use]
    pub fn due(&self, turns: &Turns, now: Timestamp) -> Option<Timestamp> {
        let Some(last) = turns.last() else {
            return Some(now);
        };
        let over = last.begins.saturating_add(self.every);
        let soonest = now.saturating_add(self.ahead);
        (over <= soonest).then_some(over.max(soonest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: i64 = 24 * 60 * 60;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_unix_seconds(1_700_000_000 + seconds)
    }

    fn turns(begins: &[(&str, i64)]) -> Turns {
        let turn = |&(id, begins): &(&str, i64)| Turn {
            id: id.to_owned(),
            begins: at(begins),
        };
        Turns::new(begins.iter().map(turn).collect())
    }

    fn states(turns: &Turns, seconds: i64) -> Vec<KeyState> {
        let state = |id| turns.state(id, at(seconds));
        ["a", "b", "c"].into_iter().filter_map(state).collect()
    }

    #[test]
    fn keys_take_turns() {
        use KeyState::{Active, Next, Retired};
        let turns = turns(&[("c", 20), ("a", 0), ("b", 10)]);
        assert_eq!(states(&turns, 0), [Active, Next, Next]);
        assert_eq!(states(&turns, 10), [Retired, Active, Next]);
        assert_eq!(states(&turns, 99), [Retired, Retired, Active]);
        assert_eq!(
            states(&turns, -5),
            [Active, Next, Next],
            "a clock set back still signs"
        );
        assert_eq!(turns.state("d", at(0)), None);
        assert_eq!(Turns::default().active(at(0)), None);
    }

    #[test]
    fn first_key_is_due_at_once() {
        let rotation = Rotation::default();
        assert_eq!(rotation.due(&Turns::default(), at(0)), Some(at(0)));
    }

    #[test]
    fn next_key_is_known_a_day_before_its_turn() {
        let rotation = Rotation::default();
        let one = turns(&[("a", 0)]);
        assert_eq!(rotation.due(&one, at(89 * DAY - 1)), None);
        assert_eq!(rotation.due(&one, at(89 * DAY)), Some(at(90 * DAY)));
        let late = at(200 * DAY);
        assert_eq!(rotation.due(&one, late), Some(at(201 * DAY)));
        let two = turns(&[("a", 0), ("b", 90 * DAY)]);
        assert_eq!(rotation.due(&two, at(89 * DAY)), None);
    }

    #[test]
    fn key_stays_known_until_its_last_token_is_over() {
        let turns = turns(&[("a", 0), ("b", 10)]);
        let kept = i64::try_from(KEPT_AFTERWARDS.as_secs()).unwrap();
        assert!(turns.spent(at(10 + kept - 1)).is_empty());
        let spent = turns.spent(at(10 + kept));
        assert_eq!(spent.len(), 1);
        assert_eq!(spent[0].id, "a");
    }
}
