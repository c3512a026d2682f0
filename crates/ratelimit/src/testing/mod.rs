//! The conformance suite that every [`PermitStore`](crate::PermitStore) and every [`Budgets`]
//! passes, a contributor's too.
//!
//! Whoever brings a store brings a [`Subject`]: the budgets, and their clock. A store on tokio's
//! clock takes [`TokioTime`]; one whose clock can be injected advances that; one that has only a
//! real clock sleeps, and the suite then takes about a minute. It asserts that nothing happens too
//! early and never that something happens soon, so that a slow machine fails nothing.

#![allow(clippy::panic, reason = "a suite for tests fails as a test does")]

mod clock;
mod contention;
mod driver;
mod rules;
mod shared;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use clock::TokioTime;
use driver::Driver;

use crate::{Budgets, Margins, Policy, Quota, StoreError};

/// How long the suite's calls are waited for, and how long they may still arrive after that.
const TIMEOUT: Duration = Duration::from_millis(300);
const GRACE: Duration = Duration::from_millis(200);

/// What the suite is run against.
#[async_trait]
pub trait Subject: Send + Sync {
    /// The budgets, opened once more: as another process would open them. Every call gives access to
    /// the same budgets, empty when the suite begins.
    ///
    /// # Errors
    /// Whatever the suite's caller wants to see.
    async fn connect(&self) -> Result<Arc<dyn Budgets>, StoreError>;

    /// The time on the clock that the stores go by, since any moment before the suite began.
    async fn now(&self) -> Duration;

    /// Lets at least so much time pass on that clock.
    async fn advance(&self, by: Duration);
}

/// Runs the whole suite.
///
/// # Errors
/// The first error of the store; the suite gives it no reason for any.
///
/// # Panics
/// When a store breaks a rule; the message says which.
pub async fn conformance(subject: &dyn Subject) -> Result<(), StoreError> {
    let one_an_hour = exact("1/1h")?;
    let one_a_second = exact("1/1s")?;
    let two_windows = exact("1/1s,3/1h")?;
    let lenient = exact("10/1s,1000/1h")?;
    let (reserving, mannered) = (reserving()?, mannered()?);
    let fresh = |name, policy| Driver::open(subject, name, policy);

    rules::refund_frees_the_slot(&fresh("refund", &one_an_hour).await?).await?;
    rules::refused_request_charges_nothing(&fresh("charge", &two_windows).await?).await?;
    rules::response_frees_the_slot_one_window_later(&fresh("window", &one_a_second).await?).await?;
    rules::lost_call_outlives_timeout_and_grace(&fresh("lost", &one_a_second).await?).await?;
    rules::permit_that_came_back_cannot_be_sent(&fresh("back", &one_an_hour).await?).await?;
    rules::pause_stops_all_and_a_shorter_one_does_not_end_it(&fresh("pause", &one_an_hour).await?)
        .await?;
    rules::refusal_pauses_longer_than_asked(&fresh("refusal", &two_windows).await?).await?;
    rules::refusals_are_learned_from(&fresh("learn", &lenient).await?).await?;
    rules::snapshot_and_forecast_tell_the_state(&fresh("tell", &two_windows).await?).await?;
    rules::batch_leaves_the_reserve(&fresh("reserve", &reserving).await?).await?;
    rules::spacing_and_flight_cap_are_kept(&fresh("manners", &mannered).await?).await?;

    shared::name_is_the_budget(subject).await?;
    shared::other_user_sees_everything(subject).await?;
    contention::no_more_than_the_limit_at_once(subject).await?;
    contention::never_more_than_the_quota(subject).await
}

/// A policy whose times are exact.
fn exact(quota: &str) -> Result<Policy, StoreError> {
    let quota = Quota::parse(quota).map_err(StoreError::new)?;
    let policy = Policy::new(quota).margins(Margins::NONE).grace(GRACE);
    Ok(policy.jitter(Duration::ZERO))
}

fn reserving() -> Result<Policy, StoreError> {
    let second = Duration::from_secs(1);
    let policy = exact("3/1s")?.reserve(second, crate::Reserve::while_waiting(2));
    policy.map_err(StoreError::new)
}

fn mannered() -> Result<Policy, StoreError> {
    let spaced = exact("100/1s")?.spacing(Duration::from_millis(100));
    Ok(spaced.max_in_flight(2).share(crate::Share::leave(97)))
}
