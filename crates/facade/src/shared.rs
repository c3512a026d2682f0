//! What all clones of a client share.

use std::sync::Arc;

use quell_transport::SharedTransport;

use crate::auth::Tokens;
use crate::hooks::Onlookers;
use crate::journal::Journal;
use crate::limits::Limiters;
use crate::retry::{Budget, Jitter, RetryPolicy};
use crate::route::Route;
use crate::skew::ServiceClock;

/// The parts that a request meets in its life.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) route: Route,
    pub(crate) transport: SharedTransport,
    pub(crate) tokens: Tokens,
    pub(crate) limiters: Limiters,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Budget,
    pub(crate) jitter: Jitter,
    pub(crate) journal: Option<Arc<dyn Journal>>,
    pub(crate) clock: ServiceClock,
    pub(crate) hooks: Onlookers,
}
