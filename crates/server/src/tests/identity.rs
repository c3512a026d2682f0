//! Who a machine is: tokens, keys that change, systems that are installed anew, and copies.

use std::time::Duration;

use quell_model::MachineId;
use quell_protocol::{FaultCode, HoldResponse, Life, Phase, RotateRequest, Verdict, route};

use super::device::{Device, asked, fault, finished};
use super::world::{BODY, BOTH, MACHINE, OTHER_MACHINE, World, stop_path};
use crate::admin::NewToken;

const INVALID: (u16, FaultCode) = (401, FaultCode::InvalidAssertion);

fn life(start: u64, nonce: &str, count: u64) -> Life {
    Life {
        start,
        nonce: nonce.to_owned(),
        count,
    }
}

/// What a machine is given that tells this life.
async fn orders_of(world: &World, device: &Device, life: Life) -> usize {
    let mut request = Device::hold_request(0, 0);
    request.life = life;
    let answer = device.send(world, route::HOLD, &request).await;
    let answer: HoldResponse = serde_json::from_value(answer.json()).unwrap();
    answer.orders.len()
}

pub(super) async fn proposal(world: &World, present: &Device, next: &Device) -> RotateRequest {
    let bound = present.public_key();
    RotateRequest {
        protocol_version: quell_protocol::ProtocolVersion::CURRENT,
        new_public_key: next.enrol_request().public_key,
        proof: next.sign(&next.claims(world, route::ROTATE, &bound)),
    }
}

fn id() -> MachineId {
    MachineId::new(MACHINE).unwrap()
}

async fn stopped(world: &World) -> String {
    let token = world.token(BOTH).await;
    let answer = world.post(&token, &stop_path(MACHINE), BODY).await;
    answer.json()["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn key_changes_in_two_halves_each_of_which_may_be_repeated() {
    let world = World::new().await;
    let old = world.enrolled(MACHINE).await;
    let new = Device::new(MACHINE, old.token.clone());
    let request = proposal(&world, &old, &new).await;
    // Not known yet: nothing is proved by it.
    assert_eq!(
        fault(&new.send(&world, route::ROTATE, &request).await),
        INVALID
    );
    for _ in 0..2 {
        let answer = old.send(&world, route::ROTATE, &request).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    }
    // Proposed, and not taken into use: the old key is still the machine's, the new one only for this.
    assert!(old.hold(&world, 0, 0).await.orders.is_empty());
    let early = new
        .send(&world, route::HOLD, &Device::hold_request(0, 0))
        .await;
    assert_eq!(fault(&early), INVALID);
    for _ in 0..2 {
        let answer = new.send(&world, route::ROTATE, &request).await;
        assert_eq!(answer.status.as_u16(), 200, "{}", answer.text);
    }
    assert!(new.hold(&world, 0, 0).await.orders.is_empty());
    let dead = old
        .send(&world, route::HOLD, &Device::hold_request(0, 0))
        .await;
    assert_eq!(fault(&dead), INVALID);
    assert_eq!(
        fault(&old.send(&world, route::ROTATE, &request).await),
        INVALID
    );
}

#[tokio::test]
async fn key_that_is_not_held_or_was_the_machine_s_before_is_not_taken() {
    let world = World::new().await;
    let old = world.enrolled(MACHINE).await;
    let new = Device::new(MACHINE, old.token.clone());
    let other = Device::new(MACHINE, old.token.clone());
    let unproved = RotateRequest {
        proof: proposal(&world, &old, &other).await.proof,
        ..proposal(&world, &old, &new).await
    };
    assert_eq!(
        fault(&old.send(&world, route::ROTATE, &unproved).await),
        INVALID
    );
    // A proof for the place of another key is none for this one's.
    let elsewhere = proposal(&world, &other, &new).await;
    assert_eq!(
        fault(&old.send(&world, route::ROTATE, &elsewhere).await),
        INVALID
    );

    let request = proposal(&world, &old, &new).await;
    old.send(&world, route::ROTATE, &request).await;
    new.send(&world, route::ROTATE, &request).await;
    let back = proposal(&world, &new, &old).await;
    let refused = new.send(&world, route::ROTATE, &back).await;
    assert_eq!(fault(&refused), (400, FaultCode::InvalidMessage));
}

#[tokio::test]
async fn operator_s_wish_for_another_key_is_told_until_it_is_fulfilled() {
    let world = World::new().await;
    let old = world.enrolled(MACHINE).await;
    assert!(!old.hold(&world, 0, 0).await.rotate_key);
    assert!(world.admin.rotate_key(&id()).await.unwrap());
    for _ in 0..2 {
        assert!(old.hold(&world, 0, 0).await.rotate_key);
    }
    let new = Device::new(MACHINE, old.token.clone());
    let request = proposal(&world, &old, &new).await;
    old.send(&world, route::ROTATE, &request).await;
    new.send(&world, route::ROTATE, &request).await;
    assert!(!new.hold(&world, 0, 0).await.rotate_key);
    let nobody = MachineId::new("nobody").unwrap();
    assert!(!world.admin.rotate_key(&nobody).await.unwrap());
}

#[tokio::test(start_paused = true)]
async fn hold_of_a_key_that_was_changed_meanwhile_ends_and_gets_nothing() {
    let world = World::new().await;
    let old = world.machine_with_file().await;
    let new = Device::new(MACHINE, old.token.clone());
    let request = proposal(&world, &old, &new).await;
    let hold = old.send(&world, route::HOLD, &Device::hold_request(0, 50));
    let change = async {
        tokio::time::sleep(Duration::from_secs(1)).await;
        old.send(&world, route::ROTATE, &request).await;
        new.send(&world, route::ROTATE, &request).await;
    };
    let (ended, ()) = tokio::join!(hold, change);
    let answer: HoldResponse = serde_json::from_value(ended.json()).unwrap();
    assert!(answer.orders.is_empty());
}

#[tokio::test]
async fn system_installed_anew_is_let_in_by_an_operator_s_word_once() {
    let world = World::new().await;
    let old = world.machine_with_file().await;
    let action = stopped(&world).await;
    let new = Device::new(MACHINE, world.enrolment_token(5).await);
    let refused = (403, FaultCode::InvalidEnrolmentToken);
    assert_eq!(fault(&new.enrol(&world).await), refused);

    let day = Duration::from_secs(86_400);
    assert!(world.admin.allow_reenrolment(&id(), day).await.unwrap());
    assert_eq!(new.enrol(&world).await.status.as_u16(), 200);
    // What the old system was ordered is not the new one's to do.
    assert!(new.hold(&world, 0, 0).await.orders.is_empty());
    let token = world.token(&["Machine.Read.All"]).await;
    let ended = world
        .get(&token, &format!("/api/machineactions/{action}"))
        .await;
    assert_eq!(ended.json()["status"], "Cancelled");
    let dead = old
        .send(&world, route::HOLD, &Device::hold_request(0, 0))
        .await;
    assert_eq!(fault(&dead), INVALID);
    // Once: neither the old key nor a third one.
    let third = Device::new(MACHINE, new.token.clone());
    assert_eq!(fault(&third.enrol(&world).await), refused);
    world.admin.allow_reenrolment(&id(), day).await.unwrap();
    let thief = old.with_token(new.token.clone());
    assert_eq!(fault(&thief.enrol(&world).await), (403, FaultCode::Revoked));
    world.clock.advance(day);
    let late = Device::new(MACHINE, world.enrolment_token(5).await);
    assert_eq!(fault(&late.enrol(&world).await), refused);
}

#[tokio::test]
async fn token_that_replaces_a_machine_lets_in_that_one_alone_with_its_tags() {
    let world = World::new().await;
    world.enrolled(MACHINE).await;
    let token = world
        .admin
        .enrolment_token(NewToken {
            lifetime: Duration::from_secs(3600),
            uses: 2,
            group: None,
            server_url: None,
            authority: None,
            tags: vec!["web".parse().unwrap()],
            replaces: Some(id()),
        })
        .await
        .unwrap();
    let other = Device::new(OTHER_MACHINE, token.clone());
    assert_eq!(
        fault(&other.enrol(&world).await),
        (403, FaultCode::InvalidEnrolmentToken)
    );
    let new = Device::new(&MACHINE.to_uppercase(), token);
    assert_eq!(new.enrol(&world).await.json()["machineId"], MACHINE);
    let machines = world.admin.machines().await.unwrap();
    assert_eq!(machines[0].tags, ["web"]);
}

#[tokio::test]
async fn stolen_token_is_worth_nothing_once_it_is_revoked() {
    let world = World::new().await;
    let honest = Device::new(MACHINE, world.enrolment_token(3).await);
    honest.enrol(&world).await;
    let [listed] = world
        .admin
        .enrolment_tokens()
        .await
        .unwrap()
        .try_into()
        .unwrap();
    assert_eq!(
        (listed.made_for, listed.uses, listed.revoked),
        (3, 2, false)
    );
    assert!(!honest.token.secret().contains(&listed.id));
    assert!(
        world
            .admin
            .revoke_enrolment_token(&listed.id)
            .await
            .unwrap()
    );
    let thief = Device::new(OTHER_MACHINE, honest.token.clone());
    let refused = (403, FaultCode::InvalidEnrolmentToken);
    assert_eq!(fault(&thief.enrol(&world).await), refused);
    assert_eq!(fault(&honest.enrol(&world).await), refused);
    assert!(honest.hold(&world, 0, 0).await.orders.is_empty());
    assert!(world.admin.enrolment_tokens().await.unwrap()[0].revoked);
    assert!(!world.admin.revoke_enrolment_token("nothing").await.unwrap());
}

#[tokio::test]
async fn two_machines_with_one_key_get_nothing_until_an_operator_settles_it() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    assert_eq!(orders_of(&world, &device, life(5, "ours", 1)).await, 0);
    stopped(&world).await;
    // A copy of the disk, started as often as the original: its key is good, and its number too.
    assert_eq!(orders_of(&world, &device, life(5, "theirs", 1)).await, 0);
    assert_eq!(orders_of(&world, &device, life(5, "ours", 2)).await, 0);
    let clones = world.admin.clones().await.unwrap();
    assert_eq!(clones.len(), 1);
    assert_eq!(clones[0].machine, id());
    let token = world.token(&["Machine.Read.All"]).await;
    let duplicated = async || {
        let shown = world.get(&token, "/api/machines").await.json();
        shown["value"][0]["isPotentialDuplication"].clone()
    };
    assert_eq!(duplicated().await, true);
    assert!(world.admin.settle(&id()).await.unwrap());
    assert_eq!(duplicated().await, false);
    assert!(!world.admin.settle(&id()).await.unwrap());
    assert_eq!(orders_of(&world, &device, life(5, "ours", 3)).await, 1);
}

#[tokio::test]
async fn agent_whose_state_was_put_back_gets_nothing_and_takes_nothing_back() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    orders_of(&world, &device, life(3, "a", 1)).await;
    let action = stopped(&world).await;
    let sequence = device.hold(&world, 0, 0).await;
    assert!(
        sequence.orders.is_empty(),
        "another life than the one before"
    );
    world.admin.settle(&id()).await.unwrap();
    assert_eq!(orders_of(&world, &device, life(4, "b", 1)).await, 1);
    device
        .report(&world, &action, finished(Verdict::Succeeded))
        .await;
    // The state of before: fewer starts, and no memory of the action.
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(orders_of(&world, &device, life(2, "c", 1)).await, 0);
    assert_eq!(world.admin.clones().await.unwrap().len(), 1);
    device.report(&world, &action, Phase::Cancelled).await;
    let token = world.token(&["Machine.Read.All"]).await;
    let kept = world
        .get(&token, &format!("/api/machineactions/{action}"))
        .await;
    assert_eq!(kept.json()["status"], "Succeeded");
}

#[tokio::test]
async fn stolen_key_betrays_itself_as_soon_as_both_have_asked() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    orders_of(&world, &device, life(9, "ours", 70)).await;
    // A thief may tell any life; whichever it is, the other's next word contradicts it.
    world.clock.advance(Duration::from_secs(1));
    orders_of(&world, &device, life(100, "thief", 1)).await;
    assert!(world.admin.clones().await.unwrap().is_empty());
    stopped(&world).await;
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(orders_of(&world, &device, life(9, "ours", 71)).await, 0);
    assert_eq!(world.admin.clones().await.unwrap().len(), 1);
    world.clock.advance(Duration::from_secs(1));
    assert_eq!(orders_of(&world, &device, life(100, "thief", 2)).await, 0);
}

#[tokio::test]
async fn captured_report_is_good_for_nothing() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let action = stopped(&world).await;
    let body = serde_json::to_vec(&serde_json::json!({
        "protocolVersion": 2, "actionId": action, "phase": {"type": "Cancelled"}
    }))
    .unwrap();
    let assertion = device.sign(&device.claims(&world, route::REPORT, &body));
    let first = world
        .send(asked(route::REPORT, &assertion, body.clone()))
        .await;
    assert_eq!(first.status.as_u16(), 200);
    let again = world.send(asked(route::REPORT, &assertion, body)).await;
    assert_eq!(fault(&again), INVALID);
}
