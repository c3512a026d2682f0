//! How often an operation may be called.

use std::time::Duration;

/// A rate: every window holds at once, for one operation of one application in one tenant.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RateInfo {
    /// The rate's name in the contract.
    pub name: &'static str,
    /// The windows, shortest first.
    pub windows: &'static [RateWindow],
    /// How many of the actions that it starts may be active at once, where that is bounded too.
    pub concurrent: Option<u32>,
}

/// At most so many calls in any period of this length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RateWindow {
    /// The most calls.
    pub calls: u32,
    /// The length of the window.
    pub period: Duration,
}
