//! A store that does not work: everyone is told to come back, and nothing is half done.

use http::header;
use quell_protocol::{FaultCode, route};
use rusqlite::Connection;

use super::device::Device;
use super::world::{Answer, BOTH, RESOURCE, World};

/// Takes a table away, as far as statements are concerned, or gives it back.
fn rename(world: &World, from: &str, to: &str) {
    Connection::open(world.store_file())
        .unwrap()
        .execute_batch(&format!("ALTER TABLE {from} RENAME TO {to}"))
        .unwrap();
}

fn assert_comes_back(answer: &Answer) {
    assert_eq!(answer.status.as_u16(), 503, "{}", answer.text);
    assert_eq!(answer.headers[header::RETRY_AFTER], "5");
    assert!(!answer.text.contains("table"), "{}", answer.text);
}

#[tokio::test]
async fn action_that_cannot_be_ordered_is_not_taken() {
    let world = World::new().await;
    let device = world.machine_with_file().await;
    let token = world.token(BOTH).await;
    rename(&world, "orders", "gone");
    let refused = world.stop(&token).await;
    assert_comes_back(&refused);
    assert_eq!(refused.refusal().1, "ServiceUnavailable");
    let actions = world.get(&token, "/api/machineactions").await;
    assert_eq!(actions.json()["value"], serde_json::json!([]));

    rename(&world, "gone", "orders");
    assert_eq!(world.stop(&token).await.status.as_u16(), 201);
    assert_eq!(device.hold(&world, 0, 0).await.orders.len(), 1);
}

#[tokio::test]
async fn tokens_and_machines_are_told_so_in_their_own_words() {
    let world = World::new().await;
    let device = world.enrolled(super::world::MACHINE).await;
    let client = world.client(BOTH).await;
    let token = world.token_of(&client).await;
    for table in ["applications", "machines"] {
        rename(&world, table, "gone");
        if table == "applications" {
            let form = format!(
                "grant_type=client_credentials&client_id={}&client_secret={}&resource={RESOURCE}",
                client.id, client.secret
            );
            let answer = world.ask_token("oauth2/token", &form).await;
            assert_comes_back(&answer);
            assert_eq!(answer.json()["error"], "temporarily_unavailable");
        } else {
            let hold = Device::hold_request(0, 0);
            let answer = device.send(&world, route::HOLD, &hold).await;
            assert_comes_back(&answer);
            let fault: quell_protocol::Fault = serde_json::from_value(answer.json()).unwrap();
            assert_eq!(fault.error, FaultCode::Unavailable);
        }
        assert_comes_back(&world.get(&token, "/api/machines").await);
        rename(&world, "gone", table);
    }
}
