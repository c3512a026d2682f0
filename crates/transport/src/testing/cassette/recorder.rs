//! Writes down what passes.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};

use super::super::lock;
use super::format::{Cassette, End, Exchange, MOST};
use super::secrets::Secrets;
use super::{scrub, sweep};
use crate::{Transport, TransportError};

/// Goes around another transport and keeps what passes, without the secrets.
///
/// Nothing that passes is changed. Clones write into the same cassette. What is
/// kept stays within 16 MiB; after that nothing more is, and [`cassette`](Self::cassette)
/// is what fitted: see [`is_full`](Self::is_full).
#[derive(Clone, Debug)]
pub struct Recorder<T> {
    inner: T,
    tape: Arc<Mutex<Tape>>,
}

#[derive(Default)]
struct Tape {
    exchanges: Vec<Exchange>,
    size: usize,
    full: bool,
    secrets: Secrets,
    replacements: Vec<(String, String)>,
}

impl std::fmt::Debug for Tape {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tape")
            .field("exchanges", &self.exchanges.len())
            .field("full", &self.full)
            .finish_non_exhaustive()
    }
}

impl<T: Transport> Recorder<T> {
    /// Records what passes through `inner`.
    pub fn new(inner: T) -> Self {
        Self {
            inner,
            tape: Arc::default(),
        }
    }

    /// Removes this secret too, wherever it stands: one that no rule can know.
    /// It is ignored if it has fewer than six bytes, which stand everywhere by chance:
    /// name such a one to [`replacing`](Self::replacing).
    #[must_use]
    pub fn hiding(self, secret: impl AsRef<[u8]>) -> Self {
        lock(&self.tape).secrets.learn(secret.as_ref());
        self
    }

    /// Writes `public` wherever `private` stands, in URLs also percent-encoded: for names of
    /// people and machines. What is neither text, JSON nor a form is left as it is.
    #[must_use]
    pub fn replacing(self, private: impl Into<String>, public: impl Into<String>) -> Self {
        let private = private.into();
        if !private.is_empty() {
            let replacement = (private, public.into());
            lock(&self.tape).replacements.push(replacement);
        }
        self
    }

    /// What has passed so far, without the secrets.
    #[must_use]
    pub fn cassette(&self) -> Cassette {
        let tape = lock(&self.tape);
        let mut exchanges = tape.exchanges.clone();
        for exchange in &mut exchanges {
            sweep::remove_known(exchange, &tape.secrets);
            for (private, public) in &tape.replacements {
                sweep::replace(exchange, private, public);
            }
        }
        Cassette { exchanges }
    }

    /// Whether something passed that was not kept, for want of room.
    #[must_use]
    pub fn is_full(&self) -> bool {
        lock(&self.tape).full
    }
}

impl Tape {
    fn keep(&mut self, exchange: Exchange) {
        // Its size in the file, which is indented.
        let size = serde_json::to_string_pretty(&exchange).map_or(MOST, |text| text.len() * 2);
        if self.full || self.size.saturating_add(size) > MOST {
            self.full = true;
            return;
        }
        self.size += size;
        self.exchanges.push(exchange);
    }
}

#[async_trait]
impl<T: Transport> Transport for Recorder<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let recorded = scrub::request(&request, &mut lock(&self.tape).secrets);
        let result = self.inner.send(request).await;
        let mut tape = lock(&self.tape);
        let end = match &result {
            Ok(answer) => End::Answer(scrub::answer(answer, &mut tape.secrets)),
            Err(error) => End::Failure(error.kind().into()),
        };
        tape.keep(Exchange {
            request: recorded,
            end,
        });
        result
    }
}
