//! What a package manager wrote down of one file.

use std::os::fd::AsFd;

use md5::{Digest as _, Md5};
use rustix::fs::lstat;

use crate::engine::Condition;
use crate::find::FileId;
use crate::hash::{Budget, Hasher};
use crate::sys::file::is_regular;

/// A digest as a package manager records it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Recorded {
    Md5([u8; 16]),
    Sha1([u8; 20]),
    Sha256([u8; 32]),
}

impl Recorded {
    /// Reads hexadecimal digits; their number tells the algorithm.
    pub(super) fn parse(hex: &[u8]) -> Option<Self> {
        match hex.len() {
            32 => Some(Self::Md5(bytes(hex)?)),
            40 => Some(Self::Sha1(bytes(hex)?)),
            64 => Some(Self::Sha256(bytes(hex)?)),
            _ => None,
        }
    }

    /// Whether `content` is what was recorded; `Unverifiable` if it cannot be read.
    pub(super) fn verify(&self, content: impl AsFd, hasher: &mut Hasher) -> Condition {
        let holds = match self {
            Self::Md5(digest) => md5(content, hasher).map(|found| found == *digest),
            Self::Sha1(digest) => hasher
                .sha1(content, &Budget::UNLIMITED)
                .ok()
                .map(|found| found.sha1.as_bytes() == digest),
            Self::Sha256(digest) => hasher
                .digests(content, &Budget::UNLIMITED)
                .ok()
                .map(|found| found.sha256 == *digest),
        };
        match holds {
            Some(true) => Condition::Verified,
            Some(false) => Condition::Modified,
            None => Condition::Unverifiable,
        }
    }
}

/// The MD5 of the whole content; nothing if it cannot be read.
pub(super) fn md5(content: impl AsFd, hasher: &mut Hasher) -> Option<[u8; 16]> {
    let mut md5 = Md5::new();
    hasher
        .read(content, &Budget::UNLIMITED, |piece| md5.update(piece))
        .ok()?;
    Some(md5.finalize().into())
}

fn bytes<const N: usize>(hex: &[u8]) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let (pairs, _) = hex.as_chunks::<2>();
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = nibble(*high)? << 4 | nibble(*low)?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    let value = char::from(digit).to_digit(16)?;
    u8::try_from(value).ok()
}

/// Which regular file lies at `path` below `root`, its last component not followed: a link that a
/// package brought is not the file behind it.
pub(super) fn file_at(root: &std::path::Path, path: &[u8]) -> Option<FileId> {
    use std::os::unix::ffi::OsStrExt as _;
    let relative = path.strip_prefix(b"/").unwrap_or(path);
    let stat = lstat(root.join(std::ffi::OsStr::from_bytes(relative))).ok()?;
    is_regular(&stat).then(|| FileId::of(&stat))
}

/// The last component of a path.
pub(super) fn name_of(path: &[u8]) -> &[u8] {
    match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => path.get(slash + 1..).unwrap_or_default(),
        None => path,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_of_a_digest_tells_its_algorithm() {
        assert_eq!(
            Recorded::parse(b"000102030405060708090a0b0c0d0EFF"),
            Some(Recorded::Md5([
                0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255
            ]))
        );
        let digits = [b'a'; 64];
        assert_eq!(
            Recorded::parse(&digits[..40]),
            Some(Recorded::Sha1([0xaa; 20]))
        );
        assert_eq!(Recorded::parse(&digits), Some(Recorded::Sha256([0xaa; 32])));
        assert_eq!(Recorded::parse(&digits[..31]), None);
        assert_eq!(Recorded::parse(b"g00102030405060708090a0b0c0d0eff"), None);
        assert_eq!(Recorded::parse(b""), None);
    }

    #[test]
    fn name_is_what_follows_the_last_slash() {
        assert_eq!(name_of(b"/usr/bin/bash"), b"bash");
        assert_eq!(name_of(b"bash"), b"bash");
        assert_eq!(name_of(b"/usr/"), b"");
    }
}
