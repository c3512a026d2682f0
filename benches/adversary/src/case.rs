//! One case, and what was seen of it.

use std::any::Any;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::ground::Ground;

/// A scenario. Its number is that of the threat model, and stays.
pub(crate) struct Case {
    pub(crate) number: u8,
    pub(crate) name: &'static str,
    pub(crate) expected: &'static str,
    /// Whether it belongs to the minimum that runs with every change.
    pub(crate) minimum: bool,
    pub(crate) play: Play,
}

/// How it is shown.
pub(crate) enum Play {
    /// On a ground of its own.
    On(fn(&mut Ground) -> Result<String, Gap>),
    /// Not by a scenario: why.
    Never(&'static str),
}

/// Why a case did not hold.
#[derive(Debug)]
pub(crate) enum Gap {
    /// The agent did what it must not.
    Failed(String),
    /// This machine cannot show it.
    NotShown(String),
}

/// What came of a case.
#[derive(Debug)]
pub(crate) enum Seen {
    Held(String),
    Failed(String),
    NotShown(String),
}

impl Case {
    /// One of the minimum.
    pub(crate) const fn minimum(
        number: u8,
        name: &'static str,
        expected: &'static str,
        play: fn(&mut Ground) -> Result<String, Gap>,
    ) -> Self {
        Self {
            number,
            name,
            expected,
            minimum: true,
            play: Play::On(play),
        }
    }

    /// One that is played on demand.
    pub(crate) const fn further(
        number: u8,
        name: &'static str,
        expected: &'static str,
        play: fn(&mut Ground) -> Result<String, Gap>,
    ) -> Self {
        Self {
            minimum: false,
            ..Self::minimum(number, name, expected, play)
        }
    }

    /// One that no scenario shows.
    pub(crate) const fn never(
        number: u8,
        name: &'static str,
        expected: &'static str,
        why: &'static str,
    ) -> Self {
        Self {
            number,
            name,
            expected,
            minimum: false,
            play: Play::Never(why),
        }
    }

    /// Plays it; a stage that breaks has failed its case, and no other.
    pub(crate) fn run(&self, ground: impl FnOnce() -> Ground) -> Seen {
        let play = match self.play {
            Play::On(play) => play,
            Play::Never(why) => return Seen::NotShown(why.to_owned()),
        };
        caught(|| play(&mut ground()))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = if self.minimum { "*" } else { " " };
        write!(
            f,
            "{:>2}{mark} {:<34} {}",
            self.number, self.name, self.expected
        )
    }
}

/// What came of it, even if its stage broke.
pub(crate) fn caught(play: impl FnOnce() -> Result<String, Gap>) -> Seen {
    match catch_unwind(AssertUnwindSafe(play)) {
        Ok(Ok(seen)) => Seen::Held(seen),
        Ok(Err(Gap::Failed(seen))) => Seen::Failed(seen),
        Ok(Err(Gap::NotShown(why))) => Seen::NotShown(why),
        Err(panic) => Seen::Failed(format!("the stage broke: {}", message(&*panic))),
    }
}

/// Holds what is expected against what is so.
pub(crate) fn expect(holds: bool, otherwise: impl fmt::Display) -> Result<(), Gap> {
    match holds {
        true => Ok(()),
        false => Err(Gap::Failed(otherwise.to_string())),
    }
}

fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
    text.unwrap_or("without a word").to_owned()
}
