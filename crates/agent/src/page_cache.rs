//! Reading a file without driving out of memory what others work with.
//!
//! A search reads what nobody uses. What of it was not in memory before need not stay there; what
//! was, somebody has use for.

use std::io::IoSliceMut;
use std::os::fd::AsFd;

use rustix::fs::{Advice, fadvise};
use rustix::io::{Errno, ReadWriteFlags, preadv2};

/// Smaller files take more time to be asked about than they take room.
const WORTH_IT: u64 = 1 << 20;

/// Whether a file was in memory before it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Footprint {
    /// It was not: all of it that is there after reading is the reader's.
    Ours,
    /// It was, at least in part, or nobody can tell, or it is too small to matter.
    Shared,
}

impl Footprint {
    /// Asks, before the file is read, whether its beginning, its middle and its end are in memory.
    pub(crate) fn before_reading(file: impl AsFd, size: u64) -> Self {
        let places = [0, size / 2, size.saturating_sub(1)];
        let is_absent = |at: &u64| is_absent(&file, *at);
        match size >= WORTH_IT && places.iter().all(is_absent) {
            true => Self::Ours,
            false => Self::Shared,
        }
    }

    /// Gives back the memory, when the file has been read.
    pub(crate) fn wipe(self, file: impl AsFd) {
        if self == Self::Ours
            && let Err(errno) = fadvise(file, 0, None, Advice::DontNeed)
        {
            tracing::debug!(%errno, "what was read stays in memory");
        }
    }
}

/// Whether reading there would have to wait for a disk. Where a file system cannot tell, it is
/// as if it would not.
fn is_absent(file: impl AsFd, at: u64) -> bool {
    let mut byte = [0];
    let mut into = [IoSliceMut::new(&mut byte)];
    preadv2(file, &mut into, at, ReadWriteFlags::NOWAIT) == Err(Errno::AGAIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Write as _;
    use std::os::unix::fs::FileExt as _;

    const SIZE: usize = 4 << 20;

    /// A file of which nothing is in memory; none where temporary files are kept only there.
    fn cold_file() -> Option<File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&vec![7; SIZE]).unwrap();
        file.sync_all().unwrap();
        fadvise(&file, 0, None, Advice::DontNeed).unwrap();
        let is_cold = is_absent(&file, SIZE as u64 / 4);
        if !is_cold {
            println!("skipped: temporary files are kept in memory, or nobody tells what is");
        }
        is_cold.then_some(file)
    }

    fn read_whole(file: &File) {
        file.read_exact_at(&mut vec![0; SIZE], 0).unwrap();
    }

    #[test]
    fn file_that_only_the_search_read_leaves_memory_again() {
        let Some(file) = cold_file() else { return };
        let footprint = Footprint::before_reading(&file, SIZE as u64);
        assert_eq!(footprint, Footprint::Ours);
        read_whole(&file);
        assert!(!is_absent(&file, SIZE as u64 / 4));
        footprint.wipe(&file);
        assert!(is_absent(&file, SIZE as u64 / 4));
    }

    #[test]
    fn file_that_others_had_in_memory_stays_there() {
        let Some(file) = cold_file() else { return };
        read_whole(&file);
        let footprint = Footprint::before_reading(&file, SIZE as u64);
        assert_eq!(footprint, Footprint::Shared);
        footprint.wipe(&file);
        assert!(!is_absent(&file, SIZE as u64 / 4));
    }

    #[test]
    fn small_file_is_not_asked_about() {
        let Some(file) = cold_file() else { return };
        assert_eq!(Footprint::before_reading(&file, 4096), Footprint::Shared);
    }
}
