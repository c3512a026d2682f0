//! The token in hand: one for all callers, asked for once, renewed in time.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::{AccessToken, TokenError, TokenRequest, TokenSource};

/// A token is renewed this long before it expires; a short-lived one when a fifth of its life is left.
const EARLY: Duration = Duration::from_secs(300);

/// Keeps one source's token for one audience.
#[derive(Debug)]
pub(crate) struct Tokens {
    source: Arc<dyn TokenSource>,
    audience: String,
    state: Mutex<State>,
    /// Whoever holds it asks the source; the others wait for that answer.
    asking: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Held>,
    /// Counts the answers of the source, good and bad.
    answers: u64,
    last_failure: Option<Arc<TokenError>>,
}

/// A token with the times that matter.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    token: AccessToken,
    serial: u64,
    renew_at: Option<Instant>,
    expires_at: Option<Instant>,
}

impl Held {
    fn new(token: AccessToken, serial: u64, asked_at: Instant) -> Self {
        let life = token.life();
        let at = |age: Duration| asked_at.checked_add(age);
        Self {
            renew_at: life.and_then(|life| at(life.saturating_sub(EARLY.min(life / 5)))),
            expires_at: life.and_then(at),
            token,
            serial,
        }
    }

    pub(crate) const fn token(&self) -> &AccessToken {
        &self.token
    }

    /// Whether the service will still take it.
    pub(crate) fn is_valid(&self, now: Instant) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    fn is_fresh(&self, now: Instant) -> bool {
        self.renew_at.is_none_or(|end| now < end)
    }
}

impl Tokens {
    pub(crate) fn new(source: Arc<dyn TokenSource>, audience: String) -> Self {
        Self {
            source,
            audience,
            state: Mutex::new(State::default()),
            asking: tokio::sync::Mutex::new(()),
        }
    }

    /// A valid token: the one in hand, or a new one.
    pub(crate) async fn get(&self) -> Result<Held, Arc<TokenError>> {
        let (held, answers) = self.look();
        match held {
            Some(held) if held.is_fresh(Instant::now()) => Ok(held),
            Some(held) if held.is_valid(Instant::now()) => Ok(self.renew_early(held).await),
            _ => self.wait_for_new(answers).await,
        }
    }

    /// The service refused this token. If it is still the one in hand, the next call gets a new one.
    pub(crate) fn reject(&self, rejected: &Held) {
        let mut state = self.lock();
        if state
            .held
            .as_ref()
            .is_some_and(|held| held.serial == rejected.serial)
        {
            state.held = None;
        }
    }

    /// One caller renews; the others, and that one if it fails, use the old token while it lives.
    async fn renew_early(&self, old: Held) -> Held {
        let Ok(_asking) = self.asking.try_lock() else {
            return old;
        };
        match self.look().0 {
            Some(held) if held.serial != old.serial => held,
            _ => self.ask().await.unwrap_or(old),
        }
    }

    /// `seen` is the number of answers when the caller came: a later one is the caller's
    /// too, even a bad one. So a thousand callers with a wrong secret ask once.
    async fn wait_for_new(&self, seen: u64) -> Result<Held, Arc<TokenError>> {
        let _asking = self.asking.lock().await;
        {
            let state = self.lock();
            if let Some(held) = state
                .held
                .as_ref()
                .filter(|held| held.is_valid(Instant::now()))
            {
                return Ok(held.clone());
            }
            if let Some(failure) = state.last_failure.as_ref().filter(|_| state.answers > seen) {
                return Err(Arc::clone(failure));
            }
        }
        self.ask().await
    }

    async fn ask(&self) -> Result<Held, Arc<TokenError>> {
        let asked_at = Instant::now();
        let answer = self.source.token(&TokenRequest::new(&self.audience)).await;

        let mut state = self.lock();
        state.answers = state.answers.wrapping_add(1);
        match answer {
            Ok(token) => {
                let held = Held::new(token, state.answers, asked_at);
                state.held = Some(held.clone());
                state.last_failure = None;
                tracing::debug!(life = ?held.token.life(), "got a token");
                Ok(held)
            }
            Err(error) => {
                let error = Arc::new(error);
                state.last_failure = Some(Arc::clone(&error));
                tracing::warn!(error = %error, "got no token");
                Err(error)
            }
        }
    }

    fn look(&self) -> (Option<Held>, u64) {
        let state = self.lock();
        (state.held.clone(), state.answers)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        // Nothing panics while it is held, and a token is whole or absent.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use async_trait::async_trait;

    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    /// Numbers its tokens, takes a second for each, and fails on command.
    #[derive(Debug, Default)]
    struct Counting {
        asked: AtomicU32,
        failing: std::sync::atomic::AtomicBool,
    }

    #[async_trait]
    impl TokenSource for Counting {
        async fn token(&self, request: &TokenRequest<'_>) -> Result<AccessToken, TokenError> {
            assert_eq!(request.scope(), "https://audience.example/.default");
            let number = self.asked.fetch_add(1, Ordering::SeqCst) + 1;
            tokio::time::sleep(Duration::from_secs(1)).await;
            if self.failing.load(Ordering::SeqCst) {
                return Err(TokenError::permanent("on command"));
            }
            Ok(AccessToken::new(format!("token-{number}"))
                .unwrap()
                .expires_in(HOUR))
        }
    }

    fn tokens() -> (Arc<Counting>, Arc<Tokens>) {
        let source = Arc::new(Counting::default());
        let shared: Arc<dyn TokenSource> = Arc::<Counting>::clone(&source);
        (
            source,
            Arc::new(Tokens::new(shared, "https://audience.example".to_owned())),
        )
    }

    fn text(held: &Held) -> &str {
        held.token().header().to_str().unwrap()
    }

    async fn get_many(tokens: &Arc<Tokens>, count: usize) -> Vec<Result<Held, Arc<TokenError>>> {
        let tasks: Vec<_> = (0..count)
            .map(|_| {
                let tokens = Arc::clone(tokens);
                tokio::spawn(async move { tokens.get().await })
            })
            .collect();
        let mut got = Vec::new();
        for task in tasks {
            got.push(task.await.unwrap());
        }
        got
    }

    #[tokio::test(start_paused = true)]
    async fn many_callers_ask_once() {
        let (source, tokens) = tokens();
        let got = get_many(&tokens, 100).await;
        assert!(
            got.iter()
                .all(|held| text(held.as_ref().unwrap()) == "Bearer token-1")
        );
        assert_eq!(source.asked.load(Ordering::SeqCst), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn many_callers_share_a_failure_and_the_next_asks_anew() {
        let (source, tokens) = tokens();
        source.failing.store(true, Ordering::SeqCst);
        let got = get_many(&tokens, 100).await;
        assert!(got.iter().all(Result::is_err));
        assert_eq!(source.asked.load(Ordering::SeqCst), 1);

        source.failing.store(false, Ordering::SeqCst);
        assert_eq!(text(&tokens.get().await.unwrap()), "Bearer token-2");
    }

    #[tokio::test(start_paused = true)]
    async fn a_token_is_renewed_before_it_expires() {
        let (source, tokens) = tokens();
        tokens.get().await.unwrap();
        tokio::time::advance(HOUR - EARLY - Duration::from_secs(2)).await;
        assert_eq!(text(&tokens.get().await.unwrap()), "Bearer token-1");
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(text(&tokens.get().await.unwrap()), "Bearer token-2");
        assert_eq!(source.asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_failed_early_renewal_leaves_the_old_token_until_it_expires() {
        let (source, tokens) = tokens();
        tokens.get().await.unwrap();
        source.failing.store(true, Ordering::SeqCst);
        tokio::time::advance(HOUR - EARLY).await;
        assert_eq!(text(&tokens.get().await.unwrap()), "Bearer token-1");
        tokio::time::advance(EARLY).await;
        assert!(tokens.get().await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn while_one_renews_early_the_others_go_on() {
        let (_, tokens) = tokens();
        tokens.get().await.unwrap();
        tokio::time::advance(HOUR - EARLY).await;
        let got = get_many(&tokens, 3).await;
        let texts: Vec<_> = got
            .iter()
            .map(|held| text(held.as_ref().unwrap()))
            .collect();
        assert_eq!(
            texts,
            ["Bearer token-2", "Bearer token-1", "Bearer token-1"]
        );
    }

    #[tokio::test(start_paused = true)]
    async fn a_rejection_drops_only_the_token_it_is_about() {
        let (source, tokens) = tokens();
        let first = tokens.get().await.unwrap();
        tokens.reject(&first);
        let second = tokens.get().await.unwrap();
        tokens.reject(&first);
        assert_eq!(text(&tokens.get().await.unwrap()), text(&second));
        assert_eq!(source.asked.load(Ordering::SeqCst), 2);
    }

    #[tokio::test(start_paused = true)]
    async fn a_caller_who_gives_up_does_not_stop_the_others() {
        let (source, tokens) = tokens();
        let impatient = tokio::time::timeout(Duration::from_millis(10), tokens.get()).await;
        assert!(impatient.is_err());
        assert_eq!(text(&tokens.get().await.unwrap()), "Bearer token-2");
        assert_eq!(source.asked.load(Ordering::SeqCst), 2);
    }
}
