//! The life of a request, always in this order:
//!
//! 1. **encode**: the operation becomes a request for the configured host;
//! 2. **host policy**: a request for any other host ends here;
//! 3. *loop*:
//!    1. **token**: the one in hand, or a new one;
//!    2. **permit**: from the operation's limiter, in the order of asking;
//!    3. **send**: nothing is awaited between permit and bytes but the store that
//!       keeps the permit; [`Hooks::before_send`](crate::Hooks::before_send) looks on;
//!    4. **classify**: the permit goes back with what the service said about its
//!       limits; [`Hooks::after_attempt`](crate::Hooks::after_attempt) looks on;
//!    5. **decide**: by the [table](crate::retry); if there is a wait,
//!       [`Hooks::before_wait`](crate::Hooks::before_wait) looks on;
//! 4. **decode**: the answer becomes a value.
//!
//! Every wait is measured against the call's deadline first: one that would pass it
//! fails at once.

mod attempt;
mod failure;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Response;
use quell_model::Operation;
use quell_ratelimit::Limiter;
use tokio::time::Instant;
use tracing::Instrument;

use crate::call::Call;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::hooks::{WaitReason, Waiting};
use crate::push_back::retry_after;
use crate::retry::{Course, Event, Step, done};
use crate::shared::Shared;
use attempt::Attempt;
use failure::Failure;

/// What a caller may say about one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallOptions {
    pub(crate) deadline: Option<Duration>,
}

/// Makes the call and reads its answer.
pub(crate) async fn perform<O: Operation>(
    shared: &Shared,
    call: &Call,
    options: CallOptions,
) -> Result<O::Output, Error> {
    let span = tracing::info_span!(
        "quell",
        operation = call.info.name,
        machine = call.subject.machine.as_deref(),
        action = call.subject.action.as_deref(),
    );
    let answer = exchange(shared, call, options).instrument(span).await?;
    O::decode(answer.response.status().as_u16(), answer.response.body()).map_err(|error| {
        Error::new(ErrorKind::Decode)
            .of_operation(call.info.name)
            .with_attempts(answer.attempts)
            .with_outcome(done(call.repetition()))
            .because(error)
    })
}

/// A successful answer.
struct Answer {
    response: Response<Bytes>,
    attempts: u32,
}

async fn exchange(shared: &Shared, call: &Call, options: CallOptions) -> Result<Answer, Error> {
    let mut life = Life::new(shared, call, options)?;
    loop {
        match life.attempt().await? {
            Step::Accept => return life.accepted(),
            Step::RenewToken | Step::SendAgain => {}
            Step::SendAgainAfter(wait) => life.wait(wait).await?,
            Step::Stop(outcome) => return Err(life.error().with_outcome(outcome)),
        }
    }
}

/// One call, from its first attempt to its last.
struct Life<'a> {
    shared: &'a Shared,
    call: &'a Call,
    limiter: Limiter,
    deadline: Deadline,
    course: Course<'a>,
    last: Option<Result<Response<Bytes>, Failure>>,
}

impl<'a> Life<'a> {
    fn new(shared: &'a Shared, call: &'a Call, options: CallOptions) -> Result<Self, Error> {
        let operation = call.info.name;
        let misconfigured = || Error::new(ErrorKind::Configuration).of_operation(operation);
        shared
            .hosts
            .check(call.uri())
            .map_err(|foreign| misconfigured().because(foreign))?;
        Ok(Self {
            shared,
            call,
            limiter: shared
                .limiters
                .of(call.info)
                .map_err(|error| misconfigured().because(error))?,
            deadline: Deadline::after(options.deadline, Instant::now()),
            course: Course::new(
                call.repetition(),
                shared.retry,
                &shared.budget,
                &shared.jitter,
            ),
            last: None,
        })
    }

    /// Makes one attempt and decides what comes next.
    async fn attempt(&mut self) -> Result<Step, Error> {
        let number = self.course.attempts().saturating_add(1);
        let span = tracing::info_span!("attempt", attempt = number);
        let attempt = Attempt {
            shared: self.shared,
            call: self.call,
            limiter: &self.limiter,
            deadline: self.deadline,
            number,
        };
        let result = attempt.make().instrument(span).await;
        let step = match &result {
            Ok(answer) => self
                .course
                .after(Event::Answered(answer.status().as_u16()), hint(answer)),
            Err(Failure::Transport(error)) => self.course.after(Event::Failed(error.kind()), None),
            Err(Failure::Token(error)) if error.may_pass() => {
                self.course.after_missing_token(error.retry_after())
            }
            Err(Failure::Abandoned) => Step::Stop(self.course.abandoned()),
            Err(_) => Step::Stop(crate::Outcome::NotPerformed),
        };
        // What the limits say comes on top of why the attempt before it failed.
        match result {
            Err(Failure::Limits { wait }) => return Err(self.no_permit(wait)),
            result => self.last = Some(result),
        }
        Ok(step)
    }

    fn accepted(self) -> Result<Answer, Error> {
        let attempts = self.course.attempts();
        match self.last {
            Some(Ok(response)) => Ok(Answer { response, attempts }),
            _ => Err(Error::new(ErrorKind::Service).of_operation(self.call.info.name)),
        }
    }

    async fn wait(&mut self, wait: Duration) -> Result<(), Error> {
        if !self.deadline.allows(wait, Instant::now()) {
            return Err(self
                .error()
                .with_detail("the next attempt would come after the deadline")
                .with_retry_after(Some(wait)));
        }
        let operation = self.call.info.name;
        self.shared.hooks.before_wait(&Waiting {
            operation,
            reason: WaitReason::Retry,
            wait,
        });
        tracing::debug!(?wait, "waiting before the next attempt");
        tokio::time::sleep(wait).await;
        Ok(())
    }

    /// The error that the last attempt leads to.
    fn error(&mut self) -> Error {
        let error = match self.last.take() {
            None => Error::new(ErrorKind::Service),
            Some(Ok(answer)) => {
                Error::refused(failure::read(&answer)).with_retry_after(hint(&answer))
            }
            Some(Err(failure)) => failure.into_error(),
        };
        error
            .of_operation(self.call.info.name)
            .with_attempts(self.course.attempts())
    }

    /// The limits have no room in time. What the service refused before is still worth telling.
    fn no_permit(&self, wait: Duration) -> Error {
        let limited = Error::new(ErrorKind::RateLimited)
            .of_operation(self.call.info.name)
            .with_attempts(self.course.attempts())
            .with_retry_after(Some(wait));
        match &self.last {
            Some(Ok(answer)) => limited.with_refusal(failure::read(answer)),
            _ => limited,
        }
    }
}

/// The wait that an answer asks for.
fn hint(answer: &Response<Bytes>) -> Option<Duration> {
    retry_after(answer.headers(), SystemTime::now())
}
