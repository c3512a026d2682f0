//! Hashing an open file, within limits.
//!
//! Content is read by position from a descriptor, so that neither a shared file offset nor a path
//! that changes hands can mislead the digest. A [`Budget`] bounds both bytes and time.

use std::os::fd::AsFd;
use std::time::Instant;

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use quell_model::Sha1;
use rustix::fs::fstat;
use rustix::io::Errno;
use sha1_checked::Digest as _;

use crate::holes::Holes;

/// Large enough that the system call costs nothing beside the hashing, small enough for the cache.
const BUFFER: usize = 128 * 1024;

/// How much one hash may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// The largest file that is hashed, in bytes.
    pub cap: u64,
    /// When hashing is given up, even in the middle of a file.
    pub deadline: Option<Instant>,
}

impl Budget {
    /// Files of any size, for as long as it takes.
    pub const UNLIMITED: Self = Self {
        cap: u64::MAX,
        deadline: None,
    };

    /// Whether the deadline has passed.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
    }
}

/// What was read, by the name that the API knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hashed {
    /// The digest of the content.
    pub sha1: Sha1,
    /// Bytes read.
    pub size: u64,
}

/// What was read, by both of its names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Digests {
    /// The SHA-1 of the content.
    pub sha1: Sha1,
    /// The SHA-256 of the same bytes.
    pub sha256: [u8; 32],
    /// Bytes read.
    pub size: u64,
}

/// Why a file has no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HashError {
    /// The file is larger than the budget's cap.
    #[error("the file is larger than {cap} bytes")]
    TooLarge {
        /// The cap, in bytes.
        cap: u64,
    },
    /// The budget's deadline passed.
    #[error("the time for hashing is over")]
    OutOfTime,
    /// The file could not be read.
    #[error("the file could not be read")]
    Read(#[source] Errno),
}

/// Hashes files one after the other with one buffer.
#[derive(Debug)]
pub struct Hasher {
    buffer: Vec<u8>,
    bytes_read: u64,
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

impl Hasher {
    /// A hasher with a buffer of its own.
    #[must_use]
    pub fn new() -> Self {
        Self {
            buffer: vec![0; BUFFER],
            bytes_read: 0,
        }
    }

    /// How many bytes it has read from files by now, of those that it gave up, too. What was never
    /// written is not read.
    #[must_use]
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The SHA-1 of the whole content of `file`.
    ///
    /// # Errors
    /// When the content could not be read whole within `budget`.
    pub fn sha1(&mut self, file: impl AsFd, budget: &Budget) -> Result<Hashed, HashError> {
        let mut sha1 = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
        let size = self.read(file, budget, |chunk| sha1.update(chunk))?;
        Ok(Hashed {
            sha1: finish_sha1(sha1),
            size,
        })
    }

    /// SHA-1 and SHA-256 of the whole content of `file`, from one reading.
    ///
    /// # Errors
    /// When the content could not be read whole within `budget`.
    pub fn digests(&mut self, file: impl AsFd, budget: &Budget) -> Result<Digests, HashError> {
        let mut both = Both::new();
        let size = self.read(file, budget, |chunk| both.update(chunk))?;
        Ok(both.finish(size))
    }

    /// Whether the content of `file` was made to collide: it bears the marks of the known attacks
    /// on SHA-1, and other content may have the same hash. That takes three times as long as hashing.
    ///
    /// # Errors
    /// When the content could not be read whole within `budget`.
    pub fn bears_collision(&mut self, file: impl AsFd, budget: &Budget) -> Result<bool, HashError> {
        let mut detector = sha1_checked::Sha1::new();
        self.read(file, budget, |chunk| detector.update(chunk))?;
        Ok(detector.try_finalize().has_collision())
    }

    /// Reads the whole content of `file` and passes it on in pieces; answers how many bytes it was.
    /// A file that says that it is too large is not begun with, and what was never written is not
    /// read: it is passed on as the zeros that it stands for.
    ///
    /// # Errors
    /// When the content could not be read whole within `budget`.
    pub(crate) fn read(
        &mut self,
        file: impl AsFd,
        budget: &Budget,
        mut take: impl FnMut(&[u8]),
    ) -> Result<u64, HashError> {
        let file = file.as_fd();
        let says = fstat(file).map_err(HashError::Read)?.st_size;
        let too_large = HashError::TooLarge { cap: budget.cap };
        if u64::try_from(says).is_ok_and(|says| says > budget.cap) {
            return Err(too_large);
        }
        let mut holes = Holes::of(file);
        let mut size: u64 = 0;
        loop {
            if budget.is_over() {
                return Err(HashError::OutOfTime);
            }
            let room = self.buffer.len();
            let count = match holes.zeros_at(size, room) {
                Some(zeros) => {
                    self.buffer.get_mut(..zeros).unwrap_or_default().fill(0);
                    zeros
                }
                None => match rustix::io::pread(file, self.buffer.as_mut_slice(), size) {
                    Ok(0) => return Ok(size),
                    Ok(count) => {
                        self.bytes_read = self.bytes_read.saturating_add(count as u64);
                        count
                    }
                    Err(Errno::INTR) => continue,
                    Err(errno) => return Err(HashError::Read(errno)),
                },
            };
            size = size.saturating_add(count as u64);
            if size > budget.cap {
                return Err(too_large);
            }
            take(self.buffer.get(..count).unwrap_or_default());
        }
    }
}

/// Both digests of what is passed on.
struct Both {
    sha1: Context,
    sha256: Context,
}

impl Both {
    fn new() -> Self {
        Self {
            sha1: Context::new(&SHA1_FOR_LEGACY_USE_ONLY),
            sha256: Context::new(&SHA256),
        }
    }

    fn update(&mut self, chunk: &[u8]) {
        self.sha1.update(chunk);
        self.sha256.update(chunk);
    }

    fn finish(self, size: u64) -> Digests {
        let mut sha256 = [0; 32];
        fill(&mut sha256, self.sha256.finish().as_ref());
        Digests {
            sha1: finish_sha1(self.sha1),
            sha256,
            size,
        }
    }
}

fn finish_sha1(context: Context) -> Sha1 {
    let mut bytes = [0; 20];
    fill(&mut bytes, context.finish().as_ref());
    Sha1::from_bytes(bytes)
}

/// Copies a digest whose length its algorithm fixes.
fn fill(into: &mut [u8], digest: &[u8]) {
    for (slot, byte) in into.iter_mut().zip(digest) {
        *slot = *byte;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Seek, SeekFrom, Write};
    use std::time::Duration;

    fn file(content: &[u8]) -> std::fs::File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        file
    }

    #[test]
    fn hash_known_answers() {
        let digests = Hasher::new()
            .digests(file(b"abc"), &Budget::UNLIMITED)
            .unwrap();
        assert_eq!(
            digests.sha1.to_string(),
            "a9993e364706816aba3e25717850c26c9cd0d89d"
        );
        assert_eq!(digests.sha256[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!(digests.size, 3);
    }

    /// The first 320 bytes of the published collision of 2017, in which only two blocks differ.
    fn colliding(second: bool) -> Vec<u8> {
        let blocks = if second { BLOCKS_OF_2 } else { BLOCKS_OF_1 };
        let text = format!("{PREFIX}{blocks}");
        (0..text.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap())
            .collect()
    }

    const PREFIX: &str = "255044462d312e330a25e2e3cfd30a0a0a312030206f626a0a3c3c2f57696474\
        682032203020522f4865696768742033203020522f547970652034203020522f537562747970652035203020\
        522f46696c7465722036203020522f436f6c6f7253706163652037203020522f4c656e677468203820302052\
        2f42697473506572436f6d706f6e656e7420383e3e0a73747265616d0affd8fffe00245348412d3120697320\
        646561642121212121852fec092339759c39b1a1c63c4c97e1fffe01";
    const BLOCKS_OF_1: &str = "7f46dc93a6b67e013b029aaa1db2560b45ca67d688c7f84b8c4c791fe02b3df6\
        14f86db1690901c56b45c1530afedfb76038e972722fe7ad728f0e4904e046c230570fe9d41398abe12ef5bc\
        942be33542a4802d98b5d70f2a332ec37fac3514e74ddc0f2cc1a874cd0c78305a21566461309789606bd0bf\
        3f98cda8044629a1";
    const BLOCKS_OF_2: &str = "7346dc9166b67e118f029ab621b2560ff9ca67cca8c7f85ba84c79030c2b3de2\
        18f86db3a90901d5df45c14f26fedfb3dc38e96ac22fe7bd728f0e45bce046d23c570feb141398bb552ef5a0\
        a82be331fea48037b8b5d71f0e332edf93ac3500eb4ddc0decc1a864790c782c76215660dd309791d06bd0af\
        3f98cda4bc4629b1";

    #[test]
    fn collision_is_told_and_nothing_else_is() {
        let mut hasher = Hasher::new();
        let [first, second] = [false, true].map(|second| file(&colliding(second)));
        let [one, other] =
            [&first, &second].map(|file| hasher.digests(file, &Budget::UNLIMITED).unwrap());
        assert_eq!(one.sha1, other.sha1);
        assert_ne!(one.sha256, other.sha256);
        let mut told = |file| hasher.bears_collision(file, &Budget::UNLIMITED).unwrap();
        assert!(told(&first) && told(&second));
        assert!(!told(&file(&[7; 3 * BUFFER])));
    }

    #[test]
    fn hash_of_a_file_with_holes_is_that_of_its_zeros() {
        let piece = 1 << 20;
        let sparse = tempfile::tempfile().unwrap();
        let mut plain = vec![0_u8; 5 * piece + 17];
        for at in [piece + 3, 4 * piece] {
            std::os::unix::fs::FileExt::write_all_at(&sparse, b"data", at as u64).unwrap();
            plain[at..at + 4].copy_from_slice(b"data");
        }
        sparse.set_len(plain.len() as u64).unwrap();
        let mut hasher = Hasher::new();
        let of_sparse = hasher.digests(&sparse, &Budget::UNLIMITED).unwrap();
        let of_plain = hasher.digests(file(&plain), &Budget::UNLIMITED).unwrap();
        assert_eq!(of_sparse, of_plain);
    }

    #[test]
    fn hash_of_a_file_that_says_it_is_too_large_is_not_begun() {
        let huge = tempfile::tempfile().unwrap();
        let cap = 1 << 20;
        // As large as the file system has it: reading it would take days.
        let largest = [1_u64 << 62, 1 << 43];
        assert!(largest.iter().any(|size| huge.set_len(*size).is_ok()));
        let budget = Budget {
            cap,
            deadline: None,
        };
        let mut begun = false;
        let refused = Hasher::new().read(&huge, &budget, |_| begun = true);
        assert_eq!(refused, Err(HashError::TooLarge { cap }));
        assert!(!begun);
    }

    #[test]
    fn hash_does_not_depend_on_the_offset_or_the_buffer() {
        let content: Vec<u8> = (0..3 * BUFFER + 7).map(|i| (i % 251) as u8).collect();
        let mut whole = file(&content);
        let at_end = Hasher::new().sha1(&whole, &Budget::UNLIMITED).unwrap();
        whole.seek(SeekFrom::Start(5)).unwrap();
        let in_middle = Hasher::new().sha1(&whole, &Budget::UNLIMITED).unwrap();
        assert_eq!(at_end, in_middle);
        assert_eq!(at_end.size, content.len() as u64);
        let expected = aws_lc_rs::digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, &content);
        assert_eq!(at_end.sha1.as_bytes(), expected.as_ref());
    }

    #[test]
    fn hash_of_an_empty_file_is_the_hash_of_nothing() {
        let hashed = Hasher::new().sha1(file(b""), &Budget::UNLIMITED).unwrap();
        assert_eq!(hashed.sha1, Sha1::OF_NOTHING);
    }

    #[test]
    fn hash_over_the_cap_is_refused_and_at_the_cap_is_not() {
        let budget = Budget {
            cap: 3,
            deadline: None,
        };
        assert!(Hasher::new().sha1(file(b"abc"), &budget).is_ok());
        assert_eq!(
            Hasher::new().sha1(file(b"abcd"), &budget),
            Err(HashError::TooLarge { cap: 3 })
        );
    }

    #[test]
    fn hasher_counts_what_it_read_and_not_what_was_never_written() {
        let mut hasher = Hasher::new();
        hasher.sha1(file(b"abc"), &Budget::UNLIMITED).unwrap();
        hasher.digests(file(b"de"), &Budget::UNLIMITED).unwrap();
        assert_eq!(hasher.bytes_read(), 5);
        let hole = tempfile::tempfile().unwrap();
        hole.set_len(1 << 20).unwrap();
        hasher.sha1(&hole, &Budget::UNLIMITED).unwrap();
        assert_eq!(hasher.bytes_read(), 5);
    }

    #[test]
    fn hash_after_the_deadline_is_refused() {
        let budget = Budget {
            cap: u64::MAX,
            deadline: Some(Instant::now() - Duration::from_millis(1)),
        };
        assert_eq!(
            Hasher::new().sha1(file(b"abc"), &budget),
            Err(HashError::OutOfTime)
        );
    }
}
