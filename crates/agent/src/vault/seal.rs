//! Taking a file into the vault.

use std::ffi::OsStr;
use std::io::{self, BufWriter, Write as _};
use std::os::fd::{AsFd as _, BorrowedFd};
use std::thread;

use quell_model::ActionId;
use quell_protocol::WirePath;
use rustix::fs::Mode;
use rustix::io::Errno;

use super::aside::Aside;
use super::extents::{Part, parts};
use super::format::Recipients;
use super::reading::{Fingerprint, Fingerprinting};
use super::recovery::RecoveryKey;
use super::{Attributes, Item, ItemId, Vault, VaultError, Xattr, extents, format};
use crate::engine::{ItemDraft, Seal, SealError};
use crate::find::FileId;
use crate::whole_file::WholeFile;

impl Seal for Vault {
    fn seal(&self, draft: &ItemDraft, content: BorrowedFd<'_>) -> Result<String, SealError> {
        let item = item_of(draft, content);
        self.keep(&item, content).map_err(seal_error)?;
        Ok(item.id.to_string())
    }

    fn contains(&self, item_id: &str) -> bool {
        item_id.parse().is_ok_and(|id| self.has_durably(id).is_ok())
    }

    fn gave_back(&self, action: &ActionId, file: FileId) -> bool {
        Vault::gave_back(self, action, file)
    }

    fn has_room(&self, size: u64) -> bool {
        if self.is_full_with(size) {
            return false;
        }
        let Ok(system) = rustix::fs::fstatvfs(&self.directory) else {
            return true;
        };
        // A file system without a size, such as an unlimited tmpfs, does not tell.
        let available = system.f_bavail.saturating_mul(system.f_frsize);
        system.f_blocks == 0 || available >= size.saturating_add(TO_SPARE)
    }
}

impl Vault {
    /// Whether the vault would take more than it may. What encryption adds is counted, too.
    fn is_full_with(&self, size: u64) -> bool {
        let Some(most) = self.limits().size else {
            return false;
        };
        let added = size.saturating_add(size / 1024).saturating_add(4096);
        let used = self.used().unwrap_or(0);
        let is_full = size > 0 && used.saturating_add(added) > most;
        if is_full {
            tracing::warn!(
                used,
                most,
                "the machine's policy lets the vault hold no more (size-cap-mib)"
            );
        }
        is_full
    }

    /// Keeps `content` as `item`: durably, and read back. The same item twice is kept once.
    pub(super) fn keep(&self, item: &Item, content: BorrowedFd<'_>) -> Result<(), VaultError> {
        match self.has_durably(item.id) {
            Ok(()) => return Ok(()),
            Err(VaultError::NotFound(_)) => {}
            Err(damaged) => return Err(damaged),
        }
        self.write(item, content)?;
        self.verify(item.id).map(drop).inspect_err(|_| {
            // What cannot be read back must not look like a copy.
            let _ = self.discard(item.id);
        })?;
        self.keep_spare();
        Ok(())
    }

    /// Whoever wrote the item may have crashed before its name was on the disk, and the original is
    /// given up for it.
    fn has_durably(&self, id: ItemId) -> Result<(), VaultError> {
        self.verify(id)?;
        let durable = |error: Errno| VaultError::io("make an item durable")(error.into());
        rustix::fs::fsync(self.open_folder(&id.folder())?).map_err(durable)?;
        rustix::fs::fsync(&self.directory).map_err(durable)
    }

    fn write(&self, item: &Item, content: BorrowedFd<'_>) -> Result<(), VaultError> {
        // So that no key is dropped between being taken for the item and the item's having a name.
        let _shared = self.shared()?;
        let ring = self.ring()?;
        let recovery = self.recovery_key_if_whole();
        let recipients = Recipients {
            device: ring.current().ok_or(VaultError::KeyMissing)?,
            recovery: recovery.as_ref(),
        };
        let header = format::write(item, recipients)?;
        let parts = parts(item.data.as_deref(), item.size).ok_or(VaultError::ContentChanged)?;
        let folder = self.make_folder(item.id)?;
        let mut whole = WholeFile::create(folder.as_fd()).map_err(VaultError::io(WRITE))?;
        let mut written = || -> io::Result<Option<Fingerprint>> {
            let mut sink = BufWriter::new(whole.file());
            sink.write_all(&header.bytes)?;
            let mut sealing = header.key.sealing(&header.binding, sink);
            let found = pour(content, &parts, &mut sealing)?;
            let mut sink = sealing.finish()?;
            sink.flush()?;
            rustix::fs::fchmod(sink.get_ref().as_fd(), Mode::RUSR)?;
            Ok(found)
        };
        let found = written().map_err(VaultError::io(WRITE))?;
        if found != Some(fingerprint_of(item)) {
            return Err(VaultError::ContentChanged);
        }
        whole
            .publish(OsStr::new(&item.id.file()))
            .map_err(VaultError::io(WRITE))
    }

    /// A recovery key that is there and cannot be used is told, and keeps nothing from being taken:
    /// `vault rotate-key` adds it later.
    fn recovery_key_if_whole(&self) -> Option<RecoveryKey> {
        self.recovery_key().unwrap_or_else(|error| {
            tracing::error!(%error, "an item is sealed without a recovery key");
            None
        })
    }

    fn make_folder(&self, id: ItemId) -> Result<std::os::fd::OwnedFd, VaultError> {
        let failed = |error: Errno| VaultError::io("make a folder")(error.into());
        match rustix::fs::mkdirat(&self.directory, id.folder(), Mode::RWXU) {
            Ok(()) | Err(Errno::EXIST) => rustix::fs::fsync(&self.directory).map_err(failed)?,
            Err(error) => return Err(failed(error)),
        }
        self.open_folder(&id.folder())
    }
}

/// Bytes that stay free: what encryption adds to the largest file, and the journal's own growth.
const TO_SPARE: u64 = 8 << 20;

const WRITE: &str = "write an item";
const BUFFER: usize = 128 * 1024;

/// Pours the data of `content` into `sink`; answers the fingerprint of all of it. Nothing for a
/// content that has become longer.
fn pour(
    content: BorrowedFd<'_>,
    parts: &[Part],
    sink: &mut impl io::Write,
) -> io::Result<Option<Fingerprint>> {
    thread::scope(|scope| {
        let mut fingerprinting = Aside::begin(scope, Fingerprinting::new());
        let is_whole = pour_parts(content, parts, sink, &mut fingerprinting)?;
        Ok(fingerprinting.finish().finish().filter(|_| is_whole))
    })
}

/// Answers whether `content` is as long as its parts.
fn pour_parts(
    content: BorrowedFd<'_>,
    parts: &[Part],
    sink: &mut impl io::Write,
    fingerprinting: &mut Aside<'_, Fingerprinting>,
) -> io::Result<bool> {
    let mut buffer = vec![0; BUFFER];
    let mut end = 0;
    for part in parts {
        match *part {
            Part::Hole(length) => {
                end += length;
                fingerprinting.zeros(length);
            }
            Part::Data(mut offset, length) => {
                end = offset + length;
                while offset < end {
                    let wanted = usize::try_from(end - offset).map_or(BUFFER, |l| l.min(BUFFER));
                    let room = buffer.get_mut(..wanted).unwrap_or_default();
                    let count = read_at(content, room, offset)?;
                    let read = room.get(..count).unwrap_or_default();
                    if read.is_empty() {
                        return Ok(false);
                    }
                    fingerprinting.bytes(read);
                    sink.write_all(read)?;
                    offset += count as u64;
                }
            }
        }
    }
    Ok(read_at(content, buffer.get_mut(..1).unwrap_or_default(), end)? == 0)
}

fn read_at(content: BorrowedFd<'_>, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    loop {
        match rustix::io::pread(content, &mut *buffer, offset) {
            Err(Errno::INTR) => {}
            read => return Ok(read?),
        }
    }
}

/// The item that `content` becomes.
pub(super) fn item_of(draft: &ItemDraft, content: BorrowedFd<'_>) -> Item {
    let attributes = &draft.attributes;
    let xattr = |(name, value): &(Vec<u8>, Vec<u8>)| Xattr {
        name: name.clone(),
        value: value.clone(),
    };
    Item {
        id: ItemId::from_uuid(draft.id),
        action_id: draft.action_id.clone(),
        sha1: draft.sha1,
        sha256: super::reading::hex(&draft.sha256),
        size: draft.size,
        paths: draft
            .paths
            .iter()
            .map(|path| WirePath::from_bytes(path))
            .collect(),
        attributes: Attributes {
            uid: attributes.uid,
            gid: attributes.gid,
            mode: attributes.mode,
            accessed_ns: attributes.accessed_ns,
            modified_ns: attributes.modified_ns,
            xattrs: attributes.xattrs.iter().map(xattr).collect(),
            flags: attributes.flags,
            created_ns: attributes.created_ns,
            changed_ns: attributes.changed_ns,
            links: attributes.links,
            file_system: attributes.file_system,
        },
        comment: draft.comment.clone(),
        requestor: draft.requestor.clone(),
        captured_at: draft.captured_at,
        data: extents::of(content, draft.size),
    }
}

fn fingerprint_of(item: &Item) -> Fingerprint {
    Fingerprint {
        sha1: item.sha1,
        sha256: item.sha256.clone(),
        size: item.size,
    }
}

fn seal_error(error: VaultError) -> SealError {
    match error {
        VaultError::ContentChanged => SealError::ContentChanged,
        VaultError::Io { source, .. } if is_full(&source) => SealError::NoRoom(source),
        other => SealError::Unavailable(Box::new(other)),
    }
}

fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
    )
}
