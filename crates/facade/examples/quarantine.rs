//! Quarantines one file on one machine and waits for the end. If the answer is lost, the action is
//! looked for and taken over.
//!
//! ```text
//! cargo run --example quarantine -- MACHINE SHA1     # with the environment that `quell lab` prints
//! ```

use std::env;
use std::error::Error;
use std::time::Duration;

use quell::{ActionStatus, InDoubt, Outcome};

mod connection;
use connection::{builder, chain, show};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [machine, sha1] = arguments()?;
    let client = builder()?.build()?;

    let asked = client
        .machine(machine)
        .stop_and_quarantine_file(sha1, "quell's example")
        .tagged()
        .in_doubt(InDoubt::Adopt)
        .await;
    let action = match asked {
        Ok(action) => action,
        Err(error) if error.outcome() == Outcome::Unknown => {
            return Err(format!("look at the machine's actions first: {}", chain(&error)).into());
        }
        Err(error) => return Err(chain(&error).into()),
    };
    show(&format!(
        "action {} was {}, is {}",
        action.id(),
        action.placement(),
        action.status
    ));

    let ended = client
        .action(&action)
        .wait()
        .within(Duration::from_secs(600))
        .await?;
    show(&format!("action {} is {}", ended.id, ended.status));
    match ended.status {
        ActionStatus::Succeeded => Ok(()),
        other => Err(format!("the action ended as {other}").into()),
    }
}

fn arguments() -> Result<[String; 2], &'static str> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    arguments
        .try_into()
        .map_err(|_| "usage: quarantine MACHINE SHA1")
}
