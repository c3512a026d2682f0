//! Where a file has no data: what was never written reads as zeros and takes no room.

use std::os::fd::BorrowedFd;

use rustix::fs::{SeekFrom, fstat, seek};

/// The holes of an open file, asked for in ascending order. The descriptor's offset moves; whoever
/// uses this reads by position.
#[derive(Debug)]
pub(crate) struct Holes<'a> {
    file: BorrowedFd<'a>,
    size: u64,
    /// Up to where it is known what is there: a hole, or data.
    known: u64,
    is_hole: bool,
}

impl<'a> Holes<'a> {
    /// A file that takes as much room as it is long is not asked for holes.
    pub(crate) fn of(file: BorrowedFd<'a>) -> Self {
        let stat = fstat(file).ok();
        let size = stat
            .and_then(|stat| u64::try_from(stat.st_size).ok())
            .unwrap_or(0);
        let taken = stat.and_then(|stat| u64::try_from(stat.st_blocks).ok());
        let may_have_holes = taken.is_some_and(|blocks| blocks.saturating_mul(512) < size);
        Self {
            file,
            size,
            known: if may_have_holes { 0 } else { u64::MAX },
            is_hole: false,
        }
    }

    /// How many zeros, `most` at most, begin at `offset`; nothing when it is to be read there.
    pub(crate) fn zeros_at(&mut self, offset: u64, most: usize) -> Option<usize> {
        if offset >= self.known {
            self.look(offset);
        }
        let left = self.known.saturating_sub(offset);
        let zeros = usize::try_from(left).unwrap_or(most).min(most);
        (self.is_hole && zeros > 0).then_some(zeros)
    }

    fn look(&mut self, offset: u64) {
        let data = seek(self.file, SeekFrom::Data(offset));
        (self.known, self.is_hole) = match data {
            Ok(data) if data > offset => (data, true),
            Ok(_) => (
                seek(self.file, SeekFrom::Hole(offset)).unwrap_or(u64::MAX),
                false,
            ),
            // Nothing but a hole is left.
            Err(rustix::io::Errno::NXIO) if offset < self.size => (self.size, true),
            Err(_) => (u64::MAX, false),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileExt;

    #[test]
    fn holes_are_found_before_between_and_after_data() {
        let file = tempfile::tempfile().unwrap();
        let piece = 1_u64 << 20;
        for at in [piece, 3 * piece] {
            file.write_all_at(&vec![1; 1 << 16], at).unwrap();
        }
        file.set_len(5 * piece).unwrap();
        let mut holes = Holes::of(file.as_fd());
        let most = 1 << 17;
        let (mut offset, mut zeros, mut read) = (0, 0, 0);
        while offset < 5 * piece {
            let step = holes.zeros_at(offset, most);
            let length = step.unwrap_or(1 << 12) as u64;
            *if step.is_some() {
                &mut zeros
            } else {
                &mut read
            } += length;
            offset += length;
        }
        assert_eq!(zeros + read, 5 * piece);
        // What the file system has as data may be rounded up, but never down.
        assert!(read >= 2 << 16, "{read}");
        assert!(zeros >= 4 * piece, "{zeros}");
    }

    #[test]
    fn holes_of_a_whole_file_are_none() {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(&[1; 9000], 0).unwrap();
        let mut holes = Holes::of(file.as_fd());
        assert_eq!(holes.zeros_at(0, 100), None);
        assert_eq!(holes.zeros_at(9000, 100), None);
    }
}
