//! A name that an earlier run meant to move, as it is found after a crash.

use std::ffi::CString;
use std::os::fd::OwnedFd;

use rustix::fs::Mode;
use rustix::io::Errno;

use super::attributes;
use super::capture_dir::{CaptureDir, split};
use super::inode_flags::{self, Unbound};
use super::keep::remove_if;
use super::move_name;
use crate::find::{Directory, FileId};
use crate::journal::{NameRow, TargetRow};
use crate::plan::remedy::InCapture;
use crate::sys::file;

/// A name that an earlier run meant to move, and what is there now.
pub(super) struct Leftover<'a> {
    pub(super) row: &'a NameRow,
    directory: Option<CaptureDir>,
    pub(super) in_capture: InCapture,
}

impl<'a> Leftover<'a> {
    pub(super) fn of(row: &'a NameRow, target: &TargetRow) -> Self {
        let directory = CaptureDir::reopen(&row.capture_dir);
        let in_capture = match &directory {
            Ok(directory) => look_in(directory, &row.capture_name, target),
            // It was made before the move was announced, so if it is not there, neither may be
            // what it is on. Only the file at its old path proves that it never left.
            Err(_) if is_at_its_path(row, target) => InCapture::Nothing,
            Err(_) => InCapture::OutOfSight,
        };
        Self {
            row,
            directory: directory.ok(),
            in_capture,
        }
    }

    pub(super) fn open(&self, target: &TargetRow) -> Option<OwnedFd> {
        let directory = self.directory.as_ref()?;
        let name = CString::new(self.row.capture_name.as_str()).ok()?;
        let pinned = file::pin(directory, &name).ok()?;
        open_armed(&pinned, target)
    }

    pub(super) fn remove(&self, target: &TargetRow) -> Result<(), Errno> {
        let directory = self.directory.as_ref().ok_or(Errno::NOENT)?;
        remove_if(directory, &self.row.capture_name, |id| {
            is_target(target, id)
        })
    }

    pub(super) fn give_back(&self, target: Option<&TargetRow>) -> Result<(), Errno> {
        let capture = self.directory.as_ref().ok_or(Errno::NOENT)?;
        let (parent, name) = split(&self.row.path).ok_or(Errno::INVAL)?;
        let directory = Directory::root(parent)?;
        let content = target.and_then(|target| Some((target, self.open(target)?)));
        if let Some((target, content)) = &content {
            attributes::give_back(content, &target.attributes);
        }
        let put_back = || move_name::put_back(capture, &self.row.capture_name, &directory, &name);
        let mut answer = put_back();
        if answer == Err(Errno::PERM)
            && let Some(_unbound) = Unbound::of(&directory)
        {
            answer = put_back();
        }
        answer?;
        if let Some((target, content)) = &content {
            inode_flags::bind(content, target.attributes.flags);
        }
        Ok(())
    }

    /// Makes a file that never left its path as it was before an earlier run prepared to move it.
    pub(super) fn restore_at_its_path(&self, target: &TargetRow) {
        let open = || {
            let (parent, name) = split(&self.row.path)?;
            let pinned = file::pin(Directory::root(parent).ok()?, &name).ok()?;
            let content = open_armed(&pinned, target)?;
            let size = rustix::fs::fstat(&content).ok()?.st_size;
            // The number of an inode that is gone may have passed on to another file.
            (u64::try_from(size) == Ok(target.size)).then_some(content)
        };
        if let Some(content) = open() {
            attributes::give_back(&content, &target.attributes);
            inode_flags::bind(&content, target.attributes.flags);
        }
    }

    pub(super) fn remove_directory(&self) {
        if let Some(directory) = &self.directory {
            directory.remove_if_empty();
        }
    }
}

/// Opens the target for reading. Without root that takes a permission that it may have lost.
/// Whatever else lies there by now is not touched, not even for a moment.
fn open_armed(pinned: &OwnedFd, target: &TargetRow) -> Option<OwnedFd> {
    let stat = rustix::fs::fstat(pinned).ok()?;
    if !file::is_regular(&stat) || !is_target(target, FileId::of(&stat)) {
        return None;
    }
    let opened = file::read_pinned(pinned).or_else(|_| {
        file::change_mode(pinned, Mode::RUSR)?;
        let opened = file::read_pinned(pinned);
        file::change_mode(pinned, Mode::empty())?;
        opened
    });
    let (content, stat) = opened.ok()?;
    is_target(target, FileId::of(&stat)).then_some(content)
}

fn look_in(directory: &CaptureDir, name: &str, target: &TargetRow) -> InCapture {
    let Ok(name) = CString::new(name) else {
        return InCapture::Nothing;
    };
    match file::look(directory, &name) {
        Ok(stat) if is_target(target, FileId::of(&stat)) => InCapture::Target,
        Ok(_) => InCapture::Stranger,
        Err(Errno::NOENT) => InCapture::Nothing,
        Err(_) => InCapture::OutOfSight,
    }
}

fn is_at_its_path(row: &NameRow, target: &TargetRow) -> bool {
    let look = || {
        let (parent, name) = split(&row.path)?;
        file::look(Directory::root(parent).ok()?, &name).ok()
    };
    look().is_some_and(|stat| is_target(target, FileId::of(&stat)))
}

/// In another boot the device may have another number; the inode has not. Where the directory is not the
/// agent's own, and its owner could have put something else there, the content still has to be the one
/// that was sealed.
fn is_target(target: &TargetRow, id: FileId) -> bool {
    id == target.id || (!target.of_this_boot && id.ino == target.id.ino)
}

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    use quell_model::Timestamp;

    use super::*;
    use crate::engine::Attributes;
    use crate::journal::Place;

    #[test]
    fn what_took_the_place_of_a_file_that_was_never_moved_keeps_its_mode() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().canonicalize().unwrap().join("program");
        std::fs::create_dir(&path).unwrap();
        let metadata = std::fs::metadata(&path).unwrap();
        let (dev, ino) = (metadata.dev(), metadata.ino() + 1);
        let target = TargetRow {
            item: uuid::Uuid::nil(),
            id: FileId { dev, ino },
            of_this_boot: true,
            size: metadata.len(),
            sha256: [0; 32],
            attributes: Attributes::default(),
            captured_at: Timestamp::from_unix_seconds(0),
            sealed: false,
            is_interpreted: false,
        };
        let row = NameRow {
            path: path.as_os_str().as_bytes().to_vec(),
            was_deleted: false,
            capture_dir: b"/nowhere".to_vec(),
            capture_name: "0".to_owned(),
            place: Place::Intended,
            obstacle: None,
            detail: None,
            residual: 0,
        };
        Leftover::of(&row, &target).restore_at_its_path(&target);
        let after = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(after, metadata.permissions().mode());
    }
}
