//! Several servers on one database.

use std::sync::Arc;

use http::StatusCode;
use quell_protocol::{Phase, Verdict, route};

use super::device::{Device, asked, finished};
use super::world::{BOTH, MACHINE, World, stop_path};
use crate::config::{Limits, ServerConfig, StorePlace};
use crate::store::postgres::tests::Database;

/// Two servers and their database.
async fn two(
    change: impl Fn(&mut ServerConfig) + Send + Sync,
) -> (Arc<World>, Arc<World>, Database) {
    let database = Database::create().await;
    let place = |config: &mut ServerConfig| {
        config.store = StorePlace::Postgres(Box::new(database.options()));
        change(config);
    };
    let one = World::with(place).await;
    let other = one.replica(place).await;
    (Arc::new(one), Arc::new(other), database)
}

#[tokio::test]
async fn order_given_at_one_wakes_the_machine_that_waits_at_the_other_on_postgres() {
    let (one, other, _database) = two(|_| {}).await;
    let device = Arc::new(one.machine_with_file().await);
    let (waiting, its) = (Arc::clone(&other), Arc::clone(&device));
    let held = tokio::spawn(async move { its.hold(&waiting, 0, 50).await });
    let answer = one.stop(&one.token(BOTH).await).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let orders = held.await.unwrap().orders;
    assert_eq!(orders[0].action_id.as_str(), id);

    // And the machine may report at either.
    device.report(&one, &id, Phase::InProgress).await;
    device
        .report(&other, &id, finished(Verdict::Succeeded))
        .await;
    let token = other.token(BOTH).await;
    let action = one.get(&token, &format!("/api/machineactions/{id}")).await;
    assert_eq!(action.json()["status"], "Succeeded");
}

#[tokio::test]
async fn order_of_a_server_that_is_gone_is_handed_out_by_another_on_postgres() {
    let (one, other, _database) = two(|_| {}).await;
    let device = one.machine_with_file().await;
    let id = one.stop(&one.token(BOTH).await).await.json()["id"].clone();
    drop(one);
    let orders = device.hold(&other, 0, 0).await.orders;
    assert_eq!(orders[0].action_id.as_str(), id.as_str().unwrap());
}

#[tokio::test]
async fn token_of_one_is_good_at_the_other_and_an_assertion_is_good_once_on_postgres() {
    let (one, other, _database) = two(|_| {}).await;
    let device = one.machine_with_file().await;
    let token = one.token(BOTH).await;
    let machine = other.get(&token, &format!("/api/machines/{MACHINE}")).await;
    assert_eq!(machine.status, StatusCode::OK, "{}", machine.text);

    let body = serde_json::to_vec(&Device::hold_request(0, 0)).unwrap();
    let assertion = device.sign(&device.claims(&one, route::HOLD, &body));
    let send = |world: Arc<World>| {
        let request = asked(route::HOLD, &assertion, body.clone());
        async move { world.send(request).await.status }
    };
    assert_eq!(send(Arc::clone(&one)).await, StatusCode::OK);
    for replayed in [other, one] {
        assert_eq!(send(replayed).await, StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn limit_of_an_application_holds_for_all_together_on_postgres() {
    let (one, other, _database) = two(|config| {
        config.limits = Limits::Of("5/1h".parse().unwrap());
    })
    .await;
    let token = one.token(BOTH).await;
    let mut answers = Vec::new();
    for nth in 0..8 {
        let world = if nth % 2 == 0 { &one } else { &other };
        answers.push(world.get(&token, "/api/machines").await);
    }
    for (nth, answer) in answers.iter().enumerate() {
        let expected = if nth < 5 { 200 } else { 429 };
        assert_eq!(answer.status.as_u16(), expected, "{nth}: {}", answer.text);
    }
    let retry_after = &answers[7].headers["retry-after"];
    let seconds: u64 = retry_after.to_str().unwrap().parse().unwrap();
    assert!((3_500..=3_600).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn lost_database_is_503_until_it_is_back_on_postgres() {
    let (one, _other, database) = two(|_| {}).await;
    one.machine_with_file().await;
    let token = one.token(BOTH).await;
    database.close().await;
    let lost = one.stop(&token).await;
    assert_eq!(lost.status, StatusCode::SERVICE_UNAVAILABLE);
    assert!(lost.headers.contains_key("retry-after"));
    database.reopen().await;
    let back = loop {
        let answer = one
            .post(&token, &stop_path(MACHINE), super::world::BODY)
            .await;
        if answer.status != StatusCode::SERVICE_UNAVAILABLE {
            break answer;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(back.status, StatusCode::CREATED, "{}", back.text);
}
