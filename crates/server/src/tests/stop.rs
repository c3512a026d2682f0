//! StopAndQuarantineFile, as it succeeds.

use http::header;
use serde_json::json;

use super::world::{BODY, BOTH, MACHINE, OTHER_MACHINE, SHA1, World, stop_path};
use crate::UnknownFile;

#[tokio::test]
async fn documentation_s_example_answers_201_with_every_key_in_the_service_s_order() {
    let world = World::new().await;
    world.machine_with_file().await;
    let answer = world.stop(&world.token(BOTH).await).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
    assert_eq!(
        answer.headers[header::CONTENT_TYPE],
        "application/json; odata.metadata=minimal"
    );
    let id = answer.json()["id"].as_str().unwrap().to_owned();
    assert_eq!(uuid::Uuid::parse_str(&id).unwrap().to_string(), id);
    insta::assert_snapshot!(
        answer.text.replace(&id, "<id>"),
        @r#"{"@odata.context":"http://127.0.0.1:8642/api/$metadata#MachineActions/$entity","id":"<id>","type":"StopAndQuarantineFile","title":null,"requestor":"SOC robot","requestorComment":"Stop and quarantine file on machine due to alert 441688558380765161_2136280442","status":"Pending","machineId":"1e5bc9d7e413ddd7902c2932e418702b84d0cc07","computerDnsName":"host.example","creationDateTimeUtc":"2026-03-01T10:00:00.1234567Z","lastUpdateDateTimeUtc":"2026-03-01T10:00:00.1234567Z","cancellationRequestor":null,"cancellationComment":null,"cancellationDateTimeUtc":null,"errorHResult":0,"scope":null,"externalId":null,"requestSource":"PublicApi","relatedFileInfo":{"fileIdentifier":"87662bc3d60e4200ceaf7aae249d1c343f4b83c9","fileIdentifierType":"Sha1"},"commands":[],"troubleshootInfo":null}"#
    );
}

#[tokio::test]
async fn path_in_any_case_and_with_the_version_is_the_same() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let first = world.stop(&token).await.json()["id"].clone();
    for path in [
        format!("/API/Machines/{MACHINE}/stopandquarantinefile"),
        format!("/api/v1.0/machines/{MACHINE}/stopAndQuarantineFile"),
        stop_path(&MACHINE.to_uppercase()),
    ] {
        let answer = world.post(&token, &path, BODY).await;
        assert_eq!(answer.status.as_u16(), 201, "{path}: {}", answer.text);
        assert_eq!(answer.json()["id"], first, "{path}");
    }
}

#[tokio::test]
async fn caller_s_own_title_and_id_are_kept_and_its_source_is_not_believed() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let body = json!({
        "Comment": "why", "Sha1": SHA1.to_uppercase(), "ExternalId": "case-7",
        "RequestSource": "Portal", "Title": "t", "Unknown": [1]
    });
    let answer = world
        .post(&token, &stop_path(MACHINE), body.to_string())
        .await
        .json();
    assert_eq!(answer["externalId"], "case-7");
    assert_eq!(answer["title"], "t");
    assert_eq!(answer["requestSource"], "PublicApi");
    assert_eq!(answer["relatedFileInfo"]["fileIdentifier"], SHA1);
}

#[tokio::test]
async fn other_keys_sent_as_null_are_as_if_they_were_not_sent() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(BOTH).await;
    let body = json!({
        "Comment": "why", "Sha1": SHA1, "ExternalId": null, "RequestSource": null, "Title": null
    });
    let answer = world
        .post(&token, &stop_path(MACHINE), body.to_string())
        .await;
    assert_eq!(answer.status.as_u16(), 201);
}

#[tokio::test]
async fn offline_machine_is_no_error() {
    let world = World::new().await;
    world.machine_with_file().await;
    world.clock.advance(std::time::Duration::from_secs(86_400));
    let answer = world.stop(&world.token(BOTH).await).await;
    assert_eq!(answer.status.as_u16(), 201);
    assert_eq!(answer.json()["status"], "Pending");
}

#[tokio::test]
async fn unknown_file_is_ordered_where_the_server_is_told_so() {
    let world = World::with(|config| config.unknown_file = UnknownFile::Deliver).await;
    world.enrolled(MACHINE).await;
    let answer = world.stop(&world.token(BOTH).await).await;
    assert_eq!(answer.status.as_u16(), 201, "{}", answer.text);
}

#[tokio::test]
async fn file_on_another_machine_is_not_on_this_one() {
    let world = World::new().await;
    world.machine_with_file().await;
    world.enrolled(OTHER_MACHINE).await;
    let token = world.token(BOTH).await;
    let answer = world.post(&token, &stop_path(OTHER_MACHINE), BODY).await;
    assert_eq!(
        answer.refusal(),
        (
            404,
            "ResourceNotFound".to_owned(),
            format!("Sha1 {SHA1} was not found in machine {OTHER_MACHINE}")
        )
    );
}
