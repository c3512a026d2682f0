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
        Self::at(&lower_layers())
    }

    /// An overlay over everything is no container's image: it is the machine itself, laid below a
    /// copy that somebody tries things in, and what lies on the machine is taken all the same.
    fn at(paths: &[Vec<u8>]) -> Self {
        let root = look_along(b"/").ok().map(|look| look.stamp.id);
        // A layer may lie where a server would have to be asked; nothing is taken from there.
        let looked = paths.iter().filter_map(|path| look_along(path).ok());
        let lower = looked.map(|look| look.stamp.id);
        Self {
            lower: lower.filter(|layer| Some(*layer) != root).collect(),
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

#[cfg(test)]
mod tests {
    use std::os::unix::ffi::OsStrExt as _;

    use super::*;

    #[test]
    fn layer_holds_what_is_below_it_unless_that_is_everything() {
        let scratch = tempfile::tempdir().unwrap();
        let layer = scratch.path().canonicalize().unwrap();
        let inner = layer.join("a");
        std::fs::create_dir(&inner).unwrap();
        let inner = Directory::root(&inner).unwrap();
        let path = layer.as_os_str().as_bytes().to_vec();
        assert!(Layers::at(std::slice::from_ref(&path)).contain(&inner));
        assert!(!Layers::at(&[b"/".to_vec()]).contain(&inner));
        assert!(Layers::at(&[b"/".to_vec(), path]).contain(&inner));
    }
}
