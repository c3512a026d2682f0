//! Quarantines a file on every machine that has it: some requests at a time, within the limits, and
//! one list a look for all their ends.
//!
//! ```text
//! cargo run --example many_machines -- SHA1     # with the environment that `quell lab` prints
//! ```

use std::error::Error;
use std::time::Duration;

use quell::{Client, InDoubt, MachineId, Placed, Sha1};
use tokio::task::JoinSet;

mod connection;
use connection::{builder, chain, show};

/// So many requests at a time: more would only stand in the queue for the limits.
const AT_ONCE: usize = 8;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sha1: Sha1 = std::env::args()
        .nth(1)
        .ok_or("usage: many_machines SHA1")?
        .parse()?;
    let client = builder()?.deadline(None).build()?;
    let machines = client.file(sha1).machines().await?;
    show(&format!("{} machines have it", machines.len()));

    let placed = ask(
        &client,
        machines.into_iter().map(|machine| machine.id),
        sha1,
    )
    .await?;
    let waited = client
        .wait_all(&placed)
        .every(Duration::from_secs(2))
        .within(Duration::from_secs(600))
        .await?;
    for action in &waited.ended {
        let computer = action.computer_dns_name.as_deref().unwrap_or("?");
        show(&format!("{computer}: {}", action.status));
    }
    show(&format!(
        "{} ended, {} go on",
        waited.ended.len(),
        waited.open.len()
    ));
    Ok(())
}

/// Asks all of them; what one refuses does not stop the others.
async fn ask(
    client: &Client,
    machines: impl Iterator<Item = MachineId>,
    sha1: Sha1,
) -> Result<Vec<Placed>, tokio::task::JoinError> {
    let (mut asking, mut placed) = (JoinSet::new(), Vec::new());
    for machine in machines {
        if asking.len() >= AT_ONCE {
            placed.extend(one(&mut asking).await?);
        }
        let request = client
            .machine(machine)
            .stop_and_quarantine_file(sha1, "quell's example")
            .tagged()
            .in_doubt(InDoubt::Adopt);
        asking.spawn(async move { request.await });
    }
    while !asking.is_empty() {
        placed.extend(one(&mut asking).await?);
    }
    Ok(placed)
}

async fn one(
    asking: &mut JoinSet<Result<Placed, quell::Error>>,
) -> Result<Option<Placed>, tokio::task::JoinError> {
    match asking.join_next().await.transpose()? {
        Some(Ok(placed)) => Ok(Some(placed)),
        Some(Err(error)) => {
            show(&chain(&error));
            Ok(None)
        }
        None => Ok(None),
    }
}
