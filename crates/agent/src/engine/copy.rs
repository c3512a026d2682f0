//! Keeping a file that has no name any more.
//!
//! The kernel does not let a file without links be linked again, so its bytes are copied into the
//! state directory before the processes that keep it alive are killed.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY};
use quell_model::Sha1;
use rustix::fs::{AtFlags, Mode, OFlags, fstat, fsync, openat, unlinkat};
use uuid::Uuid;

use super::capture_dir::CaptureDir;
use super::target::Slot;
use crate::find::FileId;
use crate::holes::Holes;

const BUFFER: usize = 128 * 1024;

/// Copies `content` to where captured files are kept.
pub(super) fn keep(state_dir: &Path, content: &OwnedFd, sha1: Sha1) -> io::Result<Slot> {
    let dir = Arc::new(CaptureDir::for_copies(state_dir)?);
    let name = Uuid::new_v4().simple().to_string();
    let flags = OFlags::CREATE | OFlags::EXCL | OFlags::WRONLY | OFlags::CLOEXEC;
    let file = File::from(openat(&dir, name.as_str(), flags, Mode::RUSR)?);
    let holds = FileId::of(&fstat(&file)?);
    let slot = Slot { dir, name, holds };
    match fill(&file, content, sha1).and_then(|()| Ok(slot.dir.make_durable()?)) {
        Ok(()) => Ok(slot),
        Err(error) => {
            discard(&slot);
            Err(error)
        }
    }
}

/// Holes stay holes: a file of a few pages may say that it is many gigabytes.
fn fill(file: &File, content: &OwnedFd, sha1: Sha1) -> io::Result<()> {
    let mut buffer = vec![0; BUFFER];
    let zeros = vec![0; BUFFER];
    let mut holes = Holes::of(content.as_fd());
    let mut digest = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
    let mut offset: u64 = 0;
    loop {
        if let Some(length) = holes.zeros_at(offset, BUFFER) {
            digest.update(zeros.get(..length).unwrap_or_default());
            offset = offset.saturating_add(length as u64);
            continue;
        }
        let count = rustix::io::pread(content, buffer.as_mut_slice(), offset)?;
        let chunk = buffer.get(..count).unwrap_or_default();
        if chunk.is_empty() {
            break;
        }
        digest.update(chunk);
        file.write_all_at(chunk, offset)?;
        offset = offset.saturating_add(count as u64);
    }
    file.set_len(offset)?;
    if digest.finish().as_ref() != sha1.as_bytes() {
        return Err(io::Error::other("the content changed while it was copied"));
    }
    fsync(file)?;
    Ok(())
}

/// Removes a copy.
pub(super) fn discard(slot: &Slot) {
    if let Err(errno) = unlinkat(slot.dir.as_fd(), slot.name.as_str(), AtFlags::empty()) {
        tracing::warn!(%errno, "a copy could not be removed");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn copy_is_whole_private_and_can_be_discarded() {
        let state = tempfile::tempdir().unwrap();
        let root = state.path().canonicalize().unwrap();
        let source = tempfile::NamedTempFile::new().unwrap();
        fs::write(source.path(), b"abc").unwrap();
        let content = OwnedFd::from(source.reopen().unwrap());
        let sha1 = "a9993e364706816aba3e25717850c26c9cd0d89d".parse().unwrap();
        let slot = keep(&root, &content, sha1).unwrap();
        let copy = root.join("held").join(&slot.name);
        assert_eq!(fs::read(&copy).unwrap(), b"abc");
        discard(&slot);
        assert!(!copy.exists());
    }

    #[test]
    fn copy_of_a_file_with_holes_has_them_too() {
        let state = tempfile::tempdir().unwrap();
        let root = state.path().canonicalize().unwrap();
        let source = tempfile::tempfile().unwrap();
        source.write_all_at(b"data", 5 << 20).unwrap();
        source.set_len(64 << 20).unwrap();
        let hashed = crate::hash::Hasher::new()
            .sha1(&source, &crate::hash::Budget::UNLIMITED)
            .unwrap();
        let slot = keep(&root, &OwnedFd::from(source), hashed.sha1).unwrap();
        let copy = File::open(root.join("held").join(&slot.name)).unwrap();
        let metadata = copy.metadata().unwrap();
        assert_eq!(metadata.len(), 64 << 20);
        assert!(std::os::unix::fs::MetadataExt::blocks(&metadata) * 512 < 1 << 20);
        let mut there = [0; 4];
        copy.read_exact_at(&mut there, 5 << 20).unwrap();
        assert_eq!(&there, b"data");
    }

    #[test]
    fn copy_of_other_content_is_refused_and_leaves_nothing() {
        let state = tempfile::tempdir().unwrap();
        let root = state.path().canonicalize().unwrap();
        let content = OwnedFd::from(tempfile::tempfile().unwrap());
        let other = Sha1::from_bytes([1; 20]);
        assert!(keep(&root, &content, other).is_err());
        assert_eq!(fs::read_dir(root.join("held")).unwrap().count(), 0);
    }
}
