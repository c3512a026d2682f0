//! Where a directory is, as the way down to it.
//!
//! A tree may be deeper than any path can be long. So a directory holds its own name and shares the
//! rest with those beside it; the whole path is put together only for who asks.

use std::sync::Arc;

use super::directory::join;
use super::identity::LastingId;

/// One directory on the way down from a root.
#[derive(Debug)]
pub(super) struct Trail {
    above: Option<Arc<Trail>>,
    /// Its name there; of a root the whole path, without a slash at the end.
    step: Vec<u8>,
    /// Which directory it was.
    pub(super) which: LastingId,
    /// The mount that it was reached through.
    pub(super) mount: u64,
}

impl Trail {
    pub(super) fn root(path: &[u8], which: LastingId, mount: u64) -> Arc<Self> {
        Arc::new(Self {
            above: None,
            step: path.strip_suffix(b"/").unwrap_or(path).to_vec(),
            which,
            mount,
        })
    }

    pub(super) fn down(self: &Arc<Self>, step: &[u8], which: LastingId, mount: u64) -> Arc<Self> {
        Arc::new(Self {
            above: Some(Arc::clone(self)),
            step: step.to_vec(),
            which,
            mount,
        })
    }

    /// The directory that this one lies in; nothing above a root.
    pub(super) fn above(&self) -> Option<&Arc<Self>> {
        self.above.as_ref()
    }

    /// Its name in the directory that it lies in; of a root the whole path, empty for the root of all.
    pub(super) fn step(&self) -> &[u8] {
        &self.step
    }

    /// The whole path; empty for the root of all.
    pub(super) fn path(&self) -> Vec<u8> {
        let mut steps = vec![self.step.as_slice()];
        let mut at = self;
        while let Some(above) = &at.above {
            at = above;
            steps.push(&at.step);
        }
        steps.reverse();
        steps.join(&b'/')
    }

    /// The path of something in the directory.
    pub(super) fn path_of(&self, name: &[u8]) -> Vec<u8> {
        join(&self.path(), name)
    }
}

impl Drop for Trail {
    /// One after the other: dropped within each other, they would need a stack as deep as the tree.
    fn drop(&mut self) {
        let mut above = self.above.take();
        while let Some(mut last) = above.and_then(Arc::into_inner) {
            above = last.above.take();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::find::FileId;

    const ID: LastingId = LastingId {
        file: FileId { dev: 1, ino: 2 },
        born_ns: None,
    };

    #[test]
    fn path_is_put_together_from_the_root_down() {
        let root = Trail::root(b"/a/b", ID, 1);
        assert_eq!(root.path(), b"/a/b");
        let deep = root.down(b"c", ID, 1).down(b"\xff", ID, 1);
        assert_eq!(deep.path(), b"/a/b/c/\xff");
        assert_eq!(deep.path_of(b"x"), b"/a/b/c/\xff/x");
        let of_all = Trail::root(b"/", ID, 1);
        assert_eq!(of_all.path(), b"");
        assert_eq!(of_all.down(b"etc", ID, 1).path(), b"/etc");
    }

    #[test]
    fn trail_of_a_million_steps_is_dropped_on_a_small_stack() {
        let mut trail = Trail::root(b"/", ID, 1);
        for _ in 0..1_000_000 {
            trail = trail.down(b"d", ID, 1);
        }
        assert_eq!(trail.path().len(), 2_000_000);
        let dropping = std::thread::Builder::new().stack_size(64 * 1024);
        dropping.spawn(move || drop(trail)).unwrap().join().unwrap();
    }
}
