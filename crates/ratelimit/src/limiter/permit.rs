use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::line::Line;
use crate::{PermitId, PushBack, StoreError};

/// The right to send one call. Dropped, it goes back as if it had never been asked for.
#[derive(Debug)]
#[must_use = "a permit that is dropped is refunded"]
pub struct Permit {
    hold: Hold,
}

/// A permit that was used: the call may be on its way. It counts until one window after
/// [`complete`](Self::complete) or [`refused`](Self::refused); dropped instead, until one window
/// after the call's timeout and the policy's grace, since it may still arrive.
#[derive(Debug)]
#[must_use = "without `complete` the call counts until its timeout and grace are over"]
pub struct SentPermit {
    hold: Hold,
}

impl Permit {
    pub(super) fn new(line: Arc<Line>, id: PermitId) -> Self {
        Self {
            hold: Hold {
                line,
                id,
                returned: false,
            },
        }
    }

    /// Marks the permit as used. Call it directly before the bytes leave; the caller gives the call
    /// up, and closes its connection, after `timeout` at the latest.
    ///
    /// # Errors
    /// [`StoreError`]: then nothing may be sent, and the permit is given back.
    pub async fn sent(self, timeout: Duration) -> Result<SentPermit, StoreError> {
        self.hold.line.sent(self.hold.id, timeout).await?;
        Ok(SentPermit { hold: self.hold })
    }
}

impl SentPermit {
    /// Records that the call is over: its response was read, or it was proved never to have left.
    ///
    /// # Errors
    /// [`StoreError`]: then the call counts until its timeout and grace.
    pub async fn complete(self) -> Result<(), StoreError> {
        self.hold.complete(None).await
    }

    /// Records that the service refused the call for its rate: every send of this budget pauses.
    ///
    /// # Errors
    /// [`StoreError`]: then the pause may not be known to other users of the store.
    pub async fn refused(self, push_back: PushBack) -> Result<(), StoreError> {
        self.hold.complete(Some(push_back)).await
    }
}

/// A permit that the store counts, until it is brought back.
struct Hold {
    line: Arc<Line>,
    id: PermitId,
    returned: bool,
}

impl Hold {
    async fn complete(mut self, push_back: Option<PushBack>) -> Result<(), StoreError> {
        self.line.complete(self.id, push_back).await?;
        self.returned = true;
        Ok(())
    }
}

impl fmt::Debug for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Hold").field(&self.id).finish()
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if !self.returned {
            self.line.abandon(self.id);
        }
    }
}
