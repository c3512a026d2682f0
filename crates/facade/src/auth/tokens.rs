//! The token in hand: one for all callers, asked for once, renewed in time.

mod shelf;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::{Duration, SystemTime};

use quell_model::OperationInfo;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument as _;

use super::{AccessToken, Expectation, TokenClaims, TokenError, TokenRequest, TokenSource};
use crate::retry::Jitter;
pub(crate) use shelf::Held;
use shelf::{Plan, Shelf};

/// A token that lacks a permission is believed for so long; an administrator may have
/// granted it since.
const BELIEVED: Duration = Duration::from_secs(60);

/// A request gives up by itself first.
const GRACE: Duration = Duration::from_secs(5);

/// How often a request that ended without an answer is made anew: its runtime was shut
/// down, or the source panicked.
const ABANDONED: usize = 3;

/// Keeps one source's token for one audience.
///
/// A request to the source belongs to no caller: it goes on when the one who began it gives
/// up, and whoever waits gets its answer. It ends with the last client, who alone could use it.
#[derive(Clone, Debug)]
pub(crate) struct Tokens(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Arc<dyn TokenSource>,
    expected: Expectation,
    state: Mutex<State>,
    jitter: Jitter,
}

#[derive(Debug, Default)]
struct State {
    shelf: Shelf,
    /// Of the request that is on its way.
    flight: Option<Flight>,
}

type Landed = Result<Held, Arc<TokenError>>;

/// A request that is on its way.
#[derive(Clone, Debug)]
struct Flight {
    landing: watch::Receiver<Option<Landed>>,
    /// By then it has landed, or nobody drives its runtime.
    overdue_at: Option<Instant>,
}

/// What a caller does.
enum Turn {
    Done(Landed),
    Wait(Flight),
}

impl Tokens {
    pub(crate) fn new(source: Arc<dyn TokenSource>, expected: Expectation) -> Self {
        Self(Arc::new(Inner {
            source,
            expected,
            state: Mutex::default(),
            jitter: Jitter::default(),
        }))
    }

    /// Whether they are for a service of Microsoft's.
    pub(crate) fn are_for_microsoft(&self) -> bool {
        self.0.expected.is_of_microsoft()
    }

    /// A token with which this operation is not known to be refused.
    pub(crate) async fn get_for(&self, operation: &OperationInfo) -> Landed {
        let held = self.get().await?;
        let Some(missing) = self.0.missing(&held, operation) else {
            return Ok(held);
        };
        if held.age(Instant::now()) < BELIEVED {
            return Err(Arc::new(missing));
        }
        // The old one stays in hand meanwhile: it is good for what it may do.
        let Some(renewed) = self.renewed(&held).await else {
            return Err(Arc::new(missing));
        };
        match self.0.missing(&renewed, operation) {
            Some(missing) => Err(Arc::new(missing)),
            None => Ok(renewed),
        }
    }

    /// A token that is newer than this one, if asking for it may help.
    async fn renewed(&self, old: &Held) -> Option<Held> {
        let turn = self.turn(|shelf| shelf.plan_anew(old, Instant::now()));
        match turn {
            Turn::Done(landed) => landed.ok(),
            Turn::Wait(mut flight) => flight.landed().await?.ok(),
        }
    }

    /// A valid token: the one in hand, or a new one.
    pub(crate) async fn get(&self) -> Landed {
        for _ in 0..ABANDONED {
            match self.turn(|shelf| shelf.plan(Instant::now())) {
                Turn::Done(landed) => return landed,
                Turn::Wait(mut flight) => {
                    if let Some(landed) = flight.landed().await {
                        return landed;
                    }
                }
            }
        }
        let ended = TokenError::permanent("it ended without an answer, again and again");
        Err(Arc::new(ended))
    }

    /// The service refused this token. If it is still the one in hand, the next call gets a new one.
    pub(crate) fn reject(&self, rejected: &Held) {
        self.0.lock().shelf.reject(rejected, Instant::now());
    }

    fn turn(&self, plan: impl FnOnce(&Shelf) -> Plan) -> Turn {
        let mut state = self.0.lock();
        match plan(&state.shelf) {
            Plan::Use(held) => Turn::Done(Ok(held)),
            Plan::Fail(error) => Turn::Done(Err(error)),
            Plan::UseAndRenew(held) => {
                self.flight(&mut state);
                Turn::Done(Ok(held))
            }
            Plan::Ask => Turn::Wait(self.flight(&mut state)),
        }
    }

    /// The request that is on its way, or a new one.
    fn flight(&self, state: &mut State) -> Flight {
        let living = |flight: &&Flight| flight.is_living(Instant::now());
        if let Some(flight) = state.flight.as_ref().filter(living) {
            return flight.clone();
        }
        let (landing, receiver) = watch::channel(None);
        let flight = Flight {
            landing: receiver,
            overdue_at: overdue_at(&*self.0.source),
        };
        state.flight = Some(flight.clone());
        let source = Arc::clone(&self.0.source);
        let audience = self.0.expected.audience().to_owned();
        let clients = Arc::downgrade(&self.0);
        let request = async move {
            let asked_at = Instant::now();
            let answer = until_closed(&landing, ask(&*source, &audience)).await;
            if let (Some(answer), Some(inner)) = (answer, clients.upgrade()) {
                inner.land(answer, asked_at, &landing);
            }
        };
        tokio::spawn(request.in_current_span());
        flight
    }
}

impl Flight {
    /// It is closed if its runtime ended before it did.
    fn is_living(&self, now: Instant) -> bool {
        self.landing.has_changed().is_ok() && self.overdue_at.is_none_or(|then| now < then)
    }

    /// `None` if it ended without an answer, or is not driven: a runtime of one thread works
    /// while somebody is inside of it, and whoever began this may have left.
    async fn landed(&mut self) -> Option<Landed> {
        let landed = self.landing.wait_for(Option::is_some);
        let landed = match self.overdue_at {
            Some(then) => tokio::time::timeout_at(then, landed).await.ok()?,
            None => landed.await,
        };
        landed.ok()?.clone()
    }
}

fn overdue_at(source: &dyn TokenSource) -> Option<Instant> {
    let patience = source.patience().checked_add(GRACE)?;
    Instant::now().checked_add(patience)
}

async fn ask(source: &dyn TokenSource, audience: &str) -> Result<AccessToken, TokenError> {
    let request = TokenRequest::new(audience);
    tokio::time::timeout(source.patience(), source.token(&request))
        .await
        .unwrap_or(Err(TokenError::Overdue))
}

/// `None` as soon as nobody could receive the answer any more.
async fn until_closed<T>(
    landing: &watch::Sender<Option<Landed>>,
    answer: impl Future<Output = T>,
) -> Option<T> {
    let (mut closed, mut answer) = (pin!(landing.closed()), pin!(answer));
    poll_fn(|context| {
        if closed.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        answer.as_mut().poll(context).map(Some)
    })
    .await
}

impl Inner {
    fn land(
        &self,
        answer: Result<AccessToken, TokenError>,
        asked_at: Instant,
        landing: &watch::Sender<Option<Landed>>,
    ) {
        let answer = answer.and_then(|token| self.read(token));
        report(&answer);

        let mut state = self.lock();
        let landed = match answer {
            Ok((token, claims)) => {
                let jitter = self.jitter.fraction();
                Ok(state.shelf.put(token, claims, asked_at, jitter))
            }
            Err(error) => Err(state.shelf.failed(error, Instant::now())),
        };
        state.flight = None;
        landing.send_replace(Some(landed));
    }

    /// What the token says of itself, if that does not speak against it.
    fn read(&self, token: AccessToken) -> Result<(AccessToken, Option<TokenClaims>), TokenError> {
        let claims = TokenClaims::read(&token);
        let objection = claims
            .as_ref()
            .and_then(|claims| self.expected.objection(&token, claims, SystemTime::now()));
        match objection {
            Some(objection) => Err(objection.into()),
            None => Ok((token, claims)),
        }
    }

    fn missing(&self, held: &Held, operation: &OperationInfo) -> Option<TokenError> {
        let missing = self.expected.missing(held.claims()?, operation)?;
        Some(missing.into())
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing panics while it is held, and a token is whole or absent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn report(answer: &Result<(AccessToken, Option<TokenClaims>), TokenError>) {
    match answer {
        Ok((token, _)) => tracing::debug!(life = ?token.life(), "got a token"),
        Err(error) => tracing::warn!(error = %error, "got no token"),
    }
}

#[cfg(test)]
mod tests;
