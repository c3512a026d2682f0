//! What to do about a token now: pure decisions from times and answers.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::auth::{AccessToken, TokenClaims, TokenError};

/// A token is renewed this long before it expires; a short-lived one when a fifth of its life is left.
const EARLY: Duration = Duration::from_secs(300);

/// A definite refusal is believed this long. Entra takes about as long to notice a new secret.
const REFUSED: Duration = Duration::from_secs(60);

/// How long a failing endpoint is left alone at first, and at most; it doubles in between.
///
/// The first is no longer than the shortest wait of the standard
/// [`RetryPolicy`](crate::RetryPolicy), so that a caller who waits finds the way free.
const ALONE: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));

/// No endpoint locks us out for longer by a slip in its `Retry-After`.
const LONGEST: Duration = Duration::from_secs(3600);

/// The token in hand, and what is known about getting another.
#[derive(Debug, Default)]
pub(crate) struct Shelf {
    held: Option<Held>,
    serial: u64,
    /// The token in hand came because the service had refused the one before.
    replaces_rejected: bool,
    /// How often in a row there was no token.
    failures: u32,
    failure: Option<Failed>,
}

#[derive(Debug)]
struct Failed {
    error: Arc<TokenError>,
    until: Instant,
}

/// What a caller does.
#[derive(Debug)]
pub(crate) enum Plan {
    /// Use it.
    Use(Held),
    /// Use it, and see to it that a new one comes.
    UseAndRenew(Held),
    /// Wait for a new one.
    Ask,
    /// Go without: asking now would not help.
    Fail(Arc<TokenError>),
}

/// A token with the times that matter.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    token: AccessToken,
    claims: Option<Arc<TokenClaims>>,
    serial: u64,
    asked_at: Instant,
    renew_at: Option<Instant>,
    expires_at: Option<Instant>,
}

impl Shelf {
    pub(crate) fn plan(&self, now: Instant) -> Plan {
        match (&self.held, self.failure(now)) {
            (Some(held), _) if held.is_fresh(now) => Plan::Use(held.clone()),
            (Some(held), Some(_)) if held.is_valid(now) => Plan::Use(held.clone()),
            (Some(held), None) if held.is_valid(now) => Plan::UseAndRenew(held.clone()),
            (_, Some(failed)) => Plan::Fail(failed.told(now)),
            (_, None) => Plan::Ask,
        }
    }

    /// The same for a caller whom this token does not help.
    pub(crate) fn plan_anew(&self, old: &Held, now: Instant) -> Plan {
        match self.failure(now) {
            Some(failed) => Plan::Fail(failed.told(now)),
            None if self.is_in_hand(old) => Plan::Ask,
            None => self.plan(now),
        }
    }

    /// The failure for which nobody asks again yet.
    fn failure(&self, now: Instant) -> Option<&Failed> {
        self.failure.as_ref().filter(|failed| now < failed.until)
    }

    fn is_in_hand(&self, token: &Held) -> bool {
        let held = self.held.as_ref();
        held.is_some_and(|held| held.serial == token.serial)
    }

    /// A new token came; `jitter`, at least 0 and below 1, spreads the renewals of many clients.
    pub(crate) fn put(
        &mut self,
        token: AccessToken,
        claims: Option<TokenClaims>,
        asked_at: Instant,
        jitter: f64,
    ) -> Held {
        self.serial = self.serial.wrapping_add(1);
        (self.failures, self.failure) = (0, None);
        // Renewed in time, it replaces none.
        self.replaces_rejected &= self.held.is_none();
        let held = Held::new(token, claims.map(Arc::new), self.serial, asked_at, jitter);
        self.held = Some(held.clone());
        held
    }

    /// None came.
    pub(crate) fn failed(&mut self, error: TokenError, now: Instant) -> Arc<TokenError> {
        self.failures = self.failures.saturating_add(1);
        let error = Arc::new(error);
        let until = quiet_after(&error, self.failures).and_then(|quiet| now.checked_add(quiet));
        self.failure = until.map(|until| Failed {
            error: Arc::clone(&error),
            until,
        });
        error
    }

    /// The service refused this token. It is dropped, unless it is itself a new one for one
    /// that was refused: then a third would fare no better, and the authority is spared.
    pub(crate) fn reject(&mut self, rejected: &Held, now: Instant) {
        let spared = self.replaces_rejected && rejected.age(now) < REFUSED;
        if self.is_in_hand(rejected) && !spared {
            self.held = None;
            self.replaces_rejected = true;
        }
    }
}

impl Failed {
    fn told(&self, now: Instant) -> Arc<TokenError> {
        if !self.error.may_pass() {
            return Arc::clone(&self.error);
        }
        Arc::new(TokenError::LeftAlone {
            wait: self.until.saturating_duration_since(now),
            failure: Arc::clone(&self.error),
        })
    }
}

/// How long nobody asks again after this failure, the so-many-th in a row.
fn quiet_after(error: &TokenError, failures: u32) -> Option<Duration> {
    use TokenError as Of;
    match error {
        // Nor is a person asked again at once who just said no.
        Of::Refused(_) | Of::Objectionable(_) | Of::Declined | Of::CodeExpired => Some(REFUSED),
        // What our own code and files say is not known to cost anything.
        Of::Source { .. } | Of::File { .. } => None,
        other => {
            let doubled = 2_u32.saturating_pow(failures.saturating_sub(1).min(16));
            let own = ALONE.0.saturating_mul(doubled).min(ALONE.1);
            Some(other.retry_after().map_or(own, |asked| asked.min(LONGEST)))
        }
    }
}

impl Held {
    fn new(
        token: AccessToken,
        claims: Option<Arc<TokenClaims>>,
        serial: u64,
        asked_at: Instant,
        jitter: f64,
    ) -> Self {
        let life = token.life();
        let at = |age: Duration| asked_at.checked_add(age);
        let renewal = |life: Duration| {
            let early = EARLY.min(life / 5);
            life.saturating_sub(early + early.mul_f64(jitter / 2.0))
        };
        Self {
            renew_at: life.map(renewal).and_then(at),
            expires_at: life.and_then(at),
            token,
            claims,
            serial,
            asked_at,
        }
    }

    pub(crate) const fn token(&self) -> &AccessToken {
        &self.token
    }

    pub(crate) fn claims(&self) -> Option<&TokenClaims> {
        self.claims.as_deref()
    }

    /// Whether the service will still take it.
    pub(crate) fn is_valid(&self, now: Instant) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }

    pub(crate) fn age(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.asked_at)
    }

    fn is_fresh(&self, now: Instant) -> bool {
        self.renew_at.is_none_or(|end| now < end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: Duration = Duration::from_secs(3600);

    fn token() -> AccessToken {
        AccessToken::new("token").unwrap().expires_in(HOUR)
    }

    fn unavailable(retry_after: Option<Duration>) -> TokenError {
        TokenError::Unavailable {
            status: 503,
            retry_after,
        }
    }

    fn quiet(shelf: &Shelf, now: Instant) -> Option<Duration> {
        match shelf.plan(now) {
            Plan::Fail(error) => error.retry_after(),
            _ => None,
        }
    }

    #[test]
    fn renewal_is_due_between_five_and_seven_and_a_half_minutes_before_the_end() {
        let now = Instant::now();
        for (jitter, early) in [(0.0, 300), (0.5, 375), (0.999_999, 449)] {
            let mut shelf = Shelf::default();
            shelf.put(token(), None, now, jitter);
            let due = now + HOUR - Duration::from_secs(early);
            assert!(matches!(
                shelf.plan(due - 2 * Duration::from_secs(1)),
                Plan::Use(_)
            ));
            assert!(matches!(shelf.plan(due), Plan::UseAndRenew(_)), "{jitter}");
            assert!(matches!(shelf.plan(now + HOUR), Plan::Ask));
        }
    }

    #[test]
    fn a_failing_endpoint_is_left_alone_longer_and_longer() {
        let (mut shelf, now) = (Shelf::default(), Instant::now());
        let mut waits = Vec::new();
        for _ in 0..9 {
            shelf.failed(unavailable(None), now);
            waits.push(quiet(&shelf, now).unwrap().as_millis());
        }
        assert_eq!(
            waits,
            [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]
        );
        shelf.put(token(), None, now, 0.0);
        shelf.failed(unavailable(None), now);
        shelf.reject(&Held::new(token(), None, 1, now, 0.0), now);
        assert_eq!(quiet(&shelf, now), Some(ALONE.0));
    }

    #[test]
    fn the_endpoints_own_wait_is_kept_to_the_instant() {
        let (mut shelf, now) = (Shelf::default(), Instant::now());
        let wait = Duration::from_secs(10);
        shelf.failed(unavailable(Some(wait)), now);
        assert_eq!(quiet(&shelf, now + wait / 2), Some(wait / 2));
        assert!(matches!(shelf.plan(now + wait), Plan::Ask));
    }

    #[test]
    fn an_absurd_wait_is_an_hour() {
        let (mut shelf, now) = (Shelf::default(), Instant::now());
        shelf.failed(unavailable(Some(Duration::MAX)), now);
        assert_eq!(quiet(&shelf, now), Some(LONGEST));
    }

    #[test]
    fn every_failure_has_its_own_quiet() {
        let unreadable = TokenError::Unreadable {
            reason: "it is not",
        };
        for (error, quiet) in [
            (TokenError::Declined, Some(REFUSED)),
            (TokenError::CodeExpired, Some(REFUSED)),
            (unreadable, Some(ALONE.0)),
            (TokenError::permanent("sealed"), None),
            (TokenError::passing("busy"), None),
        ] {
            assert_eq!(quiet_after(&error, 1), quiet, "{error}");
        }
    }

    #[test]
    fn while_it_is_left_alone_the_old_token_serves_as_long_as_it_lives() {
        let (mut shelf, now) = (Shelf::default(), Instant::now());
        shelf.put(token(), None, now, 0.0);
        let due = now + HOUR - EARLY;
        shelf.failed(unavailable(Some(2 * EARLY)), due);
        assert!(matches!(shelf.plan(due), Plan::Use(_)));
        assert!(matches!(shelf.plan(now + HOUR), Plan::Fail(_)));
    }

    #[test]
    fn a_rejection_drops_only_the_token_it_is_about() {
        let (mut shelf, now) = (Shelf::default(), Instant::now());
        let first = shelf.put(token(), None, now, 0.0);
        shelf.put(token(), None, now, 0.0);
        shelf.reject(&first, now);
        assert!(matches!(shelf.plan(now), Plan::Use(held) if held.serial == 2));
    }

    #[test]
    fn a_service_that_refuses_new_tokens_too_costs_no_further_ones_for_a_minute() {
        let (mut shelf, now) = (Shelf::default(), Instant::now());
        let first = shelf.put(token(), None, now, 0.0);
        shelf.reject(&first, now);
        assert!(matches!(shelf.plan(now), Plan::Ask));
        let second = shelf.put(token(), None, now, 0.0);
        shelf.reject(&second, now + REFUSED / 2);
        assert!(matches!(shelf.plan(now), Plan::Use(held) if held.serial == 2));
        shelf.reject(&second, now + REFUSED);
        assert!(matches!(shelf.plan(now), Plan::Ask));
    }
}
