use std::time::Duration;

use crate::Window;

/// How a limiter stands at one moment: for progress bars, metrics and support.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Each window of the quota, the shortest first.
    pub windows: Vec<WindowUse>,
    /// Permits that are out: granted and not completed, refunded or given up.
    pub in_flight: usize,
    /// The least time until the next permit; zero if one is free now. It is exact unless every slot
    /// is in flight: then it is what remains if the calls in flight ended now.
    pub next_slot: Duration,
    /// How long nothing is sent because the service pushed back; `None` if it did not.
    pub paused_for: Option<Duration>,
    /// The least time between two permits that is in force.
    pub spacing: Duration,
}

/// The use of one window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WindowUse {
    /// The window as the quota has it.
    pub window: Window,
    /// The limit in force: the window's own, or less if less was learned.
    pub limit: u32,
    /// Calls that count against the limit now.
    pub used: u32,
}
