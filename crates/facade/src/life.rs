//! The life of a request, always in this order:
//!
//! 1. **encode**: the operation becomes a request for the configured host;
//! 2. **host policy**: a request for any other host ends here;
//! 3. *loop*:
//!    1. **host**: if there is a choice among several, it is made when the permit is there;
//!    2. **token**: the one in hand, or a new one;
//!    3. **permit**: from the operation's limiter, in the order of asking;
//!    4. **send**: nothing is awaited between permit and bytes but the stores that
//!       keep the permit and the intent; [`Hooks::before_send`](crate::Hooks::before_send) looks on;
//!    5. **classify**: the permit goes back with what the service said about its
//!       limits; [`Hooks::after_attempt`](crate::Hooks::after_attempt) looks on;
//!    6. **decide**: by the [table](crate::retry); if there is a wait,
//!       [`Hooks::before_wait`](crate::Hooks::before_wait) looks on;
//! 4. **decode**: the answer becomes a value, and
//!    [`Hooks::after_call`](crate::Hooks::after_call) looks on.
//!
//! Every wait is measured against the call's deadline first: one that would pass it
//! fails at once. A store, a journal or a token endpoint that does not answer is given up at the
//! deadline, with nothing sent; once there is an answer, none of them keeps it back for long.

mod attempt;
mod failure;

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::Response;
use quell_model::{ApiFault, Operation, Timestamp};
use quell_ratelimit::Limiter;
use tokio::time::Instant;
use tracing::Instrument;

use crate::Outcome;
use crate::call::Call;
use crate::deadline::Deadline;
use crate::error::{Error, ErrorKind};
use crate::hooks::{Done, Hooks as _, WaitReason, Waiting};
use crate::limits::NoLimiter;
use crate::options::{CallOptions, CorrelationId};
use crate::push_back::retry_after;
use crate::retry::{Course, Event, Step, done};
use crate::shared::Shared;
use crate::skew;
use attempt::Attempt;
pub(crate) use attempt::BOOKKEEPING;
use failure::Failure;
pub(crate) use failure::no_token;

/// What a call brought.
#[derive(Debug)]
pub(crate) struct Reply<T> {
    pub(crate) value: T,
    /// When the service wrote it, by its own clock.
    pub(crate) date: Option<Timestamp>,
}

/// Makes the call and reads its answer.
pub(crate) async fn perform<O: Operation>(
    shared: &Shared,
    call: &Call,
    options: &CallOptions,
) -> Result<Reply<O::Output>, Error> {
    let span = tracing::info_span!(
        "quell",
        operation = call.info.name,
        machine = call.subject.machine.as_deref(),
        action = call.subject.action.as_deref(),
        correlation_id = options.correlation_id.as_ref().map(CorrelationId::as_str),
    );
    let begun = Instant::now();
    let deadline = Deadline::after(options.deadline, begun);
    let answer = exchange(shared, call, options, deadline)
        .instrument(span)
        .await;
    let attempts = match &answer {
        Ok(answer) => answer.attempts,
        Err(error) => error.attempts(),
    };
    let reply = answer.and_then(|answer| read::<O>(call, &answer));
    shared.hooks.after_call(&Done {
        operation: call.info.name,
        attempts,
        result: reply
            .as_ref()
            .map(|_| ())
            .map_err(|error| (error.kind(), error.outcome())),
        took: begun.elapsed(),
    });
    reply.map_err(|error| error.with_correlation_id(options.correlation_id.clone()))
}

fn read<O: Operation>(call: &Call, answer: &Answer) -> Result<Reply<O::Output>, Error> {
    let response = &answer.response;
    let value = O::decode(response.status().as_u16(), response.body()).map_err(|error| {
        Error::new(ErrorKind::Decode)
            .of_operation(call.info.name)
            .with_attempts(answer.attempts)
            .with_outcome(done(call.repetition()))
            .because(error)
    })?;
    let date = skew::date(response.headers());
    Ok(Reply { value, date })
}

/// A successful answer.
struct Answer {
    response: Response<Bytes>,
    attempts: u32,
}

async fn exchange(
    shared: &Shared,
    call: &Call,
    options: &CallOptions,
    deadline: Deadline,
) -> Result<Answer, Error> {
    let mut life = Life::new(shared, call, options, deadline).await?;
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
    options: &'a CallOptions,
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
    async fn new(
        shared: &'a Shared,
        call: &'a Call,
        options: &'a CallOptions,
        deadline: Deadline,
    ) -> Result<Self, Error> {
        let misconfigured = || Error::new(ErrorKind::Configuration).of_operation(call.info.name);
        shared
            .route
            .check(call.uri())
            .map_err(|foreign| misconfigured().because(foreign))?;
        let failed = |failure: Failure| failure.into_error().of_operation(call.info.name);
        let limiter = deadline
            .bound(shared.limiters.of(call.info))
            .await
            .map_err(|_| failed(Failure::TooLate))?
            .map_err(|error| match error {
                NoLimiter::Quota(error) => misconfigured().because(error),
                NoLimiter::Store(error) => failed(Failure::Store(error)),
            })?;
        Ok(Self {
            shared,
            call,
            options,
            limiter: limiter.with_priority(options.priority),
            deadline,
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
            options: self.options,
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
        let (status, now) = (answer.status().as_u16(), SystemTime::now());
        self.shared.clock.hear(answer.headers(), now);
        let refused = !answer.status().is_success();
        let asked = refused
            .then(|| retry_after(answer.headers(), now))
            .flatten();
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
