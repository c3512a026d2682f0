//! The one connection of a state, made again when it is lost.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::error::unreachable_for;
use super::options::PostgresOptions;
use super::session::{Session, Stirs};
use crate::StateError;

/// A server that says nothing for this long is taken for lost: longer than it lets a statement take.
const SILENCE: Duration = Duration::from_secs(15);

/// What is done with a session.
pub(super) type Doing<'s, T> = Pin<Box<dyn Future<Output = Result<T, StateError>> + Send + 's>>;

pub(super) struct Link {
    options: PostgresOptions,
    stirs: Stirs,
    state: Mutex<State>,
}

enum State {
    Connected(Session),
    Away(Away),
}

/// An outage.
#[derive(Clone, Copy)]
struct Away {
    since: Instant,
    retry_at: Instant,
    /// How long to wait after the next failure.
    pause: Duration,
}

impl Link {
    /// Connects for the first time.
    pub(super) async fn open(options: PostgresOptions, stirs: Stirs) -> Result<Self, StateError> {
        let session = connect(&options, &stirs).await?;
        Ok(Self {
            options,
            stirs,
            state: Mutex::new(State::Connected(session)),
        })
    }

    /// Does something with the session, connecting first if it is time to.
    ///
    /// If the caller goes away meanwhile, the connection is closed, and with it what was not
    /// committed is undone.
    pub(super) async fn with<T, F>(&self, doing: F) -> Result<T, StateError>
    where
        F: for<'s> FnOnce(&'s mut Session) -> Doing<'s, T> + Send,
    {
        let mut state = self.state.lock().await;
        let mut session = self.take(&mut state).await?;
        let done = timeout(SILENCE, doing(&mut session)).await;
        let done = done.unwrap_or_else(|_| Err(unreachable_for("the server does not answer")));
        let broken = session.is_lost() || matches!(done, Err(StateError::Unreachable { .. }));
        if !broken {
            *state = State::Connected(session);
        }
        done
    }

    /// The session. It is taken out, so that one that is not put back is gone.
    async fn take(&self, state: &mut State) -> Result<Session, StateError> {
        let now = Instant::now();
        let lost = State::Away(Away {
            since: now,
            retry_at: now,
            pause: self.options.retry.first,
        });
        let away = match std::mem::replace(state, lost) {
            State::Connected(session) if !session.is_lost() => return Ok(session),
            State::Connected(_) => Away {
                since: now,
                retry_at: now,
                pause: self.options.retry.first,
            },
            State::Away(away) => away,
        };
        *state = State::Away(away);
        if now < away.retry_at {
            return Err(unreachable_for("the connection was lost"));
        }
        let connected = connect(&self.options, &self.stirs).await;
        if connected.is_err() {
            *state = State::Away(Away {
                since: away.since,
                retry_at: Instant::now() + away.pause,
                pause: (away.pause * 2).min(self.options.retry.longest),
            });
        }
        connected
    }

    /// How long until it is tried again, while the outage is young enough to be waited for.
    pub(super) async fn worth_waiting(&self) -> Option<Duration> {
        let now = Instant::now();
        let wait = match &*self.state.lock().await {
            State::Connected(_) => self.options.retry.first,
            State::Away(away) if now.duration_since(away.since) > self.options.patience => {
                return None;
            }
            State::Away(away) => away.retry_at.saturating_duration_since(now),
        };
        Some(wait.max(self.options.retry.first))
    }
}

async fn connect(options: &PostgresOptions, stirs: &Stirs) -> Result<Session, StateError> {
    let connected = timeout(SILENCE, Session::open(options, stirs)).await;
    connected.unwrap_or_else(|_| Err(unreachable_for("the server does not answer")))
}
