//! Quarantines one file on one machine and waits for the end.
//!
//! ```text
//! export QUELL_TENANT_ID=… QUELL_CLIENT_ID=… QUELL_CLIENT_SECRET=…
//! export QUELL_BASE_URL=http://127.0.0.1:8080 QUELL_AUTHORITY=http://127.0.0.1:8080  # `quell lab`
//! cargo run --example quarantine -- MACHINE SHA1
//! ```
//!
//! Without `QUELL_BASE_URL` the secret is taken for one of Microsoft's.

use std::env;
use std::error::Error;
use std::time::Duration;

use quell::{ActionStatus, Client, ClientSecret, Outcome, Service};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let [machine, sha1] = arguments()?;
    let client = client()?;

    let asked = client
        .machine(machine)
        .stop_and_quarantine_file(sha1, "quell's example")
        .await;
    let action = match asked {
        Ok(action) => action,
        Err(error) if error.outcome() == Outcome::Unknown => {
            return Err(format!("look at the machine's actions first: {}", chain(&error)).into());
        }
        Err(error) => return Err(chain(&error).into()),
    };
    show(&format!("action {} is {}", action.id, action.status));

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

fn client() -> Result<Client, Box<dyn Error>> {
    let variable = |name: &str| env::var(name).map_err(|error| format!("{name}: {error}"));
    let (tenant, application) = (variable("QUELL_TENANT_ID")?, variable("QUELL_CLIENT_ID")?);
    let secret = variable("QUELL_CLIENT_SECRET")?;

    let builder = match env::var("QUELL_BASE_URL") {
        Err(_) => Client::builder().credential(ClientSecret::new(tenant, application, secret)),
        Ok(base_url) => {
            let service = Service::custom(base_url, variable("QUELL_AUTHORITY")?);
            Client::builder().service(service.client_secret(tenant, application, secret))
        }
    };
    Ok(builder.build()?)
}

/// An error and its causes in one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |error| (*error).source());
    causes
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join(": ")
}

#[allow(clippy::print_stdout, reason = "an example is a program")]
fn show(line: &str) {
    println!("{line}");
}
