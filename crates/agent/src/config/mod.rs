//! Where the agent keeps what must outlive it.

pub(crate) mod pause;
mod state_dir;

pub use pause::Pause;
pub use state_dir::{StateDir, StateDirError, StateLock};
