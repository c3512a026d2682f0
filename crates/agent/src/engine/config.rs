//! What an engine is told when it is opened.

use std::path::PathBuf;
use std::time::Duration;

use crate::find::Scope;

/// What an engine works on and how far it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineConfig {
    /// Where the journal lives; made with mode 0700 when it does not exist.
    pub state_dir: PathBuf,
    /// What may be touched.
    pub scope: Scope,
    /// Directories that are never walked; the vault belongs here. The state directory is always
    /// passed over.
    pub passed_over: Vec<PathBuf>,
    /// How far it goes.
    pub limits: Limits,
}

impl EngineConfig {
    /// An engine with the usual limits that passes over nothing but its own state.
    #[must_use]
    pub fn new(state_dir: PathBuf, scope: Scope) -> Self {
        Self {
            state_dir,
            scope,
            passed_over: Vec::new(),
            limits: Limits::default(),
        }
    }
}

/// How far one action goes before it gives up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The largest file that is hashed, in bytes.
    pub hash_cap: u64,
    /// How long one walk of all roots may take.
    pub sweep: Duration,
    /// How long processes are chased until two scans in a row find no new one.
    pub freeze: Duration,
    /// How long somebody who has a file open for writing is waited for.
    pub lease: Duration,
    /// How long the end of killed processes is waited for.
    pub kill: Duration,
    /// How often the whole search is repeated while it still finds something.
    pub rounds: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            hash_cap: 16 << 30,
            sweep: Duration::from_secs(30 * 60),
            freeze: Duration::from_secs(2),
            lease: Duration::from_secs(2),
            kill: Duration::from_secs(5),
            rounds: 8,
        }
    }
}
