//! Machines being let in, and their proofs.

use axum::body::Body;
use http::{Request, header};
use quell_model::MachineId;
use quell_protocol::{AssertionClaims, FaultCode, ProtocolVersion, route};

use super::device::{Device, asked, facts, fault};
use super::world::{MACHINE, OTHER_MACHINE, World, called};

#[tokio::test]
async fn machine_with_a_token_is_in_and_belongs_to_the_tenant() {
    let world = World::new().await;
    let device = Device::new(MACHINE, world.enrolment_token(1).await);
    let answer = device.enrol(&world).await;
    assert_eq!(answer.json()["machineId"], MACHINE);
    assert_eq!(answer.json()["tenantId"], world.tenant());
    let again = device.enrol(&world).await;
    assert_eq!(again.status.as_u16(), 200);
}

#[tokio::test]
async fn token_used_up_unknown_or_late_lets_nobody_in() {
    let world = World::new().await;
    let token = world.enrolment_token(1).await;
    Device::new(MACHINE, token.clone()).enrol(&world).await;
    let used_up = Device::new(OTHER_MACHINE, token).enrol(&world).await;
    let refused = (403, FaultCode::InvalidEnrolmentToken);
    assert_eq!(fault(&used_up), refused);

    let late = world.enrolment_token(1).await;
    world.clock.advance(std::time::Duration::from_secs(3600));
    assert_eq!(
        fault(&Device::new(OTHER_MACHINE, late).enrol(&world).await),
        refused
    );
}

#[tokio::test]
async fn machine_without_an_id_of_the_api_s_form_is_refused_and_uses_nothing_up() {
    let world = World::new().await;
    let token = world.enrolment_token(1).await;
    for id in ["xyz", "web.example", &MACHINE[1..]] {
        let answer = Device::new(id, token.clone()).enrol(&world).await;
        assert_eq!(fault(&answer), (400, FaultCode::InvalidMessage));
        assert!(
            answer.text.contains("40 hexadecimal digits"),
            "{}",
            answer.text
        );
    }
    assert!(world.admin.machines().await.unwrap().is_empty());
    let usual = Device::new(MACHINE, token).enrol(&world).await;
    assert_eq!(usual.status.as_u16(), 200);
}

#[tokio::test]
async fn copied_machine_cannot_take_the_original_s_place() {
    let world = World::new().await;
    let original = world.enrolled(MACHINE).await;
    let copy = Device::new(MACHINE, world.enrolment_token(5).await);
    assert_eq!(
        fault(&copy.enrol(&world).await),
        (403, FaultCode::InvalidEnrolmentToken)
    );
    assert!(original.hold(&world, 0, 0).await.orders.is_empty());
}

#[tokio::test]
async fn key_must_be_held_by_who_enrols_it() {
    let world = World::new().await;
    let honest = Device::new(MACHINE, world.enrolment_token(1).await);
    let thief = Device::new(MACHINE, honest.token.clone());
    let body = serde_json::to_vec(&honest.enrol_request()).unwrap();
    let stolen = thief.sign(&thief.claims(&world, route::ENROL, &body));
    let answer = world.send(asked(route::ENROL, &stolen, body)).await;
    assert_eq!(fault(&answer), (401, FaultCode::InvalidAssertion));
}

#[tokio::test]
async fn revoked_machine_is_told_so_and_may_be_enrolled_by_hand() {
    let world = World::new().await;
    let device = world.enrolled(MACHINE).await;
    let machine = MachineId::new(MACHINE).unwrap();
    assert!(world.admin.revoke(&machine).await.unwrap());
    let hold = Device::hold_request(0, 0);
    let answer = device.send(&world, route::HOLD, &hold).await;
    assert_eq!(fault(&answer), (403, FaultCode::Revoked));
    let renewed = world.enrolled(MACHINE).await;
    assert!(renewed.hold(&world, 0, 0).await.orders.is_empty());
    let answer = device.send(&world, route::HOLD, &hold).await;
    assert_eq!(fault(&answer), (401, FaultCode::InvalidAssertion));
}

#[tokio::test]
async fn open_hold_ends_soon_after_its_machine_was_revoked() {
    let world = World::new().await;
    let device = world.enrolled(MACHINE).await;
    world.clock.advance(std::time::Duration::from_secs(1));
    let hold = Device::hold_request(0, 50);
    let revoke = async {
        // Once it is seen, its assertion is used up, and nothing but the open hold looks again.
        while world.admin.machines().await.unwrap()[0].last_seen != world.now() {}
        world.admin.revoke(&device.machine).await.unwrap();
        tokio::time::pause();
        tokio::time::Instant::now()
    };
    let (answer, revoked) = tokio::join!(device.send(&world, route::HOLD, &hold), revoke);
    assert_eq!(fault(&answer), (403, FaultCode::Revoked));
    assert!(revoked.elapsed() < std::time::Duration::from_secs(6));
}

#[tokio::test]
async fn revoked_machine_takes_no_actions_and_its_open_ones_are_cancelled() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(super::world::BOTH).await;
    let path = format!("/api/machines/{MACHINE}");
    let onboarded = "/api/machines?$filter=onboardingStatus%20eq%20'CanBeOnboarded'";
    assert_eq!(
        world.get(&token, onboarded).await.json()["value"]
            .as_array()
            .unwrap()
            .len(),
        0
    );
    let action = world.stop(&token).await.json();
    world.admin.revoke(&device.machine).await.unwrap();

    let id = action["id"].as_str().unwrap();
    let ended = world
        .get(&token, &format!("/api/machineactions/{id}"))
        .await
        .json();
    assert_eq!(ended["status"], "Cancelled");
    assert_eq!(ended["cancellationRequestor"], "quell");
    assert_eq!(ended["cancellationComment"], "machine revoked");
    let refused = (
        403,
        "DisallowedOperation".to_owned(),
        format!("Machine {MACHINE} is revoked."),
    );
    assert_eq!(world.stop(&token).await.refusal(), refused);
    let machine = world.get(&token, &path).await.json();
    assert_eq!(machine["healthStatus"], "Inactive");
    assert_eq!(machine["onboardingStatus"], "CanBeOnboarded");
    assert_eq!(
        world.get(&token, onboarded).await.json()["value"]
            .as_array()
            .unwrap()
            .len(),
        1
    );

    let renewed = world.enrolled(MACHINE).await;
    assert!(renewed.hold(&world, 0, 0).await.orders.is_empty());
    let machine = world.get(&token, &path).await.json();
    assert_eq!(machine["healthStatus"], "Active");
    assert_eq!(machine["onboardingStatus"], "Onboarded");
    assert_eq!(world.stop(&token).await.status.as_u16(), 201);
}

#[tokio::test]
async fn revoked_key_is_not_let_in_again_by_any_token() {
    let world = World::new().await;
    let device = Device::new(MACHINE, world.enrolment_token(5).await);
    device.enrol(&world).await;
    world.admin.revoke(&device.machine).await.unwrap();
    let answer = device.enrol(&world).await;
    assert_eq!(fault(&answer), (403, FaultCode::Revoked));
    let hold = device.send(&world, route::HOLD, &Device::hold_request(0, 0));
    assert_eq!(fault(&hold.await), (403, FaultCode::Revoked));
}

#[tokio::test]
async fn machine_is_told_the_id_by_which_it_is_known() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    world.admin.revoke(&device.machine).await.unwrap();
    let louder = MACHINE.to_uppercase();
    let renewed = Device::new(&louder, world.enrolment_token(1).await);
    assert_eq!(renewed.enrol(&world).await.json()["machineId"], MACHINE);
    world.stop(&world.token(super::world::BOTH).await).await;
    let orders = renewed.hold(&world, 0, 0).await.orders;
    assert_eq!(orders[0].machine_id.as_str(), MACHINE);
}

#[tokio::test]
async fn stranger_s_long_message_is_refused_before_it_is_read() {
    let world = World::new().await;
    let stranger = Device::new(MACHINE, world.enrolment_token(1).await);
    for path in [route::REPORT, route::INVENTORY] {
        let claims = stranger.claims(&world, path, b"");
        let mut request = asked(path, &stranger.sign(&claims), Vec::new());
        *request.body_mut() = Body::new(NeverAsked);
        let answer = world.send(request).await;
        assert_eq!(fault(&answer), (401, FaultCode::UnknownDevice), "{path}");
    }
}

/// A body that nobody should want.
struct NeverAsked;

impl hyper::body::Body for NeverAsked {
    type Data = bytes::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        panic!("the body was read")
    }
}

#[tokio::test]
async fn only_an_unknown_machine_is_unknown() {
    let world = World::new().await;
    let stranger = Device::new(MACHINE, world.enrolment_token(1).await);
    let hold = Device::hold_request(0, 0);
    let answer = stranger.send(&world, route::HOLD, &hold).await;
    assert_eq!(fault(&answer), (401, FaultCode::UnknownDevice));
}

#[tokio::test]
async fn assertion_is_good_once_for_one_request_at_one_time() {
    let world = World::new().await;
    let device = world.enrolled(MACHINE).await;
    let body = serde_json::to_vec(&Device::hold_request(0, 0)).unwrap();
    let fresh = || device.claims(&world, route::HOLD, &body);
    let ask = |claims: &AssertionClaims, body: &[u8]| {
        world.send(asked(route::HOLD, &device.sign(claims), body.to_vec()))
    };

    let claims = fresh();
    assert_eq!(ask(&claims, &body).await.status.as_u16(), 200);
    let invalid = (401, FaultCode::InvalidAssertion);
    assert_eq!(fault(&ask(&claims, &body).await), invalid);

    let other_body = serde_json::to_vec(&Device::hold_request(7, 0)).unwrap();
    assert_eq!(fault(&ask(&fresh(), &other_body).await), invalid);
    let mut elsewhere = fresh();
    elsewhere.aud = "another server".to_owned();
    assert_eq!(fault(&ask(&elsewhere, &body).await), invalid);
    let mut endless = fresh();
    endless.exp += 3600;
    assert_eq!(fault(&ask(&endless, &body).await), invalid);

    let old = fresh();
    world.clock.advance(std::time::Duration::from_secs(361));
    assert_eq!(fault(&ask(&old, &body).await), (401, FaultCode::ClockSkew));
}

#[tokio::test]
async fn request_without_an_assertion_or_with_two_is_refused() {
    let world = World::new().await;
    world.enrolled(MACHINE).await;
    for headers in [
        &[][..],
        &["Basic x"],
        &["Bearer a.b.c"],
        &["Bearer a", "Bearer b"],
    ] {
        let mut request = called(Request::post(route::HOLD));
        for value in headers {
            request = request.header(header::AUTHORIZATION, *value);
        }
        let answer = world.send(request.body(Body::from("{}")).unwrap()).await;
        assert_eq!(fault(&answer), (401, FaultCode::InvalidAssertion));
    }
}

#[tokio::test]
async fn machine_of_another_version_is_refused_and_shown_as_impaired() {
    let world = World::new().await;
    let device = world.enrolled(MACHINE).await;
    let mut hold = Device::hold_request(0, 0);
    hold.protocol_version = ProtocolVersion::from(99);
    let answer = device.send(&world, route::HOLD, &hold).await;
    assert_eq!(fault(&answer), (426, FaultCode::UnsupportedVersion));
    let token = world.token(&["Machine.Read.All"]).await;
    let machine = world.get(&token, &format!("/api/machines/{MACHINE}")).await;
    assert_eq!(machine.json()["healthStatus"], "ImpairedCommunication");
}

#[tokio::test]
async fn enrolment_that_is_not_understood_is_not_quoted() {
    let world = World::new().await;
    let device = Device::new(MACHINE, world.enrolment_token(1).await);
    let secret = device.token.secret();
    for misplaced in ["protocolVersion", "machine", "machineId"] {
        let mut request = serde_json::to_value(device.enrol_request()).unwrap();
        request[misplaced] = match misplaced {
            "machineId" => serde_json::json!({ secret: 1 }),
            _ => secret.into(),
        };
        let answer = device.send(&world, route::ENROL, &request).await;
        assert_eq!(fault(&answer), (400, FaultCode::InvalidMessage));
        assert!(!answer.text.contains(secret), "{}", answer.text);
    }
}

#[tokio::test]
async fn message_that_is_none_is_refused_and_a_name_must_be_one() {
    let world = World::new().await;
    let device = world.enrolled(MACHINE).await;
    let invalid = (400, FaultCode::InvalidMessage);
    let empty = serde_json::json!({"protocolVersion": ProtocolVersion::CURRENT});
    assert_eq!(
        fault(&device.send(&world, route::REPORT, &empty).await),
        invalid
    );

    let other = Device::new(OTHER_MACHINE, world.enrolment_token(1).await);
    let mut request = other.enrol_request();
    for text in ["a\u{1b}[2J".to_owned(), "x".repeat(5000)] {
        request.machine = facts();
        request.machine.computer_dns_name = text.clone();
        let answer = other.send(&world, route::ENROL, &request).await;
        assert_eq!(fault(&answer), invalid);
        request.machine = facts();
        request.machine.degraded = vec![text];
        let answer = other.send(&world, route::ENROL, &request).await;
        assert_eq!(fault(&answer), invalid);
    }
}
