//! One error for every call, and what it tells.

mod kind;
mod one_line;

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

pub use kind::ErrorKind;
pub(crate) use one_line::one_line;

use quell_model::{ActionId, ApiFault, ErrorCode};

use crate::journal::{Intent, Written};
use crate::{CorrelationId, Outcome};

/// Why a call did not bring its result, and whether it had an effect nevertheless.
///
/// It prints as one line without secrets; the causes follow by
/// [`source`](StdError::source), and neither repeats the other.
///
/// ```no_run
/// # async fn example(client: quell::Client) {
/// use quell::Outcome;
///
/// let machine = client.machine("host.example.org");
/// match machine.stop_and_quarantine_file("5382f7ea6c6ffb9d63cd9c0a7d6d0b8b6ce5c4a1", "alert 7").await {
///     Ok(action) => println!("{action:?}"),
///     Err(error) if error.outcome() == Outcome::Unknown => {
///         // Look at `client.actions()` before asking again.
///     }
///     Err(error) => eprintln!("{error}"),
/// }
/// # }
/// ```
pub struct Error(Box<Inner>);

/// What is known when a call fails. Most of it is known only sometimes.
#[derive(Debug)]
pub(crate) struct Inner {
    pub(crate) kind: ErrorKind,
    pub(crate) outcome: Outcome,
    pub(crate) operation: Option<&'static str>,
    pub(crate) attempts: u32,
    pub(crate) refusal: Option<ApiFault>,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) detail: Option<String>,
    pub(crate) correlation_id: Option<CorrelationId>,
    pub(crate) blocking: Option<ActionId>,
    pub(crate) written: Option<Written>,
    pub(crate) source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error before anything was sent.
    pub(crate) fn new(kind: ErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            outcome: Outcome::NotPerformed,
            operation: None,
            attempts: 0,
            refusal: None,
            retry_after: None,
            detail: None,
            correlation_id: None,
            blocking: None,
            written: None,
            source: None,
        }))
    }

    /// The service refused.
    pub(crate) fn refused(refusal: ApiFault) -> Self {
        Self::new(ErrorKind::of_refusal(&refusal)).with_refusal(refusal)
    }

    pub(crate) fn because(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = outcome;
        self
    }

    pub(crate) fn of_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    pub(crate) fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    pub(crate) fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.0.retry_after = wait;
        self
    }

    pub(crate) fn with_refusal(mut self, refusal: ApiFault) -> Self {
        self.0.refusal = Some(refusal);
        self
    }

    pub(crate) fn with_correlation_id(mut self, id: Option<CorrelationId>) -> Self {
        self.0.correlation_id = id;
        self
    }

    pub(crate) fn with_blocking(mut self, action: ActionId) -> Self {
        self.0.blocking = Some(action);
        self
    }

    pub(crate) fn with_intent(mut self, written: Written) -> Self {
        self.0.written = Some(written);
        self
    }

    pub(crate) fn written(&self) -> Option<Written> {
        self.0.written.clone()
    }

    /// Whether the service refused because the like action is open already.
    pub(crate) fn is_already_active(&self) -> bool {
        self.0
            .refusal
            .as_ref()
            .is_some_and(ApiFault::is_already_active)
    }

    /// What sort of failure it is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Whether the service did what was asked.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// The operation's name in the API's words, if the call came that far.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// How many requests were handed to the transport for this call.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// The HTTP status of the refusal.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.refusal.as_ref().map(|refusal| refusal.status)
    }

    /// The service's code, such as `ResourceNotFound`; on this decide, not on the message.
    #[must_use]
    pub fn service_code(&self) -> Option<&ErrorCode> {
        self.0.refusal.as_ref()?.code.as_ref()
    }

    /// The service's message, as one line of plain text; it may change at any time.
    #[must_use]
    pub fn service_message(&self) -> Option<&str> {
        let message = self.0.refusal.as_ref()?.message.as_str();
        (!message.is_empty()).then_some(message)
    }

    /// The service's correlation id, for a support request.
    #[must_use]
    pub fn service_target(&self) -> Option<&str> {
        self.0.refusal.as_ref()?.target.as_deref()
    }

    /// The caller's own name for the call, if it was given one.
    #[must_use]
    pub fn correlation_id(&self) -> Option<&CorrelationId> {
        self.0.correlation_id.as_ref()
    }

    /// The open action that must end before this request can be taken, where it is known.
    #[must_use]
    pub fn blocked_by(&self) -> Option<&ActionId> {
        self.0.blocking.as_ref()
    }

    /// What was asked for, if the service may have done it:
    /// [`Client::reconcile`](crate::Client::reconcile) finds out.
    #[must_use]
    pub fn intent(&self) -> Option<&Intent> {
        self.0.written.as_ref().map(Written::intent)
    }

    /// How long to wait at least before asking again, where that is known.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(operation) = self.0.operation {
            write!(f, "{operation}: ")?;
        }
        match &self.0.refusal {
            Some(refusal) => write!(f, "{refusal}")?,
            None => f.write_str(self.0.kind.sentence())?,
        }
        if let Some(detail) = &self.0.detail {
            write!(f, "; {detail}")?;
        }
        if let Some(wait) = self.0.retry_after {
            write!(f, "; possible again in {} s", whole_seconds(wait))?;
        }
        match self.0.outcome {
            Outcome::NotPerformed => {}
            Outcome::Performed => f.write_str("; it was performed")?,
            Outcome::Unknown => f.write_str("; whether it was performed is unknown")?,
        }
        match &self.0.correlation_id {
            Some(id) => write!(f, "; correlation id {id}"),
            None => Ok(()),
        }
    }
}

/// Whoever waits this many seconds has waited long enough.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_secs()
        .saturating_add(u64::from(wait.subsec_nanos() > 0))
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Error")
            .field("kind", &self.0.kind)
            .field("outcome", &self.0.outcome)
            .field("operation", &self.0.operation)
            .field("attempts", &self.0.attempts)
            .field("refusal", &self.0.refusal)
            .field("retry_after", &self.0.retry_after)
            .field("detail", &self.0.detail)
            .field("correlation_id", &self.0.correlation_id)
            .field("blocked_by", &self.0.blocking)
            .field("intent", &self.intent())
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0
            .source
            .as_deref()
            .map(|source| source as &(dyn StdError + 'static))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal() -> ApiFault {
        ApiFault::new(
            404,
            ErrorCode::from("ResourceNotFound"),
            "Machine 7 was\r\nnot found",
        )
    }

    #[test]
    fn an_error_is_one_pointer_wide() {
        assert_eq!(size_of::<Error>(), size_of::<usize>());
        assert_eq!(size_of::<Result<(), Error>>(), size_of::<usize>());
    }

    #[test]
    fn a_refusal_prints_as_one_line() {
        let error = Error::refused(refusal()).of_operation("StopAndQuarantineFile");
        assert_eq!(
            error.to_string(),
            "StopAndQuarantineFile: the service answered 404 ResourceNotFound: Machine 7 was not found"
        );
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert_eq!(error.service_message(), Some("Machine 7 was not found"));
    }

    #[test]
    fn an_unknown_outcome_is_said_and_the_cause_left_to_the_source() {
        let error = Error::new(ErrorKind::Transport)
            .of_operation("StopAndQuarantineFile")
            .because("connection reset")
            .with_outcome(Outcome::Unknown);
        assert_eq!(
            error.to_string(),
            "StopAndQuarantineFile: there was no answer; whether it was performed is unknown"
        );
        assert_eq!(error.source().unwrap().to_string(), "connection reset");
    }

    #[test]
    fn a_wait_is_rounded_up() {
        let error = Error::new(ErrorKind::RateLimited)
            .with_retry_after(Some(Duration::from_millis(59_050)));
        assert!(
            error.to_string().ends_with("; possible again in 60 s"),
            "{error}"
        );
    }
}
