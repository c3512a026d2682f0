use std::fmt::{self, Debug};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use quell_ratelimit::{BudgetName, PermitId, Policy, Priority, PushBack, Turn};

use crate::StateError;

/// A call that changes something and is about to be sent: enough to find its effect if the answer is
/// lost.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Intent {
    /// Whose call it is, and which operation.
    pub budget: BudgetName,
    /// What it is done to, as the call names it.
    pub machine: String,
    /// The file that it is about, if it is about one.
    pub file: Option<String>,
    /// The comment that is sent with it, with the tag by which it is known as ours.
    pub comment: String,
    /// When its first byte was about to leave, by the caller's clock.
    pub begun: SystemTime,
    /// How long after that it is given up at the latest; `None` if it has no deadline.
    pub within: Option<Duration>,
}

impl Intent {
    /// A call of this budget's operation on a machine, begun now.
    #[must_use]
    pub fn new(budget: BudgetName, machine: impl Into<String>) -> Self {
        Self {
            budget,
            machine: machine.into(),
            file: None,
            comment: String::new(),
            begun: SystemTime::now(),
            within: None,
        }
    }

    /// The file that it is about.
    #[must_use]
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// The comment that is sent with it.
    #[must_use]
    pub fn comment(mut self, comment: impl Into<String>) -> Self {
        self.comment = comment.into();
        self
    }

    /// When its first byte was about to leave, where that is not now.
    #[must_use]
    pub fn begun(mut self, begun: SystemTime) -> Self {
        self.begun = begun;
        self
    }

    /// How long after it began it is given up at the latest.
    #[must_use]
    pub fn within(mut self, within: Duration) -> Self {
        self.within = Some(within);
        self
    }
}

/// Names an intent within its journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntentId(i64);

impl From<i64> for IntentId {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl From<IntentId> for i64 {
    fn from(id: IntentId) -> Self {
        id.0
    }
}

impl fmt::Display for IntentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What became of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settlement {
    /// The answer was lost: it may have been done. The intent stays open until it is known.
    Unknown,
    /// The service made this action for it.
    Created(String),
    /// The service had this action already, or it was found afterwards.
    Adopted(String),
    /// The service refused it with this code, and did nothing.
    Refused(String),
    /// It was proved never to have reached the service.
    NotSent,
}

/// What a journal knows of one intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub id: IntentId,
    /// What was about to be sent.
    pub intent: Intent,
    /// What became of it; `None` while it is being sent, and for ever if its process was killed then.
    pub settlement: Option<Settlement>,
}

/// Which entries to list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    pub(crate) budget: Option<BudgetName>,
    pub(crate) begun_before: Option<SystemTime>,
}

impl Filter {
    /// All that are open.
    #[must_use]
    pub fn open() -> Self {
        Self::default()
    }

    /// Those of this budget.
    #[must_use]
    pub fn of(mut self, budget: BudgetName) -> Self {
        self.budget = Some(budget);
        self
    }

    /// Those begun before this: of younger ones another process may still await the answer.
    #[must_use]
    pub fn begun_before(mut self, moment: SystemTime) -> Self {
        self.begun_before = Some(moment);
        self
    }
}

/// Where intents are written down, durably, before their bytes leave.
///
/// Settled intents are deleted 30 days after they were settled, open ones never.
#[async_trait]
pub trait Journal: Debug + Send + Sync + 'static {
    /// Writes an intent down. It survives a loss of power once this returns.
    ///
    /// # Errors
    /// [`StateError`]: nothing may be sent.
    async fn intend(&self, intent: Intent) -> Result<IntentId, StateError>;

    /// Notes what became of an intent. The first settlement other than
    /// [`Unknown`](Settlement::Unknown) stands; later ones change nothing.
    ///
    /// # Errors
    /// [`StateError::UnknownIntent`], or another: then the intent stays open.
    async fn settle(&self, id: IntentId, settlement: Settlement) -> Result<(), StateError>;

    /// What was about to be sent and of which it is not known what became of it, oldest first.
    ///
    /// # Errors
    /// [`StateError`].
    async fn open_intents(&self, filter: Filter) -> Result<Vec<Entry>, StateError>;

    /// One intent, settled or not; `None` if it was never written or is forgotten.
    ///
    /// # Errors
    /// [`StateError`].
    async fn entry(&self, id: IntentId) -> Result<Option<Entry>, StateError>;
}

/// Permits and intents of one database, taken and brought back together: one transaction, one sync
/// of the disk, and no crash between the two.
#[async_trait]
pub trait Attempts: Journal + quell_ratelimit::Budgets {
    /// Takes a permit of the intent's budget, marks it as sent and writes the intent down; or says
    /// what to wait for and writes nothing down. The call is given up after `timeout`.
    ///
    /// # Errors
    /// [`StateError`]: nothing may be sent.
    async fn begin(
        &self,
        intent: Intent,
        policy: &Policy,
        priority: Priority,
        timeout: Duration,
    ) -> Result<Begun, StateError>;

    /// Records the response for the permit's budget and what became of the intent.
    ///
    /// # Errors
    /// [`StateError`]: the call counts until its deadline and grace, and the intent stays open.
    async fn end(
        &self,
        attempt: Attempt,
        policy: &Policy,
        push_back: Option<PushBack>,
        settlement: Settlement,
    ) -> Result<(), StateError>;
}

/// The answer to [`Attempts::begin`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// Go.
    Sending(Attempt),
    /// Not now; never [`Turn::Granted`].
    Wait(Turn),
}

#[cfg(any(feature = "sqlite", feature = "postgres"))]
impl Begun {
    /// From what was decided: only a permit has an intent written down for it.
    pub(crate) fn of(budget: BudgetName, decided: (Turn, Option<IntentId>)) -> Self {
        match decided {
            (Turn::Granted(permit), Some(intent)) => Self::Sending(Attempt {
                budget,
                permit,
                intent,
            }),
            (turn, _) => Self::Wait(turn),
        }
    }
}

/// A permit that was sent and the intent that it was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The budget of the permit.
    pub budget: BudgetName,
    /// The permit.
    pub permit: PermitId,
    /// The intent.
    pub intent: IntentId,
}

/// One thing to write into the journal.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
#[derive(Debug, Clone)]
pub(crate) enum Entering {
    Intent(Intent),
    Settlement(IntentId, Settlement),
}
