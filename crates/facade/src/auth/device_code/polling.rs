//! When to ask again whether the person has signed in (RFC 8628 §3.5).

use std::time::Duration;

use quell_model::TokenErrorCode;
use tokio::time::Instant;

use crate::auth::exchange::Issued;
use crate::auth::{Refusal, TokenError};

/// What `slow_down` adds to the interval.
const SLOWER: Duration = Duration::from_secs(5);

/// The interval grows no further while the endpoint is down.
const SLOWEST: Duration = Duration::from_secs(60);

/// The rhythm of asking, until the code expires.
#[derive(Debug)]
pub(super) struct Polling {
    interval: Duration,
    until: Instant,
}

/// What to do next.
pub(super) enum Next {
    AskAfter(Duration),
    End(Result<Issued, TokenError>),
}

impl Polling {
    pub(super) const fn new(interval: Duration, until: Instant) -> Self {
        Self { interval, until }
    }

    /// The wait before the first question.
    pub(super) fn first(&self, now: Instant) -> Next {
        self.ask_after(self.interval, now)
    }

    pub(super) fn after(&mut self, answer: Result<Issued, TokenError>, now: Instant) -> Next {
        match answer {
            Err(TokenError::Refused(refusal)) => self.refused(*refusal, now),
            Err(error) if error.may_pass() => {
                self.interval = self.interval.saturating_mul(2).min(SLOWEST);
                let asked = error.retry_after().unwrap_or_default();
                self.ask_after(self.interval.max(asked), now)
            }
            answer => Next::End(answer),
        }
    }

    fn refused(&mut self, refusal: Refusal, now: Instant) -> Next {
        use TokenErrorCode as Code;
        match refusal.code() {
            Some(Code::AuthorizationPending) => self.ask_after(self.interval, now),
            Some(Code::SlowDown) => {
                self.interval += SLOWER;
                self.ask_after(self.interval, now)
            }
            Some(Code::AccessDenied) => Next::End(Err(TokenError::Declined)),
            // Entra's own word for it.
            Some(code) if code.as_str() == "authorization_declined" => {
                Next::End(Err(TokenError::Declined))
            }
            Some(Code::ExpiredToken) => Next::End(Err(TokenError::CodeExpired)),
            _ => Next::End(Err(TokenError::Refused(Box::new(refusal)))),
        }
    }

    fn ask_after(&self, wait: Duration, now: Instant) -> Next {
        match now.checked_add(wait) {
            Some(then) if then < self.until => Next::AskAfter(wait),
            _ => Next::End(Err(TokenError::CodeExpired)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::form::Secrets;

    const SECOND: Duration = Duration::from_secs(1);

    fn refused(code: &str) -> Result<Issued, TokenError> {
        let body = format!(r#"{{"error":"{code}"}}"#);
        let refusal = Refusal::read(400, body.as_bytes(), &Secrets::default());
        Err(TokenError::Refused(Box::new(refusal)))
    }

    fn unavailable(retry_after: Option<Duration>) -> Result<Issued, TokenError> {
        Err(TokenError::Unavailable {
            status: 503,
            retry_after,
        })
    }

    /// The wait, or how it ended.
    fn told(next: Next) -> Result<u64, String> {
        match next {
            Next::AskAfter(wait) => Ok(wait.as_secs()),
            Next::End(Ok(_)) => Err("token".to_owned()),
            Next::End(Err(error)) => Err(error.to_string()),
        }
    }

    fn polling(now: Instant) -> Polling {
        Polling::new(5 * SECOND, now + 900 * SECOND)
    }

    #[test]
    fn pending_keeps_the_rhythm_and_slow_down_slows_it_for_good() {
        let now = Instant::now();
        let mut polling = polling(now);
        assert_eq!(told(polling.first(now)), Ok(5));
        let answers = [
            "authorization_pending",
            "slow_down",
            "authorization_pending",
            "slow_down",
        ];
        let waits = answers.map(|code| told(polling.after(refused(code), now)).unwrap());
        assert_eq!(waits, [5, 10, 10, 15]);
    }

    #[test]
    fn a_failing_endpoint_is_asked_less_and_less_and_when_it_says() {
        let now = Instant::now();
        let mut polling = polling(now);
        let waits = [None, None, None, None, None]
            .map(|wait| told(polling.after(unavailable(wait), now)).unwrap());
        assert_eq!(waits, [10, 20, 40, 60, 60]);
        let next = polling.after(unavailable(Some(90 * SECOND)), now);
        assert_eq!(told(next), Ok(90));
    }

    #[test]
    fn nobody_asks_after_the_code_has_expired() {
        let now = Instant::now();
        let late = now + 896 * SECOND;
        let next = polling(now).after(refused("authorization_pending"), late);
        assert!(told(next).unwrap_err().contains("while the code was valid"));
    }

    #[test]
    fn the_other_answers_end_it() {
        let now = Instant::now();
        for (code, part) in [
            ("access_denied", "declined"),
            ("authorization_declined", "declined"),
            ("expired_token", "while the code was valid"),
            ("invalid_grant", "invalid_grant"),
        ] {
            let end = told(polling(now).after(refused(code), now)).unwrap_err();
            assert!(end.contains(part), "{code}: {end}");
        }
    }
}
