//! Indicators on the wire.

use std::time::Duration;

use serde_json::{Value, json};

use super::world::{BASE_URL, INDICATOR, World};

const PATH: &str = "/api/indicators";
const OWN: &[&str] = &["Ti.ReadWrite"];
const ALL: &[&str] = &["Ti.ReadWrite.All"];

fn with(changes: &Value) -> String {
    let mut body: Value = serde_json::from_str(INDICATOR).unwrap();
    for (name, value) in changes.as_object().unwrap() {
        body[name] = value.clone();
    }
    body.to_string()
}

async fn listed(world: &World, token: &str, query: &str) -> Vec<Value> {
    let path = format!("{PATH}{query}").replace(' ', "%20");
    let answer = world.get(token, &path).await;
    assert_eq!(answer.status.as_u16(), 200, "{query}: {}", answer.text);
    answer.json()["value"].as_array().unwrap().clone()
}

#[tokio::test]
async fn indicator_has_every_key_in_the_service_s_order() {
    let world = World::new().await;
    let client = world.client(OWN).await;
    let token = world.token_of(&client).await;
    let answer = world.post(&token, PATH, INDICATOR).await;
    assert_eq!(answer.status.as_u16(), 200);
    let text = answer.text.replace(&client.id, "CLIENT");
    insta::assert_snapshot!(text, @r#"{"@odata.context":"http://127.0.0.1:8642/api/$metadata#Indicators/$entity","id":"1","indicatorValue":"87662bc3d60e4200ceaf7aae249d1c343f4b83c9","indicatorType":"FileSha1","action":"BlockAndRemediate","createdBy":"CLIENT","severity":null,"category":1,"application":null,"educateUrl":null,"bypassDurationHours":null,"title":"title","description":"description","recommendedActions":null,"creationTimeDateTimeUtc":"2026-03-01T10:00:00.1234567Z","expirationTime":null,"lastUpdateTime":"2026-03-01T10:00:00.1234567Z","lastUpdatedBy":"CLIENT","rbacGroupNames":[],"rbacGroupIds":[],"notificationId":null,"notificationBody":null,"version":null,"mitreTechniques":[],"historicalDetection":false,"lookBackPeriod":null,"generateAlert":false,"additionalInfo":null,"createdByDisplayName":"SOC robot","externalId":null,"createdBySource":"PublicApi","certificateInfo":null}"#);
    let list = world
        .get(
            &token,
            "/api/v1.0/Indicators?$select=id,indicatorValue&$count=true",
        )
        .await;
    assert_eq!(
        list.text,
        format!(
            r#"{{"@odata.context":"{BASE_URL}/api/$metadata#Indicators","@odata.count":1,"value":[{{"id":"1","indicatorValue":"87662bc3d60e4200ceaf7aae249d1c343f4b83c9"}}]}}"#
        )
    );
}

#[tokio::test]
async fn second_submission_changes_the_first() {
    let world = World::new().await;
    let token = world.token(OWN).await;
    let first = world
        .post(&token, PATH, with(&json!({"application": "one"})))
        .await;
    world.clock.advance(Duration::from_secs(1));
    let change = json!({
        "indicatorValue": "87662bc3d60e4200ceaf7aae249d1c343f4b83c9", "application": "two",
        "action": "audit", "generateAlert": true, "severity": "High",
        "expirationTime": "2026-03-02T00:00:00Z", "rbacGroupNames": ["Group 1"],
        "recommendedActions": "wait", "educateUrl": "https://a.example", "title": "new",
    });
    let second = world.post(&token, PATH, with(&change)).await.json();
    assert_eq!(second["id"], first.json()["id"]);
    for (name, value) in [
        ("application", json!("one")),
        ("action", json!("Audit")),
        ("generateAlert", json!(true)),
        ("severity", json!("High")),
        ("expirationTime", json!("2026-03-02T00:00:00Z")),
        ("rbacGroupNames", json!(["Group 1"])),
        ("recommendedActions", json!("wait")),
        ("educateUrl", json!("https://a.example")),
        ("title", json!("new")),
        (
            "creationTimeDateTimeUtc",
            json!("2026-03-01T10:00:00.1234567Z"),
        ),
        ("lastUpdateTime", json!("2026-03-01T10:00:01.1234567Z")),
    ] {
        assert_eq!(second[name], value, "{name}");
    }
    assert_eq!(listed(&world, &token, "").await.len(), 1);
    world.clock.advance(Duration::from_secs(86_400));
    let later = world.token(OWN).await;
    assert!(listed(&world, &later, "").await.is_empty());
}

#[tokio::test]
async fn list_is_filtered_and_ordered() {
    let world = World::new().await;
    let token = world.token(ALL).await;
    world
        .post(&token, PATH, with(&json!({"severity": "Low"})))
        .await;
    let domain = json!({"indicatorType": "DomainName", "indicatorValue": "Bad.example", "title": "zz",
        "severity": "High", "rbacGroupNames": ["Group 1"], "generateAlert": true});
    world.post(&token, PATH, with(&domain)).await;
    for (query, expected) in [
        ("?$filter=indicatorType eq 'DomainName'", vec!["2"]),
        ("?$filter=indicatorValue eq 'bad.example'", vec!["2"]),
        (
            "?$filter=action eq 'BlockAndRemediate' and severity eq 'Low'",
            vec!["1"],
        ),
        ("?$filter=severity in ('High','Low')", vec!["1", "2"]),
        ("?$filter=generateAlert eq true", vec!["2"]),
        ("?$filter=expirationTime eq null", vec!["1", "2"]),
        ("?$filter=creationTimeDateTimeUtc gt 2026-03-02", vec![]),
        (
            "?$filter=createdByDisplayName eq 'SOC robot'",
            vec!["1", "2"],
        ),
        ("?$filter=rbacGroupNames/any(g: g eq 'Group 1')", vec!["2"]),
        ("?$filter=rbacGroupIds/any()", vec![]),
        ("?$filter=application eq 'x'", vec![]),
        ("?$filter=startswith(title,'z')", vec!["2"]),
        ("?$orderby=title desc", vec!["2", "1"]),
        ("?$top=1", vec!["1"]),
        ("?$skip=1", vec!["2"]),
    ] {
        let found = listed(&world, &token, query).await;
        let ids: Vec<_> = found
            .iter()
            .map(|one| one["id"].as_str().unwrap())
            .collect();
        assert_eq!(ids, expected, "{query}");
    }
    for query in [
        "?$filter=description%20eq%20'x'",
        "?$filter=id%20eq%20'1'",
        "?$stop=1",
    ] {
        let answer = world.get(&token, &format!("{PATH}{query}")).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["error"]["code"]),
            (400, &json!(""))
        );
    }
}

#[tokio::test]
async fn application_without_all_reaches_its_own_alone() {
    let world = World::new().await;
    let (mine, theirs, all) = (
        world.token(OWN).await,
        world.token(OWN).await,
        world.token(ALL).await,
    );
    world.post(&mine, PATH, INDICATOR).await;
    assert!(listed(&world, &theirs, "").await.is_empty());
    assert_eq!(
        world.post(&theirs, PATH, INDICATOR).await.refusal(),
        (
            403,
            "Forbidden".to_owned(),
            "The application does not have any of the required application permissions (Ti.ReadWrite.All) to access the resource.".to_owned()
        )
    );
    let one = format!("{PATH}/1");
    let unknown = (
        404,
        "ResourceNotFound".to_owned(),
        "Indicator 1 was not found".to_owned(),
    );
    assert_eq!(world.delete(&theirs, &one).await.refusal(), unknown);
    assert_eq!(listed(&world, &all, "").await.len(), 1);
    assert_eq!(world.post(&all, PATH, INDICATOR).await.status.as_u16(), 200);
    assert_eq!(listed(&world, &mine, "").await.len(), 1);
    let deleted = world.delete(&mine, &one).await;
    assert_eq!((deleted.status.as_u16(), deleted.text.as_str()), (204, ""));
    assert_eq!(world.delete(&all, &one).await.refusal(), unknown);
    let odd = world.delete(&all, &format!("{PATH}/%ff")).await;
    assert_eq!(odd.refusal().0, 404);
}

#[tokio::test]
async fn what_cannot_be_an_indicator_is_refused() {
    let world = World::new().await;
    let token = world.token(ALL).await;
    let without = |name: &str| {
        let mut body: Value = serde_json::from_str(INDICATOR).unwrap();
        body.as_object_mut().unwrap().remove(name);
        body.to_string()
    };
    let of =
        |kind: &str, value: &str| with(&json!({"indicatorType": kind, "indicatorValue": value}));
    let mut rows: Vec<(String, &str, String)> = Vec::new();
    for name in [
        "indicatorValue",
        "indicatorType",
        "action",
        "title",
        "description",
    ] {
        rows.push((
            without(name),
            "MissingRequiredParameter",
            format!("Parameter {name} is missing."),
        ));
    }
    for (body, code, message) in [
        (
            of("FileSha1", "abc"),
            "InvalidHashValue",
            "Hash value abc is invalid.",
        ),
        (
            of("IpAddress", "10.0.0.0/8"),
            "InvalidIpAddress",
            "IP address 10.0.0.0/8 is invalid.",
        ),
        (
            of("DomainName", "com"),
            "InvalidDomainName",
            "Domain name com is invalid.",
        ),
        (of("Url", "a\u{7}b"), "InvalidUrl", "URL ab is invalid."),
        (
            of("WebCategory", "x"),
            "InvalidInput",
            "Invalid input indicatorType: WebCategory.",
        ),
        (
            with(&json!({"action": "Burn"})),
            "InvalidInput",
            "Invalid input action: Burn.",
        ),
        (
            with(&json!({"action": "Audit"})),
            "InvalidInput",
            "Invalid input generateAlert: false.",
        ),
        (
            with(&json!({"expirationTime": "2026-03-01T10:00:00Z"})),
            "InvalidInput",
            "Invalid input expirationTime: 2026-03-01T10:00:00Z.",
        ),
        (
            with(&json!({"title": 7})),
            "InvalidRequestBody",
            "Request body is incorrect",
        ),
        (
            with(&json!({"rbacGroupNames": "x"})),
            "InvalidRequestBody",
            "Request body is incorrect",
        ),
        (
            "[".repeat(9_000),
            "InvalidRequestBody",
            "Request body is incorrect",
        ),
        (
            INDICATOR.replace("indicatorValue", "IndicatorValue"),
            "MissingRequiredParameter",
            "Parameter indicatorValue is missing.",
        ),
    ] {
        rows.push((body, code, message.to_owned()));
    }
    for (body, code, message) in rows {
        let answer = world.post(&token, PATH, body.clone()).await;
        assert_eq!(
            answer.refusal(),
            (400, code.to_owned(), message),
            "{body:.90}"
        );
    }
    assert!(listed(&world, &token, "").await.is_empty());
}
