//! The neighbours of the quarantine, asked through the SDK of a real server with a real device.

#![forbid(unsafe_code)]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

use std::net::IpAddr;

use quell::model::{
    FullActionType, IndicatorAction, IndicatorType, ListAvailableMachineActions, LookBackHours,
    MachineId, SubmitIndicatorRequest,
};
use quell::{Client, Service};
use quell_testkit::{Application, Victim, World};
use serde_json::json;

const QUELL: &str = env!("CARGO_BIN_EXE_quell");

fn client(world: &World, application: &Application) -> Client {
    let service = Service::custom(world.base_url(), world.base_url()).client_secret(
        &application.tenant_id,
        &application.client_id,
        &application.client_secret,
    );
    Client::builder()
        .service(service)
        .build()
        .expect("the service is well formed")
}

#[test]
fn device_that_told_of_a_file_is_found_by_all_that_it_told() {
    let mut world = World::new(QUELL);
    world.start_agent();
    let victim = Victim::create(&world.files(), "neighbour");
    let sha1 = victim.sha1();
    let application = world.application(&[
        "Machine.Read.All",
        "Machine.Isolate",
        "File.Read.All",
        "Alert.Read.All",
        "Ti.ReadWrite",
    ]);
    let mut running = victim;
    running.start();
    world.wait_until_seen(&application, &sha1);
    let machine = world.machine_id();
    let tag = [
        "device",
        "tag",
        machine,
        "--add",
        "web front",
        "--add",
        "x",
        "--output",
        "json",
    ];
    assert_eq!(
        world.server_command(&tag).json()["tags"],
        json!(["web front", "x"])
    );
    let untag = [
        "device", "tag", machine, "--remove", "x", "--output", "json",
    ];
    assert_eq!(
        world.server_command(&untag).json()["tags"],
        json!(["web front"])
    );
    let client = client(&world, &application);
    tokio::runtime::Runtime::new()
        .expect("a runtime starts")
        .block_on(ask(&client, world.machine_id(), &sha1));
}

async fn ask(client: &Client, machine: &str, sha1: &str) {
    let hour = LookBackHours::new(1).expect("an hour");
    let stats = client
        .file(sha1)
        .stats(hour)
        .await
        .expect("the file is known");
    assert_eq!(stats.organization_prevalence, Some(1));
    assert_eq!(stats.top_file_names, ["neighbour"]);
    let alerts = client.file(sha1).alerts().await.expect("an answer");
    assert!(alerts.is_empty());

    let known = client.machine(machine).get().await.expect("it is enrolled");
    let seen = known.last_seen.expect("it calls");
    for address in known.ip_addresses {
        let address: IpAddr = address
            .ip_address
            .and_then(|text| text.parse().ok())
            .expect("the agent tells addresses");
        let found = client
            .machines_by_ip(address, seen)
            .await
            .expect("an answer");
        assert!(
            found.iter().any(|one| one.id.as_str() == machine),
            "{address}"
        );
    }
    for (tag, expected) in [("web front", 1), ("x", 0), ("web", 0)] {
        let tagged = client.machines_by_tag(tag).await.expect("an answer");
        assert_eq!(tagged.len(), expected, "{tag}");
    }

    let id = MachineId::new(machine).expect("an id");
    let available = client
        .perform(&ListAvailableMachineActions::new(id))
        .await
        .expect("an answer");
    let available: Vec<_> = available
        .value
        .into_iter()
        .filter(|one| one.is_available)
        .map(|one| one.action)
        .collect();
    assert_eq!(available, [FullActionType::StopAndQuarantineFile]);
    let refused = client
        .machine(machine)
        .isolate(quell::model::IsolationType::Full, "test")
        .await
        .expect_err("no agent isolates");
    assert!(refused.to_string().contains("disabled"), "{refused}");

    let mut indicator = SubmitIndicatorRequest::new(
        sha1.to_owned(),
        IndicatorType::FileSha1,
        IndicatorAction::BlockAndRemediate,
        "title".to_owned(),
        "description".to_owned(),
    );
    indicator.generate_alert = Some(true);
    let kept = client
        .submit_indicator(indicator)
        .await
        .expect("it is kept");
    assert_eq!(kept.indicator_value.as_deref(), Some(sha1));
    let listed = client.indicators().list().await.expect("an answer");
    assert_eq!(listed.len(), 1);
    client
        .indicator(kept.id)
        .delete()
        .await
        .expect("it is there");
    let listed = client.indicators().list().await.expect("an answer");
    assert!(listed.is_empty());
}
