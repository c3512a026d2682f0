//! Where the agent keeps what must outlive it.

mod state_dir;

pub use state_dir::{StateDir, StateDirError, StateLock};
