//! `quell server key`.

use std::time::Duration;

use quell_server::admin::{Admin, KeySummary};
use quell_terminal::{Consent, Exit, Failure, Format, Question, Span, Table, output};
use serde::Serialize;

use super::cannot;

/// What to do with signing keys.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the keys: the next ones, the one that signs, and those whose tokens still live
    List,
    /// Make a key that takes over; a server that runs does so by itself every 90 days
    Rotate {
        /// How long the key is published before it signs
        #[arg(long, value_name = "TIME", default_value = "1h")]
        ahead: Span,
        /// Let it sign at once: when the old key may be in wrong hands
        #[arg(long, conflicts_with = "ahead")]
        now: bool,
    },
    /// Refuse what a key signed, within half a minute, though its tokens still live
    Remove {
        /// The key's id (kid)
        id: String,
        #[command(flatten)]
        consent: Consent,
    },
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed {
    id: String,
    state: &'static str,
    created: String,
    begins: String,
}

#[derive(Debug, Serialize)]
struct Many {
    keys: Vec<Listed>,
}

#[derive(Debug, Serialize)]
struct Removed<'a> {
    id: &'a str,
    removed: bool,
}

/// Does it.
pub(super) async fn run(command: &Command, admin: &Admin, format: Format) -> Result<(), Failure> {
    match command {
        Command::List => list(admin, format).await,
        Command::Rotate { ahead, now } => {
            let ahead = if *now {
                Duration::ZERO
            } else {
                ahead.duration()
            };
            rotate(ahead, admin, format).await
        }
        Command::Remove { id, consent } => {
            let known = admin.signing_keys().await.map_err(|error| cannot(&error))?;
            if !known.iter().any(|known| known.id == *id) {
                return Err(no_key(id));
            }
            let about = [format!(
                "remove signing key {id}: tokens that it signed are refused"
            )];
            consent.or_ask(&Question::go_on(&about))?;
            remove(id, admin, format).await
        }
    }
}

async fn list(admin: &Admin, format: Format) -> Result<(), Failure> {
    let keys = admin.signing_keys().await.map_err(|error| cannot(&error))?;
    let keys = keys.into_iter().map(listed).collect();
    format.write(&Many { keys }, |many| {
        let mut table = Table::new(&["key", "state", "made", "signs from"]);
        for key in &many.keys {
            table.row([key.id.as_str(), key.state, &key.created, &key.begins]);
        }
        table.render("no keys: the server makes the first one when it starts")
    })
}

async fn rotate(ahead: Duration, admin: &Admin, format: Format) -> Result<(), Failure> {
    let made = admin
        .rotate_signing_key(ahead)
        .await
        .map_err(|error| cannot(&error))?;
    let made = listed(made);
    format.write(&made, |made| {
        format!("key {} signs from {}\n", made.id, made.begins)
    })?;
    if format != Format::Json {
        output::note(
            "Tokens of the key before it stay good until they end; `quell server key remove` ends them at once.",
        );
    }
    Ok(())
}

fn no_key(id: &str) -> Failure {
    Failure::new(Exit::Refused, format!("there is no signing key {id}"))
        .next("`quell server key list` shows them")
}

async fn remove(id: &str, admin: &Admin, format: Format) -> Result<(), Failure> {
    let removed = admin.remove_signing_key(id).await.map_err(|error| {
        cannot(&error).next("`quell server key rotate --now` makes another take over at once")
    })?;
    if !removed {
        return Err(no_key(id));
    }
    let removed = Removed { id, removed: true };
    format.write(&removed, |_| format!("removed signing key {id}\n"))
}

fn listed(key: KeySummary) -> Listed {
    Listed {
        id: key.id,
        state: key.state.as_str(),
        created: key.created.to_string(),
        begins: key.begins.to_string(),
    }
}
