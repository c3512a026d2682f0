//! What a request may say beyond the contract: hints, dry runs; and what the machine said of it.

use quell_protocol::{
    Ability, ActionResult, FailureReason, FileOutcome, FileResult, Hints, Phase, Rehearsal, Verb,
    Verdict, WirePath, route,
};
use serde_json::json;

use super::device::Device;
use super::world::{BODY, BOTH, MACHINE, SHA1, World, stop_path};

fn asking(more: &serde_json::Value) -> String {
    let mut body = json!({"Comment": "why", "Sha1": SHA1});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.to_string()
}

async fn ordered(world: &World, device: &Device) -> (Hints, bool) {
    let [order] = device.hold(world, 0, 0).await.orders.try_into().unwrap();
    match order.verb {
        Verb::StopAndQuarantineFile { hints, dry_run, .. } => (hints, dry_run),
        other => panic!("{other:?}"),
    }
}

fn result_path(action: &str) -> String {
    format!("/quell/v1/machineactions/{action}/result")
}

#[tokio::test]
async fn hints_reach_the_machine_and_no_answer() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let body = asking(&json!({"FileSize": 4711, "Paths": ["/opt/evil", "/tmp/ä b"]}));
    let answer = world.post(&token, &stop_path(MACHINE), body).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let got = world
        .get(&token, &format!("/api/machineactions/{id}"))
        .await;
    let listed = world.get(&token, "/api/machineactions").await;
    for answer in [&answer, &got, &listed] {
        for word in ["4711", "evil", "FileSize", "fileSize", "aths", "hint"] {
            assert!(!answer.text.contains(word), "{word} in {}", answer.text);
        }
    }
    let expected = Hints {
        file_size: Some(4711),
        paths: vec![
            WirePath::from_bytes(b"/opt/evil"),
            WirePath::from_bytes("/tmp/ä b".as_bytes()),
        ],
    };
    assert_eq!(ordered(&world, &device).await, (expected, false));
}

#[tokio::test]
async fn hints_out_of_bounds_are_refused_by_name() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    for (more, property) in [
        (json!({"FileSize": 0}), "FileSize"),
        (json!({"FileSize": "12"}), "FileSize"),
        (json!({"Paths": ["relative"]}), "Paths"),
        (json!({"Paths": vec!["/x"; 33]}), "Paths"),
        (json!({"DryRun": 1}), "DryRun"),
        (json!({"StopMappers": 1}), "StopMappers"),
    ] {
        let body = asking(&more);
        let (status, code, message) = world
            .post(&token, &stop_path(MACHINE), body)
            .await
            .refusal();
        assert_eq!((status, code.as_str()), (400, "InvalidInput"), "{message}");
        assert!(message.contains(property), "{message}");
    }
}

#[tokio::test]
async fn agent_of_before_hints_gets_the_order_without_them() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let body = asking(&json!({"FileSize": 4711}));
    world.post(&token, &stop_path(MACHINE), body).await;
    let mut request = Device::hold_request(0, 0);
    request.abilities.clear();
    let answer = device.send(&world, route::HOLD, &request).await;
    assert!(!answer.text.contains("4711"), "{}", answer.text);
    assert_eq!(answer.json()["orders"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn dry_run_is_ordered_as_one_and_listed_as_one() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let body = asking(&json!({"DryRun": true, "Title": "case 7"}));
    let answer = world.post(&token, &stop_path(MACHINE), body).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    assert_eq!(answer.json()["title"], "Dry run: case 7");
    assert_eq!(ordered(&world, &device).await, (Hints::default(), true));
    // Nobody who wants the file gone is answered with an action that touches nothing.
    let (status, code, _) = world.stop(&token).await.refusal();
    assert_eq!((status, code.as_str()), (400, "ActiveRequestAlreadyExists"));
}

#[tokio::test]
async fn dry_run_is_never_handed_to_an_agent_that_would_act() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let body = asking(&json!({"DryRun": true}));
    let answer = world.post(&token, &stop_path(MACHINE), body).await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let mut request = Device::hold_request(0, 0);
    request.abilities.clear();
    let held = device.send(&world, route::HOLD, &request).await;
    assert_eq!(held.json()["orders"], json!([]));
    let action = world
        .get(&token, &format!("/api/machineactions/{id}"))
        .await;
    assert_eq!(action.json()["status"], "Failed");
    let unsupported = FailureReason::Unsupported.hresult();
    assert_eq!(action.json()["errorHResult"], unsupported);
    let result = world.get(&token, &result_path(&id)).await;
    assert_eq!(result.json()["verdict"]["reason"], "Unsupported");
    assert!(device.hold(&world, 0, 0).await.orders.is_empty());
}

const FORCE: &str = "Quell.Machine.Force";

#[tokio::test]
async fn users_of_a_library_are_stopped_for_whoever_holds_the_permission() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let body = asking(&json!({"StopMappers": true}));
    let may_not = world.token(BOTH).await;
    let path = stop_path(MACHINE);
    let (status, code, message) = world.post(&may_not, &path, body.clone()).await.refusal();
    assert_eq!((status, code.as_str()), (403, "Forbidden"));
    assert!(message.contains(FORCE), "{message}");

    let token = world.token(&[BOTH[0], BOTH[1], FORCE]).await;
    let answer = world.post(&token, &path, body).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    assert!(!answer.text.contains("apper"), "{}", answer.text);
    assert_eq!(
        world.deeds("ActionTaken").await[0]["details"]["stopMappers"],
        true
    );
    let [order] = device.hold(&world, 0, 0).await.orders.try_into().unwrap();
    let stops = |verb: &Verb| {
        matches!(
            verb,
            Verb::StopAndQuarantineFile {
                stop_mappers: true,
                force: false,
                ..
            }
        )
    };
    assert!(stops(&order.verb), "{order:?}");
    // Whoever asks for less is not answered with an action that stops more.
    let (status, code, _) = world.stop(&token).await.refusal();
    assert_eq!((status, code.as_str()), (400, "ActiveRequestAlreadyExists"));
}

#[tokio::test]
async fn agent_that_would_let_the_users_of_a_library_go_on_is_not_asked() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(&[BOTH[0], BOTH[1], FORCE]).await;
    let body = asking(&json!({"StopMappers": true}));
    let answer = world.post(&token, &stop_path(MACHINE), body).await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let mut request = Device::hold_request(0, 0);
    request
        .abilities
        .retain(|ability| *ability != Ability::StopMappers);
    let held = device.send(&world, route::HOLD, &request).await;
    assert_eq!(held.json()["orders"], json!([]));
    let result = world.get(&token, &result_path(&id)).await.json();
    assert_eq!(result["verdict"]["reason"], "Unsupported");
    let message = result["verdict"]["message"].as_str().unwrap();
    assert!(message.contains("use the file as a library"), "{message}");
}

#[tokio::test]
async fn result_is_what_the_machine_said_for_whoever_may_read_the_action() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let answer = world.post(&token, &stop_path(MACHINE), BODY).await;
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    let before = world.get(&token, &result_path(&id)).await.refusal();
    assert_eq!((before.0, before.1.as_str()), (404, "ResourceNotFound"));
    let path = WirePath::from_bytes(b"/opt/\xff");
    let told = ActionResult {
        files: vec![FileResult::new(path, FileOutcome::WouldQuarantine)],
        dry_run: Some(Rehearsal {
            would_be: Verdict::Succeeded,
            users: 1,
        }),
        ..ActionResult::new(SHA1.parse().unwrap(), Verdict::Succeeded)
    };
    device
        .report(&world, &id, Phase::finished(told.clone()))
        .await;
    let result = world.get(&token, &result_path(&id)).await;
    assert_eq!(result.status.as_u16(), 200, "{}", result.text);
    let read: ActionResult = serde_json::from_str(&result.text).unwrap();
    assert_eq!(read, told);
    let unknown = world
        .get(&token, &result_path("0b5f1a3e-0000-4000-8000-000000000009"))
        .await;
    assert_eq!(unknown.refusal().0, 404);
    let may_not = world.token(&[BOTH[0]]).await;
    assert_eq!(
        world.get(&may_not, &result_path(&id)).await.refusal().0,
        403
    );
}
