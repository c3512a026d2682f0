//! Whether the machine's owner has paused the agent: one file in its directory, that survives
//! restarts and that nobody but the agent's own user can write.

use std::fs;
use std::io;
use std::path::Path;

use quell_model::Timestamp;
use serde::{Deserialize, Serialize};

use super::StateDir;

const FILE: &str = "paused.json";
/// The longest file that is read, in bytes.
const MAX_FILE: usize = 64 * 1024;

/// Since when nothing is begun, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pause {
    /// When the owner said so; not known when the file was written by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// In the owner's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether the agent of this directory is paused. A file that cannot be looked at counts as one.
pub(crate) fn is_paused(state: &Path) -> bool {
    !matches!(
        fs::symlink_metadata(state.join(FILE)),
        Err(error) if error.kind() == io::ErrorKind::NotFound
    )
}

impl StateDir {
    /// The pause, if there is one. What the file says besides is not needed for it to count.
    #[must_use]
    pub fn paused(&self) -> Option<Pause> {
        is_paused(self.path()).then(|| {
            let text = fs::read(self.path().join(FILE)).unwrap_or_default();
            let text = text.get(..MAX_FILE.min(text.len())).unwrap_or_default();
            serde_json::from_slice(text).unwrap_or(Pause {
                since: None,
                reason: None,
            })
        })
    }

    /// Pauses the agent from now on, durably. On a full disk it is not kept since when and why: what
    /// the file says takes room, that it is there takes none.
    ///
    /// # Errors
    /// When there can be no file.
    pub fn pause(&self, pause: &Pause) -> io::Result<()> {
        match self.write(FILE, &serde_json::to_vec(pause)?) {
            Err(error) if error.kind() == io::ErrorKind::StorageFull => self.write(FILE, b""),
            written => written,
        }
    }

    /// Ends the pause; `false` when there was none.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn resume(&self) -> io::Result<bool> {
        match fs::remove_file(self.path().join(FILE)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pause_holds_until_it_is_ended_whatever_its_file_says() {
        let root = tempfile::tempdir().unwrap();
        let state = StateDir::open(&root.path().join("s")).unwrap();
        assert_eq!(state.paused(), None);
        let pause = Pause {
            since: Some(Timestamp::from_unix_seconds(7)),
            reason: Some("maintenance".to_owned()),
        };
        state.pause(&pause).unwrap();
        assert_eq!(state.paused(), Some(pause));
        for content in ["", "no json", "{}"] {
            fs::write(state.path().join(FILE), content).unwrap();
            assert!(
                state.paused().is_some() && is_paused(state.path()),
                "{content}"
            );
        }
        assert!(state.resume().unwrap());
        assert!(!state.resume().unwrap() && !is_paused(state.path()));
    }
}
