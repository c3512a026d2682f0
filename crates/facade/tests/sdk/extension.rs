//! What our own server alone does: the same life, and never at Microsoft's.

use std::sync::Arc;

use quell::extension::OwnServer;
use quell::model::RestoreConflict;
use quell::transport::TransportErrorKind;
use quell::{
    Client, ClientSecret, ErrorKind, MachineAction, MemoryJournal, Outcome, Placement, Reconciled,
};
use serde_json::json;

use crate::tenant::{ACTION, Line, MACHINE, SHA1, Tenant, answer};

const RESTORE: &str = "restore-1";

fn action(id: &str, kind: &str) -> serde_json::Value {
    json!({"id": id, "type": kind, "status": "Pending", "machineId": MACHINE,
        "requestorComment": "false positive",
        "relatedFileInfo": {"fileIdentifier": SHA1, "fileIdentifierType": "Sha1"}})
}

fn taken() -> MachineAction {
    serde_json::from_value(action(ACTION, "StopAndQuarantineFile")).unwrap()
}

fn body(tenant: &Tenant) -> serde_json::Value {
    serde_json::from_slice(&tenant.calls().last().unwrap().body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn restoring_names_the_action_or_the_file_and_is_an_action_itself() {
    let made = || answer(201, action(RESTORE, "RestoreFile").to_string());
    let tenant = Tenant::new().plays([made(), made()]);
    let server = OwnServer::of(&tenant.client()).unwrap();
    let placed = server
        .restore_what(&taken(), RestoreConflict::Rename, "false positive")
        .await
        .unwrap();
    assert_eq!(
        (placed.id().as_str(), placed.placement()),
        (RESTORE, Placement::Created)
    );
    let uri = tenant.calls().last().unwrap().uri.clone();
    assert!(
        uri.ends_with(&format!("/quell/v1/machines/{MACHINE}/restore")),
        "{uri}"
    );
    assert_eq!(
        body(&tenant),
        json!({"Comment": "false positive", "ActionId": ACTION, "Conflict": "rename"})
    );
    let by_file = server.restore_file(MACHINE, SHA1, RestoreConflict::Fail, "false positive");
    by_file.await.unwrap();
    assert_eq!(
        body(&tenant),
        json!({"Comment": "false positive", "Sha1": SHA1, "Conflict": "fail"})
    );
}

#[tokio::test(start_paused = true)]
async fn lost_answer_is_not_asked_again_but_found() {
    let found = json!({"value": [action(RESTORE, "RestoreFile")]}).to_string();
    let tenant = Tenant::new().plays([
        Line::Fail(TransportErrorKind::Interrupted),
        answer(200, found),
    ]);
    let journal = Arc::new(MemoryJournal::default());
    let client = tenant.builder().journal(journal).build().unwrap();
    let server = OwnServer::of(&client).unwrap();
    let lost = server
        .restore_file(MACHINE, SHA1, RestoreConflict::Fail, "false positive")
        .await;
    assert_eq!(lost.unwrap_err().outcome(), Outcome::Unknown);
    assert_eq!(tenant.calls().len(), 1);
    let [(_, intent)] = client.unsettled().await.unwrap().try_into().unwrap();
    assert_eq!(intent.kind, quell::extension::restore_file());
    match client.reconcile(&intent).await.unwrap() {
        Reconciled::Found(action) => assert_eq!(action.id.as_str(), RESTORE),
        Reconciled::Ambiguous(some) => assert_eq!(some.len(), 1),
        other => panic!("{other:?}"),
    }
    let asked = tenant.calls().last().unwrap().uri.clone();
    assert!(asked.contains("RestoreFile"), "{asked}");
}

#[tokio::test(start_paused = true)]
async fn insisting_is_one_word_more() {
    let tenant = Tenant::new().plays([answer(
        201,
        action(ACTION, "StopAndQuarantineFile").to_string(),
    )]);
    let server = OwnServer::of(&tenant.client()).unwrap();
    server
        .stop_and_quarantine_file_by_force(MACHINE, SHA1, "false positive")
        .await
        .unwrap();
    assert_eq!(
        body(&tenant),
        json!({"Comment": "false positive", "Sha1": SHA1, "Force": true})
    );
}

#[tokio::test(start_paused = true)]
async fn action_that_took_nothing_is_not_undone() {
    let tenant = Tenant::new();
    let server = OwnServer::of(&tenant.client()).unwrap();
    let mut taken = taken();
    taken.related_file_info = None;
    let error = server
        .restore_what(&taken, RestoreConflict::Fail, "c")
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::InvalidInput);
    assert!(tenant.calls().is_empty());
}

#[test]
fn microsoft_s_service_is_no_server_of_ours() {
    let client = Client::builder()
        .credential(ClientSecret::new("contoso.example", "app", "secret"))
        .build()
        .unwrap();
    let refused = OwnServer::of(&client).unwrap_err().to_string();
    assert!(
        refused.starts_with("api.securitycenter.microsoft.com is Microsoft's"),
        "{refused}"
    );
}
