//! The documented limits.

use http::header;

use super::world::{BOTH, World};
use crate::Limits;

#[tokio::test(start_paused = true)]
async fn hundred_and_first_call_of_a_minute_is_429_with_retry_after() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    for call in 0..100 {
        let answer = world.get(&token, "/api/machineactions/x").await;
        assert_eq!(answer.status.as_u16(), 404, "call {call}");
    }
    let refused = world.get(&token, "/api/machineactions/x").await;
    assert_eq!(
        refused.refusal(),
        (
            429,
            "TooManyRequests".to_owned(),
            "API calls quota exceeded! maximum allowed 100 per 00:01:00".to_owned()
        )
    );
    let pause: u64 = refused.headers[header::RETRY_AFTER]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=60).contains(&pause), "{pause}");
    let other = world.token(BOTH).await;
    let unharmed = world.get(&other, "/api/machineactions/x").await;
    assert_eq!(unharmed.status.as_u16(), 404);
    tokio::time::advance(std::time::Duration::from_secs(pause)).await;
    let later = world.get(&token, "/api/machineactions/x").await;
    assert_eq!(later.status.as_u16(), 404);
}

#[tokio::test]
async fn limit_counts_calls_without_permission_too() {
    let world = World::with(|config| config.limits = Limits::Of("1/60s".parse().unwrap())).await;
    let token = world.token(&[]).await;
    assert_eq!(
        world.get(&token, "/api/machines").await.status.as_u16(),
        403
    );
    assert_eq!(
        world.get(&token, "/api/machines").await.status.as_u16(),
        429
    );
}

#[tokio::test]
async fn limits_can_be_off() {
    let world = World::with(|config| config.limits = Limits::Off).await;
    let token = world.token(BOTH).await;
    for _ in 0..150 {
        let answer = world.get(&token, "/api/machines").await;
        assert_eq!(answer.status.as_u16(), 200);
    }
}
