use std::time::Duration;

use super::driver::Driver;
use super::{GRACE, TIMEOUT};
use crate::{Priority, PushBack, StoreError, Window};

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);
/// A store that cannot refund at once does so when a lease ends, and that is short.
const LONGEST_LEASE: Duration = Duration::from_secs(60);

pub(super) async fn refund_frees_the_slot(user: &Driver<'_>) -> Result<(), StoreError> {
    let id = user.granted().await?;
    assert!(
        user.waits().await?,
        "one permit is out and the limit is one"
    );
    user.store.abandon(id);
    let (again, waited) = user.next_permit().await?;
    assert!(
        waited <= LONGEST_LEASE,
        "a permit dropped unsent is refunded; this took {waited:?}"
    );
    user.store.abandon(again);
    Ok(())
}

pub(super) async fn refused_request_charges_nothing(user: &Driver<'_>) -> Result<(), StoreError> {
    let first = user.granted().await?;
    for _ in 0..10 {
        assert!(user.waits().await?, "the short window is full");
    }
    user.call(first).await?;
    for nth in ["second", "third"] {
        let (id, waited) = user.next_permit().await?;
        assert!(
            waited < HOUR,
            "the {nth} of three calls an hour: the refused ones were charged"
        );
        user.call(id).await?;
    }
    Ok(())
}

pub(super) async fn response_frees_the_slot_one_window_later(
    user: &Driver<'_>,
) -> Result<(), StoreError> {
    let id = user.granted().await?;
    user.sent(id).await?;
    user.advance(TIMEOUT / 2).await;
    let responded = user.now().await;
    user.store.complete(id, None).await?;
    assert!(
        user.waits().await?,
        "the call counts for one window after its response"
    );
    user.next_permit().await?;
    let waited = user.since(responded).await;
    assert!(
        waited >= SECOND,
        "free {waited:?} after the response, in a window of {SECOND:?}"
    );
    Ok(())
}

pub(super) async fn lost_call_outlives_timeout_and_grace(
    user: &Driver<'_>,
) -> Result<(), StoreError> {
    let id = user.granted().await?;
    let sent = user.now().await;
    user.sent(id).await?;
    user.store.abandon(id);
    assert!(user.waits().await?, "a call that was sent may still arrive");
    user.next_permit().await?;
    let (waited, least) = (user.since(sent).await, TIMEOUT + GRACE + SECOND);
    assert!(
        waited >= least,
        "free after {waited:?}, but it could arrive for {least:?}"
    );
    Ok(())
}

pub(super) async fn permit_that_came_back_cannot_be_sent(
    user: &Driver<'_>,
) -> Result<(), StoreError> {
    let id = user.granted().await?;
    user.call(id).await?;
    assert!(
        user.sent(id).await.is_err(),
        "the permit was used and came back"
    );
    Ok(())
}

pub(super) async fn pause_stops_all_and_a_shorter_one_does_not_end_it(
    user: &Driver<'_>,
) -> Result<(), StoreError> {
    let begun = user.now().await;
    user.store.pause(SECOND).await?;
    user.store.pause(SECOND / 100).await?;
    for priority in [Priority::Batch, Priority::Interactive] {
        assert!(user.waits_as(priority).await?, "the store is paused");
    }
    user.next_permit().await?;
    let waited = user.since(begun).await;
    assert!(
        waited >= SECOND,
        "free after {waited:?} of a pause of {SECOND:?}"
    );
    Ok(())
}

pub(super) async fn refusal_pauses_longer_than_asked(user: &Driver<'_>) -> Result<(), StoreError> {
    let id = user.granted().await?;
    let refused = user.now().await;
    user.refused_call(id, PushBack::new().retry_after(SECOND))
        .await?;
    let snapshot = user.snapshot().await?;
    assert_eq!(snapshot.refusals, 1, "the refusal is on record");
    assert!(snapshot.paused_for.is_some(), "and the pause is told");
    user.next_permit().await?;
    let waited = user.since(refused).await;
    assert!(
        waited >= 2 * SECOND,
        "1 s was asked and 1 s is added, but {waited:?} were waited"
    );
    Ok(())
}

/// Under 10 in a second; a service that names 4 is believed at once.
pub(super) async fn refusals_are_learned_from(user: &Driver<'_>) -> Result<(), StoreError> {
    for _ in 0..5 {
        let id = user.granted().await?;
        user.call(id).await?;
    }
    let id = user.granted().await?;
    let enforced = Window::new(4, SECOND).map_err(StoreError::new)?;
    let push_back = PushBack::new().retry_after(10 * SECOND).window(enforced);
    user.refused_call(id, push_back).await?;
    let snapshot = user.snapshot().await?;
    let limits: Vec<_> = snapshot.windows.iter().map(|window| window.limit).collect();
    assert_eq!(limits, [4, 1000], "the window that was named is lowered");
    let shortfall = snapshot.shortfall.map(|shortfall| shortfall.missing);
    assert_eq!(shortfall, Some(5), "five of ten were admitted");
    user.advance(12 * SECOND).await;
    for _ in 0..4 {
        user.granted().await?;
    }
    assert!(user.waits().await?, "the lowered limit is kept");
    Ok(())
}

pub(super) async fn snapshot_and_forecast_tell_the_state(
    user: &Driver<'_>,
) -> Result<(), StoreError> {
    let forecast = user.store.forecast(3, Priority::Batch).await?;
    let fourth_in_an_hour = HOUR.saturating_sub(SECOND)..=HOUR + SECOND;
    assert!(
        fourth_in_an_hour.contains(&forecast),
        "the fourth of three calls an hour: {forecast:?}"
    );

    let id = user.granted().await?;
    user.store.sent(id, HOUR).await?;
    let snapshot = user.snapshot().await?;
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

    user.store.complete(id, None).await?;
    assert_eq!(user.snapshot().await?.in_flight, 0);
    Ok(())
}

/// Three in a second, two of them for interactive callers while one waits.
pub(super) async fn batch_leaves_the_reserve(user: &Driver<'_>) -> Result<(), StoreError> {
    user.store.pause(SECOND).await?;
    assert!(
        user.waits_as(Priority::Interactive).await?,
        "the store is paused"
    );
    user.advance(SECOND).await;
    user.granted().await?;
    assert!(
        user.waits().await?,
        "two of three slots are kept while an interactive caller waits"
    );
    assert!(
        !user.waits_as(Priority::Interactive).await?,
        "they are kept for that one"
    );
    assert!(!user.waits().await?, "and free when nobody waits any more");
    Ok(())
}

/// A share of three in a second, 100 ms apart, two at once.
pub(super) async fn spacing_and_flight_cap_are_kept(user: &Driver<'_>) -> Result<(), StoreError> {
    let begun = user.now().await;
    let first = user.granted().await?;
    assert!(user.waits().await?, "the next is due in 100 ms");
    user.next_permit().await?;
    let waited = user.since(begun).await;
    assert!(waited >= SECOND / 10, "spaced by {waited:?}");
    user.advance(SECOND / 10).await;
    assert!(user.waits().await?, "two are out, which is the cap");
    user.call(first).await?;
    user.next_permit().await?;
    let share = user
        .snapshot()
        .await?
        .windows
        .first()
        .map(|window| window.share);
    assert_eq!(share, Some(3), "97 of 100 are left to others");
    Ok(())
}
