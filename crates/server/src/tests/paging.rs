//! Pages of a collection that is longer than one.

use serde_json::Value;

use super::world::{BASE_URL, INDICATOR, World};

/// Adds copies of the one indicator, each with a value of its own, below the store: ten thousand calls
/// would take their time.
fn multiply(world: &World, by: u32) {
    let store = rusqlite::Connection::open(world.store_file()).unwrap();
    let columns: Vec<String> = store
        .prepare("SELECT name FROM pragma_table_info('indicators')")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    let values = columns.iter().map(|column| match column.as_str() {
        "id" => "1 + i".to_owned(),
        "value" => "printf('%040x', i)".to_owned(),
        other => format!("indicators.{other}"),
    });
    let sql = format!(
        "WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted WHERE i < {by})
         INSERT INTO indicators ({}) SELECT {} FROM counted, indicators",
        columns.join(", "),
        values.collect::<Vec<_>>().join(", ")
    );
    let added = store.execute(&sql, []).unwrap();
    assert_eq!(added, usize::try_from(by).unwrap());
}

fn values(page: &Value) -> usize {
    page["value"].as_array().unwrap().len()
}

#[tokio::test]
async fn link_to_the_next_page_asks_for_the_same_and_a_top_has_none() {
    let world = World::new().await;
    let token = world.token(&["Ti.ReadWrite.All"]).await;
    let kept = world.post(&token, "/api/indicators", INDICATOR).await;
    assert_eq!(kept.status.as_u16(), 200, "{}", kept.text);
    multiply(&world, 10_004);

    let asked = "/API/v1.0/indicators?$filter=action+eq%20'BlockAndRemediate'&own=a%26b&$count=true&$select=id&$orderby=indicatorValue";
    let first = world.get(&token, asked).await;
    let end = format!(r#"],"@odata.nextLink":"{BASE_URL}{asked}&$skip=10000"}}"#);
    assert!(
        first.text.ends_with(&end),
        "{}",
        &first.text[first.text.len() - 400..]
    );
    let first = first.json();
    assert_eq!(
        (values(&first), &first["@odata.count"]),
        (10_000, &10_005.into())
    );

    let link = first["@odata.nextLink"].as_str().unwrap();
    let second = world
        .get(&token, link.strip_prefix(BASE_URL).unwrap())
        .await
        .json();
    assert_eq!(
        (values(&second), &second["@odata.count"]),
        (5, &10_005.into())
    );
    assert_eq!(second.get("@odata.nextLink"), None);
    let ids = |page: &Value| {
        page["value"]
            .as_array()
            .unwrap()
            .iter()
            .map(Value::to_string)
            .collect::<Vec<_>>()
    };
    assert!(ids(&second).iter().all(|id| !ids(&first).contains(id)));

    let capped = world.get(&token, "/api/indicators?$top=10000").await.json();
    assert_eq!(
        (values(&capped), capped.get("@odata.nextLink")),
        (10_000, None)
    );

    let public = world
        .restarted(|config| config.public_url = Some("https://quell.example:8443".to_owned()))
        .await;
    let page = public
        .get(
            &public.token(&["Ti.ReadWrite.All"]).await,
            "/api/indicators?$skip=3",
        )
        .await
        .json();
    assert_eq!(
        page["@odata.nextLink"],
        "https://quell.example:8443/api/indicators?$skip=10003"
    );
}
