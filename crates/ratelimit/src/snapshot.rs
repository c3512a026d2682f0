use std::time::Duration;

use crate::{Share, Window};

/// How a limiter stands at one moment: for progress bars, metrics and support.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Each window of the quota, the shortest first.
    pub windows: Vec<WindowUse>,
    /// Permits that are out: granted and not completed, refunded or given up.
    pub in_flight: usize,
    /// The least time until the next permit; zero if one is free now. It is exact unless every slot
    /// is in flight: then it is what remains if the calls in flight ended now. What is reserved for
    /// interactive calls counts as free.
    pub next_slot: Duration,
    /// How long nothing is sent because the service pushed back; `None` if it did not.
    pub paused_for: Option<Duration>,
    /// The least time between two permits that is in force.
    pub spacing: Duration,
    /// Calls that the service refused for their rate since the budget was first used.
    pub refusals: u64,
    /// What the latest refusal that was about a window says of others.
    pub shortfall: Option<Shortfall>,
}

/// The use of one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct WindowUse {
    /// The window as the quota has it.
    pub window: Window,
    /// The calls of it that the policy takes for ours.
    pub share: u32,
    /// The limit in force: the share, or less if less was learned.
    pub limit: u32,
    /// Calls that count against the limit now.
    pub used: u32,
}

/// A window was full for the service before it was full for us: others use the same budget, or the
/// service enforces less than it documents. Which of the two cannot be told from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Shortfall {
    /// The window as the quota has it.
    pub window: Window,
    /// How much of its limit was missing: what others would have used.
    pub missing: u32,
    /// The share that would have kept clear of it: a little under what was ours then.
    pub suggested: Share,
    /// How long ago it was seen.
    pub ago: Duration,
}
