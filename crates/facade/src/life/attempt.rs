use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header};
use quell_model::ApiFault;
use quell_ratelimit::{AcquireError, Limiter, Permit, SentPermit, StoreError};
use quell_transport::{Reach, TransportError, TransportErrorKind};
use tokio::time::Instant;

use super::failure::Failure;
use crate::auth::Held;
use crate::call::Call;
use crate::deadline::Deadline;
use crate::hooks::{Ended, Hooks as _, Sending, WaitReason, Waiting};
use crate::options::{self, CallOptions, CorrelationId};
use crate::push_back::{exhausted, push_back};
use crate::route::{Met, Way};
use crate::shared::Shared;

/// No attempt is waited for longer than this, whatever the transport's own limits are.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(120);

/// An answer is kept from its caller for no longer than this by a store that does not answer.
pub(crate) const BOOKKEEPING: Duration = Duration::from_secs(5);

/// One turn of the loop up to the answer: token, permit, send, and the permit's return.
pub(super) struct Attempt<'a> {
    pub(super) shared: &'a Shared,
    pub(super) call: &'a Call,
    pub(super) limiter: &'a Limiter,
    pub(super) options: &'a CallOptions,
    pub(super) deadline: Deadline,
    pub(super) number: u32,
}

/// All that the bytes waited for.
struct Ready {
    way: Way,
    token: Held,
    request: Request<Bytes>,
    sent: SentPermit,
}

impl Attempt<'_> {
    pub(super) async fn make(&self) -> Result<Response<Bytes>, Failure> {
        let preparing = self.deadline.bound(self.prepare());
        let ready = preparing.await.map_err(|_| Failure::TooLate)??;
        let (way, token) = (ready.way, ready.token);
        let request = self.address(ready.request, &token);

        let limit = self.time_for_attempt();
        let begun = Instant::now();
        let sending = self.shared.transport.send(request);
        let result = match tokio::time::timeout_at(begun + limit, sending).await {
            Ok(Ok(answer)) => Ok(without_token(answer, &token)),
            Ok(Err(error)) => Err(Failure::Transport(error)),
            Err(_) => Err(self.given_up()),
        };
        let (met, took) = (met(&result), begun.elapsed());
        way.report(met, took);
        self.observe(met, took);
        self.settle(ready.sent, &result).await;
        if matches!(&result, Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED) {
            self.shared.tokens.reject(&token);
        }
        result
    }

    /// Everything up to the bytes. Giving it up half-way sends nothing.
    async fn prepare(&self) -> Result<Ready, Failure> {
        self.shared.route.survey().await;
        let (token, permit) = self.token_and_permit().await?;
        let way = self.shared.route.way();
        let uri = way.lead(self.call.uri()).map_err(Failure::Target)?;
        let request = self.call.request(uri).map_err(Failure::Request)?;
        self.write_down().await?;
        let limit = self.time_for_attempt();
        if limit.is_zero() {
            return Err(Failure::TooLate);
        }
        let sent = permit.sent(limit).await.map_err(Failure::Store)?;
        Ok(Ready {
            way,
            token,
            request,
            sent,
        })
    }

    /// A token that is still valid when the permit comes, however long that took.
    async fn token_and_permit(&self) -> Result<(Held, Permit), Failure> {
        let token = self.token().await?;
        let permit = self.permit().await?;
        if token.is_valid(Instant::now()) {
            return Ok((token, permit));
        }
        // Refunded, so that nobody waits for a permit that waits for a token.
        drop(permit);
        Ok((self.token().await?, self.permit().await?))
    }

    async fn token(&self) -> Result<Held, Failure> {
        let getting = self.shared.tokens.get_for(self.call.info);
        getting.await.map_err(Failure::Token)
    }

    async fn permit(&self) -> Result<Permit, Failure> {
        match self.limiter.try_acquire().await {
            Err(AcquireError::TooLong { wait }) => self.permit_after(wait).await,
            other => other.map_err(no_permit),
        }
    }

    async fn permit_after(&self, wait: Duration) -> Result<Permit, Failure> {
        if !self.deadline.allows(wait, Instant::now()) {
            return Err(Failure::Limits { wait });
        }
        let operation = self.call.info.name;
        self.shared.hooks.before_wait(&Waiting {
            operation,
            reason: WaitReason::Limits,
            wait,
        });
        tracing::debug!(?wait, "waiting for the limits");
        match self.deadline.remaining(Instant::now()) {
            Some(left) => self.limiter.acquire_within(left).await.map_err(no_permit),
            None => self.limiter.acquire().await.map_err(Failure::Store),
        }
    }

    /// An action is written down before its bytes leave, once for all attempts.
    async fn write_down(&self) -> Result<(), Failure> {
        match &self.call.entry {
            Some(entry) => entry.write().await.map_err(Failure::Journal),
            None => Ok(()),
        }
    }

    /// Adds what is not the operation's: the caller's name for the call, what hooks add, the token.
    fn address(&self, mut request: Request<Bytes>, token: &Held) -> Request<Bytes> {
        let headers: &mut HeaderMap = request.headers_mut();
        let sending = Sending {
            operation: self.call.info.name,
            attempt: self.number,
        };
        if let Some(id) = self
            .options
            .correlation_id
            .as_ref()
            .and_then(CorrelationId::header)
        {
            headers.insert(options::CORRELATION, id);
        }
        self.shared.hooks.before_send(&sending, headers);
        headers.remove(header::HOST);
        headers.insert(header::AUTHORIZATION, token.token().header().clone());
        request
    }

    fn time_for_attempt(&self) -> Duration {
        let left = self.deadline.remaining(Instant::now());
        left.map_or(LONGEST_ATTEMPT, |left| left.min(LONGEST_ATTEMPT))
    }

    /// Nobody waits any longer: because the caller said so, or because no answer takes this long.
    fn given_up(&self) -> Failure {
        match self.deadline.remaining(Instant::now()) {
            Some(left) if left.is_zero() => Failure::Abandoned,
            _ => Failure::Transport(TransportError::new(TransportErrorKind::Timeout)),
        }
    }

    fn observe(&self, met: Met, took: Duration) {
        let result = met.map(|status| status.as_u16());
        match result {
            Ok(status) => tracing::debug!(status, ?took, "answered"),
            Err(failure) => tracing::debug!(?failure, ?took, "not answered"),
        }
        let (operation, attempt) = (self.call.info.name, self.number);
        self.shared.hooks.after_attempt(&Ended {
            operation,
            attempt,
            result,
            took,
        });
    }

    /// Brings the permit back. A call that may still arrive keeps it until that is past.
    async fn settle(&self, sent: SentPermit, result: &Result<Response<Bytes>, Failure>) {
        let settling = self.bring_back(sent, result);
        let settled = match tokio::time::timeout(BOOKKEEPING, settling).await {
            Ok(settled) => settled,
            Err(late) => Err(StoreError::new(late)),
        };
        if let Err(error) = settled {
            // The call then counts for longer than it must, which harms nobody.
            tracing::warn!(error = %error, "the permit could not be returned");
        }
    }

    async fn bring_back(
        &self,
        sent: SentPermit,
        result: &Result<Response<Bytes>, Failure>,
    ) -> Result<(), StoreError> {
        match result {
            Ok(answer) if answer.status() == StatusCode::TOO_MANY_REQUESTS => {
                let refusal = ApiFault::read(answer.status().as_u16(), answer.body());
                let said = push_back(answer.headers(), &refusal.message, SystemTime::now());
                sent.refused(said).await
            }
            Ok(answer) => {
                let settled = sent.complete().await;
                match exhausted(answer.headers(), SystemTime::now()) {
                    Some(reset) => settled.and(self.limiter.pause(reset).await),
                    None => settled,
                }
            }
            Err(Failure::Transport(error)) if is_over(error) => sent.complete().await,
            Err(_) => {
                drop(sent);
                Ok(())
            }
        }
    }
}

fn met(result: &Result<Response<Bytes>, Failure>) -> Met {
    match result {
        Ok(answer) => Ok(answer.status()),
        Err(Failure::Transport(error)) => Err(error.kind()),
        Err(_) => Err(TransportErrorKind::Timeout),
    }
}

/// A refusal that repeats the request, as debugging proxies do, must not carry the
/// token into an error.
fn without_token(mut answer: Response<Bytes>, token: &Held) -> Response<Bytes> {
    if !answer.status().is_success() {
        let text = String::from_utf8_lossy(answer.body());
        let secret = token.token().secret();
        if text.contains(secret) {
            *answer.body_mut() = Bytes::from(text.replace(secret, "[token]"));
        }
    }
    answer
}

/// Whether a failed request can no longer arrive: it never left, or it was answered.
fn is_over(error: &TransportError) -> bool {
    use TransportErrorKind::{BodyTooLarge, Decode};
    error.reach() == Reach::NotSent || matches!(error.kind(), BodyTooLarge | Decode)
}

fn no_permit(error: AcquireError) -> Failure {
    match error {
        AcquireError::TooLong { wait } => Failure::Limits { wait },
        AcquireError::Store(error) => Failure::Store(error),
        other => Failure::Store(StoreError::new(other)),
    }
}
