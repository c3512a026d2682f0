//! The conformance suite that every [`PermitStore`] passes, a contributor's too.
//!
//! It runs on tokio's clock: paused for a store that lives on that clock, real for one with a clock
//! of its own. There it takes some seconds. It asserts that nothing happens too early and never
//! that something happens soon, so that a slow machine fails nothing.

#![allow(clippy::panic, reason = "a suite for tests fails as a test does")]

mod contention;
mod rules;

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use crate::{Margins, PermitStore, Policy, Quota, StoreError};

/// How long the suite's calls are waited for, and how long they may still arrive after that.
const TIMEOUT: Duration = Duration::from_millis(300);
const GRACE: Duration = Duration::from_millis(200);

/// Runs the whole suite. `fresh` makes an unused store with the policy that it is given, each time
/// a budget of its own.
///
/// # Errors
/// The first error of the store; the suite gives it no reason for any.
///
/// # Panics
/// When the store breaks a rule; the message says which.
pub async fn conformance<S, F, Made>(fresh: F) -> Result<(), StoreError>
where
    S: PermitStore,
    F: Fn(Policy) -> Made,
    Made: Future<Output = S>,
{
    let one_an_hour = || exact("1/1h");
    let one_a_second = || exact("1/1s");
    let two_windows = || exact("1/1s,3/1h");

    rules::refund_frees_the_slot(&fresh(one_an_hour()?).await).await?;
    rules::refused_request_charges_nothing(&fresh(two_windows()?).await).await?;
    rules::response_frees_the_slot_one_window_later(&fresh(one_a_second()?).await).await?;
    rules::lost_call_outlives_timeout_and_grace(&fresh(one_a_second()?).await).await?;
    rules::permit_that_came_back_cannot_be_sent(&fresh(one_an_hour()?).await).await?;
    rules::pause_stops_all_and_a_shorter_one_does_not_end_it(&fresh(one_an_hour()?).await).await?;
    rules::refusal_pauses_longer_than_asked(&fresh(two_windows()?).await).await?;
    rules::snapshot_and_forecast_tell_the_state(&fresh(two_windows()?).await).await?;
    let contended = Arc::new(fresh(exact(contention::QUOTA)?).await);
    contention::never_more_than_the_quota(contended).await
}

/// A policy whose times are exact.
fn exact(quota: &str) -> Result<Policy, StoreError> {
    let quota = Quota::parse(quota).map_err(StoreError::new)?;
    Ok(Policy::new(quota).margins(Margins::NONE).grace(GRACE))
}
