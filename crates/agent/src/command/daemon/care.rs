//! Looking after the vault while the agent runs.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, SystemTime};

use quell_model::Timestamp;
use quell_terminal::Failure;

use super::spawn;
use crate::causes::WithCauses;
use crate::vault::Vault;

/// How often it is looked for what need not be kept any longer.
const INTERVAL: Duration = Duration::from_secs(60 * 60);

/// Starts the thread that looks after `vault`; it ends when what is answered is dropped.
pub(super) fn start(vault: Vault) -> Result<mpsc::Sender<()>, Failure> {
    if !vault.is_recoverable()? {
        tracing::info!("no recovery key: quarantined files can be opened on this machine only");
    }
    let (until, end) = mpsc::channel();
    spawn("vault", move || {
        loop {
            care_for(&vault, Timestamp::from(SystemTime::now()));
            match end.recv_timeout(INTERVAL) {
                Err(RecvTimeoutError::Timeout) => {}
                Ok(()) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    })?;
    Ok(until)
}

/// What an earlier run left is settled first: it may be half of an item.
fn care_for(vault: &Vault, now: Timestamp) {
    if let Err(error) = vault.tidy() {
        tracing::warn!(error = %WithCauses(&error), "the vault cannot be tidied");
    }
    match vault.prune(now) {
        Ok(removed) if removed.is_empty() => {}
        Ok(removed) => tracing::info!(items = removed.len(), "the vault kept its retention"),
        Err(error) => tracing::warn!(error = %WithCauses(&error), "the vault cannot be pruned"),
    }
}
