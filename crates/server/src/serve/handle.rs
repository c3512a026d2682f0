//! What can be said to a server that runs.

use std::sync::Arc;

use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// A hand on a server that runs. Clones are of the same server.
#[derive(Clone, Debug, Default)]
pub struct Handle {
    pub(super) renewal: Arc<Notify>,
    pub(super) impatience: CancellationToken,
}

impl Handle {
    /// Has certificate and key read again now. What cannot be used is not taken.
    pub fn renew_certificate(&self) {
        self.renewal.notify_one();
    }

    /// Waits no longer for open requests to end: a server that was told to stop ends now.
    pub fn hurry(&self) {
        self.impatience.cancel();
    }
}
