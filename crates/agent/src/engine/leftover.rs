//! A name that an earlier run meant to move, as it is found after a crash.

use std::ffi::CString;
use std::os::fd::OwnedFd;

use rustix::fs::Mode;
use rustix::io::Errno;

use super::capture_dir::{CaptureDir, split};
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
        let directory = CaptureDir::reopen(&row.capture_dir).ok();
        let found = directory.as_ref().and_then(|directory| {
            let name = CString::new(row.capture_name.as_str()).ok()?;
            file::look(directory, &name).ok()
        });
        let in_capture = match found {
            None => InCapture::Nothing,
            Some(stat) if is_target(target, FileId::of(&stat)) => InCapture::Target,
            Some(_) => InCapture::Stranger,
        };
        Self {
            row,
            directory,
            in_capture,
        }
    }

    pub(super) fn open(&self, target: &TargetRow) -> Option<OwnedFd> {
        let directory = self.directory.as_ref()?;
        let name = CString::new(self.row.capture_name.as_str()).ok()?;
        let pinned = file::pin(directory, &name).ok()?;
        let opened = file::read_pinned(&pinned).or_else(|_| {
            file::change_mode(&pinned, Mode::RUSR)?;
            let opened = file::read_pinned(&pinned);
            file::change_mode(&pinned, Mode::empty())?;
            opened
        });
        let (content, stat) = opened.ok()?;
        is_target(target, FileId::of(&stat)).then_some(content)
    }

    pub(super) fn remove(&self, target: &TargetRow) -> Result<(), Errno> {
        let directory = self.directory.as_ref().ok_or(Errno::NOENT)?;
        remove_if(directory, &self.row.capture_name, |id| {
            is_target(target, id)
        })
    }

    pub(super) fn give_back(&self, mode: Option<u32>) -> Result<(), Errno> {
        let capture = self.directory.as_ref().ok_or(Errno::NOENT)?;
        let (parent, name) = split(&self.row.path).ok_or(Errno::INVAL)?;
        let directory = Directory::root(parent)?;
        if let Some(mode) = mode {
            let captured =
                CString::new(self.row.capture_name.as_str()).map_err(|_| Errno::INVAL)?;
            let pinned = file::pin(capture, &captured)?;
            file::change_mode(&pinned, Mode::from_raw_mode(mode))?;
        }
        move_name::put_back(capture, &self.row.capture_name, &directory, &name)
    }

    pub(super) fn remove_directory(&self) {
        if let Some(directory) = &self.directory {
            directory.remove_if_empty();
        }
    }
}

/// In another boot the device may have another number; the inode has not, and nobody else could
/// put anything into the directory.
fn is_target(target: &TargetRow, id: FileId) -> bool {
    id == target.id || (!target.of_this_boot && id.ino == target.id.ino)
}
