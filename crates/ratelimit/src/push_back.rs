use std::time::Duration;

use crate::Window;

/// What a service said when it refused a call for its rate, such as an HTTP 429.
///
/// Whoever speaks the service's protocol parses headers and body into this; the limiter knows
/// neither. Everything is optional: services leave out, round and mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PushBack {
    retry_after: Option<Duration>,
    window: Option<Window>,
}

impl PushBack {
    /// A refusal that said nothing more.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How long the service asked to wait.
    #[must_use]
    pub fn retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The limit that the service said was exceeded. It is used to go slower, never to go faster.
    #[must_use]
    pub fn window(mut self, exceeded: Window) -> Self {
        self.window = Some(exceeded);
        self
    }

    pub(crate) fn asked_wait(&self) -> Option<Duration> {
        self.retry_after
    }

    pub(crate) fn named_window(&self) -> Option<Window> {
        self.window
    }
}
