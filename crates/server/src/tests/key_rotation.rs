//! Signing keys that take turns under a running server.

use std::time::Duration;

use jsonwebtoken::decode_header;

use super::world::{BOTH, World};
use crate::core::KeyState;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const PROTECTED: &str = "/api/machines";

fn kid(token: &str) -> String {
    decode_header(token).unwrap().kid.unwrap()
}

async fn published(world: &World) -> Vec<String> {
    let path = format!("/{}/discovery/v2.0/keys", world.tenant());
    let keys = world.get("", &path).await.json();
    let ids = keys["keys"].as_array().unwrap().iter();
    ids.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

/// Another key signs from now on.
async fn rotate(world: &World) -> String {
    world.clock.advance(Duration::from_secs(1));
    let made = world
        .admin
        .rotate_signing_key(Duration::ZERO)
        .await
        .unwrap();
    assert_eq!(made.state, KeyState::Active);
    made.id
}

async fn is_let_in(world: &World, token: &str) -> bool {
    match world.get(token, PROTECTED).await.status.as_u16() {
        200 => true,
        401 => false,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn key_is_published_a_day_before_it_signs_and_gone_when_its_tokens_are_over() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let first = kid(&world.token_of(&client).await);
    world.clock.advance(89 * DAY);
    world.issuer.tend().await.unwrap();
    let known = published(&world).await;
    assert_eq!((known.len(), &known[0]), (2, &first));
    let old = world.token_of(&client).await;
    assert_eq!(kid(&old), first, "its turn has not begun");

    world.clock.advance(DAY);
    let new = world.token_of(&client).await;
    assert_eq!(kid(&new), known[1]);
    let old = {
        world.clock.advance(Duration::from_secs(1));
        world.issuer.tend().await.unwrap();
        assert_eq!(published(&world).await, known, "old tokens still live");
        old
    };
    assert!(!is_let_in(&world, &old).await, "a day old");
    assert!(is_let_in(&world, &new).await);
    world.clock.advance(Duration::from_secs(2 * 60 * 60));
    world.issuer.tend().await.unwrap();
    assert_eq!(published(&world).await, known[1..]);
}

#[tokio::test]
async fn key_that_a_command_made_is_seen_without_a_restart() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    let before = world.token_of(&client).await;
    let made = rotate(&world).await;
    world.issuer.tend().await.unwrap();
    let after = world.token_of(&client).await;
    assert_eq!(kid(&after), made);
    assert!(is_let_in(&world, &before).await && is_let_in(&world, &after).await);

    let active = world.admin.remove_signing_key(&made).await;
    assert!(active.is_err(), "the key that signs stays");
    assert!(world.admin.remove_signing_key(&kid(&before)).await.unwrap());
    world.issuer.tend().await.unwrap();
    assert!(!is_let_in(&world, &before).await);
    assert!(is_let_in(&world, &after).await);
}

#[tokio::test(start_paused = true)]
async fn token_of_a_key_that_another_server_made_is_understood_at_once() {
    let world = World::new().await;
    let client = world.client(BOTH).await;
    rotate(&world).await;
    let other = world.beside().await;
    let token = other.token_of(&client).await;
    assert!(is_let_in(&world, &token).await);

    // Strangers do not make the server look again and again: the next unknown key waits.
    rotate(&world).await;
    other.issuer.tend().await.unwrap();
    let token = other.token_of(&client).await;
    assert!(!is_let_in(&world, &token).await);
    tokio::time::advance(Duration::from_secs(5)).await;
    assert!(is_let_in(&world, &token).await);
}
