//! Waiting for the end of a machine action.

mod schedule;

use std::future::{Future, IntoFuture};
use std::ops::ControlFlow;
use std::pin::Pin;
use std::time::Duration;

use quell_model::{ActionStatus, MachineAction};
use tokio::time::Instant;

use crate::action::ActionHandle;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind, one_line};
use crate::hooks::{Hooks as _, WaitReason, Waiting};
use crate::outage::Outage;
use schedule::{Schedule, may_appear};

/// Who looks more often than this only spends the limits.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(50);

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
    /// defaults are half a second and a minute; no interval is shorter than 50 ms.
    pub fn intervals(mut self, shortest: Duration, longest: Duration) -> Self {
        self.schedule = Schedule {
            shortest: shortest.max(SHORTEST_INTERVAL),
            longest,
        };
        self
    }

    async fn run(self) -> Result<MachineAction, Error> {
        let mut watch = Watch::begin(Instant::now());
        let deadline = Deadline::after(self.within, watch.begun);
        loop {
            let looked = self.action.get_by(deadline).await;
            let asked = match watch.judge(looked, Instant::now()) {
                ControlFlow::Break(end) => return end,
                ControlFlow::Continue(asked) => asked,
            };
            let now = Instant::now();
            let left = deadline.remaining(now);
            match self.schedule.pause(now - watch.begun, asked, left) {
                Some(pause) => self.pause(pause).await,
                None => return Err(watch.too_long()),
            }
        }
    }

    async fn pause(&self, wait: Duration) {
        let (operation, reason) = (ActionHandle::LOOKS_BY.name, WaitReason::Poll);
        let hooks = self.action.client().hooks();
        hooks.before_wait(&Waiting {
            operation,
            reason,
            wait,
        });
        tokio::time::sleep(wait).await;
    }
}

impl IntoFuture for Wait {
    type Output = Result<MachineAction, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

/// What was seen of the action so far.
struct Watch {
    begun: Instant,
    outage: Outage,
    status: Option<ActionStatus>,
    /// What the newest look came to, if it was no answer.
    failure: Option<Error>,
}

impl Watch {
    fn begin(now: Instant) -> Self {
        Self {
            begun: now,
            outage: Outage::default(),
            status: None,
            failure: None,
        }
    }

    /// What one look means: the end of the wait, or another look, after this long at least.
    fn judge(
        &mut self,
        looked: Result<MachineAction, Error>,
        now: Instant,
    ) -> ControlFlow<Result<MachineAction, Error>, Duration> {
        match looked {
            Ok(action) if action.status.is_final() => ControlFlow::Break(Ok(action)),
            Ok(action) => {
                self.outage.end();
                self.status = Some(action.status);
                self.failure = None;
                ControlFlow::Continue(Duration::ZERO)
            }
            Err(error) if self.passes(&error, now) => {
                let pause = error.retry_after().unwrap_or_default();
                self.failure = Some(error);
                ControlFlow::Continue(pause)
            }
            Err(error) => ControlFlow::Break(Err(error)),
        }
    }

    /// Whether a failure says nothing about the action and may be gone at the next look.
    fn passes(&mut self, error: &Error, now: Instant) -> bool {
        match error.kind() {
            ErrorKind::NotFound => self.status.is_none() && may_appear(now - self.begun),
            _ => self.outage.is_sat_out(error, now),
        }
    }

    fn too_long(self) -> Error {
        let status = self.status.as_ref().map(|status| one_line(status.as_str()));
        let state = match (status, &self.failure) {
            (Some(status), None) => format!("the action goes on and is {status}"),
            (Some(status), Some(_)) => {
                format!(
                    "the action was {status} when it was seen last, and the service has not answered since"
                )
            }
            (None, _) => "the action was not seen".to_owned(),
        };
        let error = Error::new(ErrorKind::Timeout)
            .of_operation(ActionHandle::LOOKS_BY.name)
            .with_detail(state);
        match self.failure {
            Some(failure) => error.because(failure),
            None => error,
        }
    }
}
