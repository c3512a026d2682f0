use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::{GRACE, TIMEOUT};
use crate::{PermitId, PermitStore, PushBack, StoreError, Turn};

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);
/// A store that cannot refund at once does so when a lease ends, and that is short.
const LONGEST_LEASE: Duration = Duration::from_secs(60);

pub(super) async fn refund_frees_the_slot(store: &dyn PermitStore) -> Result<(), StoreError> {
    let id = granted(store.acquire().await?);
    assert!(
        waits(store.acquire().await?),
        "one permit is out and the limit is one"
    );
    store.abandon(id);
    let (again, waited) = next_permit(store).await?;
    assert!(
        waited <= LONGEST_LEASE,
        "a permit dropped unsent is refunded; this took {waited:?}"
    );
    store.abandon(again);
    Ok(())
}

pub(super) async fn refused_request_charges_nothing(
    store: &dyn PermitStore,
) -> Result<(), StoreError> {
    let first = granted(store.acquire().await?);
    for _ in 0..10 {
        assert!(waits(store.acquire().await?), "the short window is full");
    }
    call(store, first).await?;
    for nth in ["second", "third"] {
        let (id, waited) = next_permit(store).await?;
        assert!(
            waited < HOUR,
            "the {nth} of three calls an hour: the refused ones were charged"
        );
        call(store, id).await?;
    }
    Ok(())
}

pub(super) async fn response_frees_the_slot_one_window_later(
    store: &dyn PermitStore,
) -> Result<(), StoreError> {
    let id = granted(store.acquire().await?);
    store.sent(id, TIMEOUT).await?;
    sleep(TIMEOUT / 2).await;
    let responded = Instant::now();
    store.complete(id, None).await?;
    assert!(
        waits(store.acquire().await?),
        "the call counts for one window after its response"
    );
    next_permit(store).await?;
    let waited = responded.elapsed();
    assert!(
        waited >= SECOND,
        "free {waited:?} after the response, in a window of {SECOND:?}"
    );
    Ok(())
}

pub(super) async fn lost_call_outlives_timeout_and_grace(
    store: &dyn PermitStore,
) -> Result<(), StoreError> {
    let id = granted(store.acquire().await?);
    let sent = Instant::now();
    store.sent(id, TIMEOUT).await?;
    store.abandon(id);
    assert!(
        waits(store.acquire().await?),
        "a call that was sent may still arrive"
    );
    next_permit(store).await?;
    let (waited, least) = (sent.elapsed(), TIMEOUT + GRACE + SECOND);
    assert!(
        waited >= least,
        "free after {waited:?}, but it could arrive for {least:?}"
    );
    Ok(())
}

pub(super) async fn permit_that_came_back_cannot_be_sent(
    store: &dyn PermitStore,
) -> Result<(), StoreError> {
    let id = granted(store.acquire().await?);
    call(store, id).await?;
    assert!(
        store.sent(id, TIMEOUT).await.is_err(),
        "the permit was used and came back"
    );
    Ok(())
}

pub(super) async fn pause_stops_all_and_a_shorter_one_does_not_end_it(
    store: &dyn PermitStore,
) -> Result<(), StoreError> {
    let begun = Instant::now();
    store.pause(SECOND).await?;
    store.pause(SECOND / 100).await?;
    assert!(waits(store.acquire().await?), "the store is paused");
    next_permit(store).await?;
    let waited = begun.elapsed();
    assert!(
        waited >= SECOND,
        "free after {waited:?} of a pause of {SECOND:?}"
    );
    Ok(())
}

pub(super) async fn refusal_pauses_longer_than_asked(
    store: &dyn PermitStore,
) -> Result<(), StoreError> {
    let id = granted(store.acquire().await?);
    store.sent(id, TIMEOUT).await?;
    let refused = Instant::now();
    store
        .complete(id, Some(PushBack::new().retry_after(SECOND)))
        .await?;
    next_permit(store).await?;
    let waited = refused.elapsed();
    assert!(
        waited >= 2 * SECOND,
        "1 s was asked and 1 s is added, but {waited:?} were waited"
    );
    Ok(())
}

pub(super) async fn snapshot_and_forecast_tell_the_state(
    store: &dyn PermitStore,
) -> Result<(), StoreError> {
    let forecast = store.forecast(3).await?;
    let fourth_in_an_hour = HOUR.saturating_sub(SECOND)..=HOUR + SECOND;
    assert!(
        fourth_in_an_hour.contains(&forecast),
        "the fourth of three calls an hour: {forecast:?}"
    );

    let id = granted(store.acquire().await?);
    store.sent(id, HOUR).await?;
    let snapshot = store.snapshot().await?;
    let used: Vec<_> = snapshot.windows.iter().map(|window| window.used).collect();
    let limits: Vec<_> = snapshot.windows.iter().map(|window| window.limit).collect();
    assert_eq!(
        (used, limits),
        (vec![1, 1], vec![1, 3]),
        "use and limit of both windows"
    );
    assert_eq!(snapshot.in_flight, 1);
    assert_eq!(snapshot.paused_for, None);
    assert!(
        !snapshot.next_slot.is_zero(),
        "the only slot of the short window is taken"
    );

    store.complete(id, None).await?;
    assert_eq!(store.snapshot().await?.in_flight, 0);
    Ok(())
}

fn granted(turn: Turn) -> PermitId {
    match turn {
        Turn::Granted(id) => id,
        Turn::After(_) | Turn::AfterCompletion { .. } => {
            panic!("the store is unused, a permit was due, not {turn:?}")
        }
    }
}

fn waits(turn: Turn) -> bool {
    !matches!(turn, Turn::Granted(_))
}

async fn call(store: &dyn PermitStore, id: PermitId) -> Result<(), StoreError> {
    store.sent(id, TIMEOUT).await?;
    store.complete(id, None).await
}

/// Asks and waits as told until there is a permit.
pub(super) async fn next_permit(
    store: &dyn PermitStore,
) -> Result<(PermitId, Duration), StoreError> {
    /// Where the store does not say when to look again.
    const LOOK: Duration = Duration::from_millis(20);
    let begun = Instant::now();
    loop {
        let wait = match store.acquire().await? {
            Turn::Granted(id) => return Ok((id, begun.elapsed())),
            Turn::After(wait) => wait,
            Turn::AfterCompletion { at_most, .. } => at_most.unwrap_or(LOOK).min(LOOK),
        };
        assert!(begun.elapsed() <= 2 * HOUR, "no permit in two hours");
        sleep(wait).await;
    }
}
