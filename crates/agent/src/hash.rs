//! Hashing an open file, within limits.
//!
//! Content is read by position from a descriptor, so that neither a shared file offset nor a path
//! that changes hands can mislead the digest. A [`Budget`] bounds both bytes and time.

use std::os::fd::AsFd;
use std::time::Instant;

use aws_lc_rs::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use quell_model::Sha1;
use rustix::io::Errno;

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
        }
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
        let mut sha1 = Context::new(&SHA1_FOR_LEGACY_USE_ONLY);
        let mut sha256 = Context::new(&SHA256);
        let size = self.read(file, budget, |chunk| {
            sha1.update(chunk);
            sha256.update(chunk);
        })?;
        let mut wide = [0; 32];
        fill(&mut wide, sha256.finish().as_ref());
        Ok(Digests {
            sha1: finish_sha1(sha1),
            sha256: wide,
            size,
        })
    }

    /// Reads the whole content of `file` and passes it on in pieces; answers how many bytes it was.
    ///
    /// # Errors
    /// When the content could not be read whole within `budget`.
    pub(crate) fn read(
        &mut self,
        file: impl AsFd,
        budget: &Budget,
        mut take: impl FnMut(&[u8]),
    ) -> Result<u64, HashError> {
        let mut size: u64 = 0;
        loop {
            if budget.is_over() {
                return Err(HashError::OutOfTime);
            }
            match rustix::io::pread(file.as_fd(), self.buffer.as_mut_slice(), size) {
                Ok(0) => return Ok(size),
                Ok(count) => {
                    size = size.saturating_add(count as u64);
                    if size > budget.cap {
                        return Err(HashError::TooLarge { cap: budget.cap });
                    }
                    take(self.buffer.get(..count).unwrap_or_default());
                }
                Err(Errno::INTR) => {}
                Err(errno) => return Err(HashError::Read(errno)),
            }
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
