//! Waiting for the end of a machine action.

mod schedule;

use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::time::Duration;

use quell_model::{ActionStatus, MachineAction};
use tokio::time::Instant;

use crate::action::ActionHandle;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::hooks::{WaitReason, Waiting};
use schedule::{Schedule, may_appear};

/// A service that does not answer is waited out for this long.
const LONGEST_OUTAGE: Duration = Duration::from_secs(300);

/// Waits until a machine action has ended; made by [`ActionHandle::wait`], and awaited.
///
/// The action is looked at in growing intervals. Every end is a result, a bad one
/// too: look at its `status`. Without [`within`](Self::within) the wait ends with the
/// action, which the service ends after three days as `TimeOut` if the machine did
/// not come back.
///
/// ```no_run
/// # async fn example(client: quell::Client, id: quell::ActionId) -> Result<(), quell::Error> {
/// use quell::ActionStatus;
/// use std::time::Duration;
///
/// let action = client.action(id).wait().within(Duration::from_secs(600)).await?;
/// assert_eq!(action.status, ActionStatus::Succeeded);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "a wait begins when it is awaited"]
pub struct Wait {
    action: ActionHandle,
    within: Option<Duration>,
    schedule: Schedule,
}

impl Wait {
    pub(crate) fn new(action: ActionHandle) -> Self {
        Self {
            action,
            within: None,
            schedule: Schedule::default(),
        }
    }

    /// Gives up after this long, with an error of kind [`ErrorKind::Timeout`]; the action goes on.
    pub const fn within(mut self, limit: Duration) -> Self {
        self.within = Some(limit);
        self
    }

    /// The shortest interval between two looks, at the beginning, and the longest. The
    /// defaults are half a second and a minute.
    pub const fn intervals(mut self, shortest: Duration, longest: Duration) -> Self {
        self.schedule = Schedule { shortest, longest };
        self
    }

    async fn run(self) -> Result<MachineAction, Error> {
        let begun = Instant::now();
        let deadline = Deadline::after(self.within, begun);
        let mut last_answer = begun;
        loop {
            let looked = self.action.get_by(deadline).await;
            let waited = begun.elapsed();
            let mut pause = self.schedule.interval(waited);
            let seen = match looked {
                Ok(action) if has_ended(&action.status) => return Ok(action),
                Ok(action) => {
                    last_answer = Instant::now();
                    Some(action.status)
                }
                Err(error) if error.kind() == ErrorKind::NotFound && may_appear(waited) => None,
                Err(error) if passes(&error) && last_answer.elapsed() < LONGEST_OUTAGE => {
                    pause = pause.max(error.retry_after().unwrap_or_default());
                    None
                }
                Err(error) => return Err(error),
            };
            if !deadline.allows(pause, Instant::now()) {
                return Err(self.too_long(seen));
            }
            self.pause(pause).await;
        }
    }

    async fn pause(&self, wait: Duration) {
        let operation = ActionHandle::LOOKS_BY.name;
        let waiting = Waiting {
            operation,
            reason: WaitReason::Poll,
            wait,
        };
        self.action.client().hooks().before_wait(&waiting);
        tokio::time::sleep(wait).await;
    }

    fn too_long(&self, seen: Option<ActionStatus>) -> Error {
        let state = seen.map_or_else(
            || "its state is not known".to_owned(),
            |status| {
                format!(
                    "the action goes on and is {}",
                    crate::error::one_line(status.as_str())
                )
            },
        );
        Error::new(ErrorKind::Timeout)
            .of_operation(ActionHandle::LOOKS_BY.name)
            .with_detail(state)
    }
}

impl IntoFuture for Wait {
    type Output = Result<MachineAction, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// A status that this version does not know is no end: the service may have new ones on the way.
const fn has_ended(status: &ActionStatus) -> bool {
    use ActionStatus::{Cancelled, Failed, Succeeded, TimeOut};
    matches!(status, Succeeded | Failed | Cancelled | TimeOut)
}

/// Failures that say nothing about the action and may be gone at the next look.
fn passes(error: &Error) -> bool {
    use ErrorKind::{RateLimited, Timeout, Transport, Unavailable};
    matches!(
        error.kind(),
        Transport | Timeout | Unavailable | RateLimited
    )
}
