//! Removing an item for ever.

use std::fs::File;
use std::io::{self, Write as _};
use std::os::fd::OwnedFd;

use quell_model::{ActionId, Sha1, Timestamp};
use quell_protocol::WirePath;
use rustix::fs::{AtFlags, Mode, OFlags};
use rustix::io::Errno;
use serde::Serialize;

use super::directory::{folders, names};
use super::{Item, ItemId, Vault, VaultError, destroy};
use crate::crash_point;
use crate::whole_file::WholeFile;

/// What an item is called while it is being destroyed.
const GONE: &str = ".gone";

/// The file in the vault's directory that says what was removed, one JSON object a line.
const LOG: &str = "removed.jsonl";

/// Why an item is removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Removal {
    /// Somebody asked for it.
    Asked,
    /// It was kept for as long as items are kept.
    Expired,
    /// The vault held more than it should, and this was the oldest.
    TooMuch,
}

/// A line of the log.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    removed_at: Timestamp,
    why: Removal,
    /// Who ran the program.
    uid: u32,
    id: ItemId,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<Known<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Known<'a> {
    action_id: &'a ActionId,
    sha1: Sha1,
    sha256: &'a str,
    size: u64,
    paths: &'a [WirePath],
    captured_at: Timestamp,
}

impl Vault {
    /// Removes an item for ever: its key is overwritten, then its file removed. It is logged first.
    ///
    /// # Errors
    /// [`VaultError::NotFound`], [`VaultError::Held`], [`VaultError::InUse`], [`VaultError::Io`].
    pub fn remove(&self, id: ItemId, why: Removal, now: Timestamp) -> Result<(), VaultError> {
        let _exclusive = self.exclusive()?;
        if self.hold_of(id).is_some() {
            return Err(VaultError::Held(id));
        }
        let item = match self.open_header_unlocked(id) {
            Err(VaultError::NotFound(id)) => return Err(VaultError::NotFound(id)),
            header => header.ok().map(|(header, _)| header.item),
        };
        let _claimed = match self.claim(id) {
            // What is no file of the agent's, nobody reads.
            Err(VaultError::Strange(_)) => None,
            claimed => Some(claimed?),
        };
        let line = Line {
            removed_at: now,
            why,
            uid: rustix::process::getuid().as_raw(),
            id,
            item: item.as_ref().map(Known::from),
        };
        self.with_spare(|| self.log(&line))
            .map_err(VaultError::io("log that an item is removed"))?;
        tracing::info!(item = %id, ?why, "a quarantined file is removed for ever");
        self.remove_unlocked(id)?;
        self.keep_spare();
        Ok(())
    }

    /// Removes an item that was made just now and is not wanted.
    pub(super) fn discard(&self, id: ItemId) -> Result<(), VaultError> {
        let _exclusive = self.exclusive()?;
        self.remove_unlocked(id)
    }

    fn log(&self, line: &Line<'_>) -> io::Result<()> {
        let flags = OFlags::WRONLY
            | OFlags::APPEND
            | OFlags::CREATE
            | OFlags::NOFOLLOW
            | OFlags::NONBLOCK
            | OFlags::CLOEXEC;
        let own = Mode::RUSR | Mode::WUSR;
        let mut log = File::from(rustix::fs::openat(&self.directory, LOG, flags, own)?);
        let mut line = serde_json::to_vec(line)?;
        line.push(b'\n');
        let before = log.metadata()?.len();
        log.write_all(&line).inspect_err(|_| {
            // Half a line would spoil the next one.
            let _ = log.set_len(before);
        })?;
        log.sync_all()
    }

    pub(super) fn remove_unlocked(&self, id: ItemId) -> Result<(), VaultError> {
        let failed = |error: Errno| VaultError::io("remove an item")(error.into());
        let folder = match self.open_folder(&id.folder()) {
            Err(VaultError::Folder { source, .. }) if source == Errno::NOENT => {
                return Err(VaultError::NotFound(id));
            }
            folder => folder?,
        };
        // From here on nobody takes it for an item, whatever happens: half of one would be damaged.
        let gone = gone(id);
        match rustix::fs::renameat(&folder, id.file(), &folder, gone.as_str()) {
            Ok(()) => {}
            Err(Errno::NOENT) => return Err(VaultError::NotFound(id)),
            Err(error) => return Err(failed(error)),
        }
        rustix::fs::fsync(&folder).map_err(failed)?;
        crash_point::here("remove-renamed");
        destroy::file(&folder, &gone).map_err(VaultError::io("remove an item"))?;
        self.forget_state(&folder, id);
        rustix::fs::fsync(&folder).map_err(|e| VaultError::io("remove an item durably")(e.into()))
    }

    /// Finishes what an earlier run left half removed or half written; says how many files.
    ///
    /// # Errors
    /// [`VaultError::Io`].
    pub fn tidy(&self) -> Result<usize, VaultError> {
        let _exclusive = self.exclusive()?;
        let mut left = 0;
        for id in self.ids_of(GONE)? {
            let folder = self.open_folder(&id.folder())?;
            destroy::file(&folder, &gone(id)).map_err(VaultError::io("remove an item"))?;
            // A new item of the same id, of an action that was carried out anew, keeps its notes.
            if rustix::fs::statat(&folder, id.file(), AtFlags::SYMLINK_NOFOLLOW).is_err() {
                self.forget_state(&folder, id);
            }
            left += 1;
        }
        left += self.settle_exchanges()?;
        for name in folders(&self.directory)? {
            left += remove_unfinished(&self.open_folder(&name)?)?;
        }
        self.keep_spare();
        Ok(left)
    }
}

/// Removes what was about to replace a file when its writer died. Whoever lives holds the lock.
fn remove_unfinished(folder: &OwnedFd) -> Result<usize, VaultError> {
    let mut left = 0;
    for name in names(folder)? {
        if WholeFile::is_temporary(&name) {
            destroy::file(folder, &name).map_err(VaultError::io("remove what was half written"))?;
            left += 1;
        }
    }
    Ok(left)
}

impl<'a> From<&'a Item> for Known<'a> {
    fn from(item: &'a Item) -> Self {
        Self {
            action_id: &item.action_id,
            sha1: item.sha1,
            sha256: &item.sha256,
            size: item.size,
            paths: &item.paths,
            captured_at: item.captured_at,
        }
    }
}

fn gone(id: ItemId) -> String {
    format!("{id}{GONE}")
}
