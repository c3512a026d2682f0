use std::time::Duration;

use super::driver::Driver;
use super::{Subject, exact};
use crate::{PushBack, StoreError};

/// The same name is the same budget, another one is not.
pub(super) async fn name_is_the_budget(subject: &dyn Subject) -> Result<(), StoreError> {
    let policy = exact("1/1h")?;
    let first = Driver::open(subject, "name", &policy).await?;
    let same = Driver::open(subject, "name", &policy).await?;
    let other = Driver::open(subject, "other name", &policy).await?;
    first.granted().await?;
    assert!(same.waits().await?, "the only permit is out");
    assert!(!other.waits().await?, "that of another budget is not");
    Ok(())
}

/// What one user of a budget does, the other sees: permits, completions, pauses, what was learned.
pub(super) async fn other_user_sees_everything(subject: &dyn Subject) -> Result<(), StoreError> {
    let policy = exact("2/1h")?;
    let one = Driver::open(subject, "shared", &policy).await?;
    let other = Driver::open(subject, "shared", &policy).await?;
    let id = one.granted().await?;
    one.sent(id).await?;
    assert_eq!(other.snapshot().await?.in_flight, 1);
    other.store.complete(id, None).await?;
    let snapshot = one.snapshot().await?;
    let used: Vec<_> = snapshot.windows.iter().map(|window| window.used).collect();
    assert_eq!(
        (snapshot.in_flight, used),
        (0, vec![1]),
        "it is over and counts"
    );

    let id = one.granted().await?;
    let push_back = PushBack::new().retry_after(Duration::from_secs(5));
    one.refused_call(id, push_back).await?;
    let snapshot = other.snapshot().await?;
    assert!(snapshot.paused_for.is_some(), "a refusal pauses every user");
    assert_eq!(snapshot.refusals, 1);
    assert_eq!(
        snapshot.spacing,
        one.snapshot().await?.spacing,
        "what was learned holds for all"
    );
    Ok(())
}
