//! What a caller decides about the use of a quota.

mod margins;
mod reserve;
mod share;

use std::time::Duration;

pub use margins::Margins;
pub use reserve::Reserve;
pub use share::{Share, ShareError};

use crate::{Quota, Window};

/// A quota and the manners with which it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    quota: Quota,
    /// One for each window of the quota.
    manners: Vec<Manners>,
    even_over: Option<Duration>,
    margins: Margins,
    spacing: Duration,
    max_in_flight: usize,
    grace: Duration,
    lease: Option<Duration>,
    jitter: Duration,
    learning: bool,
}

/// How one window is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Manners {
    share: Share,
    reserve: Reserve,
}

/// The policy speaks of a window that its quota does not have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the quota {quota} has no window of {period:?}")]
pub struct NoSuchWindow {
    quota: Quota,
    period: Duration,
}

impl Policy {
    /// The whole quota with default margins, no reserve, no spacing, no cap on calls in flight
    /// beyond the quota's own, a grace of 30 s, no lease, a jitter of 1 s, and learning.
    #[must_use]
    pub fn new(quota: Quota) -> Self {
        Self {
            manners: vec![Manners::default(); quota.windows().len()],
            quota,
            even_over: None,
            margins: Margins::default(),
            spacing: Duration::ZERO,
            max_in_flight: usize::MAX,
            grace: Duration::from_secs(30),
            lease: None,
            jitter: Duration::from_secs(1),
            learning: true,
        }
    }

    /// The part of every window that is ours.
    ///
    /// A backlog at the full limit may be refused nothing itself while it starves everyone else who
    /// uses the same budget, and no refusal would tell; learning does not help there, a share does.
    #[must_use]
    pub fn share(mut self, share: Share) -> Self {
        for manners in &mut self.manners {
            manners.share = share;
        }
        self
    }

    /// The part that is ours of the window with this period.
    ///
    /// # Errors
    /// [`NoSuchWindow`] if the quota has no window of that period.
    pub fn share_of(mut self, period: Duration, share: Share) -> Result<Self, NoSuchWindow> {
        self.manners_of(period)?.share = share;
        Ok(self)
    }

    /// What batch calls leave to interactive ones in the window with this period.
    ///
    /// # Errors
    /// [`NoSuchWindow`] if the quota has no window of that period.
    pub fn reserve(mut self, period: Duration, reserve: Reserve) -> Result<Self, NoSuchWindow> {
        self.manners_of(period)?.reserve = reserve;
        Ok(self)
    }

    /// Spreads the calls evenly over the window with this period instead of sending them as soon as
    /// they fit: 1,500 calls an hour become one in 2.4 s. It is for tenants with many neighbors
    /// whose bursts need room, and costs time: 1,000 calls take 40 min instead of 9.
    ///
    /// # Errors
    /// [`NoSuchWindow`] if the quota has no window of that period.
    pub fn even_over(mut self, period: Duration) -> Result<Self, NoSuchWindow> {
        self.manners_of(period)?;
        self.even_over = Some(period);
        Ok(self)
    }

    /// What is added to every window; see [`Margins`].
    #[must_use]
    pub fn margins(mut self, margins: Margins) -> Self {
        self.margins = margins;
        self
    }

    /// The least time between two permits. It costs a second in a campaign of ten calls at 100 ms and
    /// keeps a burst from meeting a server that counts otherwise than it says all at once.
    #[must_use]
    pub fn spacing(mut self, spacing: Duration) -> Self {
        self.spacing = spacing;
        self
    }

    /// How many permits may be out at once; at least 1.
    #[must_use]
    pub fn max_in_flight(mut self, calls: usize) -> Self {
        self.max_in_flight = calls.max(1);
        self
    }

    /// How long after its deadline a call that nobody waits for any more may still arrive: the time
    /// that kernel and proxy queues can hold it.
    #[must_use]
    pub fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How long a permit may be out without being sent before it is taken back. A store that
    /// outlives its callers needs one: a caller that was killed gives nothing back. Without it, as
    /// by default, a permit is its holder's until it is dropped.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = Some(lease);
        self
    }

    /// The most that is added at random to a pause which a service asked for, so that those who were
    /// refused together do not come back together.
    #[must_use]
    pub fn jitter(mut self, most: Duration) -> Self {
        self.jitter = most;
        self
    }

    /// Whether to go slower than the quota after the service refused: it may enforce less than it
    /// documents, or others may use the same budget. Without it a refusal still pauses.
    #[must_use]
    pub fn learning(mut self, learning: bool) -> Self {
        self.learning = learning;
        self
    }

    /// The quota that is kept.
    #[must_use]
    pub fn quota(&self) -> &Quota {
        &self.quota
    }

    /// The lease of a permit that is not sent, if there is one.
    #[must_use]
    pub fn lease_length(&self) -> Option<Duration> {
        self.lease
    }

    pub(crate) fn base_spacing(&self) -> Duration {
        self.spacing
    }

    pub(crate) fn even_period(&self) -> Option<Duration> {
        self.even_over
    }

    pub(crate) fn in_flight_cap(&self) -> usize {
        self.max_in_flight
    }

    pub(crate) fn grace_period(&self) -> Duration {
        self.grace
    }

    pub(crate) fn most_jitter(&self) -> Duration {
        self.jitter
    }

    pub(crate) fn learns(&self) -> bool {
        self.learning
    }

    /// Each window, the calls of it that are ours, and what of these is kept for interactive ones.
    pub(crate) fn ours(&self) -> impl Iterator<Item = (Window, u32, Reserve)> {
        let windows = self.quota.windows().iter().zip(&self.manners);
        windows
            .map(|(window, manners)| (*window, manners.share.of(window.limit()), manners.reserve))
    }

    /// How long a completed call keeps its place in the window.
    pub(crate) fn span(&self, window: Window) -> Duration {
        window
            .period()
            .saturating_add(self.margins.of(window.period()))
    }

    fn manners_of(&mut self, period: Duration) -> Result<&mut Manners, NoSuchWindow> {
        let windows = self.quota.windows().iter();
        let index = windows
            .enumerate()
            .find(|(_, window)| window.period() == period);
        index
            .and_then(|(index, _)| self.manners.get_mut(index))
            .ok_or_else(|| NoSuchWindow {
                quota: self.quota.clone(),
                period,
            })
    }
}

impl From<Quota> for Policy {
    fn from(quota: Quota) -> Self {
        Self::new(quota)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_names_the_window_that_the_quota_lacks() {
        let policy = Policy::new(Quota::parse("100/60s,1500/3600s").unwrap());
        let second = Duration::from_secs(1);
        let error = policy.clone().share_of(second, Share::FULL).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the quota 100/60s,1500/3600s has no window of 1s"
        );
        assert!(policy.clone().reserve(second, Reserve::NONE).is_err());
        assert!(policy.even_over(second).is_err());
    }
}
