//! The tokens whose signature was found good a moment ago.
//!
//! Verifying one costs as much as the rest of a small call, and a client shows the same token for an
//! hour. Only what a signature proves is remembered, the claims as they were signed: whether they are
//! good here and now, and for whom, is judged at every call. What is remembered lives with the key
//! that signed, and is forgotten with it.

use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use crate::secret::sha256;

/// The most tokens of one generation, of which there are two.
const GENERATION: usize = 1024;

type Digest = [u8; 32];

/// A token as it was shown, with its SHA-256.
#[derive(Clone, Copy)]
pub(super) struct Token<'t> {
    text: &'t str,
    digest: Digest,
}

impl<'t> Token<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Self {
            text,
            digest: sha256(text.as_bytes()),
        }
    }

    /// The token itself, which is a secret.
    pub(super) const fn text(&self) -> &'t str {
        self.text
    }
}

/// Claims, or what else was read of a good token, by its SHA-256: the token itself is a secret.
///
/// When as many are new as a generation has, the generation before is forgotten; a token that is
/// still in use is then new again.
#[derive(Debug)]
pub(super) struct Verified<Claims> {
    generations: Mutex<Generations<Claims>>,
}

#[derive(Debug)]
struct Generations<Claims> {
    new: HashMap<Digest, Arc<Claims>>,
    old: HashMap<Digest, Arc<Claims>>,
}

impl<Claims> Default for Verified<Claims> {
    fn default() -> Self {
        Self {
            generations: Mutex::new(Generations {
                new: HashMap::new(),
                old: HashMap::new(),
            }),
        }
    }
}

impl<Claims> Verified<Claims> {
    /// The claims of a token, by `verify` unless they are known; `None` when that says so, which
    /// is not remembered.
    pub(super) fn claims(
        &self,
        token: &Token<'_>,
        verify: impl FnOnce() -> Option<Claims>,
    ) -> Option<Arc<Claims>> {
        if let Some(claims) = self.known(token) {
            return Some(claims);
        }
        let claims = Arc::new(verify()?);
        self.remember(token, Arc::clone(&claims));
        Some(claims)
    }

    /// What was remembered of a token.
    pub(super) fn known(&self, token: &Token<'_>) -> Option<Arc<Claims>> {
        let digest = &token.digest;
        let mut generations = self.lock();
        if let Some(claims) = generations.new.get(digest) {
            return Some(Arc::clone(claims));
        }
        let claims = generations.old.remove(digest)?;
        generations.remember(*digest, Arc::clone(&claims));
        Some(claims)
    }

    /// Remembers something of a token that is good.
    pub(super) fn remember(&self, token: &Token<'_>, claims: Arc<Claims>) {
        self.lock().remember(token.digest, claims);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Generations<Claims>> {
        self.generations
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<Claims> Generations<Claims> {
    fn remember(&mut self, digest: Digest, claims: Arc<Claims>) {
        if self.new.len() >= GENERATION {
            self.old = mem::take(&mut self.new);
        }
        self.new.insert(digest, claims);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the token had to be verified.
    fn is_news(verified: &Verified<String>, token: &str) -> bool {
        let mut asked = false;
        let found = verified.claims(&Token::of(token), || {
            asked = true;
            Some(format!("of {token}"))
        });
        assert_eq!(*found.unwrap(), format!("of {token}"));
        asked
    }

    #[test]
    fn token_is_verified_once() {
        let verified = Verified::default();
        assert!(is_news(&verified, "a"));
        assert!(!is_news(&verified, "a"));
        assert!(is_news(&verified, "b"));
    }

    #[test]
    fn bad_token_is_bad_each_time() {
        let verified = Verified::default();
        for _ in 0..2 {
            assert!(verified.claims(&Token::of("a"), || None).is_none());
        }
        assert!(is_news(&verified, "a"));
    }

    #[test]
    fn memory_is_bounded_and_keeps_what_is_in_use() {
        let verified = Verified::default();
        for number in 0..5 * GENERATION {
            is_news(&verified, &number.to_string());
            assert_eq!(is_news(&verified, "in use"), number == 0);
        }
        let generations = verified.lock();
        assert!(generations.new.len() + generations.old.len() <= 2 * GENERATION);
    }
}
