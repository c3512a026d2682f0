//! What limits a mistake: freezes, protected files, files on many machines, ceilings.

use std::time::Duration;

use quell_protocol::route;
use serde_json::json;

use super::device::Device;
use super::person::{Sitting, limit};
use super::world::{BODY, BOTH, MACHINE, OTHER_MACHINE, SHA1, World, stop_path};
use crate::core::{BlastRadius, Ceiling};

const FORCE: &str = "Quell.Machine.Force";

fn insisting() -> String {
    json!({"Comment": "why", "Sha1": SHA1, "Force": true}).to_string()
}

/// The id of the nth machine of a fleet.
fn machine(number: usize) -> String {
    format!("{number:040x}")
}

async fn fleet(world: &World, machines: usize) {
    for number in 0..machines {
        let name = machine(number);
        world.enrolled(&name).await;
        world.saw(&name, SHA1).await;
    }
}

#[tokio::test]
async fn frozen_server_takes_actions_and_hands_none_out_until_it_is_thawed() {
    let mut world = World::new().await;
    let device = world.machine_with_file().await;
    for tenant in [None, Some(world.admin.tenant_id())] {
        world
            .admin
            .freeze(tenant, "panic".to_owned())
            .await
            .unwrap();
        let answer = world.stop(&world.token(BOTH).await).await;
        assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
        assert_eq!(answer.json()["status"], "Pending");
        assert!(!answer.text.contains("panic") && !answer.text.contains("rozen"));
        let held = device.hold(&world, 0, 50).await;
        assert!(held.frozen && held.orders.is_empty());
        world = world.restarted(|_| {}).await;
        assert!(device.hold(&world, 0, 50).await.orders.is_empty());
        let [freeze] = world.admin.freezes().await.unwrap().try_into().unwrap();
        assert_eq!((freeze.tenant, freeze.reason.as_str()), (tenant, "panic"));
        assert!(world.admin.thaw(tenant, String::new()).await.unwrap());
        assert!(!world.admin.thaw(tenant, String::new()).await.unwrap());
        let held = device.hold(&world, 0, 50).await;
        assert_eq!((held.frozen, held.orders.len()), (false, 1));
    }
}

#[tokio::test]
async fn freeze_of_one_tenant_is_no_other_s() {
    let mut world = World::new().await;
    let device = world.machine_with_file().await;
    world.stop(&world.token(BOTH).await).await;
    let first = world.admin.clone();
    world.move_to_another_tenant().await;
    let other = world.admin.tenant_id();
    world
        .admin
        .freeze(Some(other), String::new())
        .await
        .unwrap();
    assert_eq!(device.hold(&world, 0, 0).await.orders.len(), 1);
    first
        .freeze(Some(first.tenant_id()), String::new())
        .await
        .unwrap();
    assert!(device.hold(&world, 0, 0).await.orders.is_empty());
}

#[tokio::test]
async fn freeze_ends_a_hold_and_so_does_a_thaw() {
    let world = World::new().await;
    let device = world.enrolled(MACHINE).await;
    for frozen in [true, false] {
        world.clock.advance(Duration::from_secs(1));
        let mut request = Device::hold_request(0, 50);
        request.frozen = !frozen;
        let change = async {
            // Once it is seen, nothing but the open hold looks again.
            while world.admin.machines().await.unwrap()[0].last_seen != world.now() {}
            match frozen {
                true => world.admin.freeze(None, String::new()).await.unwrap(),
                false => assert!(world.admin.thaw(None, String::new()).await.unwrap()),
            }
            tokio::time::pause();
            tokio::time::Instant::now()
        };
        let (answer, changed) = tokio::join!(device.send(&world, route::HOLD, &request), change);
        assert_eq!(answer.json()["frozen"].as_bool().unwrap_or(false), frozen);
        assert!(changed.elapsed() < Duration::from_secs(6));
        tokio::time::resume();
    }
}

#[tokio::test]
async fn file_on_many_machines_takes_somebody_who_insists_and_may() {
    let small = BlastRadius {
        percent: 10,
        floor: 2,
    };
    let world = World::with(|config| config.blast_radius = Some(small)).await;
    fleet(&world, 2).await;
    let token = world.token(BOTH).await;
    let first = world.post(&token, &stop_path(&machine(0)), BODY).await;
    assert_eq!(first.status.as_u16(), 201, "{}", first.text);
    world.enrolled(MACHINE).await;
    world.saw(MACHINE, SHA1).await;
    let refused = world.stop(&token).await;
    let message = format!(
        "StopAndQuarantineFile is not allowed for Sha1 {SHA1}: the file is on more than 2 machines."
    );
    assert_eq!(
        refused.refusal(),
        (403, "DisallowedOperation".to_owned(), message)
    );
    assert_eq!(
        world.deeds("ActionRefused").await[0]["outcome"],
        "BlastRadius"
    );

    let (status, code, message) = world
        .post(&token, &stop_path(MACHINE), insisting())
        .await
        .refusal();
    assert_eq!((status, code.as_str()), (403, "Forbidden"));
    assert!(message.contains(FORCE), "{message}");
    let insists = world.token(&[BOTH[0], BOTH[1], FORCE]).await;
    let answer = world.post(&insists, &stop_path(MACHINE), insisting()).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    assert!(!answer.text.contains("orce"));
}

#[tokio::test]
async fn person_who_sees_a_part_is_not_told_how_large_the_whole_is() {
    let small = BlastRadius {
        percent: 50,
        floor: 2,
    };
    let world = World::with(|config| config.blast_radius = Some(small)).await;
    fleet(&world, 7).await;
    let sitting =
        Sitting::with_scopes(&world, &["Machine.Read", "Machine.StopAndQuarantine"]).await;
    let token = sitting.token(&world).await;
    let path = stop_path(&machine(0));
    let refused = world.post(&token, &path, BODY).await.refusal();
    assert!(
        refused.2.ends_with("is on more than 3 machines."),
        "{refused:?}"
    );
    limit(&world, &[&machine(0)]).await;
    let (status, code, message) = world.post(&token, &path, BODY).await.refusal();
    assert_eq!((status, code.as_str()), (403, "DisallowedOperation"));
    assert!(
        message.ends_with(": the file is on more machines than it may be."),
        "{message}"
    );
}

#[tokio::test]
async fn file_that_is_protected_anywhere_takes_somebody_who_insists() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(&[BOTH[0], BOTH[1], FORCE]).await;
    world
        .admin
        .protect(SHA1.parse().unwrap(), "the ERP".to_owned())
        .await
        .unwrap();
    let (_, _, message) = world.stop(&token).await.refusal();
    assert_eq!(
        world.deeds("ActionRefused").await[0]["outcome"],
        "Protected"
    );
    assert!(
        message.ends_with("it is on this server's list (the ERP)."),
        "{message}"
    );
    assert!(world.admin.unprotect(SHA1.parse().unwrap()).await.unwrap());
    world.enrolled(OTHER_MACHINE).await;
    world.saw_protected(OTHER_MACHINE, SHA1).await;
    let (_, _, message) = world.stop(&token).await.refusal();
    assert!(
        message.ends_with("the file is protected, it is a shell."),
        "{message}"
    );
    let answer = world.post(&token, &stop_path(MACHINE), insisting()).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    let [order] = device.hold(&world, 0, 0).await.orders.try_into().unwrap();
    let verb = serde_json::to_value(order.verb).unwrap();
    assert_eq!(verb["force"], true);
}

#[tokio::test]
async fn who_does_not_insist_is_as_if_the_word_were_not_there() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(BOTH).await;
    for (force, status) in [(json!("yes"), 400), (json!(null), 201), (json!(false), 201)] {
        let body = json!({"Comment": "why", "Sha1": SHA1, "Force": force}).to_string();
        let answer = world.post(&token, &stop_path(MACHINE), body).await;
        assert_eq!(answer.status.as_u16(), status, "{force}: {}", answer.text);
    }
    let [order] = device.hold(&world, 0, 0).await.orders.try_into().unwrap();
    assert!(
        serde_json::to_value(order.verb)
            .unwrap()
            .get("force")
            .is_none()
    );
}

#[tokio::test]
async fn application_has_files_stopped_on_so_many_machines_within_an_hour() {
    let world = World::with(|config| {
        config.ceiling = Ceiling {
            machines: Some(2),
            machines_for_one_file: Some(1),
        };
    })
    .await;
    fleet(&world, 3).await;
    let client = world.client(BOTH).await;
    let token = world.token_of(&client).await;
    let stop = async |nth| world.post(&token, &stop_path(&machine(nth)), BODY).await;
    assert_eq!(stop(0).await.status.as_u16(), 201);
    assert_eq!(stop(0).await.status.as_u16(), 201, "the same machine");
    let (status, code, message) = stop(1).await.refusal();
    assert_eq!((status, code.as_str()), (403, "DisallowedOperation"));
    assert!(
        message.contains("this file stopped on 1 other machine"),
        "{message}"
    );
    let another = world.token(BOTH).await;
    let answer = world.post(&another, &stop_path(&machine(1)), BODY).await;
    assert_eq!(answer.status.as_u16(), 201, "another application");
    world.clock.advance(Duration::from_secs(3600));
    let token = world.token_of(&client).await;
    let later = world.post(&token, &stop_path(&machine(2)), BODY).await;
    assert_eq!(later.status.as_u16(), 201, "{}", later.text);
}
