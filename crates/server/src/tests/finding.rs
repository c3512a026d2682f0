//! Finding machines, what they were asked and can be asked, and where files were seen.

use std::time::Duration;

use serde_json::{Value, json};

use super::world::{BASE_URL, MACHINE, SHA1, World};

const READER: &[&str] = &[
    "Machine.Read.All",
    "Machine.StopAndQuarantine",
    "File.Read.All",
    "Alert.Read.All",
];

async fn found(world: &World, token: &str, path: &str) -> Vec<Value> {
    let answer = world.get(token, &path.replace(' ', "%20")).await;
    assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
    answer.json()["value"].as_array().unwrap().clone()
}

#[tokio::test]
async fn machines_by_address_at_a_moment() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(READER).await;
    let at =
        |ip: &str, moment: &str| format!("/api/machines/findbyip(ip='{ip}',timestamp={moment})");
    for (path, expected) in [
        (at("192.0.2.7", "2026-03-01T10:00:00Z"), 1),
        (at("192.0.2.7", "2026-03-01T09:45:00.1234567Z"), 1),
        (at("192.0.2.7", "2026-03-01T09:45:00.1234566Z"), 0),
        (at("192.0.2.7", "2026-03-01T10:15:00Z"), 1),
        (at("::ffff:192.0.2.7", "2026-03-01T10:00:00Z"), 1),
        (at("192.0.2.8", "2026-03-01T10:00:00Z"), 0),
        (at("192.0.2.7", "2026-02-01T10:00:00Z"), 0),
        (
            at("192.0.2.7", "2026-03-01T10:00:00Z").replace("/api/", "/API/v1.0/"),
            1,
        ),
        (
            at("192.0.2.7", "2026-03-01T10:00:00Z").replace('\'', "%27"),
            1,
        ),
        (
            at("192.0.2.7", "2026-03-01T10:00:00Z") + "?$filter=healthStatus eq 'Inactive'",
            0,
        ),
        (
            at("192.0.2.7", "2026-03-01T10:00:00Z") + "?$select=id&$top=1",
            1,
        ),
    ] {
        assert_eq!(found(&world, &token, &path).await.len(), expected, "{path}");
    }
    for (path, code, message) in [
        (
            at("10.0.0", "2026-03-01T10:00:00Z"),
            "InvalidIpAddress",
            "IP address 10.0.0 is invalid.",
        ),
        (
            at("192.0.2.7", "yesterday"),
            "InvalidInput",
            "Invalid input timestamp: yesterday.",
        ),
        (
            at("192.0.2.7", "2026-01-30T10:00:00Z"),
            "InvalidInput",
            "Invalid input timestamp: 2026-01-30T10:00:00Z.",
        ),
        (
            at("192.0.2.7", "2026-03-01T10:16:00Z"),
            "InvalidInput",
            "Invalid input timestamp: 2026-03-01T10:16:00Z.",
        ),
    ] {
        let answer = world.get(&token, &path).await;
        let expected = (400, code.to_owned(), message.to_owned());
        assert_eq!(answer.refusal(), expected, "{path}");
    }
    let half = world
        .get(&token, "/api/machines/findbyip(ip='192.0.2.7')")
        .await;
    assert_eq!(half.status.as_u16(), 404);
}

#[tokio::test]
async fn machines_by_tag() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(READER).await;
    let tags = |list: &[&str]| list.iter().map(|one| one.parse().unwrap()).collect();
    let named = world
        .admin
        .tag("Host.Example", tags(&["web front", "eu"]), Vec::new());
    assert_eq!(named.await.unwrap().unwrap(), ["eu", "web front"]);
    let nobody = world.admin.tag("nobody", tags(&["x"]), Vec::new()).await;
    assert_eq!(nobody.unwrap(), None);
    for (query, expected) in [
        ("tag=web+front", 1),
        ("tag=web%20front&useStartsWithFilter=false", 1),
        ("tag=web", 0),
        ("tag=web&useStartsWithFilter=true", 1),
        (
            "Tag=web&UseStartsWithFilter=TRUE&$filter=osPlatform eq 'Debian'",
            1,
        ),
        ("tag=eb&useStartsWithFilter=true", 0),
        ("tag='eu'", 0),
        ("tag=eu&$filter=machineTags/any(t: t eq 'web front')", 1),
        ("tag=eu&$filter=machineTags/all(t: startswith(t,'web'))", 0),
    ] {
        let path = format!("/api/machines/findbytag?{query}");
        let machines = found(&world, &token, &path).await;
        assert_eq!(machines.len(), expected, "{query}");
        for machine in machines {
            assert_eq!(machine["machineTags"], json!(["eu", "web front"]));
        }
    }
    for (query, code, message) in [
        ("", "MissingRequiredParameter", "Parameter tag is missing."),
        (
            "?tag=",
            "MissingRequiredParameter",
            "Parameter tag is missing.",
        ),
        (
            "?tag=x&useStartsWithFilter=yes",
            "InvalidInput",
            "Invalid input useStartsWithFilter: yes.",
        ),
    ] {
        let path = format!("/api/machines/findbytag{query}");
        let answer = world.get(&token, &path).await;
        let expected = (400, code.to_owned(), message.to_owned());
        assert_eq!(answer.refusal(), expected, "{query}");
    }
    let twice = world
        .get(&token, "/api/machines/findbytag?tag=a&tag=b")
        .await;
    assert_eq!(
        (twice.status.as_u16(), &twice.json()["error"]["code"]),
        (400, &json!(""))
    );
}

#[tokio::test]
async fn what_one_machine_was_asked() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(READER).await;
    let of = |more: &str| format!("/api/machines/{MACHINE}/{more}");
    assert!(
        found(&world, &token, &of("machineActions"))
            .await
            .is_empty()
    );
    let first = world.stop(&token).await.json()["id"].clone();
    let cancel = format!("/api/machineactions/{}/cancel", first.as_str().unwrap());
    world.post(&token, &cancel, r#"{"Comment":"c"}"#).await;
    world.clock.advance(Duration::from_secs(1));
    let second = world.stop(&token).await.json()["id"].clone();
    for (path, expected) in [
        (of("machineActions"), vec![&second, &first]),
        (of("MachineActions?$top=1"), vec![&second]),
        (
            of("machineActions?$filter=status eq 'Cancelled'"),
            vec![&first],
        ),
        (of("latestMachineActions"), vec![&second]),
        (
            of("latestMachineActions?$filter=status eq 'Cancelled'"),
            vec![],
        ),
        (
            "/api/machines/host.example/machineActions?$skip=1".to_owned(),
            vec![&first],
        ),
    ] {
        let actions = found(&world, &token, &path).await;
        let ids: Vec<_> = actions.iter().map(|action| &action["id"]).collect();
        assert_eq!(ids, expected, "{path}");
    }
    let one = world
        .get(&token, &of("latestMachineActions?$select=type&$count=true"))
        .await;
    assert_eq!(
        one.text,
        format!(
            r#"{{"@odata.context":"{BASE_URL}/api/$metadata#MachineActions","@odata.count":1,"value":[{{"type":"StopAndQuarantineFile"}}]}}"#
        )
    );
    for route in [
        "machineActions",
        "latestMachineActions",
        "availableMachineActions",
    ] {
        let answer = world
            .get(&token, &format!("/api/machines/nobody/{route}"))
            .await;
        let message = "Machine nobody was not found".to_owned();
        assert_eq!(
            answer.refusal(),
            (404, "ResourceNotFound".to_owned(), message)
        );
    }
}

#[tokio::test]
async fn what_one_machine_can_be_asked() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(READER).await;
    let path = format!("/api/machines/{MACHINE}/availableMachineActions");
    let first = world.get(&token, &format!("{path}?$top=1")).await;
    assert_eq!(
        first.text,
        format!(
            r#"{{"@odata.context":"{BASE_URL}/api/$metadata#Collection(microsoft.windowsDefenderATP.api.ActionAvailabilityStatus)","value":[{{"action":"FullIsolation","isAvailable":false,"notSupportedReason":"DisabledFeature"}}]}}"#
        )
    );
    let quarantine = async || {
        let all = found(&world, &token, &path).await;
        let one = all
            .iter()
            .find(|one| one["action"] == "StopAndQuarantineFile");
        one.cloned().unwrap()
    };
    let said = |available: bool, reason: Value| json!({"action": "StopAndQuarantineFile", "isAvailable": available, "notSupportedReason": reason});
    assert_eq!(quarantine().await, said(true, Value::Null));
    world.admin.revoke(&MACHINE.parse().unwrap()).await.unwrap();
    assert_eq!(quarantine().await, said(false, json!("NotOnboarded")));
    let counted = world
        .get(
            &token,
            &format!("{path}?$count=true&$skip=21&$select=action"),
        )
        .await;
    assert_eq!(counted.json()["@odata.count"], 22);
    assert_eq!(
        counted.json()["value"],
        json!([{ "action": "LiveResponsePortal" }])
    );
    let filtered = world
        .get(&token, &format!("{path}?$filter=isAvailable%20eq%20true"))
        .await;
    assert_eq!(
        (filtered.status.as_u16(), &filtered.json()["error"]["code"]),
        (400, &json!(""))
    );
}

#[tokio::test]
async fn statistics_of_a_file() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(READER).await;
    let path = |file: &str, query: &str| format!("/api/files/{file}/stats{query}");
    let stats = world.get(&token, &path(SHA1, "")).await;
    assert_eq!(
        stats.text,
        format!(
            r#"{{"@odata.context":"{BASE_URL}/api/$metadata#microsoft.windowsDefenderATP.api.InOrgFileStats","sha1":"{SHA1}","orgPrevalence":"1","organizationPrevalence":1,"orgFirstSeen":"2026-03-01T10:00:00.1234567Z","orgLastSeen":"2026-03-01T10:00:00.1234567Z","globalPrevalence":"1","globallyPrevalence":1,"globalFirstObserved":"2026-03-01T10:00:00.1234567Z","globalLastObserved":"2026-03-01T10:00:00.1234567Z","topFileNames":["sample"]}}"#
        )
    );
    world.clock.advance(Duration::from_secs(2 * 3600));
    for (query, seen) in [
        ("?lookBackHours=1", 0),
        ("?LookBackHours=3", 1),
        ("?lookBackHours=720", 1),
    ] {
        let token = world.token(READER).await;
        let stats = world.get(&token, &path(SHA1, query)).await.json();
        assert_eq!(stats["organizationPrevalence"], seen, "{query}");
        assert_eq!(stats["orgPrevalence"], seen.to_string());
        assert_eq!(stats["orgFirstSeen"].is_null(), seen == 0);
        assert_eq!(stats["globallyPrevalence"], 1);
    }
    let token = world.token(READER).await;
    let zeros = "0".repeat(40);
    for (path, status, code, message) in [
        (
            path(&zeros, ""),
            404,
            "ResourceNotFound",
            format!("File {zeros} was not found"),
        ),
        (
            path("abc", ""),
            400,
            "InvalidHashValue",
            "Hash value abc is invalid.".to_owned(),
        ),
        (
            path(SHA1, "?lookBackHours=0"),
            400,
            "InvalidInput",
            "Invalid input lookBackHours: 0.".to_owned(),
        ),
        (
            path(SHA1, "?lookBackHours=721"),
            400,
            "InvalidInput",
            "Invalid input lookBackHours: 721.".to_owned(),
        ),
        (
            path(SHA1, "?lookBackHours=99999999999999999999"),
            400,
            "InvalidInput",
            "Invalid input lookBackHours: 99999999999999999999.".to_owned(),
        ),
        (
            path(SHA1, "?lookBackHours="),
            400,
            "InvalidInput",
            "Invalid input lookBackHours: .".to_owned(),
        ),
    ] {
        let answer = world.get(&token, &path).await;
        assert_eq!(
            answer.refusal(),
            (status, code.to_owned(), message),
            "{path}"
        );
    }
}

#[tokio::test]
async fn alerts_of_a_file_are_none() {
    let world = World::new().await;
    let token = world.token(READER).await;
    for sha1 in [SHA1, "0000000000000000000000000000000000000000"] {
        let path = format!("/api/files/{sha1}/alerts?$count=true&$select=id");
        assert_eq!(
            world.get(&token, &path).await.text,
            format!(
                r#"{{"@odata.context":"{BASE_URL}/api/$metadata#Alerts","@odata.count":0,"value":[]}}"#
            )
        );
    }
    let sha256 = "b".repeat(64);
    let other = world
        .get(&token, &format!("/api/files/{sha256}/alerts"))
        .await;
    assert_eq!(other.refusal().1, "InvalidHashValue");
}
