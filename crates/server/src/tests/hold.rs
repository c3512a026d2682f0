//! From an order to its end.

use std::sync::Arc;

use quell_protocol::{
    FailureReason, FaultCode, Inventory, Phase, ProtocolVersion, Sighting, Verb, Verdict, WirePath,
    route,
};
use serde_json::json;

use super::device::{Device, facts, finished};
use super::world::{BOTH, MACHINE, OTHER_MACHINE, SHA1, World};
use crate::core::Status;

async fn status(world: &World, id: &str) -> (Status, i64) {
    let token = world.token(&["Machine.Read.All"]).await;
    let action = world
        .get(&token, &format!("/api/machineactions/{id}"))
        .await
        .json();
    let status = Status::named(action["status"].as_str().unwrap()).unwrap();
    (status, action["errorHResult"].as_i64().unwrap())
}

async fn stop(world: &World) -> String {
    let answer = world.stop(&world.token(BOTH).await).await;
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn order_is_handed_out_reported_and_done() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let id = stop(&world).await;
    let answer = device.hold(&world, 0, 50).await;
    assert_eq!(answer.server_time, world.now());
    let [order] = answer.orders.as_slice() else {
        panic!("not one order")
    };
    assert!(order.check(&device.machine, world.now()).is_ok());
    assert_eq!(order.action_id.as_str(), id);
    assert!(
        matches!(&order.verb, Verb::StopAndQuarantineFile { sha1, .. } if sha1.to_string() == SHA1)
    );

    assert_eq!(status(&world, &id).await.0, Status::Pending);
    device.report(&world, &id, Phase::InProgress).await;
    assert_eq!(status(&world, &id).await.0, Status::InProgress);
    assert!(
        device
            .hold(&world, order.sequence, 0)
            .await
            .orders
            .is_empty()
    );
    for _ in 0..2 {
        let done = device
            .report(&world, &id, finished(Verdict::Succeeded))
            .await;
        assert_eq!(done.status.as_u16(), 200);
    }
    assert_eq!(status(&world, &id).await, (Status::Succeeded, 0));
}

#[tokio::test]
async fn failure_is_shown_by_its_number() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let id = stop(&world).await;
    let failed = Verdict::Failed {
        reason: FailureReason::VaultUnavailable,
        message: "disk full".to_owned(),
    };
    device.report(&world, &id, finished(failed)).await;
    assert_eq!(status(&world, &id).await, (Status::Failed, -2_147_024_784));
}

#[tokio::test]
async fn order_that_comes_wakes_a_hold() {
    let world = Arc::new(World::new().await);
    let device = world.machine_with_file().await;
    let holding = tokio::spawn({
        let world = Arc::clone(&world);
        async move { device.hold(&world, 0, 20).await }
    });
    let id = stop(&world).await;
    let answer = holding.await.unwrap();
    assert_eq!(answer.orders.len(), 1);
    assert_eq!(answer.orders[0].action_id.as_str(), id);
}

#[tokio::test]
async fn hold_ends_empty_when_the_server_closes() {
    let world = Arc::new(World::new().await);
    let device = world.enrolled(MACHINE).await;
    let holding = tokio::spawn({
        let world = Arc::clone(&world);
        async move { device.hold(&world, 0, 50).await }
    });
    world.closing.cancel();
    assert!(holding.await.unwrap().orders.is_empty());
}

#[tokio::test(start_paused = true)]
async fn hold_ends_empty_when_its_time_is_over() {
    let world = World::new().await;
    let device = world.enrolled(MACHINE).await;
    let before = tokio::time::Instant::now();
    assert!(device.hold(&world, 0, 7).await.orders.is_empty());
    assert!(before.elapsed() >= std::time::Duration::from_secs(7));
}

#[tokio::test]
async fn hold_says_what_is_in_progress() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let id = stop(&world).await;
    let mut request = Device::hold_request(1, 0);
    request.in_progress = vec![id.parse().unwrap()];
    device.send(&world, route::HOLD, &request).await;
    assert_eq!(status(&world, &id).await.0, Status::InProgress);
}

#[tokio::test]
async fn number_that_no_order_has_is_refused() {
    let world = World::new().await;
    let device = world.enrolled(MACHINE).await;
    for acknowledged in [u64::MAX, (1 << 60) + 1] {
        let hold = Device::hold_request(acknowledged, 0);
        let answer = device.send(&world, route::HOLD, &hold).await;
        assert_eq!(answer.status.as_u16(), 400, "{}", answer.text);
    }
    world.saw(MACHINE, SHA1).await;
    for _ in 0..3 {
        device.hold(&world, 1 << 60, 0).await;
    }
    let id = stop(&world).await;
    let orders = device.hold(&world, 1 << 60, 0).await.orders;
    assert_eq!(orders[0].action_id.as_str(), id);
}

#[tokio::test]
async fn machine_cannot_report_on_another_s_action() {
    let world = World::new().await;
    world.machine_with_file().await;
    let id = stop(&world).await;
    let other = world.enrolled(OTHER_MACHINE).await;
    let answer = other
        .report(&world, &id, finished(Verdict::Succeeded))
        .await;
    let fault: quell_protocol::Fault = serde_json::from_value(answer.json()).unwrap();
    assert_eq!(fault.error, FaultCode::UnknownAction);
    assert_eq!(status(&world, &id).await.0, Status::Pending);
}

#[tokio::test]
async fn inventory_is_what_the_api_answers_from() {
    let world = World::new().await;
    let device = world.enrolled(MACHINE).await;
    let token = world.token(BOTH).await;
    assert_eq!(world.stop(&token).await.refusal().0, 404);
    let inventory = Inventory {
        protocol_version: ProtocolVersion::CURRENT,
        machine: facts(),
        complete: true,
        sightings: vec![Sighting {
            sha1: SHA1.parse().unwrap(),
            sha256: Some("c".repeat(64)),
            size: 9,
            path: WirePath::from_bytes(b"/opt/\xff"),
            seen_at: world.now(),
            running: true,
            protection: None,
        }],
    };
    let answer = device.send(&world, route::INVENTORY, &inventory).await;
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    assert_eq!(world.stop(&token).await.status.as_u16(), 201);
    let mut broken = inventory;
    broken.sightings[0].sha256 = Some("x".to_owned());
    let answer = device.send(&world, route::INVENTORY, &broken).await;
    assert_eq!(answer.status.as_u16(), 400);
}

#[tokio::test]
async fn who_cannot_prove_to_be_a_machine_is_counted_in_the_trail() {
    let world = World::new().await;
    let device = world.enrolled(MACHINE).await;
    let stranger = Device::new(MACHINE, device.token.clone());
    let request = Device::hold_request(0, 0);
    for _ in 0..2 {
        let refused = stranger.send(&world, route::HOLD, &request).await;
        assert_eq!(refused.status.as_u16(), 401, "{}", refused.text);
    }
    assert_eq!(
        device
            .send(&world, route::HOLD, &request)
            .await
            .status
            .as_u16(),
        200
    );
    world.keeper.close().await;
    let [told] = world.deeds("RefusalsCounted").await.try_into().unwrap();
    let counts = &told["details"]["counts"];
    assert_eq!(
        (&counts[0]["why"], &counts[0]["count"]),
        (&json!("DeviceProof"), &json!(2))
    );
}
