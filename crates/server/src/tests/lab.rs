//! What a laboratory needs of the server: machines of every system, a clock that goes faster than
//! others, and a log of arrivals.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use quell_model::{MachineId, Timestamp};
use quell_protocol::{AssertionClaims, Binding, route};

use super::device::{Device, asked};
use super::world::{Answer, BOTH, MACHINE, SHA1, World};
use crate::clock::HurriedClock;
use crate::secret::sha256;

async fn machine_of(world: &World, os_platform: &str, version: &str) {
    let device = Device::new(MACHINE, world.enrolment_token(1).await);
    let mut request = device.enrol_request();
    request.machine.os_platform = os_platform.to_owned();
    request.machine.version = Some(version.to_owned());
    let enrolled = device.send(world, route::ENROL, &request).await;
    assert_eq!(enrolled.status.as_u16(), 200, "{}", enrolled.text);
    world.saw(MACHINE, SHA1).await;
}

#[tokio::test]
async fn machine_of_a_system_without_the_action_is_refused() {
    for (platform, version, code, message, reason) in [
        (
            "macOS",
            "14",
            "OsPlatformNotSupported",
            "OS Platform macOS isn't supported for this action.",
            "OsPlatformNotSupported",
        ),
        (
            "Windows10",
            "1607",
            "ClientVersionNotSupported",
            "StopAndQuarantineFile is supported on client version 1703 and above.",
            "OsVersionNotSupported",
        ),
    ] {
        let world = World::new().await;
        machine_of(&world, platform, version).await;
        let token = world.token(BOTH).await;
        let expected = (400, code.to_owned(), message.to_owned());
        assert_eq!(world.stop(&token).await.refusal(), expected);
        let path = format!("/api/machines/{MACHINE}/availableMachineActions");
        let available = world.get(&token, &path).await.json();
        let told = available["value"]
            .as_array()
            .unwrap()
            .iter()
            .find(|told| told["action"] == "StopAndQuarantineFile")
            .unwrap();
        assert_eq!(told["notSupportedReason"], reason);
    }
}

/// Asks for orders with a proof that the machine made by everyone's clock.
async fn hold_by_everyones_clock(world: &World, device: &Device, jti: &str) -> Answer {
    let body = serde_json::to_vec(&Device::hold_request(0, 0)).unwrap();
    let now: Timestamp = SystemTime::now().into();
    let claims = AssertionClaims::new(
        MachineId::new(MACHINE).unwrap(),
        device.token.audience.clone(),
        jti.to_owned(),
        u64::try_from(now.unix_seconds()).unwrap(),
        Binding::post(route::HOLD, &sha256(&body)),
    );
    let assertion = device.sign(&claims);
    world.send(asked(route::HOLD, &assertion, body)).await
}

#[tokio::test]
async fn machines_keep_their_own_clocks_while_the_server_s_is_hurried() {
    let clock = HurriedClock::new(NonZeroU32::MIN);
    let seed = World::new().await;
    let device = seed.machine_with_file().await;
    let hurried = clock.clone();
    let world = seed
        .restarted(|config| config.clock = Arc::new(hurried))
        .await;
    clock.advance(Duration::from_secs(3 * 86_400));
    let first = hold_by_everyones_clock(&world, &device, "once").await;
    assert_eq!(first.status.as_u16(), 200, "{}", first.text);
    let told: Timestamp = first.json()["serverTime"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let ahead = told.saturating_duration_since(SystemTime::now().into());
    assert!(ahead > Duration::from_secs(2 * 86_400), "{told}");
    let replayed = hold_by_everyones_clock(&world, &device, "once").await;
    assert_eq!(replayed.status.as_u16(), 401, "{}", replayed.text);
}

#[tokio::test]
async fn every_call_leaves_a_line_with_its_application_operation_and_status() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("arrivals");
    let log = file.clone();
    let world = World::with(|config| config.arrivals = Some(log)).await;
    world.machine_with_file().await;
    let client = world.client(BOTH).await;
    let token = world.token_of(&client).await;
    world.stop(&token).await;
    world.get(&token, "/api/machines/nobody").await;
    world.get("no token", "/api/machines").await;
    let written = std::fs::read_to_string(&file).unwrap();
    let mut last = 0.0;
    let lines: Vec<String> = written
        .lines()
        .map(|line| {
            let (seconds, rest) = line.split_once(' ').unwrap();
            assert_eq!(seconds.split_once('.').unwrap().1.len(), 6, "{line}");
            let seconds: f64 = seconds.parse().unwrap();
            assert!(seconds >= last, "{written}");
            last = seconds;
            rest.to_owned()
        })
        .collect();
    let app = &client.id;
    assert_eq!(
        lines,
        [
            format!("{app} StopAndQuarantineFile 201"),
            format!("{app} GetMachine 404"),
            "- ListMachines 401".to_owned(),
        ]
    );
}
