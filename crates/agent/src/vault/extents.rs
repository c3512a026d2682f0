//! Where a sparse file has data, so that its holes come back as holes and take no room here.

use std::io::{self, Write};
use std::os::fd::BorrowedFd;

use rustix::fs::SeekFrom;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

/// More stretches than this are not told apart: what follows counts as data.
const MOST: usize = 10_000;
/// How many zeros are hashed at once.
static ZEROS: [u8; 64 * 1024] = [0; 64 * 1024];

/// A stretch of data: its offset and its length, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Extent(pub u64, pub u64);

/// A part of a file, in order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// So many bytes of zeros that take no room.
    Hole(u64),
    /// So many bytes of data from this offset.
    Data(u64, u64),
}

/// Where `file` of `size` bytes has data; `None` where it has no holes or does not tell.
pub(super) fn of(file: BorrowedFd<'_>, size: u64) -> Option<Vec<Extent>> {
    let mut extents: Vec<Extent> = Vec::new();
    let mut offset = 0;
    while offset < size {
        let data = match rustix::fs::seek(file, SeekFrom::Data(offset)) {
            Ok(data) => data,
            Err(Errno::NXIO) => break,
            Err(_) => return None,
        };
        if extents.len() == MOST - 1 {
            extents.push(Extent(data, size.checked_sub(data)?));
            break;
        }
        let hole = rustix::fs::seek(file, SeekFrom::Hole(data)).ok()?;
        let end = hole.min(size);
        extents.push(Extent(data, end.checked_sub(data)?));
        offset = end;
    }
    (extents != [Extent(0, size)]).then_some(extents)
}

/// The parts of a file of `size` bytes; `None` for extents that lie in no such file.
pub(super) fn parts(extents: Option<&[Extent]>, size: u64) -> Option<Vec<Part>> {
    let Some(extents) = extents else {
        return Some(vec![Part::Data(0, size)]);
    };
    let mut parts = Vec::new();
    let mut end = 0;
    for Extent(offset, length) in extents {
        parts.push(Part::Hole(offset.checked_sub(end)?));
        parts.push(Part::Data(*offset, *length));
        end = offset.checked_add(*length)?;
    }
    parts.push(Part::Hole(size.checked_sub(end)?));
    parts.retain(|part| !matches!(part, Part::Hole(0) | Part::Data(_, 0)));
    Some(parts)
}

/// What takes a file's parts as they come.
pub(super) trait Spread {
    /// The next bytes.
    fn data(&mut self, bytes: &[u8]) -> io::Result<()>;
    /// So many zeros.
    fn hole(&mut self, length: u64) -> io::Result<()>;
}

/// A sink that wants zeros rather than holes.
#[derive(Debug)]
pub(super) struct Dense<W>(pub(super) W);

impl<W: Write> Spread for Dense<W> {
    fn data(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    fn hole(&mut self, length: u64) -> io::Result<()> {
        let mut written = Ok(());
        zeros(length, |zeros| {
            if written.is_ok() {
                written = self.0.write_all(zeros);
            }
        });
        written
    }
}

/// A new file, in which what is not written is a hole.
#[derive(Debug)]
pub(super) struct Sparse<'a> {
    file: BorrowedFd<'a>,
    end: u64,
}

impl<'a> Sparse<'a> {
    pub(super) fn new(file: BorrowedFd<'a>) -> Self {
        Self { file, end: 0 }
    }
}

impl Spread for Sparse<'_> {
    fn data(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            let count = match rustix::io::pwrite(self.file, bytes, self.end) {
                Err(Errno::INTR) => continue,
                Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
                written => written?,
            };
            self.end += count as u64;
            bytes = bytes.get(count..).unwrap_or_default();
        }
        Ok(())
    }

    fn hole(&mut self, length: u64) -> io::Result<()> {
        let end = self.end.checked_add(length);
        self.end = end.ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(rustix::fs::ftruncate(self.file, self.end)?)
    }
}

/// Calls `take` with `length` zeros, piece by piece.
pub(super) fn zeros(length: u64, mut take: impl FnMut(&[u8])) {
    let mut left = length;
    while left > 0 {
        let piece = usize::try_from(left).map_or(ZEROS.len(), |l| l.min(ZEROS.len()));
        take(ZEROS.get(..piece).unwrap_or(&ZEROS));
        left -= piece as u64;
    }
}

/// Gives the bytes of all data, written one after the other, back their places.
#[derive(Debug)]
pub(super) struct Unfolding<'a, S> {
    spread: &'a mut S,
    /// What is still to come, the next part last.
    parts: Vec<Part>,
}

impl<'a, S: Spread> Unfolding<'a, S> {
    pub(super) fn new(spread: &'a mut S, mut parts: Vec<Part>) -> Self {
        parts.reverse();
        Self { spread, parts }
    }

    /// Says whether all data came; the hole at the end is made now.
    pub(super) fn finish(mut self) -> io::Result<bool> {
        self.skip_holes()?;
        let is_whole = matches!(self.parts[..], [] | [Part::Data(_, 0)]);
        Ok(is_whole)
    }

    fn skip_holes(&mut self) -> io::Result<()> {
        while let Some(Part::Hole(length)) = self.parts.last() {
            self.spread.hole(*length)?;
            self.parts.pop();
        }
        Ok(())
    }
}

impl<S: Spread> Write for Unfolding<'_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.skip_holes()?;
        let Some(Part::Data(offset, left)) = self.parts.pop() else {
            return Err(io::Error::other("there is more content than was taken"));
        };
        let fits = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
        self.spread.data(bytes.get(..fits).unwrap_or_default())?;
        let left = left - fits as u64;
        if left > 0 {
            self.parts.push(Part::Data(offset, left));
        }
        Ok(fits)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;
    use std::os::fd::AsFd as _;
    use std::os::unix::fs::FileExt as _;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn holes_of_a_file_are_told() {
        let file = tempfile::tempfile().unwrap();
        file.set_len(1 << 20).unwrap();
        file.write_all_at(b"x", 512 * 1024).unwrap();
        let found = of(file.as_fd(), 1 << 20).unwrap();
        let [Extent(offset, length)] = found[..] else {
            panic!("{found:?}")
        };
        assert!(offset <= 512 * 1024 && offset + length > 512 * 1024);
        assert!(length < 1 << 19, "{length}");
    }

    #[test]
    fn a_file_without_holes_needs_no_map_and_an_empty_one_has_none() {
        let file = tempfile::tempfile().unwrap();
        file.write_all_at(b"x", 0).unwrap();
        assert_eq!(of(file.as_fd(), 1), None);
        let empty = tempfile::tempfile().unwrap();
        assert_eq!(of(empty.as_fd(), 0), Some(Vec::new()));
        assert_eq!(parts(Some(&[]), 0), Some(Vec::new()));
    }

    #[test]
    fn a_map_of_no_such_file_is_refused() {
        for extents in [
            &[Extent(0, 11)][..],
            &[Extent(5, 2), Extent(6, 1)],
            &[Extent(5, 1), Extent(4, 1)],
            &[Extent(u64::MAX, 2)],
        ] {
            assert_eq!(parts(Some(extents), 10), None, "{extents:?}");
        }
    }

    #[test]
    fn a_sparse_file_takes_room_for_its_data_only() {
        use std::os::unix::fs::MetadataExt as _;
        let file: File = tempfile::tempfile().unwrap();
        let mut sparse = Sparse::new(file.as_fd());
        sparse.hole(1 << 30).unwrap();
        sparse.data(b"end").unwrap();
        sparse.hole(5).unwrap();
        let metadata = file.metadata().unwrap();
        assert_eq!(metadata.len(), (1 << 30) + 8);
        assert!(metadata.blocks() * 512 < 1 << 20);
    }

    proptest! {
        #[test]
        fn what_was_folded_unfolds(pieces in proptest::collection::vec((0_u64..9, 1_u64..9), 0..9), tail in 0_u64..9, step in 1_usize..7) {
            let (mut extents, mut content, mut folded) = (Vec::new(), Vec::new(), Vec::new());
            for (hole, length) in pieces {
                content.extend(vec![0; hole as usize]);
                extents.push(Extent(content.len() as u64, length));
                let data: Vec<u8> = (0..length).map(|i| 1 + i as u8).collect();
                folded.extend(&data);
                content.extend(data);
            }
            content.extend(vec![0; tail as usize]);
            let parts = parts(Some(&extents), content.len() as u64).unwrap();
            let mut dense = Dense(Vec::new());
            let mut unfolding = Unfolding::new(&mut dense, parts.clone());
            for piece in folded.chunks(step) {
                unfolding.write_all(piece).unwrap();
            }
            prop_assert!(unfolding.finish().unwrap());
            prop_assert_eq!(dense.0, content);
            if let Some((_, fewer)) = folded.split_last() {
                let mut dense = Dense(Vec::new());
                let mut unfolding = Unfolding::new(&mut dense, parts);
                unfolding.write_all(fewer).unwrap();
                prop_assert!(!unfolding.finish().unwrap());
            }
        }
    }
}
