//! Reading: machines, files, actions, and their collections.

use super::world::{BASE_URL, MACHINE, SHA1, World};

const READER: &[&str] = &[
    "Machine.Read.All",
    "Machine.StopAndQuarantine",
    "File.Read.All",
];

#[tokio::test]
async fn machine_by_id_and_by_name_has_every_key_in_the_service_s_order() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(READER).await;
    let by_id = world.get(&token, &format!("/api/machines/{MACHINE}")).await;
    insta::assert_snapshot!(by_id.text, @r#"{"@odata.context":"http://127.0.0.1:8642/api/$metadata#Machines/$entity","id":"1e5bc9d7e413ddd7902c2932e418702b84d0cc07","mergedIntoMachineId":null,"isPotentialDuplication":false,"isExcluded":false,"exclusionReason":null,"computerDnsName":"host.example","firstSeen":"2026-03-01T10:00:00.1234567Z","lastSeen":"2026-03-01T10:00:00.1234567Z","osPlatform":"Debian","osProcessor":"x64","version":"12","lastIpAddress":"192.0.2.7","lastExternalIpAddress":null,"agentVersion":"0.1.0","osBuild":null,"healthStatus":"Active","deviceValue":"Normal","rbacGroupId":0,"rbacGroupName":null,"riskScore":"None","exposureLevel":"None","isAadJoined":false,"aadDeviceId":null,"machineTags":[],"onboardingStatus":"Onboarded","osArchitecture":"64-bit","managedBy":"Unknown","managedByStatus":"Unknown","ipAddresses":[{"ipAddress":"192.0.2.7","macAddress":null,"type":null,"operationalStatus":null}],"vmMetadata":null}"#);
    let by_name = world.get(&token, "/api/machines/Host.Example").await;
    assert_eq!(by_name.text, by_id.text);
}

#[tokio::test]
async fn list_has_context_count_and_selected_properties() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(READER).await;
    let list = world
        .get(&token, "/api/machines?$count=true&$select=id,osPlatform")
        .await;
    assert_eq!(
        list.text,
        format!(
            r#"{{"@odata.context":"{BASE_URL}/api/$metadata#Machines","@odata.count":1,"value":[{{"id":"{MACHINE}","osPlatform":"Debian"}}]}}"#
        )
    );
}

#[tokio::test]
async fn filters_as_clients_in_the_wild_write_them() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(READER).await;
    let id = world.stop(&token).await.json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let other = "5382f7ea-7557-4ab7-9782-d50480024a4e";
    let actions = |query: String| format!("/api/machineactions?{query}");
    let machines = |query: &str| format!("/api/machines?{query}");
    for (path, found) in [
        (actions(format!("$filter=id in ('{id}','{other}')")), 1),
        (actions(format!("$filter=id in ('{other}')")), 0),
        (
            actions(format!(
                "$filter=machineId eq '{MACHINE}' AND status eq 'Pending'"
            )),
            1,
        ),
        (
            actions("$Filter=type+eq+'StopAndQuarantineFile'&$top=1".to_owned()),
            1,
        ),
        (
            actions("$filter=status eq 'Failed' or status eq 'Succeeded'".to_owned()),
            0,
        ),
        (
            actions(
                "$filter=CreationDateTimeUtc ge 2026-03-01&$orderby=CreationDateTimeUtc desc"
                    .to_owned(),
            ),
            1,
        ),
        (actions("$filter=requestor eq 'SOC robot'".to_owned()), 1),
        (machines("$filter=startswith(computerDnsName,'host')"), 1),
        (
            machines("$filter=lastIpAddress eq '192.0.2.7' and healthStatus eq 'Active'"),
            1,
        ),
        (machines("$filter=riskScore eq 'High'"), 0),
        (
            machines("$filter=rbacGroupId eq 0 and deviceValue eq 'Normal'"),
            1,
        ),
        (machines("$filter=machineTags/any(t: t eq 'x')"), 0),
        (machines("$orderby=rbacGroupId,riskScore desc"), 1),
    ] {
        let answer = world.get(&token, &path.replace(' ', "%20")).await;
        assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
        assert_eq!(
            answer.json()["value"].as_array().unwrap().len(),
            found,
            "{path}"
        );
    }
}

#[tokio::test]
async fn get_with_a_body_is_answered() {
    let world = World::new().await;
    let token = world.token(READER).await;
    let request = super::world::called(http::Request::get("/api/v1.0/machines"))
        .header(http::header::AUTHORIZATION, format!("Bearer {token}"))
        .header(http::header::CONTENT_TYPE, "application/json")
        .body("{}".into())
        .unwrap();
    let answer = world.send(request).await;
    assert_eq!(answer.status.as_u16(), 200);
    assert_eq!(answer.json()["value"], serde_json::json!([]));
}

#[tokio::test]
async fn file_and_its_machines() {
    let world = World::new().await;
    world.machine_with_file().await;
    let token = world.token(READER).await;
    let file = world
        .get(&token, &format!("/api/files/{SHA1}"))
        .await
        .json();
    assert_eq!(file["sha1"], SHA1);
    assert_eq!(file["size"], 5);
    assert_eq!(file["globalPrevalence"], 1);
    assert_eq!(file["determinationType"], "Unknown");
    assert_eq!(
        file["@odata.context"],
        format!("{BASE_URL}/api/$metadata#Files/$entity")
    );
    let upper = SHA1.to_uppercase();
    let machines = world
        .get(&token, &format!("/api/files/{upper}/machines?$select=id"))
        .await
        .json();
    assert_eq!(machines["value"], serde_json::json!([{ "id": MACHINE }]));
    let unknown = format!("/api/files/{}/machines", "0".repeat(40));
    let nobody = world.get(&token, &unknown).await;
    assert_eq!(nobody.status.as_u16(), 200);
    assert_eq!(nobody.json()["value"], serde_json::json!([]));
    let no_right = world.token(&["Machine.Read.All"]).await;
    let refused = world.get(&no_right, &format!("/api/files/{SHA1}")).await;
    assert_eq!(refused.refusal().0, 403);
}
