//! What servers on one store tell each other, and count together.

use std::sync::Arc;

use quell_model::{MachineId, Timestamp};
use tokio::sync::broadcast::{self, error::RecvError};
use uuid::Uuid;

use crate::core::TenantId;

/// What another server told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Heard {
    /// There is an order for this machine.
    Order(TenantId, MachineId),
    /// Something may have been told that was not heard: whoever waits looks again.
    Gap,
}

/// What is heard of other servers; nothing ever, where there are none.
#[derive(Debug)]
pub struct Hearing(Option<broadcast::Receiver<Arc<Heard>>>);

impl Hearing {
    /// There is nobody to be heard of.
    #[must_use]
    pub const fn of_nobody() -> Self {
        Self(None)
    }

    pub(in crate::store) const fn of(others: broadcast::Receiver<Arc<Heard>>) -> Self {
        Self(Some(others))
    }

    /// Waits for the next. `None` when nothing will ever be heard again.
    pub async fn next(&mut self) -> Option<Heard> {
        match self.0.as_mut()?.recv().await {
            Ok(heard) => Some(Heard::clone(&heard)),
            Err(RecvError::Lagged(_)) => Some(Heard::Gap),
            Err(RecvError::Closed) => None,
        }
    }
}

/// A server that runs on a store, as it told last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunningServer {
    /// Made when it starts.
    pub id: Uuid,
    /// Since when it runs.
    pub started: Timestamp,
    /// When it told this.
    pub seen: Timestamp,
    /// How many agents waited for orders at it then.
    pub held_polls: u64,
}

/// Whose calls are counted together: those of one operation by one application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Caller {
    /// The application's tenant.
    pub tenant: TenantId,
    /// The application's client id.
    pub application: String,
    /// The operation's name.
    pub operation: &'static str,
}
