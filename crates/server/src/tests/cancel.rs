//! Cancelling.

use quell_protocol::{Phase, Verb, Verdict};

use super::device::{Device, finished};
use super::world::{BOTH, World};

const WHY: &str = r#"{"Comment":"a mistake"}"#;

async fn started(world: &World, token: &str) -> (Device, String) {
    let device = world.machine_with_file().await;
    let id = world.stop(token).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    (device, id)
}

#[tokio::test]
async fn pending_action_is_cancelled_with_200_and_the_same_id_and_recalled() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    let (device, id) = started(&world, &token).await;
    world.clock.advance(std::time::Duration::from_secs(5));
    let path = format!("/api/machineactions/{id}/Cancel");
    let answer = world.post(&token, &path, WHY).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    let action = answer.json();
    assert_eq!(action["id"], id.as_str());
    assert_eq!(action["status"], "Cancelled");
    assert_eq!(action["cancellationRequestor"], "SOC robot");
    assert_eq!(action["cancellationComment"], "a mistake");
    assert_eq!(
        action["cancellationDateTimeUtc"],
        "2026-03-01T10:00:05.1234567Z"
    );
    let orders = device.hold(&world, 0, 0).await.orders;
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0].verb, Verb::CancelAction);
}

#[tokio::test]
async fn ended_action_is_refused_with_400() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    let (device, id) = started(&world, &token).await;
    let done = device
        .report(&world, &id, finished(Verdict::Succeeded))
        .await;
    assert_eq!(done.status.as_u16(), 200);
    let path = format!("/api/machineactions/{id}/cancel");
    assert_eq!(
        world.post(&token, &path, WHY).await.refusal(),
        (
            400,
            "BadRequest".to_owned(),
            format!(
                "Machine action {id} cannot be cancelled: it has already ended with status Succeeded."
            )
        )
    );
}

#[tokio::test]
async fn machine_that_was_too_far_to_give_up_has_the_last_word() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    let (device, id) = started(&world, &token).await;
    device.report(&world, &id, Phase::InProgress).await;
    let path = format!("/api/machineactions/{id}/cancel");
    let asked = world.post(&token, &path, WHY).await.json();
    assert_eq!(asked["status"], "Cancelled");
    device
        .report(&world, &id, finished(Verdict::Succeeded))
        .await;
    let shown = world
        .get(&token, &format!("/api/machineactions/{id}"))
        .await
        .json();
    assert_eq!(shown["status"], "Succeeded");
    assert_eq!(shown["cancellationComment"], "a mistake");
}

#[tokio::test]
async fn machine_that_gave_up_leaves_the_action_cancelled() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    let (device, id) = started(&world, &token).await;
    device.report(&world, &id, Phase::InProgress).await;
    let path = format!("/api/machineactions/{id}/cancel");
    world.post(&token, &path, WHY).await;
    device.report(&world, &id, Phase::Cancelled).await;
    let shown = world
        .get(&token, &format!("/api/machineactions/{id}"))
        .await
        .json();
    assert_eq!(shown["status"], "Cancelled");
}

#[tokio::test]
async fn any_action_permission_cancels_and_reading_does_not() {
    let world = World::new().await;
    let (_, id) = started(&world, &world.token(BOTH).await).await;
    let path = format!("/api/machineactions/{id}/cancel");
    let reading = world.token(&["Machine.Read.All"]).await;
    let (status, code, message) = world.post(&reading, &path, WHY).await.refusal();
    assert_eq!((status, code.as_str()), (403, "Forbidden"));
    assert!(message.contains("Machine.Isolate"), "{message}");
    let isolating = world.token(&["Machine.Isolate"]).await;
    let no_reason = world.post(&isolating, &path, "{}").await.refusal();
    assert_eq!(
        (no_reason.0, no_reason.2.as_str()),
        (400, "Parameter Comment is missing.")
    );
    assert_eq!(
        world.post(&isolating, &path, WHY).await.status.as_u16(),
        200
    );
}

#[tokio::test]
async fn unknown_action_is_404_before_the_body_is_looked_at() {
    let world = World::new().await;
    let token = world.token(BOTH).await;
    let answer = world
        .post(&token, "/api/machineactions/nothing/cancel", "{")
        .await;
    assert_eq!(
        answer.refusal(),
        (
            404,
            "ResourceNotFound".to_owned(),
            "Machine action nothing was not found".to_owned()
        )
    );
}
