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
use quell_model::{ApiFault, Operation};
use quell_ratelimit::Limiter;
use tokio::time::Instant;
use tracing::Instrument;

use crate::Outcome;
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
        match life.attempt().await {
            Next::Done(response) => {
                let attempts = life.course.attempts();
                return Ok(Answer { response, attempts });
            }
            Next::Again => {}
            Next::AgainAfter { wait, failed } => life.wait(wait, failed).await?,
            Next::Failed(error) => return Err(error),
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
    /// What the service said when it last refused for the rate.
    throttled: Option<ApiFault>,
}

/// What comes after an attempt.
enum Next {
    Done(Response<Bytes>),
    Again,
    /// The error is for the caller if there is no time for the wait.
    AgainAfter {
        wait: Duration,
        failed: Error,
    },
    Failed(Error),
}

impl<'a> Life<'a> {
    fn new(shared: &'a Shared, call: &'a Call, options: CallOptions) -> Result<Self, Error> {
        let misconfigured = || Error::new(ErrorKind::Configuration).of_operation(call.info.name);
        let hosts = &shared.hosts;
        hosts
            .check(call.uri())
            .map_err(|foreign| misconfigured().because(foreign))?;
        let limiter = shared.limiters.of(call.info);
        Ok(Self {
            shared,
            call,
            limiter: limiter.map_err(|error| misconfigured().because(error))?,
            deadline: Deadline::after(options.deadline, Instant::now()),
            course: Course::new(
                call.repetition(),
                shared.retry,
                &shared.budget,
                &shared.jitter,
            ),
            throttled: None,
        })
    }

    /// Makes one attempt and decides what comes next.
    async fn attempt(&mut self) -> Next {
        let number = self.course.attempts().saturating_add(1);
        let attempt = Attempt {
            shared: self.shared,
            call: self.call,
            limiter: &self.limiter,
            deadline: self.deadline,
            number,
        };
        let span = tracing::info_span!("attempt", attempt = number);
        match attempt.make().instrument(span).await {
            Ok(answer) => self.after_answer(answer),
            Err(failure) => self.after_failure(failure),
        }
    }

    fn after_answer(&mut self, answer: Response<Bytes>) -> Next {
        let status = answer.status().as_u16();
        let asked = retry_after(answer.headers(), SystemTime::now());
        let step = self.course.after(Event::Answered(status), asked);
        if step == Step::Accept {
            return Next::Done(answer);
        }
        let refusal = ApiFault::read(status, answer.body());
        if step == Step::SendAgain {
            self.throttled = Some(refusal.clone());
        }
        self.next(step, Error::refused(refusal).with_retry_after(asked))
    }

    fn after_failure(&mut self, failure: Failure) -> Next {
        let step = match &failure {
            Failure::Transport(error) => self.course.after(Event::Failed(error.kind()), None),
            Failure::Abandoned => Step::Stop(self.course.abandoned()),
            Failure::Token(error) if error.may_pass() => {
                self.course.after_missing_token(error.retry_after())
            }
            _ => Step::Stop(Outcome::NotPerformed),
        };
        let error = match (failure, self.throttled.take()) {
            // It is the service's refusal that the limits are waiting out.
            (Failure::Limits { wait }, Some(refusal)) => {
                Error::refused(refusal).with_retry_after(Some(wait))
            }
            (failure, _) => failure.into_error(),
        };
        self.next(step, error)
    }

    fn next(&self, step: Step, error: Error) -> Next {
        let failed = error
            .of_operation(self.call.info.name)
            .with_attempts(self.course.attempts());
        match step {
            Step::Accept | Step::RenewToken | Step::SendAgain => Next::Again,
            Step::SendAgainAfter(wait) => Next::AgainAfter { wait, failed },
            Step::Stop(outcome) => Next::Failed(failed.with_outcome(outcome)),
        }
    }

    async fn wait(&self, wait: Duration, failed: Error) -> Result<(), Error> {
        if !self.deadline.allows(wait, Instant::now()) {
            return Err(failed
                .with_detail("the next attempt would come after the deadline")
                .with_retry_after(Some(wait)));
        }
        let (operation, reason) = (self.call.info.name, WaitReason::Retry);
        self.shared.hooks.before_wait(&Waiting {
            operation,
            reason,
            wait,
        });
        tracing::debug!(?wait, "waiting before the next attempt");
        tokio::time::sleep(wait).await;
        Ok(())
    }
}
