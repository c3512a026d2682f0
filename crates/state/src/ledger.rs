//! An intent as its row in a database says it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use quell_ratelimit::BudgetName;

use crate::StateError;
use crate::journal::{Entry, Intent, IntentId, Settlement};

/// How long a settled intent is kept: longer than any window, and long enough to be asked about.
pub(crate) const FORGOTTEN_AFTER: Duration = Duration::from_secs(30 * 24 * 3600);
/// How many are forgotten with each new one.
pub(crate) const FORGOTTEN_AT_ONCE: i64 = 16;
/// The columns of an intent. Times are nanoseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct AttemptRow {
    pub(crate) id: i64,
    pub(crate) tenant: String,
    pub(crate) application: String,
    pub(crate) operation: String,
    pub(crate) machine: String,
    pub(crate) file: Option<String>,
    pub(crate) comment: String,
    pub(crate) begun: i64,
    pub(crate) within: Option<i64>,
    pub(crate) state: String,
    pub(crate) detail: Option<String>,
}

impl AttemptRow {
    /// The row of an intent that is about to be sent; the database numbers it.
    pub(crate) fn of(intent: &Intent) -> Self {
        Self {
            id: 0,
            tenant: intent.budget.tenant().to_owned(),
            application: intent.budget.application().to_owned(),
            operation: intent.budget.operation().to_owned(),
            machine: intent.machine.clone(),
            file: intent.file.clone(),
            comment: intent.comment.clone(),
            begun: since_epoch(intent.begun),
            within: intent.within.map(nanoseconds),
            state: "sending".to_owned(),
            detail: None,
        }
    }

    pub(crate) fn entry(self) -> Result<Entry, StateError> {
        let settlement = Settlement::read(&self.state, self.detail)?;
        Ok(Entry {
            id: IntentId::from(self.id),
            intent: Intent {
                budget: BudgetName::new(self.tenant, self.application, self.operation),
                machine: self.machine,
                file: self.file,
                comment: self.comment,
                begun: moment(self.begun),
                within: self.within.map(length),
            },
            settlement,
        })
    }
}

impl Settlement {
    /// Whether nothing else can become of it.
    pub(crate) fn is_final(&self) -> bool {
        !matches!(self, Self::Unknown)
    }

    /// The columns `state` and `detail`.
    pub(crate) fn columns(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Unknown => ("unknown", None),
            Self::Created(action) => ("created", Some(action)),
            Self::Adopted(action) => ("adopted", Some(action)),
            Self::Refused(code) => ("refused", Some(code)),
            Self::NotSent => ("not-sent", None),
        }
    }

    fn read(state: &str, detail: Option<String>) -> Result<Option<Self>, StateError> {
        Ok(match (state, detail) {
            ("sending", None) => None,
            ("unknown", None) => Some(Self::Unknown),
            ("created", Some(action)) => Some(Self::Created(action)),
            ("adopted", Some(action)) => Some(Self::Adopted(action)),
            ("refused", Some(code)) => Some(Self::Refused(code)),
            ("not-sent", None) => Some(Self::NotSent),
            (state, _) => return Err(StateError::damaged(format!("an intent is {state:?}"))),
        })
    }
}

/// Nanoseconds since the Unix epoch; the years 1677 and 2262 are the farthest.
pub(crate) fn since_epoch(moment: SystemTime) -> i64 {
    match moment.duration_since(UNIX_EPOCH) {
        Ok(after) => nanoseconds(after),
        Err(before) => nanoseconds(before.duration()).saturating_neg(),
    }
}

pub(crate) fn nanoseconds(length: Duration) -> i64 {
    i64::try_from(length.as_nanos()).unwrap_or(i64::MAX)
}

fn length(nanoseconds: i64) -> Duration {
    Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(0))
}

fn moment(nanoseconds: i64) -> SystemTime {
    let distance = Duration::from_nanos(nanoseconds.unsigned_abs());
    let moment = if nanoseconds < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    };
    moment.unwrap_or(UNIX_EPOCH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn row_holds_all_that_an_intent_says() {
        let begun = UNIX_EPOCH + Duration::from_nanos(1_700_000_000_123_456_789);
        let budget = BudgetName::new("t", "a", "StopAndQuarantineFile");
        let full = Intent::new(budget.clone(), "m1")
            .file("da39")
            .comment("alert [quell:x]")
            .begun(begun)
            .within(Duration::new(30, 1));
        let bare = Intent::new(budget, "m2").begun(UNIX_EPOCH - Duration::from_secs(1));
        for intent in [full, bare] {
            let entry = AttemptRow::of(&intent).entry().unwrap();
            assert_eq!((entry.intent, entry.settlement), (intent, None));
        }
    }

    #[test]
    fn settlements_are_read_as_they_were_written() {
        let settlements = [
            Settlement::Unknown,
            Settlement::Created("id".to_owned()),
            Settlement::Adopted("id".to_owned()),
            Settlement::Refused("ActiveRequestAlreadyExists".to_owned()),
            Settlement::NotSent,
        ];
        for settlement in settlements {
            let (state, detail) = settlement.columns();
            let read = Settlement::read(state, detail.map(str::to_owned)).unwrap();
            assert_eq!(read, Some(settlement));
        }
        assert!(Settlement::read("created", None).is_err());
        assert!(Settlement::read("gone", None).is_err());
    }
}
