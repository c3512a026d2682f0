//! What queries may not be, on every collection: each is refused by the OData layer, in its shape.

use super::world::{MACHINE, SHA1, World};
use crate::Limits;

const OPENING: &str = "The query specified in the URI is not valid. ";

/// Every collection, with room for a query at the end.
fn collections() -> Vec<String> {
    [
        "/api/machineactions?",
        "/api/machines?",
        "/api/machines/findbytag?tag=web&",
        "/api/indicators?",
        "/api/machines/{machine}/machineActions?",
        "/api/machines/{machine}/latestMachineActions?",
        "/api/machines/{machine}/availableMachineActions?",
        "/api/machines/findbyip(ip='10.0.0.1',timestamp=2026-03-01T10:00:00Z)?",
        "/api/files/{file}/machines?",
        "/api/files/{file}/alerts?",
    ]
    .map(|path| path.replace("{machine}", MACHINE).replace("{file}", SHA1))
    .to_vec()
}

fn refused() -> Vec<String> {
    let filters = [
        format!("{}true{}", "(".repeat(60), ")".repeat(60)),
        format!("{}true", "not ".repeat(60)),
        "(".repeat(20_000),
        vec!["true"; 1_500].join(" or "),
        format!("'{}' eq 'x'", "x".repeat(5_000)),
        "'x".to_owned(),
        "'x' eq 99999999999999999999".to_owned(),
        "1 eq 9223372036854775808".to_owned(),
        "1 eq 1e999".to_owned(),
        "1 eq 1.5".to_owned(),
        "2026-02-30 eq 2026-02-30".to_owned(),
        "99999-01-01 eq null".to_owned(),
        "0000-00-00T00:00:00Z eq null".to_owned(),
        "1 eq 'x'; DROP TABLE machines --".to_owned(),
        "true union select 1".to_owned(),
        "1=1".to_owned(),
        "nothing eq 1".to_owned(),
        "true true".to_owned(),
        "eval('x')".to_owned(),
        "geo.distance(a,b) lt 1".to_owned(),
        "1 add 1 eq 2".to_owned(),
    ];
    let filters = filters
        .iter()
        .map(|filter| format!("$filter={}", filter.replace(' ', "%20")));
    let others = [
        "$filter=",
        "$filter=%20",
        "$filter='%00'",
        "$filter='%ed%a0%80'",
        "$filter='%c3'",
        "$filter=%zz",
        "$filter=true&$Filter=true",
        "$filter=true&filter=true",
        "$top=-1",
        "$top=10001",
        "$top=99999999999999999999",
        "$top=1.0",
        "$top=x",
        "$top=",
        "$top=1&$TOP=1",
        "$skip=-1",
        "$skip=9223372036854775808",
        "$skip=0x1",
        "$skip=1&skip=1",
        "$count=yes",
        "$count=1",
        "$orderby=",
        "$orderby=nothing",
        "$orderby=,",
        "$select=nothing",
        "$select=,",
        "$expand=machine",
        "$search=x",
        "$apply=x",
        "$format=json",
        "$compute=x",
        "$skiptoken=x",
        "$stop=2",
        "$",
    ];
    filters.chain(others.map(str::to_owned)).collect()
}

async fn world() -> (World, String) {
    let world = World::with(|config| config.limits = Limits::Off).await;
    world.machine_with_file().await;
    let token = world
        .token(&[
            "Machine.Read.All",
            "Alert.Read.All",
            "Ti.ReadWrite",
            "Machine.StopAndQuarantine",
        ])
        .await;
    (world, token)
}

#[tokio::test]
async fn what_is_no_query_is_refused_in_the_odata_layer_s_shape() {
    let (world, token) = world().await;
    for collection in collections() {
        for query in refused() {
            let path = format!("{collection}{query}");
            let answer = world.get(&token, &path).await;
            assert_eq!(
                answer.status.as_u16(),
                400,
                "{path:.200}: {:.200}",
                answer.text
            );
            let json = answer.json();
            let message = json["error"]["message"].as_str().unwrap();
            assert!(message.starts_with(OPENING), "{message}");
            assert!(message.len() < 600, "{message}");
            let message = serde_json::to_string(message).unwrap();
            let whole = format!(r#"{{"error":{{"code":"","message":{message},"details":[]}}}}"#);
            assert_eq!(answer.text, whole, "{path:.200}");
        }
    }
}

#[tokio::test]
async fn extremes_of_what_is_a_query_are_answered() {
    let (world, token) = world().await;
    for collection in collections() {
        for query in [
            "$top=0",
            "$top=10000",
            "$skip=9223372036854775807",
            "$skip=9223372036854775807&$top=10000&$count=true",
            "$count=true",
            "$select=*",
            "%24top=1&%24skip=0&%24count=false",
        ] {
            let path = format!("{collection}{query}");
            let answer = world.get(&token, &path).await;
            assert_eq!(answer.status.as_u16(), 200, "{path}: {}", answer.text);
            let json = answer.json();
            assert!(json["value"].is_array(), "{path}");
            assert_eq!(
                json.get("@odata.count").is_some(),
                query.contains("count=true"),
                "{path}"
            );
            assert_eq!(json.get("@odata.nextLink"), None, "{path}");
        }
    }
}
