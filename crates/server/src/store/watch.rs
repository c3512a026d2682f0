//! Watching the store work.

use std::fmt::Debug;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// Is told of every commit. Called on the thread that writes: it must not take long.
pub trait WriteWatch: Debug + Send + Sync {
    /// So many writes shared a commit, which took so long and was done or undone.
    fn committed(&self, writes: usize, took: Duration, done: bool);
}

/// The watch of a store, if it is watched. Clones are watched together.
#[derive(Clone, Debug, Default)]
pub(super) struct Watched(Arc<OnceLock<Arc<dyn WriteWatch>>>);

impl Watched {
    /// The first watch stays.
    pub(super) fn by(&self, watch: Arc<dyn WriteWatch>) {
        let _ = self.0.set(watch);
    }

    pub(super) fn committed(&self, writes: usize, took: Duration, done: bool) {
        if let Some(watch) = self.0.get() {
            watch.committed(writes, took, done);
        }
    }
}
