//! The layers of containers' images: many containers share them, and none may write there.

use std::collections::HashSet;
use std::os::fd::OwnedFd;

use rustix::fs::{Mode, OFlags, fstat, openat};

use super::directory::Directory;
use super::identity::FileId;
use super::resolve::look_along;
use crate::sys::mounts::lower_layers;

/// No directory is further from its root than this.
const HIGHEST: usize = 4096;

/// The directories that overlays are mounted over.
#[derive(Debug, Default)]
pub(crate) struct Layers {
    lower: HashSet<FileId>,
}

impl Layers {
    /// Those of all overlays that are mounted where the agent is.
    pub(crate) fn of_machine() -> Self {
        let paths = lower_layers();
        // A layer may lie where a server would have to be asked; nothing is taken from there.
        let looked = paths.iter().filter_map(|path| look_along(path).ok());
        Self {
            lower: looked.map(|look| look.stamp.id).collect(),
        }
    }

    /// Whether the directory is one of them, or lies in one.
    pub(crate) fn contain(&self, directory: &Directory) -> bool {
        !self.lower.is_empty() && self.climb(directory).unwrap_or(false)
    }

    fn climb(&self, directory: &Directory) -> Result<bool, rustix::io::Errno> {
        let up = OFlags::DIRECTORY | OFlags::CLOEXEC;
        let mut current: OwnedFd = openat(directory, c".", up, Mode::empty())?;
        let mut id = FileId::of(&fstat(&current)?);
        for _ in 0..HIGHEST {
            if self.lower.contains(&id) {
                return Ok(true);
            }
            current = openat(&current, c"..", up, Mode::empty())?;
            let above = FileId::of(&fstat(&current)?);
            if above == id {
                return Ok(false);
            }
            id = above;
        }
        Ok(false)
    }
}
