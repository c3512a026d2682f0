//! Putting a quarantined file back, as its caller and its machine see it.

use quell_protocol::{Conflict, Verb, Verdict};
use serde_json::json;

use super::device::finished;
use super::person::{Sitting, limit};
use super::world::{ACTION, BODY, BOTH, MACHINE, OTHER_MACHINE, SHA1, World, stop_path};
use crate::admin::{Holder, NamedReach, NewRole};
use crate::core::RolePermission;

const RESTORE: &str = "Quell.Machine.Restore";

fn path(machine: &str) -> String {
    format!("/quell/v1/machines/{machine}/restore")
}

#[tokio::test]
async fn restore_has_a_life_of_its_own_and_reaches_the_machine_without_a_path() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(&[BOTH[0], BOTH[1], RESTORE]).await;
    let stopped = world.stop(&token).await.json();
    let stopped = stopped["id"].as_str().unwrap();
    let body = json!({"Comment": "false positive", "ActionId": stopped, "Conflict": "rename"});
    let active = world.post(&token, &path(MACHINE), body.to_string()).await;
    assert_eq!(active.refusal().1, "ActiveRequestAlreadyExists");
    device
        .report(&world, stopped, finished(Verdict::Succeeded))
        .await;

    let answer = world.post(&token, &path(MACHINE), body.to_string()).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    let restore = answer.json();
    assert_eq!(restore["type"], "RestoreFile");
    assert_eq!(restore["status"], "Pending");
    assert_eq!(restore["relatedFileInfo"]["fileIdentifier"], SHA1);
    let again = world.post(&token, &path(MACHINE), body.to_string()).await;
    assert_eq!(again.json()["id"], restore["id"]);

    let [order] = device.hold(&world, 0, 0).await.orders.try_into().unwrap();
    let Verb::RestoreFile {
        sha1,
        taken_by,
        conflict,
        comment,
        ..
    } = order.verb
    else {
        panic!("another verb")
    };
    assert_eq!(
        (sha1.to_string().as_str(), comment.as_str()),
        (SHA1, "false positive")
    );
    assert_eq!(taken_by.unwrap().as_str(), stopped);
    assert_eq!(conflict, Conflict::Rename);
    let id = restore["id"].as_str().unwrap();
    device
        .report(&world, id, finished(Verdict::Succeeded))
        .await;
    let shown = world
        .get(&token, &format!("/api/machineactions/{id}"))
        .await;
    assert_eq!(shown.json()["status"], "Succeeded");
    let filtered = world
        .get(
            &token,
            "/api/machineactions?$filter=type%20eq%20'StopAndQuarantineFile'",
        )
        .await;
    assert_eq!(
        filtered.json()["value"].as_array().unwrap().len(),
        1,
        "{}",
        filtered.text
    );
}

#[tokio::test]
async fn restore_is_refused_to_who_may_not_and_where_there_is_nothing() {
    let world = World::new().await;
    world.machine_with_file().await;
    let sha1 = json!({"Comment": "why", "Sha1": SHA1}).to_string();
    let stops = world.token(BOTH).await;
    let (status, code, message) = world
        .post(&stops, &path(MACHINE), sha1.clone())
        .await
        .refusal();
    assert_eq!((status, code.as_str()), (403, "Forbidden"));
    assert!(message.contains(RESTORE), "{message}");
    let token = world.token(&[RESTORE]).await;
    for (machine, body, status) in [
        ("nobody", sha1.clone(), 404),
        (MACHINE, sha1.clone(), 404),
        (
            MACHINE,
            json!({"Comment": "why", "ActionId": ACTION}).to_string(),
            404,
        ),
        (MACHINE, json!({"Comment": "why"}).to_string(), 400),
        (MACHINE, json!({"Sha1": SHA1}).to_string(), 400),
        (
            MACHINE,
            json!({"Comment": "why", "Sha1": "no hash"}).to_string(),
            400,
        ),
        (
            MACHINE,
            json!({"Comment": "why", "Sha1": SHA1, "ActionId": ACTION}).to_string(),
            400,
        ),
        (
            MACHINE,
            json!({"Comment": "why", "Sha1": SHA1, "Conflict": "replace"}).to_string(),
            400,
        ),
        (
            MACHINE,
            json!({"Comment": "why", "ActionId": ""}).to_string(),
            400,
        ),
        (MACHINE, "{".to_owned(), 400),
    ] {
        let answer = world.post(&token, &path(machine), body.clone()).await;
        assert_eq!(
            answer.status.as_u16(),
            status,
            "{machine} {body}: {}",
            answer.text
        );
    }
    assert_eq!(world.get(&token, &path(MACHINE)).await.status.as_u16(), 405);
    assert_eq!(
        world
            .post("no token", &path(MACHINE), sha1)
            .await
            .status
            .as_u16(),
        401
    );
}

#[tokio::test]
async fn restore_is_cancelled_before_it_is_picked_up() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(&[BOTH[0], BOTH[1], RESTORE]).await;
    let stopped = world.stop(&token).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    device
        .report(&world, &stopped, finished(Verdict::Succeeded))
        .await;
    let body = json!({"Comment": "why", "Sha1": SHA1}).to_string();
    let restore = world.post(&token, &path(MACHINE), body).await.json();
    let cancel = format!(
        "/api/machineactions/{}/cancel",
        restore["id"].as_str().unwrap()
    );
    let answer = world.post(&token, &cancel, r#"{"Comment":"no"}"#).await;
    assert_eq!(answer.json()["status"], "Cancelled", "{}", answer.text);
    let orders = device.hold(&world, 0, 0).await.orders;
    assert!(
        orders.iter().all(|order| order.verb == Verb::CancelAction),
        "{orders:?}"
    );
}

#[tokio::test]
async fn person_restores_on_the_machines_of_his_roles_and_on_no_other() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let elsewhere = world.enrolled(OTHER_MACHINE).await;
    world.saw(OTHER_MACHINE, SHA1).await;
    let robot = world.token(BOTH).await;
    for (machine, device) in [(MACHINE, &device), (OTHER_MACHINE, &elsewhere)] {
        let stopped = world.post(&robot, &stop_path(machine), BODY).await.json();
        let id = stopped["id"].as_str().unwrap();
        device
            .report(&world, id, finished(Verdict::Succeeded))
            .await;
    }
    let sitting = Sitting::with_scopes(&world, &["Machine.Read", RESTORE]).await;
    let token = sitting.token(&world).await;
    limit(&world, &[MACHINE]).await;
    let body = json!({"Comment": "false positive", "Sha1": SHA1}).to_string();
    let taken = world.post(&token, &path(MACHINE), body.clone()).await;
    assert_eq!(taken.status.as_u16(), 201, "{}", taken.text);
    assert_eq!(taken.json()["requestor"], "ana@contoso.example");
    let unseen = world.post(&token, &path(OTHER_MACHINE), body.clone()).await;
    assert_eq!(unseen.status.as_u16(), 404, "{}", unseen.text);
    let role = NewRole {
        name: "Readers".to_owned(),
        permissions: vec![RolePermission::ViewData],
        reach: NamedReach::All,
    };
    world.admin.add_role(role).await.unwrap();
    let ana = vec![Holder::User("ana@contoso.example".to_owned())];
    world
        .admin
        .grant_role("Readers", ana, vec![])
        .await
        .unwrap();
    let seen = world.post(&token, &path(OTHER_MACHINE), body).await;
    assert_eq!(seen.status.as_u16(), 403, "{}", seen.text);
    let orders = elsewhere.hold(&world, 0, 0).await.orders;
    let restores = orders
        .iter()
        .filter(|order| matches!(order.verb, Verb::RestoreFile { .. }));
    assert_eq!(restores.count(), 0);
}
